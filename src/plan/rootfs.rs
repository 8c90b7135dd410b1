//! The mounts that make up a running environment's root, in the order in which they are made.

use super::guest::Guest;
use super::{Effect, Guard, Step, mnt};
use crate::error::{Error, Result};
use crate::facts::Facts;
use crate::host::Cmd;
use crate::model::env::{Mode, Storage};
use crate::model::fstab::FsType;
use crate::model::name::AbsPath;
use crate::platform::PlatformKind;
use crate::programs::{devfs, mount};

/// The steps that put the root together.
///
/// # Errors
/// The base is gone, something is mounted there already, or an fstab source is not there.
pub fn steps(guest: &Guest<'_>, facts: &Facts) -> Result<Vec<Step>> {
    let root = guest.root();
    let mut steps = Vec::new();
    if let Some(m) = facts
        .mounted_below(root.as_str())
        .find(|m| !mnt::own_dataset(guest, m) && guest.env.storage != Storage::External)
    {
        return Err(Error::busy(
            guest.name,
            format!("{} is still mounted at {} though it does not run", m.source, m.target),
        )
        .next("jug doctor --fix"));
    }
    match guest.env.mode {
        Mode::Thin => thin(guest, facts, &root, &mut steps)?,
        Mode::Clone | Mode::Full => {
            if guest.platform.devices(0, &root).is_some() {
                steps.push(check(
                    guest,
                    &root,
                    vec![AbsPath::root().join("dev")],
                    false,
                    "see that /dev is reached through no link",
                ));
            }
        }
    }
    for entry in &guest.env.fstab {
        if entry.fstype == FsType::Nullfs
            && facts
                .paths
                .get(&entry.source)
                .is_none_or(|k| *k != crate::host::fs::Kind::Dir && *k != crate::host::fs::Kind::EmptyDir)
        {
            return Err(Error::not_found(
                guest.name,
                format!("its fstab mounts {}, which is no directory of this host", entry.source),
            )
            .next(format!("mkdir {0}, or jug jset {1} 'fstab-={2}'", entry.source, guest.name, entry)));
        }
        steps.push(check(
            guest,
            &root,
            vec![entry.target.clone()],
            true,
            &format!("see that {} is there and reached through no link", entry.target),
        ));
        let target = root.join(entry.target.as_str());
        steps.push(mounting(
            format!("mount {} at {}", entry.source, entry.target),
            guest.platform.mount_entry(entry, &target),
            &target,
        ));
    }
    ruleset_is_there(guest, facts)?;
    let dev = root.join("dev");
    if let Some(cmd) = guest.platform.devices(guest.env.devfs_ruleset, &dev) {
        steps.push(mounting("mount its devices".into(), cmd, &dev));
    }
    if guest.platform.kind() == PlatformKind::Freebsd && guest.env.nics().any(|(_, n)| n.dhcp) {
        let show = devfs::unhide(&dev, "bpf*");
        steps.push(Step::run("show it bpf(4), through which it asks for its address", show));
    }
    Ok(steps)
}

/// Refuses a rule set that the kernel has not: it would hide nothing, and the jail would see all devices of the host
/// (seen on 15.0; 0 is how an administrator says that on purpose, jail(8)).
///
/// # Errors
/// It is not among those that are loaded.
pub fn ruleset_is_there(guest: &Guest<'_>, facts: &Facts) -> Result<()> {
    let wanted = guest.env.devfs_ruleset;
    match &facts.rulesets {
        Some(loaded) if wanted != 0 && !loaded.contains(&wanted) => Err(Error::lacks(
            guest.name,
            format!(
                "devfs rule set {wanted} is not loaded, and without it all devices of the host would be shown"
            ),
        )
        .next(format!(
            "see /etc/devfs.rules and service devfs restart, or jug jset {} devfs_ruleset=4",
            guest.name
        ))),
        _ => Ok(()),
    }
}

fn thin(guest: &Guest<'_>, facts: &Facts, root: &AbsPath, steps: &mut Vec<Step>) -> Result<()> {
    let (Some(base), Some(of)) = (guest.base, &guest.env.base) else {
        return Err(Error::not_found(guest.name, format!("its base {} is gone", guest.env.base_name()))
            .next(format!("jug base-import TREE-OR-TARBALL {}", guest.env.base_name())));
    };
    if facts.mounted(root.as_str()) {
        return Err(Error::busy(
            guest.name,
            format!("something is mounted at {root} though it does not run"),
        )
        .next("jug doctor --fix"));
    }
    if facts.path(root.as_str()) == Some(crate::host::fs::Kind::Dir) {
        return Err(Error::busy(
            guest.name,
            format!("{root} is where its root is put together, and it is not empty"),
        )
        .next(format!("look what is there; then rm -r {root}")));
    }
    steps.push(
        Step::new(
            "make the place where the root is put together",
            Effect::MakeDir { path: root.clone(), mode: 0o755 },
        )
        .undo(Effect::RemoveDir { path: root.clone() }),
    );
    let tree = guest.layout.base_root(of);
    let title = format!("mount the base {of} read-only");
    let unmount = Effect::UnmountGained { dirs: vec![root.clone()], before: Vec::new(), force: true };
    steps.push(
        Step::run(title, guest.platform.bind(tree.as_str(), root, true))
            .undo_when(Guard::Mounted { path: root.clone() }, unmount),
    );
    for dir in &base.mounts {
        let target = root.join(dir);
        steps.push(mounting(
            format!("show the host's /{dir}, read-only"),
            guest.platform.bind(&format!("/{dir}"), &target, true),
            &target,
        ));
    }
    let data = guest.data();
    for dir in &base.own {
        steps.push(check(
            guest,
            &data,
            vec![AbsPath::root().join(dir)],
            false,
            &format!("see that its own /{dir} is a directory and no link"),
        ));
        let (source, target) = (data.join(dir), root.join(dir));
        steps.push(mounting(
            format!("mount its own /{dir}"),
            guest.platform.bind(source.as_str(), &target, false),
            &target,
        ));
    }
    Ok(())
}

fn mounting(title: String, cmd: Cmd, target: &AbsPath) -> Step {
    Step::run(title, cmd)
        .undo_when(Guard::Mounted { path: target.clone() }, Effect::Run(mount::umount(target.as_str())))
}

fn check(guest: &Guest<'_>, root: &AbsPath, paths: Vec<AbsPath>, make: bool, title: &str) -> Step {
    Step::new(title, Effect::CheckTargets { root: root.clone(), paths, make }).within(mnt::patience(guest))
}
