//! sysctl(8).

use super::surprise;
use crate::error::Result;
use crate::host::Cmd;

/// Asks whether the kernel keeps account of what jails use, and for the number of CPUs. A kernel without RACCT has no
/// such variable: that line is missing then, and the exit status is 1.
pub fn limiting() -> Cmd {
    Cmd::new("sysctl").args(["kern.racct.enable", "hw.ncpu"])
}

/// Reads the output of [`limiting`]: whether RACCT is there and on, and the number of CPUs.
///
/// # Errors
/// There is no number of CPUs.
pub fn parse_limiting(text: &str) -> Result<(bool, u16)> {
    let value = |name: &str| text.lines().find_map(|l| l.strip_prefix(name)?.strip_prefix(": "));
    let cpus = value("hw.ncpu").and_then(|n| n.trim().parse().ok()).filter(|n| *n > 0);
    let cpus = cpus.ok_or_else(|| surprise("sysctl", "no hw.ncpu"))?;
    Ok((value("kern.racct.enable").is_some_and(|v| v.trim() == "1"), cpus))
}

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

#[cfg(test)]
mod tests {
    use super::parse_limiting;

    #[test]
    fn racct_may_be_on_off_or_not_there() {
        assert_eq!(parse_limiting("kern.racct.enable: 1\nhw.ncpu: 2\n").unwrap(), (true, 2));
        assert_eq!(parse_limiting("kern.racct.enable: 0\nhw.ncpu: 2\n").unwrap(), (false, 2));
        assert_eq!(parse_limiting("hw.ncpu: 2\n").unwrap(), (false, 2));
        assert!(parse_limiting("").is_err());
    }
}
