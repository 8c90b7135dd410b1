//! geli(8): disks that are encrypted.

use crate::host::Cmd;
use crate::model::name::AbsPath;

/// What it adds to the name of a disk (geli(8), "DESCRIPTION").
const SUFFIX: &str = ".eli";

/// The disk as it can be read once it is attached.
pub fn decrypted(device: &AbsPath) -> AbsPath {
    AbsPath::root().join(&format!("{device}{SUFFIX}"))
}

/// Attaches a disk with a key, a passphrase, or both. Neither is an argument: both are read from files.
pub fn attach(device: &AbsPath, key: Option<&AbsPath>, passphrase: Option<&AbsPath>) -> Cmd {
    let mut cmd = Cmd::new("geli").arg("attach");
    cmd = match passphrase {
        Some(file) => cmd.args(["-j", file.as_str()]),
        None => cmd.arg("-p"),
    };
    if let Some(file) = key {
        cmd = cmd.args(["-k", file.as_str()]);
    }
    cmd.arg(device.as_str())
}

/// Takes the key of a disk out of memory.
pub fn detach(device: &AbsPath) -> Cmd {
    Cmd::new("geli").args(["detach", decrypted(device).as_str()]).retry_busy()
}
