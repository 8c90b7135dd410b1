//! vm-exec

use super::session::Session;
use super::targets::one_of;
use crate::error::{Code, Error, Result};
use crate::facts::gather::Wanted;
use crate::host::{Cmd, Host};
use crate::model::env::Kind;
use crate::model::name::UserName;
use crate::programs::ssh;

/// Run a command in a VM by ssh(1), or log in; its exit status is passed on
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The VM
    #[arg(value_name = "NAME")]
    name: String,
    /// As this user (vm.ssh_user, root)
    #[arg(short, long, value_name = "USER")]
    user: Option<UserName>,
    /// The command
    #[arg(value_name = "CMD", last = true)]
    command: Vec<String>,
}

/// Runs it. jug becomes ssh(1), whose own failure is exit status 255.
pub fn run(s: &Session, args: &Args) -> Result<i32> {
    let cmd = prepare(s, args).map_err(|e| e.code(Code::Exec))?;
    if s.global.dry_run {
        crate::report::table::out(&format!("{cmd}\n"));
        return Ok(0);
    }
    Err(Error::from(s.host.become_program(&cmd)).code(Code::Exec))
}

fn prepare(s: &Session, args: &Args) -> Result<Cmd> {
    let name = one_of(s, Kind::Vm, &args.name)?;
    let env = super::jstop::known(s, &name)?;
    let Some(at) = env.nics().find_map(|(_, nic)| nic.addresses().next()) else {
        return Err(Error::usage(&name, "it has no address that this node knows of")
            .next(format!("give it one: jug vm-set {name} net=NETWORK; or jug vm-console {name}")));
    };
    if !s.global.dry_run {
        s.need_root("vm-exec")?;
        let facts = s.gather(&Wanted { containers: true, ..Wanted::default() })?;
        if !facts.runs(env.uuid) {
            return Err(Error::busy(&name, "it does not run").next(format!("jug vm-start {name}")));
        }
    }
    let root = "root".parse()?;
    let user = args.user.as_ref().or_else(|| env.vm.as_ref()?.ssh_user.as_ref()).unwrap_or(&root);
    let keys = s.layout.system(&name).join("known_hosts");
    let instance = s.host.read(s.layout.instance(&name).as_path());
    let instance = instance.as_deref().map(str::trim).filter(|i| !i.is_empty());
    Ok(ssh::run((&name, instance), &keys, user, at, &args.command))
}
