//! The real host.

use super::child::{self, Running};
use super::cmd::{Cmd, Output, RunError};
use super::process::{self, Capture};
use super::pump;
use super::{Child, Host};
use std::path::{Path, PathBuf};

/// The machine jug runs on.
#[derive(Clone, Debug)]
pub struct System {
    dirs: Vec<PathBuf>,
    verbose: bool,
    options: Vec<String>,
}

impl System {
    /// The machine, with the directories in which programs are looked for. `verbose` prints each command.
    pub fn new(dirs: impl IntoIterator<Item = PathBuf>, verbose: bool) -> Self {
        Self { dirs: dirs.into_iter().collect(), verbose, options: Vec::new() }
    }

    /// The options with which this program is run again for what may hang.
    #[must_use]
    pub fn with_options(mut self, options: Vec<String>) -> Self {
        self.options = options;
        self
    }

    /// Becomes the program; returns only if that failed.
    pub fn become_program(&self, cmd: &Cmd) -> RunError {
        self.show(cmd);
        process::become_program(cmd, &self.dirs)
    }

    /// Runs a program that reads a file, and hands what it prints to `take` as it comes.
    ///
    /// # Errors
    /// What `take` says, or that the program is not there or failed.
    pub fn pipe<T>(
        &self,
        cmd: &Cmd,
        from: std::fs::File,
        take: process::Take<'_, T>,
    ) -> crate::error::Result<T> {
        self.show(cmd);
        process::pipe(cmd, &self.dirs, from, take)
    }

    /// Runs a program on what `feed` writes, and hands what it prints to `take` as it comes.
    ///
    /// # Errors
    /// What either says, or that the program is not there or failed.
    pub fn through<T>(
        &self,
        cmd: &Cmd,
        feed: process::Feed,
        take: process::Take<'_, T>,
    ) -> crate::error::Result<T> {
        self.show(cmd);
        process::through(cmd, &self.dirs, feed, take)
    }

    /// Moves a stream from one program, or from what this one reads, to another (see [`pump::run`]).
    ///
    /// # Errors
    /// One of the two can't be started, or jug was told to end.
    pub fn stream(
        &self,
        from: pump::From<'_>,
        to: &Cmd,
        how: pump::How<'_>,
    ) -> Result<pump::Moved, RunError> {
        if let pump::From::Program(cmd) = &from {
            self.show(cmd);
        }
        self.show(to);
        pump::run(from, to, &self.dirs, how)
    }

    /// Runs a program with the caller's streams.
    pub fn run_inherited(&self, cmd: &Cmd) -> Result<i32, RunError> {
        self.show(cmd);
        process::run_inherited(cmd, &self.dirs)
    }

    /// Starts a program and looks after it; all it prints goes to a log.
    pub fn start(&self, cmd: &Cmd, log: &Path) -> Result<Running, RunError> {
        self.show(cmd);
        Running::start(cmd, &self.dirs, log)
    }

    /// Starts a program that goes on by itself, and returns the first line that it prints.
    pub fn detach(&self, cmd: &Cmd, log: &Path) -> Result<Option<String>, RunError> {
        self.show(cmd);
        child::detach(cmd, &self.dirs, log)
    }

    fn show(&self, cmd: &Cmd) {
        if self.verbose {
            eprintln!("+ {cmd}");
        }
    }
}

impl Host for System {
    fn query(&self, cmd: &Cmd) -> Result<Output, RunError> {
        self.show(cmd);
        process::run(cmd, &self.dirs, Capture::Memory, &mut |_| {})
    }

    fn change(&self, cmd: &Cmd, started: &mut dyn FnMut(Child)) -> Result<Output, RunError> {
        self.show(cmd);
        process::run(cmd, &self.dirs, Capture::Temporary, started)
    }

    fn mountinfo(&self) -> Option<String> {
        std::fs::read("/proc/self/mountinfo").ok().map(|b| String::from_utf8_lossy(&b).into_owned())
    }

    fn has(&self, program: &str) -> bool {
        process::find(program, &self.dirs).is_some()
    }

    fn read(&self, path: &Path) -> Option<String> {
        std::fs::read_to_string(path).ok()
    }

    fn own_program(&self) -> Option<Cmd> {
        let program = std::env::current_exe().ok()?;
        Some(Cmd::new(program.to_string_lossy()).args(self.options.iter().cloned()))
    }

    fn now(&self) -> jiff::Timestamp {
        let now = jiff::Timestamp::now();
        jiff::Timestamp::from_second(now.as_second()).unwrap_or(now)
    }

    fn uuid(&self) -> uuid::Uuid {
        uuid::Uuid::new_v4()
    }
}
