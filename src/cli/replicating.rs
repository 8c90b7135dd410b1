//! What the commands on replication share: one environment to one target, and what this side knows of those.

use super::change::{self, Wish};
use super::peer::Peer;
use super::receiving;
use super::session::Session;
use super::snapshots::{self, Job};
use crate::apply;
use crate::error::{Error, Result};
use crate::host::pump::How;
use crate::host::{Cmd, Host};
use crate::model::env::Env;
use crate::model::exchange::{Part, Replica};
use crate::model::name::{DatasetName, EnvName, Label};
use crate::model::replica::{self as wanted, Target};
use crate::model::side::{Side, State};
use crate::model::size::ByteSize;
use crate::plan::replicate::{self, Anchor, Way};
use crate::plan::snapshot;
use crate::programs::replica;
use crate::programs::ssh_node;
use crate::report::results::{Done, Outcome};
use crate::report::table::out;
use crate::store::lock;
use std::collections::BTreeMap;
use std::time::Instant;

/// The word at the end of the names of snapshots that are taken to be sent.
pub const LABEL: &str = "replica";

/// So many streams a dataset may need: the rest of one that broke off, the same in full where that can't be, and then
/// what is new.
const STREAMS: usize = 4;

/// How an environment is to be replicated.
#[derive(Clone, Copy, Debug, Default)]
pub struct Manner {
    /// At most so many bytes a second.
    pub rate: Option<ByteSize>,
    /// Only what has been taken already is sent.
    pub last: bool,
}

/// The jobs of an environment: its own, or the node's.
pub fn jobs<'a>(s: &'a Session, env: &'a Env) -> &'a [wanted::Job] {
    if env.replicate.is_empty() { &s.config.replicate } else { &env.replicate }
}

/// The object of the locks and journals of an environment's replications.
pub fn object(name: &EnvName) -> String {
    format!("replicate.{name}")
}

/// An environment, its uppermost dataset, and what this side has of it.
pub type Here = (Env, DatasetName, Side);

/// Its uppermost dataset, and what this side has of it.
///
/// # Errors
/// Its storage has no snapshots, or it is not its own.
pub fn here(s: &Session, name: &EnvName) -> Result<Here> {
    let it = known(s, name)?;
    owned(s, name, &it)?;
    Ok(it)
}

fn owned(s: &Session, name: &EnvName, (env, root, side): &Here) -> Result<()> {
    snapshot::stamped(&s.guest(name, env, None), root, side.datasets.get("").map(|d| d.uuid))
}

/// The same of several, by as many commands for all as for one.
///
/// # Errors
/// zfs(8) can't be asked.
pub fn here_all(s: &Session, envs: Vec<(EnvName, Env)>) -> Result<Vec<(EnvName, Result<Here>)>> {
    let roots: Vec<DatasetName> = envs.iter().filter_map(|(_, e)| e.dataset.clone()).collect();
    let mut sides = if roots.is_empty() { BTreeMap::new() } else { receiving::sides(s, &roots)? };
    let it = |(name, env): (EnvName, Env)| {
        let here = snapshot::dataset(&name, &env).cloned().and_then(|root| {
            let side = sides.remove(&root).unwrap_or_default();
            let it = (env, root, side);
            owned(s, &name, &it).map(|()| it)
        });
        (name, here)
    };
    Ok(envs.into_iter().map(it).collect())
}

/// The same, whether this node owns it or gives it up.
///
/// # Errors
/// Its storage has no snapshots.
pub fn known(s: &Session, name: &EnvName) -> Result<Here> {
    let (_, env) = s.env(name)?;
    let root = snapshot::dataset(name, &env)?.clone();
    let side = receiving::side(s, &root)?;
    Ok((env, root, side))
}

/// Replicates one environment to one target.
///
/// # Errors
/// It is being replicated, the other side refuses or has diverged, or a stream broke off.
pub fn one(
    s: &Session,
    name: &EnvName,
    target: &Target,
    how: Manner,
    warnings: &mut Vec<String>,
) -> Result<Done> {
    let real = s.is_root() && !s.global.dry_run;
    let peer = Peer::of(s, target)?;
    let object = object(name);
    let lock = match real {
        true => {
            let lock = lock::exclusive(&s.layout.ensure()?, &object, "replicate")?;
            change::mend(s, &object, true, &lock, warnings)?;
            Some(lock)
        }
        false => None,
    };
    let (env, root, before) = here(s, name)?;
    let it = peer.replica(name, env.uuid);
    // What would refuse is asked for before a snapshot is taken for nothing.
    let (there_root, there) = peer.list(s, &it)?;
    replicate::may_receive(name.as_str(), env.uuid, there_root.as_str(), &there.datasets)?;
    if let Peer::Here(_) = peer
        && (there_root.is_within(&root) || root.is_within(&there_root))
    {
        return Err(Error::usage(
            &there_root,
            format!("a replica of {name} can't lie in what it is a replica of"),
        )
        .next("choose a dataset elsewhere, best on another pool"));
    }
    if let Some(to) = newest(&before, env.uuid) {
        replicate::ways(name.as_str(), target, &before, &there.datasets, (&to, there_root.as_str()))?;
    }
    let Some(lock) = lock else {
        show(s, name, target, &peer, &it, (&root, &before), (&there_root, &there), how)?;
        s.need_root_unless_dry("replicate")?;
        return Ok(Done::unchanged("dry run, would be: replicated"));
    };
    let side = match how.last {
        true => before,
        false => {
            take(s, name, warnings)?;
            here(s, name)?.2
        }
    };
    let to = newest(&side, env.uuid).ok_or_else(|| {
        Error::not_found(name, "it has no snapshot that is of all its datasets")
            .next(format!("jug snapshot {name}"))
    })?;
    // A plan is made of what is said now; each of its steps bears being given twice.
    warnings.extend(apply::run(
        &s.ctx(true),
        &object,
        &replicate::protect(name.as_str(), target, &root, &side, &to),
        &lock,
    )?);
    let bytes = parts(s, name, target, (&peer, &it), (&root, &side, &to), (there_root, there), how)?;
    let side = receiving::side(s, &root)?;
    let plan = replicate::settle(name.as_str(), target, &root, &side, &to, s.platform.openzfs());
    warnings.extend(apply::run(&s.ctx(true), &object, &plan, &lock)?);
    Ok(match bytes {
        Some(bytes) => Done::changed(format!("{to} is on {target}, {} sent", ByteSize(bytes).human())),
        None => Done::unchanged(format!("{to} is on {target}")),
    })
}

/// Gives up a replication: nothing here is kept for it any more, and what is there stays.
///
/// # Errors
/// It is at work, or zfs(8) refuses.
pub fn forget(s: &Session, name: &EnvName, target: &Target) -> Outcome {
    change::one(s, "replicate", &object(name), true, &|| {
        let (_, root, side) = here(s, name)?;
        let plan = replicate::forget(name.as_str(), target, &root, &side)?;
        Ok(match plan.steps.is_empty() {
            true => Wish::Nothing(Done::unchanged(format!("nothing is kept for {target}"))),
            false => Wish::Do(vec![plan], Done::changed(format!("nothing is kept for {target} any more"))),
        })
    })
}

/// The newest snapshot that is of all its own datasets.
pub fn newest(side: &Side, uuid: uuid::Uuid) -> Option<String> {
    let own: Vec<&State> = side.datasets.values().filter(|d| d.uuid == Some(uuid)).collect();
    let of_all = |name: &str| own.iter().all(|d| d.snapshots.iter().any(|p| p.name == name));
    let names = side.datasets.get("")?.snapshots.iter().rev().map(|p| p.name.as_str());
    names.into_iter().find(|n| of_all(n)).map(str::to_string)
}

/// Takes a snapshot to be sent.
fn take(s: &Session, name: &EnvName, warnings: &mut Vec<String>) -> Result<()> {
    let label: Label = LABEL.parse()?;
    let job = Job { verb: "snapshot", take: Some(Some(&label)), prune: None, foreign: false };
    for outcome in snapshots::work(s, std::slice::from_ref(name), &job, true) {
        warnings.extend(outcome.warnings);
        outcome.result?;
    }
    Ok(())
}

/// Sends what has to be sent to a side that has this, dataset by dataset, parents first. Returns how many bytes that were,
/// if it was anything.
fn parts(
    s: &Session,
    name: &EnvName,
    target: &Target,
    (peer, it): (&Peer, &Replica),
    (root, side, to): (&DatasetName, &Side, &str),
    (there_root, mut there): (DatasetName, Side),
    how: Manner,
) -> Result<Option<u64>> {
    let mut bytes = None;
    for round in 0.. {
        // It was asked once for all its datasets, and is again when they have been sent.
        if round > 0 {
            there = peer.list(s, it)?.1;
        }
        let ways = replicate::ways(name.as_str(), target, side, &there.datasets, (to, there_root.as_str()))?;
        let mut missing = false;
        for (child, way) in ways {
            let (state, part) = (&side.datasets[&child], child.parse::<Part>()?);
            let mark = state.snapshots.iter().find(|p| p.name == to).and_then(|p| p.mark);
            if way == Way::Nothing {
                if there.datasets.get(&child).is_some_and(|d| !replicate::is_settled(d, it.uuid)) {
                    peer.settle(s, it, &part, mark)?;
                }
                continue;
            }
            missing = true;
            if round == STREAMS {
                return Err(Error::failed(
                    name,
                    format!("{} does not get there, though the streams come through", shown(&child)),
                ));
            }
            let send = command(s, &replica::below(root, &child)?, state, to, &way)?;
            let resumes = matches!(way, Way::Resume(_));
            let what = (it, &part, state.kind == "filesystem", mark.filter(|_| !resumes));
            match stream(s, peer, &send, what, (name, &child), how) {
                Ok(n) => bytes = Some(bytes.unwrap_or(0) + n),
                // What it would begin at is gone here: what came of it is of no use any more. What is below it has to
                // wait until it is there again.
                Err(e) if resumes && cannot_resume(&e) => {
                    peer.abort(s, it, &part)?;
                    break;
                }
                Err(e) => {
                    return Err(Error {
                        object: name.to_string(),
                        reason: format!("{}: {}", shown(&child), e.reason),
                        ..e
                    });
                }
            }
        }
        if !missing {
            break;
        }
    }
    Ok(bytes)
}

fn shown(child: &str) -> &str {
    if child.is_empty() { "its uppermost dataset" } else { child }
}

/// Whether this side has lost what the rest of a stream would be of: zfs-send.txt has "cannot resume send: ...".
fn cannot_resume(e: &Error) -> bool {
    e.reason.contains("cannot resume send")
}

fn command(s: &Session, dataset: &DatasetName, state: &State, to: &str, way: &Way) -> Result<Cmd> {
    let from = match way {
        Way::Resume(token) => return token_of(token).map(|t| replica::resume(&t)),
        Way::Since(Anchor::Snapshot(name)) => Some(format!("@{name}")),
        Way::Since(Anchor::Bookmark(name)) => Some(format!("#{name}")),
        Way::Whole | Way::Nothing => None,
    };
    Ok(replica::send(dataset, to, from.as_deref(), state.encrypted, s.platform.openzfs()))
}

/// A token as ZFS makes them: from elsewhere it could be anything.
fn token_of(token: &str) -> Result<String> {
    match token.chars().all(|c| c.is_ascii_alphanumeric() || c == '-') && !token.starts_with('-') {
        true => Ok(token.to_string()),
        false => Err(Error::failed("", "the other side gives a resume token that is none")),
    }
}

fn stream(
    s: &Session,
    peer: &Peer,
    send: &Cmd,
    what: (&Replica, &Part, bool, Option<uuid::Uuid>),
    (name, child): (&EnvName, &str),
    how: Manner,
) -> Result<u64> {
    let progress = s.progress(true);
    progress.step(name.as_str(), &format!("send {}", shown(child)));
    let total = match s.platform.openzfs() {
        true => s.host.query(&replica::estimate(send)).ok().and_then(|o| replica::parse_estimate(&o.stdout)),
        false => None,
    };
    let begun = Instant::now();
    let mut tell = |bytes| progress.sent(bytes, total, begun.elapsed());
    peer.send(s, send, what, How { head: b"", rate: how.rate.map(|r| r.0), tell: &mut tell })
}

/// What would be done, as a script.
#[expect(clippy::too_many_arguments, reason = "it shows all that the real run has")]
fn show(
    s: &Session,
    name: &EnvName,
    target: &Target,
    peer: &Peer,
    it: &Replica,
    (root, side): (&DatasetName, &Side),
    (there_root, there): (&DatasetName, &Side),
    how: Manner,
) -> Result<()> {
    if s.global.json || !s.global.dry_run {
        return Ok(());
    }
    let mut text = format!("#!/bin/sh\n# replicate {name} to {target}\n");
    if !how.last {
        text.push_str(&format!("# a snapshot comes first: jug snapshot {name} --label {LABEL}\n# without it, this is what would be sent:\n"));
    }
    let to = newest(side, it.uuid);
    let ways = match &to {
        Some(to) => replicate::ways(name.as_str(), target, side, &there.datasets, (to, there_root.as_str()))?,
        None => Vec::new(),
    };
    let to = to.unwrap_or_default();
    for (child, way) in ways.iter().filter(|(_, w)| *w != Way::Nothing) {
        let state = &side.datasets[child];
        let send = command(s, &replica::below(root, child)?, state, &to, way)?;
        let into = match peer {
            Peer::Here(_) => {
                let new =
                    (!there.datasets.contains_key(child)).then_some((it.uuid, state.kind == "filesystem"));
                replica::receive(&replica::below(there_root, child)?, new, s.platform.openzfs())
            }
            Peer::There(_, node, _) => ssh_node::receive(node),
        };
        text.push_str(&format!("{send} | {into}\n"));
    }
    if ways.iter().all(|(_, w)| *w == Way::Nothing) {
        text.push_str("# nothing\n");
    }
    out(&text);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_are_words() {
        assert!(token_of("1-9157e0e55-c0-789c63").is_ok());
        for bad in ["-x", "1 2", "1;2", "tank@x"] {
            assert!(token_of(bad).is_err(), "{bad}");
        }
    }
}
