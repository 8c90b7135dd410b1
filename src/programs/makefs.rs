//! makefs(8) of FreeBSD's base system.

use crate::host::Cmd;

/// Makes an ISO 9660 disk of a tree, with the names, modes and owners that Rock Ridge keeps.
pub fn iso(tree: &str, to: &str, label: &str) -> Cmd {
    Cmd::new("makefs").args(["-t", "cd9660", "-o", &format!("rockridge,label={label}"), to, tree])
}

/// Makes a FAT disk of a tree, for a label that ISO 9660 has no letters for: makefs(8) refuses the `-` of `config-2` there,
/// and says no more than how it is used. Of 4 MiB, which hold the longest user-data twice.
pub fn fat(tree: &str, to: &str, label: &str) -> Cmd {
    let label = format!("volume_label={}", label.to_ascii_uppercase());
    Cmd::new("makefs").args(["-t", "msdos", "-s", "4m", "-o", &label, to, tree])
}
