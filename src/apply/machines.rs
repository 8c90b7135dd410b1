//! Performs what VMs need: a supervisor that goes on by itself, words with a hypervisor, and waiting for both.

use super::apart::told;
use super::{Ctx, perform};
use crate::error::{Code, Error, Result};
use crate::host::{Child, Cmd, fs, unix};
use crate::model::name::{AbsPath, EnvName};
use crate::programs::qmp::{self, Request};
use crate::store::lock;
use serde_json::Value;

/// Seconds until a VM must run: a kernel that is loaded for it may lie on slow storage.
const SUPERVISED: u64 = 900;

/// Starts a VM's supervisor, and waits until the VM runs.
pub fn supervise(ctx: &Ctx<'_>, name: &EnvName, started: &mut dyn FnMut(Child)) -> Result<bool> {
    let program = ctx.host.own_program().unwrap_or_else(|| Cmd::new("jug"));
    let cmd = program.args(["supervise", name.as_str()]).limit(SUPERVISED);
    let out = ctx.host.change(&cmd, started).map_err(Error::from)?;
    // The command is one that nobody gave: what it said is the error.
    if out.ok() { Ok(true) } else { Err(Error { code: Code::Failed, ..told(&out) }) }
}

/// Asks a hypervisor for something; returns whether it listened.
pub fn control(
    socket: &AbsPath,
    request: Request,
    lenient: bool,
    warnings: &mut Vec<String>,
) -> Result<bool> {
    match ask(socket, request) {
        Ok(answer) => Ok(answer.is_some()),
        Err(e) if lenient => {
            warnings.push(e.to_string());
            Ok(true)
        }
        Err(e) => Err(e),
    }
}

/// Asks on a QMP socket; `None` if nobody listens any more.
///
/// # Errors
/// It said no, or nothing in time.
pub fn ask(socket: &AbsPath, request: Request) -> Result<Option<Value>> {
    let mut answers = 0;
    unix::converse(socket, &request.lines(), &mut |line| {
        let value = qmp::answer(line)?;
        answers += usize::from(value.is_some());
        // The first is that of the capabilities.
        Ok(value.filter(|_| answers == 2))
    })
}

/// Waits until nobody holds a lock.
pub fn await_free(ctx: &Ctx<'_>, lock: &AbsPath, seconds: u64) -> Result<bool> {
    match perform::patiently(ctx, seconds, &|| !lock::is_held_at(lock)) {
        true => Ok(false),
        false => Err(Error::busy(lock, format!("still held after {seconds} s"))
            .next("the number of the process that holds it is in the file: end that")),
    }
}

/// Waits until there is something at a path.
pub fn await_path(ctx: &Ctx<'_>, path: &AbsPath, seconds: u64) -> Result<bool> {
    match perform::patiently(ctx, seconds, &|| fs::kind(path.as_path()).is_some()) {
        true => Ok(false),
        false => Err(Error::failed(path, format!("it did not come within {seconds} s"))),
    }
}
