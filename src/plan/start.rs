//! jstart: mounts, addresses, hooks, the jail, its rc. Whatever fails, all of it is taken back.

use super::guest::Guest;
use super::{
    Effect, Guard, Plan, Step, create, hookdirs, hooks, limits, machine, mnt, publish, rootfs, wire,
};
use crate::error::{Error, Result};
use crate::facts::Facts;
use crate::model::env::Storage;
use crate::model::hook::Point;
use crate::model::net::Net;
use crate::model::schema::to_text;
use crate::store::started::Started;

/// Seconds a start may take by default: /etc/rc of a slow machine.
pub const START_TIMEOUT: u64 = 600;

/// The plan for a start, or `None` if it runs already.
///
/// # Errors
/// A jail of that name that is not ours, an address or interface that can't be, leftovers of another start.
pub fn plan(guest: &Guest<'_>, facts: &Facts, now: jiff::Timestamp) -> Result<Option<Plan>> {
    let (name, env) = (guest.name, guest.env);
    if let Some(c) = facts.container(name.as_str()) {
        if c.uuid != Some(env.uuid) {
            return Err(foreign(guest, &c.path).next("stop that one, or choose another name"));
        }
        if c.running && !guest.is_its_own(c) {
            return Err(Error::busy(name, format!("it runs already, from another workdir: {}", c.path))
                .next("stop it there"));
        }
        if c.running && !c.alone {
            return Ok(None);
        }
    }
    if env.owner.fenced {
        return Err(mnt::fenced(guest));
    }
    let cards = wire::cards(guest, facts)?;
    let published = publish::meant(guest, facts)?;
    publish::ready(name, &published, facts)?;
    let mut plan = Plan::new(guest.verb("start"), name);
    plan.make_dir("make the place of what lasts while it runs", &guest.run_dir(), 0o711);
    if let Some(dataset) = &env.dataset {
        // Not mounted, the empty mount point would be taken for its data (F5.2).
        for (part, path) in [("data", guest.data()), ("system", guest.system())] {
            plan.push(Step::new(
                format!("see that the dataset of its {part} is mounted"),
                Effect::Expect(Guard::DatasetMounted { name: dataset.child(part), path }),
            ));
        }
    }
    plan.steps.extend(mnt::start(guest, facts)?);
    let owned = env.owner.epoch > 0;
    if owned {
        plan.push(mnt::still_ours(guest, guest.node.id));
    }
    if env.storage == Storage::External {
        // What was changed while its storage was away is not on it yet.
        for (title, path, text) in create::copies(guest)? {
            plan.push(
                Step::new(title, Effect::Write { path, text, mode: 0o600 }).within(mnt::patience(guest)),
            );
        }
    }
    if !env.is_vm() {
        plan.steps.extend(rootfs::steps(guest, facts)?);
    }
    let added = addresses(guest, facts, &mut plan)?;
    let started = Started { version: 1, at: now, added, kept: mnt::before(guest, facts), env: env.clone() };
    let file = guest.layout.started(name);
    plan.push(
        Step::new(
            "note what it is started with",
            Effect::Write { path: file.clone(), text: to_text(&started)?, mode: 0o600 },
        )
        .undo(Effect::Remove { path: file }),
    );
    plan.push(Step::new(
        "rotate its console log",
        Effect::Rotate { path: guest.console(), max: 1 << 20, keep: 3 },
    ));
    plan.steps.extend(hookdirs::left_out(guest));
    plan.steps.extend(hooks::steps(guest, Point::Prestart));
    if !env.is_vm()
        && facts.container(name.as_str()).is_none()
        && facts.path(guest.layout.oci_state(name).as_str()).is_some()
    {
        // The runtime died, or the power went, between its directory and its state: it knows no such container, and
        // makes none of that name either.
        plan.push(Step::new("clear a half-made container away", guest.platform.remove_container(guest)));
    }
    wire::before(guest, facts, &cards, &mut plan);
    if owned {
        // Another node may have taken it over since.
        plan.push(mnt::still_ours(guest, guest.node.id));
    }
    if let Some(vm) = &env.vm {
        machine::run(guest, vm, &cards, facts, &mut plan)?;
        plan.steps.extend(publish::begin(guest, &published));
        plan.steps.extend(hooks::steps(guest, Point::Poststart));
        return Ok(Some(plan));
    }
    let held = limits::held(guest, facts, &mut plan)?;
    limits::free(guest, facts, &held.limits.set(), None)?;
    plan.steps.extend(guest.platform.create_container(&guest.with(&held)));
    plan.steps.extend(guest.platform.attach_inside(guest, &cards));
    plan.steps.extend(publish::begin(guest, &published));
    let (start, _) = crate::platform::commands(guest.platform, env);
    if !start.is_empty() {
        let cmd = guest
            .platform
            .exec(guest, &start)
            .limit(env.exec.start_timeout.unwrap_or(START_TIMEOUT))
            .log(guest.console().as_str());
        plan.push(Step::run("run its rc to the end", cmd));
    }
    plan.steps.extend(hookdirs::inside(guest, "start.d", "start"));
    plan.steps.extend(hooks::steps(guest, Point::Poststart));
    Ok(Some(plan))
}

/// The refusal of a name that something runs under which is not jug's.
pub fn foreign(guest: &Guest<'_>, path: &str) -> Error {
    let what = match guest.env.is_vm() {
        true => format!("a VM of this name is there, and it is not jug's: {path}"),
        false => format!("a jail or container of this name runs, and it is not jug's: its root is {path}"),
    };
    Error::conflict(guest.name, what)
}

/// Adds the steps for aliases; returns those that jug adds and so has to take away again.
fn addresses(guest: &Guest<'_>, facts: &Facts, plan: &mut Plan) -> Result<Vec<Net>> {
    let mut added = Vec::new();
    for net in &facts.left {
        let Net::Alias { interface, address } = net else { continue };
        plan.push(
            Step::run(
                format!("take {address} from {interface}, where an earlier start left it"),
                guest.platform.remove_address(interface.as_str(), address),
            )
            .when(Guard::Address { interface: interface.clone(), address: address.addr() }),
        );
    }
    let left = |on: &str, a| {
        facts.left.iter().any(|n| matches!(n, Net::Alias { interface, address } if interface.as_str() == on && address.addr() == a))
    };
    for net in &guest.env.net {
        let Net::Alias { interface, address } = net else { continue };
        let name = guest.name;
        facts.must_have(name, interface)?;
        if let Some(other) = facts.lent.get(&address.addr()) {
            return Err(Error::conflict(name, format!("{} is {other}'s, which runs", address.addr()))
                .next(format!("choose another address, or jug jstop {other}")));
        }
        match facts.has_address(address.addr()).filter(|on| !left(on, address.addr())) {
            // The administrator's own: used, and left alone.
            Some(on) if on == interface.as_str() => {}
            Some(on) => {
                return Err(Error::conflict(name, format!("{} is in use already, on {on}", address.addr()))
                    .next(format!("jug jset {name} net=alias:{on}:{address}, or choose another address")));
            }
            None => {
                plan.push(
                    Step::run(
                        format!("add {address} to {interface}"),
                        guest.platform.add_address(interface.as_str(), address),
                    )
                    .undo_when(
                        Guard::Address { interface: interface.clone(), address: address.addr() },
                        Effect::Run(guest.platform.remove_address(interface.as_str(), address)),
                    ),
                );
                added.push(net.clone());
            }
        }
    }
    Ok(added)
}
