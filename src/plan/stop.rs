//! jstop: the mirror of the start, in bounded time whatever runs inside.

use super::guest::Guest;
use super::{Effect, Guard, Plan, Step, hookdirs, hooks, mnt, publish, wire};
use crate::error::Result;
use crate::facts::Facts;
use crate::model::env::Storage;
use crate::model::hook::Point;
use crate::model::net::Net;
use crate::platform;
use crate::store::started::Started;

/// Seconds exec.stop may take by default.
pub const STOP_TIMEOUT: u64 = 60;
/// Seconds between TERM and KILL by default.
pub const KILL_TIMEOUT: u64 = 10;

/// The plan for a stop, or `None` if nothing of it runs or is mounted.
///
/// # Errors
/// A jail of that name that is not ours.
pub fn plan(guest: &Guest<'_>, facts: &Facts, started: Option<&Started>) -> Result<Option<Plan>> {
    let (name, env) = (guest.name, guest.env);
    let container = facts.container(name.as_str());
    if let Some(c) = container
        && c.uuid != Some(env.uuid)
    {
        return Err(super::start::foreign(guest, &c.path).next("stop it with what started it"));
    }
    let kept = mnt::kept(guest, facts, started);
    let (present, running) = (container.is_some(), container.is_some_and(|c| c.running));
    let addresses = started.is_some_and(|s| !s.added.is_empty());
    // Without its jail, what it was started with may have left rules.
    let limited = started.is_some_and(|s| !guest.platform.unlimit(&guest.with(&s.env)).is_empty());
    let left = limited || leftovers(guest, facts, &kept) || still_mounted(guest, facts, started);
    let wired = started.is_some_and(|s| s.env.has_nics());
    let published = facts.path(guest.layout.rules(name).as_str()).is_some();
    // A supervisor that was killed with its hypervisor leaves nothing but what it was started with.
    let machine = env.is_vm() && started.is_some();
    if !present && !addresses && !left && !wired && !published && !machine {
        return Ok(None);
    }
    let mut plan = Plan::new(guest.verb("stop"), name);
    if running {
        plan.steps.extend(hooks::steps(guest, Point::Prestop));
        plan.point_of_no_return();
    }
    if let Some(vm) = &env.vm {
        plan.point_of_no_return();
        plan.steps
            .extend(platform::machine::end(guest, running.then_some(vm.stop_timeout).filter(|t| *t > 0)));
    } else if running {
        plan.steps.extend(hookdirs::inside(guest, "stop.d", "stop").map(|s| s.when(there(guest))));
        let (_, stop) = crate::platform::commands(guest.platform, env);
        if !stop.is_empty() {
            let limit = env.exec.stop_timeout.unwrap_or(STOP_TIMEOUT);
            // Its log may lie on storage that does not answer any more.
            let whole = mnt::patience(guest).filter(|_| limit > 0).map(|p| p + limit);
            let cmd = guest.platform.exec(guest, &stop).limit(limit).log(guest.console().as_str()).lenient();
            plan.push(Step::run("run its rc.shutdown", cmd).when(there(guest)).within(whole));
        }
        plan.steps.extend(guest.platform.end_processes(guest, env.exec.kill_timeout.unwrap_or(KILL_TIMEOUT)));
    }
    plan.point_of_no_return();
    plan.steps.extend(publish::end(guest, facts));
    wire::end(guest, &mut plan);
    if present && !env.is_vm() {
        let remove = guest.platform.remove_container(guest);
        plan.push(Step::new("remove the jail and kill what is left in it", remove).when(there(guest)));
    }
    plan.steps.extend(guest.platform.unlimit(guest));
    wire::after(guest, &mut plan);
    take_down(guest, started, &kept, &mut plan);
    if (present || machine) && env.storage == Storage::External {
        let point = Point::Poststop;
        plan.steps.extend(point.directory().and_then(|d| hookdirs::on_host(guest, d, point.as_str())));
    }
    plan.steps.extend(mnt::stop(guest, &kept));
    plan.push(Step::new("forget what it was started with", Effect::RemoveTree { path: guest.run_dir() }));
    if present || machine {
        plan.steps.extend(hooks::steps(guest, Point::Poststop));
    }
    Ok(Some(plan))
}

fn there(guest: &Guest<'_>) -> Guard {
    guest.there()
}

/// Whether mounts have outlived what they were for.
pub fn leftovers(guest: &Guest<'_>, facts: &Facts, kept: &[String]) -> bool {
    let root = guest.root();
    let left = |t: &str| !kept.iter().any(|k| k == t);
    facts.mounted_below(root.as_str()).any(|m| left(&m.target))
        || (guest.env.is_thin() && facts.mounted(root.as_str()))
}

/// Whether what mnt_start mounted for a start has outlived it.
fn still_mounted(guest: &Guest<'_>, facts: &Facts, started: Option<&Started>) -> bool {
    started.is_some()
        && mnt::before(guest, facts).iter().any(|t| !mnt::kept(guest, facts, started).contains(t))
}

/// Mounts, addresses and what lasts while it runs.
fn take_down(guest: &Guest<'_>, started: Option<&Started>, kept: &[String], plan: &mut Plan) {
    let root = guest.root();
    let thin = guest.env.is_thin();
    plan.push(Step::new(
        "unmount all below its root, deepest first",
        Effect::UnmountGained { dirs: vec![root.clone()], before: kept.to_vec(), force: true },
    ));
    for net in started.map(|s| s.added.as_slice()).unwrap_or_default() {
        let Net::Alias { interface, address } = net else { continue };
        plan.push(
            Step::run(
                format!("take {address} from {interface}"),
                guest.platform.remove_address(interface.as_str(), address),
            )
            .when(Guard::Address { interface: interface.clone(), address: address.addr() }),
        );
    }
    if thin {
        plan.push(Step::new("remove the place of its root", Effect::RemoveDir { path: root }));
    }
}
