//! snapshot-ls

use super::session::Session;
use super::snapshots::facts;
use super::targets::choose;
use crate::error::{Code, Result};
use crate::model::env::Env;
use crate::model::name::EnvName;
use crate::model::size::ByteSize;
use crate::model::snapshot::label;
use crate::plan::moment::{self, Moment};
use crate::plan::snapshot;
use crate::report::table::List;
use serde_json::json;

/// List snapshots, the oldest first
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Names, masks such as 'web*', @tag
    #[arg(value_name = "NAME")]
    names: Vec<String>,
}

/// Runs it: as many commands for all as for one.
pub fn run(s: &Session, args: &Args) -> Result<Code> {
    let chosen = choose(s, &args.names, args.names.is_empty())?;
    let mut envs: Vec<(EnvName, Env)> = Vec::new();
    for name in chosen {
        let plainly = args.names.iter().any(|w| w == name.as_str());
        match s.env(&name) {
            Ok((_, env)) if env.dataset.is_some() => envs.push((name, env)),
            Ok((_, env)) if plainly => return snapshot::dataset(&name, &env).map(|_| Code::Done),
            Err(e) if plainly => return Err(e),
            _ => {}
        }
    }
    let mut list = List {
        name: "snapshots",
        headings: vec!["NAME", "SNAPSHOT", "CREATED", "USED", "REFERENCED", "STATE"],
        rows: Vec::new(),
        fields: Vec::new(),
        json: Vec::new(),
    };
    if !envs.is_empty() {
        let both: Vec<(&EnvName, &Env)> = envs.iter().map(|(n, e)| (n, e)).collect();
        let facts = facts(s, &both, false)?;
        let mut by_root = moment::by_root(envs.iter().filter_map(|(_, e)| e.dataset.as_ref()), &facts);
        for (name, env) in &envs {
            let all = env.dataset.as_ref().and_then(|d| by_root.remove(d)).unwrap_or_default();
            all.iter().for_each(|m| add(&mut list, name, m));
        }
    }
    list.print(s.global.json, s.global.lines);
    Ok(Code::Done)
}

fn add(list: &mut List, name: &EnvName, m: &Moment<'_>) {
    let created = m.created().to_string();
    let mut state = Vec::new();
    if m.holds() > 0 {
        state.push("held");
    }
    if m.common().is_some() {
        state.push("common");
    }
    if !m.clones.is_empty() {
        state.push("cloned");
    }
    if !m.ours() {
        state.push("foreign");
    }
    let row = |used, referenced| {
        vec![name.to_string(), m.name.to_string(), created.clone(), used, referenced, state.join(",")]
    };
    list.rows.push(row(ByteSize(m.used()).human(), ByteSize(m.referenced()).human()));
    list.fields.push(row(m.used().to_string(), m.referenced().to_string()));
    let datasets: Vec<&str> = m.members.iter().map(|s| s.parts().0).collect();
    list.json.push(json!({
        "environment": name.as_str(),
        "name": m.name,
        "label": label(m.name),
        "created": created,
        "used": m.used(),
        "referenced": m.referenced(),
        "holds": m.holds(),
        "ours": m.ours(),
        "common": m.common(),
        "clones": m.clones,
        "datasets": datasets,
    }));
}
