//! net-ls

use super::networks;
use super::session::Session;
use crate::error::{Code, Result};
use crate::facts::gather::Wanted;
use crate::model::network::Network;
use crate::report::table::List;
use serde_json::{Value, json};

/// List networks
#[derive(Debug, clap::Args)]
pub struct Args {}

/// Runs it: one command for all of them.
pub fn run(s: &Session, _: &Args) -> Result<Code> {
    let all = networks::all(s)?;
    let facts = match all.is_empty() {
        true => crate::facts::Facts::default(),
        false => s.gather(&Wanted { addresses: true, ..Wanted::default() })?,
    };
    let users = networks::named(s)?;
    let mut list = List {
        name: "networks",
        headings: vec!["NAME", "STATE", "BRIDGE", "SUBNETS", "REACH", "MEMBERS"],
        rows: Vec::new(),
        fields: Vec::new(),
        json: Vec::new(),
    };
    for (name, it) in &all {
        let bridge = s.platform.bridge(it.unit);
        let there = facts.interface(bridge.as_str());
        let up = there.is_some_and(|i| i.up && i.is(&it.stamp(), Some(it.mac("bridge")), s.platform.kind()));
        let members = users.get(name).cloned().unwrap_or_default();
        let row = vec![
            name.to_string(),
            if up { "up" } else { "down" }.to_string(),
            bridge.to_string(),
            it.subnets.iter().map(ToString::to_string).collect::<Vec<_>>().join(","),
            reach(it),
            members.join(","),
        ];
        list.rows.push(row.clone());
        list.fields.push(row);
        list.json.push(summary(s, name.as_str(), it, up, json!(members)));
    }
    list.print(s.global.json, s.global.lines);
    if all.is_empty() && !s.global.json && !s.global.lines && !s.global.quiet {
        eprintln!("jug: no networks; jug net-create NAME --subnet 10.10.0.0/24 makes one");
    }
    Ok(Code::Done)
}

/// How far it reaches, in a few words.
pub fn reach(it: &Network) -> String {
    let mut words = Vec::new();
    if let Some(i) = &it.uplink {
        words.push(format!("uplink {i}"));
    }
    if let Some(v) = &it.vlan {
        words.push(format!("vlan {} on {}", v.id, v.parent));
    }
    if let Some(n) = &it.nat {
        words.push(format!("nat {n}"));
    }
    for (word, so) in [("isolated", it.isolated), ("private", it.private), ("dhcp", it.dhcp)] {
        if so {
            words.push(word.to_string());
        }
    }
    if words.is_empty() { "host".into() } else { words.join(", ") }
}

/// A network as JSON has it.
pub fn summary(s: &Session, name: &str, it: &Network, up: bool, members: Value) -> Value {
    let texts = |all: &[std::net::IpAddr]| all.iter().map(ToString::to_string).collect::<Vec<_>>();
    json!({
        "name": name,
        "uuid": it.uuid,
        "state": if up { "up" } else { "down" },
        "bridge": s.platform.bridge(it.unit).as_str(),
        "subnets": it.subnets.iter().map(ToString::to_string).collect::<Vec<_>>(),
        "gateway": texts(&it.gateway),
        "uplink": it.uplink.as_ref().map(ToString::to_string),
        "vlan": it.vlan.as_ref().map(|v| json!({"id": v.id, "parent": v.parent.as_str()})),
        "nat": it.nat.as_ref().map(ToString::to_string),
        "isolated": it.isolated,
        "private": it.private,
        "mtu": it.mtu(),
        "dns": texts(&it.dns),
        "domain": it.domain.as_ref().map(ToString::to_string),
        "dhcp": it.dhcp,
        "members": members,
    })
}
