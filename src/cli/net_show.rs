//! net-show

use super::session::Session;
use super::{net_ls, networks};
use crate::error::{Code, Error, Result};
use crate::facts::gather::Wanted;
use crate::model::name::NetName;
use crate::plan::wire;
use crate::report::table::{List, out};
use serde_json::json;

/// Show a network, and who is on it with which addresses
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Its name
    #[arg(value_name = "NAME")]
    name: NetName,
}

/// Runs it.
pub fn run(s: &Session, args: &Args) -> Result<Code> {
    let it = networks::one(s, &args.name)?;
    let facts = s.gather(&Wanted { addresses: true, ..Wanted::default() })?;
    let mut rows = Vec::new();
    let mut members = Vec::new();
    for (name, entry) in s.registry()? {
        let Ok(env) = entry.env else { continue };
        for (index, nic) in env.nics().filter(|(_, n)| n.network == args.name) {
            let end = nic
                .unit
                .map(|u| wire::host_end(s.platform.as_ref(), &env, u).to_string())
                .unwrap_or_default();
            let mac = nic.mac(env.uuid, index).to_string();
            let addresses: Vec<String> = nic.addresses().map(|a| a.to_string()).collect();
            let up = facts
                .interface(&end)
                .is_some_and(|i| crate::plan::wire::ours(&env, index, i, s.platform.kind()));
            members
                .push(json!({"name": name.as_str(), "nic": index, "addresses": addresses, "dhcp": nic.dhcp,
                "mac": mac, "interface": end, "up": up}));
            let shown = if nic.dhcp { "dhcp".to_string() } else { addresses.join(",") };
            rows.push(vec![
                name.to_string(),
                index.to_string(),
                shown,
                mac,
                end,
                if up { "up" } else { "down" }.to_string(),
            ]);
        }
    }
    let there = facts.interface(s.platform.bridge(it.unit).as_str());
    let up = there.is_some_and(|i| i.up && i.is(&it.stamp(), Some(it.mac("bridge")), s.platform.kind()));
    if s.global.json {
        let one = net_ls::summary(s, args.name.as_str(), &it, up, json!(members));
        out(&format!("{}\n", json!({"version": 1, "networks": [one]})));
        return Ok(Code::Done);
    }
    if !s.global.lines {
        let text = toml::to_string(&it).map_err(|e| Error::failed(&args.name, e))?;
        out(&format!(
            "# {}: {}, {}\n{text}",
            args.name,
            s.platform.bridge(it.unit),
            if up { "up" } else { "down" }
        ));
        if !rows.is_empty() {
            out("\n");
        }
    }
    let list = List {
        name: "members",
        headings: vec!["NAME", "NIC", "ADDRESSES", "MAC", "INTERFACE", "STATE"],
        fields: rows.clone(),
        rows,
        json: Vec::new(),
    };
    list.print(false, s.global.lines);
    Ok(Code::Done)
}
