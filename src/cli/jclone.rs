//! jclone

use super::change::{self, Wish};
use super::session::Session;
use super::targets::one_of;
use super::vm_create;
use crate::error::{Code, Error, Result};
use crate::host::Host;
use crate::model::env::{Env, Kind, Owned, Storage};
use crate::model::name::EnvName;
use crate::model::net::Net;
use crate::model::nic::Nic;
use crate::model::schema::{self, Change};
use crate::model::vm_words::Vnc;
use crate::plan::guest::verb_of;
use crate::plan::{clone, create, mnt};
use crate::report::results::Done;
use crate::store::lock;
use std::cell::Cell;

/// What is said of the data of what runs meanwhile.
const UNRESTED: &str = " (crash-consistent since it runs)";

/// Make a new jail with another's data: a ZFS clone, else a copy (by cloning blocks where the file system can)
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The one that is cloned
    #[arg(value_name = "SOURCE")]
    source: String,
    /// The new one's name
    #[arg(value_name = "NAME")]
    name: EnvName,
    /// Of this snapshot of its data, not of what it is now
    #[arg(long, value_name = "SNAPSHOT")]
    from_snapshot: Option<String>,
    /// The new one's networks; needed where the source has addresses of its own; repeatable
    #[arg(long, value_name = "NETWORK")]
    net: Vec<Net>,
    /// Any key of jug.toml(5); repeatable
    #[arg(long, value_name = "KEY=VALUE")]
    set: Vec<Change>,
    /// Start it at once
    #[arg(long)]
    start: bool,
}

/// Runs it.
pub fn run(s: &Session, args: &Args, kind: Kind) -> Result<Code> {
    let verb = verb_of(kind, "clone");
    let source = one_of(s, kind, &args.source)?;
    let (_, from) = s.env(&source)?;
    if source == args.name {
        return Err(Error::conflict(source, "it can't be its own clone").next("choose another name"));
    }
    let env = wanted(s, args, &source, &from)?;
    // The source must stay as it is meanwhile.
    let held = match s.is_root() && !s.global.dry_run {
        true => Some(s.layout.ensure().and_then(|l| lock::exclusive(&l, source.as_str(), &verb))?),
        false => None,
    };
    let unrested = Cell::new("");
    let mut outcome = change::one(s, &verb, args.name.as_str(), true, &|| {
        let mut env = env.clone();
        let (base, theirs) = (s.base_of(&env), s.base_of(&from));
        let (old, new) = (s.guest(&source, &from, theirs.as_ref()), s.guest(&args.name, &env, base.as_ref()));
        let mut wanted = s.wanted(&source, &from);
        wanted.addresses |= env.has_nics();
        wanted.listeners.clone_from(&env.expose);
        wanted.snapshots = from.dataset.clone().into_iter().collect();
        wanted.datasets = from.dataset.as_ref().and(s.zfs_root().cloned());
        wanted.paths.extend(mnt::places(&s.layout, &args.name));
        let mut facts = s.gather(&wanted)?;
        facts.environments = s.registry()?.into_iter().map(|(n, e)| (n.to_string(), e.text)).collect();
        create::refuse(&new, &facts)?;
        let held = super::networks::allot(s, &verb, &args.name, &mut env, None, &facts)?;
        if !env.expose.is_empty() {
            facts.exposed = super::exposures::of_others(s, &args.name)?;
        }
        let new = s.guest(&args.name, &env, base.as_ref());
        let runs = facts.container(source.as_str()).is_some_and(|c| c.running && old.is_its_own(c));
        unrested.set(if runs && args.from_snapshot.is_none() { UNRESTED } else { "" });
        let plan = clone::plan(&old, &new, &facts, args.from_snapshot.as_deref())?;
        Ok(Wish::holding(vec![plan], Done::changed(format!("cloned from {source}{}", unrested.get())), held))
    });
    drop(held);
    if !from.expose.is_empty() && env.expose.is_empty() && outcome.result.is_ok() {
        outcome
            .warnings
            .push(format!("what {source} publishes stays its own; jug expose {} PORT", args.name));
    }
    if args.start && outcome.result.is_ok() && !s.global.dry_run {
        let started = super::jstart::one(s, &args.name, true);
        outcome.warnings.extend(started.warnings);
        outcome.result = match started.result {
            Ok(_) => Ok(Done::changed(format!("cloned from {source}{} and started", unrested.get()))),
            Err(e) => Err(super::jrestart::halfway("cloned, but not started", e)),
        };
    }
    Ok(change::report(s, outcome))
}

/// The clone's own configuration: an identity, a dataset and addresses of its own.
fn wanted(s: &Session, args: &Args, source: &EnvName, from: &Env) -> Result<Env> {
    let mut env = Env {
        uuid: s.host.uuid(),
        created: s.host.now(),
        origin: Some(source.clone()),
        protected: false,
        owner: Owned { epoch: 1, fenced: false },
        // Two can't publish one port.
        expose: Vec::new(),
        ..from.clone()
    };
    env.host.hostname = None;
    if let Some(vm) = &mut env.vm {
        // A screen is its own.
        vm.vnc = vm
            .vnc
            .map(|vnc| vm_create::free_screen(s).map(|new| Vnc { listen: new.listen, ..vnc }))
            .transpose()?;
    }
    if from.storage == Storage::Zfs {
        let root = s.zfs_root().ok_or_else(|| {
            Error::lacks(source, "this node has no zfs_root").next("jug init --zfs-root POOL/jug")
        })?;
        env.dataset = Some(format!("{root}/env/{}", args.name).parse()?);
    }
    if !args.net.is_empty() {
        env.net.clone_from(&args.net);
    } else if from.net.iter().any(|n| matches!(n, Net::Alias { .. })) {
        return Err(Error::usage(
            &args.name,
            format!("{source} has addresses of its own, which two can't have"),
        )
        .next("give --net"));
    }
    if args.net.is_empty() {
        // On the same networks, with addresses of its own.
        for net in &mut env.net {
            if let Net::Network(nic) = net {
                *nic = Nic {
                    network: nic.network.clone(),
                    v4: None,
                    v6: None,
                    dhcp: nic.dhcp,
                    mac: None,
                    unit: None,
                };
            }
        }
    }
    let (_, env) = schema::edit(&schema::env_text(&env)?, args.name.as_str(), &args.set)?;
    Ok(env)
}
