//! devfs(8) of FreeBSD: rule sets.

use crate::error::{Error, Result};
use crate::host::Cmd;

/// The rule sets that the kernel has, a number a line (devfs.txt). `rule -s N show` exits 0 for one that it has not,
/// so the list is asked for.
pub fn showsets() -> Cmd {
    Cmd::new("devfs").args(["rule", "showsets"])
}

/// Reads the output of [`showsets`].
///
/// # Errors
/// A line that is no number of a rule set.
pub fn parse_showsets(text: &str) -> Result<Vec<u16>> {
    text.lines()
        .map(|l| {
            l.parse().map_err(|_| Error::failed("devfs rule showsets", format!("not a rule set: {l:?}")))
        })
        .collect()
}
