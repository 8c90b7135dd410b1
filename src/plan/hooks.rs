//! Hooks as steps: the environment's own, those in CBSD's directory, then those in `hooks.d/<point>/`, sorted.

use super::guest::Guest;
use super::{Effect, Step, hookdirs};
use crate::host::Cmd;
use crate::model::env::Storage;
use crate::model::hook::{Hook, Point, Policy};
use crate::model::name::SnapshotName;

/// The environment's own hooks of one point.
fn own(guest: &Guest<'_>, point: Point) -> Vec<Hook> {
    guest.env.hooks.get(&point).cloned().unwrap_or_default()
}

/// The node's hooks of one point.
fn of_node(guest: &Guest<'_>, point: Point) -> Vec<Hook> {
    let all = guest.node_hooks.iter().filter(|(p, _)| *p == point);
    all.map(|(_, path)| Hook { path: path.clone(), policy: None, timeout: None }).collect()
}

/// The steps of one point.
pub fn steps(guest: &Guest<'_>, point: Point) -> Vec<Step> {
    let mut steps: Vec<Step> = own(guest, point).iter().map(|hook| step(guest, point, hook)).collect();
    // Storage that mnt_stop unmounts is gone by then: jstop has looked into it before.
    let gone = point == Point::Poststop && guest.env.storage == Storage::External;
    if let Some(dir) = point.directory().filter(|_| !gone) {
        steps.extend(hookdirs::on_host(guest, dir, point.as_str()));
    }
    steps.extend(of_node(guest, point).iter().map(|hook| step(guest, point, hook)));
    steps
}

/// The steps around a snapshot: hooks get to know its name, and whether the environment runs.
pub fn around(guest: &Guest<'_>, point: Point, snapshot: &SnapshotName, runs: bool) -> Vec<Step> {
    let mut steps = steps(guest, point);
    for step in &mut steps {
        if let Effect::Hook { cmd, .. } = &mut step.action.effect {
            let told =
                [("JUG_SNAPSHOT", snapshot.as_str()), ("JUG_RUNNING", if runs { "yes" } else { "no" })];
            cmd.env.extend(told.map(|(k, v)| (k.to_string(), v.to_string())));
        }
    }
    steps
}

/// The commands that may copy `source`'s data by the storage's own means.
pub fn clone(source: &Guest<'_>, target: &Guest<'_>) -> Vec<Cmd> {
    let all = own(source, Point::Clone).into_iter().chain(of_node(source, Point::Clone));
    all.map(|hook| {
        let cmd = command(target, Point::Clone, &hook);
        of_source(source).into_iter().fold(cmd, |cmd, (key, value)| cmd.env(key, value))
    })
    .collect()
}

/// What hooks get to know of what is cloned.
pub fn of_source(source: &Guest<'_>) -> [(&'static str, String); 2] {
    [("JUG_SOURCE", source.name.to_string()), ("JUG_SOURCE_DATA", source.data().to_string())]
}

/// What every hook gets to know.
pub fn variables(guest: &Guest<'_>, point: &str) -> [(&'static str, String); 10] {
    [
        ("JUG_NAME", guest.name.to_string()),
        ("JUG_UUID", guest.env.uuid.to_string()),
        ("JUG_POINT", point.to_string()),
        ("JUG_WORKDIR", guest.layout.workdir.to_string()),
        ("JUG_ROOT", guest.root().to_string()),
        ("JUG_DATA", guest.data().to_string()),
        ("JUG_SYSTEM", guest.system().to_string()),
        ("JUG_BASE", guest.env.base_name().to_string()),
        ("JUG_HOSTNAME", guest.env.hostname(guest.name)),
        ("JUG_ADDRESSES", guest.env.addresses().join(",")),
    ]
}

fn command(guest: &Guest<'_>, point: Point, hook: &Hook) -> Cmd {
    let limit = hook.timeout.unwrap_or(guest.env.hook_timeout);
    let cmd = Cmd::new(hook.path.as_str()).args([point.as_str(), guest.name.as_str()]).limit(limit);
    variables(guest, point.as_str()).into_iter().fold(cmd, |cmd, (key, value)| cmd.env(key, value))
}

fn step(guest: &Guest<'_>, point: Point, hook: &Hook) -> Step {
    let cmd = command(guest, point, hook);
    let policy = hook.policy.unwrap_or(point.default_policy());
    let word = if policy == Policy::Fail { "" } else { ", whose failure is only worth a warning" };
    Step::new(format!("run the hook {} ({point}){word}", hook.path), Effect::Hook { cmd, policy })
}
