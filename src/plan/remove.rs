//! jremove: everything that bears the environment's identity goes, and nothing else.

use super::guest::Guest;
use super::moment::{Moment, list, moments};
use super::{Effect, Guard, Plan, Step, clone, hookdirs, hooks, mnt, publish, snapshot, stop};
use crate::error::{Error, Result};
use crate::facts::Facts;
use crate::model::env::Storage;
use crate::model::hook::Point;
use crate::programs::{replica, zfs};

/// The plan for removing a stopped environment.
///
/// # Errors
/// It is protected, runs, has mounts, or has clones, snapshots that are not jug's, or held ones.
pub fn plan(guest: &Guest<'_>, facts: &Facts, promote: bool) -> Result<Plan> {
    let (name, env) = (guest.name, guest.env);
    if env.protected {
        return Err(
            Error::busy(name, "it is protected").next(format!("{} protected=false", guest.command("set")))
        );
    }
    if facts.container(name.as_str()).is_some_and(|c| c.uuid == Some(env.uuid)) {
        return Err(Error::busy(name, "it runs").next(format!(
            "{}, or {}",
            guest.command("stop"),
            guest.command("remove --stop")
        )));
    }
    if stop::leftovers(guest, facts, &mnt::kept(guest, facts, None)) {
        return Err(Error::busy(name, format!("something is still mounted below {}", guest.root()))
            .next(guest.command("stop")));
    }
    if let Some(dataset) = env.dataset.as_ref().filter(|d| !facts.datasets.contains_key(d.as_str())) {
        return Err(Error::lacks(name, format!("its dataset {dataset} is not there")).next(format!(
            "zpool import its pool; if that is lost for good, {}",
            guest.command("remove --forget")
        )));
    }
    let inside = |m: &&crate::facts::Mounted| {
        [guest.data(), guest.system()].iter().any(|d| m.target.starts_with(&format!("{d}/")))
    };
    if let Some(m) = facts.mounts.iter().filter(inside).find(|m| !mnt::own_dataset(guest, m)) {
        return Err(Error::busy(name, format!("{} is mounted at {}", m.source, m.target))
            .next(format!("umount {}", m.target)));
    }
    if let Some(other) = facts.identity.filter(|u| *u != env.uuid) {
        return Err(Error::conflict(
            name,
            format!("what lies at {} is of another environment, {other}", guest.system()),
        )
        .next(format!("look what it is: jug removes only what bears {}", env.uuid)));
    }
    if env.owner.fenced {
        return Err(mnt::fenced(guest));
    }
    let mut plan = Plan::new(guest.verb("remove"), name);
    if env.owner.epoch > 0 && env.storage != Storage::External {
        plan.push(mnt::still_ours(guest, guest.node.id));
    }
    if env.storage != Storage::External {
        plan.steps.extend(hookdirs::on_host(guest, "remove.d", "remove"));
    }
    let paths = match (&env.dataset, env.storage) {
        (Some(dataset), Storage::Zfs) => {
            datasets(guest, facts, dataset, promote, &mut plan)?;
            Vec::new()
        }
        (_, Storage::External) => {
            external(guest, facts, &mut plan)?;
            Vec::new()
        }
        _ => vec![guest.data(), guest.system()],
    };
    plan.point_of_no_return();
    for path in paths {
        if let Some(cmd) = guest.platform.unprotect(&path) {
            plan.push(
                Step::run(format!("clear file flags below {path}"), cmd)
                    .when(Guard::Exists { path: path.clone() }),
            );
        }
        plan.push(Step::new(format!("remove {path}"), Effect::RemoveTree { path }));
    }
    plan.steps.extend(guest.platform.unlimit(guest));
    plan.steps.extend(publish::end(guest, facts));
    for path in [guest.layout.rcconf(name), guest.layout.fstab(name), guest.run_dir()] {
        plan.push(Step::new(format!("remove {path}"), Effect::RemoveTree { path }));
    }
    plan.push(Step::new("forget it", Effect::Remove { path: guest.layout.env_file(name) }));
    plan.steps.extend(hooks::steps(guest, Point::Removed));
    Ok(plan)
}

/// The plan for an environment whose storage is lost: this node forgets it, and no data is touched.
///
/// # Errors
/// It runs, is protected, or its dataset is there after all.
pub fn forget(guest: &Guest<'_>, facts: &Facts) -> Result<Plan> {
    let (name, env) = (guest.name, guest.env);
    if env.protected {
        return Err(
            Error::busy(name, "it is protected").next(format!("{} protected=false", guest.command("set")))
        );
    }
    if facts.container(name.as_str()).is_some_and(|c| c.uuid == Some(env.uuid)) {
        return Err(Error::busy(name, "it runs").next(guest.command("stop")));
    }
    if let Some(dataset) = env.dataset.as_ref().filter(|d| facts.datasets.contains_key(d.as_str())) {
        return Err(
            Error::conflict(name, format!("its dataset {dataset} is there")).next(guest.command("remove"))
        );
    }
    let mut plan = Plan::new(guest.verb("remove"), name);
    plan.point_of_no_return();
    plan.steps.extend(guest.platform.unlimit(guest));
    plan.steps.extend(publish::end(guest, facts));
    for path in [guest.layout.rcconf(name), guest.layout.fstab(name), guest.run_dir()] {
        plan.push(Step::new(format!("remove {path}"), Effect::RemoveTree { path }));
    }
    plan.push(Step::new("forget it", Effect::Remove { path: guest.layout.env_file(name) }));
    Ok(plan)
}

/// What mnt_start mounts is emptied and unmounted again; only its owner may.
fn external(guest: &Guest<'_>, facts: &Facts, plan: &mut Plan) -> Result<()> {
    plan.steps.extend(mnt::start(guest, facts)?);
    if guest.env.owner.epoch > 0 {
        plan.push(mnt::still_ours(guest, guest.node.id));
    }
    plan.steps.extend(hookdirs::on_host(guest, "remove.d", "remove"));
    plan.point_of_no_return();
    if let Some(cmd) = guest.platform.unprotect(&guest.data()) {
        plan.push(Step::run("clear its file flags", cmd).when(Guard::Exists { path: guest.data() }));
    }
    // The system directory, which holds the epochs, goes last.
    for path in
        [guest.data(), guest.layout.fstab(guest.name), guest.layout.rcconf(guest.name), guest.system()]
    {
        plan.push(Step::new(format!("empty {path}"), Effect::EmptyTree { path }));
    }
    plan.steps.extend(mnt::stop(guest, &mnt::before(guest, facts)));
    for path in [guest.data(), guest.system()].into_iter().filter(|p| !facts.mounted(p.as_str())) {
        plan.push(Step::new(format!("remove {path}"), Effect::RemoveDir { path }));
    }
    Ok(())
}

fn datasets(
    guest: &Guest<'_>,
    facts: &Facts,
    dataset: &crate::model::name::DatasetName,
    promote: bool,
    plan: &mut Plan,
) -> Result<()> {
    let (name, uuid) = (guest.name, guest.env.uuid);
    let prefix = format!("{dataset}/");
    let ours = |n: &str| n == dataset.as_str() || n.starts_with(&prefix);
    for (n, d) in facts.datasets.iter().filter(|(n, _)| ours(n)) {
        if d.uuid != Some(uuid) {
            return Err(Error::conflict(name, format!("the dataset {n} is not jug's, and would go with it"))
                .next(format!("zfs rename or zfs destroy {n} first")));
        }
    }
    let clones: Vec<(&String, &str)> = (facts.datasets.iter())
        .filter_map(|(n, d)| {
            let (of, _) = d.origin.as_deref()?.split_once('@')?;
            (ours(of) && !ours(n)).then_some((n, of))
        })
        .collect();
    for &(clone, of) in &clones {
        if !promote {
            return Err(Error::conflict(name, format!("{clone} is a clone of it"))
                .next(format!("{} lets it stand by itself", guest.command("remove --promote"))));
        }
        let (clone, of) = (clone.parse()?, of.parse()?);
        plan.push(
            Step::run(format!("let {clone} stand by itself"), zfs::promote(&clone))
                .undo(Effect::Run(zfs::promote(&of))),
        );
    }
    let all = moments(dataset, facts);
    let (for_clones, rest): (Vec<Moment<'_>>, Vec<Moment<'_>>) =
        all.into_iter().partition(|m| m.name.starts_with(clone::SNAPSHOT));
    let (own, foreign): (Vec<&Moment<'_>>, Vec<&Moment<'_>>) = rest.iter().partition(|m| m.ours());
    if !foreign.is_empty() {
        let names = list(foreign.iter().flat_map(|m| &m.members).map(|s| s.name.as_str()));
        return Err(Error::conflict(name, format!("it has snapshots that jug did not take: {names}"))
            .next("zfs destroy them one by one, if they are not needed"));
    }
    if let Some(held) = own.iter().find(|m| m.holds() > 0) {
        return Err(Error::busy(name, format!("its snapshot {} is held", held.name))
            .next(format!("jug snapshot-release {name} {}; zfs holds says who else holds it", held.name)));
    }
    // What it was cloned from goes with it, if that was made for nothing else: neither for another clone, nor for one
    // of its own, to which promoting hands its origin on (zfs-promote(8)), and with which it goes later.
    let used =
        |origin: &str| facts.datasets.iter().any(|(n, d)| d.origin.as_deref() == Some(origin) && !ours(n));
    let origins: Vec<String> = (facts.datasets.iter())
        .filter(|(n, _)| ours(n) && !clones.iter().any(|(_, of)| of == n))
        .filter_map(|(_, d)| d.origin.clone())
        .filter(|o| !used(o))
        .collect();
    plan.point_of_no_return();
    for it in own.iter().flat_map(|m| &m.members).filter(|s| s.common.is_some()) {
        plan.push(Step::run(format!("release {} for its replications", it.name), replica::release(&it.name)));
    }
    plan.steps.extend(snapshot::destroy(guest, dataset, &own)?);
    for snapshot in for_clones.iter().flat_map(|m| &m.members) {
        let (of, label) = snapshot.parts();
        plan.push(
            Step::run(
                format!("destroy the snapshot {}", snapshot.name),
                zfs::destroy_snapshot(&snapshot.name),
            )
            .when(Guard::Snapshot { dataset: of.parse()?, label: label.into(), uuid }),
        );
    }
    // Children before parents; each by its own name, so that nothing goes that jug did not make.
    for n in facts.datasets.keys().filter(|n| ours(n)).rev() {
        let n: crate::model::name::DatasetName = n.parse()?;
        plan.push(Step::run(format!("destroy {n}"), zfs::destroy(&n)).when(Guard::Dataset { name: n, uuid }));
    }
    for origin in origins {
        let Some((of, label)) = origin.split_once('@').filter(|(_, l)| l.starts_with(clone::SNAPSHOT)) else {
            continue;
        };
        let Some(uuid) = facts.datasets.get(of).and_then(|d| d.uuid) else { continue };
        plan.push(
            Step::run(
                format!("destroy the snapshot it was cloned from, {origin}"),
                zfs::destroy_snapshot(&origin),
            )
            .when(Guard::Snapshot { dataset: of.parse()?, label: label.into(), uuid }),
        );
    }
    for path in [guest.data(), guest.system()] {
        plan.push(Step::new(format!("remove the mount point {path}"), Effect::RemoveDir { path }));
    }
    Ok(())
}
