//! jclone: a new environment with another's data, and an identity of its own.

use super::guest::Guest;
use super::{Effect, Guard, Plan, Step, create, hookdirs, hooks, machine, mnt, publish, storage};
use crate::error::{Error, Result};
use crate::facts::Facts;
use crate::model::env::Storage;
use crate::model::hook::Point;
use crate::programs::zfs;

/// Snapshots that clones are made of have this prefix, then the first digits of the clone's identity.
pub const SNAPSHOT: &str = "jug-clone-";

/// The plan for `guest`, a clone of `source`: of its data as it is now, or of a snapshot of it.
///
/// # Errors
/// The target exists, the source runs on storage that can't be frozen, or there is no such snapshot.
pub fn plan(source: &Guest<'_>, guest: &Guest<'_>, facts: &Facts, from: Option<&str>) -> Result<Plan> {
    create::refuse(guest, facts)?;
    publish::meant(guest, facts)?;
    let zfs = source.env.storage == Storage::Zfs;
    let runs = facts.container(source.name.as_str()).is_some_and(|c| c.uuid == Some(source.env.uuid));
    if runs && !zfs {
        return Err(Error::busy(source.name, "it runs, and its storage has no snapshots to copy from")
            .next(source.command("stop")));
    }
    if from.is_some() && !zfs {
        return Err(Error::usage(source.name, "only what lies on ZFS has snapshots"));
    }
    let mut plan = Plan::new(guest.verb("clone"), guest.name);
    if zfs {
        snapshot_and_clone(source, guest, facts, from, &mut plan)?;
    } else {
        if source.env.storage == Storage::External {
            plan.steps.extend(mnt::start(source, facts)?);
        }
        storage::make(guest, facts, None, &mut plan)?;
        let copy =
            Effect::CloneTree { from: source.data(), to: guest.data(), hooks: hooks::clone(source, guest) };
        plan.push(Step::new(format!("copy the data of {}", source.name), copy));
    }
    if let Some(vm) = &guest.env.vm {
        machine::clone(source, guest, vm, facts, &mut plan);
    } else {
        plan.steps.extend(guest.platform.rename_inside(guest));
    }
    create::register(guest, &mut plan)?;
    plan.steps.extend(hooks::steps(guest, Point::Created));
    plan.steps.extend(hookdirs::cloned(source, guest));
    mnt::put_away(guest, facts, &mut plan);
    mnt::put_away(source, facts, &mut plan);
    Ok(plan)
}

fn snapshot_and_clone(
    source: &Guest<'_>,
    guest: &Guest<'_>,
    facts: &Facts,
    from: Option<&str>,
    plan: &mut Plan,
) -> Result<()> {
    let whole = source.env.dataset.as_ref().ok_or_else(|| Error::failed(source.name, "it has no dataset"))?;
    let volumes = machine::volumes(source.env);
    let mut sets = vec![whole.child("data")];
    sets.extend(volumes.iter().map(|v| whole.child(v.as_str())));
    let label = match from {
        Some(label) => {
            for set in &sets {
                if !facts.snapshots.iter().any(|s| s.parts() == (set.as_str(), label)) {
                    return Err(Error::not_found(
                        format!("{set}@{}", crate::model::name::printable(label)),
                        "there is no such snapshot",
                    )
                    .next(format!("zfs list -t snapshot {set}")));
                }
            }
            label.to_string()
        }
        None => {
            let label = format!("{SNAPSHOT}{}", &guest.env.uuid.simple().to_string()[..8]);
            // All in one command, so that a VM's disks are of one moment.
            let mut step =
                Step::run(format!("take a snapshot of {}", source.name), zfs::snapshot_all(&sets, &label));
            for set in &sets {
                step = step.undo_when(
                    Guard::Snapshot { dataset: set.clone(), label: label.clone(), uuid: source.env.uuid },
                    Effect::Run(zfs::destroy_snapshot(&format!("{set}@{label}"))),
                );
            }
            plan.push(step);
            label
        }
    };
    storage::make(guest, facts, Some(&format!("{}@{label}", whole.child("data"))), plan)?;
    let Some(new) = &guest.env.dataset else { return Ok(()) };
    for volume in &volumes {
        let (from, to) = (format!("{}@{label}", whole.child(volume.as_str())), new.child(volume.as_str()));
        let uuid = guest.env.uuid;
        plan.push(
            Step::run(format!("clone its disk {volume}"), zfs::clone_volume(&from, &to, &uuid))
                .undo_when(Guard::Dataset { name: to.clone(), uuid }, Effect::Run(zfs::destroy(&to))),
        );
        let path = crate::platform::machine::volume_device(&to);
        plan.steps.extend(crate::platform::machine::appear(&to, path));
    }
    Ok(())
}
