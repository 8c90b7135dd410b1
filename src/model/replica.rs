//! Where an environment is replicated to, how often, and the other nodes that this one knows.

use super::name::{AbsPath, DatasetName, HostName, NodeName, UserName, printable};
use super::size::ByteSize;
use super::text::as_text;
use crate::error::Error;
use std::fmt;
use std::str::FromStr;

/// A target as users write it: `NODE`, `NODE:DATASET`, or a `DATASET` of this host. A single word is a node if there is
/// one of that name, else a pool.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Target {
    /// `NODE:DATASET`.
    At(NodeName, DatasetName),
    /// What can only be a dataset.
    Dataset(DatasetName),
    /// A single word, with the pool that it could be.
    Word(NodeName, Option<DatasetName>),
}

/// What a target means on this node.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// Below a dataset of this host.
    Here(DatasetName),
    /// On another node, below this dataset or below the one it keeps for that.
    There(NodeName, Option<DatasetName>),
}

impl Target {
    /// What it means, given which nodes there are.
    pub fn place(&self, is_node: impl Fn(&NodeName) -> bool) -> Place {
        match self {
            Self::At(node, dataset) => Place::There(node.clone(), Some(dataset.clone())),
            Self::Dataset(dataset) => Place::Here(dataset.clone()),
            Self::Word(node, Some(pool)) if !is_node(node) => Place::Here(pool.clone()),
            Self::Word(node, _) => Place::There(node.clone(), None),
        }
    }
}

impl FromStr for Target {
    type Err = Error;
    fn from_str(s: &str) -> Result<Self, Error> {
        if let Some((node, dataset)) = s.split_once(':')
            && let Ok(node) = node.parse()
        {
            return Ok(Self::At(node, dataset.parse()?));
        }
        match (s.parse::<NodeName>(), s.parse::<DatasetName>()) {
            (Ok(node), dataset) => Ok(Self::Word(node, dataset.ok())),
            (Err(_), Ok(dataset)) => Ok(Self::Dataset(dataset)),
            (Err(_), Err(e)) => Err(Error::usage(printable(s), format!("not a target: {}", e.reason))
                .next("NODE, NODE:DATASET, or a DATASET of this host")),
        }
    }
}

/// A replication that is repeated: `TARGET [every=1h] [rate=20M]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Job {
    /// To where.
    pub target: Target,
    /// How often.
    pub every: Every,
    /// At most so many bytes a second.
    pub rate: Option<ByteSize>,
}

impl FromStr for Job {
    type Err = Error;
    fn from_str(s: &str) -> Result<Self, Error> {
        let (mut rest, mut every, mut rate) = (s.trim(), None, None);
        while let Some((before, word)) = rest.rsplit_once(' ') {
            match word.split_once('=') {
                Some(("every", value)) if every.is_none() => every = Some(value.parse()?),
                Some(("rate", value)) if rate.is_none() => rate = Some(positive(value)?),
                Some(_) => {
                    return Err(Error::usage(printable(word), "not every=TIME, nor rate=SIZE, once each"));
                }
                None => break,
            }
            rest = before.trim_end();
        }
        Ok(Self { target: rest.parse()?, every: every.unwrap_or(Every(3600)), rate })
    }
}

/// A rate in bytes a second; none at all would never end.
///
/// # Errors
/// It is no size, or 0.
pub fn positive(s: &str) -> Result<ByteSize, Error> {
    match s.parse::<ByteSize>()? {
        ByteSize(0) => Err(Error::usage(printable(s), "a rate of nothing would never end")),
        rate => Ok(rate),
    }
}

impl fmt::Display for Job {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} every={}", self.target, self.every)?;
        self.rate.map_or(Ok(()), |r| write!(f, " rate={r}"))
    }
}

/// An interval: `90s`, `15m`, `6h`, `1d`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Every(pub u64);

const UNITS: [(char, u64); 4] = [('d', 86_400), ('h', 3600), ('m', 60), ('s', 1)];

impl FromStr for Every {
    type Err = Error;
    fn from_str(s: &str) -> Result<Self, Error> {
        let bad = || Error::usage(printable(s), "not an interval such as 15m, 6h or 1d");
        let (number, unit) = s.split_at(s.len() - s.chars().last().map_or(0, char::len_utf8));
        let factor = UNITS.iter().find(|(c, _)| unit.starts_with(*c)).map(|(_, f)| *f).ok_or_else(bad)?;
        if !number.bytes().all(|b| b.is_ascii_digit()) {
            return Err(bad());
        }
        let seconds = number.parse::<u64>().ok().and_then(|n| n.checked_mul(factor)).filter(|n| *n > 0);
        seconds.map(Self).ok_or_else(bad)
    }
}

impl fmt::Display for Every {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (unit, factor) = UNITS.into_iter().find(|(_, u)| self.0.is_multiple_of(*u)).unwrap_or(('s', 1));
        f.pad(&format!("{}{unit}", self.0 / factor))
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::At(node, dataset) => f.pad(&format!("{node}:{dataset}")),
            Self::Dataset(dataset) => f.pad(dataset.as_str()),
            Self::Word(node, _) => f.pad(node.as_str()),
        }
    }
}

/// Another node, and how ssh(1) gets there.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KnownNode {
    /// The format; 1.
    pub version: u32,
    /// Its name or address, or a host of ssh_config(5).
    pub host: HostName,
    /// The user there. By default what ssh_config(5) says, else root.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user: Option<UserName>,
    /// The port of its sshd.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub port: Option<u16>,
    /// The private key.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub identity: Option<AbsPath>,
    /// A configuration for ssh(1) instead of the user's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ssh_config: Option<AbsPath>,
    /// jug there, if its login shell does not find it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub program: Option<RemoteProgram>,
    /// The dataset there below which replicas lie. By default `replica` below its own zfs_root.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dataset: Option<DatasetName>,
}

/// The path of a program on another node. The login shell there reads it, so it holds nothing that a shell could take
/// for more than a word.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RemoteProgram(String);

impl FromStr for RemoteProgram {
    type Err = Error;
    fn from_str(s: &str) -> Result<Self, Error> {
        s.parse::<AbsPath>()?;
        match s.chars().find(|c| !(c.is_ascii_alphanumeric() || "/._-".contains(*c))) {
            Some(c) => {
                Err(Error::usage(printable(s), format!("the path of a program on a node can't hold {c:?}")))
            }
            None => Ok(Self(s.to_string())),
        }
    }
}

impl fmt::Display for RemoteProgram {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}
as_text!(Target, Job, RemoteProgram);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn targets() {
        let is_node = |n: &NodeName| n.as_str() == "nas";
        for (text, place) in [
            ("nas", "There nas -"),
            ("nas:tank/b k", "There nas tank/b k"),
            ("far:tank", "There far tank"),
            ("backup", "Here backup"),
            ("tank/b:c", "Here tank/b:c"),
            ("2nd", "There 2nd -"),
        ] {
            let target: Target = text.parse().unwrap();
            let told = match target.place(is_node) {
                Place::Here(d) => format!("Here {d}"),
                Place::There(n, d) => format!("There {n} {}", d.map_or("-".into(), |d| d.to_string())),
            };
            assert_eq!(told, place);
        }
        for bad in ["", "tank@x", "a,b", "-x", "nas:", "/tank", "nas:-x y@z"] {
            assert!(bad.parse::<Target>().is_err(), "{bad:?} was taken");
        }
    }

    #[test]
    fn jobs_are_read_as_they_are_written() {
        for (text, whole) in [
            ("nas", "nas every=1h"),
            ("nas:tank/a b rate=20M every=90m", "nas:tank/a b every=90m rate=20M"),
            ("backup every=86400s", "backup every=1d"),
        ] {
            let job: Job = text.parse().unwrap();
            assert_eq!(job.to_string(), whole);
            assert_eq!(whole.parse::<Job>().unwrap(), job);
        }
        for bad in [
            "",
            "nas every=0s",
            "nas every=5",
            "nas every=+5m",
            "nas rate=0",
            "nas x=1",
            "nas every=1h every=2h",
            "nas every=ä",
        ] {
            assert!(bad.parse::<Job>().is_err(), "{bad:?} was taken");
        }
    }

    #[test]
    fn a_program_there_is_one_word() {
        assert!("/usr/local/sbin/jug".parse::<RemoteProgram>().is_ok());
        for bad in ["jug", "/a b", "/a;b", "/a$b", "/a'b", "/a\nb", "/../x"] {
            assert!(bad.parse::<RemoteProgram>().is_err(), "{bad:?} was taken");
        }
    }
}
