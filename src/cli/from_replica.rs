//! jregister --replica: what was replicated to this node becomes the environment, since the node that it came from is gone.

use super::jregister::{Args, enter, facts};
use super::receiving;
use super::session::Session;
use crate::apply;
use crate::error::{Error, Result};
use crate::host::Host;
use crate::model::env::{Env, Storage};
use crate::model::name::{BaseName, DatasetName, EnvName, SnapshotName};
use crate::model::side::Side;
use crate::plan::{Effect, Plan, Step, adopt};
use crate::programs::zfs;
use crate::report::results::Done;
use crate::store::lock::Lock;

/// The datasets that every environment has.
const PARTS: [&str; 3] = ["", "data", "system"];

/// Takes a replica, as it was at its newest snapshot. Undone, it is that replica again.
///
/// # Errors
/// It is none, not whole, or in the way of another; or the copy in it is refused.
pub fn take(
    s: &Session,
    args: &Args,
    name: &EnvName,
    replica: &DatasetName,
    lock: Option<&Lock>,
    warnings: &mut Vec<String>,
) -> Result<Done> {
    let root = s.needed_zfs_root(name)?.child("env").child(name.as_str());
    if root.pool() != replica.pool() {
        return Err(Error::usage(replica, format!("it is not on the pool of {root}")).next(format!(
            "zfs send -R {replica}@SNAPSHOT | zfs receive -u a dataset on that pool; then name that"
        )));
    }
    if !receiving::side(s, &root)?.datasets.is_empty() {
        return Err(
            Error::conflict(&root, "the dataset is there already").next(format!("zfs list -r {root}"))
        );
    }
    let side = receiving::side(s, replica)?;
    let (uuid, last) = whole(replica, &side)?;
    let stand_in = Env {
        storage: Storage::Zfs,
        dataset: Some(root.clone()),
        ..Env::new(uuid, s.host.now(), BaseName::HOST.parse()?)
    };
    let guest = s.guest(name, &stand_in, None);
    let mut place = Plan::new("jregister", name);
    place.push(
        Step::run(format!("make {replica} {root}"), zfs::rename(replica, &root))
            .undo(Effect::Run(zfs::rename(&root, replica))),
    );
    let own: Vec<&str> = side
        .datasets
        .iter()
        .filter(|(c, d)| PARTS.contains(&c.as_str()) || d.kind == "volume")
        .map(|(c, _)| c.as_str())
        .collect();
    place.steps.extend(adopt::place(&guest, &side, &own, &last)?.steps);
    let Some(lock) = lock else {
        crate::report::table::out(&format!(
            "{place}# What comes then is in the copy that is mounted now: the next epoch is taken, the environment is\n\
             # registered, and it is a replica no more.\n"
        ));
        return Ok(Done::unchanged("dry run, would be: registered"));
    };
    let mut met = Vec::new();
    let mut more = || {
        let mut rest = Plan::new("jregister", name);
        let (steps, held) = enter(s, args, name, &stand_in, &facts(s, name)?, &mut met)?;
        rest.steps = steps;
        rest.point_of_no_return();
        rest.steps.extend(adopt::settle(&guest, &side, s.host.uuid())?);
        Ok((rest, held))
    };
    warnings.extend(apply::run_on(&s.ctx(true), name.as_str(), &place, lock, &mut more)?);
    warnings.extend(met);
    Ok(Done::changed(format!(
        "registered, as it was at {last}; what may run on its former node was not stopped"
    )))
}

/// Whose replica it is, and the snapshot that all of it has last.
fn whole(replica: &DatasetName, side: &Side) -> Result<(uuid::Uuid, SnapshotName)> {
    let top = side.datasets.get("").and_then(|d| Some((d.replica?, d.snapshots.last()?)));
    let Some((uuid, last)) = top else {
        return Err(Error::not_found(replica, "there is no replica that jug has received")
            .next("zfs get -r jug:replica shows where they are"));
    };
    for (child, state) in &side.datasets {
        let shown = if child.is_empty() { replica.clone() } else { replica.child(child) };
        if state.token.is_some() {
            return Err(Error::busy(&shown, "a stream into it is on its way, or broke off").next(format!(
                "jug replicate on its node goes on with it; if that is gone, zfs receive -A {shown}"
            )));
        }
    }
    for part in PARTS {
        let newest = side.datasets.get(part).and_then(|d| d.snapshots.last());
        if newest.is_none_or(|p| p.name != last.name) {
            let has = newest.map_or("nothing", |p| p.name.as_str());
            return Err(Error::failed(
                replica,
                format!("it is not whole: its newest snapshot is {}, and {part} has {has}", last.name),
            )
            .next(format!(
                "zfs list -t snapshot -r {replica}; zfs rollback -r each to the newest that all have"
            )));
        }
    }
    Ok((uuid, last.name.parse()?))
}
