//! What serves NFS on this host, and all that tells it what to export, whoever wrote it.

use crate::model::export::Owner;
use crate::model::name::AbsPath;
use crate::model::node::Server;
use crate::platform::nfs_linux::Ganesha;
use std::collections::BTreeMap;

/// What serves NFS here.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Serving {
    /// Which.
    pub server: Server,
    /// jug's own file.
    pub file: AbsPath,
    /// What is in it, if it is there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// Files of others, with what is in them.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub others: BTreeMap<String, String>,
    /// Datasets that have a say in it.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub shares: BTreeMap<String, Share>,
    /// The lowest and the highest version of NFS that is served, if it was asked for and the server is there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub versions: Option<(u8, u8)>,
    /// The settings that decide how the server is started (rc.conf(5)), if they were asked for.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub settings: BTreeMap<String, String>,
    /// Programs that run, with their command lines, if they were asked for.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub running: BTreeMap<String, String>,
    /// Where nfs-ganesha has its files, if it is the one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ganesha: Option<Ganesha>,
    /// Those users of the host that were asked for and are there.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub users: BTreeMap<String, u32>,
    /// The number of the group that each of them has by itself.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub primary: BTreeMap<String, u32>,
    /// The same of groups.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub groups: BTreeMap<String, u32>,
    /// Paths that lead over links, with what they lead to.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub links: BTreeMap<String, String>,
}

impl Serving {
    /// Whether it serves a version of NFS, as far as that is known.
    pub fn serves(&self, version: u8) -> bool {
        self.versions.is_some_and(|(min, max)| (min..=max).contains(&version))
    }
}

/// The property `sharenfs` of a dataset.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Share {
    /// Its value.
    pub value: String,
    /// `local`, `received`, `inherited from ...`, or `default`.
    pub source: String,
    /// Whose it is, if jug set it: the property `jug:export`, if that is local.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<Owner>,
}

impl Share {
    /// Whether it exports anything.
    pub fn is_on(&self) -> bool {
        self.value != "off" && self.value != "-"
    }
    /// Whether it was set on this dataset.
    pub fn is_own(&self) -> bool {
        matches!(self.source.as_str(), "local" | "received")
    }
}
