//! What all changing verbs have in common: plan (and refuse), then lock, recover, plan again, apply, log, report.

use super::session::Session;
use crate::apply::{self, recover};
use crate::error::{Code, Error, Result};
use crate::model::name::EnvName;
use crate::plan::Plan;
use crate::report::results::{self, Done, Outcome};
use crate::report::table::out;
use crate::store::lock::Lock;
use crate::store::oplog::{self, Record};
use crate::store::{lock, shown};
use std::io::{IsTerminal, Write};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

/// What a verb wants to happen to one object.
#[derive(Debug)]
pub enum Wish {
    /// This.
    Do(Vec<Plan>, Done),
    /// This, with a lock that is held until the last of the plans is written down.
    Holding(Vec<Plan>, Done, Lock),
    /// This, with a lock that is held until it is done.
    Throughout(Vec<Plan>, Done, Lock),
    /// Nothing: it is so already.
    Nothing(Done),
}

impl Wish {
    /// Plans, and perhaps a lock to hold until they are written down.
    pub fn holding(plans: Vec<Plan>, done: Done, lock: Option<Lock>) -> Self {
        match lock {
            Some(lock) => Self::Holding(plans, done, lock),
            None => Self::Do(plans, done),
        }
    }
    /// The plans, and locks to hold: until the last of them is written down, and until it is done. Without plans there
    /// is nothing to do.
    fn apart(self) -> (Option<Vec<Plan>>, Done, [Option<Lock>; 2]) {
        match self {
            Self::Nothing(done) => (None, done, [None, None]),
            Self::Do(plans, done) => (Some(plans), done, [None, None]),
            Self::Holding(plans, done, lock) => (Some(plans), done, [Some(lock), None]),
            Self::Throughout(plans, done, lock) => (Some(plans), done, [None, Some(lock)]),
        }
    }
}

/// Runs a verb on one object. `plan` is called without a lock for -n and for an ordinary user, else under the lock
/// and after recovery; it must only read.
pub fn one(
    session: &Session,
    verb: &str,
    object: &str,
    alone: bool,
    plan: &dyn Fn() -> Result<Wish>,
) -> Outcome {
    patiently(session, verb, object, alone, 0, plan)
}

/// The same; waits so many seconds for another that is at it.
pub fn patiently(
    session: &Session,
    verb: &str,
    object: &str,
    alone: bool,
    seconds: u64,
    plan: &dyn Fn() -> Result<Wish>,
) -> Outcome {
    let mut warnings = Vec::new();
    let result = attempt(session, verb, object, (alone, seconds), plan, &mut warnings);
    if result.as_ref().is_err_and(|e| e.code == Code::Busy && e.reason.contains("it is fenced"))
        && let Ok(name) = object.parse()
        // Noted on this side, so that lists and later commands know it without asking the storage.
        && let Err(e) = super::jstart::fence(session, &name)
    {
        results::error(&e);
    }
    finish(session, verb, object, result, warnings)
}

/// Logs and names what came of it.
pub fn finish(
    session: &Session,
    verb: &str,
    object: &str,
    result: Result<Done>,
    warnings: Vec<String>,
) -> Outcome {
    let result = result
        .map_err(|e| if e.object.is_empty() { Error { object: shown(object).to_string(), ..e } } else { e });
    let outcome = Outcome { name: shown(object).to_string(), result, warnings };
    if !session.global.dry_run && session.is_root() && session.layout.workdir.as_path().exists() {
        let reason = match &outcome.result {
            Ok(d) => d.what.clone(),
            Err(e) => e.to_string(),
        };
        let record = Record {
            time: crate::host::Host::now(&session.host),
            verb: verb.to_string(),
            name: shown(object).to_string(),
            by: oplog::who(),
            result: outcome.word().to_string(),
            code: outcome.code() as u8,
            reason,
        };
        oplog::append(&session.layout, &record);
    }
    outcome
}

fn attempt(
    session: &Session,
    verb: &str,
    object: &str,
    (alone, seconds): (bool, u64),
    plan: &dyn Fn() -> Result<Wish>,
    warnings: &mut Vec<String>,
) -> Result<Done> {
    if session.global.dry_run || !session.is_root() {
        if session.saved.is_none() && session.layout.journal(object).as_path().exists() {
            return Err(interrupted(session, object));
        }
        let (plans, done, _held) = plan()?.apart();
        if !session.global.dry_run {
            session.need_root(verb)?;
        }
        return Ok(match plans {
            None => done,
            Some(plans) => {
                if !session.global.json {
                    plans.iter().for_each(|p| out(&p.to_string()));
                }
                Done { changed: false, what: format!("dry run, would be: {}", done.what) }
            }
        });
    }
    session.layout.ensure()?;
    // What is on its way to another node is brought to an end first, wherever that is.
    super::moving::settle(session, object, warnings)?;
    let _node = lock::shared(&session.layout, ".node")?;
    // Owners are written down with it: without an identity nothing is begun.
    session.node()?;
    let lock = lock::wait(&session.layout, object, verb, seconds)?;
    mend(session, object, alone, &lock, warnings)?;
    let (plans, done, [mut held, _throughout]) = plan()?.apart();
    match plans {
        None => Ok(done),
        Some(plans) => {
            // Whoever can't say which node this is must take and give up nothing in its name.
            session.node()?;
            for (i, p) in plans.iter().enumerate() {
                let held = if i + 1 == plans.len() { held.take() } else { None };
                warnings.extend(apply::run_releasing(&session.ctx(alone), object, p, &lock, held)?);
            }
            Ok(done)
        }
    }
}

/// Recovers what an earlier run left, saying so.
pub fn mend(
    session: &Session,
    object: &str,
    alone: bool,
    lock: &Lock,
    warnings: &mut Vec<String>,
) -> Result<()> {
    if let Some(what) = recover::recover(&session.ctx(alone), object, lock)? {
        warnings.push(what);
    }
    Ok(())
}

/// The refusal of a dry run on what was interrupted.
pub fn interrupted(session: &Session, object: &str) -> Error {
    if lock::is_held(&session.layout, object) {
        return Error::busy(shown(object), "another jug is at it").next("wait for it");
    }
    Error::busy(shown(object), "an earlier operation on it was interrupted").next("jug doctor --fix")
}

/// Runs a verb on several environments, some at once, and prints what became of each in their order.
pub fn each(session: &Session, names: &[EnvName], work: &(dyn Fn(&EnvName, bool) -> Outcome + Sync)) -> Code {
    each_group(session, vec![names.to_vec()], work)
}

/// The same, one group after the other.
pub fn each_group(
    session: &Session,
    groups: Vec<Vec<EnvName>>,
    work: &(dyn Fn(&EnvName, bool) -> Outcome + Sync),
) -> Code {
    let outcomes: Vec<Outcome> = groups.iter().flat_map(|names| all(session, names, work)).collect();
    tell(session, &outcomes)
}

/// Prints what became of several; returns the exit code of all together.
pub fn tell(session: &Session, outcomes: &[Outcome]) -> Code {
    session.progress(true).finish();
    if session.global.dry_run && !session.global.json {
        outcomes.iter().for_each(|o| match &o.result {
            Err(e) => results::error(e),
            Ok(d) if !d.what.starts_with("dry run") => eprintln!("jug: {}: unchanged ({})", o.name, d.what),
            Ok(_) => {}
        });
        return crate::error::fold(outcomes.iter().map(Outcome::code));
    }
    results::print(outcomes, session.style())
}

fn all(
    session: &Session,
    names: &[EnvName],
    work: &(dyn Fn(&EnvName, bool) -> Outcome + Sync),
) -> Vec<Outcome> {
    let cores = std::thread::available_parallelism().map_or(1, |n| n.get().min(4));
    let jobs = session.global.jobs.map_or(cores, usize::from).min(names.len());
    if jobs <= 1 || session.global.dry_run {
        return names.iter().map(|n| work(n, names.len() == 1)).collect();
    }
    let next = AtomicUsize::new(0);
    let done: Mutex<Vec<(usize, Outcome)>> = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for _ in 0..jobs {
            scope.spawn(|| {
                loop {
                    let i = next.fetch_add(1, Ordering::Relaxed);
                    let Some(name) = names.get(i) else { return };
                    let outcome = work(name, false);
                    if let Ok(mut done) = done.lock() {
                        done.push((i, outcome));
                    }
                }
            });
        }
    });
    let mut done = done.into_inner().unwrap_or_default();
    done.sort_by_key(|(i, _)| *i);
    done.into_iter().map(|(_, o)| o).collect()
}

/// Prints the outcome of a change to a single object that is no environment.
pub fn report(session: &Session, outcome: Outcome) -> Code {
    session.progress(true).finish();
    if session.global.dry_run && !session.global.json {
        return match &outcome.result {
            Err(e) => {
                results::error(e);
                e.code
            }
            Ok(_) => Code::Done,
        };
    }
    results::print(&[outcome], session.style())
}

/// Asks before something goes for good: on a terminal; elsewhere -y is needed.
pub fn confirm(session: &Session, question: &str) -> Result<()> {
    if session.global.yes || session.global.dry_run || !session.is_root() {
        return Ok(());
    }
    let stdin = std::io::stdin();
    if !stdin.is_terminal() {
        return Err(Error::usage("", format!("{question} There is no terminal to ask on")).next("give -y"));
    }
    eprint!("{question} [y/N] ");
    let _ = std::io::stderr().flush();
    let mut answer = String::new();
    stdin.read_line(&mut answer).map_err(|e| Error::io("stdin", "reading the answer", e))?;
    if matches!(answer.trim(), "y" | "Y" | "yes") {
        Ok(())
    } else {
        Err(Error::failed("", "not done: the answer was no"))
    }
}
