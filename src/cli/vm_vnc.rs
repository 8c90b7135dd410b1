//! vm-vnc

use super::session::Session;
use super::targets::one_of;
use crate::error::{Code, Error, Result};
use crate::host::fs;
use crate::model::env::Kind;
use crate::model::machine;
use crate::programs::bhyve;
use crate::report::table::out;
use serde_json::json;

/// Show where the screen of a VM that runs is, and its password
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The VM
    #[arg(value_name = "NAME")]
    name: String,
}

/// Runs it.
pub fn run(s: &Session, args: &Args) -> Result<Code> {
    let name = one_of(s, Kind::Vm, &args.name)?;
    let env = super::jstop::known(s, &name)?;
    // What it was started with is what it shows.
    let runs = crate::store::started::read(&s.layout, &name).filter(|st| st.env.uuid == env.uuid);
    let Some(runs) = runs else {
        s.need_root("vm-vnc")?;
        return Err(Error::busy(&name, "it does not run").next(format!("jug vm-start {name}")));
    };
    let Some(vnc) = runs.env.vm.and_then(|vm| vm.vnc) else {
        return Err(Error::not_found(&name, "it has no screen")
            .next(format!("jug vm-set {name} vm.vnc=127.0.0.1:5901, and jug vm-restart {name}")));
    };
    s.need_root("vm-vnc")?;
    let password = match vnc.password {
        true => {
            let text = fs::read_text(machine::secret(&s.layout.run(&name)).as_path(), 4096)?;
            Some(bhyve::parse_secret(&text).to_string())
        }
        false => None,
    };
    if s.global.json {
        out(&format!(
            "{}\n",
            json!({"version": 1, "name": name.as_str(), "listen": vnc.listen, "password": password})
        ));
    } else if s.global.lines {
        out(&format!("{}\t{}\n", vnc.listen, password.as_deref().unwrap_or("-")));
    } else {
        out(&format!("{}\n", vnc.listen));
        out(&password.map_or_else(|| "no password\n".into(), |p| format!("password: {p}\n")));
    }
    Ok(Code::Done)
}
