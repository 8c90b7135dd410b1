//! Runs a plan: journal before each step, undo from the failing step backwards, or on to the end after the point of
//! no return. What an interrupted run left is recovered from its journal.

pub mod apart;
mod disks;
pub mod guards;
mod hooks;
pub mod machines;
pub mod perform;
pub mod recover;
mod seeds;
mod served;
mod unmount;
mod zfs;

use crate::error::{Code, Error, Result};
use crate::host::{Host, fs};
use crate::plan::{Action, Effect, Guard, Plan, Step};
use crate::platform::Platform;
use crate::store::journal::{Journal, Progress};
use crate::store::layout::Layout;
use crate::store::lock::Lock;
use crate::store::shown;
use std::collections::BTreeMap;

/// What applying needs.
#[derive(Clone, Copy)]
pub struct Ctx<'a> {
    /// The host.
    pub host: &'a dyn Host,
    /// The platform, which knows how to ask for what guards want to know.
    pub platform: &'a dyn Platform,
    /// The workdir.
    pub layout: &'a Layout,
    /// Gets the title of each step, and how far a long one has come.
    pub progress: &'a dyn crate::report::progress::Progress,
    /// Whether storage that does not answer is unmounted by force, whatever the plan says.
    pub force: bool,
}

impl std::fmt::Debug for Ctx<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Ctx").field("layout", &self.layout).finish_non_exhaustive()
    }
}

/// Runs a plan for an object whose lock is held. Returns warnings.
///
/// # Errors
/// Exit 1: a step failed and all is as before. Exit 3: something is left, and the journal stays to mend it.
pub fn run(ctx: &Ctx<'_>, object: &str, plan: &Plan, lock: &Lock) -> Result<Vec<String>> {
    run_releasing(ctx, object, plan, lock, None)
}

/// The same, with another lock that is let go as soon as the journal says what is planned: others read it there.
///
/// # Errors
/// As `run`.
pub fn run_releasing(
    ctx: &Ctx<'_>,
    object: &str,
    plan: &Plan,
    _lock: &Lock,
    held: Option<Lock>,
) -> Result<Vec<String>> {
    let journal = Journal::begin(ctx.layout, object, plan)?;
    drop(held);
    let progress =
        Progress { plan: plan.clone(), begun: None, done: BTreeMap::new(), undone: Vec::new(), child: None };
    forward(ctx, object, journal, progress, None)
}

/// Finds out, once a plan's own steps are done, what else there is to do, and from where on there is no way back. Beside
/// it, a lock that is let go as soon as the journal says so.
pub type More<'a> = &'a mut dyn FnMut() -> Result<(Plan, Option<Lock>)>;

/// The same for a plan whose last steps depend on what the first ones bring to light: `more` is asked for them, and a
/// failure of it undoes the first.
///
/// # Errors
/// As `run`.
pub fn run_on(ctx: &Ctx<'_>, object: &str, plan: &Plan, _lock: &Lock, more: More<'_>) -> Result<Vec<String>> {
    let journal = Journal::begin(ctx.layout, object, plan)?;
    let progress =
        Progress { plan: plan.clone(), begun: None, done: BTreeMap::new(), undone: Vec::new(), child: None };
    forward(ctx, object, journal, progress, Some(more))
}

/// Runs the steps that are not done yet; on failure goes back, or, past the point of no return, stops and says so.
fn forward(
    ctx: &Ctx<'_>,
    object: &str,
    journal: Journal,
    mut progress: Progress,
    mut more: Option<More<'_>>,
) -> Result<Vec<String>> {
    let mut plan = progress.plan.clone();
    let mut warnings = plan.warnings.clone();
    let mut held = None;
    let mut i = 0;
    loop {
        if i == plan.steps.len()
            && let Some(more) = more.take()
        {
            let first = plan.steps.len();
            let told = more().and_then(|(rest, held)| {
                let no_return = rest.no_return.map(|n| first + n);
                journal.more(&rest.steps, no_return)?;
                drop(held);
                Ok((rest.steps, no_return))
            });
            match told {
                Ok((steps, no_return)) => {
                    plan.steps.extend(steps);
                    plan.no_return = no_return;
                    progress.plan = plan.clone();
                }
                Err(e) => return Err(back(ctx, journal, &mut progress, e, true)),
            }
        }
        let Some(step) = plan.steps.get(i) else { break };
        let at = i;
        i += 1;
        let i = at;
        if progress.done.contains_key(&i) {
            continue;
        }
        let past = plan.no_return.is_some_and(|limit| i >= limit);
        if past && held.is_none() {
            held = Some(crate::host::signal::hold());
        }
        let outcome = if crate::host::signal::stopped() && !past {
            Err(Error::new(Code::Interrupted, shown(object), "interrupted by a signal"))
        } else {
            ctx.progress.step(shown(object), &step.title);
            journal.begin_step(i).and_then(|()| {
                progress.begun = Some(i);
                perform::action(ctx, &step.action, &mut |child| journal.child(child), &mut warnings)
            })
        };
        let changed = match outcome {
            Ok(changed) => changed,
            Err(e) => {
                let e = Error {
                    object: shown(object).into(),
                    reason: format!("{}: {}", step.title, whole(&e)),
                    ..e
                };
                if past {
                    return Err(Error { code: Code::Left, ..e }.next(format!(
                        "mend that, then give `jug {} {}` again, or jug doctor --fix",
                        plan.verb,
                        shown(object)
                    )));
                }
                let e = match log_of(&step.action.effect) {
                    Some(log) if e.next.is_none() => e.next(format!("see what it printed: {log}")),
                    _ => e,
                };
                // What was there already was not made here: it is somebody else's.
                let made = e.code != Code::Conflict;
                return Err(back(ctx, journal, &mut progress, e, made));
            }
        };
        let noted = journal.done(i, changed);
        progress.done.insert(i, changed);
        if let Err(e) = noted
            && !past
        {
            return Err(back(ctx, journal, &mut progress, e, true));
        }
    }
    journal.end()?;
    Ok(warnings)
}

/// Undoes all that was begun, the last first. Returns the error that the user gets.
fn back(ctx: &Ctx<'_>, journal: Journal, progress: &mut Progress, mut error: Error, made: bool) -> Error {
    let skip = match progress.begun {
        Some(i) if !made && !progress.done.contains_key(&i) => Some(i),
        _ => None,
    };
    let left = undo(ctx, &journal, progress, skip);
    if left.is_empty() {
        // If the journal can't be removed, the next command finds that nothing is left to undo.
        let _ = journal.end();
        return error;
    }
    error.code = Code::Left;
    error.reason = format!("{}; and undoing it: {}", error.reason, left.join("; "));
    error.next("mend that, then jug doctor --fix")
}

/// Runs the undo of every step that was begun and changed something. Returns what could not be undone.
fn undo(ctx: &Ctx<'_>, journal: &Journal, progress: &Progress, skip: Option<usize>) -> Vec<String> {
    let _held = crate::host::signal::hold();
    let mut left = Vec::new();
    let Some(last) = progress.begun else { return left };
    for i in (0..=last).rev() {
        let untouched = progress.done.get(&i) == Some(&false) || progress.undone.contains(&i);
        let Some(step) = progress.plan.steps.get(i).filter(|_| !untouched) else { continue };
        // What can't be undone yet may lie on what this step mounted: unmounted, it would be out of reach for ever.
        if !left.is_empty() && mounts_storage(step) {
            break;
        }
        let mut clean = true;
        // What never came to be mounted holds nothing that could be lost.
        let ctx = &Ctx { force: ctx.force || !progress.done.contains_key(&i), ..*ctx };
        for action in &step.undo {
            let theirs = skip == Some(i) && !by_identity(action);
            if theirs || (!progress.done.contains_key(&i) && was_there(action)) {
                continue;
            }
            ctx.progress.step(&progress.plan.name, &format!("undo: {}", step.title));
            if let Err(e) = perform::undo(ctx, action, &mut |child| journal.child(child)) {
                clean = false;
                left.push(whole(&e));
                // The next one may take away by what this one knows that it may be done.
                break;
            }
        }
        if clean {
            let _ = journal.undone(i);
        }
    }
    left
}

/// Where what a program prints is kept.
fn log_of(effect: &Effect) -> Option<&str> {
    match effect {
        Effect::Run(cmd) => cmd.log.as_deref(),
        _ => None,
    }
}

fn mounts_storage(step: &Step) -> bool {
    let hook = matches!(step.action.effect, Effect::Hook { .. });
    (hook || matches!(step.action.when, Some(Guard::Not(_))))
        && step.undo.iter().any(|a| matches!(a.effect, Effect::UnmountGained { .. }))
}

/// Whether an undo touches only what bears jug's identity, whoever made it.
fn by_identity(action: &Action) -> bool {
    use Guard::{Container, Dataset, Interface, Namespace, Snapshot, Snapshots};
    matches!(
        action.when,
        Some(
            Container { .. }
                | Dataset { .. }
                | Snapshot { .. }
                | Snapshots { .. }
                | Interface { .. }
                | Namespace { .. }
        )
    )
}

/// Whether the directory that a step was at when it broke off cannot be the one it makes: there is something in it.
fn was_there(action: &Action) -> bool {
    matches!(&action.effect, Effect::RemoveDir { path } if fs::kind(path.as_path()) == Some(fs::Kind::Dir))
}

fn whole(e: &Error) -> String {
    e.to_string()
}
