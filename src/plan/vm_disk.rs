//! Disks of a VM that is there: another one, a larger one, one less.

use super::guest::Guest;
use super::{Effect, Guard, Plan, Step, live, mnt};
use crate::error::{Error, Result};
use crate::facts::Facts;
use crate::model::disk::{Blocks, Disk, DiskKind};
use crate::model::name::AbsPath;
use crate::model::size::ByteSize;
use crate::model::vm::kind_of;
use crate::platform::machine;
use crate::programs::{truncate, zfs};
use crate::store::started::Started;

/// What becomes of the disks.
#[derive(Clone, Copy, Debug)]
pub enum Change<'a> {
    /// These are new.
    Add(&'a [Disk]),
    /// This one grows from that size.
    Grow(&'a Disk, ByteSize, ByteSize),
    /// This one goes with all that is on it.
    Remove(&'a Disk),
}

/// The plan: `before` and `guest` are the VM without and with the change, `texts` its file's. Beside it, the keys that
/// wait for a restart.
///
/// # Errors
/// It runs where it may not, something is there already, or a snapshot needs what is to go.
pub fn plan(
    (before, guest): (&Guest<'_>, &Guest<'_>),
    change: Change<'_>,
    facts: &Facts,
    started: Option<&Started>,
    texts: (&str, &str),
) -> Result<(Plan, Vec<String>)> {
    let name = guest.name;
    let runs = facts.runs(guest.env.uuid);
    if runs && !matches!(change, Change::Add(_)) {
        return Err(Error::busy(name, "it runs").next(format!("jug vm-stop {name}")));
    }
    if guest.env.owner.fenced {
        return Err(mnt::fenced(guest));
    }
    let (written, pending) = live::plan(before, guest, facts, started, texts)?;
    let mut plan = Plan { steps: Vec::new(), no_return: None, ..written.clone() };
    if !runs {
        plan.steps.extend(mnt::start(guest, facts)?);
    }
    match change {
        Change::Add(disks) => {
            for disk in disks {
                plan.steps.extend(add(guest, disk, facts)?);
            }
            plan.steps.extend(written.steps);
        }
        Change::Grow(disk, from, to) => {
            plan.steps.extend(grow(guest, disk, from, to));
            plan.steps.extend(written.steps);
        }
        Change::Remove(disk) => {
            let away = remove(guest, disk, facts)?;
            plan.steps.extend(written.steps);
            plan.point_of_no_return();
            plan.steps.extend(away);
        }
    }
    if !runs {
        mnt::put_away(guest, facts, &mut plan);
    }
    Ok((plan, pending))
}

fn add(guest: &Guest<'_>, disk: &Disk, facts: &Facts) -> Result<Vec<Step>> {
    let path = machine::blocks(guest, disk);
    let there = facts.path(path.as_str()).is_some();
    match disk.blocks {
        Blocks::Own { .. } if there => Err(Error::conflict(guest.name, format!("{path} is there already"))
            .next("look what it is; or another name")),
        Blocks::Theirs(_) if !there => Err(Error::not_found(guest.name, format!("there is no {path}"))),
        _ => {
            let steps = machine::make_disk(guest, disk)?;
            Ok(steps.into_iter().map(|s| s.within(mnt::patience(guest))).collect())
        }
    }
}

fn grow(guest: &Guest<'_>, disk: &Disk, from: ByteSize, to: ByteSize) -> [Step; 2] {
    let title = format!("let {} grow from {from} to {to}", disk.name);
    let kind = if let Blocks::Own { kind, .. } = disk.blocks { kind } else { None };
    let path = machine::blocks(guest, disk);
    let step = match (kind_of(kind, guest.env.storage), &guest.env.dataset) {
        (DiskKind::Zvol, Some(set)) => {
            let set = set.child(disk.name.as_str());
            let back = Effect::Run(zfs::set_volsize(&set, from));
            Step::run(title, zfs::set_volsize(&set, to))
                .when(Guard::Dataset { name: set.clone(), uuid: guest.env.uuid })
                .undo_when(Guard::Dataset { name: set, uuid: guest.env.uuid }, back)
        }
        // Nothing is in what it has grown by.
        _ => Step::run(title, truncate::to(&path, to)).undo(Effect::Run(truncate::to(&path, from))),
    };
    let table = end_of_table(path);
    [step.undo(table.action.effect.clone()), table].map(|s| s.within(mnt::patience(guest)))
}

/// The step that puts the backup of a disk's partition table where it ends now.
pub fn end_of_table(path: AbsPath) -> Step {
    Step::new("put the backup of its partition table, if it has one, at its end", Effect::EndTable { path })
}

fn remove(guest: &Guest<'_>, disk: &Disk, facts: &Facts) -> Result<Vec<Step>> {
    let Blocks::Own { kind, .. } = disk.blocks else { return Ok(Vec::new()) };
    if let (DiskKind::Zvol, Some(set)) = (kind_of(kind, guest.env.storage), &guest.env.dataset) {
        let set = set.child(disk.name.as_str());
        if let Some(snapshot) = facts.snapshots.iter().find(|s| s.parts().0 == set.as_str()) {
            return Err(Error::conflict(
                guest.name,
                format!("the disk {} has a snapshot, {}", disk.name, snapshot.name),
            )
            .next("destroy that first, if it is not needed"));
        }
        let guard = Guard::Dataset { name: set.clone(), uuid: guest.env.uuid };
        return Ok(vec![Step::run(format!("destroy {set}"), zfs::destroy(&set)).when(guard)]);
    }
    let path = machine::blocks(guest, disk);
    Ok(vec![Step::new(format!("remove {path}"), Effect::Remove { path }).within(mnt::patience(guest))])
}
