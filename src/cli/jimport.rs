//! jimport and vm-import

use super::archives::{self, Given};
use super::session::Session;
use super::{change, vm_archive};
use crate::apply;
use crate::error::{Code, Error, Result};
use crate::facts::Facts;
use crate::host::stream::{Bounds, room};
use crate::host::{Host, unpack};
use crate::model::archive::{self, DATA, DiskPart, Form, without_network};
use crate::model::env::{Env, Kind, Mode, Owned, Storage};
use crate::model::name::{BaseName, EnvName, SnapshotName};
use crate::model::net::Net;
use crate::model::schema::{self, Change};
use crate::model::size::ByteSize;
use crate::plan::archive::{self as plans, Coming};
use crate::plan::guest::verb_of;
use crate::plan::{mnt, publish, trust};
use crate::report::results::Done;
use crate::report::table::out;
use crate::store::lock;

/// Make a jail of an archive: jug's own, Bastille's, or the tar of a root
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(flatten)]
    all: Taken,
    /// The base it stands on here
    #[arg(long, value_name = "BASE")]
    base: Option<BaseName>,
}

/// What is said of any archive that is taken in.
#[derive(Debug, clap::Args)]
pub struct Taken {
    /// The archive, of any packing; - is standard input
    #[arg(value_name = "FILE")]
    file: String,
    /// Another name, with an identity and MAC addresses of its own; needed where the archive does not say one
    #[arg(long = "as", value_name = "NAME")]
    name: Option<EnvName>,
    /// Where its data lie; zfs where the node has a zfs_root
    #[arg(long, value_name = "STORAGE")]
    pub(super) storage: Option<Storage>,
    /// Its networks here; repeatable
    #[arg(long, value_name = "NETWORK")]
    net: Vec<Net>,
    /// Any key of jug.toml(5); repeatable
    #[arg(long, value_name = "KEY=VALUE")]
    set: Vec<Change>,
    /// Take it as it is: with hooks, directories, devices and addresses of this host, and streams of ZFS
    #[arg(long)]
    pub(super) trust: bool,
    /// Refuse what is longer than this, unpacked
    #[arg(long, value_name = "SIZE")]
    pub(super) max_size: Option<ByteSize>,
    /// Start it at once
    #[arg(long)]
    start: bool,
}

/// Runs jimport.
pub fn run(s: &Session, args: &Args) -> Result<Code> {
    take(s, &args.all, Kind::Jail, args.base.as_ref())
}

/// Runs it for either kind.
pub fn take(s: &Session, args: &Taken, kind: Kind, base: Option<&BaseName>) -> Result<Code> {
    if args.storage == Some(Storage::External) {
        return Err(Error::usage("--storage", "an archive is taken to zfs or dir")
            .next("what lies on other storage is moved by unregistering it here and registering it there"));
    }
    let given = archives::open(s, &args.file)?;
    if kind == Kind::Vm && given.manifest().is_none() {
        return Err(Error::usage(&args.file, "vm-export did not write it, and no other archive of a VM is known").next(
            "jug image-import FILE NAME and jug vm-create --image NAME take a disk, jug jimport the tar of a jail's root",
        ));
    }
    let name = match (&args.name, given.manifest()) {
        (Some(name), _) => name.clone(),
        (None, Some(m)) => m.name.clone(),
        (None, None) => {
            return Err(Error::usage(&args.file, "it does not say the jail's name").next("give --as NAME"));
        }
    };
    let mut warnings = Vec::new();
    let verb = verb_of(kind, "import");
    let result = Import { s, args, kind, base, verb: &verb }.whole(&name, given, &mut warnings);
    let mut outcome = change::finish(s, &verb, name.as_str(), result, warnings);
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

/// One that is being taken in.
struct Import<'a> {
    s: &'a Session,
    args: &'a Taken,
    kind: Kind,
    base: Option<&'a BaseName>,
    verb: &'a str,
}

impl Import<'_> {
    fn whole(&self, name: &EnvName, given: Given, warnings: &mut Vec<String>) -> Result<Done> {
        let (s, args, verb, object) = (self.s, self.args, self.verb, name.as_str());
        let real = s.is_root() && !s.global.dry_run;
        let lock = match real {
            true => {
                s.layout.ensure()?;
                s.node()?;
                Some(lock::exclusive(&s.layout, object, verb)?)
            }
            false if s.layout.journal(object).as_path().exists() => {
                return Err(change::interrupted(s, object));
            }
            false => None,
        };
        if let Some(lock) = &lock {
            change::mend(s, object, true, lock, warnings)?;
        }
        let mut dropped = Vec::new();
        let (mut env, disks) = self.wanted(name, &given, &mut dropped)?;
        let snapshot: Option<SnapshotName> = given.manifest().and_then(|m| m.snapshot.clone());
        let coming = Coming { snapshot: snapshot.as_ref(), disks: &disks };
        let renamed = given.manifest().is_none_or(|m| m.name != *name);
        let facts = facts(s, name, &env)?;
        let base = s.base_of(&env);
        let place = plans::place(&s.guest(name, &env, base.as_ref()), &facts, coming)?;
        let Some(lock) = &lock else {
            s.need_root_unless_dry(verb)?;
            let guest = s.guest(name, &env, base.as_ref());
            let after = plans::register(&guest, coming, renamed)?;
            told(&dropped, warnings);
            out(&format!(
                "{place}# What comes then is unpacked by jug itself, and compared with its sums.\n{after}"
            ));
            return Ok(Done::unchanged("dry run, would be: imported"));
        };
        let (mut met, mut size) = (Vec::new(), 0);
        let mut given = Some(given);
        let mut more = || {
            let mut given = given.take().ok_or_else(|| Error::failed(object, "it was read already"))?;
            let filled = match self.kind {
                Kind::Jail => fill(s, args, name, &mut env, &mut given, &mut (&mut met, &mut dropped)),
                Kind::Vm => vm_archive::fill(s, args, &s.guest(name, &env, None), &mut given, &disks),
            };
            // Which file it is that is damaged is said only here.
            let named = |e: Error| match e.object.is_empty() {
                true => Error { object: args.file.clone(), ..e },
                false => e,
            };
            size = filled.and_then(|size| archives::end(given).map(|()| size)).map_err(named)?;
            // What is registered is on the disk, whatever comes.
            rustix::fs::sync();
            let held = super::networks::allot(s, verb, name, &mut env, None, &facts)?;
            if !env.expose.is_empty() {
                met.extend(publish::warnings(name, &env, &super::exposures::of_others(s, name)?));
            }
            env.check().map_err(|(key, why)| Error::usage(key, why))?;
            Ok((plans::register(&s.guest(name, &env, base.as_ref()), coming, renamed)?, held))
        };
        let ran = apply::run_on(&s.ctx(true), object, &place, lock, &mut more);
        told(&dropped, warnings);
        warnings.extend(met);
        warnings.extend(ran?);
        Ok(Done::changed(format!("imported, {}", ByteSize(size).human())))
    }

    /// The environment as it will be here, with the disks that come with it.
    fn wanted(
        &self,
        name: &EnvName,
        given: &Given,
        dropped: &mut Vec<String>,
    ) -> Result<(Env, Vec<DiskPart>)> {
        let (s, args) = (self.s, self.args);
        let fresh = (s.host.uuid(), s.host.now());
        let mut env = match given.manifest() {
            Some(m) => {
                let env = crate::model::portable::read(&m.config, "its manifest", &s.layout)?;
                other_kind(name, &env, self.kind)?;
                // A VM's guest asks for a machine, and that is much the same under either hypervisor.
                if m.platform != s.platform.kind() && !env.is_vm() {
                    return Err(Error::usage(
                        name,
                        format!("what is in it runs on {}, not here", m.platform),
                    ));
                }
                env
            }
            None => {
                let base =
                    self.base.cloned().or_else(|| s.config.defaults.base.clone()).filter(|b| !b.is_host());
                let base = base.map_or_else(|| "none".parse(), Ok)?;
                Env { mode: Mode::Full, ..Env::new(fresh.0, fresh.1, base) }
            }
        };
        let disks = given.manifest().map(|m| archive::disks(&env, m.form)).unwrap_or_default();
        archive::whole(&mut env);
        if args.name.is_some() {
            (env.uuid, env.created) = fresh;
            env.host.hostname = None;
            env.net.iter_mut().for_each(archive::anew);
        }
        if let Some((other, _)) =
            s.registry()?.iter().find(|(n, e)| *n != name && e.env.as_ref().is_ok_and(|e| e.uuid == env.uuid))
        {
            return Err(
                Error::conflict(name, format!("{other} has the same identity")).next("give --as NAME")
            );
        }
        env.base = self.base.cloned().or(env.base);
        env.storage = args
            .storage
            .or(s.config.defaults.storage)
            .filter(|st| *st != Storage::External)
            .unwrap_or(if s.zfs_root().is_some() { Storage::Zfs } else { Storage::Dir });
        if given.manifest().is_some_and(|m| m.form == Form::Zfs) {
            self.stream(name, &env)?;
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
        vm_archive::disks(s, args, name, &mut env, &disks)?;
        vm_archive::screen(s, args.name.is_some(), &mut env)?;
        settle(s, args, &mut env, dropped)?;
        Ok((env, disks))
    }

    /// Refuses streams of ZFS that are not trusted, or have no place.
    fn stream(&self, name: &EnvName, env: &Env) -> Result<()> {
        let export = verb_of(self.kind, "export");
        if !self.args.trust {
            return Err(Error::usage(
                name,
                "its data are a stream of ZFS, which the kernel would read, whatever is in it",
            )
            .next(format!(
                "--trust, if you trust who wrote it; jug {export} --form tar writes one that needs no trust"
            )));
        }
        if env.storage != Storage::Zfs {
            return Err(Error::usage(name, "a stream of ZFS needs storage zfs")
                .next(format!("jug {export} --form tar")));
        }
        Ok(())
    }
}

/// Refuses what is of the other kind.
fn other_kind(name: &EnvName, env: &Env, kind: Kind) -> Result<()> {
    if env.kind == kind {
        return Ok(());
    }
    let what = if env.is_vm() { "it is a VM" } else { "it is a jail" };
    Err(Error::usage(name, what).next(format!("jug {} takes it", verb_of(env.kind, "import"))))
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

/// Leaves out what is not for an archive to say, and puts what the command line says in its place.
fn settle(s: &Session, args: &Taken, env: &mut Env, dropped: &mut Vec<String>) -> Result<()> {
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
        (_, *env) = schema::edit(&schema::env_text(env)?, "the archive", &args.set)?;
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
    args: &Taken,
    name: &EnvName,
    env: &mut Env,
    given: &mut Given,
    (warnings, dropped): &mut (&mut Vec<String>, &mut Vec<String>),
) -> Result<u64> {
    let progress = s.progress(true);
    progress.step(name.as_str(), "unpack its data");
    let data = s.layout.data(name);
    if given.manifest().is_some_and(|m| m.form == Form::Zfs) {
        let set = env.dataset.as_ref().map(|d| d.child("data"));
        let set = set.ok_or_else(|| Error::failed(name, "it has no dataset"))?;
        return archives::receive(s, given, DATA, &set);
    }
    let own = given.manifest().is_some();
    let most = args.max_size.map_or(u64::MAX, |size| size.0);
    let bounds = Bounds { most, room: room(data.as_path())? };
    let (done, found) = archives::unpack(s, given, DATA, &mut |from| {
        let tick = &mut |done| progress.copied(done);
        match own {
            true => unpack::tree(from, data.as_path(), bounds, tick).map(|done| (done, None)),
            false => archives::foreign(from, data.as_path(), bounds, tick),
        }
    })?;
    if let Some(found) = found {
        warnings.extend(found.apply(env, name));
        env.trusted = args.trust;
        settle(s, args, env, dropped)?;
    }
    Ok(done.bytes)
}
