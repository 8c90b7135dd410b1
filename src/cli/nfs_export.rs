//! nfs-export

use super::change::{self, Wish as Change};
use super::exports::{self, LOCK, Object, PATIENCE};
use super::session::Session;
use crate::error::{Code, Error, Result};
use crate::model::export::{ClientSet, Credential, Options, Sec, Squash};
use crate::plan::export::{Via, Wish, export};
use crate::plan::exported::Here;
use crate::report::results::Done;

/// Export a directory, a dataset, or what belongs to an environment, over NFS
///
/// The server is told, and then looked at: what it does not serve as it was asked is undone.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// An environment, a dataset, or an absolute path
    #[arg(value_name = "NAME|DATASET|PATH")]
    object: String,
    /// For these addresses and networks: 192.0.2.10,10.0.0.0/8,2001:db8::/64
    #[arg(long, value_name = "CLIENTS", required_unless_present = "world", conflicts_with = "world")]
    to: Option<ClientSet>,
    /// For everybody
    #[arg(long)]
    world: bool,
    /// Nothing can be changed through it
    #[arg(long)]
    ro: bool,
    /// Take root of a client for this user, with all of its groups or just these [default: nobody]
    #[arg(long, value_name = "USER[:GROUP...]", conflicts_with = "mapall")]
    maproot: Option<Credential>,
    /// Take everybody for this user
    #[arg(long, value_name = "USER[:GROUP...]")]
    mapall: Option<Credential>,
    /// How clients prove who their users are: sys, krb5, krb5i, krb5p, with colons [default: sys]
    #[arg(long, value_name = "FLAVORS")]
    sec: Option<Sec>,
    /// Only over TLS
    #[arg(long)]
    tls: bool,
    /// Clients of NFSv3 may mount any directory in it
    #[arg(long)]
    alldirs: bool,
    /// Also each file system mounted below: of those clients would otherwise see empty directories
    #[arg(long)]
    children: bool,
    /// In the place of all clients that jug exports it to
    #[arg(long)]
    replace: bool,
    /// Write it down there [default: zfs for a dataset, where that has words for it]
    #[arg(long, value_name = "PLACE")]
    via: Option<Via>,
    /// The whole file system of the directory, or root for many, is meant
    #[arg(long)]
    i_know: bool,
}

/// Runs it.
pub fn run(s: &Session, args: &Args) -> Result<Code> {
    let object = Object::read(s, &args.object)?;
    let mut outcome = change::patiently(s, "nfs-export", LOCK, true, PATIENCE, &|| plan(s, args, &object));
    outcome.name.clone_from(&args.object);
    Ok(change::report(s, outcome))
}

fn plan(s: &Session, args: &Args, object: &Object) -> Result<Change> {
    let squash = match (&args.maproot, &args.mapall) {
        (Some(c), _) => Squash::Maproot(c.clone()),
        (_, Some(c)) => Squash::Mapall(c.clone()),
        _ => Squash::Nobody,
    };
    let names = |all: Option<&Credential>| -> (Vec<String>, Vec<String>) {
        let groups = all.iter().flat_map(|c| c.groups.iter().flatten()).map(ToString::to_string).collect();
        (all.iter().map(|c| c.user.to_string()).collect(), groups)
    };
    let (users, groups) = names(squash.credential());
    let facts = s.gather(&exports::asked(s, Some(object), &users, &groups)?)?;
    let here = Here::new(&facts, &s.config)?;
    let (targets, left_out) = object.targets(s, &here)?;
    let clients = match (&args.to, args.world) {
        (Some(clients), _) if clients.has_everybody() => {
            return Err(Error::usage("--to", "that is everybody").next("give --world, if that is meant"));
        }
        (Some(clients), _) => clients.clone(),
        (None, _) => ClientSet::world(),
    };
    let wish = Wish {
        targets,
        owner: object.owner(),
        clients,
        options: Options {
            ro: args.ro,
            squash,
            sec: args.sec.clone().unwrap_or_default(),
            tls: args.tls,
            alldirs: args.alldirs,
        },
        children: args.children,
        replace: args.replace,
        i_know: args.i_know,
        via: args.via,
    };
    let done = |word: &str| {
        let all: Vec<&str> = wish.targets.iter().map(|t| t.as_str()).collect();
        let who = if args.world { "everybody".into() } else { wish.clients.to_string() };
        format!("{word} to {who}: {}", all.join(", "))
    };
    Ok(match export(&args.object, &wish, &here, exports::mark(s))? {
        Some(mut plan) => {
            plan.warnings.extend(left_out);
            Change::Do(vec![plan], Done::changed(done("exported")))
        }
        None => Change::Nothing(Done::unchanged(done("exported already"))),
    })
}
