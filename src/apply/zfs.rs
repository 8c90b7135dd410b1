//! What guards ask of zfs(8).

use super::Ctx;
use crate::error::{Error, Result};
use crate::host::cmd::{Output, RunError};
use crate::model::name::{DatasetName, SnapshotName};
use crate::plan::Whose;
use crate::programs::{zfs, zfs_snapshot};

/// A dataset, if it is there.
pub(super) fn dataset(ctx: &Ctx<'_>, name: &DatasetName) -> Result<Option<zfs::Dataset>> {
    let cmd = zfs::get_one(name);
    let out = ctx.host.query(&cmd).map_err(Error::from)?;
    if out.ok() {
        return Ok(zfs::parse_tree(&out.stdout)?.remove(name.as_str()));
    }
    if absent(&out) { Ok(None) } else { Err(RunError::failed(&cmd, &out).into()) }
}

/// Whether a snapshot is there.
pub(super) fn snapshot(ctx: &Ctx<'_>, dataset: &DatasetName, label: &str) -> Result<bool> {
    let cmd = zfs::list_snapshot(&format!("{dataset}@{label}"));
    let out = ctx.host.query(&cmd).map_err(Error::from)?;
    if out.ok() || absent(&out) { Ok(out.ok()) } else { Err(RunError::failed(&cmd, &out).into()) }
}

/// Whether at least one of these snapshots is there, and all that are may be destroyed.
pub(super) fn snapshots(
    ctx: &Ctx<'_>,
    dataset: &DatasetName,
    names: &[SnapshotName],
    uuid: uuid::Uuid,
    whose: Whose,
) -> Result<bool> {
    let cmd = zfs_snapshot::marks(dataset, names);
    let out = ctx.host.query(&cmd).map_err(Error::from)?;
    if !out.ok() && !absent(&out) {
        return Err(RunError::failed(&cmd, &out).into());
    }
    let all = zfs_snapshot::parse_marks(&out.stdout)?;
    let fine = |[stamp, mark]: &[Option<uuid::Uuid>; 2]| {
        *stamp == Some(uuid)
            && match whose {
                Whose::Anybody => true,
                Whose::Jug => mark.is_some(),
                Whose::Taking(it) => *mark == Some(it),
            }
    };
    Ok(!all.is_empty() && all.values().all(fine))
}

/// Whether a snapshot is held with jug's tag, or, where nobody can say, at all.
pub(super) fn held(ctx: &Ctx<'_>, dataset: &DatasetName, name: &SnapshotName) -> Result<bool> {
    let ask = |cmd| ctx.host.query(&cmd).map_err(Error::from).map(|out| (cmd, out));
    let (cmd, out) = ask(zfs_snapshot::holds(dataset, name))?;
    if out.ok() {
        return Ok(zfs_snapshot::is_held(&out.stdout));
    }
    if absent(&out) {
        return Ok(false);
    }
    if !zfs_snapshot::cannot_tell(&out) {
        return Err(RunError::failed(&cmd, &out).into());
    }
    let (cmd, out) = ask(zfs_snapshot::count_holds(dataset, name))?;
    match out.ok() {
        true => Ok(!matches!(out.stdout.trim(), "0" | "-")),
        false if absent(&out) => Ok(false),
        false => Err(RunError::failed(&cmd, &out).into()),
    }
}

/// Whether zfs(8) says that what was asked for is not there. Anything else must not be taken for that, or an undo would
/// leave what it is for.
fn absent(out: &Output) -> bool {
    out.stderr.contains("does not exist") || out.stderr.contains("no such pool")
}
