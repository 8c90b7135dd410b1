//! replicate-status

use super::replicating;
use super::session::Session;
use super::targets::choose;
use crate::error::{Code, Error, Result};
use crate::host::Host;
use crate::model::name::EnvName;
use crate::model::replica::Job;
use crate::model::side::Side;
use crate::model::size::ByteSize;
use crate::plan::replicate::{known_targets, last, written};
use crate::report::results;
use crate::report::table::List;
use crate::store::{journal, lock};
use serde_json::json;

/// Tell how far replicas lag behind, as this side knows it: in seconds and in bytes
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Names, masks such as 'web*', @tag
    #[arg(value_name = "NAME")]
    names: Vec<String>,
}

/// Runs it, with as many commands for all as for one: one that is late, was never done or can't be asked is exit 1 at
/// the end.
pub fn run(s: &Session, args: &Args) -> Result<Code> {
    if s.saved.is_some() {
        return Err(
            Error::usage("--facts", "what was replicated is in no saved facts").next("leave --facts out")
        );
    }
    let mut list = List {
        name: "replications",
        headings: vec!["NAME", "TARGET", "STATE", "LAST", "LAG", "BYTES", "SNAPSHOT"],
        rows: Vec::new(),
        fields: Vec::new(),
        json: Vec::new(),
    };
    let mut late = false;
    let mut envs = Vec::new();
    for name in choose(s, &args.names, args.names.is_empty())? {
        envs.extend(s.env(&name).ok().filter(|(_, e)| e.dataset.is_some()).map(|(_, env)| (name, env)));
    }
    for (name, here) in replicating::here_all(s, envs)? {
        let (env, _, side) = match here {
            Ok(here) => here,
            Err(e) => {
                results::error(&e);
                late = true;
                continue;
            }
        };
        let jobs = replicating::jobs(s, &env);
        let mut targets: Vec<String> = jobs.iter().map(|j| j.target.to_string()).collect();
        let known = side.datasets.get("").map(known_targets).unwrap_or_default();
        targets.extend(
            known.into_iter().filter(|k| !jobs.iter().any(|j| j.target.to_string() == *k)).map(String::from),
        );
        for target in targets {
            let job = jobs.iter().find(|j| j.target.to_string() == target);
            late |= add(s, &mut list, &name, &target, job, &side);
        }
    }
    list.print(s.global.json, s.global.lines);
    Ok(if late { Code::Failed } else { Code::Done })
}

/// One line; whether its job is late.
fn add(s: &Session, list: &mut List, name: &EnvName, target: &str, job: Option<&Job>, side: &Side) -> bool {
    let now = s.host.now();
    let point = side.datasets.get("").and_then(|d| last(d, target));
    let lag = point.map(|p| u64::try_from(now.as_second() - p.created).unwrap_or(0));
    let object = replicating::object(name);
    // Twice the interval: one that is being sent is not late yet.
    let late = job.is_some_and(|j| lag.is_none_or(|l| l > j.every.0.saturating_mul(2)));
    let state = match () {
        () if lock::is_held(&s.layout, &object) => "at work",
        () if journal::read(&s.layout, &object).ok().flatten().is_some() => "interrupted",
        () if late && lag.is_none() => "never",
        () if late => "late",
        () if job.is_none() => "by hand",
        () => "ok",
    };
    let bytes = point.and_then(|p| written(side, &p.name));
    let at = point.and_then(|p| jiff::Timestamp::from_second(p.created).ok()).map(|t| t.to_string());
    let row = |lag: String, bytes: String| {
        let snapshot = point.map(|p| p.name.clone()).unwrap_or_default();
        vec![
            name.to_string(),
            target.to_string(),
            state.to_string(),
            at.clone().unwrap_or_default(),
            lag,
            bytes,
            snapshot,
        ]
    };
    list.rows.push(row(
        lag.map(|l| format!("{l} s")).unwrap_or_default(),
        bytes.map(|b| ByteSize(b).human()).unwrap_or_default(),
    ));
    list.fields.push(row(
        lag.map(|l| l.to_string()).unwrap_or_default(),
        bytes.map(|b| b.to_string()).unwrap_or_default(),
    ));
    list.json.push(json!({
        "environment": name.as_str(),
        "target": target,
        "state": state,
        "every": job.map(|j| j.every.0),
        "rate": job.and_then(|j| j.rate).map(|r| r.0),
        "last": at,
        "snapshot": point.map(|p| p.name.as_str()),
        "lag": lag,
        "bytes": bytes,
    }));
    late
}
