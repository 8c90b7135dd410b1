//! xorriso(1), and genisoimage(1), which takes the same words.

use crate::host::Cmd;

/// Makes an ISO 9660 disk of a tree, with the names, modes and owners that Rock Ridge keeps, and those of Joliet.
pub fn iso(tree: &str, to: &str, label: &str) -> Cmd {
    options(Cmd::new("xorriso").args(["-as", "mkisofs"]), tree, to, label)
}

/// The same by genisoimage(1).
pub fn genisoimage(tree: &str, to: &str, label: &str) -> Cmd {
    options(Cmd::new("genisoimage"), tree, to, label)
}

fn options(cmd: Cmd, tree: &str, to: &str, label: &str) -> Cmd {
    cmd.args(["-quiet", "-V", label, "-R", "-J", "-o", to, tree])
}
