//! devfs(8) of FreeBSD: rule sets, and what one mount shows.

use crate::error::{Error, Result};
use crate::host::Cmd;
use crate::model::name::AbsPath;

/// The rule sets that the kernel has, a number a line (devfs.txt). `rule -s N show` exits 0 for one that it has not,
/// so the list is asked for.
pub fn showsets() -> Cmd {
    Cmd::new("devfs").args(["rule", "showsets"])
}

/// Shows nodes in one mount of it, which its rule set hides; the set itself stays as it is (devfs(8), `rule apply`).
pub fn unhide(mounted: &AbsPath, pattern: &str) -> Cmd {
    Cmd::new("devfs").args(["-m", mounted.as_str(), "rule", "apply", "path", pattern, "unhide"])
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
