//! config-check

use super::session::Session;
use crate::error::{Code, Error, Result};
use crate::host::fs;
use crate::model::env::Env;
use crate::model::node::NodeConfig;
use crate::model::schema;
use crate::report::results::{self, Done, Outcome};
use crate::report::table::out;
use std::path::PathBuf;

/// Check the node's configuration and all environments', or one file
#[derive(Debug, clap::Args)]
pub struct Args {
    /// An environment's TOML or a jug.toml
    #[arg(value_name = "FILE")]
    file: Option<PathBuf>,
}

/// Runs it. The node's configuration was read, and so checked, before it comes here.
pub fn run(s: &Session, args: &Args) -> Result<Code> {
    if let Some(file) = &args.file {
        let text = fs::read_text(file, schema::MAX_FILE)?;
        let name = file.display().to_string();
        // An environment has a uuid; jug.toml has not.
        let is_env = text.lines().any(|l| l.trim_start().starts_with("uuid"));
        if is_env {
            schema::read_env(&text, &name).map(|_| ())?
        } else {
            let node: NodeConfig = schema::read(&text, &name)?;
            node.check().map_err(|(key, why)| Error::usage(&name, format!("{key}: {why}")))?;
        }
        if !s.global.quiet {
            out(&format!("{name}: good\n"));
        }
        return Ok(Code::Done);
    }
    let networks = super::networks::all(s)?;
    let registry = s.registry()?;
    let count = registry.len();
    let outcomes: Vec<Outcome> = registry
        .into_values()
        .map(|entry| {
            let stray = |env: &Env| {
                env.nics().find(|(_, n)| !networks.contains_key(&n.network)).map(|(_, n)| n.network.clone())
            };
            let result = entry.env.and_then(|env| match s.base_of(&env) {
                _ if stray(&env).is_some() => {
                    let name = stray(&env).map(|n| n.to_string()).unwrap_or_default();
                    Err(Error::usage(&entry.name, format!("its network {name} is not there"))
                        .next("jug net-ls"))
                }
                None if env.is_vm() => Ok(Done::unchanged("good")),
                None => Err(Error::usage(&entry.name, format!("its base {} is not there", env.base_name()))
                    .next("jug base-ls")),
                Some(_) => Ok(Done::unchanged("good")),
            });
            Outcome { name: entry.name.to_string(), result, warnings: Vec::new() }
        })
        .collect();
    if s.global.json {
        return Ok(results::print(&outcomes, s.style()));
    }
    let broken: Vec<Outcome> = outcomes.into_iter().filter(|o| o.result.is_err()).collect();
    results::print(&broken, s.style());
    if !broken.is_empty() {
        return Ok(Code::Usage);
    }
    if !s.global.quiet {
        out(&format!("{} and {count} environments: good\n", s.config_file.display()));
    }
    Ok(Code::Done)
}
