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
    /// So many bytes were sent, of about so many, in this time.
    fn sent(&self, bytes: u64, of: Option<u64>, time: Duration);
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
    fn sent(&self, _: u64, _: Option<u64>, _: Duration) {}
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
    fn sent(&self, bytes: u64, of: Option<u64>, time: Duration) {
        if self.due() {
            self.bar.set_message(sending(bytes, of, time));
            self.bar.tick();
        }
    }
    fn finish(&self) {
        self.bar.finish_and_clear();
    }
}

/// How far a stream has come: bytes, rate, and how long the rest takes at that rate.
fn sending(bytes: u64, of: Option<u64>, time: Duration) -> String {
    let rate = u64::try_from(u128::from(bytes) * 1000 / time.as_millis().max(1)).unwrap_or(u64::MAX);
    let mut text = format!("sent {}", ByteSize(bytes).human());
    if let Some(of) = of {
        text.push_str(&format!(" of {}", ByteSize(of).human()));
    }
    text.push_str(&format!(", {}/s", ByteSize(rate).human()));
    if let Some(rest) = of.and_then(|of| of.checked_sub(bytes)).filter(|_| rate > 0) {
        text.push_str(&format!(", {} s to go", rest.div_ceil(rate)));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stream_tells_its_rate_and_what_is_to_go() {
        let at = Duration::from_secs(2);
        assert_eq!(sending(4 << 20, Some(10 << 20), at), "sent 4.0M of 10M, 2.0M/s, 3 s to go");
        assert_eq!(sending(4 << 20, None, at), "sent 4.0M, 2.0M/s");
        // An estimate may be too low.
        assert_eq!(sending(4 << 20, Some(1 << 20), at), "sent 4.0M of 1.0M, 2.0M/s");
        assert_eq!(sending(0, Some(1 << 20), Duration::ZERO), "sent 0B of 1.0M, 0B/s");
    }
}
