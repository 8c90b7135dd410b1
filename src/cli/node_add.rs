//! node-add

use super::change::{self, Wish};
use super::peer;
use super::session::Session;
use crate::error::{Code, Error, Result};
use crate::model::name::{DatasetName, HostName, NodeName, UserName};
use crate::model::replica::{KnownNode, RemoteProgram};
use crate::model::schema::to_text;
use crate::plan::{Effect, Plan, Step};
use crate::report::results::Done;
use crate::store::nodes;
use std::path::PathBuf;

/// Make another node known to this one; it is asked whether it answers
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The name it gets here
    #[arg(value_name = "NAME")]
    name: NodeName,
    /// Its name or address, or a host of ssh_config(5)
    #[arg(value_name = "HOST")]
    host: HostName,
    /// The user there
    #[arg(long, value_name = "USER")]
    user: Option<UserName>,
    /// The port of its sshd
    #[arg(long, value_name = "PORT")]
    port: Option<u16>,
    /// The private key
    #[arg(long, value_name = "FILE")]
    identity: Option<PathBuf>,
    /// A configuration for ssh(1) instead of root's
    #[arg(long, value_name = "FILE")]
    ssh_config: Option<PathBuf>,
    /// jug there, if the login shell of that user does not find it
    #[arg(long, value_name = "FILE")]
    program: Option<RemoteProgram>,
    /// The dataset there below which replicas lie
    #[arg(long, value_name = "DATASET")]
    dataset: Option<DatasetName>,
    /// Don't ask it
    #[arg(long)]
    no_check: bool,
}

/// Runs it.
pub fn run(s: &Session, args: &Args) -> Result<Code> {
    let node = KnownNode {
        version: 1,
        host: args.host.clone(),
        user: args.user.clone(),
        port: args.port,
        identity: args.identity.as_deref().map(super::absolute).transpose()?,
        ssh_config: args.ssh_config.as_deref().map(super::absolute).transpose()?,
        program: args.program.clone(),
        dataset: args.dataset.clone(),
    };
    let name = &args.name;
    let outcome = change::one(s, "node-add", &nodes::object(name), true, &|| {
        if nodes::known(&s.layout, name) {
            return match nodes::get(&s.layout, name)? == node {
                true => Ok(Wish::Nothing(Done::unchanged("it is known already"))),
                false => Err(Error::conflict(name, "another node is known by that name")
                    .next(format!("jug node-remove {name}, or edit {}", s.layout.node_file(name)))),
            };
        }
        if !args.no_check && !s.global.dry_run {
            let it = peer::hello(s, name, &node)?;
            if it.id == s.node()?.id {
                return Err(Error::conflict(name, "that is this node itself, or has its identity")
                    .next("jug node --new-id on one of the two, if one was cloned from the other"));
            }
        }
        let mut plan = Plan::new("node-add", name);
        let path = s.layout.node_file(name);
        plan.push(
            Step::new(
                "make it known",
                Effect::Write { path: path.clone(), text: to_text(&node)?, mode: 0o644 },
            )
            .undo(Effect::Remove { path }),
        );
        Ok(Wish::Do(vec![plan], Done::changed("known")))
    });
    Ok(change::report(s, outcome))
}
