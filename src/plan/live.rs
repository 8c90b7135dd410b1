//! jset: the file, its copies, and what a running jail takes at once.

use super::guest::Guest;
use super::{Effect, Plan, Step, create, limits, mnt, publish, rootfs};
use crate::error::Result;
use crate::facts::Facts;
use crate::model::env::Storage;
use crate::model::schema::to_text;
use crate::store::started::Started;

/// Keys that concern jug alone and hold from the moment they are written.
const AT_ONCE: [&str; 13] = [
    "description",
    "tags",
    "protected",
    "trusted",
    "hook_timeout",
    "replicate",
    "external.force",
    "limits.required",
    "exec.stop",
    "exec.stop_timeout",
    "exec.kill_timeout",
    "vm.stop_timeout",
    "vm.ssh_user",
];

/// Whether a key needs no restart to hold.
pub fn at_once(key: &str) -> bool {
    AT_ONCE.contains(&key) || ["hooks.", "boot.", "snapshots."].iter().any(|p| key.starts_with(p))
}

/// The plan of a change: from `before` to `guest`, and `texts` are its file's, old and new. Beside it, the keys that
/// wait for a restart.
///
/// # Errors
/// A devfs rule set that is not loaded, storage that is not this node's any more, or what can't be written as TOML.
pub fn plan(
    before: &Guest<'_>,
    guest: &Guest<'_>,
    facts: &Facts,
    started: Option<&Started>,
    texts: (&str, &str),
) -> Result<(Plan, Vec<String>)> {
    let (old, new) = texts;
    let ports = before.env.expose != guest.env.expose;
    if ports {
        publish::meant(guest, facts)?;
    }
    let mut plan = Plan::new(guest.verb("set"), guest.name);
    plan.warnings.extend(publish::from_here(guest, facts).filter(|_| ports));
    let file = guest.layout.env_file(guest.name);
    let write = |text: &str| Effect::Write { path: file.clone(), text: text.to_string(), mode: 0o644 };
    plan.push(Step::new("write its TOML", write(new)).undo(write(old)));
    let running = facts.runs(guest.env.uuid);
    // What is not mounted can't be written; the copies are written at the next start or unregister.
    let copies = running || guest.env.storage != Storage::External;
    if copies && guest.env.owner.fenced {
        return Err(mnt::fenced(guest));
    }
    if copies && guest.env.owner.epoch > 0 {
        plan.push(mnt::still_ours(guest, guest.node.id));
    }
    for ((title, path, text), (_, _, old)) in
        create::copies(guest)?.into_iter().filter(|_| copies).zip(create::copies(before)?)
    {
        let write = |text| Effect::Write { path: path.clone(), text, mode: 0o600 };
        plan.push(Step::new(title, write(text)).undo(write(old)).within(mnt::patience(guest)));
    }
    let mut pending = Vec::new();
    if let (true, Some(started)) = (running, started) {
        pending = crate::store::started::pending(&started.env, guest.env)?;
        let runs = guest.with(&started.env);
        let (steps, mut all) = limits::live(&runs, guest, facts, &pending, &mut plan)?;
        plan.steps.extend(steps);
        if pending.iter().any(|k| k == "expose")
            && let Some(steps) = publish::live(&runs, guest, facts)?
        {
            plan.steps.extend(steps);
            all.push("expose".into());
        }
        if let Some((cmd, covered)) = guest.platform.live(guest, &pending) {
            if covered.iter().any(|k| k == "devfs_ruleset") {
                rootfs::ruleset_is_there(guest, facts)?;
            }
            let mut step = Step::run(format!("give the running jail {}", covered.join(", ")), cmd);
            if let Some((back, _)) = guest.platform.live(&runs, &covered) {
                let there = guest.there();
                step = step.undo_when(there, Effect::Run(back));
            }
            plan.push(step);
            all.extend(covered);
        }
        if !all.is_empty() {
            pending.retain(|k| !all.contains(k));
            let mut now = started.clone();
            now.take_over(guest.env, &all)?;
            let path = guest.layout.started(guest.name);
            let write = |text: String| Effect::Write { path: path.clone(), text, mode: 0o600 };
            plan.push(
                Step::new("note what it runs with", write(to_text(&now)?)).undo(write(to_text(started)?)),
            );
        }
    }
    Ok((plan, pending))
}
