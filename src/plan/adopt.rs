//! jmigrate of what lies on ZFS: a replica becomes the environment there, and the environment a replica here. What is
//! left behind may be moved back with no more than what has changed since.

use super::guest::Guest;
use super::{Effect, Guard, Plan, Step};
use crate::error::Result;
use crate::model::name::{AbsPath, DatasetName, SnapshotName};
use crate::model::side::{Side, State};
use crate::platform::machine::{appear, volume_device};
use crate::programs::replica::{self, REPLICA, SOURCE};
use crate::programs::zfs::{self, STAMP};
use crate::programs::zfs_snapshot::rollback;

/// Datasets of an environment with their states, the uppermost first.
type Sets<'a> = Vec<(DatasetName, &'a str, &'a State)>;

fn sets<'a>(guest: &Guest<'_>, side: &'a Side) -> Result<Sets<'a>> {
    let Some(root) = &guest.env.dataset else { return Ok(Vec::new()) };
    side.datasets.iter().map(|(c, d)| Ok((replica::below(root, c)?, c.as_str(), d))).collect()
}

/// The places of its two file systems.
fn places(guest: &Guest<'_>) -> [(&'static str, AbsPath); 2] {
    [("data", guest.data()), ("system", guest.system())]
}

/// Makes the environment's own datasets of a replica, as it was at its last snapshot, and mounts them. Undone, it is that
/// replica again: whatever was written meanwhile is given up.
///
/// # Errors
/// None but those of names.
pub fn place(guest: &Guest<'_>, side: &Side, own: &[&str], last: &SnapshotName) -> Result<Plan> {
    let mut plan = Plan::new(guest.verb("migrate"), guest.name);
    let uuid = guest.env.uuid;
    for (set, child, state) in sets(guest, side)? {
        if own.contains(&child) {
            plan.push(
                Step::run(
                    format!("put its stamp on {set}"),
                    replica::set(STAMP, &uuid.to_string(), set.as_str()),
                )
                .undo(Effect::Run(zfs::inherit(STAMP, &set))),
            );
        }
        let mut write = Step::run(format!("let {set} be written to"), zfs::inherit("readonly", &set));
        if state.snapshots.iter().any(|p| p.name == last.as_str()) {
            write = write.undo(Effect::Run(rollback(&set, last, false)));
        }
        plan.push(write.undo(Effect::Run(replica::set("readonly", "on", set.as_str()))));
        if state.kind == "volume" && own.contains(&child) {
            // As it was made; a property does not come with a stream of this kind. From `none`: see zfs::show_volume.
            plan.push(
                Step::run("let the host not look into it", replica::set("volmode", "none", set.as_str()))
                    .undo(Effect::Run(zfs::inherit("volmode", &set))),
            );
            plan.steps.extend(appear(&set, volume_device(&set)));
        }
    }
    for (part, path) in places(guest) {
        plan.make_dir(format!("make the mount point {path}"), &path, 0o755);
        for (set, child, state) in sets(guest, side)?.into_iter().filter(|(_, c, _)| below(c, part)) {
            if child == part {
                plan.push(
                    Step::run(format!("give {set} its mount point"), zfs::set_mountpoint(&set, &path))
                        .undo(Effect::Run(zfs::inherit("mountpoint", &set))),
                );
            }
            if state.kind != "filesystem" {
                continue;
            }
            plan.push(
                Step::run(format!("let {set} be mounted"), replica::set("canmount", "on", set.as_str()))
                    .undo(Effect::Run(replica::set("canmount", "noauto", set.as_str()))),
            );
            if child != part {
                plan.push(Step::run("mount it as well", zfs::mount(&set)));
                continue;
            }
            let mounted = Guard::DatasetMounted { name: set.clone(), path: path.clone() };
            plan.push(
                Step::run("mount it, if it is not mounted", zfs::mount(&set))
                    .undo_when(mounted.clone(), Effect::Run(zfs::unmount(&set))),
            );
            plan.push(Step::new(format!("see that it is mounted at {path}"), Effect::Expect(mounted)));
        }
    }
    Ok(plan)
}

/// Whether a dataset is that part, or in it.
fn below(child: &str, part: &str) -> bool {
    child.strip_prefix(part).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// What comes once it is registered, and runs if it is to: it is no replica any more, and nothing of it is held.
///
/// # Errors
/// None but those of names.
pub fn settle(guest: &Guest<'_>, side: &Side, id: uuid::Uuid) -> Result<Vec<Step>> {
    let root = guest.env.dataset.iter();
    let note = |root| Step::run("note which move brought it", replica::set_move(root, id, true));
    let mut steps: Vec<Step> = root.map(note).collect();
    for (set, _, state) in sets(guest, side)? {
        steps.push(Step::run(format!("{set} is no replica any more"), zfs::inherit(REPLICA, &set)));
        for point in state.snapshots.iter().filter(|p| p.common.as_deref() == Some(SOURCE)) {
            let snapshot = format!("{set}@{}", point.name);
            steps.push(Step::run(format!("release {snapshot}"), replica::release(&snapshot)));
            steps.push(Step::run("it is needed no more", replica::unset_common(&snapshot)));
        }
    }
    Ok(steps)
}

/// What the other side has taken over becomes a replica here, as it was at its last snapshot, and is forgotten.
///
/// # Errors
/// None but those of names.
pub fn leave(guest: &Guest<'_>, side: &Side, last: &SnapshotName) -> Result<Plan> {
    let mut plan = Plan::new(guest.verb("migrate"), guest.name);
    plan.point_of_no_return();
    let uuid = guest.env.uuid.to_string();
    for (part, path) in places(guest) {
        for (set, _, _) in sets(guest, side)?.into_iter().filter(|(_, child, _)| *child == part) {
            let mounted = Guard::DatasetMounted { name: set.clone(), path: path.clone() };
            plan.push(Step::run(format!("unmount {set}"), zfs::unmount(&set)).when(mounted));
        }
        plan.push(Step::new(format!("remove the mount point {path}"), Effect::RemoveDir { path }));
    }
    for (set, _, state) in sets(guest, side)? {
        let of = |property: &str, value: &str| replica::set(property, value, set.as_str());
        plan.push(Step::run(format!("{set} is a replica from now on"), of(REPLICA, &uuid)));
        plan.push(Step::run("let nobody write to it", of("readonly", "on")));
        if state.kind == "filesystem" {
            plan.push(Step::run("let nothing mount it by itself", of("canmount", "noauto")));
        }
        if state.snapshots.iter().any(|p| p.name == last.as_str()) {
            let snapshot = format!("{set}@{last}");
            plan.push(Step::run(format!("keep {snapshot}, which both have"), replica::hold(&snapshot)));
            plan.push(Step::run("note for whom", replica::set_common(&snapshot, SOURCE)));
        }
        if state.uuid == Some(guest.env.uuid) {
            plan.push(Step::run("take its stamp away", zfs::inherit(STAMP, &set)));
        }
    }
    for path in [guest.layout.rcconf(guest.name), guest.layout.fstab(guest.name), guest.run_dir()] {
        plan.push(Step::new(format!("remove {path}"), Effect::RemoveTree { path }));
    }
    plan.push(Step::new("forget it", Effect::Remove { path: guest.layout.env_file(guest.name) }));
    Ok(plan)
}
