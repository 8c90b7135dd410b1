//! snapshot-diff

use super::session::Session;
use super::snapshots::facts;
use super::targets::one;
use crate::error::{Code, Error, Result};
use crate::host::{Host, RunError};
use crate::model::name::{DatasetName, SnapshotName};
use crate::plan::{moment, snapshot};
use crate::programs::zfs_snapshot::{self, Change};
use crate::report::table::List;
use serde_json::json;

/// Tell what has changed in a jail since a snapshot, until another one or until now
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The jail
    #[arg(value_name = "NAME")]
    name: String,
    /// The snapshot's name, or label
    #[arg(value_name = "SNAPSHOT")]
    from: String,
    /// Until this one
    #[arg(value_name = "NEWER")]
    to: Option<String>,
}

/// Runs it: a question for each dataset that both have.
pub fn run(s: &Session, args: &Args) -> Result<Code> {
    let name = one(s, &args.name)?;
    let (_, env) = s.env(&name)?;
    let root = snapshot::dataset(&name, &env)?;
    if s.saved.is_some() {
        return Err(Error::usage("--facts", "saved facts do not say what has changed").next("leave it out"));
    }
    let facts = facts(s, &[(&name, &env)], false)?;
    let all = moment::moments(root, &facts);
    let from = moment::find(&name, &all, &args.from)?;
    let to = args.to.as_deref().map(|t| moment::find(&name, &all, t)).transpose()?;
    let (older, newer): (SnapshotName, Option<SnapshotName>) =
        (from.name.parse()?, to.map(|t| t.name.parse()).transpose()?);
    let mut list = List {
        name: "changes",
        headings: vec!["CHANGE", "KIND", "PATH", "TO"],
        rows: Vec::new(),
        fields: Vec::new(),
        json: Vec::new(),
    };
    for member in &from.members {
        let (dataset, _) = member.parts();
        let mounted = facts.datasets.get(dataset).is_some_and(|d| d.mounted);
        if !mounted || to.is_some_and(|t| t.of(dataset).is_none()) {
            continue;
        }
        for change in ask(s, &dataset.parse()?, &older, newer.as_ref())? {
            add(&mut list, dataset, &change);
        }
    }
    list.print(s.global.json, s.global.lines);
    Ok(Code::Done)
}

fn ask(
    s: &Session,
    dataset: &DatasetName,
    from: &SnapshotName,
    to: Option<&SnapshotName>,
) -> Result<Vec<Change>> {
    let cmd = zfs_snapshot::diff(dataset, from, to);
    let out = s.host.query(&cmd).map_err(Error::from)?;
    if out.ok() {
        return zfs_snapshot::parse_diff(&out.stdout);
    }
    if zfs_snapshot::lacks_verb(&out) {
        return Err(Error::lacks("zfs", "this zfs can't tell what has changed: it has no `diff`").next(
            "use OpenZFS; a clone made --from-snapshot can be looked into (jug jclone, jug vm-clone)",
        ));
    }
    Err(RunError::failed(&cmd, &out).into())
}

fn add(list: &mut List, dataset: &str, c: &Change) {
    let row =
        vec![c.change.to_string(), c.kind.to_string(), c.path.clone(), c.to.clone().unwrap_or_default()];
    list.rows.push(row.clone());
    list.fields.push(row);
    list.json.push(json!({
        "dataset": dataset,
        "change": match c.change { '+' => "added", '-' => "removed", 'R' => "renamed", _ => "modified" },
        "kind": c.kind.to_string(),
        "path": c.path,
        "to": c.to,
    }));
}
