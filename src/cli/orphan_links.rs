//! Interfaces that bear jug's mark and that nothing which runs has: doctor finds them, and removes those of cards, and no
//! others. A bridge without members may be that of another workdir's network, whose environments just do not run.

use super::networks;
use super::session::Session;
use crate::apply::guards::holds;
use crate::error::{Error, Result};
use crate::facts::Facts;
use crate::facts::gather::{Wanted, running_anywhere};
use crate::host::{Cmd, Host, RunError};
use crate::model::env::Env;
use crate::model::name::{EnvName, InterfaceName};
use crate::model::network::read_stamp;
use crate::plan::Guard;
use crate::store::lock::Lock;
use crate::store::{lock, networks as store};
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

/// An interface that nobody has.
#[derive(Debug)]
pub struct Orphan {
    /// Its name.
    pub interface: InterfaceName,
    /// Its mark.
    pub stamp: String,
    /// The environment that it was made for, if this node knows it.
    pub whose: Option<EnvName>,
    /// What is wrong with it.
    pub reason: String,
    /// Whether it is of a card, which nobody keeps without what it is for.
    pub card: bool,
}

/// How long another jug may take between making a card and the container that it is for. It has no lock that this one
/// could ask for if its workdir is another.
const MEANWHILE: Duration = Duration::from_secs(3);

/// Looks for them. What is named in `skip` can't be judged.
pub fn look(
    s: &Session,
    facts: &Facts,
    envs: &BTreeMap<EnvName, Env>,
    skip: &BTreeSet<String>,
) -> Result<Vec<Orphan>> {
    let known: BTreeSet<uuid::Uuid> = networks::all(s)?.values().map(|n| n.uuid).collect();
    let mut all = Vec::new();
    for i in &facts.interfaces {
        let (Some((uuid, nic)), Ok(interface)) = (read_stamp(i.mark(s.platform.kind())), i.name.parse())
        else {
            continue;
        };
        let whose = envs.iter().find(|(_, e)| e.uuid == uuid).map(|(n, _)| n.clone());
        let at_work = whose.as_ref().is_some_and(|n| {
            lock::is_held(&s.layout, n.as_str()) || s.layout.journal(n.as_str()).as_path().exists()
        });
        let reason = match nic {
            // Whose file can't be read may be one of those.
            Some(_) if whose.is_none() && !skip.is_empty() => continue,
            Some(_) if at_work || runs(facts, uuid) => continue,
            Some(nic) => match &whose {
                Some(name) => format!("it is the host's end of card {nic} of {name}, which does not run"),
                None => format!("it is the host's end of a card, and no environment {uuid} runs here"),
            },
            None if known.contains(&uuid) || !i.members.is_empty() || is_member(facts, &i.name) => continue,
            None => "it is of a network that this workdir does not know, and has no members".into(),
        };
        let stamp = i.description.clone();
        all.push(Orphan { interface, stamp, whose, reason, card: nic.is_some() });
    }
    Ok(all)
}

/// Whether an environment runs, of whatever workdir.
pub(super) fn runs(facts: &Facts, uuid: uuid::Uuid) -> bool {
    facts.runs(uuid) || running_anywhere().contains(&uuid)
}

fn is_member(facts: &Facts, name: &str) -> bool {
    facts.interfaces.iter().any(|b| b.members.iter().any(|m| m == name))
}

/// What is there once nobody can be about to want what seemed to be left: the lock of whom it is for is held, or that of
/// all networks after a while.
pub(super) fn settled(s: &Session, whose: Option<&EnvName>) -> Result<(Lock, Facts)> {
    let lock = match whose {
        Some(name) => lock::exclusive(&s.layout, name.as_str(), "doctor")?,
        None => {
            std::thread::sleep(MEANWHILE);
            lock::wait(&s.layout, store::LOCK, "doctor", 60)?
        }
    };
    let facts = s.gather(&Wanted { containers: true, addresses: true, ..Wanted::default() })?;
    Ok((lock, facts))
}

/// Removes a card's, if it is still nobody's.
pub fn remove(s: &Session, interface: &InterfaceName, stamp: &str, whose: Option<&EnvName>) -> Result<()> {
    let (_lock, facts) = settled(s, whose)?;
    let needed = match read_stamp(stamp) {
        Some((uuid, Some(_))) => runs(&facts, uuid),
        _ => true,
    };
    let ours = Guard::Interface { name: interface.clone(), stamp: stamp.to_string(), mac: None };
    if needed || !holds(&s.ctx(true), &ours)? {
        return Ok(());
    }
    run(s, &s.platform.remove_link(interface))?;
    let stack = read_stamp(stamp).and_then(|(uuid, _)| s.platform.stack_of(uuid));
    match stack {
        Some((there, away)) if holds(&s.ctx(true), &there)? => run(s, &away),
        _ => Ok(()),
    }
}

fn run(s: &Session, cmd: &Cmd) -> Result<()> {
    let done = s.host.change(cmd, &mut |_| {}).map_err(Error::from)?;
    if done.ok() { Ok(()) } else { Err(RunError::failed(cmd, &done).into()) }
}
