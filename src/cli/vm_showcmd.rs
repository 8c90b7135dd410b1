//! vm-showcmd

use super::session::Session;
use super::targets::one_of;
use crate::error::{Code, Error, Result};
use crate::model::env::Kind;
use crate::plan::{machine, wire};
use crate::platform;
use crate::report::table::out;
use serde_json::json;

/// Show how a VM's hypervisor would be run: its configuration, and the commands
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The VM
    #[arg(value_name = "NAME")]
    name: String,
}

/// Runs it.
pub fn run(s: &Session, args: &Args) -> Result<Code> {
    let name = one_of(s, Kind::Vm, &args.name)?;
    let (_, env) = s.env(&name)?;
    let Some(vm) = &env.vm else { return Err(Error::usage(&name, "it is no VM")) };
    let guest = s.guest(&name, &env, None);
    let facts = s.gather(&s.wanted(&name, &env))?;
    let cards = wire::cards(&guest, &facts)?;
    let m = machine::of(&guest, vm, &cards, &facts)?;
    let (orders, config) = platform::machine::orders(&guest, &m);
    if s.global.json {
        let argv = |c: &crate::host::Cmd| [vec![c.program.clone()], c.args.clone()].concat();
        let prepare: Vec<_> = orders.prepare.iter().map(argv).collect();
        let config = config.map(|(path, text)| json!({"path": path, "text": text}));
        let all = json!({"version": 1, "name": name.as_str(), "config": config, "prepare": prepare, "run": argv(&orders.run)});
        out(&format!("{all}\n"));
        return Ok(Code::Done);
    }
    if let Some((path, text)) = config {
        out(&format!("# {path}\n"));
        text.lines().for_each(|l| out(&format!("#\t{l}\n")));
    }
    for cmd in orders.prepare.iter().chain([&orders.run]) {
        out(&format!("{cmd}\n"));
    }
    Ok(Code::Done)
}
