//! What the commands on snapshots share: the facts, and taking and pruning for several environments at once.

use super::change::{self, mend};
use super::session::Session;
use crate::apply;
use crate::error::{Code, Error, Result};
use crate::facts::Facts;
use crate::facts::gather::Wanted;
use crate::host::Host;
use crate::model::env::{Env, Kind};
use crate::model::keep::Keep;
use crate::model::name::{DatasetName, EnvName, Label, SnapshotName};
use crate::plan::guest::verb_of;
use crate::plan::moment::{self, Moment};
use crate::plan::{Plan, snapshot};
use crate::programs::zfs_snapshot::Snapshot;
use crate::report::results::{Done, Outcome};
use crate::report::table::out;
use crate::store::lock::{self, Lock};
use std::collections::BTreeSet;

/// The object under which what is done to several environments at once is locked and journalled.
pub const SEVERAL: &str = "snapshot.several";

/// So many are locked at once and stand in one command: each lock is an open file.
const TOGETHER: usize = 400;

/// Seconds that one of several is waited for, if another jug is at it.
const PATIENCE: u64 = 30;

/// What is to be done to each environment.
#[derive(Debug)]
pub struct Job<'a> {
    /// The verb.
    pub verb: &'static str,
    /// Whether a snapshot is taken, and its label.
    pub take: Option<Option<&'a Label>>,
    /// Whether the policy is applied then, and which one: this, or that of each.
    pub prune: Option<Option<Keep>>,
    /// Whether the policy is for what jug did not take as well.
    pub foreign: bool,
}

/// The policy of an environment: its own, or the node's.
pub fn policy(s: &Session, env: &Env) -> Option<Keep> {
    env.snapshots.keep.or(s.config.snapshots.keep)
}

/// What is known of environments and their snapshots, by the same number of commands for one and for many. Clones of
/// theirs may be anywhere in their pools.
pub fn facts(s: &Session, envs: &[(&EnvName, &Env)], paths: bool) -> Result<Facts> {
    let snapshots: Vec<DatasetName> = envs.iter().filter_map(|(_, e)| e.dataset.clone()).collect();
    let mut pools: BTreeSet<DatasetName> = snapshots.iter().map(DatasetName::pool).collect();
    let mut wanted = match envs {
        [(name, env)] if paths => s.wanted(name, env),
        _ => Wanted { containers: true, ..Wanted::default() },
    };
    wanted.addresses = false;
    wanted.certain = if let [(name, _)] = envs { Some((*name).clone()) } else { None };
    (wanted.snapshots, wanted.datasets) = (snapshots, pools.pop_first());
    let mut facts = s.gather(&wanted)?;
    for pool in pools.into_iter().filter(|_| s.saved.is_none()) {
        let more = s.gather(&Wanted { datasets: Some(pool), ..Wanted::default() })?;
        facts.datasets.extend(more.datasets);
    }
    Ok(facts)
}

/// One environment that is being worked on.
struct Target {
    name: EnvName,
    env: Env,
    keep: Option<Keep>,
    /// `None` in a dry run.
    lock: Option<Lock>,
    warnings: Vec<String>,
    done: Result<Done>,
    planned: bool,
}

/// Does a job for several environments: those without hooks together, the others and those that are busy one by one.
pub fn work(s: &Session, names: &[EnvName], job: &Job<'_>, waits: bool) -> Vec<Outcome> {
    let hooked = |name: &EnvName| {
        job.take.is_some()
            && s.env(name).is_ok_and(|(_, env)| snapshot::has_hooks(&s.guest(name, &env, None)))
    };
    let (mut alone, together): (Vec<EnvName>, Vec<EnvName>) = names.iter().cloned().partition(hooked);
    let mut all: Vec<Outcome> = Vec::new();
    for chunk in together.chunks(TOGETHER) {
        let (ended, busy) = at_once(s, chunk, job, 0, waits || names.len() > 1);
        all.extend(ended);
        alone.extend(busy);
    }
    let patience = if waits || names.len() > 1 { PATIENCE } else { 0 };
    for name in alone {
        all.extend(at_once(s, &[name], job, patience, false).0);
    }
    all.sort_by_key(|o| names.iter().position(|n| n.as_str() == o.name));
    all
}

/// Does a job for these, as far as they are free; beside the outcomes, those that are not, if there will be another try.
fn at_once(
    s: &Session,
    names: &[EnvName],
    job: &Job<'_>,
    patience: u64,
    again: bool,
) -> (Vec<Outcome>, Vec<EnvName>) {
    let (mut targets, mut ended, mut busy) = (Vec::new(), Vec::new(), Vec::new());
    let end = |name: &EnvName, e| change::finish(s, job.verb, name.as_str(), Err(e), Vec::new());
    let node = match real(s) {
        true => s.layout.ensure().and_then(|l| lock::shared(&l, ".node")).map(Some),
        false => Ok(None),
    };
    let _node = match node {
        Ok(lock) => lock,
        Err(e) => return (names.iter().map(|n| end(n, copy(n, &e))).collect(), busy),
    };
    for name in names {
        match target(s, name, job, patience) {
            Ok(t) => targets.push(t),
            Err(e) if again && e.code == Code::Busy => busy.push(name.clone()),
            Err(e) => ended.push(end(name, e)),
        }
    }
    if targets.is_empty() {
        return (ended, busy);
    }
    let envs: Vec<(&EnvName, &Env)> = targets.iter().map(|t| (&t.name, &t.env)).collect();
    match facts(s, &envs, false) {
        Ok(mut facts) => {
            let alone = names.len() == 1;
            if let Some(label) = job.take {
                take(s, &mut targets, &mut facts, label, alone);
            }
            if job.prune.is_some() {
                let roots: Vec<DatasetName> = targets.iter().filter_map(|t| t.env.dataset.clone()).collect();
                let mut all = moment::by_root(&roots, &facts);
                for t in &mut targets {
                    let of_it = t.env.dataset.as_ref().and_then(|d| all.remove(d)).unwrap_or_default();
                    prune(s, t, &facts, &of_it, (job.foreign, alone));
                }
            }
        }
        Err(e) => targets.iter_mut().for_each(|t| t.done = Err(copy(&t.name, &e))),
    }
    ended.extend(targets.into_iter().map(|t| {
        let done = match t.done {
            Ok(d) if t.planned && !real(s) => s
                .need_root_unless_dry(job.verb)
                .map(|()| Done { changed: false, what: format!("dry run, would be: {}", d.what) }),
            other => other,
        };
        change::finish(s, job.verb, t.name.as_str(), done, t.warnings)
    }));
    (ended, busy)
}

/// Whether the host is to be changed.
fn real(s: &Session) -> bool {
    s.is_root() && !s.global.dry_run
}

/// The same error for another object.
fn copy(name: &EnvName, e: &Error) -> Error {
    Error { code: e.code, object: name.to_string(), reason: e.to_string(), next: e.next.clone() }
}

/// Locks an environment and ends what was interrupted on it.
fn target(s: &Session, name: &EnvName, job: &Job<'_>, patience: u64) -> Result<Target> {
    let mut warnings = Vec::new();
    let lock = match real(s) {
        true => {
            s.node()?;
            let lock = lock::wait(&s.layout, name.as_str(), job.verb, patience)?;
            mend(s, name.as_str(), false, &lock, &mut warnings)?;
            Some(lock)
        }
        false if s.saved.is_none() && s.layout.journal(name.as_str()).as_path().exists() => {
            return Err(change::interrupted(s, name.as_str()));
        }
        false => None,
    };
    let (_, env) = s.env(name)?;
    snapshot::dataset(name, &env)?;
    let keep = match job.prune {
        Some(given) => Some(given.or_else(|| policy(s, &env)).ok_or_else(|| no_policy(name, env.kind))?),
        None => None,
    };
    Ok(Target {
        name: name.clone(),
        env,
        keep,
        lock,
        warnings,
        done: Ok(Done::unchanged("")),
        planned: false,
    })
}

/// The refusal of what has no policy.
fn no_policy(name: &EnvName, kind: Kind) -> Error {
    Error::usage(name, "neither it nor the node says which snapshots are kept").next(format!(
        "jug {} {name} snapshots.keep=last=3,hourly=24,daily=7, or keep of [snapshots] in jug.toml",
        verb_of(kind, "set")
    ))
}

/// Applies a plan, or prints it in a dry run.
fn apply(s: &Session, object: &str, plan: &Plan, lock: Option<&Lock>, alone: bool) -> Result<Vec<String>> {
    match lock {
        Some(lock) => apply::run(&s.ctx(alone), object, plan, lock),
        None => {
            if s.global.dry_run && !s.global.json {
                out(&plan.to_string());
            }
            Ok(Vec::new())
        }
    }
}

/// What the snapshot of each will be called, where there can be one.
fn name(
    s: &Session,
    targets: &mut [Target],
    facts: &Facts,
    label: Option<&Label>,
) -> Vec<Option<SnapshotName>> {
    let now = s.host.now();
    let roots: Vec<DatasetName> = targets.iter().filter_map(|t| t.env.dataset.clone()).collect();
    let taken = moment::by_root(&roots, facts);
    let mut names = Vec::new();
    for t in targets {
        let guest = s.guest(&t.name, &t.env, None);
        let name = snapshot::own(&guest, facts)
            .and_then(|root| SnapshotName::next(now, taken[root].iter().map(|m| m.name), label));
        let runs = facts.container(t.name.as_str()).is_some_and(|c| c.running && guest.is_its_own(c));
        let rests = !runs || snapshot::has_hooks(&guest);
        let state = if rests { "" } else { ", crash-consistent since it runs" };
        t.planned = name.is_ok();
        names.push(name.as_ref().ok().cloned());
        t.done = name.map(|name| Done::changed(format!("snapshot {name}{state}")));
    }
    names
}

/// Takes a snapshot of each, and adds it to the facts.
fn take(s: &Session, targets: &mut [Target], facts: &mut Facts, label: Option<&Label>, alone: bool) {
    let mark = s.host.uuid();
    let names = name(s, targets, facts, label);
    let mut one_by_one: Vec<usize> = (0..targets.len()).filter(|i| names[*i].is_some()).collect();
    if s.platform.openzfs() {
        let plain = |i: &usize| !snapshot::has_hooks(&s.guest(&targets[*i].name, &targets[*i].env, None));
        let (together, rest): (Vec<usize>, Vec<usize>) = one_by_one.iter().partition(|i| plain(i));
        if together.len() > 1 {
            match several(s, targets, &names, &together, mark) {
                Ok(()) => one_by_one = rest,
                // One that fails must not keep the others from theirs: each gets a command of its own then.
                Err(e) => targets[together[0]].warnings.push(format!("taken one by one, since together {e}")),
            }
        }
    }
    for i in one_by_one {
        let (t, Some(name)) = (&mut targets[i], &names[i]) else { continue };
        let guest = s.guest(&t.name, &t.env, None);
        let taken = snapshot::take(&guest, facts, name, mark)
            .and_then(|plan| apply(s, t.name.as_str(), &plan, t.lock.as_ref(), alone));
        match taken {
            Ok(warnings) => t.warnings.extend(warnings),
            Err(e) => t.done = Err(e),
        }
    }
    for (t, name) in targets.iter().zip(&names) {
        let (Ok(_), Some(root), Some(name)) = (&t.done, &t.env.dataset, name) else { continue };
        let taken = facts.datasets.keys().filter(|d| moment::below(root, d)).map(|d| Snapshot {
            name: format!("{d}@{name}"),
            created: s.host.now().as_second(),
            mark: Some(mark),
            ..Snapshot::default()
        });
        facts.snapshots.extend(taken.collect::<Vec<_>>());
    }
}

/// Takes snapshots of these in one command.
fn several(
    s: &Session,
    targets: &mut [Target],
    names: &[Option<SnapshotName>],
    which: &[usize],
    mark: uuid::Uuid,
) -> Result<()> {
    let part = |i: &usize| {
        let (t, name) = (&targets[*i], names[*i].clone()?);
        Some(snapshot::Part { root: t.env.dataset.as_ref()?, uuid: t.env.uuid, name })
    };
    let parts: Vec<snapshot::Part<'_>> = which.iter().filter_map(part).collect();
    let mut plan = Plan::new("snapshot", "several");
    plan.push(snapshot::step(format!("take snapshots of {} environments", parts.len()), &parts, mark));
    let lock = match real(s) {
        true => Some(lock::wait(&s.layout, SEVERAL, "snapshot", PATIENCE)?),
        false => None,
    };
    let mut warnings = Vec::new();
    if let Some(lock) = &lock {
        mend(s, SEVERAL, false, lock, &mut warnings)?;
    }
    warnings.extend(apply(s, SEVERAL, &plan, lock.as_ref(), false)?);
    if let Some(first) = which.first() {
        targets[*first].warnings.extend(warnings);
    }
    Ok(())
}

/// Destroys what the policy of one lets go.
fn prune(s: &Session, t: &mut Target, facts: &Facts, all: &[Moment<'_>], (foreign, alone): (bool, bool)) {
    let (Ok(before), Some(keep)) = (&t.done, &t.keep) else { return };
    let before = before.clone();
    let guest = s.guest(&t.name, &t.env, None);
    let told = |what: String| if before.what.is_empty() { what } else { format!("{}; {what}", before.what) };
    let outcome = snapshot::prune(&guest, facts, all, (keep, foreign), s.host.now()).and_then(|plan| {
        let Some(plan) = plan else { return Ok((false, "no snapshot is to go".to_string())) };
        let gone = plan.notes.iter().filter(|n| n.starts_with(snapshot::DESTROY)).count();
        let kept = plan.notes.len() - gone;
        t.planned = true;
        t.warnings.extend(apply(s, t.name.as_str(), &plan, t.lock.as_ref(), alone)?);
        Ok((true, format!("{gone} destroyed, {kept} kept")))
    });
    t.done = match outcome {
        Ok((changed, what)) => Ok(Done { changed: changed || before.changed, what: told(what) }),
        Err(e) if before.changed && real(s) => Err(super::jrestart::halfway(&before.what, e)),
        Err(e) => Err(e),
    };
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::gather::ROOTS;
    use crate::host::Cmd;
    use crate::plan::Effect;
    use crate::programs::{replica, zfs_snapshot};

    /// With the longest names there can be, of as many as one command is given: FreeBSD takes 512 KiB of arguments (F5.5).
    #[test]
    fn what_is_done_to_many_at_once_fits_into_a_command() {
        let words = |cmd: &Cmd| cmd.args.iter().map(|a| a.len() + 1 + size_of::<usize>()).sum::<usize>();
        let roots: Vec<DatasetName> =
            (0..ROOTS).map(|i| format!("tank/{i:0>195}").parse().unwrap()).collect();
        assert!(roots.iter().all(|r| r.as_str().len() == 200));
        let label: Label = "x".repeat(32).parse().unwrap();
        let name = SnapshotName::next(jiff::Timestamp::UNIX_EPOCH, [], Some(&label)).unwrap();
        let uuid = uuid::Uuid::from_u128(7);
        let part = |root| snapshot::Part { root, uuid, name: name.clone() };
        let parts: Vec<_> = roots[..TOGETHER].iter().map(part).collect();
        let Effect::Run(take) = snapshot::step("take".into(), &parts, uuid).action.effect else { panic!() };
        assert_eq!(take.args.len(), 4 + TOGETHER);
        for cmd in [take, zfs_snapshot::get_tree(&roots, true), replica::get_sides(&roots, true)] {
            assert!(words(&cmd) < 400 << 10, "{}: {}", cmd.args[0], words(&cmd));
        }
    }
}
