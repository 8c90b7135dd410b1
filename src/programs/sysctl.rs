//! sysctl(8).

use super::surprise;
use crate::error::Result;
use crate::facts::Forwarding;
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

const V4: &str = "net.inet.ip.forwarding";
const V6: &str = "net.inet6.ip6.forwarding";
const MEMBERS: &str = "net.link.bridge.member_ifaddrs";

/// Whether FreeBSD passes packets on, IPv4 and IPv6, and lets members of a bridge have addresses. The last is not there
/// before if_bridge.ko is loaded, and `-i` makes that no error.
pub fn forwarding() -> Cmd {
    Cmd::new("sysctl").args(["-i", V4, V6, MEMBERS])
}

/// Reads the output of [`forwarding`].
///
/// # Errors
/// It does not say whether packets are passed on.
pub fn parse_forwarding(text: &str) -> Result<Forwarding> {
    let value = |name: &str| text.lines().find_map(|l| l.strip_prefix(name)?.strip_prefix(": "));
    let on = |name: &str| value(name).map(|v| v.trim() != "0");
    let (Some(v4), Some(v6)) = (on(V4), on(V6)) else { return Err(surprise("sysctl", text)) };
    Ok(Forwarding { v4, v6, from: None, member_addresses: on(MEMBERS).unwrap_or(true) })
}

/// The lowest and the highest version of NFS that FreeBSD's kernel serves; nothing while nfsd.ko is not loaded.
pub fn nfs_versions() -> Cmd {
    Cmd::new("sysctl").args(["-in", "vfs.nfsd.server_min_nfsvers", "vfs.nfsd.server_max_nfsvers"])
}

/// Reads the output of [`nfs_versions`].
pub fn parse_nfs_versions(text: &str) -> Option<(u8, u8)> {
    let mut words = text.split_whitespace().map(str::parse);
    Some((words.next()?.ok()?, words.next()?.ok()?))
}

/// Lets Linux pass on nothing that comes in on an interface.
pub fn dead_end(interface: &str) -> Cmd {
    Cmd::new("sysctl").args(["-q", "-w", &format!("net.ipv4.conf.{interface}.forwarding=0")])
}

/// Asks how many processors a VM may have, which only a kernel with vmm(4) says, and how much memory is free.
pub fn machines() -> Cmd {
    Cmd::new("sysctl").args([
        "-i",
        "hw.vmm.maxcpu",
        "hw.pagesize",
        "vm.stats.vm.v_free_count",
        "vm.stats.vm.v_inactive_count",
    ])
}

/// Reads the output of [`machines`]: processors, and bytes. Inactive pages are as good as free.
pub fn parse_machines(text: &str) -> (Option<u32>, Option<u64>) {
    let value = |name: &str| {
        text.lines()
            .find_map(|l| l.strip_prefix(name)?.strip_prefix(": "))
            .and_then(|v| v.trim().parse::<u64>().ok())
    };
    let pages =
        value("vm.stats.vm.v_free_count").map(|f| f + value("vm.stats.vm.v_inactive_count").unwrap_or(0));
    let free = pages.zip(value("hw.pagesize")).map(|(p, size)| p.saturating_mul(size));
    (value("hw.vmm.maxcpu").and_then(|n| n.try_into().ok()), free)
}

#[cfg(test)]
mod tests {
    use super::{Forwarding, parse_forwarding, parse_limiting};

    #[test]
    fn members_have_addresses_unless_it_is_said() {
        let on = "net.inet.ip.forwarding: 0\nnet.inet6.ip6.forwarding: 1\n";
        let said = |text: &str| parse_forwarding(&format!("{on}{text}")).unwrap();
        let want = Forwarding { v4: false, v6: true, from: None, member_addresses: true };
        assert_eq!(said(""), want);
        assert_eq!(said("net.link.bridge.member_ifaddrs: 1\n"), want);
        assert_eq!(
            said("net.link.bridge.member_ifaddrs: 0\n"),
            Forwarding { member_addresses: false, ..want }
        );
        assert!(parse_forwarding("net.inet.ip.forwarding: 0\n").is_err());
    }

    #[test]
    fn racct_may_be_on_off_or_not_there() {
        assert_eq!(parse_limiting("kern.racct.enable: 1\nhw.ncpu: 2\n").unwrap(), (true, 2));
        assert_eq!(parse_limiting("kern.racct.enable: 0\nhw.ncpu: 2\n").unwrap(), (false, 2));
        assert_eq!(parse_limiting("hw.ncpu: 2\n").unwrap(), (false, 2));
        assert!(parse_limiting("").is_err());
    }
}
