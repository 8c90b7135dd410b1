//! The one place that starts programs and touches the file system. Everything above goes through [`Host`],
//! so that tests can put a host in its place that answers as the real programs do.

pub mod archive;
mod attributes;
pub mod beneath;
pub mod block;
pub mod child;
pub mod cmd;
pub mod console;
pub mod deadline;
pub mod flash;
pub mod fs;
pub mod gpt;
pub mod pack;
pub mod process;
pub mod pump;
pub mod signal;
pub mod stream;
pub mod system;
pub mod tar;
pub mod tar_write;
pub mod tcp;
pub mod terminal;
pub mod tree;
pub mod unix;
pub mod unpack;

pub use cmd::{Cmd, Output, RunError};
pub use system::System;

use std::path::Path;

/// A program that was started, as the journal keeps it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Child {
    /// Process id, which is also its process group's.
    pub pid: u32,
    /// When it was started, in seconds since the epoch.
    pub started: u64,
}

/// What changes between the real host and one in a test. File operations are real everywhere.
pub trait Host: Sync {
    /// Runs a program to its end and returns what it printed; a nonzero exit status is no error here.
    /// Output is kept in memory and nothing is written.
    fn query(&self, cmd: &Cmd) -> Result<Output, RunError>;
    /// Runs a program that changes something. `started` is called once, as soon as it has a process id.
    fn change(&self, cmd: &Cmd, started: &mut dyn FnMut(Child)) -> Result<Output, RunError>;
    /// The mount table as this platform keeps it, if it is a file to be read (Linux).
    fn mountinfo(&self) -> Option<String>;
    /// Whether a program of this name is there.
    fn has(&self, program: &str) -> bool;
    /// A text file of the host, such as /etc/passwd; `None` if it is not there or can't be read.
    fn read(&self, path: &Path) -> Option<String>;
    /// Waits; a host in a test has its own time.
    fn pause(&self, time: std::time::Duration) {
        std::thread::sleep(time);
    }
    /// This program itself, if it can be run again for what may hang (see [`crate::plan::Action`]).
    fn own_program(&self) -> Option<Cmd> {
        None
    }
    /// Seconds since the epoch.
    fn now(&self) -> jiff::Timestamp;
    /// A fresh identity.
    fn uuid(&self) -> uuid::Uuid;
}
