//! log

use super::session::Session;
use crate::error::{Code, Result};
use crate::report::table::List;
use crate::store::oplog;
use serde_json::json;

/// Show what jug did, when, by whom, and how it ended
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Only of this object
    #[arg(value_name = "NAME")]
    name: Option<String>,
    /// Only the last so many
    #[arg(short = 'c', long, value_name = "N")]
    count: Option<usize>,
}

/// Runs it.
pub fn run(s: &Session, args: &Args) -> Result<Code> {
    let mut records = oplog::read(&s.layout, args.name.as_deref())?;
    if let Some(n) = args.count {
        records.drain(..records.len().saturating_sub(n));
    }
    let rows: Vec<Vec<String>> = records
        .iter()
        .map(|r| {
            vec![
                r.time.to_string(),
                r.by.clone(),
                r.verb.clone(),
                r.name.clone(),
                r.result.clone(),
                r.code.to_string(),
                r.reason.clone(),
            ]
        })
        .collect();
    let list = List {
        name: "log",
        headings: vec!["TIME", "BY", "VERB", "NAME", "RESULT", "CODE", "REASON"],
        fields: rows.clone(),
        rows,
        json: records.iter().map(|r| json!(r)).collect(),
    };
    list.print(s.global.json, s.global.lines);
    Ok(Code::Done)
}
