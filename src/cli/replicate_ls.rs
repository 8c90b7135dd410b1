//! replicate-ls

use super::peer::Peer;
use super::replicating;
use super::session::Session;
use super::targets::choose;
use crate::error::{Code, Result};
use crate::report::table::List;
use serde_json::json;

/// List replication jobs
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Names, masks such as 'web*', @tag
    #[arg(value_name = "NAME")]
    names: Vec<String>,
}

/// Runs it: only what this node is told to do, without asking anybody.
pub fn run(s: &Session, args: &Args) -> Result<Code> {
    let mut list = List {
        name: "jobs",
        headings: vec!["NAME", "TARGET", "EVERY", "RATE", "FROM", "PLACE"],
        rows: Vec::new(),
        fields: Vec::new(),
        json: Vec::new(),
    };
    for name in choose(s, &args.names, args.names.is_empty())? {
        let Ok((_, env)) = s.env(&name) else { continue };
        let own = !env.replicate.is_empty();
        for job in replicating::jobs(s, &env).iter().filter(|_| own || env.dataset.is_some()) {
            let rate = job.rate.map(|r| r.to_string()).unwrap_or_default();
            let from = if own { "its own" } else { "the node's" };
            let place = match Peer::of(s, &job.target) {
                Ok(Peer::Here(_)) => "here".to_string(),
                Ok(Peer::There(_, node, _)) => node.host.to_string(),
                Err(e) => e.reason,
            };
            let target = job.target.to_string();
            let row = vec![
                name.to_string(),
                target.clone(),
                job.every.to_string(),
                rate,
                from.into(),
                place.clone(),
            ];
            list.rows.push(row.clone());
            list.fields.push(row);
            list.json.push(json!({
                "environment": name.as_str(),
                "target": target,
                "every": job.every.0,
                "rate": job.rate.map(|r| r.0),
                "own": own,
                "place": place,
            }));
        }
    }
    list.print(s.global.json, s.global.lines);
    if list.rows.is_empty() && !s.global.json && !s.global.lines && !s.global.quiet {
        eprintln!("jug: no jobs; jug jset NAME replicate+='TARGET every=1h' makes one");
    }
    Ok(Code::Done)
}
