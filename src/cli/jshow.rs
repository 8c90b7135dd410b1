//! jshow

use super::session::Session;
use super::targets::{Targets, choose_of};
use crate::error::{Code, Error, Result};
use crate::facts::gather::Wanted;
use crate::model::env::{Env, Kind};
use crate::model::name::EnvName;
use crate::model::schema;
use crate::report::table::out;
use crate::store::started;
use serde_json::json;

/// Show the whole configuration of jails, defaults included
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(flatten)]
    targets: Targets,
    /// Only what waits for a restart: the key, what runs, what is wanted
    #[arg(long)]
    pending: bool,
}

/// An environment with all defaults written out, the platform's too, and its name.
pub fn merged(s: &Session, name: &EnvName, env: &Env) -> Result<toml::Value> {
    let mut env = env.clone();
    let (start, stop) = crate::platform::commands(s.platform.as_ref(), &env);
    env.exec.start = Some(start);
    env.exec.stop = Some(stop);
    env.exec.start_timeout.get_or_insert(crate::plan::start::START_TIMEOUT);
    env.exec.stop_timeout.get_or_insert(crate::plan::stop::STOP_TIMEOUT);
    env.exec.kill_timeout.get_or_insert(crate::plan::stop::KILL_TIMEOUT);
    if env.host.hostname.is_none() {
        env.host.hostname = name.as_str().parse().ok();
    }
    let mut value = schema::to_value(&env)?;
    if let Some(table) = value.as_table_mut() {
        table.insert("name".into(), toml::Value::String(name.to_string()));
    }
    Ok(value)
}

/// The bare value of a key, defaults included.
pub fn value(s: &Session, name: &EnvName, env: &Env, key: &str) -> Result<String> {
    match key.strip_prefix("allow.") {
        Some(permission) => Ok(env.allow.get(permission).to_string()),
        None => Ok(schema::lookup(&merged(s, name, env)?, key)),
    }
}

/// The value of a key as JSON has it.
pub fn typed(s: &Session, name: &EnvName, env: &Env, key: &str) -> Result<serde_json::Value> {
    match key.strip_prefix("allow.") {
        Some(permission) => Ok(json!(env.allow.get(permission))),
        None => Ok(schema::find(&merged(s, name, env)?, key).map_or(serde_json::Value::Null, |v| json!(v))),
    }
}

/// Runs it.
pub fn run(s: &Session, args: &Args, kind: Kind) -> Result<Code> {
    let names = choose_of(s, kind, &args.targets.names, args.targets.all)?;
    if args.pending {
        return pending(s, &names);
    }
    let mut shown = Vec::new();
    for name in &names {
        let (_, env) = s.env(name)?;
        shown.push((name, merged(s, name, &env)?));
    }
    if s.global.json {
        let all: Vec<_> = shown.iter().map(|(_, v)| json!(v)).collect();
        out(&format!("{}\n", json!({"version": 1, "environments": all})));
        return Ok(Code::Done);
    }
    for (i, (name, value)) in shown.iter().enumerate() {
        let text = toml::to_string(value).map_err(|e| Error::failed(name, e))?;
        out(&format!("{}# {name}\n{text}", if i > 0 { "\n" } else { "" }));
    }
    Ok(Code::Done)
}

fn pending(s: &Session, names: &[EnvName]) -> Result<Code> {
    let facts = s.gather(&Wanted { containers: true, ..Wanted::default() })?;
    let mut rows = Vec::new();
    for name in names {
        let (_, env) = s.env(name)?;
        let running = facts.runs(env.uuid);
        let Some(started) = started::read(&s.layout, name).filter(|_| running) else { continue };
        for key in started::pending(&started.env, &env)? {
            rows.push((
                name.to_string(),
                value(s, name, &started.env, &key)?,
                value(s, name, &env, &key)?,
                key,
            ));
        }
    }
    let list = crate::report::table::List {
        name: "pending",
        headings: vec!["NAME", "KEY", "RUNS WITH", "WANTED"],
        rows: rows.iter().map(|(n, a, b, k)| vec![n.clone(), k.clone(), a.clone(), b.clone()]).collect(),
        fields: rows.iter().map(|(n, a, b, k)| vec![n.clone(), k.clone(), a.clone(), b.clone()]).collect(),
        json: rows
            .iter()
            .map(|(n, a, b, k)| json!({"name": n, "key": k, "runs_with": a, "wanted": b}))
            .collect(),
    };
    list.print(s.global.json, s.global.lines);
    Ok(Code::Done)
}
