//! snapshot-rollback: an environment's datasets as they were when a snapshot was taken.

use super::guest::Guest;
use super::moment::{Moment, below, find, list, moments};
use super::snapshot::{destroy, may_go, own};
use super::{Effect, Guard, Plan, Step, create, mnt, stop};
use crate::error::{Error, Result};
use crate::facts::Facts;
use crate::model::name::{DatasetName, SnapshotName};
use crate::programs::zfs_snapshot;
use jiff::Timestamp;

/// What the user has said to.
#[derive(Clone, Copy, Debug, Default)]
pub struct Consent {
    /// Newer snapshots may be destroyed.
    pub newer: bool,
    /// Also those that jug did not take.
    pub foreign: bool,
}

/// The plan for a stopped environment. Each dataset is set back by a command of its own, so what could refuse is looked
/// for first; from the first loss on there is no way back, and what breaks is carried to its end.
///
/// # Errors
/// It runs or is protected; the snapshot is not of all its datasets; newer ones would go and may not.
pub fn plan(guest: &Guest<'_>, facts: &Facts, word: &str, consent: Consent, now: Timestamp) -> Result<Plan> {
    let (name, env) = (guest.name, guest.env);
    let root = own(guest, facts)?;
    let all = moments(root, facts);
    let it = find(name, &all, word)?;
    let snapshot: SnapshotName = it.name.parse()?;
    if env.protected {
        return Err(Error::busy(name, "it is protected, and what has changed since would be lost")
            .next(format!("{} protected=false", guest.command("set"))));
    }
    if facts.container(name.as_str()).is_some_and(|c| c.uuid == Some(env.uuid)) {
        return Err(Error::busy(name, "it runs")
            .next(format!("jug snapshot-rollback --stop {name} {snapshot} stops it and starts it again")));
    }
    if stop::leftovers(guest, facts, &mnt::kept(guest, facts, None)) {
        return Err(Error::busy(name, format!("something is still mounted below {}", guest.root()))
            .next(guest.command("stop")));
    }
    let (sets, others) = datasets(guest, facts, root)?;
    if let Some(without) = sets.iter().find(|d| it.of(d.as_str()).is_none()) {
        return Err(Error::conflict(name, format!("the snapshot {snapshot} is not of {without}")).next(
            format!(
                "zfs rollback takes single datasets back; {} COPY makes another of its data",
                guest.command(&format!("clone --from-snapshot {snapshot}"))
            ),
        ));
    }
    let newer = newer(facts, &all, it, &sets);
    if !newer.is_empty() {
        let names = list(newer.iter().map(|m| m.name));
        if !consent.newer {
            let told: Vec<String> =
                newer.iter().filter_map(|m| Some(format!("{}: {}", m.name, m.stays.as_deref()?))).collect();
            let told = if told.is_empty() { String::new() } else { format!(" ({})", told.join("; ")) };
            return Err(Error::conflict(
                name,
                format!("{} newer snapshots would be destroyed: {names}{told}", newer.len()),
            )
            .next(format!("jug snapshot-rollback --destroy-newer {name} {snapshot}")));
        }
        for m in &newer {
            let next = format!("jug snapshot-rollback --destroy-newer --foreign {name} {snapshot}");
            may_go(name, m, consent.foreign, &next)?;
        }
    }
    let mut plan = Plan::new("snapshot-rollback", name);
    if !others.is_empty() {
        plan.warnings.push(format!("{} are not jug's and stay as they are", others.join(", ")));
    }
    if env.owner.epoch > 0 {
        plan.push(mnt::still_ours(guest, guest.node.id));
    }
    if !newer.is_empty() {
        plan.point_of_no_return();
        plan.steps.extend(destroy(guest, root, &newer)?);
    }
    // The uppermost dataset comes first and holds no files: if ZFS refuses that, nothing is lost yet.
    for set in &sets {
        plan.push(Step::run(
            format!("set {set} back"),
            zfs_snapshot::rollback(set, &snapshot, consent.newer),
        ));
        plan.point_of_no_return();
    }
    as_registered(guest, now, &mut plan)?;
    Ok(plan)
}

/// Its own datasets, and those that somebody else made below them.
fn datasets(guest: &Guest<'_>, facts: &Facts, root: &DatasetName) -> Result<(Vec<DatasetName>, Vec<String>)> {
    let inside = || facts.datasets.iter().filter(|(n, _)| below(root, n));
    let own = |uuid| uuid == Some(guest.env.uuid);
    let sets = inside().filter(|(_, d)| own(d.uuid)).map(|(n, _)| n.parse()).collect::<Result<_>>()?;
    Ok((sets, inside().filter(|(_, d)| !own(d.uuid)).map(|(n, _)| n.clone()).collect()))
}

/// What was taken of one of these datasets after it was. Creation times tell seconds only; the order of the facts is
/// that of zfs(8).
fn newer<'m, 'a>(
    facts: &Facts,
    all: &'m [Moment<'a>],
    it: &Moment<'_>,
    sets: &[DatasetName],
) -> Vec<&'m Moment<'a>> {
    let mut names = std::collections::BTreeSet::new();
    for set in sets {
        let of_set = facts.snapshots.iter().map(crate::programs::zfs_snapshot::Snapshot::parts);
        let after = of_set.filter(|(d, _)| *d == set.as_str()).map(|(_, n)| n).skip_while(|n| *n != it.name);
        names.extend(after.skip(1));
    }
    all.iter().filter(|m| names.contains(m.name)).collect()
}

/// What this node knows of it is newer than what came back with its system directory: its copy, and its owner.
fn as_registered(guest: &Guest<'_>, now: Timestamp, plan: &mut Plan) -> Result<()> {
    for (title, path, text) in create::copies(guest)? {
        plan.push(Step::new(title, Effect::Write { path, text, mode: 0o600 }));
    }
    let number = guest.env.owner.epoch;
    if number > 0 {
        let (dir, node) = (mnt::owner_dir(guest), guest.node.id);
        let epoch = guest.node.epoch(now);
        let ours = Guard::Owner { dir: dir.clone(), number, node };
        plan.push(
            Step::new("see that it says again who owns it", Effect::TakeEpoch { dir, number, epoch })
                .when(Guard::Not(Box::new(ours))),
        );
    }
    Ok(())
}
