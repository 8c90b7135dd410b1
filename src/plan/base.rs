//! Bases: imported from the running system, a tree or an archive; removed while nobody uses them.

use super::{Effect, Guard, Plan, Step};
use crate::error::{Error, Result};
use crate::facts::Facts;
use crate::host::fs::Kind;
use crate::model::base::{Base, OWN, Origin, SNAPSHOT};
use crate::model::name::{AbsPath, BaseName, DatasetName, EnvName};
use crate::model::schema::to_text;
use crate::platform::{Platform, PlatformKind};
use crate::programs::{tar, zfs};
use crate::store::layout::Layout;

/// What a base is to be made of.
#[derive(Debug)]
pub struct Import<'a> {
    /// Its name.
    pub name: &'a BaseName,
    /// What its file will say.
    pub base: Base,
    /// The tree or archive; nothing for `host`.
    pub source: Option<AbsPath>,
    /// The workdir.
    pub layout: &'a Layout,
    /// The platform.
    pub platform: &'a dyn Platform,
}

/// Directories that every base must have for mounts to be put on.
fn mount_points(platform: &dyn Platform) -> Vec<AbsPath> {
    let more: &[&str] = match platform.kind() {
        PlatformKind::Freebsd => &["dev", "proc", "mnt", "media"],
        PlatformKind::Linux => &["dev", "proc", "sys", "run", "mnt", "media"],
    };
    more.iter().chain(OWN.iter()).map(|d| AbsPath::root().join(d)).collect()
}

/// The paths whose kind the planner wants to know.
pub fn paths_of_interest(import: &Import<'_>) -> Vec<AbsPath> {
    let mut paths = vec![import.layout.base(import.name)];
    paths.extend(import.source.clone());
    if import.base.origin == Origin::Host {
        paths.extend(import.platform.host_userland().mounts.iter().map(|d| AbsPath::root().join(d)));
    }
    paths
}

/// The plan for a new base, and what its file will say.
///
/// # Errors
/// It exists, or its source does not.
pub fn import(import: Import<'_>, facts: &Facts) -> Result<(Plan, Base)> {
    let (name, layout, platform) = (import.name, import.layout, import.platform);
    let object = format!("base {name}");
    let dir = layout.base(name);
    if facts.path(dir.as_str()).is_some() {
        return Err(
            Error::conflict(&object, "it exists").next(format!("jug base-ls; jug base-remove {name}"))
        );
    }
    if name.is_host() != (import.base.origin == Origin::Host) {
        return Err(Error::usage(
            &object,
            "`host` is the running system itself, and no other base may have that name",
        )
        .next("jug base-import host, or choose another name"));
    }
    let mut plan = Plan::new("base-import", name);
    plan.make_dir("make the place of the base", &dir, 0o755);
    plan.make_dir("make the place of its tree, closed to others", &layout.base_tree(name), 0o700);
    let root = layout.base_root(name);
    let mut base = import.base;
    if let Some(dataset) = &base.dataset {
        refuse_dataset(&object, dataset, facts)?;
        plan.make_dir("make its mount point", &root, 0o755);
        plan.push(Step::run("make its dataset", zfs::create(dataset, &base.uuid, Some(&root))).undo_when(
            Guard::Dataset { name: dataset.clone(), uuid: base.uuid },
            Effect::Run(zfs::destroy(dataset)),
        ));
        plan.push(Step::new(
            "see that it is mounted",
            Effect::Expect(Guard::DatasetMounted { name: dataset.clone(), path: root.clone() }),
        ));
    } else {
        let mut step = Step::new("make its root", Effect::MakeDir { path: root.clone(), mode: 0o755 });
        if let Some(cmd) = platform.unprotect(&root) {
            step = step.undo_when(Guard::Exists { path: root.clone() }, Effect::Run(cmd));
        }
        plan.push(step.undo(Effect::RemoveTree { path: root.clone() }));
    }
    base.own = OWN.map(String::from).to_vec();
    match (&import.source, base.origin) {
        (None, _) => base.mounts = skeleton(platform, facts, &root, &mut plan)?,
        (Some(tree), Origin::Tree) => {
            let inside = tree.as_str() == "/" || layout.workdir.as_str().starts_with(&format!("{tree}/"));
            if inside {
                return Err(Error::usage(&object, format!("{tree} holds jug's own workdir"))
                    .next("jug base-import host"));
            }
            let there = facts.path(tree.as_str());
            if there != Some(Kind::Dir) {
                return Err(Error::not_found(
                    &object,
                    format!("{tree} is not a directory with something in it"),
                ));
            }
            plan.push(Step::new(
                format!("copy {tree}"),
                Effect::CopyTree { from: tree.clone(), to: root.clone(), only: Vec::new() },
            ));
        }
        (Some(archive), _) => {
            let gnu = platform.kind() == PlatformKind::Linux;
            plan.push(Step::run(format!("extract {archive}"), tar::extract(archive.as_str(), &root, gnu)));
        }
    }
    if import.source.is_some() {
        plan.push(Step::new(
            "see that it is a userland",
            Effect::Expect(Guard::Exists { path: root.join("bin") }),
        ));
        plan.push(Step::new(
            "see that what will be mounted on are directories and no links",
            Effect::CheckTargets { root: root.clone(), paths: mount_points(platform), make: true },
        ));
    }
    if let Some(dataset) = &base.dataset {
        plan.push(
            Step::run("take the snapshot that clones are made of", zfs::snapshot(dataset, SNAPSHOT))
                .undo_when(
                    Guard::Snapshot { dataset: dataset.clone(), label: SNAPSHOT.into(), uuid: base.uuid },
                    Effect::Run(zfs::destroy_snapshot(&format!("{dataset}@{SNAPSHOT}"))),
                ),
        );
    }
    let file = layout.base_file(name);
    plan.push(
        Step::new("register it", Effect::Write { path: file.clone(), text: to_text(&base)?, mode: 0o644 })
            .undo(Effect::Remove { path: file }),
    );
    Ok((plan, base))
}

fn refuse_dataset(object: &str, dataset: &DatasetName, facts: &Facts) -> Result<()> {
    if facts.datasets.contains_key(dataset.as_str()) {
        return Err(Error::conflict(object, format!("the dataset {dataset} exists"))
            .next(format!("zfs list -r {dataset}")));
    }
    let parent = dataset.as_str().rsplit_once('/').map_or("", |p| p.0);
    if !facts.datasets.contains_key(parent) {
        return Err(Error::lacks(object, format!("the dataset {parent} is not there"))
            .next("jug init --zfs-root DATASET"));
    }
    Ok(())
}

/// The skeleton of `host`: empty directories for mounts, and the host's own links where it has links (merged /usr).
fn skeleton(platform: &dyn Platform, facts: &Facts, root: &AbsPath, plan: &mut Plan) -> Result<Vec<String>> {
    let userland = platform.host_userland();
    let (mut mounts, mut links) = (Vec::new(), Vec::new());
    for dir in userland.mounts {
        match facts.path(AbsPath::root().join(dir).as_str()) {
            Some(Kind::Dir) => mounts.push((*dir).to_string()),
            Some(Kind::Link) => links.push((*dir).to_string()),
            _ => {}
        }
    }
    if !mounts.iter().any(|m| m == "usr/bin") {
        return Err(Error::lacks("base host", "this host's userland was not found")
            .next("import a tree or a tarball instead"));
    }
    let mut dirs: Vec<String> = userland.skeleton.iter().map(|s| (*s).to_string()).collect();
    dirs.extend(mounts.iter().cloned());
    dirs.sort();
    for dir in dirs {
        plan.push(Step::new(
            format!("make /{dir} of the skeleton"),
            Effect::MakeDir { path: root.join(&dir), mode: 0o755 },
        ));
    }
    if !links.is_empty() {
        plan.push(Step::new(
            "copy the host's links",
            Effect::CopyTree { from: AbsPath::root().join(""), to: root.clone(), only: links },
        ));
    }
    Ok(mounts)
}

/// The plan for removing a base.
///
/// # Errors
/// It is used, or has clones or snapshots that are not jug's.
pub fn remove(
    name: &BaseName,
    base: &Base,
    users: &[EnvName],
    layout: &Layout,
    platform: &dyn Platform,
    facts: &Facts,
) -> Result<Plan> {
    let object = format!("base {name}");
    if let Some(first) = users.first() {
        let list = users.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
        return Err(
            Error::busy(&object, format!("it is used by {list}")).next(format!("jug jremove {first}"))
        );
    }
    let root = layout.base_root(name);
    if let Some(m) =
        facts.mounts.iter().find(|m| m.source.starts_with(root.as_str()) && m.target != root.as_str())
    {
        return Err(Error::busy(&object, format!("it is mounted at {}", m.target))
            .next(format!("umount {}", m.target)));
    }
    let mut plan = Plan::new("base-remove", name);
    if let Some(dataset) = &base.dataset {
        let snapshot = format!("{dataset}@{SNAPSHOT}");
        if let Some((clone, _)) =
            facts.datasets.iter().find(|(_, d)| d.origin.as_deref() == Some(snapshot.as_str()))
        {
            return Err(Error::busy(&object, format!("{clone} is a clone of it"))
                .next(format!("zfs promote {clone}")));
        }
        let foreign: Vec<&str> =
            facts.snapshots.iter().map(|s| s.name.as_str()).filter(|s| *s != snapshot).collect();
        if !foreign.is_empty() {
            return Err(Error::conflict(
                &object,
                format!("it has snapshots that jug did not take: {}", foreign.join(", ")),
            )
            .next("zfs destroy them one by one, if they are not needed"));
        }
        plan.point_of_no_return();
        let ours = || Guard::Dataset { name: dataset.clone(), uuid: base.uuid };
        if facts.snapshots.iter().any(|s| s.name == snapshot) {
            let there = Guard::Snapshot { dataset: dataset.clone(), label: SNAPSHOT.into(), uuid: base.uuid };
            plan.push(Step::run("destroy its snapshot", zfs::destroy_snapshot(&snapshot)).when(there));
        }
        plan.push(Step::run("destroy its dataset", zfs::destroy(dataset)).when(ours()));
    } else {
        plan.point_of_no_return();
        if let Some(cmd) = platform.unprotect(&root) {
            plan.push(Step::run("clear its file flags", cmd).when(Guard::Exists { path: root.clone() }));
        }
    }
    plan.push(Step::new("remove its tree", Effect::RemoveTree { path: root }));
    plan.push(Step::new("forget it", Effect::RemoveTree { path: layout.base(name) }));
    Ok(plan)
}
