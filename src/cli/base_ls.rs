//! base-ls

use super::session::Session;
use crate::error::{Code, Result};
use crate::model::name::BaseName;
use crate::report::table::List;
use crate::store::bases;
use serde_json::json;
use std::collections::BTreeMap;

/// List bases and who uses them
#[derive(Debug, clap::Args)]
pub struct Args {}

/// Runs it; no other program is needed.
pub fn run(s: &Session, _: &Args) -> Result<Code> {
    let mut users: BTreeMap<BaseName, Vec<String>> = BTreeMap::new();
    for entry in s.registry()?.values() {
        if let Ok(env) = &entry.env {
            let Some(base) = env.base.clone() else { continue };
            users.entry(base).or_default().push(entry.name.to_string());
        }
    }
    let all: BTreeMap<BaseName, crate::model::base::Base> = match &s.saved {
        Some(facts) => facts
            .bases
            .keys()
            .filter_map(|n| n.parse().ok())
            .filter_map(|n| s.base(&n).map(|b| (n, b)))
            .collect(),
        None => bases::all(&s.layout),
    };
    let used = |name: &BaseName| users.get(name).cloned().unwrap_or_default();
    let origin = |b: &crate::model::base::Base| format!("{:?}", b.origin).to_lowercase();
    let rows: Vec<Vec<String>> = all
        .iter()
        .map(|(n, b)| {
            vec![
                n.to_string(),
                origin(b),
                b.dataset.as_ref().map_or("dir".into(), |_| "zfs".into()),
                b.source.clone(),
                used(n).join(","),
            ]
        })
        .collect();
    let list = List {
        name: "bases",
        headings: vec!["NAME", "ORIGIN", "STORAGE", "SOURCE", "USED BY"],
        fields: rows.clone(),
        rows,
        json: all
            .iter()
            .map(|(n, b)| {
                json!({"name": n.as_str(), "origin": origin(b), "source": b.source, "created": b.created, "sha256": b.sha256,
                    "dataset": b.dataset.as_ref().map(ToString::to_string), "uuid": b.uuid, "used_by": used(n)})
            })
            .collect(),
    };
    list.print(s.global.json, s.global.lines);
    if all.is_empty() && !s.global.json && !s.global.lines && !s.global.quiet {
        eprintln!("jug: no bases; jug base-import host makes the first");
    }
    Ok(Code::Done)
}
