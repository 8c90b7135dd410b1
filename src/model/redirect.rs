//! Exposures as single redirections, one for each protocol and address, from which a packet filter's rules are written.

use super::port::{Exposure, Range};
use ipnet::IpNet;
use std::net::IpAddr;

/// One address of an environment on a network.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Inner {
    /// The bridge of the network on this host.
    pub bridge: String,
    /// The address.
    pub address: IpAddr,
    /// The network's subnet.
    pub subnet: IpNet,
    /// The host's own address there, if it has one.
    pub gateway: Option<IpAddr>,
}

/// Ports of the host that lead to ports of one address.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Redirect {
    /// `tcp` or `udp`.
    pub protocol: &'static str,
    /// Only on this address of the host.
    pub on: Option<IpAddr>,
    /// Only from these; empty is everybody.
    pub from: Vec<IpNet>,
    /// Ports of the host.
    pub outer: Range,
    /// Where they lead to.
    pub to: IpAddr,
    /// As many ports there.
    pub inner: Range,
}

impl Redirect {
    /// Whether it is about IPv4.
    pub fn is_ipv4(&self) -> bool {
        self.to.is_ipv4()
    }
}

/// The redirections that exposures come to. The first address of each family is the one that is published; `on` and
/// `from` speak of one family, and say nothing to the other.
pub fn expand(exposures: &[Exposure], inners: &[Inner]) -> Vec<Redirect> {
    let mut all = Vec::new();
    for v4 in [true, false] {
        let Some(inner) = inners.iter().find(|i| i.address.is_ipv4() == v4) else { continue };
        for e in exposures {
            let from: Vec<IpNet> = e.from.iter().filter(|n| n.addr().is_ipv4() == v4).copied().collect();
            if e.on.is_some_and(|a| a.is_ipv4() != v4) || (from.is_empty() && !e.from.is_empty()) {
                continue;
            }
            all.extend(e.protocol.words().iter().map(|protocol| Redirect {
                protocol,
                on: e.on,
                from: from.clone(),
                outer: e.outer,
                to: inner.address,
                inner: e.inner,
            }));
        }
    }
    all
}
