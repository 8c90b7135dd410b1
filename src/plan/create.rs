//! jcreate: a place for the data, the data itself, the TOML. Nothing of it is there if any step fails.

use super::guest::Guest;
use super::seed::Given;
use super::vm_image::Flashing;
use super::{Effect, Plan, Step, hooks, machine, mnt, publish, seed, storage};
use crate::error::{Error, Result};
use crate::facts::Facts;
use crate::host::fs::Kind;
use crate::model::base::SNAPSHOT;
use crate::model::cbsd;
use crate::model::env::{Mode, Storage};
use crate::model::hook::Point;
use crate::model::name::AbsPath;
use crate::model::portable;
use crate::model::schema::env_text;

/// The plan for a new environment.
///
/// # Errors
/// It exists, or its base does not, or anything that it would need to be new is there already.
pub fn plan(guest: &Guest<'_>, facts: &Facts) -> Result<Plan> {
    plan_told(guest, facts, &Given::new(), Flashing::default())
}

/// The same for a VM whose guest is told this at its first boot, and whose first disk is made of an image in that way.
///
/// # Errors
/// As `plan`.
pub fn plan_told(guest: &Guest<'_>, facts: &Facts, given: &Given, how: Flashing) -> Result<Plan> {
    refuse(guest, facts)?;
    publish::meant(guest, facts)?;
    let mut plan = Plan::new(guest.verb("create"), guest.name);
    let env = guest.env;
    let origin = match env.mode {
        _ if env.is_vm() => None,
        Mode::Clone => Some(base_snapshot(guest)?),
        _ => None,
    };
    storage::make(guest, facts, origin.as_deref(), &mut plan)?;
    if env.is_vm() {
        machine::fill(guest, facts, how, &mut plan)?;
        seed::keep(guest, given, &mut plan);
    } else {
        fill(guest, facts, &mut plan)?;
    }
    register(guest, &mut plan)?;
    plan.steps.extend(hooks::steps(guest, Point::Created));
    mnt::put_away(guest, facts, &mut plan);
    Ok(plan)
}

/// The snapshot that clones of its base are made of.
fn base_snapshot(guest: &Guest<'_>) -> Result<String> {
    let base = guest.env.base_name();
    match guest.base.and_then(|b| b.dataset.as_ref()) {
        Some(dataset) => Ok(format!("{dataset}@{SNAPSHOT}")),
        None => Err(Error::conflict(
            guest.name,
            format!("the base {base} is not on ZFS, so nothing can be cloned from it"),
        )
        .next(format!(
            "use --mode full, or import the base again with a zfs_root: jug base-import TREE {base}"
        ))),
    }
}

/// The steps that write its files and make it known.
pub fn register(guest: &Guest<'_>, plan: &mut Plan) -> Result<()> {
    let text = env_text(guest.env)?;
    for (title, dir, file, text) in [
        ("its fstab", guest.layout.fstab(guest.name), "fstab", fstab(guest)),
        ("the portable copy", guest.layout.rcconf(guest.name), "env.toml", portable(guest)?),
    ] {
        // On external storage it was made to be mounted on.
        if guest.env.storage != Storage::External {
            plan.push(
                Step::new(
                    format!("make the place of {title}"),
                    Effect::MakeDir { path: dir.clone(), mode: 0o755 },
                )
                .undo(Effect::RemoveTree { path: dir.clone() }),
            );
        }
        let path = dir.join(file);
        plan.push(
            Step::new(format!("write {title}"), Effect::Write { path: path.clone(), text, mode: 0o600 })
                .undo(Effect::Remove { path })
                .within(mnt::patience(guest)),
        );
    }
    let beside = Effect::Write { path: guest.system().join("env.toml"), text: portable(guest)?, mode: 0o600 };
    plan.push(Step::new("write the portable copy beside its data", beside).within(mnt::patience(guest)));
    let file = guest.layout.env_file(guest.name);
    plan.push(
        Step::new("register it", Effect::Write { path: file.clone(), text, mode: 0o644 })
            .undo(Effect::Remove { path: file }),
    );
    Ok(())
}

/// Refuses a name that is taken, or places that are.
pub fn refuse(guest: &Guest<'_>, facts: &Facts) -> Result<()> {
    let (name, env) = (guest.name, guest.env);
    if guest.base.is_none() && !env.is_vm() {
        let next = if env.on_host() {
            "jug base-import host".to_string()
        } else {
            format!("jug base-import TREE-OR-TARBALL {0}, or jug base-fetch {0}", env.base_name())
        };
        let near = crate::model::name::nearest(env.base_name(), facts.bases.keys().map(String::as_str));
        let next = near.map_or(next, |n| format!("did you mean {n}?"));
        return Err(Error::not_found(name, format!("there is no base {}", env.base_name())).next(next));
    }
    refuse_places(guest, facts)
}

/// The same for one that needs no base.
///
/// # Errors
/// Its name is taken, or its places are.
pub fn refuse_places(guest: &Guest<'_>, facts: &Facts) -> Result<()> {
    let (name, env) = (guest.name, guest.env);
    if facts.environments.contains_key(name.as_str()) {
        return Err(Error::conflict(name, "it exists").next(format!("jug {} {name}", guest.verb("show"))));
    }
    if let Some(c) = facts.container(name.as_str()) {
        return Err(Error::conflict(
            name,
            format!("a jail or container of this name runs already, with its root at {}", c.path),
        )
        .next("choose another name"));
    }
    for path in [guest.data(), guest.system(), guest.layout.rcconf(name), guest.layout.fstab(name)] {
        if env.storage == Storage::External {
            // Whether there is something is seen once it is mounted.
            break;
        }
        // An empty directory can be a mount point; anything else that is there would not survive an undo.
        let may_be = if env.storage == Storage::Zfs { Some(Kind::EmptyDir) } else { None };
        let there = facts.path(path.as_str());
        if there.is_some() && there != may_be {
            return Err(Error::conflict(name, format!("{path} is there already")).next(format!(
                "look what it is; jug does not touch what it did not make (mv {path} {path}.old)"
            )));
        }
        if facts.mounted(path.as_str()) {
            return Err(Error::conflict(name, format!("something is mounted at {path}"))
                .next(format!("umount {path}")));
        }
    }
    if let Some(dataset) = &env.dataset {
        let prefix = format!("{dataset}/");
        if let Some(d) = facts.datasets.keys().find(|d| *d == dataset.as_str() || d.starts_with(&prefix)) {
            return Err(Error::conflict(name, format!("the dataset {d} exists"))
                .next(format!("zfs list -r {dataset}")));
        }
        let parent = dataset.as_str().rsplit_once('/').map_or("", |p| p.0);
        if !facts.datasets.contains_key(parent) {
            return Err(Error::lacks(name, format!("the dataset {parent} is not there"))
                .next("jug init --zfs-root DATASET"));
        }
    }
    Ok(())
}

fn fill(guest: &Guest<'_>, facts: &Facts, plan: &mut Plan) -> Result<()> {
    let (Some(base), Some(of)) = (guest.base, &guest.env.base) else {
        return Err(Error::failed(guest.name, "no base"));
    };
    let data = guest.data();
    let tree = guest.layout.base_root(of);
    let thin = guest.env.is_thin();
    match guest.env.mode {
        Mode::Clone => {}
        Mode::Full => {
            let step = Step::new(
                format!("copy the base {of}"),
                Effect::CopyTree { from: tree, to: data.clone(), only: Vec::new() },
            );
            plan.push(step);
        }
        Mode::Thin => {
            for dir in &base.own {
                let mut at = String::new();
                for part in dir.split('/') {
                    at = if at.is_empty() { part.to_string() } else { format!("{at}/{part}") };
                    let mode = match at.as_str() {
                        "tmp" => 0o1777,
                        "root" => 0o700,
                        _ => 0o755,
                    };
                    plan.push(Step::new(
                        format!("make its own /{at}"),
                        Effect::MakeDir { path: data.join(&at), mode },
                    ));
                }
            }
            if base.mounts.is_empty() {
                let only = base.own.iter().filter(|d| *d != "tmp" && *d != "home").cloned().collect();
                let step = Step::new(
                    "copy its own etc, root, usr/local and var from the base",
                    Effect::CopyTree { from: tree, to: data.clone(), only },
                );
                plan.push(step);
            } else {
                plan.steps.extend(guest.platform.fill_from_host(guest, &facts.accounts));
            }
        }
    }
    plan.steps.extend(guest.platform.settle(guest, thin));
    Ok(())
}

/// The fstab as people and other nodes read it; what lies in the workdir is relative to it, as CBSD writes it.
fn fstab(guest: &Guest<'_>) -> String {
    let mut text =
        format!("# The extra mounts of {}, written by jug from its TOML; targets are inside.\n", guest.name);
    let workdir = format!("{}/", guest.layout.workdir);
    for m in &guest.env.fstab {
        let line = m.to_string();
        match line.strip_prefix(&workdir) {
            Some(rest) => text.push_str(&format!("{}/{rest} 0 0\n", cbsd::ROOT)),
            None => text.push_str(&format!("{line} 0 0\n")),
        }
    }
    text
}

/// What travels: everything but what is local to this node.
pub fn portable(guest: &Guest<'_>) -> Result<String> {
    portable::write(guest.name, guest.env, guest.layout)
}

/// The files that are written anew at every change, with their text.
pub fn copies(guest: &Guest<'_>) -> Result<[(&'static str, AbsPath, String); 3]> {
    Ok([
        ("write its fstab", guest.layout.fstab(guest.name).join("fstab"), fstab(guest)),
        ("write the portable copy", guest.layout.rcconf(guest.name).join("env.toml"), portable(guest)?),
        ("write the portable copy beside its data", guest.system().join("env.toml"), portable(guest)?),
    ])
}
