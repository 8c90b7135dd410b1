//! net-check

use super::networks;
use super::session::Session;
use crate::error::{Code, Error, Result};
use crate::facts::gather::Wanted;
use crate::model::name::NetName;
use crate::plan::net_check::{Verdict, check};
use crate::report::table::List;
use serde_json::json;

/// Compare networks with what the host says: bridges, addresses, members, and that a dead end is one
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The networks
    #[arg(value_name = "NAME")]
    names: Vec<NetName>,
    /// All networks
    #[arg(long, conflicts_with = "names")]
    all: bool,
}

/// Runs it: exit 1 if anything is not as the file says.
pub fn run(s: &Session, args: &Args) -> Result<Code> {
    let mut all = networks::all(s)?;
    if !args.all {
        if args.names.is_empty() {
            return Err(Error::usage("net-check", "no network is named").next("give names, or --all"));
        }
        for name in &args.names {
            networks::one(s, name)?;
        }
        all.retain(|name, _| args.names.contains(name));
    }
    let mut facts = s.gather(&Wanted {
        addresses: true,
        forwarding: true,
        containers: true,
        filter: all.values().any(|n| networks::filtered(n).filter),
        ..Wanted::default()
    })?;
    if s.saved.is_none() {
        facts.environments = s.registry()?.into_iter().map(|(n, e)| (n.to_string(), e.text)).collect();
    }
    let mut list = List {
        name: "checks",
        headings: vec!["NETWORK", "CHECK", "STATE", "REASON"],
        rows: Vec::new(),
        fields: Vec::new(),
        json: Vec::new(),
    };
    let mut code = Code::Done;
    for (name, it) in &all {
        for found in check(name, it, s.platform.as_ref(), &facts) {
            if found.verdict == Verdict::Wrong {
                code = Code::Failed;
            }
            let row = vec![
                name.to_string(),
                found.what.to_string(),
                found.verdict.word().to_string(),
                found.reason.clone(),
            ];
            list.rows.push(row.clone());
            list.fields.push(row);
            list.json
                .push(json!({"network": name.as_str(), "check": found.what, "state": found.verdict.word(),
                "reason": found.reason}));
        }
    }
    if !s.global.quiet {
        list.print(s.global.json, s.global.lines);
    }
    Ok(code)
}
