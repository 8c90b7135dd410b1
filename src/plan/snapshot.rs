//! Snapshots of an environment: taken of all its datasets at one moment, held, released, destroyed.

use super::guest::{Guest, verb_of};
use super::moment::{Moment, find, moments};
use super::prune::{self, Item, Verdict};
use super::{Effect, Guard, Plan, Step, Whose, hooks, mnt};
use crate::error::{Error, Result};
use crate::facts::Facts;
use crate::model::env::{Env, Storage};
use crate::model::hook::Point;
use crate::model::keep::Keep;
use crate::model::name::{DatasetName, EnvName, SnapshotName};
use crate::programs::zfs_snapshot;
use jiff::Timestamp;
use std::collections::BTreeMap;

/// So many bytes of names stand in one argument: Linux takes 128 KiB there, and FreeBSD 512 KiB in all (F5.5).
const NAMES: usize = 64 << 10;

/// How the note on a snapshot that goes begins.
pub const DESTROY: &str = "destroy";

/// Its uppermost dataset.
///
/// # Errors
/// Its storage has no snapshots.
pub fn dataset<'a>(name: &EnvName, env: &'a Env) -> Result<&'a DatasetName> {
    let why = |what: &str, next: String| Error::lacks(name, what).next(next);
    match (&env.dataset, env.storage) {
        (Some(dataset), Storage::Zfs) => Ok(dataset),
        (_, Storage::External) => Err(why(
            "its storage is what mnt_start mounts, of which jug can't take snapshots",
            "take them where that storage is kept".into(),
        )),
        _ => Err(why(
            "it lies in plain directories, which have no snapshots",
            format!(
                "jug {} {name} COPY copies it while it is stopped; --storage zfs of {} makes one with snapshots",
                verb_of(env.kind, "clone"),
                verb_of(env.kind, "create")
            ),
        )),
    }
}

/// Its uppermost dataset, which is there and its own.
///
/// # Errors
/// It is not, its storage has no snapshots, or another node has taken the environment over.
pub fn own<'a>(guest: &Guest<'a>, facts: &Facts) -> Result<&'a DatasetName> {
    let root = dataset(guest.name, guest.env)?;
    stamped(guest, root, facts.datasets.get(root.as_str()).map(|d| d.uuid))?;
    Ok(root)
}

/// Refuses a dataset by the local stamp that it has, if it is there.
///
/// # Errors
/// As [`own`].
pub fn stamped(guest: &Guest<'_>, root: &DatasetName, stamp: Option<Option<uuid::Uuid>>) -> Result<()> {
    match stamp {
        None => {
            return Err(
                Error::lacks(guest.name, format!("its dataset {root} is not there")).next("zpool import")
            );
        }
        Some(stamp) if stamp != Some(guest.env.uuid) => {
            return Err(Error::conflict(
                guest.name,
                format!("the dataset {root} does not bear its identity"),
            )
            .next(format!("zfs get jug:uuid {root}; it ought to be {}", guest.env.uuid)));
        }
        Some(_) => {}
    }
    if guest.env.owner.fenced { Err(mnt::fenced(guest)) } else { Ok(()) }
}

/// One environment's part of a taking.
#[derive(Debug)]
pub struct Part<'a> {
    /// Its uppermost dataset.
    pub root: &'a DatasetName,
    /// Its identity.
    pub uuid: uuid::Uuid,
    /// The name of the new snapshot.
    pub name: SnapshotName,
}

/// The step that takes snapshots of several environments at one moment. Undone, just these go.
pub fn step(title: String, parts: &[Part<'_>], mark: uuid::Uuid) -> Step {
    let all: Vec<(&DatasetName, &SnapshotName)> = parts.iter().map(|p| (p.root, &p.name)).collect();
    parts.iter().fold(Step::run(title, zfs_snapshot::take(&all, &mark)), |step, p| {
        let names = vec![p.name.clone()];
        let destroy = Effect::Run(zfs_snapshot::destroy(p.root, &names, true));
        let whose = Whose::Taking(mark);
        step.undo_when(Guard::Snapshots { dataset: p.root.clone(), names, uuid: p.uuid, whose }, destroy)
    })
}

/// Whether it has hooks that bring it to rest or wake it again.
pub fn has_hooks(guest: &Guest<'_>) -> bool {
    [Point::Presnapshot, Point::Postsnapshot].iter().any(|p| !hooks::steps(guest, *p).is_empty())
}

/// The plan for a snapshot of one environment, with its hooks around it. What was brought to rest is woken again
/// whatever happens.
///
/// # Errors
/// As [`own`].
pub fn take(guest: &Guest<'_>, facts: &Facts, name: &SnapshotName, mark: uuid::Uuid) -> Result<Plan> {
    let root = own(guest, facts)?;
    let runs = facts.container(guest.name.as_str()).is_some_and(|c| c.running && guest.is_its_own(c));
    let mut before = hooks::around(guest, Point::Presnapshot, name, runs);
    let after = hooks::around(guest, Point::Postsnapshot, name, runs);
    if let Some(first) = before.first_mut() {
        first.undo.extend(after.iter().map(|s| {
            let mut action = s.action.clone();
            if let Effect::Hook { policy, .. } = &mut action.effect {
                *policy = crate::model::hook::Policy::Warn;
            }
            action
        }));
    }
    let mut plan = Plan::new("snapshot", guest.name);
    plan.steps = before;
    let part = Part { root, uuid: guest.env.uuid, name: name.clone() };
    plan.push(step(format!("take the snapshot {name} of all its datasets"), &[part], mark));
    // What is woken stays awake: undoing would only put it to rest again.
    plan.steps.extend(after);
    Ok(plan)
}

/// The plan that destroys what a policy lets go of all there are, if that is anything.
///
/// # Errors
/// As [`own`], or a policy that keeps nothing.
pub fn prune(
    guest: &Guest<'_>,
    facts: &Facts,
    all: &[Moment<'_>],
    (policy, foreign): (&Keep, bool),
    now: Timestamp,
) -> Result<Option<Plan>> {
    if policy.is_none() {
        return Err(Error::usage(guest.name, "the policy is none, which would keep nothing")
            .next("jug snapshot-remove takes snapshots by name"));
    }
    let root = own(guest, facts)?;
    let verdicts = judge(all, policy, now, foreign);
    if verdicts.iter().all(|v| v.keep) {
        return Ok(None);
    }
    let mut plan = Plan::new("snapshot-prune", guest.name);
    plan.notes = all
        .iter()
        .zip(&verdicts)
        .map(|(m, v)| format!("{} {}: {}", if v.keep { "keep   " } else { DESTROY }, m.name, v.why))
        .collect();
    let gone: Vec<&Moment<'_>> = all.iter().zip(&verdicts).filter(|(_, v)| !v.keep).map(|(m, _)| m).collect();
    plan.point_of_no_return();
    plan.steps = destroy(guest, root, &gone)?;
    Ok(Some(plan))
}

/// What is to become of each.
pub fn judge(all: &[Moment<'_>], policy: &Keep, now: Timestamp, foreign: bool) -> Vec<Verdict> {
    let items: Vec<Item<'_>> = all
        .iter()
        .map(|m| Item { name: m.name, created: m.created(), ours: m.ours(), stays: m.stays.clone() })
        .collect();
    prune::judge(&items, policy, now, foreign)
}

/// The plan that destroys the snapshots which the user has named.
///
/// # Errors
/// As [`own`], or one of them can't be found, is held, cloned or needed by a replication, or is not jug's.
pub fn remove(guest: &Guest<'_>, facts: &Facts, words: &[String], foreign: bool) -> Result<Plan> {
    let root = own(guest, facts)?;
    let all = moments(root, facts);
    let mut gone: Vec<&Moment<'_>> = Vec::new();
    for word in words {
        let it = find(guest.name, &all, word)?;
        if !gone.iter().any(|g| g.name == it.name) {
            gone.push(it);
        }
    }
    for it in &gone {
        may_go(
            guest.name,
            it,
            foreign,
            &format!("jug snapshot-remove --foreign {} {}", guest.name, it.name),
        )?;
    }
    let mut plan = Plan::new("snapshot-remove", guest.name);
    plan.point_of_no_return();
    plan.steps = destroy(guest, root, &gone)?;
    Ok(plan)
}

/// Refuses what must not be destroyed.
///
/// # Errors
/// It is held, cloned or needed by a replication; or it is not jug's, unless `foreign`.
pub fn may_go(object: &EnvName, it: &Moment<'_>, foreign: bool, next: &str) -> Result<()> {
    if let Some(why) = &it.stays {
        let e = Error::conflict(object, format!("the snapshot {}: {why}", it.name));
        let name = it.name;
        return Err(match it.holds() {
            0 if it.common().is_some() => e.next(format!(
                "a later replication lets it go; jug replicate --forget {object} TARGET gives that one up"
            )),
            0 => e.next(
                "zfs promote lets a clone stand by itself; or remove the environment that it belongs to",
            ),
            _ => e
                .code(crate::error::Code::Busy)
                .next(format!("jug snapshot-release {object} {name}; zfs holds says who else holds it")),
        });
    }
    if !foreign && !it.ours() {
        return Err(Error::conflict(object, format!("jug did not take the snapshot {}", it.name)).next(next));
    }
    Ok(())
}

/// The steps that destroy moments, with as few commands as there can be. There is no way back from the first.
///
/// # Errors
/// A name that is none.
pub fn destroy(guest: &Guest<'_>, root: &DatasetName, gone: &[&Moment<'_>]) -> Result<Vec<Step>> {
    // By dataset, and whether what is below goes with it: as one, where its uppermost dataset has it.
    let mut groups: BTreeMap<(&str, bool, bool), Vec<SnapshotName>> = BTreeMap::new();
    for moment in gone {
        let name: SnapshotName = moment.name.parse()?;
        let whole = moment.of(root.as_str()).is_some();
        for member in moment.members.iter().take(if whole { 1 } else { usize::MAX }) {
            let dataset = if whole { root.as_str() } else { member.parts().0 };
            groups.entry((dataset, whole, moment.ours())).or_default().push(name.clone());
        }
    }
    let mut steps = Vec::new();
    for ((dataset, whole, ours), names) in groups {
        let dataset: DatasetName = dataset.parse()?;
        for names in chunks(&names, dataset.as_str().len(), guest.platform.openzfs()) {
            let title = match names {
                [one] => format!("destroy the snapshot {one}"),
                many => format!("destroy {} snapshots", many.len()),
            };
            let whose = if ours { Whose::Jug } else { Whose::Anybody };
            let uuid = guest.env.uuid;
            let guard = Guard::Snapshots { dataset: dataset.clone(), names: names.to_vec(), uuid, whose };
            steps.push(Step::run(title, zfs_snapshot::destroy(&dataset, names, whole)).when(guard));
        }
    }
    Ok(steps)
}

/// As many names as fit into a command; one, where zfs(8) takes no list. The guard names each with its dataset.
fn chunks(names: &[SnapshotName], dataset: usize, together: bool) -> Vec<&[SnapshotName]> {
    if !together {
        return names.chunks(1).collect();
    }
    let (mut all, mut from, mut size) = (Vec::new(), 0, 0);
    for (i, name) in names.iter().enumerate() {
        let more = name.as_str().len() + dataset + 2;
        if size + more > NAMES && i > from {
            all.push(&names[from..i]);
            (from, size) = (i, 0);
        }
        size += more;
    }
    all.push(&names[from..]);
    all
}

/// The plan that holds snapshots, or releases them; without those for which that is known to be so already.
///
/// # Errors
/// As [`own`], or one of them can't be found.
pub fn hold(guest: &Guest<'_>, facts: &Facts, words: &[String], hold: bool) -> Result<Plan> {
    let root = own(guest, facts)?;
    let all = moments(root, facts);
    let mut plan = Plan::new(if hold { "snapshot-hold" } else { "snapshot-release" }, guest.name);
    for word in words {
        let it = find(guest.name, &all, word)?;
        let name: SnapshotName = it.name.parse()?;
        let whole = it.of(root.as_str()).is_some();
        for member in it.members.iter().take(if whole { 1 } else { usize::MAX }) {
            let dataset: DatasetName = if whole { root.clone() } else { member.parts().0.parse()? };
            let held = Guard::Held { dataset: dataset.clone(), name: name.clone() };
            let loose = Guard::Not(Box::new(held.clone()));
            let holds = zfs_snapshot::hold(&dataset, &name, whole);
            let releases = zfs_snapshot::release(&dataset, &name, whole);
            plan.push(match hold {
                true => Step::run(format!("hold {dataset}@{name}"), holds)
                    .when(loose)
                    .undo_when(held, Effect::Run(releases)),
                false => Step::run(format!("release {dataset}@{name}"), releases)
                    .when(held)
                    .undo_when(loose, Effect::Run(holds)),
            });
        }
    }
    Ok(plan)
}
