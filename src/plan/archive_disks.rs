//! What an archive of a VM holds: its disks, each by itself, and what belongs to it beside them.

use super::archive::{Coming, Shown, Source, bring};
use super::guest::Guest;
use super::{Plan, Step, machine, mnt, seed};
use crate::error::{Error, Result};
use crate::facts::Facts;
use crate::model::archive::{self, DATA, DiskPart, Form};
use crate::model::disk::{Blocks, Disk};
use crate::model::env::Env;
use crate::model::name::DatasetName;
use crate::platform::machine::{appear, blocks, make_disk, volume_device};
use crate::programs::zfs;

/// The files that belong to a VM and travel, by their paths below its system directory: the variables of its firmware,
/// and what its guest is told.
pub fn files() -> Vec<String> {
    let told = [seed::USER_DATA, seed::META_DATA, seed::NETWORK_CONFIG, seed::KEYS];
    machine::variable_names().chain(told.map(|file| format!("{}/{file}", seed::SOURCES))).collect()
}

/// The parts of one that lies in directories.
pub(super) fn lying(guest: &Guest<'_>) -> Vec<(String, Source)> {
    let disk =
        |part: &DiskPart| Some((part.name(), Source::Disk(blocks(guest, of(guest.env, part)?), part.size)));
    let disks = archive::disks(guest.env, Form::Tar);
    let own = (DATA.to_string(), Source::Files(guest.system()));
    [own].into_iter().chain(disks.iter().filter_map(disk)).collect()
}

/// The parts of a snapshot: volumes are read from clones, or are sent as they are; files of the VM's data from a clone of
/// that.
///
/// # Errors
/// A clone is there already, or nothing of it can be a stream.
pub(super) fn frozen(shown: &mut Shown<'_>, facts: &Facts, form: Form) -> Result<Vec<(String, Source)>> {
    let (guest, volumes) = (shown.guest, machine::volumes(shown.guest.env));
    let disks = archive::disks(guest.env, form);
    if form == Form::Zfs && !disks.iter().any(|d| d.stream) {
        return Err(Error::usage(
            guest.name,
            "none of its disks is a volume, and only that can be sent as a stream of ZFS",
        )
        .next("--form tar"));
    }
    let top = shown.top(facts, "system")?;
    let mut parts = vec![(DATA.to_string(), Source::Files(top.clone()))];
    let files = top.join("data");
    if disks.iter().any(|d| !volumes.contains(&d.disk)) {
        shown.tree("data", shown.set.child("data"), &files);
    }
    for part in disks {
        let name = part.disk.as_str();
        let source = if part.stream {
            Source::Snapshot(shown.root.child(name), shown.label.clone())
        } else if volumes.contains(&part.disk) {
            let set = shown.set.child(name);
            let clone = zfs::clone_volume(&shown.snapshot(name), &set, &guest.env.uuid);
            shown.clone(format!("show the snapshot of its disk {name}"), clone, &set);
            let device = volume_device(&set);
            shown.before.steps.extend(appear(&set, device.clone()));
            Source::Disk(device, part.size)
        } else {
            Source::Disk(files.join(&format!("{name}.raw")), part.size)
        };
        parts.push((part.name(), source));
    }
    Ok(parts)
}

/// The disk of a part, as it is or will be here.
pub fn of<'a>(env: &'a Env, part: &DiskPart) -> Option<&'a Disk> {
    env.vm.iter().flat_map(|vm| &vm.disks).find(|d| d.name == part.disk)
}

/// The volume that a stream goes to.
pub fn volume(guest: &Guest<'_>, part: &DiskPart) -> Option<DatasetName> {
    let own = guest.env.dataset.as_ref().filter(|_| machine::volumes(guest.env).contains(&part.disk))?;
    Some(own.child(part.disk.as_str()))
}

/// The steps that make the disks, with nothing on them yet. A volume whose content is received has no device until then.
///
/// # Errors
/// A name that is too long for ZFS.
pub(super) fn places(guest: &Guest<'_>, coming: Coming<'_>, plan: &mut Plan) -> Result<()> {
    for part in coming.disks {
        let Some(disk) = of(guest.env, part).filter(|d| matches!(d.blocks, Blocks::Own { .. })) else {
            continue;
        };
        let mut steps = make_disk(guest, disk)?;
        if let (true, Some(label), Some(set)) = (part.stream, coming.snapshot, volume(guest, part)) {
            steps.truncate(1);
            steps.iter_mut().for_each(|made| bring(made, &set, label, guest.env.uuid));
        }
        plan.steps.extend(steps.into_iter().map(|s| s.within(mnt::patience(guest))));
    }
    Ok(())
}

/// The steps that show what was received.
pub(super) fn shown(guest: &Guest<'_>, coming: Coming<'_>, plan: &mut Plan) {
    for part in coming.disks.iter().filter(|p| p.stream) {
        let (Some(label), Some(set)) = (coming.snapshot, volume(guest, part)) else { continue };
        plan.steps.extend(appear(&set, volume_device(&set)));
        let snapshot = zfs::destroy_snapshot(&format!("{set}@{label}"));
        plan.push(Step::run(format!("destroy the snapshot that came with {}", part.disk), snapshot));
    }
}
