//! jexport and jimport, vm-export and vm-import. What is read and written in between is no step: it ends with jug, leaves
//! nothing but what the steps before it have made, and what comes after it is planned once it is done.

use super::guest::Guest;
use super::{
    Action, Effect, Guard, Plan, Step, Whose, archive_disks, create, hooks, mnt, snapshot, stop, storage,
};
use crate::error::{Error, Result};
use crate::facts::Facts;
use crate::model::archive::{DATA, DiskPart, Form};
use crate::model::env::{Mode, Storage};
use crate::model::hook::Point;
use crate::model::name::{AbsPath, DatasetName, SnapshotName};
use crate::model::size::ByteSize;
use crate::programs::{zfs, zfs_snapshot};

/// The dataset, below the environment's, that shows the snapshot which is being archived. No disk can be called so.
const SHOWN: &str = "export";

/// An archive that is to be written.
#[derive(Debug)]
pub struct Export {
    /// What makes the data stand still.
    pub before: Plan,
    /// What takes that away again, and gives the archive its name.
    pub after: Plan,
    /// What is read in between: the parts of the archive in their order, each with its name.
    pub parts: Vec<(String, Source)>,
}

/// Where a part of an archive comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// A tree.
    Tree(AbsPath),
    /// Of this tree the files that belong to a VM, as far as they are there.
    Files(AbsPath),
    /// A file or device of this length.
    Disk(AbsPath, ByteSize),
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
    let (name, verb) = (guest.name, guest.verb("export"));
    let (mut before, mut after) = (Plan::new(verb.as_str(), name), Plan::new(verb.as_str(), name));
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
        let parts = frozen(guest, facts, how, &mut before, &mut after)?;
        return Ok(Export { before, after, parts });
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
            .next(format!("jug {verb} --stop {name} FILE stops it meanwhile")));
    }
    if guest.env.storage != Storage::External && stop::leftovers(guest, facts, &mnt::kept(guest, facts, None))
    {
        return Err(Error::busy(name, format!("something is still mounted below {}", guest.root()))
            .next(format!("jug {} {name}", guest.verb("stop"))));
    }
    if guest.env.storage == Storage::External {
        before.steps.extend(mnt::start(guest, facts)?);
        mnt::put_away(guest, facts, &mut after);
    }
    let parts = match guest.env.is_vm() {
        true => archive_disks::lying(guest),
        false => vec![(DATA.into(), Source::Tree(guest.data()))],
    };
    Ok(Export { before, after, parts })
}

/// A snapshot of its own, and clones of that, where all can be read whatever the environment does.
fn frozen(
    guest: &Guest<'_>,
    facts: &Facts,
    how: How<'_>,
    before: &mut Plan,
    after: &mut Plan,
) -> Result<Vec<(String, Source)>> {
    let root = snapshot::own(guest, facts)?;
    let label: SnapshotName = format!("jug-export-{}", &how.mark.simple().to_string()[..8]).parse()?;
    before.steps.extend(snapshot::take(guest, facts, &label, how.mark)?.steps);
    after.point_of_no_return();
    let mut shown = Shown { guest, root, set: root.child(SHOWN), label: &label, before, away: Vec::new() };
    let parts = match (guest.env.is_vm(), how.form) {
        (true, form) => archive_disks::frozen(&mut shown, facts, form)?,
        (false, Form::Zfs) => vec![(DATA.into(), Source::Snapshot(root.child("data"), label.clone()))],
        (false, Form::Tar) => vec![(DATA.into(), Source::Tree(shown.top(facts, "data")?))],
    };
    after.steps.extend(shown.away.into_iter().rev());
    let names = vec![label.clone()];
    let whose = Whose::Taking(how.mark);
    let there = Guard::Snapshots { dataset: root.clone(), names: names.clone(), uuid: guest.env.uuid, whose };
    after.push(
        Step::run(format!("destroy the snapshot {label}"), zfs_snapshot::destroy(root, &names, true))
            .when(there),
    );
    Ok(parts)
}

/// The clones that show a snapshot while it is archived.
pub(super) struct Shown<'a> {
    pub(super) guest: &'a Guest<'a>,
    /// The environment's uppermost dataset.
    pub(super) root: &'a DatasetName,
    /// The uppermost of the clones.
    pub(super) set: DatasetName,
    pub(super) label: &'a SnapshotName,
    pub(super) before: &'a mut Plan,
    /// What takes them away, the last first.
    away: Vec<Step>,
}

impl Shown<'_> {
    /// Shows one of the environment's datasets as the uppermost. Returns where.
    pub(super) fn top(&mut self, facts: &Facts, of: &str) -> Result<AbsPath> {
        let (set, place) = (self.set.clone(), self.guest.layout.archive(self.guest.name));
        if facts.datasets.contains_key(set.as_str()) {
            return Err(Error::conflict(self.guest.name, format!("the dataset {set} exists")).next(format!(
                "zfs list -r {}; jug did not make it, or jug doctor --fix removes it",
                self.root
            )));
        }
        self.before.make_dir("make the place where the snapshot is read", &place, 0o700);
        self.away.push(Step::new("remove the place", Effect::RemoveDir { path: place.clone() }));
        self.tree(of, set, &place);
        Ok(place)
    }

    /// Shows another below.
    pub(super) fn tree(&mut self, of: &str, set: DatasetName, place: &AbsPath) {
        let clone = zfs::clone(&self.snapshot(of), &set, &self.guest.env.uuid, place);
        self.clone("show the snapshot there".into(), clone, &set);
        let mounted = Guard::DatasetMounted { name: set, path: place.clone() };
        self.before.push(Step::new(format!("see that it is mounted at {place}"), Effect::Expect(mounted)));
    }

    /// What is cloned.
    pub(super) fn snapshot(&self, of: &str) -> String {
        format!("{}@{}", self.root.child(of), self.label)
    }

    /// The step that clones, and the one that takes the clone away again.
    pub(super) fn clone(&mut self, title: String, cmd: crate::host::Cmd, set: &DatasetName) {
        let ours = Guard::Dataset { name: set.clone(), uuid: self.guest.env.uuid };
        let destroy = zfs::destroy(set);
        self.before.push(Step::run(title, cmd).undo_when(ours.clone(), Effect::Run(destroy.clone())));
        self.away.push(Step::run("take it away", destroy).when(ours));
    }
}

/// What is in an archive that is taken in.
#[derive(Clone, Copy, Debug, Default)]
pub struct Coming<'a> {
    /// The snapshot that streams of ZFS bring.
    pub snapshot: Option<&'a SnapshotName>,
    /// A VM's disks.
    pub disks: &'a [DiskPart],
}

/// The steps before the data come: a place for them, with an owner.
///
/// # Errors
/// The name or its places are taken, or it needs a base that is not there.
pub fn place(guest: &Guest<'_>, facts: &Facts, coming: Coming<'_>) -> Result<Plan> {
    refuse(guest, facts)?;
    let mut plan = Plan::new(guest.verb("import"), guest.name);
    storage::make(guest, facts, None, &mut plan)?;
    if guest.env.is_vm() {
        archive_disks::places(guest, coming, &mut plan)?;
    } else if let (Some(label), Some(set)) = (coming.snapshot, data_set(guest)) {
        let destroy = Effect::Run(zfs::destroy(&set));
        let made = plan.steps.iter_mut().find(|s| s.undo.iter().any(|u| u.effect == destroy));
        made.into_iter().for_each(|made| bring(made, &set, label, guest.env.uuid));
        plan.push(Step::run("unmount it, since what is received takes its place", zfs::unmount(&set)));
    }
    Ok(plan)
}

/// What is received has a snapshot, which goes before its dataset can.
pub(super) fn bring(made: &mut Step, set: &DatasetName, label: &SnapshotName, uuid: uuid::Uuid) {
    let there = Guard::Snapshot { dataset: set.clone(), label: label.to_string(), uuid };
    let away = Effect::Run(zfs::destroy_snapshot(&format!("{set}@{label}")));
    made.undo.insert(0, Action { effect: away, when: Some(there), limit: None });
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

/// The steps once the data are there and checked. With another name than it had, a jail is told so inside.
///
/// # Errors
/// None but those of names.
pub fn register(guest: &Guest<'_>, coming: Coming<'_>, renamed: bool) -> Result<Plan> {
    let mut plan = Plan::new(guest.verb("import"), guest.name);
    if guest.env.is_vm() {
        archive_disks::shown(guest, coming, &mut plan);
    } else if let (Some(label), Some(set)) = (coming.snapshot, data_set(guest)) {
        let seen = Guard::DatasetMounted { name: set.clone(), path: guest.data() };
        plan.push(Step::run("mount what came", zfs::mount(&set)));
        plan.push(Step::new("see that it is mounted", Effect::Expect(seen)));
        let snapshot = zfs::destroy_snapshot(&format!("{set}@{label}"));
        plan.push(Step::run("destroy the snapshot that came with it", snapshot));
    }
    if renamed && !guest.env.is_vm() {
        plan.steps.extend(guest.platform.rename_inside(guest));
    }
    create::register(guest, &mut plan)?;
    plan.steps.extend(hooks::steps(guest, Point::Created));
    Ok(plan)
}
