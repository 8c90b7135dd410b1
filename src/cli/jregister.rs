//! jregister

use super::change;
use super::session::Session;
use crate::apply;
use crate::apply::apart::told;
use crate::error::{Code, Error, Result};
use crate::facts::Facts;
use crate::facts::gather::Wanted;
use crate::host::Host;
use crate::model::cbsd;
use crate::model::env::{Env, Storage};
use crate::model::external::{Driver, External};
use crate::model::name::{AbsPath, BaseName, DatasetName, EnvName, printable};
use crate::model::net::Net;
use crate::model::words;
use crate::plan::driver::Need;
use crate::plan::guest::verb_of;
use crate::plan::{Plan, Step, mnt, publish, register, trust};
use crate::report::results::{Done, Outcome};
use crate::store::lock::Lock;
use crate::store::{lock, moves, owner, unregistered};

/// Take jails into this node that lie on its storage, or on storage that --mnt-start mounts
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Names, masks such as 'web*', or jname=NAME
    #[arg(value_name = "NAME", required = true)]
    names: Vec<String>,
    /// The executable that mounts their storage, if their own copy does not say so
    #[arg(long, value_name = "FILE")]
    mnt_start: Option<AbsPath>,
    /// The executable that unmounts it
    #[arg(long, value_name = "FILE")]
    mnt_stop: Option<AbsPath>,
    /// Make this node the owner though another one is. Stops nothing there
    #[arg(long)]
    takeover: bool,
    /// Make it of this replica, as it was at its newest snapshot: for when the node that it came from is gone. Takes it
    /// over as --takeover does
    #[arg(long, value_name = "DATASET", conflicts_with_all = ["mnt_start", "mnt_stop"])]
    replica: Option<DatasetName>,
    /// Use the hooks, the directories of this host and the devices that their own copies ask for, and run here what
    /// lies in their hook directories
    #[arg(long)]
    trust: bool,
    /// Whether it may be registered already, if it is fenced.
    #[arg(skip)]
    again: bool,
}

/// Runs it.
pub fn run(s: &Session, args: &Args) -> Result<Code> {
    let names = chosen(s, args)?;
    if args.replica.is_some() && names.len() != 1 {
        return Err(Error::usage("--replica", "one replica is one environment").next("name that alone"));
    }
    Ok(change::each(s, &names, &|name, alone| {
        let mut warnings = Vec::new();
        let mut result = one(s, args, name, alone, &mut warnings);
        if (args.takeover || args.replica.is_some()) && result.as_ref().is_ok_and(|done| done.changed) {
            // Whoever says so knows that no node has it to which it was on its way.
            result = moves::end(&s.layout, name).and(result);
        }
        change::finish(s, "jregister", name.as_str(), result, warnings)
    }))
}

/// Takes one that is fenced here, or not known, and that its owner has let go. What mounts it, if this node does not know
/// that, is said.
pub fn again(
    s: &Session,
    name: &EnvName,
    trust: bool,
    [mnt_start, mnt_stop]: [Option<AbsPath>; 2],
) -> Outcome {
    let args =
        Args { names: Vec::new(), mnt_start, mnt_stop, takeover: false, replica: None, trust, again: true };
    let mut warnings = Vec::new();
    let result = one(s, &args, name, true, &mut warnings);
    change::finish(s, "jregister", name.as_str(), result, warnings)
}

/// Names as they are given, and masks over what lies in the workdir and is not registered.
fn chosen(s: &Session, args: &Args) -> Result<Vec<EnvName>> {
    let mut names: Vec<EnvName> = Vec::new();
    for word in &args.names {
        let name = match words::split(word) {
            Some(Ok(("jname", value))) => value,
            Some(Ok((other, _))) => {
                return Err(Error::usage(printable(word), format!("{other}= does not fit here")));
            }
            Some(Err(e)) => return Err(e),
            None => word.as_str(),
        };
        if super::targets::is_mask(name) {
            let before = names.len();
            for found in unregistered::names(&s.layout)? {
                if super::targets::matches(name, found.as_str())? && !names.contains(&found) {
                    names.push(found);
                }
            }
            if names.len() == before && !s.global.quiet {
                eprintln!("jug: {}: matches nothing that is not registered", printable(name));
            }
        } else {
            let name: EnvName = name.parse()?;
            if !names.contains(&name) {
                names.push(name);
            }
        }
    }
    Ok(names)
}

fn one(s: &Session, args: &Args, name: &EnvName, alone: bool, warnings: &mut Vec<String>) -> Result<Done> {
    let known = s.registry()?.remove(name);
    let here = known.as_ref().and_then(|e| e.env.as_ref().ok());
    let fenced = here.is_some_and(|e| e.owner.fenced);
    // What was interrupted is brought to its end first.
    let interrupted = !s.global.dry_run && s.layout.journal(name.as_str()).as_path().exists();
    let retaken = args.takeover || (args.again && fenced);
    if !(interrupted || retaken) && known.is_some() {
        let next = if fenced {
            format!("jug {} --takeover {name} takes it back", s.verb(name, "register"))
        } else {
            format!("jug {} {name}", s.verb(name, "show"))
        };
        return Err(Error::conflict(name, "it is registered already").next(next));
    }
    if !s.global.dry_run {
        s.need_root("jregister")?;
        s.node()?;
        s.layout.ensure()?;
    }
    let lock =
        if s.global.dry_run { None } else { Some(lock::exclusive(&s.layout, name.as_str(), "jregister")?) };
    if let Some(lock) = &lock {
        change::mend(s, name.as_str(), alone, lock, warnings)?;
        let again = interrupted && !fenced;
        if (again || !retaken) && s.registry()?.contains_key(name) {
            return Ok(Done::changed("registered"));
        }
    }
    if let Some(replica) = &args.replica {
        return super::from_replica::take(s, args, name, replica, lock.as_ref(), warnings);
    }
    let local = unregistered::read(&s.layout, name)?;
    // What mounts it: said here, else by the copy that is on this node.
    let mut stand_in = match &local {
        Some(found) => found.env(&s.layout, s.host.uuid(), s.host.now())?,
        None => Env::new(s.host.uuid(), s.host.now(), BaseName::HOST.parse()?),
    };
    let mounted_by = MountedBy {
        hooks: [
            args.mnt_start.as_ref().or_else(|| here?.mnt_start.as_ref()),
            args.mnt_stop.as_ref().or_else(|| here?.mnt_stop.as_ref()),
        ],
        external: driver(s, args, here, local.is_some().then_some(&stand_in)),
    };
    said(s, args, &mounted_by, name, &mut stand_in)?;
    if stand_in.mnt_start.is_some() || stand_in.external.driver != Driver::Script {
        stand_in.storage = Storage::External;
    }
    let facts = facts(s, name)?;
    if let Some(env) = here.filter(|e| !e.owner.fenced)
        && facts
            .container(name.as_str())
            .is_some_and(|c| c.uuid == Some(env.uuid) && c.path == s.layout.root(name, env).as_str())
    {
        return Err(
            Error::busy(name, "it runs here").next(format!("jug {} {name}", verb_of(env.kind, "stop")))
        );
    }
    let guest = s.guest(name, &stand_in, None);
    let before = mnt::before(&guest, &facts);
    let mut mounting = Plan::new("jregister", name);
    if stand_in.is_mounted() {
        mounting.steps = mnt::start_for(&guest, &facts, Need::Look)?;
    }
    let Some(lock) = &lock else {
        let mut more = "";
        if !stand_in.is_mounted() {
            (mounting.steps, _) = enter(s, args, name, &stand_in, &facts, warnings)?;
        } else {
            more = "# What comes then is in the copy that is mounted now: the next epoch is taken, the environment is\n\
                    # registered, and its storage is unmounted.\n";
        }
        crate::report::table::out(&format!("{mounting}{more}"));
        return Ok(Done::unchanged("dry run, would be: registered"));
    };
    let mut met = Vec::new();
    let mut more = || {
        let mut rest = Plan::new("jregister", name);
        let (steps, held) = enter(s, args, name, &stand_in, &facts, &mut met)?;
        rest.steps = steps;
        rest.point_of_no_return();
        rest.steps.extend(mnt::stop(&guest, &before));
        Ok((rest, held))
    };
    warnings.extend(apply::run_on(&s.ctx(alone), name.as_str(), &mounting, lock, &mut more)?);
    warnings.extend(met);
    Ok(Done::changed(if args.takeover {
        "registered; what may run on its former node was not stopped"
    } else {
        "registered"
    }))
}

/// What mounts its storage, as this node says: hooks, or by itself.
struct MountedBy<'a> {
    hooks: [Option<&'a AbsPath>; 2],
    external: External,
}

/// What this node mounts it with by itself: what it did before; else, if hooks are not said and its copy does not lie on this
/// node's own storage, what jug.toml says.
fn driver(s: &Session, args: &Args, here: Option<&Env>, local: Option<&Env>) -> External {
    let known = here.map(|e| e.external.clone());
    match (known, &s.config.defaults.external) {
        _ if args.mnt_start.is_some() => External::default(),
        (Some(known), _) => known,
        (None, Some(node)) if local.is_none_or(|e| e.storage == Storage::External) => node.clone(),
        _ => External::default(),
    }
}

/// Refuses what a copy asks this host for, unless it is trusted; then what this node says takes its place: the command
/// line, or what it knew of it before.
fn said(s: &Session, args: &Args, mounted_by: &MountedBy<'_>, name: &EnvName, env: &mut Env) -> Result<()> {
    env.external.clone_from(&mounted_by.external);
    if env.external.driver != Driver::Script {
        (env.mnt_start, env.mnt_stop) = (None, None);
    }
    let mut copy = env.clone();
    let theirs = [&mut copy.mnt_start, &mut copy.mnt_stop];
    let ours = [&mut env.mnt_start, &mut env.mnt_stop];
    for ((said, theirs), ours) in mounted_by.hooks.into_iter().zip(theirs).zip(ours) {
        if said.is_some() {
            *theirs = None;
            *ours = said.cloned();
        }
    }
    if args.trust {
        return Ok(());
    }
    let hooks =
        vec![super::absolute(&s.config_file.with_file_name("jug"))?, s.layout.workdir.join("hooks.d")];
    let appointed = trust::Appointed { hooks, trust: s.config.trust.clone() };
    trust::check(&s.guest(name, &copy, None), &appointed)
}

/// What its plan has to know of this node.
pub(super) fn facts(s: &Session, name: &EnvName) -> Result<Facts> {
    let wanted = Wanted {
        containers: true,
        mounts: true,
        datasets: s.zfs_root().filter(|_| s.host.has("zfs")).cloned(),
        addresses: true,
        paths: mnt::places(&s.layout, name).to_vec(),
        ..Wanted::default()
    };
    let mut facts = s.gather(&wanted)?;
    facts.environments = s.registry()?.into_iter().map(|(n, e)| (n.to_string(), e.text)).collect();
    Ok(facts)
}

/// The plan for what is mounted now: its copy is read, its storage is recognised, its epoch is chosen.
/// Beside it, the lock under which its addresses were chosen.
pub(super) fn enter(
    s: &Session,
    args: &Args,
    name: &EnvName,
    stand_in: &Env,
    facts: &Facts,
    warnings: &mut Vec<String>,
) -> Result<(Vec<Step>, Option<Lock>)> {
    let found =
        if stand_in.is_mounted() { read_mounted(s, name)? } else { unregistered::read(&s.layout, name)? };
    let found = found.ok_or_else(|| {
        Error::not_found(
            name,
            format!("neither {}/env.toml nor a copy in jails-rcconf is there", s.layout.system(name)),
        )
        .next("see that its storage is mounted, or give --mnt-start FILE")
    })?;
    let foreign = matches!(found, unregistered::Found::Cbsd(_));
    let mut env = found.env(&s.layout, s.host.uuid(), s.host.now())?;
    let mounted_by = MountedBy {
        hooks: [stand_in.mnt_start.as_ref(), stand_in.mnt_stop.as_ref()],
        external: stand_in.external.clone(),
    };
    said(s, args, &mounted_by, name, &mut env)?;
    env.mnt_start.clone_from(&stand_in.mnt_start);
    env.mnt_stop.clone_from(&stand_in.mnt_stop);
    env.trusted = args.trust;
    let data = s.layout.data(name);
    let dataset = facts
        .datasets
        .iter()
        .find(|(_, d)| d.mounted && d.mountpoint == data.as_str() && d.uuid == Some(env.uuid));
    (env.storage, env.dataset) = match dataset {
        _ if stand_in.is_mounted() => (Storage::External, None),
        // Also where the copy is by a node that mounts what lies here.
        Some((d, _)) => (Storage::Zfs, Some(d.strip_suffix("/data").unwrap_or(d).parse()?)),
        None if args.replica.is_some() => {
            return Err(Error::conflict(name, "the copy in the replica is another environment's"));
        }
        None if env.storage == Storage::External => (Storage::External, None),
        None => (Storage::Dir, None),
    };
    local_interfaces(s, &mut env, facts);
    env.check().map_err(|(key, why)| Error::usage(format!("{name}: {key}"), why))?;
    let guest = s.guest(name, &env, None);
    // The copy was just read there, within a limit: it answers.
    let current = owner::current(mnt::owner_dir(&guest).as_path())?;
    let take = register::next_epoch(&guest, current.as_ref(), args.takeover || args.replica.is_some())?;
    env.owner.epoch = take.or(current.map(|(n, _)| n)).unwrap_or(1);
    env.owner.fenced = false;
    let held = super::networks::allot(s, "jregister", name, &mut env, None, facts)?;
    if !env.expose.is_empty() {
        warnings.extend(publish::warnings(name, &env, &super::exposures::of_others(s, name)?));
    }
    let guest = s.guest(name, &env, None);
    let old = s.registry()?.remove(name).map(|e| e.text);
    let steps = register::enter(&guest, facts, take, s.host.now(), old.as_deref(), foreign)?;
    Ok((steps, held))
}

/// The copy on storage that was just mounted, read by a program with a time limit: it may stop answering.
fn read_mounted(s: &Session, name: &EnvName) -> Result<Option<unregistered::Found>> {
    let (ours, cbsd_file) = unregistered::files(&s.layout, name);
    for file in ours {
        if let Some(text) = cat(s, &file)? {
            return Ok(Some(unregistered::Found::Jug(text, file)));
        }
    }
    let Some(text) = cat(s, &cbsd_file)? else { return Ok(None) };
    let mut found = cbsd::read(&text, cbsd_file.as_str(), name, &s.layout)?;
    for file in unregistered::fstabs(&s.layout, name) {
        if let Some(text) = cat(s, &file)? {
            found.fstab.extend(cbsd::fstab(&text, file.as_str(), &s.layout)?);
        }
    }
    Ok(Some(unregistered::Found::Cbsd(Box::new(found))))
}

/// What a file says that may lie on storage which does not answer, and which others may have made a link or a pipe;
/// nothing if it is not there.
fn cat(s: &Session, file: &AbsPath) -> Result<Option<String>> {
    let own = s.host.own_program().ok_or_else(|| Error::failed("jregister", "jug can't start itself"))?;
    let out = s.host.query(&own.args(["perform", "--read", file.as_str()]).limit(30)).map_err(Error::from)?;
    match Code::from_status(out.status) {
        Code::Done => Ok(Some(out.stdout)),
        Code::NotFound => Ok(None),
        _ => Err(told(&out)),
    }
}

/// An alias on an interface that this node has not goes to the one its defaults name.
pub fn local_interfaces(s: &Session, env: &mut Env, facts: &Facts) {
    let Some(here) = &s.config.defaults.interface else { return };
    for net in &mut env.net {
        if let Net::Alias { interface, .. } = net
            && facts.interface(interface.as_str()).is_none()
        {
            interface.clone_from(here);
        }
    }
}
