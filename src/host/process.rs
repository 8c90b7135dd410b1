//! Starts programs. Nothing else in jug does.

use super::Child;
use super::cmd::{Cmd, Output, RunError};
use super::{deadline, signal};
use rustix::process::{Pid, Signal, kill_process_group};
use std::fs::File;
use std::io::{Read, Seek, SeekFrom, Write};
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// The most that is kept of a query's standard output, in bytes.
const MAX_STDOUT: u64 = 256 << 20;
/// The most that is kept of standard error, in bytes; it is the end that tells.
pub const MAX_STDERR: u64 = 4096;
/// The time between TERM and KILL for a program that took too long.
const GRACE: Duration = Duration::from_secs(2);

/// Where output goes while a program runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Capture {
    /// Memory, so that a command that only reads writes nothing anywhere.
    Memory,
    /// An unlinked temporary file, since hooks may print without end.
    Temporary,
}

/// Finds a program: an absolute path as it is, a bare name in the fixed directories.
pub fn find(program: &str, dirs: &[PathBuf]) -> Option<PathBuf> {
    if program.starts_with('/') {
        return which::which_in(program, None::<&str>, "/").ok();
    }
    let path = std::env::join_paths(dirs).ok()?;
    which::which_in(program, Some(path), "/").ok()
}

/// The scrubbed environment of every program that is not interactive.
fn environment(cmd: &Cmd, dirs: &[PathBuf]) -> Vec<(String, String)> {
    let path = dirs.iter().map(|d| d.display().to_string()).collect::<Vec<_>>().join(":");
    let home = if rustix::process::geteuid().is_root() {
        "/root".to_string()
    } else {
        std::env::var("HOME").unwrap_or_else(|_| "/".into())
    };
    let mut env = vec![("PATH".to_string(), path), ("LC_ALL".into(), "C".into()), ("HOME".into(), home)];
    env.extend(cmd.env.iter().cloned());
    env
}

/// Runs a program to its end: stdin that is null or its input, its own process group, the environment scrubbed, a time limit.
/// It waits for the process and not for the end of a pipe, since daemons inherit those (F8).
pub fn run(
    cmd: &Cmd,
    dirs: &[PathBuf],
    capture: Capture,
    started: &mut dyn FnMut(Child),
) -> Result<Output, RunError> {
    let program = find(&cmd.program, dirs).ok_or_else(|| RunError::Missing(cmd.program.clone()))?;
    let start_error = |e: std::io::Error| RunError::Start {
        program: cmd.program.clone(),
        reason: crate::error::os_text(&e),
    };
    let mut out = sink(cmd, capture).map_err(start_error)?;
    let mut err = match cmd.log {
        Some(_) => out.try_clone(),
        None => sink(cmd, capture),
    }
    .map_err(start_error)?;
    let from = match cmd.log {
        Some(_) => out.seek(SeekFrom::End(0)).map_err(start_error)?,
        None => 0,
    };
    #[expect(clippy::disallowed_methods, reason = "the one place that starts programs")]
    let expression = duct::cmd(&program, &cmd.args);
    let expression = match &cmd.input {
        Some(text) => expression.stdin_file(input(text, capture).map_err(start_error)?),
        None => expression.stdin_null(),
    };
    let expression = expression
        .full_env(environment(cmd, dirs))
        .dir("/")
        .stdout_file(out.try_clone().map_err(start_error)?)
        .stderr_file(err.try_clone().map_err(start_error)?)
        .before_spawn(|c| {
            c.process_group(0);
            Ok(())
        })
        .unchecked();
    let handle = expression.start().map_err(start_error)?;
    let Some(pid) = handle.pids().first().copied() else {
        return Err(RunError::Start { program: cmd.program.clone(), reason: "no process id".into() });
    };
    started(Child { pid, started: now() });
    let end = wait(&handle, cmd, pid)?;
    let status = end.code().unwrap_or_else(|| 128 + end.signal().unwrap_or(0));
    let stdout = if cmd.log.is_some() { String::new() } else { head(&mut out, MAX_STDOUT) };
    let stderr = tail(&mut err, from);
    Ok(Output { status, stdout, stderr })
}

/// Gets what a program prints.
pub type Take<'a, T> = &'a mut dyn FnMut(&mut dyn Read) -> crate::error::Result<T>;

/// Writes what a program reads.
pub type Feed = Box<dyn FnOnce(&mut dyn Write) -> crate::error::Result<()> + Send>;

/// The standard input of a program, and whether it takes no more.
struct Inlet {
    pipe: std::io::PipeWriter,
    closed: Arc<AtomicBool>,
}

impl Write for Inlet {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.pipe.write(bytes).inspect_err(|e| {
            if e.kind() == std::io::ErrorKind::BrokenPipe {
                self.closed.store(true, Ordering::Relaxed);
            }
        })
    }
    fn flush(&mut self) -> std::io::Result<()> {
        self.pipe.flush()
    }
}

/// Runs a program on what `feed` writes, in a thread of its own, and hands what it prints to `take` as it comes. Of several
/// errors the first counts: that of `feed`, unless it is that nobody wanted more.
pub fn through<T>(cmd: &Cmd, dirs: &[PathBuf], feed: Feed, take: Take<'_, T>) -> crate::error::Result<T> {
    let broken = |e: std::io::Error| RunError::Start {
        program: cmd.program.clone(),
        reason: crate::error::os_text(&e),
    };
    let (read, pipe) = std::io::pipe().map_err(broken)?;
    let closed = Arc::new(AtomicBool::new(false));
    let mut into = Inlet { pipe, closed: Arc::clone(&closed) };
    let (say, heard) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        let fed = feed(&mut into);
        drop(into);
        let _ = say.send(fed);
    });
    let taken = self::pipe(cmd, dirs, File::from(std::os::fd::OwnedFd::from(read)), take);
    // One that waits for input which does not come is not waited for.
    let fed = match taken {
        Ok(_) => heard.recv().ok(),
        Err(_) => heard.recv_timeout(GRACE).ok(),
    };
    match (fed, taken) {
        (Some(Err(e)), taken) if taken.is_ok() || !closed.load(Ordering::Relaxed) => Err(e),
        (None, Ok(_)) => {
            Err(crate::error::Error::failed("", format!("{}: its input broke off", cmd.program)))
        }
        (_, taken) => taken,
    }
}

/// Runs a program that reads a file, and hands what it prints to `take` as it comes, in its own process group and the
/// scrubbed environment. Ends it when `take` wants no more, which is then what is returned.
pub fn pipe<T>(cmd: &Cmd, dirs: &[PathBuf], from: File, take: Take<'_, T>) -> crate::error::Result<T> {
    let program = find(&cmd.program, dirs).ok_or_else(|| RunError::Missing(cmd.program.clone()))?;
    let start_error = |e: std::io::Error| RunError::Start {
        program: cmd.program.clone(),
        reason: crate::error::os_text(&e),
    };
    let mut err = nameless(Capture::Temporary).map_err(start_error)?;
    #[expect(clippy::disallowed_methods, reason = "the one place that starts programs")]
    let expression = duct::cmd(&program, &cmd.args);
    let reader = expression
        .stdin_file(from)
        .full_env(environment(cmd, dirs))
        .dir("/")
        .stderr_file(err.try_clone().map_err(start_error)?)
        .before_spawn(|c| {
            c.process_group(0);
            Ok(())
        })
        .unchecked()
        .reader()
        .map_err(start_error)?;
    let taken = take(&mut &reader);
    // Once all is read, it has ended and was waited for.
    if !matches!(reader.try_wait(), Ok(Some(_))) {
        for pid in reader.pids() {
            end_group(pid, || matches!(reader.try_wait(), Ok(Some(_))));
        }
    }
    let taken = taken?;
    let ended = reader.try_wait().map_err(start_error)?.map(|o| o.status);
    match ended {
        Some(status) if status.success() => Ok(taken),
        other => {
            let status = other.map_or(-1, |s| s.code().unwrap_or_else(|| 128 + s.signal().unwrap_or(0)));
            let out = Output { status, stdout: String::new(), stderr: tail(&mut err, 0) };
            Err(RunError::failed(cmd, &out).into())
        }
    }
}

/// Starts a program at the end of a stream: it writes to jug, or reads from it, in its own process group and the scrubbed
/// environment. What else it prints goes to files that nobody else can open.
pub(super) fn end_of_stream(cmd: &Cmd, dirs: &[PathBuf], reads: bool) -> Result<Stage, RunError> {
    let program = find(&cmd.program, dirs).ok_or_else(|| RunError::Missing(cmd.program.clone()))?;
    let start = |e: std::io::Error| RunError::Start {
        program: cmd.program.clone(),
        reason: crate::error::os_text(&e),
    };
    let (out, err) =
        (nameless(Capture::Temporary).map_err(start)?, nameless(Capture::Temporary).map_err(start)?);
    #[expect(clippy::disallowed_methods, reason = "the one place that starts programs")]
    let mut command = std::process::Command::new(program);
    command.args(&cmd.args).env_clear().envs(environment(cmd, dirs)).current_dir("/").process_group(0);
    command.stderr(err.try_clone().map_err(start)?);
    match reads {
        true => command.stdin(Stdio::piped()).stdout(out.try_clone().map_err(start)?),
        false => command.stdin(Stdio::null()).stdout(Stdio::piped()),
    };
    Ok(Stage { child: command.spawn().map_err(start)?, out, err })
}

/// A program at the end of a stream.
#[derive(Debug)]
pub(super) struct Stage {
    /// It.
    pub(super) child: std::process::Child,
    out: File,
    err: File,
}

impl Stage {
    /// Waits for it. Ends it with its group at once if `unwanted`, or when jug is told to end.
    pub(super) fn finish(mut self, unwanted: bool) -> std::io::Result<Output> {
        let mut pause = Duration::from_millis(1);
        let mut unwanted = unwanted;
        let status = loop {
            if let Some(status) = self.child.try_wait()? {
                break status;
            }
            if unwanted || signal::stopped() {
                unwanted = false;
                let child = &mut self.child;
                end_group(child.id(), || matches!(child.try_wait(), Ok(Some(_))));
            }
            std::thread::sleep(pause);
            pause = (pause * 2).min(Duration::from_millis(50));
        };
        let status = status.code().unwrap_or_else(|| 128 + status.signal().unwrap_or(0));
        Ok(Output { status, stdout: head(&mut self.out, MAX_STDOUT), stderr: tail(&mut self.err, 0) })
    }
}

fn wait(handle: &duct::Handle, cmd: &Cmd, pid: u32) -> Result<std::process::ExitStatus, RunError> {
    let begun = Instant::now();
    let limit = deadline::cut(cmd.duration());
    let mut pause = Duration::from_millis(5);
    loop {
        if let Ok(Some(output)) = handle.wait_timeout(pause) {
            return Ok(output.status);
        }
        pause = (pause * 2).min(Duration::from_millis(100));
        if signal::info_wanted() {
            eprintln!("jug: {} s: {cmd}", begun.elapsed().as_secs());
        }
        let late = limit.is_some_and(|limit| begun.elapsed() >= limit);
        if late || signal::stopped() {
            end_group(pid, || matches!(handle.wait_timeout(Duration::from_millis(50)), Ok(Some(_))));
            return Err(match late {
                true => {
                    RunError::Timeout { cmd: cmd.words(), seconds: limit.map_or(cmd.limit, |l| l.as_secs()) }
                }
                false => RunError::Interrupted { cmd: cmd.words() },
            });
        }
    }
}

/// Ends a process group: TERM, a moment, KILL. `gone` says whether its leader has ended.
pub fn end_group(pid: u32, mut gone: impl FnMut() -> bool) {
    let Some(pid) = i32::try_from(pid).ok().and_then(Pid::from_raw) else { return };
    let _ = kill_process_group(pid, Signal::TERM);
    let begun = Instant::now();
    while begun.elapsed() < GRACE {
        if gone() {
            break;
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    let _ = kill_process_group(pid, Signal::KILL);
    gone();
}

/// A file for output: the program's log, memory, or an unlinked temporary file.
pub(super) fn sink(cmd: &Cmd, capture: Capture) -> std::io::Result<File> {
    if let Some(log) = &cmd.log {
        return super::fs::open_log(Path::new(log)).map_err(|e| std::io::Error::other(e.to_string()));
    }
    nameless(capture)
}

/// A file with what a program reads. All of it is there before the program starts, so that one whose jug is killed
/// never sees half.
fn input(text: &str, capture: Capture) -> std::io::Result<File> {
    let mut file = nameless(capture)?;
    file.write_all(text.as_bytes())?;
    file.rewind()?;
    Ok(file)
}

/// A file that nobody else can open.
fn nameless(capture: Capture) -> std::io::Result<File> {
    let memory = || {
        rustix::fs::memfd_create("jug", rustix::fs::MemfdFlags::CLOEXEC).map(File::from).map_err(Into::into)
    };
    match capture {
        Capture::Memory => memory(),
        Capture::Temporary => tempfile::tempfile().or_else(|_| memory()),
    }
}

fn head(file: &mut File, max: u64) -> String {
    let mut bytes = Vec::new();
    let _ = file.seek(SeekFrom::Start(0)).and_then(|_| file.take(max).read_to_end(&mut bytes));
    String::from_utf8_lossy(&bytes).into_owned()
}

fn tail(file: &mut File, from: u64) -> String {
    let mut bytes = Vec::new();
    let length = file.seek(SeekFrom::End(0)).unwrap_or(0);
    let begin = from.max(length.saturating_sub(MAX_STDERR));
    let _ = file.seek(SeekFrom::Start(begin)).and_then(|_| file.take(MAX_STDERR).read_to_end(&mut bytes));
    String::from_utf8_lossy(&bytes).into_owned()
}

fn now() -> u64 {
    std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).map_or(0, |d| d.as_secs())
}

/// A program with the scrubbed environment.
#[expect(clippy::disallowed_methods, reason = "the one place that starts programs")]
pub(super) fn bare(cmd: &Cmd, dirs: &[PathBuf]) -> Result<std::process::Command, RunError> {
    let program = find(&cmd.program, dirs).ok_or_else(|| RunError::Missing(cmd.program.clone()))?;
    let mut command = std::process::Command::new(program);
    command.args(&cmd.args).env_clear().envs(environment(cmd, dirs));
    Ok(command)
}

fn interactive(cmd: &Cmd, dirs: &[PathBuf]) -> Result<std::process::Command, RunError> {
    let mut command = bare(cmd, dirs)?;
    if let Ok(term) = std::env::var("TERM") {
        command.env("TERM", term);
    }
    Ok(command)
}

/// Becomes the program: the caller's streams, terminal, signals and exit status are the program's own.
/// Returns only if that failed.
pub fn become_program(cmd: &Cmd, dirs: &[PathBuf]) -> RunError {
    match interactive(cmd, dirs) {
        Ok(mut command) => {
            RunError::Start { program: cmd.program.clone(), reason: crate::error::os_text(&command.exec()) }
        }
        Err(e) => e,
    }
}

/// Runs a program with the caller's streams and process group and returns its exit status.
pub fn run_inherited(cmd: &Cmd, dirs: &[PathBuf]) -> Result<i32, RunError> {
    let status = interactive(cmd, dirs)?
        .status()
        .map_err(|e| RunError::Start { program: cmd.program.clone(), reason: crate::error::os_text(&e) })?;
    Ok(status.code().unwrap_or_else(|| 128 + status.signal().unwrap_or(0)))
}

#[cfg(test)]
#[path = "process_tests.rs"]
mod tests;
