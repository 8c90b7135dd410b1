//! `[boot]`: whether, when and after what an environment is started by `jug boot`.

use super::name::{AbsPath, DatasetName, EnvName, HostName, printable};
use super::text::as_text;
use crate::error::Error;
use std::collections::BTreeSet;
use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;

/// What `jug boot` and `jug shutdown` go by.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Boot {
    /// Whether it is started at boot. Files of before `jug boot` have it as `enabled`.
    #[serde(alias = "enabled")]
    pub auto: bool,
    /// Of those that could be started, the lowest is first; CBSD's default is 10.
    pub order: u32,
    /// Environments that must be up before this one is started.
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    pub after: BTreeSet<EnvName>,
    /// Seconds from when it is up until what comes after it is started.
    pub delay: u32,
    /// What of the host or the network must be there before it is started.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub wait_for: Vec<WaitFor>,
    /// Seconds that all of `wait_for` may take together; 0 is no limit.
    pub wait_limit: u32,
}

impl Default for Boot {
    fn default() -> Self {
        Self {
            auto: false,
            order: 10,
            after: BTreeSet::new(),
            delay: 0,
            wait_for: Vec::new(),
            wait_limit: 60,
        }
    }
}

/// Something that must be there before a start.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum WaitFor {
    /// `mount:/path`: something is mounted there.
    Mount(AbsPath),
    /// `tcp:host:port`: a connection is taken there.
    Tcp(Peer, u16),
    /// `dataset:pool/x`: its pool is imported, and it is there.
    Dataset(DatasetName),
}

/// The other end of a connection.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Peer {
    /// By its address.
    Address(IpAddr),
    /// By a name that must be resolved first.
    Name(HostName),
}

impl fmt::Display for Peer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Address(a) => a.fmt(f),
            Self::Name(n) => n.fmt(f),
        }
    }
}

impl FromStr for WaitFor {
    type Err = Error;
    fn from_str(s: &str) -> Result<Self, Error> {
        let bad = |why: &str| {
            Error::usage(format!("wait_for {}", printable(s)), why)
                .next("write mount:/PATH, tcp:HOST:PORT (an IPv6 address in brackets) or dataset:POOL/NAME")
        };
        let reason = |e: Error| bad(&e.reason);
        match s.split_once(':') {
            Some(("mount", path)) => Ok(Self::Mount(path.parse().map_err(reason)?)),
            Some(("dataset", name)) => Ok(Self::Dataset(name.parse().map_err(reason)?)),
            Some(("tcp", rest)) => {
                let (host, port) = rest.rsplit_once(':').ok_or_else(|| bad("the port is missing"))?;
                // u16 alone would take "+80".
                let digits = !port.is_empty() && port.bytes().all(|b| b.is_ascii_digit());
                let port = port.parse().ok().filter(|p| digits && *p > 0);
                let port = port.ok_or_else(|| bad("the port is a number from 1 to 65535"))?;
                let peer = match host.strip_prefix('[').and_then(|h| h.strip_suffix(']')) {
                    Some(v6) => Peer::Address(IpAddr::V6(
                        v6.parse().map_err(|_| bad("what is in brackets is no IPv6 address"))?,
                    )),
                    None if host.contains(':') => return Err(bad("an IPv6 address stands in brackets")),
                    None => match host.parse() {
                        Ok(v4) => Peer::Address(v4),
                        Err(_) => Peer::Name(host.parse().map_err(reason)?),
                    },
                };
                Ok(Self::Tcp(peer, port))
            }
            _ => Err(bad("not something to wait for")),
        }
    }
}

impl fmt::Display for WaitFor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Mount(path) => write!(f, "mount:{path}"),
            Self::Tcp(Peer::Address(IpAddr::V6(a)), port) => write!(f, "tcp:[{a}]:{port}"),
            Self::Tcp(peer, port) => write!(f, "tcp:{peer}:{port}"),
            Self::Dataset(name) => write!(f, "dataset:{name}"),
        }
    }
}

as_text!(WaitFor);

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn reads_and_prints_the_three_kinds() {
        for s in [
            "mount:/srv/data",
            "mount:/",
            "tcp:192.0.2.1:5432",
            "tcp:[2001:db8::1]:80",
            "tcp:db.example.org:65535",
            "dataset:tank",
            "dataset:tank/a b/c",
        ] {
            assert_eq!(s.parse::<WaitFor>().unwrap().to_string(), s);
        }
        for bad in [
            "",
            "mount",
            "mount:",
            "mount:srv",
            "mount:/a/../b",
            "tcp:",
            "tcp:db",
            "tcp:db:",
            "tcp::80",
            "tcp:db:0",
            "tcp:db:65536",
            "tcp:db:+80",
            "tcp:-rf:80",
            "tcp:2001:db8::1:80",
            "tcp:[2001:db8::1:80",
            "tcp:[192.0.2.1]:80",
            "tcp:a b:80",
            "tcp:a;b:80",
            "udp:db:53",
            "dataset:",
            "dataset:/tank",
            "dataset:tank/..",
            "dataset:tank@x",
        ] {
            assert!(bad.parse::<WaitFor>().is_err(), "{bad:?} was taken");
        }
    }

    #[test]
    fn the_key_of_former_files_is_read_and_not_written() {
        let boot: Boot = toml::from_str("enabled = true\norder = 3").unwrap();
        assert!(boot.auto && boot.order == 3 && boot.wait_limit == 60);
        let text = toml::to_string(&boot).unwrap();
        assert!(text.contains("auto = true") && !text.contains("enabled"), "{text}");
        assert!(toml::from_str::<Boot>("delay = 4294967296").is_err());
        assert!(toml::from_str::<Boot>("after = [\"../x\"]").is_err());
    }

    proptest! {
        #[test]
        fn no_text_panics_and_what_is_taken_reads_back(s in "(mount|tcp|dataset|)[:a-z0-9./\\[\\]-]{0,20}") {
            if let Ok(w) = s.parse::<WaitFor>() {
                prop_assert_eq!(w.to_string().parse::<WaitFor>().unwrap(), w);
            }
        }
    }
}
