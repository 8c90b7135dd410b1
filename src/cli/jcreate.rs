//! jcreate

use super::base_import;
use super::change::{self, Wish};
use super::session::Session;
use crate::error::{Code, Error, Result};
use crate::facts::gather::Wanted;
use crate::host::Host;
use crate::model::env::{Env, Mode, Storage};
use crate::model::fstab::Mount;
use crate::model::hook::{Hook, HookArg};
use crate::model::name::{AbsPath, BaseName, EnvName, Tag, printable};
use crate::model::net::Net;
use crate::model::schema::{self, Change};
use crate::model::words;
use crate::plan::{create, mnt, start};
use crate::report::results::Done;
use crate::store::{bases, lock};
use std::collections::BTreeMap;

/// Create jails, each described by one TOML file
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Names, or CBSD's words: jname= ver= baserw= ip4_addr= interface= host_hostname= astart=
    #[arg(value_name = "NAME", required = true)]
    names: Vec<String>,
    /// The base it stands on (see base-ls)
    #[arg(long, value_name = "BASE")]
    base: Option<BaseName>,
    /// How its root is put together: thin (the base read-only), clone (ZFS) or full (a copy)
    #[arg(long, value_name = "MODE")]
    mode: Option<Mode>,
    /// Where its data lies
    #[arg(long, value_name = "STORAGE")]
    storage: Option<Storage>,
    /// none, inherit, alias:IF:ADDR/LEN, or NETWORK[:ADDR][,mac=MAC] (see net-ls); repeatable
    #[arg(long, value_name = "NETWORK")]
    net: Vec<Net>,
    /// The executable that mounts its data; implies --storage external
    #[arg(long, value_name = "FILE")]
    mnt_start: Option<AbsPath>,
    /// The executable that unmounts it
    #[arg(long, value_name = "FILE")]
    mnt_stop: Option<AbsPath>,
    /// A hook: created, prestart, poststart, prestop, poststop, removed, presnapshot or postsnapshot; repeatable
    #[arg(long, value_name = "POINT=FILE")]
    hook: Vec<HookArg>,
    /// An extra mount, in the words of fstab(5); repeatable
    #[arg(long, value_name = "'SRC DST TYPE OPTS'")]
    fstab: Vec<Mount>,
    /// Any key of jug.toml(5); repeatable
    #[arg(long, value_name = "KEY=VALUE")]
    set: Vec<Change>,
    /// A tag; repeatable
    #[arg(long, value_name = "TAG")]
    tag: Vec<Tag>,
    /// Start it at once
    #[arg(long)]
    start: bool,
}

/// What was asked for, CBSD's words included.
#[derive(Default)]
struct Asked {
    names: Vec<EnvName>,
    base: Option<BaseName>,
    mode: Option<Mode>,
    address: Option<String>,
    interface: Option<String>,
    mnt_start: Option<AbsPath>,
    mnt_stop: Option<AbsPath>,
    set: Vec<Change>,
}

fn asked(args: &Args) -> Result<Asked> {
    let mut a = Asked { base: args.base.clone(), mode: args.mode, ..Asked::default() };
    for word in &args.names {
        let (key, value) = match words::split(word) {
            None => {
                a.names.push(word.parse()?);
                continue;
            }
            Some(split) => split?,
        };
        match key {
            "jname" => a.names.push(value.parse()?),
            "ver" => a.base = Some(value.parse()?),
            "baserw" => {
                a.mode = Some(match value {
                    "0" => Mode::Thin,
                    "1" => Mode::Full,
                    _ => return Err(Error::usage(printable(word), "baserw is 0 (thin) or 1 (full)")),
                });
            }
            "ip4_addr" => a.address = Some(value.to_string()),
            "interface" => a.interface = Some(value.to_string()),
            "host_hostname" => a.set.push(format!("host.hostname={value}").parse()?),
            "mnt_start" => a.mnt_start = hook_path(value)?,
            "mnt_stop" => a.mnt_stop = hook_path(value)?,
            "astart" => a.set.push(format!("boot.auto={value}").parse()?),
            other => return Err(Error::usage(printable(word), format!("{other}= does not fit here"))),
        }
    }
    if a.names.is_empty() {
        return Err(Error::usage("jcreate", "no name is given").next("jug jcreate NAME, or jname=NAME"));
    }
    Ok(a)
}

/// CBSD writes 0 for none.
fn hook_path(value: &str) -> Result<Option<AbsPath>> {
    if value == "0" || value.is_empty() { Ok(None) } else { value.parse().map(Some) }
}

fn nets(args: &Args, asked: &Asked) -> Result<Option<Vec<Net>>> {
    if !args.net.is_empty() {
        return Ok(Some(args.net.clone()));
    }
    match (&asked.address, &asked.interface) {
        (None, None) => Ok(None),
        (Some(a), _) if a == "0" || a.is_empty() => Ok(Some(vec![Net::None])),
        (Some(addresses), Some(interface)) => addresses
            .split(',')
            .map(|a| format!("alias:{interface}:{a}").parse())
            .collect::<Result<_>>()
            .map(Some),
        (Some(_), None) => {
            Err(Error::usage("ip4_addr=", "on which interface is not said").next("give interface= as well"))
        }
        (None, Some(_)) => {
            Err(Error::usage("interface=", "no address is given").next("give ip4_addr= as well"))
        }
    }
}

/// The environment as its TOML will be.
fn wanted(s: &Session, args: &Args, asked: &Asked, name: &EnvName) -> Result<Env> {
    let defaults = &s.config.defaults;
    let base = asked.base.clone().or_else(|| defaults.base.clone()).ok_or_else(|| {
        Error::usage(name, "no base is given")
            .next("give --base BASE; jug base-ls shows them, jug base-import host makes the first")
    })?;
    let mut env = Env::new(s.host.uuid(), s.host.now(), base);
    env.mode = asked.mode.or(defaults.mode).unwrap_or_default();
    let can_zfs = if s.zfs_root().is_some() { Storage::Zfs } else { Storage::Dir };
    env.mnt_start = asked.mnt_start.clone().or_else(|| args.mnt_start.clone());
    env.mnt_stop = asked.mnt_stop.clone().or_else(|| args.mnt_stop.clone());
    let said = args.storage.or(env.mnt_start.as_ref().map(|_| Storage::External)).or(defaults.storage);
    env.storage = said.unwrap_or(if env.mode == Mode::Clone { Storage::Zfs } else { can_zfs });
    if env.storage == Storage::External && env.mnt_start.is_none() {
        env.external = defaults.external.clone().unwrap_or_default();
    }
    if env.storage == Storage::Zfs {
        let root = s.needed_zfs_root(name)?;
        env.dataset = Some(format!("{root}/env/{name}").parse()?);
    }
    if let Some(nets) = nets(args, asked)?.or_else(|| defaults.net.clone()) {
        env.net = nets;
    }
    env.owner.epoch = 1;
    env.tags = args.tag.iter().cloned().collect();
    env.fstab = args.fstab.clone();
    for HookArg(point, path) in &args.hook {
        env.hooks.entry(*point).or_default().push(Hook { path: path.clone(), policy: None, timeout: None });
    }
    let changes: Vec<Change> = asked.set.iter().chain(&args.set).cloned().collect();
    let (_, env) = schema::edit(&schema::env_text(&env)?, name.as_str(), &changes)?;
    Ok(env)
}

/// Runs it.
pub fn run(s: &Session, args: &Args) -> Result<Code> {
    let asked = asked(args)?;
    let mut envs = BTreeMap::new();
    for name in &asked.names {
        if envs.insert(name.clone(), wanted(s, args, &asked, name)?).is_some() {
            return Err(Error::usage(name, "it is named twice"));
        }
    }
    host_base(s, &envs, args.start)?;
    Ok(change::each(s, &asked.names, &|name, alone| {
        let env = &envs[name];
        // The base must stay while something is made from it.
        let base_lock = if s.global.dry_run || !s.is_root() {
            Ok(None)
        } else {
            s.layout.ensure().and_then(|l| lock::shared(&l, &format!("base.{}", env.base_name()))).map(Some)
        };
        let base_lock = match base_lock {
            Ok(lock) => lock,
            Err(e) => return change::finish(s, "jcreate", name.as_str(), Err(e), Vec::new()),
        };
        let mut outcome = change::one(s, "jcreate", name.as_str(), alone, &|| plan(s, name, env, args.start));
        drop(base_lock);
        if args.start && outcome.result.is_ok() && !s.global.dry_run {
            let started = super::jstart::one(s, name, alone);
            outcome.warnings.extend(started.warnings);
            outcome.result = match started.result {
                Ok(_) => Ok(Done::changed("created and started")),
                Err(e) => Err(super::jrestart::halfway("created, but not started", e)),
            };
        }
        outcome
    }))
}

/// The base `host` is a few empty directories: it is made when it is first asked for.
fn host_base(s: &Session, envs: &BTreeMap<EnvName, Env>, then_start: bool) -> Result<()> {
    let Some(base) =
        envs.values().filter_map(|e| e.base.as_ref()).find(|b| b.is_host() && s.base(b).is_none())
    else {
        return Ok(());
    };
    if s.global.dry_run || !s.is_root() {
        return Ok(());
    }
    // What is refused anyway must leave nothing, not even this.
    for (name, env) in envs {
        plan(s, name, env, then_start)?;
    }
    let outcome = change::one(s, "base-import", &format!("base.{base}"), true, &|| match s.base(base) {
        Some(_) => Ok(Wish::Nothing(Done::unchanged("it is there"))),
        None => base_import::plan(s, base, &base_import::host_source(), Storage::Dir),
    });
    outcome.result.map(|_| ())
}

fn plan(s: &Session, name: &EnvName, env: &Env, then_start: bool) -> Result<Wish> {
    let mut plans = Vec::new();
    let base = match s.base_of(env) {
        None if env.on_host() => {
            let (plan, base) =
                base_import::prepare(s, &BaseName::host(), &base_import::host_source(), Storage::Dir)?;
            plans.push(plan);
            Some(base)
        }
        known => known,
    };
    let mut env = env.clone();
    let mut wanted = s.wanted(name, &env);
    wanted.addresses &= then_start || env.has_nics();
    wanted.rulesets = then_start;
    wanted.limits = then_start && !env.limits.set().is_empty();
    wanted.accounts = env.on_host();
    (wanted.filter, wanted.forwarding) = (then_start && env.has_nics(), then_start && env.has_nics());
    wanted.listeners.clone_from(&env.expose);
    wanted.paths.extend(mnt::places(&s.layout, name));
    let guest = s.guest(name, &env, base.as_ref());
    // All below the node's root: the parent must be there, and the name must be free.
    wanted.datasets = env.dataset.as_ref().and(s.zfs_root()).cloned();
    let mut facts = s.gather(&Wanted { mounts: true, ..wanted })?;
    if facts.environments.is_empty() {
        facts.environments = s.registry()?.into_iter().map(|(n, e)| (n.to_string(), e.text)).collect();
    }
    if base.is_none() && s.saved.is_none() {
        facts.bases = bases::all(&s.layout).into_keys().map(|n| (n.to_string(), String::new())).collect();
        facts.bases.insert(BaseName::HOST.into(), String::new());
    }
    create::refuse(&guest, &facts)?;
    let held = super::networks::allot(s, "jcreate", name, &mut env, None, &facts)?;
    if !env.expose.is_empty() {
        facts.exposed = super::exposures::of_others(s, name)?;
    }
    let guest = s.guest(name, &env, base.as_ref());
    plans.push(create::plan(&guest, &facts)?);
    if then_start {
        // What will refuse the start is better known before anything is made.
        let start = start::plan(&guest, &facts, s.host.now())?;
        plans.extend(super::networks::up_plans(s, &env, &facts)?);
        plans.extend(start.filter(|_| s.global.dry_run));
    }
    Ok(Wish::holding(plans, Done::changed("created"), held))
}
