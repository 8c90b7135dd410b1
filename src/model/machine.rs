//! A VM as a hypervisor is told of it: what its TOML wants, with the paths and interfaces that it has on this node.

use super::disk::Bus;
use super::name::{AbsPath, EnvName, InterfaceName};
use super::nic::Mac;
use super::seed::Form;
use super::vm::Vm;

/// One drive.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Drive {
    /// Its serial number.
    pub name: String,
    /// Where its blocks are.
    pub path: AbsPath,
    /// What the guest sees it as.
    pub bus: Bus,
    /// Whether the guest may not write to it.
    pub read_only: bool,
}

/// The whole.
#[derive(Clone, Debug)]
pub struct Machine<'a> {
    /// Its name.
    pub name: &'a EnvName,
    /// Its identity.
    pub uuid: uuid::Uuid,
    /// What is wanted.
    pub vm: &'a Vm,
    /// Its disks.
    pub disks: Vec<Drive>,
    /// What lies in its CD drive.
    pub cd: Option<AbsPath>,
    /// Its seed: a disk, or with Ignition a file.
    pub seed: Option<(Form, AbsPath)>,
    /// Its cards: the host's end, the guest's address, the largest packet.
    pub cards: Vec<(InterfaceName, Mac, u16)>,
    /// Where what lasts while it runs lies.
    pub dir: AbsPath,
    /// Where all that it prints on its console goes, where the hypervisor can write it.
    pub console_log: AbsPath,
    /// The UEFI firmware's code, and this VM's own variables.
    pub uefi: Option<(AbsPath, Option<AbsPath>)>,
    /// Whether the processor runs it, with QEMU.
    pub kvm: bool,
}

impl Machine<'_> {
    /// Its drives: its disks, and after them the disk with its seed. That is no CD: the kernels that Debian and others
    /// make for clouds know no SATA.
    pub fn drives(&self) -> impl Iterator<Item = Drive> {
        let seed = self.seed.iter().filter(|(form, _)| form.label().is_some()).map(|(_, path)| Drive {
            name: "seed".into(),
            path: path.clone(),
            bus: Bus::VirtioBlk,
            read_only: true,
        });
        self.disks.iter().cloned().chain(seed)
    }
    /// The hypervisor's own configuration, where it has such a file.
    pub fn config(&self) -> AbsPath {
        self.dir.join("bhyve.conf")
    }
    /// The password of its screen, as its hypervisor reads it.
    pub fn secret(&self) -> AbsPath {
        secret(&self.dir)
    }
}

/// Where the password of a screen is, below what lasts while its VM runs.
pub fn secret(dir: &AbsPath) -> AbsPath {
    dir.join("vnc.password")
}
