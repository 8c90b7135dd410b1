//! node-ls, and node-check, which asks each of them

use super::peer;
use super::session::Session;
use crate::error::{Code, Result, fold};
use crate::model::name::NodeName;
use crate::report::results;
use crate::report::table::List;
use crate::store::nodes;
use serde_json::json;

/// List the other nodes that this one knows
#[derive(Debug, clap::Args)]
pub struct Args {}

/// Ask other nodes whether they answer, and with the same jug
#[derive(Debug, clap::Args)]
pub struct Check {
    /// Their names; all without
    #[arg(value_name = "NAME")]
    names: Vec<NodeName>,
}

/// Lists them, and asks nobody.
pub fn run(s: &Session, _: &Args) -> Result<Code> {
    let mut list = List {
        name: "nodes",
        headings: vec!["NAME", "HOST", "USER", "PORT", "DATASET"],
        rows: Vec::new(),
        fields: Vec::new(),
        json: Vec::new(),
    };
    let mut codes = Vec::new();
    for (name, node) in nodes::all(&s.layout)? {
        let node = match node {
            Ok(node) => node,
            Err(e) => {
                results::error(&e);
                codes.push(e.code);
                continue;
            }
        };
        let text = |o: Option<String>| o.unwrap_or_default();
        let row = vec![
            name.to_string(),
            node.host.to_string(),
            text(node.user.as_ref().map(ToString::to_string)),
            text(node.port.map(|p| p.to_string())),
            text(node.dataset.as_ref().map(ToString::to_string)),
        ];
        list.rows.push(row.clone());
        list.fields.push(row);
        list.json.push(json!({
            "name": name.as_str(),
            "host": node.host.as_str(),
            "user": node.user.as_ref().map(ToString::to_string),
            "port": node.port,
            "dataset": node.dataset.as_ref().map(ToString::to_string),
        }));
    }
    list.print(s.global.json, s.global.lines);
    hint(s, codes.is_empty() && list.rows.is_empty());
    Ok(fold(codes))
}

/// Says how to make one known, where there is none.
fn hint(s: &Session, none: bool) {
    if none && !s.global.json && !s.global.lines && !s.global.quiet {
        eprintln!("jug: no other nodes; jug node-add NAME HOST makes one known");
    }
}

/// Asks them.
pub fn check(s: &Session, args: &Check) -> Result<Code> {
    let names = match args.names.is_empty() {
        true => nodes::all(&s.layout)?.into_keys().collect(),
        false => args.names.clone(),
    };
    let mut list = List {
        name: "nodes",
        headings: vec!["NAME", "STATE", "JUG", "PLATFORM", "NODE", "DATASET"],
        rows: Vec::new(),
        fields: Vec::new(),
        json: Vec::new(),
    };
    let mut codes = Vec::new();
    for name in names {
        let asked = nodes::get(&s.layout, &name).and_then(|node| Ok((peer::hello(s, &name, &node)?, node)));
        let (row, value) = match &asked {
            Ok((it, node)) => {
                let dataset = node.dataset.as_ref().or(it.dataset.as_ref()).map(ToString::to_string);
                let state = match () {
                    () if it.jug != env!("CARGO_PKG_VERSION") => "other version",
                    () if it.only => "receives only",
                    () => "ok",
                };
                codes.push(Code::Done);
                (
                    vec![
                        name.to_string(),
                        state.into(),
                        it.jug.clone(),
                        it.platform.clone(),
                        it.name.clone(),
                        dataset.clone().unwrap_or_default(),
                    ],
                    json!({"name": name.as_str(), "state": state, "jug": it.jug, "platform": it.platform,
                           "node": it.name, "id": it.id, "dataset": dataset, "reason": null}),
                )
            }
            // One that nobody knows is no node that does not answer.
            Err(e) if !nodes::known(&s.layout, &name) => {
                results::error(e);
                codes.push(e.code);
                continue;
            }
            Err(e) => {
                results::error(e);
                codes.push(e.code);
                let row = vec![
                    name.to_string(),
                    "unreachable".into(),
                    String::new(),
                    String::new(),
                    String::new(),
                    String::new(),
                ];
                (row, json!({"name": name.as_str(), "state": "unreachable", "reason": e.reason}))
            }
        };
        list.rows.push(row.clone());
        list.fields.push(row);
        list.json.push(value);
    }
    list.print(s.global.json, s.global.lines);
    hint(s, codes.is_empty());
    Ok(fold(codes))
}
