//! What the host says is there. Gathered by a constant number of commands; can be saved and planned from.

pub mod cgroup;
pub mod filter;
pub mod gather;
pub mod serving;
pub mod usage;

use crate::error::{Error, Result};
use crate::host::fs::Kind;
use crate::model::name::{AbsPath, InterfaceName, nearest};
use crate::model::net::Net;
use crate::model::nic::Mac;
use crate::model::port::Exposure;
use crate::plan::seed::Maker;
use crate::platform::PlatformKind;
use crate::programs::ifconfig;
pub use crate::programs::zfs::Dataset;
use crate::programs::zfs_snapshot::Snapshot;
use ipnet::IpNet;
use std::collections::BTreeMap;
use std::net::IpAddr;

/// One running (or stopped and not yet removed) jail, container or VM, jug's or not.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Container {
    /// The jid; on Linux the first process; of a VM its hypervisor's, if it has one.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Its root; of a VM the directory of its data, or what is known of it if that is not of this workdir.
    pub path: String,
    /// Our stamp.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub uuid: Option<uuid::Uuid>,
    /// Whether it runs.
    pub running: bool,
    /// Whether it is a VM.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub vm: bool,
    /// Whether nobody looks after it, though it is a VM of this workdir that runs.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub alone: bool,
}

/// One line of the mount table.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mounted {
    /// What.
    pub source: String,
    /// Where.
    pub target: String,
    /// The kind of file system.
    pub fstype: String,
    /// Whether it is exported over NFS, where the mount table says so (FreeBSD).
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub exported: bool,
}

/// An address of the host.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Address {
    /// On this interface.
    pub interface: String,
    /// Without its length.
    pub address: IpAddr,
    /// The length of its subnet, where that is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub length: Option<u8>,
}

impl Address {
    /// With its length; without one, as a single address.
    pub fn net(&self) -> IpNet {
        let length = self.length.unwrap_or(if self.address.is_ipv4() { 32 } else { 128 });
        IpNet::new(self.address, length).unwrap_or_else(|_| self.address.into())
    }
}

/// An interface of the host.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Interface {
    /// Its name, which may hold blanks.
    pub name: String,
    /// What somebody noted about it: the description, or alias. jug's own bear its mark there.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub description: String,
    /// The groups it is in, where there are such.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub groups: Vec<String>,
    /// What is connected by it, if it is a bridge.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub members: Vec<String>,
    /// Those of its members that can't see each other.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub private: Vec<String>,
    /// The largest packet.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mtu: Option<u32>,
    /// Its MAC address.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mac: Option<Mac>,
    /// Whether it is up.
    pub up: bool,
}

impl Interface {
    /// What is noted about it, if jug may have done that; else nothing. On FreeBSD root in a jail can note anything on
    /// what is there, but the group does not come out of a jail with it (F2.13); Linux has no such group.
    pub fn mark(&self, kind: PlatformKind) -> &str {
        let proof = kind == PlatformKind::Linux || self.groups.iter().any(|g| g == ifconfig::GROUP);
        if proof { &self.description } else { "" }
    }
    /// Whether it bears this mark of jug's, or, on Linux and without any, the MAC address that jug makes such a one with.
    pub fn is(&self, stamp: &str, mac: Option<Mac>, kind: PlatformKind) -> bool {
        let unmarked = kind == PlatformKind::Linux && self.description.is_empty();
        self.mark(kind) == stamp || (unmarked && mac.is_some() && self.mac == mac)
    }
}

/// What the host does with packets that are not for itself alone.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Forwarding {
    /// IPv4.
    pub v4: bool,
    /// IPv6.
    pub v6: bool,
    /// The interfaces whose IPv4 packets are passed on, where each has a switch of its own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<Vec<String>>,
    /// Whether a member of a bridge may have addresses of the host's own and be reached by them (if_bridge(4),
    /// `net.link.bridge.member_ifaddrs`: on by default in 15.0, and said to go).
    #[serde(default)]
    pub member_addresses: bool,
}

/// What this host has to run VMs with.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Hypervisor {
    /// Whether its program is there, and what it needs of the kernel.
    pub there: bool,
    /// Whether QEMU can let the processor run a guest.
    pub kvm: bool,
    /// UEFI firmware: its code, and the template of its variables.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub firmware: Option<[AbsPath; 2]>,
    /// The most processors that a VM can have, where the kernel says so.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub maxcpu: Option<u32>,
    /// Who makes the disks of seeds, where that is not always there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub seeds: Option<Maker>,
    /// Memory that is free now, in bytes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub free: Option<u64>,
}

/// The accounts of the host's system, without a password, as `host` jails get them.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Accounts {
    /// passwd(5) lines.
    pub passwd: String,
    /// group(5) lines.
    pub group: String,
}

/// All that a planner may look at. What was not asked for is empty.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Facts {
    /// The format; 1.
    pub version: u32,
    /// The platform.
    pub platform: PlatformKind,
    /// The system's name and release, for bug reports.
    pub release: String,
    /// Programs that jug uses and that are there.
    pub programs: Vec<String>,
    /// Jails and containers.
    pub containers: Vec<Container>,
    /// The mount table.
    pub mounts: Vec<Mounted>,
    /// Datasets below the node's root, if it has one and it is there.
    pub datasets: BTreeMap<String, Dataset>,
    /// The identity that the environment's own files bear, where they lie.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub identity: Option<uuid::Uuid>,
    /// Snapshots of the environment's datasets, those of one dataset in the order in which they were taken.
    pub snapshots: Vec<Snapshot>,
    /// Interfaces.
    pub interfaces: Vec<Interface>,
    /// Addresses.
    pub addresses: Vec<Address>,
    /// Addresses that jug added for other environments that run, and whose they are.
    pub lent: BTreeMap<IpAddr, String>,
    /// Addresses that jug added at an earlier start of this environment and did not take away again: its jail went, or
    /// the host did, without jug.
    pub left: Vec<Net>,
    /// The devfs(8) rule sets that are loaded, where there are such and they were asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rulesets: Option<Vec<u16>>,
    /// What this host can hold environments to, if that was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub limits: Option<usage::Limiting>,
    /// Whether packets are passed on, if that was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub forwarding: Option<Forwarding>,
    /// What this host has to run VMs with, if that was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hypervisor: Option<Hypervisor>,
    /// What the packet filter says, if that was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub filter: Option<filter::Filter>,
    /// The default routes, where they matter and were asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub routes: Option<filter::Routes>,
    /// Who listens on ports of the host that were asked for.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub listeners: Vec<filter::Listener>,
    /// Ports of the host that other environments publish.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub exposed: BTreeMap<String, Vec<Exposure>>,
    /// What serves NFS, if that was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub serving: Option<serving::Serving>,
    /// System accounts.
    pub accounts: Accounts,
    /// What stands at paths of interest.
    pub paths: BTreeMap<String, Kind>,
    /// Environments: name and TOML.
    pub environments: BTreeMap<String, String>,
    /// Images that were asked for: name and TOML.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub images: BTreeMap<String, String>,
    /// Bases: name and TOML.
    pub bases: BTreeMap<String, String>,
    /// Networks: name and TOML.
    pub networks: BTreeMap<String, String>,
}

impl Facts {
    /// The container of this name.
    pub fn container(&self, name: &str) -> Option<&Container> {
        self.containers.iter().find(|c| c.name == name)
    }
    /// Whether an environment runs.
    pub fn runs(&self, uuid: uuid::Uuid) -> bool {
        self.containers.iter().any(|c| c.running && c.uuid == Some(uuid))
    }
    /// Whether something is mounted exactly here.
    pub fn mounted(&self, path: &str) -> bool {
        self.mounts.iter().any(|m| m.target == path)
    }
    /// Refuses an interface that the host has not, for the sake of `object`.
    pub fn must_have(&self, object: &dyn std::fmt::Display, interface: &InterfaceName) -> Result<()> {
        if self.interface(interface.as_str()).is_some() {
            return Ok(());
        }
        let names: Vec<&str> = self.interfaces.iter().map(|i| i.name.as_str()).collect();
        let near = nearest(interface.as_str(), names.iter().copied());
        Err(Error::lacks(object, format!("this host has no interface {interface}")).next(
            near.map_or_else(|| format!("it has {}", names.join(", ")), |n| format!("did you mean {n}?")),
        ))
    }
    /// The interface of this name.
    pub fn interface(&self, name: &str) -> Option<&Interface> {
        self.interfaces.iter().find(|i| i.name == name)
    }
    /// What is mounted below here.
    pub fn mounted_below<'a>(&'a self, path: &'a str) -> impl Iterator<Item = &'a Mounted> {
        self.mounts.iter().filter(move |m| m.target.strip_prefix(path).is_some_and(|r| r.starts_with('/')))
    }
    /// The mount that holds a path.
    pub fn holder(&self, path: &str) -> Option<&Mounted> {
        holder(&self.mounts, path)
    }
    /// What stands at a path.
    pub fn path(&self, path: &str) -> Option<Kind> {
        self.paths.get(path).copied()
    }
    /// Whether an interface has an address.
    pub fn has_address(&self, address: IpAddr) -> Option<&str> {
        self.addresses.iter().find(|a| a.address == address).map(|a| a.interface.as_str())
    }
}

/// The mount that holds a path: the nearest above it, of several at one place the last, which is on top.
pub fn holder<'a>(mounts: &'a [Mounted], path: &str) -> Option<&'a Mounted> {
    let holds = |m: &&Mounted| {
        path.strip_prefix(m.target.trim_end_matches('/')).is_some_and(|r| r.is_empty() || r.starts_with('/'))
    };
    mounts.iter().filter(holds).max_by_key(|m| m.target.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_came_out_of_a_jail_bears_no_mark() {
        let (stamp, mac) = ("jug:7f1c0a52-6d0e-4a53-9f4c-1d2c3b4a5f60:0", "02:00:00:00:00:07".parse().ok());
        let with = |description: &str, group: Option<&str>| Interface {
            description: description.into(),
            groups: group.into_iter().map(str::to_string).collect(),
            mac,
            ..Interface::default()
        };
        for (it, freebsd, linux) in [
            (with(stamp, Some("jug")), true, true),
            (with(stamp, None), false, true),
            (with(stamp, Some("epair")), false, true),
            (with("theirs", Some("jug")), false, false),
            (with("", None), false, true),
        ] {
            assert_eq!(it.is(stamp, mac, PlatformKind::Freebsd), freebsd, "{it:?}");
            assert_eq!(it.is(stamp, mac, PlatformKind::Linux), linux, "{it:?}");
        }
    }
}
