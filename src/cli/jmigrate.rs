//! jmigrate

use super::change;
use super::moving::{self, Ended};
use super::peer;
use super::replicating::{self, Manner};
use super::session::Session;
use super::targets::one_of;
use super::{jstart, jstop, junregister};
use crate::error::{Code, Error, Result};
use crate::host::{Host, RunError, signal};
use crate::model::env::{Env, Kind, Storage};
use crate::model::exchange::{Answer, Request};
use crate::model::name::{DatasetName, EnvName, NodeName, SnapshotName};
use crate::model::replica::{KnownNode, Target, positive};
use crate::model::size::ByteSize;
use crate::plan::guest::verb_of;
use crate::plan::mnt;
use crate::plan::replicate::last;
use crate::programs::{replica, ssh_node};
use crate::report::results::Done;
use crate::report::table::out;
use crate::store::moves::{self, Move, Phase};
use crate::store::{lock, nodes};

/// Move a jail to another node: its data are sent while it runs, then it is stopped, sent to the end, and started there
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The one that moves
    #[arg(value_name = "NAME")]
    name: String,
    /// A node that node-add has made known
    #[arg(value_name = "NODE")]
    node: NodeName,
    /// At most so many bytes a second, such as 20M, while it runs
    #[arg(long, value_name = "SIZE", value_parser = positive)]
    rate: Option<ByteSize>,
}

/// Runs it.
pub fn run(s: &Session, args: &Args, kind: Kind) -> Result<Code> {
    let verb = verb_of(kind, "migrate");
    if s.saved.is_some() {
        return Err(
            Error::usage("--facts", "what the other node has is in no saved facts").next("leave --facts out")
        );
    }
    let mut warnings = Vec::new();
    let result = ended(s, args, &mut warnings).and_then(|done| match done {
        Some(done) => Ok((args.name.clone(), Ok(done))),
        None => {
            let name = one_of(s, kind, &args.name)?;
            Ok((name.to_string(), whole(s, args, &name, &verb, &mut warnings)))
        }
    });
    let (name, result) = result?;
    Ok(change::report(s, change::finish(s, &verb, &name, result, warnings)))
}

/// The end of one that was interrupted, if that was to the same node, and it is there.
fn ended(s: &Session, args: &Args, warnings: &mut Vec<String>) -> Result<Option<Done>> {
    let Ok(name) = args.name.parse::<EnvName>() else { return Ok(None) };
    if !s.is_root() || !s.layout.moving(&name).as_path().exists() {
        return Ok(None);
    }
    if s.global.dry_run {
        return Err(change::interrupted(s, &moves::object(&name)));
    }
    let _lock = lock::exclusive(&s.layout, &moves::object(&name), "jmigrate")?;
    match moving::resume(s, &name, warnings)? {
        Some(Ended::There(node)) if node == args.node => {
            Ok(Some(Done::changed(format!("an interrupted move to {node} was carried to its end"))))
        }
        _ => Ok(None),
    }
}

fn whole(s: &Session, args: &Args, name: &EnvName, verb: &str, warnings: &mut Vec<String>) -> Result<Done> {
    let real = s.is_root() && !s.global.dry_run;
    let _lock = match real {
        true => Some(lock::exclusive(&s.layout.ensure()?, &moves::object(name), verb)?),
        false => None,
    };
    let node = nodes::get(&s.layout, &args.node)?;
    let (_, env) = s.env(name)?;
    let (mut it, under) = agreed(s, args, name, &env, &node)?;
    let target = under.as_ref().map(|u| Target::At(args.node.clone(), u.clone()));
    let manner = Manner { rate: args.rate, last: false };
    if !real {
        show(s, name, (&args.node, &node), target.as_ref(), manner, warnings)?;
        s.need_root_unless_dry(verb)?;
        return Ok(Done::unchanged(format!("dry run, would be: moved to {}", args.node)));
    }
    let _part = moving::at_it();
    if let Some(target) = &target {
        replicating::one(s, name, target, manner, warnings)?;
    }
    moves::write(&s.layout, name, &it)?;
    // What is sent now is what was written since: it is sent as fast as it can be.
    let sent = stopped_and_sent(s, name, &mut it, target.as_ref(), warnings);
    let _held = signal::hold();
    if let Err(e) = sent {
        return match moving::resume(s, name, warnings) {
            Ok(_) => Err(stays(name, e)),
            Err(back) => Err(Error { reason: format!("{}; and then: {}", e.reason, back.reason), ..back }),
        };
    }
    let ended = moving::resume(s, name, warnings)?;
    if !matches!(ended, Some(Ended::Here(_))) && !env.replicate.is_empty() {
        // Targets are named as this node sees them.
        let jobs: Vec<String> = env.replicate.iter().map(|j| format!("replicate+='{j}'")).collect();
        warnings.push(format!(
            "nobody replicates it any more; on {}: jug {} {name} {}, with targets as they are seen there",
            args.node,
            verb_of(env.kind, "set"),
            jobs.join(" ")
        ));
    }
    match ended {
        Some(Ended::Here(why)) => {
            Err(stays(name, why.unwrap_or_else(|| Error::failed(name, "it was not taken"))))
        }
        _ if it.snapshot.is_some() => Ok(Done::changed(format!(
            "moved to {}; what is left here is a replica, from which it can be moved back",
            args.node
        ))),
        _ => Ok(Done::changed(format!("moved to {}", args.node))),
    }
}

fn stays(name: &EnvName, e: Error) -> Error {
    let e = Error { reason: format!("not moved, and as it was here: {}", e.reason), ..e };
    Error { object: name.to_string(), ..e }
}

/// What both nodes say before anything is done. Returns the move, and below which dataset it is sent.
fn agreed(
    s: &Session,
    args: &Args,
    name: &EnvName,
    env: &Env,
    node: &KnownNode,
) -> Result<(Move, Option<DatasetName>)> {
    if env.owner.fenced {
        return Err(mnt::fenced(&s.guest(name, env, None)));
    }
    if env.storage == Storage::Dir {
        let [export, import] = ["export", "import"].map(|verb| verb_of(env.kind, verb));
        return Err(Error::usage(
            name,
            "its data lie in directories, of which nothing can be sent while it runs",
        )
        .next(format!("jug {export} --stop {name} - | ssh {} jug {import} -", node.host)));
    }
    let hello = peer::hello(s, &args.node, node)?;
    let here = env!("CARGO_PKG_VERSION");
    let refuse = |why: String, next: &str| Err(Error::lacks(&args.node, why).next(next));
    if hello.jug != here {
        return refuse(
            format!("its jug is {}, and this one {here}", hello.jug),
            "install the same version on both",
        );
    }
    if hello.only {
        return refuse(
            "the key for it may only receive replicas".into(),
            "node-add it with a key of root's own",
        );
    }
    if hello.platform != s.platform.kind().to_string() {
        return refuse(
            format!("it is {}, and what runs here does not run there", hello.platform),
            "choose another",
        );
    }
    if s.is_root() && !s.global.dry_run && hello.id == s.node()?.id {
        return Err(Error::conflict(&args.node, "that is this node itself, or has its identity")
            .next("jug node --new-id on one of the two, if one was cloned from the other"));
    }
    let ran = s.is_root() && jstart::runs(s, name)?;
    let it = Move {
        version: 1,
        node: args.node.clone(),
        id: s.host.uuid(),
        phase: Phase::Ours,
        ran,
        snapshot: None,
    };
    let size = match &env.dataset {
        Some(root) => {
            replicating::here(s, name)?;
            let cmd = replica::number("used", root);
            let said = s.host.query(&cmd).map_err(Error::from)?;
            said.stdout.trim().parse().map_err(|_| Error::from(RunError::failed(&cmd, &said)))?
        }
        None => 0,
    };
    let request = Request::Consider(moving::moving(s, name, env, &it, size)?);
    match peer::ask_within(s, (&args.node, node), &request, ssh_node::QUESTION)? {
        Answer::Ready { under } if under.is_some() == env.dataset.is_some() => Ok((it, under)),
        other => Err(peer::odd(&args.node, &other)),
    }
}

/// From the stop to where the other node may be asked: what fails until then is taken back here alone.
fn stopped_and_sent(
    s: &Session,
    name: &EnvName,
    it: &mut Move,
    target: Option<&Target>,
    warnings: &mut Vec<String>,
) -> Result<()> {
    jstop::clear(s, name, true)?;
    let stopped = jstop::one(s, name, true);
    warnings.extend(stopped.warnings);
    stopped.result?;
    if let Some(target) = target {
        replicating::one(s, name, target, Manner::default(), warnings)?;
    }
    if let Some(target) = target {
        let (_, _, side) = replicating::known(s, name)?;
        let last = side.datasets.get("").and_then(|d| last(d, &target.to_string()));
        it.snapshot = last.map(|p| p.name.parse::<SnapshotName>()).transpose()?;
    }
    match target {
        Some(_) => jstart::set_fence(s, name, true)?,
        None => drop(junregister::fence(s, name).result?),
    }
    it.phase = Phase::Asked;
    moves::write(&s.layout, name, it)
}

/// The plan, as a script with what the other node does as comments.
fn show(
    s: &Session,
    name: &EnvName,
    (there, node): (&NodeName, &KnownNode),
    target: Option<&Target>,
    manner: Manner,
    warnings: &mut Vec<String>,
) -> Result<()> {
    if s.global.json || !s.global.dry_run {
        return Ok(());
    }
    if let Some(target) = target {
        replicating::one(s, name, target, manner, warnings)?;
    }
    let show = |wish| {
        if let change::Wish::Do(plans, _) = wish {
            plans.iter().for_each(|p| out(&p.to_string()));
        }
    };
    show(jstop::plan(s, name, None)?);
    if target.is_some() {
        out("# What was written since is sent in the same way.\n");
    }
    out(&format!("# {there} is asked to take it over and start it: {}\n", ssh_node::receive(node)));
    if target.is_some() {
        let (env, _, side) = replicating::here(s, name)?;
        let newest = replicating::newest(&side, env.uuid).unwrap_or_else(|| "jug-replica".into());
        show(moving::leave(s, name, &newest.parse()?)?);
    } else {
        out(&format!("# It is forgotten here: jug {} {name}\n", s.verb(name, "unregister")));
    }
    Ok(())
}
