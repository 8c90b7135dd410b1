//! jexport and jimport. What is read and written in between is no step: it ends with jug, leaves nothing but what the
//! steps before it have made, and what comes after it is planned once it is done.

use super::guest::Guest;
use super::{Effect, Guard, Plan, Step, Whose, create, hooks, mnt, snapshot, stop, storage};
use crate::error::{Error, Result};
use crate::facts::Facts;
use crate::model::archive::Form;
use crate::model::env::{Mode, Storage};
use crate::model::hook::Point;
use crate::model::name::{AbsPath, DatasetName, SnapshotName};
use crate::programs::{zfs, zfs_snapshot};

/// The dataset, below the environment's, that shows the snapshot which is being archived.
const SHOWN: &str = "export";

/// An archive that is to be written.
#[derive(Debug)]
pub struct Export {
    /// What makes the data stand still.
    pub before: Plan,
    /// What takes that away again, and gives the archive its name.
    pub after: Plan,
    /// What is read in between.
    pub source: Source,
}

/// Where an archive's data come from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// A tree.
    Tree(AbsPath),
    /// A snapshot.
    Snapshot(DatasetName, SnapshotName),
}

/// How an archive is to be written.
#[derive(Clone, Copy, Debug)]
pub struct How<'a> {
    /// What its data are.
    pub form: Form,
    /// Under which name it is written, and which it gets; none for a stream.
    pub file: Option<(&'a AbsPath, &'a AbsPath)>,
    /// The identity of this one.
    pub mark: uuid::Uuid,
}

/// Plans an archive.
///
/// # Errors
/// It runs on storage that can't be frozen, another node owns it, or the file is there.
pub fn export(guest: &Guest<'_>, facts: &Facts, how: How<'_>) -> Result<Export> {
    let name = guest.name;
    let (mut before, mut after) = (Plan::new("jexport", name), Plan::new("jexport", name));
    if let Some((part, file)) = how.file {
        for path in [part, file] {
            if facts.path(path.as_str()).is_some() {
                return Err(
                    Error::conflict(path, "it is there already").next("choose another name, or rm it")
                );
            }
        }
        let text = String::new();
        before.push(
            Step::new(
                "make the file, for root alone",
                Effect::Write { path: part.clone(), text, mode: 0o600 },
            )
            .undo(Effect::Remove { path: part.clone() }),
        );
        let (from, to) = (part.clone(), file.clone());
        let back = Effect::Rename { from: to.clone(), to: from.clone() };
        after.push(Step::new("give it its name", Effect::Rename { from, to }).undo(back));
    }
    if guest.env.storage == Storage::Zfs {
        let source = frozen(guest, facts, how, &mut before, &mut after)?;
        return Ok(Export { before, after, source });
    }
    if how.form == Form::Zfs {
        return Err(
            Error::usage(name, "only what lies on ZFS can be sent as a stream of ZFS").next("--form tar")
        );
    }
    if guest.env.owner.fenced {
        return Err(mnt::fenced(guest));
    }
    if facts.container(name.as_str()).is_some_and(|c| c.uuid == Some(guest.env.uuid)) {
        return Err(Error::busy(name, "it runs, and its storage has no snapshots to read from")
            .next(format!("jug jexport --stop {name} FILE stops it meanwhile")));
    }
    if guest.env.storage != Storage::External && stop::leftovers(guest, facts, &mnt::kept(guest, facts, None))
    {
        return Err(Error::busy(name, format!("something is still mounted below {}", guest.root()))
            .next(format!("jug jstop {name}")));
    }
    if guest.env.storage == Storage::External {
        before.steps.extend(mnt::start(guest, facts)?);
        mnt::put_away(guest, facts, &mut after);
    }
    Ok(Export { before, after, source: Source::Tree(guest.data()) })
}

/// A snapshot of its own, and for files a clone of that, where they can be read whatever the environment does.
fn frozen(
    guest: &Guest<'_>,
    facts: &Facts,
    how: How<'_>,
    before: &mut Plan,
    after: &mut Plan,
) -> Result<Source> {
    let (root, uuid) = (snapshot::own(guest, facts)?, guest.env.uuid);
    let label: SnapshotName = format!("jug-export-{}", &how.mark.simple().to_string()[..8]).parse()?;
    let data = root.child("data");
    before.steps.extend(snapshot::take(guest, facts, &label, how.mark)?.steps);
    after.point_of_no_return();
    let source = match how.form {
        Form::Zfs => Source::Snapshot(data, label.clone()),
        Form::Tar => {
            let (set, place) = (root.child(SHOWN), guest.layout.archive(guest.name));
            if facts.datasets.contains_key(set.as_str()) {
                return Err(Error::conflict(guest.name, format!("the dataset {set} exists")).next(format!(
                    "zfs list -r {root}; jug did not make it, or jug doctor --fix removes it"
                )));
            }
            before.make_dir("make the place where the snapshot is read", &place, 0o700);
            let ours = Guard::Dataset { name: set.clone(), uuid };
            before.push(
                Step::run(
                    "show the snapshot there",
                    zfs::clone(&format!("{data}@{label}"), &set, &uuid, &place),
                )
                .undo_when(ours.clone(), Effect::Run(zfs::destroy(&set))),
            );
            let mounted = Guard::DatasetMounted { name: set.clone(), path: place.clone() };
            before.push(Step::new(format!("see that it is mounted at {place}"), Effect::Expect(mounted)));
            after.push(Step::run("take it away", zfs::destroy(&set)).when(ours));
            after.push(Step::new("remove the place", Effect::RemoveDir { path: place.clone() }));
            Source::Tree(place)
        }
    };
    let names = vec![label.clone()];
    let whose = Whose::Taking(how.mark);
    let there = Guard::Snapshots { dataset: root.clone(), names: names.clone(), uuid, whose };
    after.push(
        Step::run(format!("destroy the snapshot {label}"), zfs_snapshot::destroy(root, &names, true))
            .when(there),
    );
    Ok(source)
}

/// The steps before the data come: a place for them, with an owner. `stream` is the snapshot that a ZFS stream brings.
///
/// # Errors
/// The name or its places are taken, or it needs a base that is not there.
pub fn place(guest: &Guest<'_>, facts: &Facts, stream: Option<&SnapshotName>) -> Result<Plan> {
    refuse(guest, facts)?;
    let mut plan = Plan::new("jimport", guest.name);
    storage::make(guest, facts, None, &mut plan)?;
    if let (Some(label), Some(set)) = (stream, data_set(guest)) {
        // What is received has a snapshot, which goes before the dataset can.
        let destroy = Effect::Run(zfs::destroy(&set));
        let there = Guard::Snapshot { dataset: set.clone(), label: label.to_string(), uuid: guest.env.uuid };
        let away = Effect::Run(zfs::destroy_snapshot(&format!("{set}@{label}")));
        let mut first = Step::new("", away.clone()).undo_when(there, away).undo;
        let made = plan.steps.iter_mut().find(|s| s.undo.iter().any(|u| u.effect == destroy));
        if let Some(made) = made {
            first.append(&mut made.undo);
            made.undo = first;
        }
        plan.push(Step::run("unmount it, since what is received takes its place", zfs::unmount(&set)));
    }
    Ok(plan)
}

/// The dataset of its data.
pub fn data_set(guest: &Guest<'_>) -> Option<DatasetName> {
    guest.env.dataset.as_ref().map(|d| d.child("data"))
}

fn refuse(guest: &Guest<'_>, facts: &Facts) -> Result<()> {
    match guest.env.mode {
        // Its root is all there, whatever it was made from.
        Mode::Full => create::refuse_places(guest, facts),
        _ => create::refuse(guest, facts),
    }
}

/// The steps once the data are there and checked. With another name than it had, it is told so inside.
///
/// # Errors
/// None but those of names.
pub fn register(guest: &Guest<'_>, stream: Option<&SnapshotName>, renamed: bool) -> Result<Plan> {
    let mut plan = Plan::new("jimport", guest.name);
    if let (Some(label), Some(set)) = (stream, data_set(guest)) {
        let seen = Guard::DatasetMounted { name: set.clone(), path: guest.data() };
        plan.push(Step::run("mount what came", zfs::mount(&set)));
        plan.push(Step::new("see that it is mounted", Effect::Expect(seen)));
        let snapshot = zfs::destroy_snapshot(&format!("{set}@{label}"));
        plan.push(Step::run("destroy the snapshot that came with it", snapshot));
    }
    if renamed {
        plan.steps.extend(guest.platform.rename_inside(guest));
    }
    create::register(guest, &mut plan)?;
    plan.steps.extend(hooks::steps(guest, Point::Created));
    Ok(plan)
}
