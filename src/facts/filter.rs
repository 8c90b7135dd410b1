//! What the packet filter says, as far as jug uses it, and who listens on the host.

use crate::model::redirect::Redirect;
use std::net::IpAddr;

/// The packet filter: pf on FreeBSD, nft on Linux.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Filter {
    /// Whether it is there at all: pf.ko is loaded, nft is installed.
    pub there: bool,
    /// Whether it looks at packets.
    pub enabled: bool,
    /// The anchors or tables of jug's that hold rules.
    #[serde(default)]
    pub loaded: Vec<String>,
    /// Lines that the main rule set lacks, without which nothing reaches jug's anchors.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub missing: Vec<String>,
    /// Rules of the main set that come before jug's anchors and leave nothing to them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub swallowing: Vec<String>,
}

impl Filter {
    /// Whether rules that are loaded have an effect.
    pub fn works(&self) -> bool {
        self.there && self.enabled && self.missing.is_empty()
    }
    /// Whether an anchor or table holds rules.
    pub fn has(&self, place: &str) -> bool {
        self.loaded.iter().any(|l| l == place)
    }
}

/// The interfaces of the default routes.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Routes {
    /// Of IPv4.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub v4: Option<String>,
    /// Of IPv6.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub v6: Option<String>,
}

/// Somebody who takes what comes to a port of the host.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Listener {
    /// `tcp` or `udp`.
    pub protocol: String,
    /// Whether it takes IPv4.
    pub v4: bool,
    /// Whether it takes IPv6.
    pub v6: bool,
    /// On this address only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<IpAddr>,
    /// The port.
    pub port: u16,
    /// Which program, as far as that is known.
    pub who: String,
}

impl Listener {
    /// Whether a redirection would take from it what it listens for. What only the host itself can reach is none of
    /// the outside's.
    pub fn meets(&self, r: &Redirect) -> bool {
        let family = if r.is_ipv4() { self.v4 } else { self.v6 };
        let address = match (self.address, r.on) {
            (Some(a), _) if a.is_loopback() => false,
            (Some(a), Some(on)) => a == on,
            _ => true,
        };
        family && address && self.protocol == r.protocol && r.outer.holds(self.port)
    }
}
