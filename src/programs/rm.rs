//! rm(1), for trees that are deeper than a process has descriptors.

use crate::host::Cmd;

/// Removes a tree.
pub fn tree(path: &str) -> Cmd {
    Cmd::new("rm").args(["-rf", "--", path]).limit(3600)
}
