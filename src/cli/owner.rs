//! owner

use super::session::Session;
use super::targets::one;
use crate::error::{Code, Result};
use crate::host::Host;
use crate::model::env::Storage;
use crate::model::name::EnvName;
use crate::plan::mnt;
use crate::report::table::List;
use crate::store::owner;
use serde_json::json;

/// Show the epochs of a jail: who owned it, since when
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The jail
    #[arg(value_name = "NAME")]
    name: String,
}

/// Set for the process that looks at storage which may not answer.
const APART: &str = "JUG_APART";

/// Lets a process of its own look, within a limit: one that waits for a dead server can't even be killed.
fn apart(s: &Session, name: &EnvName) -> Result<Code> {
    let Some(cmd) = s.host.own_program() else { return Ok(Code::Done) };
    let flag = if s.global.json { "--json" } else { "-H" };
    let cmd = cmd.args([flag].into_iter().filter(|_| s.global.json || s.global.lines));
    let out = s.host.query(&cmd.args(["owner", name.as_str()]).limit(10).env(APART, "1"))?;
    crate::report::table::out(&out.stdout);
    eprint!("{}", out.stderr);
    Ok(if out.ok() { Code::Done } else { Code::from_status(out.status) })
}

/// Runs it. Storage that is not mounted is not asked: what this node knows is said.
pub fn run(s: &Session, args: &Args) -> Result<Code> {
    let name = one(s, &args.name)?;
    let (_, env) = s.env(&name)?;
    let guest = s.guest(&name, &env, None);
    let mounted = s.platform.mounts(&s.host)?.iter().any(|m| m.target == guest.system().as_str());
    if mounted && env.storage == Storage::External && std::env::var_os(APART).is_none() {
        return apart(s, &name);
    }
    let epochs = owner::all(mnt::owner_dir(&guest).as_path())?;
    if epochs.is_empty() && env.storage == Storage::External && !mounted && !s.global.quiet {
        eprintln!("jug: {name}: its storage is not mounted; this node took epoch {} last", env.owner.epoch);
    }
    let node = s.node()?;
    let word = |e: &Option<owner::Epoch>| match e {
        None => "unreadable",
        Some(e) if e.released() => "given up",
        Some(e) if e.node == node.id => "this node",
        Some(_) => "another node",
    };
    let rows: Vec<Vec<String>> = epochs
        .iter()
        .map(|(n, e)| {
            let of = |f: &dyn Fn(&owner::Epoch) -> String| e.as_ref().map(f).unwrap_or_default();
            vec![
                n.to_string(),
                word(e).to_string(),
                of(&|e| e.name.clone()),
                of(&|e| e.node.to_string()),
                of(&|e| e.at.to_string()),
            ]
        })
        .collect();
    let list = List {
        name: "epochs",
        headings: vec!["EPOCH", "OWNER", "NAME", "NODE", "SINCE"],
        fields: rows.clone(),
        json: epochs
            .iter()
            .map(|(n, e)| json!({"epoch": n, "owner": word(e), "node": e.as_ref().map(|e| e.node), "name": e.as_ref().map(|e| e.name.clone()), "at": e.as_ref().map(|e| e.at)}))
            .collect(),
        rows,
    };
    list.print(s.global.json, s.global.lines);
    Ok(Code::Done)
}
