//! The receiving side of a replication, on this host: for its own jug, and for those of other nodes.

use super::session::Session;
use crate::error::{Error, Result};
use crate::facts::gather::{ROOTS, zfs_says};
use crate::host::pump::{From, How, Moved};
use crate::host::{Cmd, Host, RunError};
use crate::model::exchange::{Part, Replica};
use crate::model::name::DatasetName;
use crate::model::side::Side;
use crate::plan::replicate;
use crate::programs::replica::{self, REPLICA, SOURCE};
use crate::programs::zfs_snapshot::MARK;
use std::collections::BTreeMap;

/// Where a replica lies: below the dataset that was asked for, or the one that is kept for that. With `only`, nowhere but
/// there.
///
/// # Errors
/// It is none of those that are allowed, or this node keeps none.
pub fn root(s: &Session, it: &Replica, only: Option<&DatasetName>) -> Result<DatasetName> {
    let under = match (&it.under, only) {
        (Some(asked), Some(only)) if !asked.is_within(only) => {
            return Err(Error::conflict(asked, format!("only what is below {only} is received into"))
                .next(format!("name no dataset, or one below {only}")));
        }
        (Some(asked), _) => asked.clone(),
        (None, Some(only)) => only.clone(),
        (None, None) => default_root(s)?,
    };
    Ok(under.child(it.name.as_str()))
}

/// The dataset below which replicas lie by default.
///
/// # Errors
/// This node has no dataset of its own.
pub fn default_root(s: &Session) -> Result<DatasetName> {
    s.zfs_root().map(|r| r.child("replica")).ok_or_else(|| {
        Error::lacks("replicate", "this node has no zfs_root, and no dataset was named")
            .next("NODE:DATASET, or jug init --zfs-root POOL/jug there")
    })
}

/// What one side has of a dataset, by one command. One that is not there has nothing.
///
/// # Errors
/// zfs(8) says something else.
pub fn side(s: &Session, root: &DatasetName) -> Result<Side> {
    Ok(sides(s, std::slice::from_ref(root))?.into_values().next().unwrap_or_default())
}

/// The same of many, by as many commands as for one.
///
/// # Errors
/// As `side`.
pub fn sides<'r>(s: &Session, roots: &'r [DatasetName]) -> Result<BTreeMap<&'r DatasetName, Side>> {
    let mut all = BTreeMap::new();
    for some in roots.chunks(ROOTS) {
        let said = zfs_says(&s.host, &replica::get_sides(some, s.platform.openzfs()))?;
        all.extend(replica::parse_sides(some, &said)?);
    }
    Ok(all)
}

/// What to receive a part with, if it may be received.
///
/// # Errors
/// It is no replica of this environment, or the dataset that it is to lie below is not there.
pub fn prepare(s: &Session, it: &Replica, root: &DatasetName, part: &Part, filesystem: bool) -> Result<Cmd> {
    let dataset = replica::below(root, part.as_str())?;
    let there = side(s, root)?;
    replicate::may_receive(it.name.as_str(), it.uuid, root.as_str(), &there.datasets)?;
    let new = there.datasets.get(part.as_str()).is_none_or(|d| d.snapshots.is_empty() && d.token.is_none());
    if new
        && part.as_str().is_empty()
        && let Some(parent) = missing_parent(s, root, it.under.is_none())?
    {
        change(s, &replica::create_root(&parent))?;
    }
    Ok(replica::receive(&dataset, new.then_some((it.uuid, filesystem)), s.platform.openzfs()))
}

/// Where a replica lies and what is there; where nothing is, what it is to lie below must be there, or be the dataset that
/// is kept for that.
///
/// # Errors
/// As [`root`], or that is not there.
pub fn list(s: &Session, it: &Replica, only: Option<&DatasetName>) -> Result<(DatasetName, Side)> {
    let root = root(s, it, only)?;
    let side = side(s, &root)?;
    if side.datasets.is_empty() {
        missing_parent(s, &root, it.under.is_none())?;
    }
    Ok((root, side))
}

/// The dataset below which a replica is to lie, if it is not there and has to be made.
///
/// # Errors
/// It is not there, and is not the one that is kept for that.
fn missing_parent(s: &Session, root: &DatasetName, may: bool) -> Result<Option<DatasetName>> {
    let parent: DatasetName = root.as_str().rsplit_once('/').map_or(root.as_str(), |(p, _)| p).parse()?;
    if !side(s, &parent)?.datasets.is_empty() {
        return Ok(None);
    }
    if may && default_root(s).is_ok_and(|d| d == parent) {
        return Ok(Some(parent));
    }
    let next = match parent.as_str().contains('/') {
        true => format!("zfs create -o mountpoint=none -o canmount=off {parent}"),
        false => format!(
            "zpool list shows the pools; if {parent} is meant to be a node: jug node-add {parent} HOST"
        ),
    };
    Err(Error::not_found(&parent, "there is no such dataset to receive below").next(next))
}

/// Receives a part. What each end said is kept apart; the receiver's word comes first, since a stream that it refuses is
/// one that the sender could not send.
///
/// # Errors
/// Either failed.
pub fn receive(s: &Session, from: From<'_>, cmd: &Cmd, how: How<'_>) -> Result<u64> {
    let sender = match &from {
        From::Program(cmd) => Some((*cmd).clone()),
        From::Reader(_) => None,
    };
    let moved = s.host.stream(from, cmd, how).map_err(Error::from)?;
    judge(sender.as_ref(), cmd, &moved)?;
    Ok(moved.bytes)
}

/// The error of a stream that did not come through.
///
/// # Errors
/// It did not.
pub fn judge(sender: Option<&Cmd>, receiver: &Cmd, moved: &Moved) -> Result<()> {
    let sent = sender.zip(moved.sent.as_ref()).filter(|(_, out)| !out.ok());
    let of_sender = sent.map(|(cmd, out)| format!("sending: {}", RunError::failed(cmd, out)));
    let of_receiver =
        (!moved.received.ok()).then(|| format!("receiving: {}", RunError::failed(receiver, &moved.received)));
    match [of_receiver, of_sender].into_iter().flatten().collect::<Vec<_>>().join("; ") {
        why if why.is_empty() => Ok(()),
        // zfs receive (8) on OpenZFS and zfs-fuse: what was written there since would be lost.
        why if why.contains("has been modified") => Err(Error::failed("", why).next(
            "on its side, zfs rollback that dataset to its newest snapshot: what was written there since goes; then give the command again",
        )),
        why => Err(Error::failed("", why).next("give the command again: it goes on from what has arrived")),
    }
}

/// What comes after a part has been received: it is what a replica has to be, wherever ZFS could not make it so while it
/// came, its newest snapshot bears jug's mark and is held, and those before it are let go.
///
/// # Errors
/// zfs(8) refuses one of it.
pub fn settle(
    s: &Session,
    it: &Replica,
    root: &DatasetName,
    part: &Part,
    mark: Option<uuid::Uuid>,
) -> Result<()> {
    let dataset = replica::below(root, part.as_str())?;
    let all = side(s, root)?;
    replicate::may_receive(it.name.as_str(), it.uuid, root.as_str(), &all.datasets)?;
    let Some(state) = all.datasets.get(part.as_str()) else {
        return Err(Error::failed(&dataset, "it is not there, though it was received"));
    };
    if state.replica != Some(it.uuid) {
        change(s, &replica::set(REPLICA, &it.uuid.to_string(), dataset.as_str()))?;
    }
    if !state.readonly {
        change(s, &replica::set("readonly", "on", dataset.as_str()))?;
    }
    if !state.noauto && state.kind == "filesystem" {
        change(s, &replica::set("canmount", "noauto", dataset.as_str()))?;
    }
    let Some((newest, older)) = state.snapshots.split_last() else { return Ok(()) };
    let snapshot = format!("{dataset}@{}", newest.name);
    if let Some(mark) = mark.filter(|m| newest.mark != Some(*m)) {
        change(s, &replica::set(MARK, &mark.to_string(), &snapshot))?;
    }
    if newest.common.is_none() {
        change(s, &replica::set_common(&snapshot, SOURCE))?;
    }
    change(s, &replica::hold(&snapshot))?;
    // What another target holds here, since this was the source before, is not let go.
    for old in older.iter().filter(|p| p.common.as_deref() == Some(SOURCE)) {
        let snapshot = format!("{dataset}@{}", old.name);
        change(s, &replica::release(&snapshot))?;
        change(s, &replica::unset_common(&snapshot))?;
    }
    Ok(())
}

/// Gives up what came of a stream that can't be resumed. Only of a replica of this environment, or of what has just begun
/// to be one: ZFS takes it back to its newest snapshot, or away where it has none.
///
/// # Errors
/// It is another's, or zfs(8) refuses.
pub fn abort(s: &Session, it: &Replica, root: &DatasetName, part: &Part) -> Result<()> {
    let there = side(s, root)?;
    replicate::may_receive(it.name.as_str(), it.uuid, root.as_str(), &there.datasets)?;
    match there.datasets.get(part.as_str()) {
        Some(state) if state.token.is_some() => {
            change(s, &replica::abort(&replica::below(root, part.as_str())?))
        }
        _ => Ok(()),
    }
}

fn change(s: &Session, cmd: &Cmd) -> Result<()> {
    let out = s.host.change(cmd, &mut |_| {}).map_err(Error::from)?;
    if cmd.accepts(&out) { Ok(()) } else { Err(RunError::failed(cmd, &out).into()) }
}
