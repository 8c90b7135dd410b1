//! Hooks as steps: the environment's own, then those in `hooks.d/<point>/`, sorted.

use super::guest::Guest;
use super::{Effect, Step};
use crate::host::Cmd;
use crate::model::hook::{Hook, Point, Policy};

/// The steps of one point.
pub fn steps(guest: &Guest<'_>, point: Point) -> Vec<Step> {
    let own = guest.env.hooks.get(&point).into_iter().flatten().cloned();
    let node = guest.node_hooks.iter().filter(|(p, _)| *p == point).map(|(_, path)| Hook {
        path: path.clone(),
        policy: None,
        timeout: None,
    });
    own.chain(node).map(|hook| step(guest, point, &hook)).collect()
}

fn step(guest: &Guest<'_>, point: Point, hook: &Hook) -> Step {
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
    let policy = hook.policy.unwrap_or(point.default_policy());
    let word = if policy == Policy::Fail { "" } else { ", whose failure is only worth a warning" };
    Step::new(format!("run the hook {} ({point}){word}", hook.path), Effect::Hook { cmd, policy })
}
