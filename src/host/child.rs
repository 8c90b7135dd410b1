//! Programs that are started and not waited for: a hypervisor under its supervisor, and the supervisor itself.

use super::cmd::{Cmd, RunError};
use super::process::{Capture, MAX_STDERR, bare, sink};
use rustix::process::{Pid, Signal};
use std::io::{BufRead, BufReader, Read};
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::path::{Path, PathBuf};
use std::process::Stdio;

/// A program that this one has started, looks after, and does not wait for.
#[derive(Debug)]
pub struct Running {
    child: std::process::Child,
}

impl Running {
    /// Starts it, in a process group of its own, with all it prints at the end of a log.
    pub fn start(cmd: &Cmd, dirs: &[PathBuf], log: &Path) -> Result<Self, RunError> {
        let out = sink(&cmd.clone().log(log.to_string_lossy()), Capture::Temporary);
        let error = |e: std::io::Error| RunError::Start {
            program: cmd.program.clone(),
            reason: crate::error::os_text(&e),
        };
        let out = out.map_err(error)?;
        let err = out.try_clone().map_err(error)?;
        let mut command = bare(cmd, dirs)?;
        command.current_dir("/").stdin(Stdio::null()).stdout(out).stderr(err).process_group(0);
        command.spawn().map(|child| Self { child }).map_err(error)
    }
    /// Its process id, which stays its own as long as nobody has asked how it ended.
    pub fn pid(&self) -> u32 {
        self.child.id()
    }
    /// Its exit status, once it has ended: 128 and the signal's number if a signal ended it.
    pub fn ended(&mut self) -> Option<i32> {
        let status = self.child.try_wait().ok().flatten()?;
        Some(status.code().unwrap_or_else(|| 128 + status.signal().unwrap_or(0)))
    }
    /// Sends it SIGTERM.
    pub fn terminate(&self) {
        if let Some(pid) = i32::try_from(self.pid()).ok().and_then(Pid::from_raw) {
            let _ = rustix::process::kill_process(pid, Signal::TERM);
        }
    }
}

/// Starts a program that goes on when this one ends, and returns the first line that it prints; `None` if it ends
/// without one. It makes a session of its own by itself. What it says on standard error goes to a log.
pub fn detach(cmd: &Cmd, dirs: &[PathBuf], log: &Path) -> Result<Option<String>, RunError> {
    let error = |e: std::io::Error| RunError::Start {
        program: cmd.program.clone(),
        reason: crate::error::os_text(&e),
    };
    let err = sink(&cmd.clone().log(log.to_string_lossy()), Capture::Temporary).map_err(error)?;
    let mut command = bare(cmd, dirs)?;
    command.current_dir("/").stdin(Stdio::null()).stdout(Stdio::piped()).stderr(err);
    let mut child = command.spawn().map_err(error)?;
    let mut line = String::new();
    if let Some(out) = child.stdout.take() {
        BufReader::new(out.take(MAX_STDERR)).read_line(&mut line).map_err(error)?;
    }
    Ok((!line.is_empty()).then(|| line.trim_end().to_string()))
}
