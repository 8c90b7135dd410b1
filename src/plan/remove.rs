//! jremove: everything that bears the environment's identity goes, and nothing else.

use super::guest::Guest;
use super::{Effect, Guard, Plan, Step, hooks, stop};
use crate::error::{Error, Result};
use crate::facts::Facts;
use crate::model::env::Storage;
use crate::model::hook::Point;
use crate::programs::zfs;

/// The plan for removing a stopped environment.
///
/// # Errors
/// It is protected, runs, has mounts, or has snapshots or clones that are not jug's.
pub fn plan(guest: &Guest<'_>, facts: &Facts) -> Result<Plan> {
    let (name, env) = (guest.name, guest.env);
    if env.protected {
        return Err(Error::busy(name, "it is protected").next(format!("jug jset {name} protected=false")));
    }
    if facts.container(name.as_str()).is_some_and(|c| c.uuid == Some(env.uuid)) {
        return Err(
            Error::busy(name, "it runs").next(format!("jug jstop {name}, or jug jremove --stop {name}"))
        );
    }
    if stop::leftovers(guest, facts) {
        return Err(Error::busy(name, format!("something is still mounted below {}", guest.root()))
            .next(format!("jug jstop {name}")));
    }
    if let Some(dataset) = env.dataset.as_ref().filter(|d| !facts.datasets.contains_key(d.as_str())) {
        return Err(Error::lacks(name, format!("its dataset {dataset} is not there"))
            .next("zpool import the pool; zfs list"));
    }
    if let Some(other) = facts.identity.filter(|u| *u != env.uuid) {
        return Err(Error::conflict(
            name,
            format!("what lies at {} is of another environment, {other}", guest.system()),
        )
        .next(format!("look what it is: jug removes only what bears {}", env.uuid)));
    }
    let mut plan = Plan::new("jremove", name);
    let paths = match (&env.dataset, env.storage) {
        (Some(dataset), Storage::Zfs) => {
            datasets(guest, facts, dataset, &mut plan)?;
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
    for path in [guest.layout.rcconf(name), guest.layout.fstab(name), guest.run_dir()] {
        plan.push(Step::new(format!("remove {path}"), Effect::RemoveTree { path }));
    }
    plan.push(Step::new("forget it", Effect::Remove { path: guest.layout.env_file(name) }));
    plan.steps.extend(hooks::steps(guest, Point::Removed));
    Ok(plan)
}

fn datasets(
    guest: &Guest<'_>,
    facts: &Facts,
    dataset: &crate::model::name::DatasetName,
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
    if let Some((n, d)) = facts
        .datasets
        .iter()
        .find(|(n, d)| !ours(n) && d.origin.as_deref().is_some_and(|o| o.split('@').next().is_some_and(ours)))
    {
        return Err(Error::conflict(
            name,
            format!("{n} is a clone of its snapshot {}", d.origin.as_deref().unwrap_or("")),
        )
        .next(format!("zfs promote {n}")));
    }
    if !facts.snapshots.is_empty() {
        return Err(Error::conflict(
            name,
            format!("it has snapshots that jug did not take: {}", facts.snapshots.join(", ")),
        )
        .next("zfs destroy them one by one, if they are not needed"));
    }
    plan.point_of_no_return();
    // Children before parents; each by its own name, so that nothing goes that jug did not make.
    for n in facts.datasets.keys().filter(|n| ours(n)).rev() {
        let n: crate::model::name::DatasetName = n.parse()?;
        plan.push(Step::run(format!("destroy {n}"), zfs::destroy(&n)).when(Guard::Dataset { name: n, uuid }));
    }
    for path in [guest.data(), guest.system()] {
        plan.push(Step::new(format!("remove the mount point {path}"), Effect::RemoveDir { path }));
    }
    Ok(())
}
