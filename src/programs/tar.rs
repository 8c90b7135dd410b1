//! tar(1): bsdtar on FreeBSD, GNU tar on Linux. Both refuse by themselves to write outside the directory.

use crate::host::Cmd;
use crate::model::name::AbsPath;

/// Extracts an archive of any compression the tar knows, with modes, owners and (bsdtar) file flags.
pub fn extract(archive: &str, into: &AbsPath, gnu: bool) -> Cmd {
    let cmd = Cmd::new("tar").args(["-x", "-p", "-f", archive, "-C", into.as_str()]);
    let cmd = if gnu {
        cmd.args(["--numeric-owner", "--force-local", "--xattrs", "--xattrs-include=security.capability"])
    } else {
        cmd
    };
    cmd.limit(3600)
}
