//! junregister and jregister: an environment leaves this node, or comes to it; its data stays where it is.

use super::driver::Need;
use super::guest::Guest;
use super::{Effect, Guard, Plan, Step, create, mnt, stop};
use crate::error::{Error, Result};
use crate::facts::Facts;
use crate::model::env::Storage;
use crate::model::schema::env_text;
use crate::store::owner::Epoch;

/// The plan for unregistering: the portable copies are written, the epoch is given up, this node forgets it.
///
/// # Errors
/// It runs, or is half mounted.
pub fn leave(guest: &Guest<'_>, facts: &Facts, now: jiff::Timestamp, more: Vec<Step>) -> Result<Plan> {
    let forget = Effect::Remove { path: guest.layout.env_file(guest.name) };
    give_up(guest, facts, now, more, Step::new("forget it", forget))
}

/// The same, with another last word of this node's.
///
/// # Errors
/// As `leave`.
pub fn give_up(
    guest: &Guest<'_>,
    facts: &Facts,
    now: jiff::Timestamp,
    more: Vec<Step>,
    word: Step,
) -> Result<Plan> {
    let (name, env) = (guest.name, guest.env);
    if facts.container(name.as_str()).is_some_and(|c| guest.is_its_own(c)) {
        return Err(Error::busy(name, "it runs").next(guest.command("stop")));
    }
    if stop::leftovers(guest, facts, &mnt::kept(guest, facts, None)) {
        return Err(Error::busy(name, format!("something is still mounted below {}", guest.root()))
            .next(guest.command("stop")));
    }
    let mut plan = Plan::new(guest.verb("unregister"), name);
    // To what is another's nothing is written.
    let need = if env.owner.fenced { Need::Look } else { Need::Ours };
    plan.steps.extend(mnt::start_for(guest, facts, need)?);
    let number = env.owner.epoch;
    if number > 0 && !env.owner.fenced {
        plan.push(mnt::still_ours(guest, guest.node.id));
    }
    // A fenced node has nothing to say about what is on the storage any more.
    if !env.owner.fenced {
        for (title, path, text) in create::copies(guest)? {
            plan.push(
                Step::new(title, Effect::Write { path, text, mode: 0o600 }).within(mnt::patience(guest)),
            );
        }
        plan.steps.extend(more);
    }
    plan.point_of_no_return();
    plan.push(word);
    if number > 0 && !env.owner.fenced {
        let dir = mnt::owner_dir(guest);
        let epoch = Epoch { node: uuid::Uuid::nil(), ..guest.node.epoch(now) };
        plan.push(
            Step::new(
                "give its ownership up",
                Effect::TakeEpoch { dir: dir.clone(), number: number + 1, epoch },
            )
            .when(Guard::Owner { dir, number, node: guest.node.id })
            .within(mnt::patience(guest)),
        );
    }
    plan.steps.extend(mnt::stop(guest, &mnt::before(guest, facts)));
    plan.push(Step::new("forget what it was started with", Effect::RemoveTree { path: guest.run_dir() }));
    Ok(plan)
}

/// Which epoch a node that registers an environment has to take, given the highest there is: `None` if it owns it.
///
/// # Errors
/// Another node owns it, and it is not to be taken over.
pub fn next_epoch(
    guest: &Guest<'_>,
    current: Option<&(u64, Option<Epoch>)>,
    takeover: bool,
) -> Result<Option<u64>> {
    let Some((number, epoch)) = current else { return Ok(Some(1)) };
    // TOML has no larger numbers, and nobody has ever taken so many.
    if *number >= i64::MAX as u64 - 1 {
        return Err(Error::conflict(guest.name, format!("{number} can't be an epoch"))
            .next(format!("look who made {}/{number}; then remove it", super::mnt::owner_dir(guest))));
    }
    match epoch {
        Some(e) if e.released() => Ok(Some(number + 1)),
        Some(e) if e.node == guest.node.id && e.name != guest.node.name && !takeover => {
            let theirs = crate::model::name::printable(&e.name);
            Err(Error::busy(
                guest.name,
                format!(
                    "a machine called {theirs} has it, with the identity of this one, {}",
                    guest.node.name
                ),
            )
            .next("jug node --new-id on one of the two; if this machine was only renamed, give --takeover"))
        }
        Some(e) if e.node == guest.node.id && !takeover => Ok(None),
        _ if takeover => Ok(Some(number + 1)),
        other => {
            let by = other.as_ref().map_or("a node that can't be read".into(), |e| {
                format!("{} ({})", crate::model::name::printable(&e.name), e.node)
            });
            Err(Error::busy(guest.name, format!("it is owned by {by}, epoch {number}")).next(format!(
                "{} there; if that node is gone, {} (it stops nothing there)",
                guest.command("unregister"),
                guest.command("register --takeover")
            )))
        }
    }
}

/// The steps of registering what lies on storage that is mounted now, instead of `old` if that text is in its file.
/// With `copies` it has no portable copies of jug's yet; those that are there were written by its last owner, and two
/// nodes that take it over at once must not both write them.
///
/// # Errors
/// It is registered under another name.
pub fn enter(
    guest: &Guest<'_>,
    facts: &Facts,
    take: Option<u64>,
    now: jiff::Timestamp,
    old: Option<&str>,
    copies: bool,
) -> Result<Vec<Step>> {
    let (name, env) = (guest.name, guest.env);
    let same = facts
        .environments
        .iter()
        .find(|(n, text)| n.as_str() != name.as_str() && text.contains(&env.uuid.to_string()));
    if let Some((other, _)) = same {
        return Err(Error::conflict(
            name,
            format!("it is registered already, as {other}: they have the same uuid"),
        )
        .next(format!("jug {} makes another from {other}", guest.verb("clone"))));
    }
    let mut plan = Plan::new("jregister", name);
    plan.steps.extend(mnt::writable(guest, take.is_none()));
    if let Some(number) = take {
        plan.push(mnt::take(guest, number, guest.node.epoch(now)));
    }
    let file = guest.layout.env_file(name);
    plan.push(
        Step::new("register it", Effect::Write { path: file.clone(), text: env_text(env)?, mode: 0o644 })
            .undo(match old {
                Some(text) => Effect::Write { path: file, text: text.to_string(), mode: 0o644 },
                None => Effect::Remove { path: file },
            }),
    );
    // Of what travelled perhaps only a part did; each later change writes to all three.
    // External storage is mounted there by now.
    if env.storage != Storage::External {
        for dir in [guest.layout.fstab(name), guest.layout.rcconf(name), guest.system()] {
            plan.make_dir(format!("make {dir}"), &dir, 0o755);
        }
    }
    if copies {
        for (title, path, text) in create::copies(guest)? {
            let write = Effect::Write { path: path.clone(), text, mode: 0o600 };
            let undo = Effect::Remove { path };
            plan.push(Step::new(title, write).undo(undo).within(mnt::patience(guest)));
        }
    }
    Ok(plan.steps)
}
