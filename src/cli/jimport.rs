//! jimport

use super::archives::{self, Given};
use super::change;
use super::session::Session;
use crate::apply;
use crate::error::{Code, Error, Result};
use crate::facts::Facts;
use crate::host::stream::{Bounds, room};
use crate::host::{Host, unpack};
use crate::model::archive::{self, Form, without_network};
use crate::model::env::{Env, Mode, Owned, Storage};
use crate::model::name::{BaseName, EnvName, SnapshotName};
use crate::model::net::Net;
use crate::model::schema::{self, Change};
use crate::model::size::ByteSize;
use crate::plan::{archive as plans, mnt, publish, trust};
use crate::report::results::Done;
use crate::report::table::out;
use crate::store::lock;

/// Make a jail of an archive: jug's own, Bastille's, or the tar of a root
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The archive, of any packing; - is standard input
    #[arg(value_name = "FILE")]
    file: String,
    /// Another name, with an identity and MAC addresses of its own; needed where the archive does not say one
    #[arg(long = "as", value_name = "NAME")]
    name: Option<EnvName>,
    /// The base it stands on here
    #[arg(long, value_name = "BASE")]
    base: Option<BaseName>,
    /// Where its data lie; zfs where the node has a zfs_root
    #[arg(long, value_name = "STORAGE")]
    storage: Option<Storage>,
    /// Its networks here; repeatable
    #[arg(long, value_name = "NETWORK")]
    net: Vec<Net>,
    /// Any key of jug.toml(5); repeatable
    #[arg(long, value_name = "KEY=VALUE")]
    set: Vec<Change>,
    /// Take it as it is: with hooks, directories and addresses of this host, and a stream of ZFS
    #[arg(long)]
    trust: bool,
    /// Refuse what is longer than this, unpacked
    #[arg(long, value_name = "SIZE")]
    max_size: Option<ByteSize>,
    /// Start it at once
    #[arg(long)]
    start: bool,
}

/// Runs it.
pub fn run(s: &Session, args: &Args) -> Result<Code> {
    if args.storage == Some(Storage::External) {
        return Err(Error::usage("--storage", "an archive is taken to zfs or dir")
            .next("jug junregister and jug jregister move what lies on other storage"));
    }
    let given = archives::open(s, &args.file)?;
    let name = match (&args.name, given.manifest()) {
        (Some(name), _) => name.clone(),
        (None, Some(m)) => m.name.clone(),
        (None, None) => {
            return Err(Error::usage(&args.file, "it does not say the jail's name").next("give --as NAME"));
        }
    };
    let mut warnings = Vec::new();
    let result = whole(s, args, &name, given, &mut warnings);
    let mut outcome = change::finish(s, "jimport", name.as_str(), result, warnings);
    if args.start && outcome.result.is_ok() && !s.global.dry_run {
        let started = super::jstart::one(s, &name, true);
        outcome.warnings.extend(started.warnings);
        outcome.result = match started.result {
            Ok(_) => Ok(Done::changed("imported and started")),
            Err(e) => Err(super::jrestart::halfway("imported, but not started", e)),
        };
    }
    Ok(change::report(s, outcome))
}

fn whole(s: &Session, args: &Args, name: &EnvName, given: Given, warnings: &mut Vec<String>) -> Result<Done> {
    let object = name.as_str();
    let real = s.is_root() && !s.global.dry_run;
    let lock = match real {
        true => {
            s.layout.ensure()?;
            s.node()?;
            Some(lock::exclusive(&s.layout, object, "jimport")?)
        }
        false if s.layout.journal(object).as_path().exists() => return Err(change::interrupted(s, object)),
        false => None,
    };
    if let Some(lock) = &lock {
        change::mend(s, object, true, lock, warnings)?;
    }
    let mut dropped = Vec::new();
    let mut env = wanted(s, args, name, &given, &mut dropped)?;
    let stream: Option<SnapshotName> = given.manifest().and_then(|m| m.snapshot.clone());
    let renamed = given.manifest().is_none_or(|m| m.name != *name);
    let facts = facts(s, name, &env)?;
    let base = s.base_of(&env);
    let place = plans::place(&s.guest(name, &env, base.as_ref()), &facts, stream.as_ref())?;
    let Some(lock) = &lock else {
        s.need_root_unless_dry("jimport")?;
        let guest = s.guest(name, &env, base.as_ref());
        let after = plans::register(&guest, stream.as_ref(), renamed)?;
        told(&dropped, warnings);
        out(&format!(
            "{place}# What comes then is unpacked by jug itself, and compared with its sums.\n{after}"
        ));
        return Ok(Done::unchanged("dry run, would be: imported"));
    };
    let (mut met, mut size) = (Vec::new(), 0);
    let mut given = Some(given);
    let mut more = || {
        let given = given.take().ok_or_else(|| Error::failed(object, "it was read already"))?;
        size = fill(s, args, name, &mut env, given, &mut (&mut met, &mut dropped))?;
        // What is registered is on the disk, whatever comes.
        rustix::fs::sync();
        let held = super::networks::allot(s, "jimport", name, &mut env, None, &facts)?;
        if !env.expose.is_empty() {
            met.extend(publish::warnings(name, &env, &super::exposures::of_others(s, name)?));
        }
        env.check().map_err(|(key, why)| Error::usage(key, why))?;
        Ok((plans::register(&s.guest(name, &env, base.as_ref()), stream.as_ref(), renamed)?, held))
    };
    let ran = apply::run_on(&s.ctx(true), object, &place, lock, &mut more);
    told(&dropped, warnings);
    warnings.extend(met);
    warnings.extend(ran?);
    Ok(Done::changed(format!("imported, {}", ByteSize(size).human())))
}

/// What was dropped is said, with how to keep it.
fn told(dropped: &[String], warnings: &mut Vec<String>) {
    if !dropped.is_empty() {
        warnings.push(format!(
            "left out, since it came with the archive: {}; --trust keeps it, --net and --set say something else",
            dropped.join("; ")
        ));
    }
}

/// The environment as it will be here.
fn wanted(s: &Session, args: &Args, name: &EnvName, given: &Given, dropped: &mut Vec<String>) -> Result<Env> {
    let fresh = (s.host.uuid(), s.host.now());
    let mut env = match given.manifest() {
        Some(m) => {
            if m.platform != s.platform.kind() {
                return Err(Error::usage(name, format!("what is in it runs on {}, not here", m.platform)));
            }
            crate::model::portable::read(&m.config, "its manifest", &s.layout)?
        }
        None => {
            let base = args.base.clone().or_else(|| s.config.defaults.base.clone()).filter(|b| !b.is_host());
            let base = base.map_or_else(|| "none".parse(), Ok)?;
            Env { mode: Mode::Full, ..Env::new(fresh.0, fresh.1, base) }
        }
    };
    if env.is_vm() {
        return Err(Error::usage(name, "it is a VM, and only jails are read"));
    }
    archive::whole(&mut env);
    if args.name.is_some() {
        (env.uuid, env.created) = fresh;
        env.host.hostname = None;
        env.net.iter_mut().for_each(archive::anew);
    }
    if let Some((other, _)) =
        s.registry()?.iter().find(|(n, e)| *n != name && e.env.as_ref().is_ok_and(|e| e.uuid == env.uuid))
    {
        return Err(Error::conflict(name, format!("{other} has the same identity")).next("give --as NAME"));
    }
    env.base = args.base.clone().or(env.base);
    env.storage = args
        .storage
        .or(s.config.defaults.storage)
        .filter(|st| *st != Storage::External)
        .unwrap_or(if s.zfs_root().is_some() { Storage::Zfs } else { Storage::Dir });
    if given.manifest().is_some_and(|m| m.form == Form::Zfs) {
        if !args.trust {
            return Err(Error::usage(
                name,
                "its data are a stream of ZFS, which the kernel would read, whatever is in it",
            )
            .next(
                "--trust, if you trust who wrote it; jug jexport --form tar writes one that needs no trust",
            ));
        }
        if env.storage != Storage::Zfs {
            return Err(
                Error::usage(name, "a stream of ZFS needs storage zfs").next("jug jexport --form tar")
            );
        }
    }
    if env.storage == Storage::Zfs {
        let root = s.zfs_root().ok_or_else(|| {
            Error::lacks(name, "this node has no zfs_root")
                .next("jug init --zfs-root POOL/jug, or --storage dir")
        })?;
        env.dataset = Some(format!("{root}/env/{name}").parse()?);
    }
    env.owner = Owned { epoch: 1, fenced: false };
    env.trusted = args.trust;
    settle(s, args, &mut env, dropped)?;
    Ok(env)
}

/// Leaves out what is not for an archive to say, and puts what the command line says in its place.
fn settle(s: &Session, args: &Args, env: &mut Env, dropped: &mut Vec<String>) -> Result<()> {
    if !args.trust {
        dropped.extend(trust::drop_wants(env));
    }
    if !args.net.is_empty() {
        env.net.clone_from(&args.net);
        if !args.trust {
            dropped.extend(env.expose.drain(..).map(|e| format!("expose {e}")));
        }
    } else if !args.trust {
        let networks = super::networks::all(s)?;
        dropped.extend(without_network(env, &|nic| networks.contains_key(&nic.network)));
    }
    if !args.set.is_empty() {
        (_, *env) = schema::edit(&schema::to_text(env)?, "the archive", &args.set)?;
    }
    env.check().map_err(|(key, why)| Error::usage(key, why))
}

fn facts(s: &Session, name: &EnvName, env: &Env) -> Result<Facts> {
    let mut wanted = s.wanted(name, env);
    wanted.addresses |= env.has_nics();
    wanted.listeners.clone_from(&env.expose);
    wanted.paths.extend(mnt::places(&s.layout, name));
    wanted.datasets = env.dataset.as_ref().and(s.zfs_root()).cloned();
    let mut facts = s.gather(&wanted)?;
    facts.environments = s.registry()?.into_iter().map(|(n, e)| (n.to_string(), e.text)).collect();
    Ok(facts)
}

/// Unpacks the data into their place. Returns how many bytes they are.
fn fill(
    s: &Session,
    args: &Args,
    name: &EnvName,
    env: &mut Env,
    given: Given,
    (warnings, dropped): &mut (&mut Vec<String>, &mut Vec<String>),
) -> Result<u64> {
    let progress = s.progress(true);
    progress.step(name.as_str(), "unpack its data");
    let data = s.layout.data(name);
    if given.manifest().is_some_and(|m| m.form == Form::Zfs) {
        let set = env.dataset.as_ref().map(|d| d.child("data"));
        let set = set.ok_or_else(|| Error::failed(name, "it has no dataset"))?;
        return archives::receive(s, given, &set);
    }
    let own = given.manifest().is_some();
    let most = args.max_size.map_or(u64::MAX, |size| size.0);
    let bounds = Bounds { most, room: room(data.as_path())? };
    let done = archives::unpack(s, given, &mut |from| {
        let tick = &mut |done| progress.copied(done);
        match own {
            true => unpack::tree(from, data.as_path(), bounds, tick).map(|done| (done, None)),
            false => archives::foreign(from, data.as_path(), bounds, tick),
        }
    });
    let (done, found) =
        done.map_err(|e| if e.object.is_empty() { Error { object: args.file.clone(), ..e } } else { e })?;
    if let Some(found) = found {
        warnings.extend(found.apply(env, name));
        env.trusted = args.trust;
        settle(s, args, env, dropped)?;
    }
    Ok(done.bytes)
}
