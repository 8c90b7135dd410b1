//! Progress on standard error: a spinner on a terminal, nothing otherwise.

use crate::host::tree::Copied;
use crate::model::name::printable;
use crate::model::size::ByteSize;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::io::IsTerminal;
use std::sync::Mutex;
use std::time::{Duration, Instant};

/// What gets told how far an operation has come.
pub trait Progress: Sync {
    /// A step begins.
    fn step(&self, object: &str, title: &str);
    /// So much was copied.
    fn copied(&self, done: Copied);
    /// So many bytes were fetched.
    fn fetched(&self, bytes: u64);
    /// Nothing is going on any more.
    fn finish(&self);
}

/// Says nothing.
#[derive(Debug)]
pub struct Silent;

impl Progress for Silent {
    fn step(&self, _: &str, _: &str) {}
    fn copied(&self, _: Copied) {}
    fn fetched(&self, _: u64) {}
    fn finish(&self) {}
}

/// A spinner.
#[derive(Debug)]
pub struct Spinner {
    bar: ProgressBar,
    last: Mutex<Instant>,
}

impl Spinner {
    /// A spinner on standard error, hidden unless that is a terminal.
    pub fn new() -> Self {
        let target = if std::io::stderr().is_terminal() {
            ProgressDrawTarget::stderr()
        } else {
            ProgressDrawTarget::hidden()
        };
        let bar = ProgressBar::with_draw_target(None, target);
        if let Ok(style) = ProgressStyle::with_template("{spinner} {prefix} {wide_msg}") {
            bar.set_style(style);
        }
        Self { bar, last: Mutex::new(Instant::now()) }
    }

    /// At most ten times a second: a copy tells of every file.
    fn due(&self) -> bool {
        let Ok(mut last) = self.last.lock() else { return false };
        let due = last.elapsed() > Duration::from_millis(100);
        if due {
            *last = Instant::now();
        }
        due
    }
}

impl Default for Spinner {
    fn default() -> Self {
        Self::new()
    }
}

impl Progress for Spinner {
    fn step(&self, object: &str, title: &str) {
        self.bar.set_prefix(printable(object));
        self.bar.set_message(title.to_string());
        self.bar.tick();
    }
    fn copied(&self, done: Copied) {
        if self.due() {
            self.bar.set_message(format!(
                "copied {} entries, {}",
                done.entries,
                ByteSize(done.bytes).human()
            ));
            self.bar.tick();
        }
    }
    fn fetched(&self, bytes: u64) {
        if self.due() {
            self.bar.set_message(format!("fetched {}", ByteSize(bytes).human()));
            self.bar.tick();
        }
    }
    fn finish(&self) {
        self.bar.finish_and_clear();
    }
}
