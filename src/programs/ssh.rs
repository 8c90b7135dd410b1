//! ssh(1).

use crate::host::Cmd;
use crate::host::cmd::quote;
use crate::model::name::{AbsPath, EnvName, UserName};
use std::net::IpAddr;

/// Runs a command in a guest, or a login shell. ssh(1) joins words with blanks and hands them to the user's shell there,
/// so each is quoted. A host key that is seen for the first time is taken, and kept with the guest: the name of a key is
/// the guest's, whatever address it has, and its instance's, since another instance makes other keys (cloud-init,
/// "ssh_deletekeys").
pub fn run(
    (name, instance): (&EnvName, Option<&str>),
    keys: &AbsPath,
    user: &UserName,
    at: IpAddr,
    argv: &[String],
) -> Cmd {
    let alias = instance.map_or_else(|| name.to_string(), |i| format!("{name}.{i}"));
    let cmd = Cmd::new("ssh").limit(0).args([
        "-o".to_string(),
        format!("HostKeyAlias={alias}"),
        "-o".to_string(),
        format!("UserKnownHostsFile=\"{keys}\""),
        "-o".to_string(),
        "StrictHostKeyChecking=accept-new".to_string(),
        "-l".to_string(),
        user.to_string(),
        at.to_string(),
    ]);
    if argv.is_empty() {
        return cmd;
    }
    cmd.arg("--").args(argv.iter().map(|a| quote(a)))
}
