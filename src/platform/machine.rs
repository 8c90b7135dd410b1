//! What makes up "run a VM" and "end a VM": bhyve(8), or QEMU.

use super::PlatformKind;
use crate::error::{Error, Result};
use crate::facts::Hypervisor;
use crate::host::Cmd;
use crate::model::disk::{Blocks, Bus, Disk, DiskKind};
use crate::model::machine::{Drive, Machine};
use crate::model::name::{AbsPath, DatasetName, EnvName, InterfaceName};
use crate::model::nic::Unit;
use crate::model::seed::Form;
use crate::model::vm::{Accel, Firmware, Vm, kind_of};
use crate::plan::guest::Guest;
use crate::plan::wire::{self, Card};
use crate::plan::{Effect, Guard, Step, seed};
use crate::programs::qmp::Request;
use crate::programs::{bhyve, bhyvectl, ifconfig, ip, pkill, qemu, zfs};
use crate::store::layout::Layout;
use crate::store::orders::Orders;

/// Seconds that a hypervisor may take to end once its power is taken away.
const END: u64 = 10;
/// Seconds that a supervisor may take to notice.
const NOTICE: u64 = 30;
/// The longest path of a socket (unix(7); sys/un.h of FreeBSD has four less).
const SOCKET: usize = 103;

/// The host's end of a VM's card.
pub fn tap(kind: PlatformKind, unit: Unit) -> InterfaceName {
    match kind {
        PlatformKind::Freebsd => InterfaceName::numbered("tap", unit, ""),
        PlatformKind::Linux => super::netns::host_end(unit),
    }
}

/// The steps that make a VM's card, on its bridge.
pub fn attach(kind: PlatformKind, card: &Card<'_>) -> Vec<Step> {
    let (tap, mtu, mac) = (tap(kind, card.unit), card.network.mtu().to_string(), card.host_mac().to_string());
    let there = wire::there(tap.clone(), card.uuid, card.index);
    match kind {
        PlatformKind::Freebsd => {
            let bridge = super::vnet::bridge(card.network.unit);
            let destroy = Effect::Run(ifconfig::destroy(tap.as_str()));
            let mut words = vec!["addm", tap.as_str()];
            if card.network.private {
                words.extend(["private", tap.as_str()]);
            }
            vec![
                Step::run(format!("make {tap}"), ifconfig::create(tap.as_str(), &card.stamp()))
                    .undo_when(there, destroy),
                Step::run(
                    format!("give {tap} its address and the network's size of packets"),
                    ifconfig::set(tap.as_str(), ["ether", &mac, "mtu", &mtu]),
                ),
                Step::run(format!("make {tap} a member of {bridge}"), ifconfig::set(bridge.as_str(), words)),
                Step::run(format!("bring {tap} up"), ifconfig::set(tap.as_str(), ["up"])),
            ]
        }
        PlatformKind::Linux => {
            let bridge = super::netns::bridge(card.network.unit);
            let set = |words: &[&str]| ip::set(tap.as_str(), words.iter().copied());
            let mut steps = vec![
                Step::run(format!("make {tap}"), ip::add_tap(tap.as_str(), card.host_mac(), &card.stamp()))
                    .undo_when(there, Effect::Run(ip::delete(tap.as_str()))),
                Step::run(format!("let {tap} carry packets of {mtu}"), set(&["mtu", &mtu])),
                Step::run(format!("make {tap} a member of {bridge}"), set(&["master", bridge.as_str()])),
            ];
            if card.network.private {
                let alone = set(&["type", "bridge_slave", "isolated", "on"]);
                steps.push(Step::run("keep it from the other members", alone));
            }
            steps.push(Step::run(format!("bring {tap} up"), set(&["up"])));
            steps
        }
    }
}

/// Where a disk's blocks are.
pub fn blocks(guest: &Guest<'_>, disk: &Disk) -> AbsPath {
    match &disk.blocks {
        Blocks::Theirs(path) => path.clone(),
        Blocks::Own { kind, .. } => match (kind_of(*kind, guest.env.storage), &guest.env.dataset) {
            (DiskKind::Zvol, Some(set)) => volume_device(&set.child(disk.name.as_str())),
            _ => guest.data().join(&format!("{}.raw", disk.name)),
        },
    }
}

/// The device of a volume.
pub fn volume_device(set: &DatasetName) -> AbsPath {
    AbsPath::root().join("dev/zvol").join(set.as_str())
}

/// A VM's own UEFI variables.
pub fn variables(guest: &Guest<'_>, template: &AbsPath) -> AbsPath {
    guest.system().join(template.as_path().file_name().and_then(|n| n.to_str()).unwrap_or("uefi-vars.fd"))
}

/// The machine, with what it has on this host.
///
/// # Errors
/// This host can't run it.
pub fn machine<'a>(
    guest: &Guest<'a>,
    vm: &'a Vm,
    cards: &[Card<'_>],
    host: &Hypervisor,
) -> Result<Machine<'a>> {
    let kind = guest.platform.kind();
    let name = guest.name;
    let (refused, next) = match (vm.firmware, kind) {
        (Firmware::Direct, PlatformKind::Freebsd) => ("direct", "bhyveload or uefi"),
        (Firmware::Bhyveload, PlatformKind::Linux) => ("bhyveload", "uefi or direct"),
        _ => ("", ""),
    };
    if !refused.is_empty() {
        return Err(Error::lacks(name, format!("vm.firmware = \"{refused}\" is not for {kind}"))
            .next(format!("jug vm-set {name} vm.firmware=... has {next} here")));
    }
    if vm.seed == Some(Form::Ignition) && kind == PlatformKind::Freebsd {
        return Err(Error::lacks(
            name,
            "vm.seed = \"ignition\" is for QEMU: bhyve(8) is not told to hand files over",
        )
        .next(format!("jug vm-set {name} vm.seed=config-drive")));
    }
    let uefi = match (vm.firmware, &vm.firmware_file, &host.firmware) {
        (Firmware::Uefi, Some(code), _) => Some((code.clone(), None)),
        (Firmware::Uefi, None, Some([code, vars])) => Some((code.clone(), Some(variables(guest, vars)))),
        (Firmware::Uefi, None, None) => {
            let package = if kind == PlatformKind::Freebsd {
                "pkg install edk2-bhyve"
            } else {
                "install the package ovmf"
            };
            return Err(Error::lacks(name, "this host has no UEFI firmware").next(package));
        }
        _ => None,
    };
    if vm.accel == Accel::Kvm && kind == PlatformKind::Linux && !host.kvm {
        return Err(Error::lacks(
            name,
            "vm.accel = \"kvm\", and the processor of this host can't run guests",
        )
        .next(format!("jug vm-set {name} vm.accel=auto")));
    }
    if host.maxcpu.is_some_and(|max| vm.cpus.count > max) {
        let max = host.maxcpu.unwrap_or_default();
        return Err(Error::lacks(
            name,
            format!("it has {} processors, and a VM on this host can have {max}", vm.cpus.count),
        )
        .next(format!("jug vm-set {name} vm.cpus={max}, or hw.vmm.maxcpu in /boot/loader.conf")));
    }
    let fixed = |d: &&Disk| d.read_only && d.bus == Bus::Ahci;
    if let Some(disk) = vm.disks.iter().find(fixed).filter(|_| kind == PlatformKind::Linux) {
        let reason = format!("its disk {} is read-only, and QEMU has no such disks of ahci", disk.name);
        return Err(Error::lacks(name, reason).next("bus=virtio-blk or bus=nvme"));
    }
    let dir = guest.run_dir();
    if kind == PlatformKind::Linux && qemu::console(&dir).as_str().len() > SOCKET {
        return Err(Error::usage(
            name,
            format!("the path of its sockets, {dir}, is too long for the kernel"),
        )
        .next("a shorter name, or a shorter workdir"));
    }
    let disks = vm.disks.iter().map(|d| Drive {
        name: d.name.to_string(),
        path: blocks(guest, d),
        bus: d.bus,
        read_only: d.read_only,
    });
    Ok(Machine {
        name,
        uuid: guest.env.uuid,
        vm,
        disks: disks.collect(),
        cd: vm.cd.clone(),
        seed: vm.seed.map(|form| (form, seed::place(guest, form))),
        cards: cards.iter().map(|c| (tap(kind, c.unit), c.mac(), c.network.mtu())).collect(),
        dir,
        console_log: guest.console(),
        uefi,
        kvm: host.kvm && vm.accel != Accel::Tcg,
    })
}

/// What a VM's supervisor is told, and what it is told it with: the hypervisor's own configuration, where it has one.
pub fn orders(guest: &Guest<'_>, m: &Machine<'_>) -> (Orders, Option<(AbsPath, String)>) {
    let vm = m.vm;
    let kind = guest.platform.kind();
    let (prepare, run, config) = match kind {
        PlatformKind::Linux => (Vec::new(), qemu::run(m), None),
        PlatformKind::Freebsd => {
            // What a reset leaves of it is not what a power-on finds.
            let mut prepare = vec![bhyvectl::destroy(m.name).accept(1)];
            prepare.extend(bhyve::load(m).filter(|_| vm.firmware == Firmware::Bhyveload));
            (prepare, bhyve::run(m), Some((m.config(), bhyve::config(m))))
        }
    };
    let orders = Orders {
        version: 1,
        platform: kind,
        prepare,
        run,
        on_crash: vm.on_crash,
        restarts: vm.restarts,
        secret: vm.vnc.as_ref().filter(|v| v.password).map(|_| m.secret()),
        log: guest.system().join(LOG),
    };
    (orders, config)
}

/// What a supervisor and its hypervisor say.
pub const LOG: &str = "vm.log";

/// A VM's console, as people reach it.
pub fn console(kind: PlatformKind, layout: &Layout, name: &EnvName) -> AbsPath {
    match kind {
        PlatformKind::Linux => qemu::console(&layout.run(name)),
        PlatformKind::Freebsd => {
            let [_, theirs] = bhyve::console(name);
            theirs
        }
    }
}

/// A VM's process.
fn pattern(guest: &Guest<'_>) -> String {
    match guest.platform.kind() {
        PlatformKind::Linux => qemu::pattern(guest.env.uuid),
        PlatformKind::Freebsd => bhyve::pattern(guest.name),
    }
}

/// Exits with 0 while a VM's hypervisor is there.
pub fn probe(guest: &Guest<'_>) -> Cmd {
    pkill::any_matching(&pattern(guest))
}

/// The steps that run it; undone, its power is taken away.
///
/// # Errors
/// What can't be written down.
pub fn run(guest: &Guest<'_>, m: &Machine<'_>) -> Result<Vec<Step>> {
    let (orders, config) = orders(guest, m);
    let mut files = vec![(
        "write down what its supervisor is to do",
        orders.path(guest.layout, guest.name),
        orders.text()?,
    )];
    files.extend(config.map(|(path, text)| ("write its hypervisor's configuration", path, text)));
    let mut steps: Vec<Step> = files
        .into_iter()
        .map(|(title, path, text)| {
            Step::new(title, Effect::Write { path: path.clone(), text, mode: 0o600 })
                .undo(Effect::Remove { path })
        })
        .collect();
    let mut start =
        Step::new("run it under a supervisor of its own", Effect::Supervise { name: guest.name.clone() });
    for step in end(guest, None) {
        start.undo.push(step.action);
    }
    // What a hypervisor that did not end by itself leaves.
    let left = [qemu::control(&m.dir), qemu::console(&m.dir), m.secret(), guest.layout.stopping(guest.name)];
    start.undo.extend(left.map(|path| Effect::Remove { path }.into()));
    steps.push(start);
    Ok(steps)
}

/// The steps that end it in bounded time: with `grace` it is asked first, once, and has so many seconds to do it.
pub fn end(guest: &Guest<'_>, grace: Option<u64>) -> Vec<Step> {
    let (name, kind) = (guest.name, guest.platform.kind());
    let there = || Guard::Probe { cmd: probe(guest) };
    let control =
        |request| Effect::Control { socket: qemu::control(&guest.run_dir()), request, lenient: true };
    let gone = |seconds| Effect::AwaitEnd { probe: probe(guest), seconds };
    let stopping = guest.layout.stopping(name);
    let mut steps = vec![
        Step::new(
            "note that it is to end, so that nobody starts it again",
            Effect::Write { path: stopping, text: String::new(), mode: 0o600 },
        )
        .when(Guard::Exists { path: guest.run_dir() }),
    ];
    if let Some(seconds) = grace {
        let ask = match kind {
            PlatformKind::Linux => control(Request::SystemPowerdown),
            // A power button is what bhyve(8) takes this signal for.
            PlatformKind::Freebsd => Effect::Run(pkill::signal_matching(&pattern(guest), "TERM")),
        };
        steps.push(Step::new("press its power button", ask).when(there()));
        steps.push(Step::new("wait until it has powered itself down", gone(seconds)));
    }
    let power = match kind {
        PlatformKind::Linux => control(Request::Quit),
        PlatformKind::Freebsd => Effect::Run(bhyvectl::power_off(name).lenient()),
    };
    steps.push(Step::new("take its power away", power).when(there()));
    steps.push(Step::new("wait for it", gone(END)));
    let kill = Effect::Run(pkill::signal_matching(&pattern(guest), "KILL"));
    steps.push(Step::new("kill a hypervisor that does not answer", kill).when(there()));
    steps.push(Step::new("wait for it", gone(END)));
    // One that hangs in the kernel outlives even that; what is around it must not go then.
    steps.push(Step::new("see that it has ended", Effect::Expect(Guard::Not(Box::new(there())))));
    if kind == PlatformKind::Freebsd {
        steps.push(
            Step::run("remove what vmm(4) keeps of it", bhyvectl::destroy(name))
                .when(Guard::Probe { cmd: bhyvectl::there(name) }),
        );
    }
    let lock = guest.layout.lock(&Layout::run_lock(name));
    steps.push(Step::new(
        "wait until its supervisor has noticed",
        Effect::AwaitFree { lock, seconds: NOTICE },
    ));
    steps
}

/// The step that presses its reset button.
pub fn reset(guest: &Guest<'_>) -> Step {
    let effect = match guest.platform.kind() {
        PlatformKind::Linux => Effect::Control {
            socket: qemu::control(&guest.run_dir()),
            request: Request::SystemReset,
            lenient: false,
        },
        PlatformKind::Freebsd => Effect::Run(bhyvectl::reset(guest.name)),
    };
    Step::new("press its reset button", effect)
}

/// The steps after which a new volume has its device, which comes a moment later (F9.1).
pub fn appear(set: &DatasetName, path: AbsPath) -> [Step; 2] {
    [
        Step::run("let its device appear", zfs::show_volume(set)),
        Step::new("wait for it", Effect::AwaitPath { path, seconds: 60 }),
    ]
}

/// The steps that make a disk of jug's own. What is there already is somebody else's.
///
/// # Errors
/// A name that is too long for ZFS.
pub fn make_disk(guest: &Guest<'_>, disk: &Disk) -> Result<Vec<Step>> {
    let Blocks::Own { size, kind } = &disk.blocks else { return Ok(Vec::new()) };
    let (path, uuid) = (blocks(guest, disk), guest.env.uuid);
    if let (DiskKind::Zvol, Some(set)) = (kind_of(*kind, guest.env.storage), &guest.env.dataset) {
        let set = set.child(disk.name.as_str());
        let make =
            Step::run(format!("make the volume {set} of {size}"), zfs::create_volume(&set, &uuid, *size))
                .undo_when(Guard::Dataset { name: set.clone(), uuid }, Effect::Run(zfs::destroy(&set)));
        return Ok([vec![make], appear(&set, path).into()].concat());
    }
    Ok(vec![
        Step::new(format!("make {path}"), Effect::Fresh { path: path.clone(), mode: 0o600 })
            .undo(Effect::Remove { path: path.clone() }),
        Step::run(
            format!("let it be {size}, of which nothing is used yet"),
            crate::programs::truncate::to(&path, *size),
        ),
    ])
}
