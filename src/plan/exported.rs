//! What is exported over NFS now, by jug and by others, as the facts have it.

use super::export::Via;
use crate::error::{Error, Result};
use crate::facts::serving::{Serving, Share};
use crate::facts::{Facts, Mounted};
use crate::model::export::{Export, Owner, normal};
use crate::model::name::{AbsPath, DatasetName};
use crate::model::node::NodeConfig;
use crate::programs::exports::{self, File};
use crate::programs::exports_line::Entry;
use crate::programs::mountd;
use std::collections::BTreeMap;

/// What the mount table calls file systems of ZFS.
const ZFS: [&str; 2] = ["zfs", "fuse.zfs"];

/// What a plan on exports is made of beside what is wanted.
#[derive(Clone, Copy, Debug)]
pub struct Here<'a> {
    /// What the host says.
    pub facts: &'a Facts,
    /// The part of it that is about NFS.
    pub serving: &'a Serving,
    /// The node's configuration.
    pub config: &'a NodeConfig,
}

/// What jug exports of one directory for one owner.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Known {
    /// Where it is written down.
    pub via: Via,
    /// The dataset that has the property.
    pub dataset: Option<DatasetName>,
    /// The sets of clients, in their normal form.
    pub exports: Vec<Export>,
}

/// All that jug exports.
pub type All = BTreeMap<(AbsPath, Owner), Known>;

/// An export of somebody else's, or one that comes to a dataset from above.
#[derive(Clone, Debug)]
pub struct Foreign {
    /// Where it is written down, for people: `/etc/exports line 3`.
    pub place: String,
    /// What it says.
    pub entry: Entry,
    /// The dataset of jug's that it comes from.
    pub from: Option<String>,
}

impl<'a> Here<'a> {
    /// What is gathered for it.
    ///
    /// # Errors
    /// The facts have nothing of NFS.
    pub fn new(facts: &'a Facts, config: &'a NodeConfig) -> Result<Self> {
        let serving = facts.serving.as_ref().ok_or_else(|| {
            Error::lacks("nfs", "the facts say nothing of an NFS server").next("take them anew: jug facts")
        })?;
        Ok(Self { facts, serving, config })
    }

    /// jug's own file.
    ///
    /// # Errors
    /// Somebody else has changed it.
    pub fn file(&self) -> Result<File> {
        let Some(text) = &self.serving.text else { return Ok(File::default()) };
        self.serving.server.read(text, self.serving.file.as_str())
    }

    /// The arguments of the mountd(8) that runs.
    pub fn mountd(&self) -> Option<mountd::Args> {
        self.serving.running.get("mountd").map(|line| mountd::Args::of_process(line))
    }

    /// The dataset that is mounted just there.
    pub fn dataset(&self, path: &AbsPath) -> Option<DatasetName> {
        let mount = self.facts.holder(path.as_str())?;
        let here = ZFS.contains(&mount.fstype.as_str()) && mount.target == path.as_str();
        if here { mount.source.parse().ok() } else { None }
    }

    /// Where a dataset is mounted.
    pub fn mount_point(&self, dataset: &str) -> Option<AbsPath> {
        let mount =
            self.facts.mounts.iter().find(|m| ZFS.contains(&m.fstype.as_str()) && m.source == dataset)?;
        mount.target.parse().ok()
    }

    /// The path under which a dataset is spoken of: where it is mounted, or its name as one.
    ///
    /// # Errors
    /// The name is too long for a path.
    pub fn place(&self, dataset: &str) -> Result<AbsPath> {
        self.mount_point(dataset).map_or_else(|| format!("/{dataset}").parse(), Ok)
    }

    /// All that jug exports: in its file, and by the property of datasets that bear its stamp.
    pub fn known(&self, file: &File) -> All {
        let mut all = All::new();
        for (owner, e) in &file.exports {
            let known = Known { via: Via::File, dataset: None, exports: Vec::new() };
            all.entry((e.path.clone(), *owner)).or_insert(known).exports.push(e.clone());
        }
        for (name, share) in self.stamped() {
            let (Some(owner), Ok(path)) = (share.owner, self.place(name)) else { continue };
            let read = exports::parse_sharenfs(&path, &share.value);
            let read = read.iter().flat_map(|e| e.exports().unwrap_or_default());
            let exports = normal(read.map(|e| (owner, e))).into_iter().map(|(_, e)| e).collect();
            all.insert((path, owner), Known { via: Via::Zfs, dataset: name.parse().ok(), exports });
        }
        all
    }

    /// The datasets that jug exports by their property.
    fn stamped(&self) -> impl Iterator<Item = (&'a String, &'a Share)> {
        self.serving.shares.iter().filter(|(_, s)| s.owner.is_some() && s.source == "local")
    }

    /// Who exports what beside jug: the administrator's files, and datasets with a sharenfs that jug did not set there.
    pub fn foreign(&self) -> Vec<Foreign> {
        let mut all = Vec::new();
        for (name, text) in &self.serving.others {
            for entry in self.serving.server.entries(text) {
                all.push(Foreign { place: format!("{name} line {}", entry.number), entry, from: None });
            }
        }
        for (name, share) in &self.serving.shares {
            let Some(path) = self.mount_point(name).filter(|_| share.is_on()) else { continue };
            if share.source == "local" && share.owner.is_some() {
                continue;
            }
            let above = share.source.strip_prefix("inherited from ");
            let from = above.filter(|a| self.stamped().any(|(n, _)| n == a));
            let place = match above {
                Some(above) => format!("the sharenfs of {name}, inherited from {above}"),
                None => format!("the sharenfs of {name}"),
            };
            for entry in exports::parse_sharenfs(&path, &share.value) {
                all.push(Foreign { place: place.clone(), entry, from: from.map(str::to_string) });
            }
        }
        all
    }

    /// The file systems below a directory, of which a client would see empty directories only.
    pub fn children(&self, path: &AbsPath) -> impl Iterator<Item = &'a Mounted> {
        let above = format!("{}/", path.as_str().trim_end_matches('/'));
        let real = ["zfs", "ufs", "msdosfs", "ext2fs", "ext4", "xfs", "btrfs", "fuse.zfs"];
        self.facts
            .mounts
            .iter()
            .filter(move |m| m.target.len() > above.len() && m.target.starts_with(&above))
            // On Linux a snapshot that was looked into stands in the mount table.
            .filter(move |m| real.contains(&m.fstype.as_str()) && !m.source.contains('@'))
    }

    /// The file that says where the tree of NFSv4 begins, if another than jug's does, and the path.
    pub fn v4_root(&self) -> Option<(String, String)> {
        self.foreign().into_iter().filter(|f| f.entry.v4).find_map(|f| {
            let path = f.entry.paths.first()?.clone();
            Some((f.place, path))
        })
    }
}
