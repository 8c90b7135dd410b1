//! proc_net_tcp(5) of Linux: `/proc/net/{tcp,tcp6,udp,udp6}`, the sockets of this network namespace. No program is run.

use super::surprise;
use crate::error::Result;
use crate::facts::filter::Listener;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// The files, with the protocol of each.
pub const FILES: [(&str, &str); 4] = [
    ("/proc/net/tcp", "tcp"),
    ("/proc/net/tcp6", "tcp"),
    ("/proc/net/udp", "udp"),
    ("/proc/net/udp6", "udp"),
];

/// A socket that takes what comes, and its inode, by which its program is found.
pub type Socket = (Listener, u64);

/// Reads one of [`FILES`].
///
/// # Errors
/// A line that has not its columns.
pub fn parse(text: &str, protocol: &str) -> Result<Vec<Socket>> {
    // TCP_LISTEN; a UDP socket without a peer is in TCP_CLOSE.
    let wanted = if protocol == "tcp" { "0A" } else { "07" };
    let mut all = Vec::new();
    for line in text.lines().skip(1) {
        let bad = || surprise("/proc/net", line);
        let words: Vec<&str> = line.split_whitespace().collect();
        let [_, local, _, state, _, _, _, _, _, inode, ..] = words[..] else { return Err(bad()) };
        if state != wanted {
            continue;
        }
        let (address, port) = local.split_once(':').ok_or_else(bad)?;
        let address = address_of(address).ok_or_else(bad)?;
        // A wildcard of IPv6 takes IPv4 too, unless its program asked for the opposite, which can't be seen here.
        let v6 = !address.is_ipv4();
        all.push((
            Listener {
                protocol: protocol.to_string(),
                v4: !v6 || address.is_unspecified(),
                v6,
                address: Some(address).filter(|a| !a.is_unspecified()),
                port: u16::from_str_radix(port, 16).map_err(|_| bad())?,
                who: String::new(),
            },
            inode.parse().map_err(|_| bad())?,
        ));
    }
    Ok(all)
}

/// Words of four bytes, each in the byte order of the machine.
fn address_of(hex: &str) -> Option<IpAddr> {
    let word = |i: usize| Some(u32::from_str_radix(hex.get(i * 8..i * 8 + 8)?, 16).ok()?.to_ne_bytes());
    match hex.len() {
        8 => Some(IpAddr::V4(Ipv4Addr::from(word(0)?))),
        32 => {
            let mut bytes = [0; 16];
            for i in 0..4 {
                bytes[i * 4..i * 4 + 4].copy_from_slice(&word(i)?);
            }
            let address = Ipv6Addr::from(bytes);
            Some(address.to_ipv4_mapped().map_or(IpAddr::V6(address), IpAddr::V4))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::parse;

    #[test]
    fn reads_what_listens() {
        let head = "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n";
        let tcp = format!(
            "{head}   0: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 4711 1 0 100 0 0 10 0\n   1: 0100007F:1F90 0100007F:1F91 01 00000000:00000000 00:00000000 00000000     0        0 4712 1 0 100 0 0 10 0\n"
        );
        let all = parse(&tcp, "tcp").unwrap();
        assert_eq!(all.len(), 1);
        assert_eq!((all[0].0.address, all[0].0.port, all[0].1), ("127.0.0.1".parse().ok(), 8080, 4711));
        let udp6 = format!(
            "{head}   0: 00000000000000000000000000000000:0035 00000000000000000000000000000000:0000 07 0:0 00:0 0 0 0 9 2 0 0\n"
        );
        let all = parse(&udp6, "udp").unwrap();
        assert!(all[0].0.v4 && all[0].0.v6 && all[0].0.address.is_none() && all[0].0.port == 53);
        assert!(parse(&format!("{head}nonsense\n"), "udp").is_err());
        assert!(parse("", "tcp").unwrap().is_empty());
    }
}
