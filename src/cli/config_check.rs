//! config-check

use super::session::Session;
use crate::error::{Code, Result};
use crate::host::fs;
use crate::model::node::NodeConfig;
use crate::model::schema;
use crate::report::results;
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
            schema::read::<NodeConfig>(&text, &name).map(|_| ())?
        }
        if !s.global.quiet {
            out(&format!("{name}: good\n"));
        }
        return Ok(Code::Done);
    }
    let mut worst = Code::Done;
    let registry = s.registry()?;
    for entry in registry.values() {
        let broken = match &entry.env {
            Err(e) => Some(crate::error::Error {
                code: e.code,
                object: e.object.clone(),
                reason: e.reason.clone(),
                next: e.next.clone(),
            }),
            Ok(env) if s.base(&env.base).is_none() => {
                Some(crate::error::Error::usage(&entry.name, format!("its base {} is not there", env.base)))
            }
            Ok(_) => None,
        };
        if let Some(e) = broken {
            results::error(&e);
            worst = Code::Usage;
        }
    }
    if worst == Code::Done && !s.global.quiet {
        out(&format!("{} and {} environments: good\n", s.config_file.display(), registry.len()));
    }
    Ok(worst)
}
