//! expose-ls

use super::session::Session;
use super::targets::choose;
use super::{exposures, networks};
use crate::error::{Code, Result};
use crate::facts::Facts;
use crate::facts::gather::Wanted;
use crate::model::env::Env;
use crate::model::name::{EnvName, NetName};
use crate::model::network::Network;
use crate::model::port::Exposure;
use crate::model::redirect::expand;
use crate::plan::publish::inners;
use crate::platform::filter;
use crate::report::table::List;
use serde_json::json;
use std::collections::BTreeMap;

/// List published ports: where each leads, and whether that is loaded
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Names, masks such as 'web*', @tag
    #[arg(value_name = "NAME")]
    names: Vec<String>,
}

/// Runs it: as many commands for all as for one.
pub fn run(s: &Session, args: &Args) -> Result<Code> {
    let mut registry = s.registry()?;
    if !args.names.is_empty() {
        let chosen = choose(s, &args.names, false)?;
        registry.retain(|name, _| chosen.contains(name));
    }
    let wanted: Vec<(EnvName, Env)> = registry
        .into_iter()
        .filter_map(|(n, e)| Some((n, e.env.ok().filter(|e| !e.expose.is_empty())?)))
        .collect();
    let networks = networks::all(s)?;
    let facts = match wanted.is_empty() {
        true => Facts::default(),
        false => s.gather(&Wanted { containers: true, filter: true, ..Wanted::default() })?,
    };
    let mut list = List {
        name: "exposures",
        headings: vec!["NAME", "PROTOCOL", "OUTER", "INNER", "ON", "FROM", "ADDRESS", "STATE"],
        rows: Vec::new(),
        fields: Vec::new(),
        json: Vec::new(),
    };
    for (name, env) in &wanted {
        for exposure in &env.expose {
            add(s, &mut list, name, env, exposure, &networks, &facts);
        }
    }
    list.print(s.global.json, s.global.lines);
    Ok(Code::Done)
}

/// A row for each address that it leads to; one without any if there is none.
fn add(
    s: &Session,
    list: &mut List,
    name: &EnvName,
    env: &Env,
    exposure: &Exposure,
    networks: &BTreeMap<NetName, Network>,
    facts: &Facts,
) {
    let inners = inners(env, networks, s.platform.as_ref());
    let mut to: Vec<_> = expand(std::slice::from_ref(exposure), &inners).iter().map(|r| r.to).collect();
    to.dedup();
    let state = state(s, name, env, exposure, facts);
    let from: Vec<String> = exposure.from.iter().map(ToString::to_string).collect();
    let on = exposure.on.map(|a| a.to_string());
    let none = [None];
    let addresses: Vec<_> = to.into_iter().map(Some).collect();
    for address in if addresses.is_empty() { none.as_slice() } else { addresses.as_slice() } {
        let address = address.map(|a| a.to_string());
        let row = vec![
            name.to_string(),
            exposure.protocol.as_str().to_string(),
            exposure.outer.to_string(),
            exposure.inner.to_string(),
            on.clone().unwrap_or_default(),
            from.join(","),
            address.clone().unwrap_or_default(),
            state.to_string(),
        ];
        list.rows.push(row.clone());
        list.fields.push(row);
        list.json.push(json!({"name": name.as_str(), "protocol": exposure.protocol.as_str(),
            "outer": exposure.outer.to_string(), "inner": exposure.inner.to_string(), "on": on, "from": from,
            "address": address, "state": state}));
    }
}

/// `unknown` is what an ordinary user gets to know of the packet filter.
fn state(s: &Session, name: &EnvName, env: &Env, exposure: &Exposure, facts: &Facts) -> &'static str {
    let runs = facts.runs(env.uuid);
    let given = exposures::running_with(s, name).is_none_or(|st| st.expose.contains(exposure));
    match &facts.filter {
        _ if !runs || !given => "inactive",
        None => "unknown",
        Some(f) if f.works() && f.has(&filter::of_environment(s.platform.kind(), env.uuid)) => "active",
        Some(_) => "missing",
    }
}
