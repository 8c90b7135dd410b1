//! What a VM needs beside what a jail needs: its disks, its firmware's variables, and its hypervisor under a supervisor.

use super::guest::Guest;
use super::vm_image::Flashing;
use super::wire::Card;
use super::{Effect, Guard, Plan, Step, mnt, seed, vm_image};
use crate::error::{Error, Result};
use crate::facts::{Facts, Hypervisor};
use crate::host::fs::Kind;
use crate::model::disk::{Blocks, Disk, DiskKind, DiskName};
use crate::model::env::{Env, Storage};
use crate::model::machine::Machine;
use crate::model::name::AbsPath;
use crate::model::schema;
use crate::model::size::ByteSize;
use crate::model::vm::{Firmware, Vm, kind_of};
use crate::platform::{PlatformKind, machine};

/// What this host has to run VMs with; facts of before there were VMs do not say.
fn host(facts: &Facts) -> Hypervisor {
    facts.hypervisor.clone().unwrap_or_default()
}

/// The machine that an environment is.
///
/// # Errors
/// This host can't run it.
pub fn of<'a>(guest: &Guest<'a>, vm: &'a Vm, cards: &[Card<'_>], facts: &Facts) -> Result<Machine<'a>> {
    let host = host(facts);
    if !host.there {
        let next = match guest.platform.kind() {
            PlatformKind::Freebsd => "kldload vmm nmdm (and vmm_load=\"YES\" in /boot/loader.conf)",
            PlatformKind::Linux => "install qemu-system-x86_64 (the package qemu-system-x86)",
        };
        return Err(Error::lacks(guest.name, "this host can't run VMs").next(next));
    }
    machine::machine(guest, vm, cards, &host)
}

/// The steps that run it, once all around it is there.
///
/// # Errors
/// This host can't run it, or what it is to use is not there.
pub fn run(guest: &Guest<'_>, vm: &Vm, cards: &[Card<'_>], facts: &Facts, plan: &mut Plan) -> Result<()> {
    let m = of(guest, vm, cards, facts)?;
    // What lies on storage that mnt_start mounts is seen only then; the hypervisor says so itself.
    let seen = guest.env.storage != Storage::External;
    for path in m.disks.iter().map(|d| &d.path).chain(&m.cd).filter(|_| seen) {
        if facts.path(path.as_str()).is_none() {
            return Err(Error::failed(guest.name, format!("its drive {path} is not there"))
                .next("see whether its storage is; jug vm-disk-remove or jug vm-set vm.cd= lets go of it"));
        }
    }
    plan.warnings.extend(warnings(guest, vm, facts));
    in_use(guest, vm, facts)?;
    if let Some(template) = missing_variables(guest, vm, facts).filter(|_| seen) {
        plan.push(copy_variables(guest, &template));
    }
    if let Some(form) = vm.seed {
        seed::make(guest, form, cards, &host(facts), plan)?;
    }
    // Whoever can write to its storage must not choose what of this host the guest reads and writes.
    let dirs = [guest.data(), guest.system()];
    let files = m.disks.iter().map(|d| &d.path).chain(&m.cd).chain(m.uefi.iter().flat_map(|u| &u.1));
    let mut paths: Vec<AbsPath> =
        files.filter(|p| dirs.iter().any(|d| p.as_path().starts_with(d.as_path()))).cloned().collect();
    paths.push(m.console_log.clone());
    plan.push(
        Step::new("see that its files are no links", Effect::Expect(Guard::PlainFiles { paths }))
            .within(mnt::patience(guest)),
    );
    plan.steps.extend(machine::run(guest, &m)?);
    Ok(())
}

/// Refuses a device that somebody else writes to: the host, which has it mounted, or another VM that runs.
pub fn in_use(guest: &Guest<'_>, vm: &Vm, facts: &Facts) -> Result<()> {
    for disk in &vm.disks {
        let Blocks::Theirs(path) = &disk.blocks else { continue };
        let busy = |by: String, next: String| {
            Err(Error::busy(guest.name, format!("its disk {path} is {by}")).next(next))
        };
        if let Some(m) = facts.mounts.iter().find(|m| is_of(&m.source, path.as_str())) {
            return busy(format!("mounted at {}", m.target), format!("umount {}", m.target));
        }
        let others = facts.environments.iter().filter(|(n, _)| n.as_str() != guest.name.as_str());
        for (other, text) in others.filter(|(n, _)| facts.container(n).is_some_and(|c| c.running)) {
            let Ok(env) = schema::read_env(text, other) else { continue };
            let same = |d: &&Disk| d.blocks == disk.blocks && !(d.read_only && disk.read_only);
            if env.vm.iter().flat_map(|vm| &vm.disks).any(|d| same(&d)) {
                return busy(format!("{other}'s as well, which runs"), format!("jug vm-stop {other}"));
            }
        }
    }
    Ok(())
}

/// Whether a device is that disk or a partition of it: sda1 of sda, nvme0n1p2 of nvme0n1, da0p2 and da0s1a of da0.
fn is_of(device: &str, disk: &str) -> bool {
    let digit = |s: &str| s.starts_with(|c: char| c.is_ascii_digit());
    match device.strip_prefix(disk) {
        None => false,
        Some("") => true,
        Some(rest) if disk.ends_with(|c: char| c.is_ascii_digit()) => {
            rest.strip_prefix(['p', 's']).is_some_and(digit)
        }
        Some(rest) => digit(rest),
    }
}

/// Refuses a CD that is not there, as far as that can be seen before its storage is mounted.
///
/// # Errors
/// It is not there (exit 4).
pub fn cd_is_there(guest: &Guest<'_>, facts: &Facts) -> Result<()> {
    let cd = guest.env.vm.as_ref().and_then(|vm| vm.cd.as_ref());
    match cd.filter(|cd| guest.env.storage != Storage::External && facts.path(cd.as_str()).is_none()) {
        Some(cd) => Err(Error::not_found(guest.name, format!("there is no {cd} for its CD drive"))
            .next("give the path of a file that is there")),
        None => Ok(()),
    }
}

/// What is worth knowing before it runs.
pub fn warnings(guest: &Guest<'_>, vm: &Vm, facts: &Facts) -> Vec<String> {
    let host = host(facts);
    let mut all = Vec::new();
    if vm.firmware == Firmware::Uefi && vm.disks.is_empty() && vm.cd.is_none() {
        all.push("it has neither a disk nor a CD to boot from".into());
    }
    if let Some(free) = host.free.filter(|free| *free < vm.memory.0) {
        all.push(format!(
            "it may use {} of memory, and {} are free on this host",
            vm.memory,
            ByteSize(free).human()
        ));
    }
    if guest.platform.kind() == PlatformKind::Linux && vm.vnc.as_ref().is_some_and(|v| v.wait) {
        all.push("QEMU does not wait until somebody looks at its screen".into());
    }
    all
}

/// The template of its firmware's variables, if it has none of its own yet.
fn missing_variables(guest: &Guest<'_>, vm: &Vm, facts: &Facts) -> Option<AbsPath> {
    let [_, template] = host(facts).firmware?;
    let own = machine::variables(guest, &template);
    let wanted = vm.firmware == Firmware::Uefi && vm.firmware_file.is_none();
    (wanted && facts.path(own.as_str()).is_none()).then_some(template)
}

/// The step that gives it variables of its own.
fn copy_variables(guest: &Guest<'_>, template: &AbsPath) -> Step {
    let path = template.as_path();
    let dir = path.parent().and_then(|p| p.to_str()?.parse().ok()).unwrap_or_else(AbsPath::root);
    let name = path.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
    let copy = Effect::CopyTree { from: dir, to: guest.system(), only: vec![name] };
    Step::new("give it variables of its own for its firmware", copy)
        .undo(Effect::Remove { path: machine::variables(guest, template) })
        .within(mnt::patience(guest))
}

/// The paths that a start or a change of it has to know of.
pub fn paths(guest: &Guest<'_>, vm: &Vm) -> Vec<AbsPath> {
    let mut all: Vec<AbsPath> = vm.disks.iter().map(|d| machine::blocks(guest, d)).collect();
    all.extend(vm.cd.clone());
    for template in template_names() {
        all.push(machine::variables(guest, &template));
    }
    all
}

/// What a VM's own variables of its firmware may be called.
pub fn variable_names() -> impl Iterator<Item = String> {
    let name = |t: AbsPath| Some(t.as_path().file_name()?.to_string_lossy().into_owned());
    let names: std::collections::BTreeSet<String> = template_names().filter_map(name).collect();
    names.into_iter()
}

/// What templates of firmware's variables there may be.
fn template_names() -> impl Iterator<Item = AbsPath> {
    use crate::programs::{bhyve, qemu};
    qemu::FIRMWARE.iter().chain([&bhyve::FIRMWARE]).filter_map(|[_, vars]| vars.parse().ok())
}

/// The volumes that are a VM's disks.
pub fn volumes(env: &Env) -> Vec<DiskName> {
    let disks = env.vm.iter().flat_map(|vm| &vm.disks);
    let zvol = |d: &&Disk| matches!(d.blocks, Blocks::Own { kind, .. } if kind_of(kind, env.storage) == DiskKind::Zvol);
    disks.filter(zvol).map(|d| d.name.clone()).collect()
}

/// The steps that give a clone its source's variables for its firmware, and what its source's guest was told.
pub fn clone(source: &Guest<'_>, guest: &Guest<'_>, vm: &Vm, facts: &Facts, plan: &mut Plan) {
    if vm.seed.is_some() {
        let copy =
            Effect::CopyTree { from: source.system(), to: guest.system(), only: vec![seed::SOURCES.into()] };
        plan.push(Step::new("copy what its guest is told", copy).within(mnt::patience(guest)));
    }
    let Some([_, template]) = host(facts).firmware.filter(|_| vm.firmware == Firmware::Uefi) else { return };
    let name = machine::variables(guest, &template);
    if facts.path(machine::variables(source, &template).as_str()).is_some() {
        let only =
            vec![name.as_path().file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default()];
        let copy = Effect::CopyTree { from: source.system(), to: guest.system(), only };
        plan.push(Step::new("copy the variables of its firmware", copy).within(mnt::patience(guest)));
    }
}

/// The facts as they will be once it is filled.
pub fn filled(guest: &Guest<'_>, mut facts: Facts) -> Facts {
    let own =
        guest.env.vm.iter().flat_map(|vm| vm.disks.iter().filter(|d| matches!(d.blocks, Blocks::Own { .. })));
    for disk in own {
        facts.paths.insert(machine::blocks(guest, disk).to_string(), Kind::File);
    }
    for path in template_names().map(|t| machine::variables(guest, &t)) {
        facts.paths.insert(path.to_string(), Kind::File);
    }
    facts
}

/// The steps that fill a new VM: its disks, and its firmware's variables.
///
/// # Errors
/// A disk is there already, or this host can't run such a VM.
pub fn fill(guest: &Guest<'_>, facts: &Facts, how: Flashing, plan: &mut Plan) -> Result<()> {
    let Some(vm) = &guest.env.vm else { return Err(Error::failed(guest.name, "it is no VM")) };
    cd_is_there(guest, facts)?;
    for (i, disk) in vm.disks.iter().enumerate() {
        let path = machine::blocks(guest, disk);
        match disk.blocks {
            _ if i == 0 && vm.image.is_some() => {
                plan.steps.extend(vm_image::disk(guest, vm, disk, how, facts)?);
            }
            Blocks::Theirs(_) if facts.path(path.as_str()).is_none() => {
                return Err(Error::not_found(
                    guest.name,
                    format!("there is no {path} for its disk {}", disk.name),
                )
                .next("a device or a file that is there; NAME:SIZE makes a new disk"));
            }
            Blocks::Theirs(_) => {}
            Blocks::Own { .. } => {
                plan.steps.extend(
                    machine::make_disk(guest, disk)?.into_iter().map(|s| s.within(mnt::patience(guest))),
                );
            }
        }
    }
    if let Some(template) = missing_variables(guest, vm, facts) {
        plan.push(copy_variables(guest, &template));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::is_of;

    #[test]
    fn a_disk_is_in_use_by_its_partitions() {
        for (device, disk) in [
            ("/dev/sda", "/dev/sda"),
            ("/dev/sda12", "/dev/sda"),
            ("/dev/nvme0n1p2", "/dev/nvme0n1"),
            ("/dev/da0p2", "/dev/da0"),
            ("/dev/da0s1a", "/dev/da0"),
        ] {
            assert!(is_of(device, disk), "{device} {disk}");
        }
        for (device, disk) in [
            ("/dev/sdab", "/dev/sda"),
            ("/dev/da01", "/dev/da0"),
            ("/dev/da0", "/dev/da0p2"),
            ("tmpfs", "/dev/sda"),
        ] {
            assert!(!is_of(device, disk), "{device} {disk}");
        }
    }
}
