//! An environment on its way to another node, seen from here. Each part of it is a change of its own; what ties them
//! together is a note of how far it has come. Until the other node says that it has it, or has it not, it is started
//! nowhere by this one.

use super::change;
use super::jregister;
use super::jstart;
use super::peer;
use super::replicating;
use super::session::Session;
use crate::error::{Code, Error, Result};
use crate::host::{Host, signal};
use crate::model::env::{Env, Storage};
use crate::model::exchange::{Answer, Moving, Part, Request};
use crate::model::name::{EnvName, NodeName, SnapshotName};
use crate::model::portable;
use crate::model::side::Side;
use crate::plan::adopt;
use crate::report::results::Done;
use crate::store::moves::{self, Move, Phase};
use crate::store::{lock, nodes};
use std::cell::Cell;
use std::time::Duration;

/// Seconds that taking an environment over may take: its rc to the end.
const TAKING: u64 = 3600;

/// How long is waited before the other node is asked once more.
const AGAIN: [u64; 2] = [1, 5];

/// How a move ended.
#[derive(Debug)]
pub enum Ended {
    /// The other node has it.
    There(NodeName),
    /// It is here, and runs if it did; what the other node declined, if it was asked.
    Here(Option<Error>),
}

thread_local! {
    static AT_IT: Cell<bool> = const { Cell::new(false) };
}

/// While this lives, what this thread does to an environment is a part of its move.
#[derive(Debug)]
pub struct AtIt(bool);

/// Begins it.
pub fn at_it() -> AtIt {
    AtIt(AT_IT.replace(true))
}

impl Drop for AtIt {
    fn drop(&mut self) {
        AT_IT.set(self.0);
    }
}

/// Brings the move of an environment to its end, if one was interrupted, before something else is done to it.
///
/// # Errors
/// It is under way; or the other node can't say whether it has it.
pub fn settle(s: &Session, object: &str, warnings: &mut Vec<String>) -> Result<()> {
    let Ok(name) = object.parse::<EnvName>() else { return Ok(()) };
    if AT_IT.get() || !s.layout.moving(&name).as_path().exists() {
        return Ok(());
    }
    let _lock = lock::exclusive(&s.layout, &moves::object(&name), "jmigrate")?;
    match resume(s, &name, warnings)? {
        None => {}
        Some(Ended::There(node)) => {
            warnings.push(format!("an interrupted move to {node} was carried to its end"))
        }
        Some(Ended::Here(why)) => {
            let why = why.map_or(String::new(), |e| format!(": {e}"));
            warnings.push(format!("an interrupted move was given up, and it is here{why}"));
        }
    }
    Ok(())
}

/// Brings a move to its end, whose lock is held.
///
/// # Errors
/// The other node can't say whether it has it, or it can't be started here again.
pub fn resume(s: &Session, name: &EnvName, warnings: &mut Vec<String>) -> Result<Option<Ended>> {
    let Some(mut it) = moves::read(&s.layout, name)? else { return Ok(None) };
    let _part = at_it();
    // From here on what is asked for is an end, not a stop half way.
    let _held = signal::hold();
    if it.phase == Phase::Ours {
        back(s, name, &it, warnings)?;
        return Ok(Some(Ended::Here(None)));
    }
    if it.phase == Phase::Asked {
        match hand_over(s, name, &it)? {
            Answer::Adopted { running, warnings: met } => {
                warnings.extend(
                    met.iter().map(|w| format!("{}: {}", it.node, crate::model::name::printable_end(w))),
                );
                if it.ran && !running {
                    warnings.push(format!(
                        "it does not run on {} now: jug {} {name} there",
                        it.node,
                        s.verb(name, "start")
                    ));
                }
            }
            Answer::Declined(refusal) => {
                let why = Error { object: it.node.to_string(), ..refusal.error(it.node.as_str()) };
                return match back(s, name, &it, warnings) {
                    Ok(()) => Ok(Some(Ended::Here(Some(why)))),
                    Err(e) => Err(Error { reason: format!("{why}; and here: {}", e.reason), ..e }),
                };
            }
            other => return Err(not_known(s, name, &it, &peer::odd(&it.node, &other))),
        }
        it.phase = Phase::Theirs;
        moves::write(&s.layout, name, &it)?;
    }
    forget(s, name, &it)?;
    moves::end(&s.layout, name)?;
    Ok(Some(Ended::There(it.node)))
}

/// Asks the other node to take it, until it answers.
fn hand_over(s: &Session, name: &EnvName, it: &Move) -> Result<Answer> {
    let (_, env) = s.env(name)?;
    let node = nodes::get(&s.layout, &it.node)?;
    let own = match env.dataset {
        Some(_) => own_parts(&replicating::known(s, name)?.2, &env)?,
        None => Vec::new(),
    };
    let request =
        Request::Adopt { moving: moving(s, name, &env, it, 0)?, snapshot: it.snapshot.clone(), own };
    let mut last = peer::ask_within(s, (&it.node, &node), &request, TAKING);
    for seconds in AGAIN {
        if last.is_ok() {
            break;
        }
        s.host.pause(Duration::from_secs(seconds));
        last = peer::ask_within(s, (&it.node, &node), &request, TAKING);
    }
    last.map_err(|e| not_known(s, name, it, &e))
}

fn not_known(s: &Session, name: &EnvName, it: &Move, why: &Error) -> Error {
    let node = &it.node;
    Error::new(
        Code::Left,
        name,
        format!("whether {node} has it is not known, and until it is, it is not started here: {}", why.reason),
    )
    .next(format!(
        "jug doctor --fix asks {node} again; if that is gone for good, and only then: jug {} --takeover {name}",
        s.verb(name, "register")
    ))
}

/// What is said of an environment that is to move.
///
/// # Errors
/// None but those of TOML.
pub fn moving(s: &Session, name: &EnvName, env: &Env, it: &Move, size: u64) -> Result<Moving> {
    Ok(Moving {
        id: it.id,
        name: name.clone(),
        uuid: env.uuid,
        config: portable::write(name, env, &s.layout)?,
        epoch: env.owner.epoch,
        start: it.ran,
        trusted: env.trusted,
        size,
    })
}

fn own_parts(side: &Side, env: &Env) -> Result<Vec<Part>> {
    let own = side.datasets.iter().filter(|(_, d)| d.uuid == Some(env.uuid));
    own.map(|(child, _)| child.parse()).collect()
}

/// It stays here, and runs again if it did.
fn back(s: &Session, name: &EnvName, it: &Move, warnings: &mut Vec<String>) -> Result<()> {
    let (_, env) = s.env(name)?;
    if env.owner.fenced && env.storage == Storage::External {
        // Its epoch was given up, and the other node may have taken one and given that up again.
        let taken = jregister::again(s, name, env.trusted, [None, None]);
        warnings.extend(taken.warnings);
        taken.result.map_err(|e| stays(s, name, e))?;
    } else {
        jstart::set_fence(s, name, false)?;
    }
    if it.ran {
        let started = jstart::one(s, name, true);
        warnings.extend(started.warnings);
        started.result.map_err(|e| stays(s, name, e))?;
    }
    moves::end(&s.layout, name)
}

fn stays(s: &Session, name: &EnvName, e: Error) -> Error {
    let e = Error { reason: format!("it stays here, but could not be started again: {}", e.reason), ..e };
    Error { object: name.to_string(), ..e }
        .code(Code::Left)
        .next(format!("mend that, then jug {} {name}", s.verb(name, "start")))
}

/// What the other node has is forgotten here.
fn forget(s: &Session, name: &EnvName, it: &Move) -> Result<()> {
    // It may have been forgotten already, but for the note.
    if !s.layout.journal(name.as_str()).as_path().exists()
        && s.env(name).is_err_and(|e| e.code == Code::NotFound)
    {
        return Ok(());
    }
    let Some(last) = &it.snapshot else { return super::junregister::one(s, name, true).result.map(drop) };
    let verb = s.verb(name, "migrate");
    change::one(s, &verb, name.as_str(), true, &|| match s.env(name) {
        Err(e) if e.code == Code::NotFound => Ok(change::Wish::Nothing(Done::changed("forgotten"))),
        _ => leave(s, name, last),
    })
    .result
    .map(drop)
}

/// The plan of that for what was sent.
///
/// # Errors
/// Its datasets can't be asked.
pub fn leave(s: &Session, name: &EnvName, last: &SnapshotName) -> Result<change::Wish> {
    let (env, _, side) = replicating::known(s, name)?;
    let plan = adopt::leave(&s.guest(name, &env, None), &side, last)?;
    Ok(change::Wish::Do(vec![plan], Done::changed("forgotten; its data stay as a replica")))
}
