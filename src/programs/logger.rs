//! logger(1).

use crate::host::Cmd;

/// A line in the system's log. Whoever reads the log for what a daemon says next finds the place by it, and syslogd(8)
/// does not count the next complaint as a repetition of an earlier one.
pub fn note(text: &str) -> Cmd {
    Cmd::new("logger").args(["-t", "jug", "-p", "daemon.notice", text]).limit(10).lenient()
}
