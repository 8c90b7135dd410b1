//! Where a new environment's data lies: datasets, directories, or what mnt_start mounts.

use super::driver::Need;
use super::guest::Guest;
use super::{Effect, Guard, Plan, Step, mnt};
use crate::error::Result;
use crate::facts::Facts;
use crate::model::env::Storage;
use crate::model::name::{AbsPath, DatasetName};
use crate::programs::zfs;

/// The steps that make its storage and take its first epoch. With `origin`, a snapshot, its data is a clone of that.
///
/// # Errors
/// None but those of names.
pub fn make(guest: &Guest<'_>, facts: &Facts, origin: Option<&str>, plan: &mut Plan) -> Result<()> {
    match (&guest.env.dataset, guest.env.storage) {
        (Some(dataset), Storage::Zfs) => datasets(guest, dataset, origin, plan),
        (_, Storage::External) => {
            return external(guest, facts, plan);
        }
        _ => {
            let data = guest.data();
            plan.push(tree(guest, format!("make {data}"), &data));
            plan.push(tree(guest, "make the place of what belongs to it".into(), &guest.system()));
        }
    }
    if guest.env.owner.epoch > 0 {
        // It goes with the storage that was made for it.
        let mut take = mnt::take(guest, guest.env.owner.epoch, guest.node.epoch(guest.env.created));
        take.undo.clear();
        plan.push(take);
    }
    Ok(())
}

fn datasets(guest: &Guest<'_>, dataset: &DatasetName, origin: Option<&str>, plan: &mut Plan) {
    let (uuid, data) = (guest.env.uuid, guest.data());
    let (data_set, system_set) = (dataset.child("data"), dataset.child("system"));
    let make = |title: &str, name: &DatasetName, cmd| {
        Step::run(title, cmd)
            .undo_when(Guard::Dataset { name: name.clone(), uuid }, Effect::Run(zfs::destroy(name)))
    };
    let place = |path: &AbsPath| {
        Step::new(format!("make the mount point {path}"), Effect::MakeDir { path: path.clone(), mode: 0o755 })
            .undo(Effect::RemoveDir { path: path.clone() })
    };
    plan.push(make("make the dataset that holds all of it", dataset, zfs::create(dataset, &uuid, None)));
    plan.push(place(&data));
    plan.push(match origin {
        Some(snapshot) => make("clone its data", &data_set, zfs::clone(snapshot, &data_set, &uuid, &data)),
        None => make("make the dataset of its data", &data_set, zfs::create(&data_set, &uuid, Some(&data))),
    });
    plan.push(mounted(&data_set, &data));
    plan.push(place(&guest.system()));
    let system = zfs::create(&system_set, &uuid, Some(&guest.system()));
    plan.push(make("make the dataset of what belongs to it", &system_set, system));
    plan.push(mounted(&system_set, &guest.system()));
}

fn mounted(name: &DatasetName, path: &AbsPath) -> Step {
    // zfs create exits 0 with "successfully created, but not mounted" (F5.2).
    Step::new(
        format!("see that it is mounted at {path}"),
        Effect::Expect(Guard::DatasetMounted { name: name.clone(), path: path.clone() }),
    )
}

/// Storage that is mounted: it must be empty, and taking its first epoch decides between two nodes at once.
fn external(guest: &Guest<'_>, facts: &Facts, plan: &mut Plan) -> Result<()> {
    plan.steps.extend(mnt::start_for(guest, facts, Need::New)?);
    for path in [guest.data(), guest.system()] {
        let title = format!("see that there is nothing in {path} yet");
        plan.push(Step::new(title, Effect::Expect(Guard::Empty { path })).within(mnt::patience(guest)));
    }
    let epoch = guest.node.epoch(guest.env.created);
    let ours =
        || Guard::Owner { dir: mnt::owner_dir(guest), number: guest.env.owner.epoch, node: epoch.node };
    let mut take = mnt::take(guest, guest.env.owner.epoch, epoch.clone());
    take.undo.clear();
    if let Some(cmd) = guest.platform.unprotect(&guest.data()) {
        take = take.undo_when(ours(), Effect::Run(cmd));
    }
    // The epoch goes last: it says that what is there is ours.
    let take = take.undo_when(ours(), Effect::EmptyTree { path: guest.data() });
    plan.push(take.undo_when(ours(), Effect::EmptyTree { path: guest.system() }));
    Ok(())
}

/// A directory that was not there before, and that goes with all that is in it on undo: file flags first, which
/// forbid removing (F9.7).
fn tree(guest: &Guest<'_>, title: String, path: &AbsPath) -> Step {
    let step = Step::new(title, Effect::MakeDir { path: path.clone(), mode: 0o755 });
    let step = match guest.platform.unprotect(path) {
        Some(cmd) => step.undo_when(Guard::Exists { path: path.clone() }, Effect::Run(cmd)),
        None => step,
    };
    step.undo(Effect::RemoveTree { path: path.clone() })
}
