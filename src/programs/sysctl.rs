//! sysctl(8).

use super::surprise;
use crate::error::Result;
use crate::host::Cmd;

/// Whether FreeBSD passes packets on, IPv4 and IPv6.
pub fn forwarding() -> Cmd {
    Cmd::new("sysctl").args(["-n", "net.inet.ip.forwarding", "net.inet6.ip6.forwarding"])
}

/// Reads the output of [`forwarding`].
pub fn parse_forwarding(text: &str) -> Result<(bool, bool)> {
    match text.split_whitespace().collect::<Vec<_>>()[..] {
        [v4, v6] => Ok((v4 != "0", v6 != "0")),
        _ => Err(surprise("sysctl", text)),
    }
}

/// Lets Linux pass on nothing that comes in on an interface.
pub fn dead_end(interface: &str) -> Cmd {
    Cmd::new("sysctl").args(["-q", "-w", &format!("net.ipv4.conf.{interface}.forwarding=0")])
}
