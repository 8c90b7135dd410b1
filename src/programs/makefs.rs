//! makefs(8) of FreeBSD's base system.

use crate::host::Cmd;

/// Makes an ISO 9660 disk of a tree, with the names, modes and owners that Rock Ridge keeps.
pub fn iso(tree: &str, to: &str, label: &str) -> Cmd {
    Cmd::new("makefs").args(["-t", "cd9660", "-o", &format!("rockridge,label={label}"), to, tree])
}
