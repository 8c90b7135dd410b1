//! Hooks as steps: the environment's own, then those in `hooks.d/<point>/`, sorted.

use super::guest::Guest;
use super::{Effect, Step};
use crate::host::Cmd;
use crate::model::hook::{Hook, Point, Policy};

/// The hooks of one point: the environment's own, then the node's.
fn of(guest: &Guest<'_>, point: Point) -> Vec<Hook> {
    let own = guest.env.hooks.get(&point).into_iter().flatten().cloned();
    let node = guest.node_hooks.iter().filter(|(p, _)| *p == point).map(|(_, path)| Hook {
        path: path.clone(),
        policy: None,
        timeout: None,
    });
    own.chain(node).collect()
}

/// The steps of one point.
pub fn steps(guest: &Guest<'_>, point: Point) -> Vec<Step> {
    of(guest, point).iter().map(|hook| step(guest, point, hook)).collect()
}

/// The commands that may copy `source`'s data by the storage's own means.
pub fn clone(source: &Guest<'_>, target: &Guest<'_>) -> Vec<Cmd> {
    let more = [("JUG_SOURCE", source.name.to_string()), ("JUG_SOURCE_DATA", source.data().to_string())];
    of(source, Point::Clone)
        .iter()
        .map(|hook| {
            let cmd = command(target, Point::Clone, hook);
            more.iter().fold(cmd, |cmd, (key, value)| cmd.env(*key, value))
        })
        .collect()
}

fn command(guest: &Guest<'_>, point: Point, hook: &Hook) -> Cmd {
    let limit = hook.timeout.unwrap_or(guest.env.hook_timeout);
    let mut cmd = Cmd::new(hook.path.as_str()).args([point.as_str(), guest.name.as_str()]).limit(limit);
    for (key, value) in [
        ("JUG_NAME", guest.name.to_string()),
        ("JUG_UUID", guest.env.uuid.to_string()),
        ("JUG_POINT", point.to_string()),
        ("JUG_WORKDIR", guest.layout.workdir.to_string()),
        ("JUG_ROOT", guest.root().to_string()),
        ("JUG_DATA", guest.data().to_string()),
        ("JUG_SYSTEM", guest.system().to_string()),
        ("JUG_BASE", guest.env.base.to_string()),
        ("JUG_HOSTNAME", guest.env.hostname(guest.name)),
        ("JUG_ADDRESSES", guest.env.addresses().join(",")),
    ] {
        cmd = cmd.env(key, value);
    }
    cmd
}

fn step(guest: &Guest<'_>, point: Point, hook: &Hook) -> Step {
    let cmd = command(guest, point, hook);
    let policy = hook.policy.unwrap_or(point.default_policy());
    let word = if policy == Policy::Fail { "" } else { ", whose failure is only worth a warning" };
    Step::new(format!("run the hook {} ({point}){word}", hook.path), Effect::Hook { cmd, policy })
}
