//! The receiving side of jmigrate: whether this node would take an environment over, and taking it.

use super::change;
use super::jregister;
use super::jstart;
use super::receiving;
use super::session::Session;
use crate::apply;
use crate::error::{Code, Error, Result};
use crate::facts::Facts;
use crate::host::Host;
use crate::model::env::{Env, Owned, Storage};
use crate::model::exchange::{Answer, Moving, Part};
use crate::model::name::{DatasetName, SnapshotName};
use crate::model::portable;
use crate::model::side::Side;
use crate::plan::guest::verb_of;
use crate::plan::{Plan, adopt, create, mnt, publish, replicate, start};
use crate::programs::replica;
use crate::store::lock::{self, Lock};

/// Seconds that whoever is at it may take before it is asked again.
const PATIENCE: u64 = 60;

/// Whether this node would take it over. Returns below which dataset it would receive it, if it is to be sent.
///
/// # Errors
/// It would not.
pub fn consider(s: &Session, it: &Moving) -> Result<Option<DatasetName>> {
    s.need_root("jmigrate")?;
    if s.layout.journal(it.name.as_str()).as_path().exists() {
        return Err(change::interrupted(s, it.name.as_str()));
    }
    let mut env = described(s, it)?;
    unknown(s, it)?;
    let Some(root) = env.dataset.clone() else { return Ok(None) };
    let side = replica_of(s, it, &root)?;
    let facts = facts(s, it, &env)?;
    room(s, it, &root, &side, &facts)?;
    ready(s, it, &mut env, &facts).map(drop)?;
    Ok(Some(root.as_str().rsplit_once('/').map_or(root.as_str(), |(p, _)| p).parse()?))
}

/// The environment as it would be here.
fn described(s: &Session, it: &Moving) -> Result<Env> {
    let name = &it.name;
    let mut env = portable::read(&it.config, "its portable copy", &s.layout)?;
    if env.uuid != it.uuid {
        return Err(Error::usage(name, "its portable copy is another environment's"));
    }
    env.dataset = match env.storage {
        Storage::Zfs => Some(s.needed_zfs_root(name)?.child("env").child(name.as_str())),
        Storage::External => None,
        Storage::Dir => {
            return Err(Error::usage(name, "its data lie in directories, which are not sent"));
        }
    };
    env.owner = Owned { epoch: it.epoch + 1, fenced: false };
    env.trusted = it.trusted;
    Ok(env)
}

/// Refuses a name or an identity that this node knows.
fn unknown(s: &Session, it: &Moving) -> Result<()> {
    for (name, entry) in s.registry()? {
        let same = entry.env.as_ref().is_ok_and(|e| e.uuid == it.uuid);
        // On storage of both it was here before, and was taken over from here.
        if same && name == it.name && entry.env.is_ok_and(|e| e.owner.fenced && e.dataset.is_none()) {
            continue;
        }
        if name == it.name && !same {
            return Err(Error::conflict(&name, "another environment has this name")
                .next(format!("jug {} one of the two", s.verb(&name, "rename"))));
        }
        if same {
            return Err(Error::conflict(&it.name, format!("it is known here already, as {name}"))
                .next(format!("jug {} {name}", s.verb(&name, "show"))));
        }
    }
    Ok(())
}

/// What is there of it already: nothing, or a replica.
fn replica_of(s: &Session, it: &Moving, root: &DatasetName) -> Result<Side> {
    let side = receiving::side(s, root)?;
    replicate::may_receive(it.name.as_str(), it.uuid, root.as_str(), &side.datasets)?;
    Ok(side)
}

fn facts(s: &Session, it: &Moving, env: &Env) -> Result<Facts> {
    let mut wanted = s.wanted(&it.name, env);
    wanted.addresses = true;
    wanted.datasets = env.dataset.as_ref().and(s.zfs_root()).cloned();
    wanted.paths.extend(mnt::places(&s.layout, &it.name));
    let mut facts = s.gather(&wanted)?;
    facts.environments = s.registry()?.into_iter().map(|(n, e)| (n.to_string(), e.text)).collect();
    Ok(facts)
}

/// Refuses what the pool has no room for.
fn room(s: &Session, it: &Moving, root: &DatasetName, side: &Side, facts: &Facts) -> Result<()> {
    let parent: DatasetName = root.as_str().rsplit_once('/').map_or(root.as_str(), |(p, _)| p).parse()?;
    if !facts.datasets.contains_key(parent.as_str()) {
        return Err(Error::lacks(&it.name, format!("the dataset {parent} is not there"))
            .next("jug init --zfs-root POOL/jug"));
    }
    let number = |property, of: &DatasetName| -> Result<u64> {
        let cmd = replica::number(property, of);
        let out = s.host.query(&cmd).map_err(Error::from)?;
        out.stdout.trim().parse().map_err(|_| crate::host::RunError::failed(&cmd, &out).into())
    };
    let have = if side.datasets.is_empty() { 0 } else { number("used", root)? };
    let (need, free) = (it.size.saturating_sub(have), number("available", &parent)?);
    let human = |n| crate::model::size::ByteSize(n).human();
    if need > free {
        return Err(Error::lacks(
            &it.name,
            format!("it takes {} more, and {parent} has {} left", human(need), human(free)),
        )
        .next("make room there, or jug snapshot-prune it first"));
    }
    Ok(())
}

/// Refuses what it lacks here, and chooses its numbers and addresses.
fn ready(s: &Session, it: &Moving, env: &mut Env, facts: &Facts) -> Result<Option<Lock>> {
    let base = s.base_of(env);
    // The replica is where its datasets will be.
    let own = env.dataset.clone();
    let is_own = |d: &str| own.as_ref().is_some_and(|o| d == o.as_str() || d.starts_with(&format!("{o}/")));
    let mut others = facts.clone();
    others.datasets.retain(|d, _| !is_own(d));
    // Two nodes on one host of FreeBSD see each other's jails: this one runs where it is to move from.
    others.containers.retain(|c| c.uuid != Some(it.uuid));
    let guest = s.guest(&it.name, env, base.as_ref());
    match env.is_thin() {
        true => create::refuse(&guest, &others)?,
        false => create::refuse_places(&guest, &others)?,
    }
    jregister::local_interfaces(s, env, facts);
    let held = super::networks::allot(s, "jmigrate", &it.name, env, None, facts)?;
    env.check().map_err(|(key, why)| Error::usage(format!("{}: {key}", it.name), why))?;
    Ok(held)
}

/// Takes it over. Either this node has it then, or it is declined and is as it was; an error says that neither is known.
///
/// # Errors
/// Another jug is at it, or something is left.
pub fn adopt(s: &Session, it: &Moving, last: Option<&SnapshotName>, own: &[Part]) -> Result<Answer> {
    s.need_root("jmigrate")?;
    s.layout.ensure()?;
    s.node()?;
    let name = it.name.as_str();
    let lock = lock::wait(&s.layout, name, "jmigrate", PATIENCE)?;
    let mut warnings = Vec::new();
    change::mend(s, name, true, &lock, &mut warnings)?;
    let ours = |e: &Env| e.uuid == it.uuid && !e.owner.fenced;
    if s.registry()?.get(&it.name).is_some_and(|e| e.env.as_ref().is_ok_and(ours)) {
        return Ok(Answer::Adopted { running: jstart::runs(s, &it.name)?, warnings });
    }
    let root = match described(s, it).map(|env| env.dataset) {
        Ok(Some(root)) => root,
        Ok(None) => {
            drop(lock);
            return shared(s, it);
        }
        Err(e) => return Ok(Answer::Declined(e.into())),
    };
    // What was said of a move stays so: its former node may run it again, though the question came twice; or it may have
    // moved on from here.
    let said = s.host.query(&replica::get_move(&root)).map_err(Error::from)?;
    let said = said.stdout.trim();
    if said == replica::verdict(it.id, true) {
        return Ok(Answer::Adopted { running: false, warnings });
    }
    if said == replica::verdict(it.id, false) {
        return Ok(Answer::Declined(Error::failed(&it.name, "it was declined already").into()));
    }
    let last = sent(s, it, &root, last, own)?;
    let taken = take(s, it, &root, (last, own), &lock, &mut warnings);
    let outcome = match taken {
        Ok(()) => Ok(Answer::Adopted { running: it.start, warnings }),
        Err(e) if e.code == Code::Left => Err(e),
        Err(e) => decline(s, it, &root).map(|()| Answer::Declined(e.into())),
    };
    let said = match &outcome {
        Ok(Answer::Declined(r)) => Err(Error::failed(&it.name, r.reason.clone())),
        Ok(_) => Ok(crate::report::results::Done::changed("taken over")),
        Err(e) => Err(Error::new(e.code, &e.object, &e.reason)),
    };
    change::finish(s, "jmigrate", name, said, Vec::new());
    outcome
}

/// That what was sent is here. If it is not, nobody knows what became of it since.
fn sent<'a>(
    s: &Session,
    it: &Moving,
    root: &DatasetName,
    last: Option<&'a SnapshotName>,
    own: &[Part],
) -> Result<&'a SnapshotName> {
    let last = last.ok_or_else(|| Error::usage(&it.name, "its last snapshot is not named"))?;
    let side = receiving::side(s, root)?;
    let has = |part: &Part| {
        side.datasets.get(part.as_str()).is_some_and(|d| d.snapshots.iter().any(|p| p.name == last.as_str()))
    };
    match own.iter().find(|part| !has(part)) {
        None => Ok(last),
        Some(part) => Err(Error::not_found(
            &it.name,
            format!("{last} of {root}/{} is not there any more", part.as_str()),
        )
        .next("look where the environment is now")),
    }
}

fn decline(s: &Session, it: &Moving, root: &DatasetName) -> Result<()> {
    if receiving::side(s, root)?.datasets.is_empty() {
        return Ok(());
    }
    let cmd = replica::set_move(root, it.id, false);
    let out = s.host.change(&cmd, &mut |_| {}).map_err(Error::from)?;
    if out.ok() { Ok(()) } else { Err(crate::host::RunError::failed(&cmd, &out).into()) }
}

fn take(
    s: &Session,
    it: &Moving,
    root: &DatasetName,
    (last, own): (&SnapshotName, &[Part]),
    lock: &Lock,
    warnings: &mut Vec<String>,
) -> Result<()> {
    let name = &it.name;
    unknown(s, it)?;
    let mut env = described(s, it)?;
    let side = replica_of(s, it, root)?;
    let own: Vec<&str> = own.iter().map(Part::as_str).collect();
    let newest = |c: &&&str| {
        let newest = side.datasets.get(**c).and_then(|d| d.snapshots.last());
        newest.is_none_or(|p| p.name != last.as_str())
    };
    if let Some(missing) = own.iter().find(newest) {
        return Err(Error::not_found(name, format!("{last} is not the newest snapshot of {root}/{missing}"))
            .next(format!("jug {} {name} sends it again", verb_of(env.kind, "migrate"))));
    }
    let facts = facts(s, it, &env)?;
    drop(ready(s, it, &mut env, &facts)?);
    let base = s.base_of(&env);
    let before = adopt::place(&s.guest(name, &env, base.as_ref()), &side, &own, last)?;
    if it.start {
        super::networks::up(s, &env, true)?;
    }
    let _addresses = if it.start { jstart::address_locks(s, name, &env)? } else { Vec::new() };
    let mut met = Vec::new();
    let mut more = || {
        // Chosen again, and held until it is written down.
        let held = super::networks::allot(s, "jmigrate", name, &mut env, None, &facts)?;
        if !env.expose.is_empty() {
            met.extend(publish::warnings(name, &env, &super::exposures::of_others(s, name)?));
        }
        let guest = s.guest(name, &env, base.as_ref());
        let mut rest = Plan::new(guest.verb("migrate"), name);
        let mut epoch = mnt::take(&guest, env.owner.epoch, guest.node.epoch(s.host.now()));
        // It goes with what was written since the snapshot.
        epoch.undo.clear();
        rest.push(epoch);
        create::register(&guest, &mut rest)?;
        if it.start {
            let facts = jstart::gather(s, name, &env)?;
            let begin = start::plan(&guest, &facts, s.host.now())?
                .ok_or_else(|| Error::conflict(name, "it runs here already").next(guest.command("stop")))?;
            met.extend(begin.warnings);
            rest.steps.extend(begin.steps);
        }
        rest.point_of_no_return();
        rest.steps.extend(adopt::settle(&guest, &side, it.id)?);
        Ok((rest, held))
    };
    let ran = apply::run_on(&s.ctx(true), name.as_str(), &before, lock, &mut more);
    warnings.extend(met);
    warnings.extend(ran?);
    Ok(())
}

/// The same on storage that both nodes reach: nothing was sent, and its former node has let it go.
fn shared(s: &Session, it: &Moving) -> Result<Answer> {
    let name = &it.name;
    let env = described(s, it)?;
    let taken = jregister::again(s, name, it.trusted, [env.mnt_start, env.mnt_stop]);
    let mut warnings = taken.warnings;
    if let Err(e) = taken.result {
        // Another node may own it by now.
        return if matches!(e.code, Code::Left | Code::Busy) {
            Err(e)
        } else {
            Ok(Answer::Declined(e.into()))
        };
    }
    if it.start {
        let started = jstart::one(s, name, true);
        warnings.extend(started.warnings);
        if let Err(e) = started.result {
            // Its former node can only go on once this one has let it go.
            let left = super::junregister::one(s, name, true);
            left.result.map_err(|l| Error::new(Code::Left, name, format!("{e}; and letting it go: {l}")))?;
            return Ok(Answer::Declined(e.into()));
        }
    }
    Ok(Answer::Adopted { running: it.start, warnings })
}
