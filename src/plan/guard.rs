//! What is asked of the host just before an effect, or must hold: plain data, as effects are.

use crate::host::Cmd;
use crate::model::boot::Peer;
use crate::model::name::{AbsPath, DatasetName, EnvName, InterfaceName, SnapshotName};
use crate::model::nic::Mac;

/// Who must have taken a snapshot that goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Whose {
    /// Whoever: so the user has said.
    Anybody,
    /// jug: it bears a mark of its own.
    Jug,
    /// jug, at this one taking.
    Taking(uuid::Uuid),
}

/// Something that is asked of the host just before an effect.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Guard {
    /// A container of this name runs and bears this identity.
    Container {
        /// Its name.
        name: EnvName,
        /// Our stamp.
        uuid: uuid::Uuid,
        /// Asks for it, for those who read the plan as a script.
        probe: Cmd,
    },
    /// The dataset is there and bears this identity as a local property.
    Dataset {
        /// Its name.
        name: DatasetName,
        /// Our stamp.
        uuid: uuid::Uuid,
    },
    /// The snapshot is there, and its dataset bears this identity. `zfs destroy` of one that is gone fails.
    Snapshot {
        /// Its dataset.
        dataset: DatasetName,
        /// What follows the `@`.
        label: String,
        /// Our stamp.
        uuid: uuid::Uuid,
    },
    /// At least one of these snapshots of a dataset is there, and all that are may be destroyed.
    Snapshots {
        /// Their dataset.
        dataset: DatasetName,
        /// What follows the `@`.
        names: Vec<SnapshotName>,
        /// The environment's stamp, which its dataset hands down to them.
        uuid: uuid::Uuid,
        /// Whose they must be.
        whose: Whose,
    },
    /// A snapshot is held with jug's tag. Where zfs(8) can't say by whom, it is held by anybody.
    Held {
        /// Its dataset.
        dataset: DatasetName,
        /// What follows the `@`.
        name: SnapshotName,
    },
    /// The dataset is mounted at this path.
    DatasetMounted {
        /// Its name.
        name: DatasetName,
        /// Where.
        path: AbsPath,
    },
    /// Something does not hold.
    Not(Box<Guard>),
    /// What is mounted at this path, on top of all else there, is this.
    MountedFrom {
        /// Where.
        path: AbsPath,
        /// What, as the mount table has it; one that begins with a colon is the end of it.
        source: String,
        /// How the kind of file system begins, as the mount table has it.
        fstype: String,
    },
    /// The file is its owner's alone: root's, and nobody else may read it.
    Private {
        /// Which.
        path: AbsPath,
    },
    /// The file system on this disk was unmounted cleanly.
    Clean {
        /// Which.
        device: AbsPath,
        /// Asks for its superblock.
        probe: Cmd,
    },
    /// There is an iSCSI session with this target.
    Session {
        /// Its name.
        target: String,
        /// Asks for all.
        probe: Cmd,
    },
    /// Something is mounted at this path.
    Mounted {
        /// Where.
        path: AbsPath,
    },
    /// The interface has the address.
    Address {
        /// The interface.
        interface: InterfaceName,
        /// The address, without its length.
        address: std::net::IpAddr,
    },
    /// rctl(8) has this rule.
    Rule {
        /// As rctl shows it.
        rule: String,
        /// Asks for the jail's rules.
        probe: Cmd,
    },
    /// The packet filter has rules in a place of jug's.
    Rules {
        /// Asks for them.
        probe: Cmd,
    },
    /// The interface is there and bears this mark.
    Interface {
        /// Its name.
        name: InterfaceName,
        /// The mark: its description or alias.
        stamp: String,
        /// The MAC address that it is made with, where the mark can't be set in the same command.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        mac: Option<Mac>,
    },
    /// An interface is a member of a bridge.
    Member {
        /// The bridge.
        bridge: InterfaceName,
        /// The interface.
        name: InterfaceName,
    },
    /// The network namespace is there. Its name bears the identity of the environment it is for.
    Namespace {
        /// Its name.
        name: String,
    },
    /// The highest epoch is this one, and this node's.
    Owner {
        /// `owner.d`.
        dir: AbsPath,
        /// The epoch.
        number: u64,
        /// The node.
        node: uuid::Uuid,
    },
    /// Something is mounted at this path, or above it but below the workdir: it is not on the node's own disk.
    OnMount {
        /// Where.
        path: AbsPath,
        /// The workdir.
        below: AbsPath,
    },
    /// There is nothing in this directory.
    Empty {
        /// Which.
        path: AbsPath,
    },
    /// Each NFS server answers from which something is mounted at or below these directories.
    ServersAnswer {
        /// Which.
        dirs: Vec<AbsPath>,
    },
    /// Somebody takes connections there.
    Answers {
        /// Who.
        host: Peer,
        /// The port of TCP.
        port: u16,
    },
    /// There is a dataset of this name, whoever made it.
    DatasetThere {
        /// Its name.
        name: DatasetName,
    },
    /// This command exits with 0; with 1 it must not say why, but that there is nothing of the name.
    Probe {
        /// Which.
        cmd: Cmd,
    },
    /// Each of these is a plain file, if it is there: no link that leads to what only the host's root may see.
    PlainFiles {
        /// Which.
        paths: Vec<AbsPath>,
    },
    /// There is something at this path.
    Exists {
        /// Where.
        path: AbsPath,
    },
}
