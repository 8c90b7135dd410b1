//! mnt_start and mnt_stop: storage that is mounted while an environment needs it (design, "Compatible with CBSD").

use super::driver::{self, Need};
use super::guest::Guest;
use super::{Action, Effect, Guard, Plan, Step, disk};
use crate::error::{Error, Result};
use crate::facts::{Facts, Mounted};
use crate::host::Cmd;
use crate::host::fs::Kind;
use crate::model::env::Storage;
use crate::model::external::Driver;
use crate::model::hook::Policy;
use crate::model::name::{AbsPath, EnvName};
use crate::platform::PlatformKind;
use crate::programs::mount;
use crate::store::layout::Layout;
use crate::store::owner::Epoch;
use crate::store::started::Started;

/// The environment's own directories, as the options of CBSD's hooks name them: data, fstab, rcconf, system.
pub fn dirs(guest: &Guest<'_>) -> [(&'static str, AbsPath); 4] {
    let [data, fstab, rcconf, system] = places(guest.layout, guest.name);
    [("-d", data), ("-f", fstab), ("-r", rcconf), ("-s", system)]
}

/// The same of an environment that is known by its name only.
pub fn places(layout: &Layout, name: &EnvName) -> [AbsPath; 4] {
    [layout.data(name), layout.fstab(name), layout.rcconf(name), layout.system(name)]
}

/// Where its epochs are.
pub fn owner_dir(guest: &Guest<'_>) -> AbsPath {
    guest.system().join("owner.d")
}

/// Seconds an effect on this environment's storage may take: no limit unless it may hang.
pub fn patience(guest: &Guest<'_>) -> Option<u64> {
    let limit = guest.env.hook_timeout;
    (guest.env.storage == Storage::External).then_some(if limit == 0 { 3600 } else { limit })
}

fn hook(guest: &Guest<'_>, path: &AbsPath, what: &str) -> Cmd {
    let mut cmd = Cmd::new(path.as_str()).limit(guest.env.hook_timeout);
    for (option, dir) in dirs(guest) {
        cmd = cmd.args([option, dir.as_str()]);
        if option == "-f" {
            cmd = cmd.args(["-j", guest.name.as_str()]);
        }
    }
    for (key, value) in [
        ("JUG_NAME", guest.name.to_string()),
        ("JUG_UUID", guest.env.uuid.to_string()),
        ("JUG_POINT", what.to_string()),
        ("JUG_WORKDIR", guest.layout.workdir.to_string()),
        ("JUG_DATA", guest.data().to_string()),
        ("JUG_SYSTEM", guest.system().to_string()),
    ] {
        cmd = cmd.env(key, value);
    }
    cmd
}

/// Whether a path is one of its directories, or below one.
fn within(guest: &Guest<'_>, target: &str) -> bool {
    held(guest).iter().any(|d| target == d.as_str() || target.starts_with(&format!("{d}/")))
}

/// All places that its storage is mounted at, those on top of others first.
fn held(guest: &Guest<'_>) -> Vec<AbsPath> {
    let mut held = dirs(guest).map(|(_, d)| d).to_vec();
    if guest.env.external.driver.is_disk() {
        held.push(disk::place(guest));
    }
    held
}

/// Unmounts what was mounted there since. What a hook mounted goes by force where it does not answer, as its mnt_stop
/// could have said otherwise.
pub fn unmount(guest: &Guest<'_>, dirs: Vec<AbsPath>, before: Vec<String>) -> Effect {
    let external = &guest.env.external;
    let force = external.driver == Driver::Script || external.force;
    // A disk is to go, and nobody but jug has anything to mount from it there.
    let before = if external.driver.is_disk() { Vec::new() } else { before };
    Effect::UnmountGained { dirs, before, force }
}

/// What is mounted at or below its directories now, and so is not for jug to unmount.
pub fn before(guest: &Guest<'_>, facts: &Facts) -> Vec<String> {
    facts.mounts.iter().map(|m| m.target.clone()).filter(|t| within(guest, t)).collect()
}

/// Whether a mount is one of its own datasets, or of what the administrator made below them. On Linux a directory of a
/// dataset that is shown elsewhere has the dataset as its source too: only where its own directories are it counts.
pub fn own_dataset(guest: &Guest<'_>, mount: &Mounted) -> bool {
    let source = mount.source.as_str();
    let shown = guest.env.fstab.iter().any(|m| guest.root().join(m.target.as_str()).as_str() == mount.target);
    within(guest, &mount.target)
        && !shown
        && guest
            .env
            .dataset
            .as_ref()
            .is_some_and(|d| source == d.as_str() || source.starts_with(&format!("{d}/")))
}

/// What is not to be unmounted when it stops: what was mounted before it was started, and its own datasets.
pub fn kept(guest: &Guest<'_>, facts: &Facts, started: Option<&Started>) -> Vec<String> {
    let mut kept: Vec<String> = started.map(|s| s.kept.clone()).unwrap_or_default();
    kept.extend(facts.mounts.iter().filter(|m| own_dataset(guest, m)).map(|m| m.target.clone()));
    kept
}

/// The steps that mount the storage of what this node owns; nothing for storage that is always there.
///
/// # Errors
/// The platform has not what is to mount it.
pub fn start(guest: &Guest<'_>, facts: &Facts) -> Result<Vec<Step>> {
    start_for(guest, facts, Need::Ours)
}

/// The same, for something else.
///
/// # Errors
/// As `start`.
pub fn start_for(guest: &Guest<'_>, facts: &Facts, need: Need) -> Result<Vec<Step>> {
    if guest.env.storage != Storage::External {
        return Ok(Vec::new());
    }
    let mut steps = Vec::new();
    for (_, dir) in dirs(guest) {
        let there = matches!(facts.path(dir.as_str()), Some(Kind::Dir | Kind::EmptyDir));
        if there || facts.mounted(dir.as_str()) {
            continue;
        }
        steps.push(
            Step::new(format!("make {dir}"), Effect::MakeDir { path: dir.clone(), mode: 0o755 })
                .undo(Effect::RemoveDir { path: dir }),
        );
    }
    if guest.env.external.driver != Driver::Script {
        steps.extend(driver::start(guest, facts, need)?);
        return Ok(steps);
    }
    let Some(path) = &guest.env.mnt_start else { return Ok(steps) };
    let mut hooked = Step::new(
        format!("run mnt_start {path}"),
        Effect::Hook { cmd: hook(guest, path, "mnt_start"), policy: Policy::Fail },
    );
    for step in stop(guest, &before(guest, facts)) {
        hooked.undo.push(step.action);
    }
    // One that mounts over the directories of all environments hides what is others'.
    let shared = ["jails-data", "jails-fstab", "jails-rcconf", "jails-system"];
    for dir in shared.map(|d| guest.layout.workdir.join(d)).into_iter().filter(|d| !facts.mounted(d.as_str()))
    {
        let umount = Effect::Run(mount::umount(dir.as_str()));
        hooked.undo.push(Action { when: Some(Guard::Mounted { path: dir }), ..umount.into() });
    }
    steps.push(hooked);
    let all_data = guest.layout.workdir.join(shared[0]);
    let below = if facts.mounted(all_data.as_str()) { guest.layout.workdir.clone() } else { all_data };
    steps.push(Step::new(
        "see that its data is mounted",
        Effect::Expect(Guard::OnMount { path: guest.data(), below }),
    ));
    Ok(steps)
}

/// The steps after [`start_for`] with [`Need::Look`], if it is to be written to.
pub fn writable(guest: &Guest<'_>, ours: bool) -> Vec<Step> {
    let disk = guest.env.storage == Storage::External && guest.env.external.driver.is_disk();
    if disk { disk::writable(guest, ours) } else { Vec::new() }
}

/// The steps that unmount its storage: mnt_stop, then what mnt_start mounted and is still there.
pub fn stop(guest: &Guest<'_>, before: &[String]) -> Vec<Step> {
    let mut steps = Vec::new();
    if !guest.env.is_mounted() {
        return steps;
    }
    let driver = guest.env.external.driver;
    if let Some(path) = &guest.env.mnt_stop {
        let mut step = Step::new(
            format!("run mnt_stop {path}"),
            Effect::Hook { cmd: hook(guest, path, "mnt_stop"), policy: Policy::Warn },
        );
        if guest.platform.kind() == PlatformKind::Freebsd {
            // Its umount(8) would wait for one that is gone for ever, and then not even force would help.
            step = step.when(Guard::ServersAnswer { dirs: held(guest) });
        }
        steps.push(step);
    }
    let title = match driver {
        Driver::Script => "unmount what mnt_start mounted and is still there, deepest first",
        _ => "unmount its storage, deepest first",
    };
    steps.push(Step::new(title, unmount(guest, held(guest), before.to_vec())));
    if driver.is_disk() {
        steps.extend(disk::stop(guest));
    }
    steps
}

/// Unmounts the storage of an environment that is complete now. From there on undoing could no longer reach what has
/// been written, so what breaks is carried to its end.
pub fn put_away(guest: &Guest<'_>, facts: &Facts, plan: &mut Plan) {
    let steps = stop(guest, &before(guest, facts));
    if !steps.is_empty() {
        plan.point_of_no_return();
        plan.steps.extend(steps);
    }
}

/// The step that takes an epoch for this node; undone, it gives it up again.
pub fn take(guest: &Guest<'_>, number: u64, epoch: Epoch) -> Step {
    let released = Epoch { node: uuid::Uuid::nil(), ..epoch.clone() };
    let dir = owner_dir(guest);
    Step::new(
        format!("take epoch {number} for this node"),
        Effect::TakeEpoch { dir: dir.clone(), number, epoch: epoch.clone() },
    )
    .undo_when(
        Guard::Owner { dir: dir.clone(), number, node: epoch.node },
        Effect::TakeEpoch { dir, number: number + 1, epoch: released },
    )
    .within(patience(guest))
}

/// The refusal of what only its owner may do.
pub fn fenced(guest: &Guest<'_>) -> Error {
    Error::busy(guest.name, "it is fenced: another node has taken it over").next(format!(
        "jug owner {}; {} takes it back, {} forgets it here",
        guest.name,
        guest.command("register --takeover"),
        guest.command("unregister")
    ))
}

/// The step that fails if another node has taken the environment over.
pub fn still_ours(guest: &Guest<'_>, node: uuid::Uuid) -> Step {
    let number = guest.env.owner.epoch;
    Step::new(
        "see that this node still owns it",
        Effect::Expect(Guard::Owner { dir: owner_dir(guest), number, node }),
    )
    .within(patience(guest))
}
