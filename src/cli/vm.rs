//! The commands on VMs. Where a jail has the same, it is the same.

use super::session::Session;
use super::{
    jclone, jexport, jget, jimport, jmigrate, jregister, jremove, jrename, jrestart, jset, jshow, jstart,
    junregister, ls, vm_console, vm_create, vm_disk, vm_exec, vm_reset, vm_seed, vm_showcmd, vm_stop, vm_vnc,
};
use crate::error::{Code, Result};
use crate::model::env::Kind;
use clap::Subcommand;

/// The commands on VMs.
#[derive(Debug, Subcommand)]
#[expect(missing_docs, reason = "the commands' own files say what they do")]
pub enum Vm {
    VmCreate(Box<vm_create::Args>),
    /// Start VMs, each under a supervisor of its own
    VmStart(jstart::Args),
    VmStop(vm_stop::Args),
    /// Stop VMs and start them again
    VmRestart(jrestart::Args),
    VmReset(vm_reset::Args),
    /// List VMs and their state
    VmLs(ls::Args),
    /// Show the whole configuration of VMs, defaults included
    VmShow(jshow::Args),
    /// Change keys of VMs: KEY=VALUE, KEY+=VALUE and KEY-=VALUE for lists, KEY= for the default
    VmSet(jset::Args),
    /// Print a VM's keys
    VmGet(jget::Args),
    VmShowcmd(vm_showcmd::Args),
    VmConsole(vm_console::Args),
    VmVnc(vm_vnc::Args),
    VmExec(vm_exec::Args),
    VmSeed(vm_seed::Args),
    VmDiskAdd(vm_disk::Add),
    VmDiskResize(vm_disk::Resize),
    VmDiskRemove(vm_disk::Remove),
    /// Make a new VM with another's disks: a ZFS clone, else a copy (by cloning blocks where the file system can)
    VmClone(jclone::Args),
    /// Give a VM another name; its disks move with it
    VmRename(jrename::Args),
    /// Remove VMs with all their disks
    VmRemove(jremove::Args),
    /// Write a VM into one file: what is wanted of it and its disks, with the sum of each
    VmExport(jexport::Args),
    /// Make a VM of an archive that vm-export has written
    VmImport(jimport::Taken),
    /// Move a VM to another node: its disks are sent while it runs, then it is stopped, sent to the end, and started there
    VmMigrate(jmigrate::Args),
    /// Take VMs into this node that lie on its storage, or on storage that --mnt-start mounts
    VmRegister(jregister::Args),
    /// Let VMs go from this node; their disks and a portable copy stay where they are
    VmUnregister(junregister::Args),
}

impl Vm {
    /// Whether its outcome is a result for each target.
    pub fn changes(&self) -> bool {
        !matches!(
            self,
            Self::VmLs(_)
                | Self::VmShow(_)
                | Self::VmShowcmd(_)
                | Self::VmGet(_)
                | Self::VmConsole(_)
                | Self::VmVnc(_)
                | Self::VmExec(_)
        )
    }
}

/// Runs one of them; returns the exit status.
///
/// # Errors
/// What the command could not do, with its exit code.
pub fn run(s: &Session, command: &Vm) -> Result<i32> {
    let code = |c: Code| i32::from(c as u8);
    let vm = Kind::Vm;
    match command {
        Vm::VmCreate(a) => vm_create::run(s, a).map(code),
        Vm::VmStart(a) => jstart::run(s, a, vm).map(code),
        Vm::VmStop(a) => vm_stop::run(s, a).map(code),
        Vm::VmRestart(a) => jrestart::run(s, a, vm).map(code),
        Vm::VmReset(a) => vm_reset::run(s, a).map(code),
        Vm::VmLs(a) => ls::run(s, a, Some(vm)).map(code),
        Vm::VmShow(a) => jshow::run(s, a, vm).map(code),
        Vm::VmSet(a) => jset::run(s, a, vm).map(code),
        Vm::VmGet(a) => jget::run(s, a, vm).map(code),
        Vm::VmShowcmd(a) => vm_showcmd::run(s, a).map(code),
        Vm::VmConsole(a) => vm_console::run(s, a).map(code),
        Vm::VmVnc(a) => vm_vnc::run(s, a).map(code),
        Vm::VmExec(a) => vm_exec::run(s, a),
        Vm::VmSeed(a) => vm_seed::run(s, a).map(code),
        Vm::VmDiskAdd(a) => vm_disk::add(s, a).map(code),
        Vm::VmDiskResize(a) => vm_disk::resize(s, a).map(code),
        Vm::VmDiskRemove(a) => vm_disk::remove(s, a).map(code),
        Vm::VmClone(a) => jclone::run(s, a, vm).map(code),
        Vm::VmRename(a) => jrename::run(s, a, vm).map(code),
        Vm::VmRemove(a) => jremove::run(s, a, vm).map(code),
        Vm::VmExport(a) => jexport::run(s, a, vm).map(code),
        Vm::VmImport(a) => jimport::take(s, a, vm, None).map(code),
        Vm::VmMigrate(a) => jmigrate::run(s, a, vm).map(code),
        Vm::VmRegister(a) => jregister::run(s, a).map(code),
        Vm::VmUnregister(a) => junregister::run(s, a, vm).map(code),
    }
}
