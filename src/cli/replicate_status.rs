//! replicate-status

use super::replicating;
use super::session::Session;
use super::targets::choose;
use crate::error::{Code, Error, Result};
use crate::host::Host;
use crate::model::name::{DatasetName, EnvName};
use crate::model::replica::Job;
use crate::model::side::{Point, Side};
use crate::model::size::ByteSize;
use crate::plan::replicate::{known_targets, last};
use crate::programs::replica;
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

/// Runs it: one that is late, was never done or can't be asked is exit 1 at the end.
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
    for name in choose(s, &args.names, args.names.is_empty())? {
        let Ok((_, env)) = s.env(&name) else { continue };
        let jobs = replicating::jobs(s, &env);
        if env.dataset.is_none() {
            continue;
        }
        let (_, root, side) = match replicating::here(s, &name) {
            Ok(here) => here,
            Err(e) => {
                results::error(&e);
                late = true;
                continue;
            }
        };
        let mut targets: Vec<String> = jobs.iter().map(|j| j.target.to_string()).collect();
        let known = side.datasets.get("").map(known_targets).unwrap_or_default();
        targets.extend(
            known.into_iter().filter(|k| !jobs.iter().any(|j| j.target.to_string() == *k)).map(String::from),
        );
        for target in targets {
            let job = jobs.iter().find(|j| j.target.to_string() == target);
            late |= add(s, &mut list, &name, &target, job, (&root, &side));
        }
    }
    list.print(s.global.json, s.global.lines);
    Ok(if late { Code::Failed } else { Code::Done })
}

/// One line; whether its job is late.
fn add(
    s: &Session,
    list: &mut List,
    name: &EnvName,
    target: &str,
    job: Option<&Job>,
    (root, side): (&DatasetName, &Side),
) -> bool {
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
    let bytes = point.and_then(|p| written(s, root, side, p));
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

/// How much was written since a snapshot; nothing where ZFS does not tell.
fn written(s: &Session, root: &DatasetName, side: &Side, since: &Point) -> Option<u64> {
    if !s.platform.openzfs() {
        return None;
    }
    let of = |child: &String| {
        let dataset = replica::below(root, child).ok()?;
        let out = s.host.query(&replica::written(&dataset, &since.name)).ok().filter(|o| o.ok())?;
        out.stdout.trim().parse::<u64>().ok()
    };
    let with = side.datasets.iter().filter(|(_, d)| d.snapshots.iter().any(|p| p.name == since.name));
    with.map(|(child, _)| of(child)).sum()
}
