//! CBSD's hook directories below an environment's system directory, as steps. What lies in them is found when a step
//! runs; a step is there if the directory is, or if its storage is mounted only by then.

use super::guest::Guest;
use super::{Effect, HookHow, Step, hooks, mnt};
use crate::host::Cmd;
use crate::model::cbsd_vars;
use crate::model::env::Storage;
use crate::model::hook::ON_HOST;
use crate::model::name::AbsPath;

/// CBSD's variables that its scripts use most. Not all: what else its file says may come from anybody.
const VARIABLES: [&str; 9] =
    ["path", "data", "host_hostname", "ip4_addr", "ver", "baserw", "astart", "mount_fstab", "interface"];
/// What scripts inside get, which see nothing of the host's paths.
const TOLD_INSIDE: [&str; 9] = [
    "JUG_NAME",
    "JUG_UUID",
    "JUG_POINT",
    "JUG_HOSTNAME",
    "JUG_ADDRESSES",
    "jname",
    "host_hostname",
    "ip4_addr",
    "ver",
];

/// The step of a directory whose content runs on the host.
pub fn on_host(guest: &Guest<'_>, dir: &str, point: &str) -> Option<Step> {
    let cmd = Cmd::new(dir).args([point, guest.name.as_str()]);
    let cmd = with(cmd.limit(guest.env.hook_timeout), variables(guest, point));
    step(guest, dir, cmd)
}

/// The step that runs what `source` wants to be run once it has been cloned.
pub fn cloned(source: &Guest<'_>, guest: &Guest<'_>) -> Option<Step> {
    let cmd = Cmd::new("clone.d").args(["clone", guest.name.as_str()]).limit(source.env.hook_timeout);
    let own = hooks::variables(guest, "clone").into_iter().chain(hooks::of_source(source));
    let new = [("newjname", guest.name.to_string()), ("newdata", guest.data().to_string())];
    let cmd = with(cmd, own.chain(as_cbsd(source)).chain(new));
    step(source, "clone.d", cmd)
}

fn step(guest: &Guest<'_>, dir: &str, cmd: Cmd) -> Option<Step> {
    if !guest.env.trusted || !may_be_there(guest, dir) {
        return None;
    }
    let effect = Effect::HookDir {
        dir: guest.system().join(dir),
        how: HookHow::OnHost(cmd),
        patience: mnt::patience(guest),
    };
    Some(Step::new(format!("run what is in its {dir}, where a failure is only worth a warning"), effect))
}

/// The step of a directory whose content runs inside. CBSD copies it there, too: no interpreter is known from outside.
pub fn inside(guest: &Guest<'_>, dir: &str, point: &str) -> Option<Step> {
    if !may_be_there(guest, dir) {
        return None;
    }
    let copy = AbsPath::root().join(&format!("tmp/.jug-{}", guest.env.uuid));
    let mut argv = vec!["/usr/bin/env".to_string()];
    let told = variables(guest, point).into_iter().filter(|(key, _)| TOLD_INSIDE.contains(key));
    argv.extend(told.map(|(key, value)| format!("{key}={value}")));
    argv.extend([copy.to_string(), point.to_string(), guest.name.to_string()]);
    let cmd = guest.platform.exec(guest, &argv).limit(guest.env.hook_timeout).log(guest.console().as_str());
    let effect = Effect::HookDir {
        dir: guest.system().join(dir),
        how: HookHow::Inside { root: guest.root(), copy, cmd },
        patience: mnt::patience(guest),
    };
    Some(Step::new(
        format!("run inside what is in its {dir}, where a failure is only worth a warning"),
        effect,
    ))
}

/// The step that says what is not run since it is not trusted.
pub fn left_out(guest: &Guest<'_>) -> Option<Step> {
    let there = ON_HOST.iter().filter(|d| may_be_there(guest, d));
    let dirs: Vec<AbsPath> = there.map(|d| guest.system().join(d)).collect();
    if guest.env.trusted || dirs.is_empty() {
        return None;
    }
    let next = format!("{} trusted=true", guest.command("set"));
    let effect = Effect::HookDirsLeftOut { dirs, next, patience: mnt::patience(guest) };
    Some(Step::new("warn of hooks that are not trusted", effect))
}

/// Whether the directory is there, or may turn up once its storage is mounted.
fn may_be_there(guest: &Guest<'_>, dir: &str) -> bool {
    guest.env.storage == Storage::External || guest.hook_dirs.contains(&dir)
}

fn with(cmd: Cmd, variables: impl IntoIterator<Item = (&'static str, String)>) -> Cmd {
    variables.into_iter().fold(cmd, |cmd, (key, value)| cmd.env(key, value))
}

fn variables(guest: &Guest<'_>, point: &str) -> Vec<(&'static str, String)> {
    hooks::variables(guest, point).into_iter().chain(as_cbsd(guest)).collect()
}

/// Its variables by CBSD's names.
fn as_cbsd(guest: &Guest<'_>) -> Vec<(&'static str, String)> {
    let mut all = cbsd_vars::variables(guest.name, guest.env, guest.layout);
    let own = [("jname", guest.name.to_string()), ("workdir", guest.layout.workdir.to_string())];
    own.into_iter().chain(VARIABLES.map(|key| (key, all.remove(key).unwrap_or_default()))).collect()
}
