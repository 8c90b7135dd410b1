//! qemu-system-x86_64(1), as seen with 7.2: q35, VirtIO, a QMP socket and a console socket.

use crate::host::Cmd;
use crate::model::disk::Bus;
use crate::model::machine::{Drive, Machine};
use crate::model::name::AbsPath;
use crate::model::seed::Form;
use crate::model::vm::{BootFrom, NicModel};

/// The program.
pub const PROGRAM: &str = "qemu-system-x86_64";

/// Where firmware lies, code and template of variables, the likelier first.
pub const FIRMWARE: [[&str; 2]; 4] = [
    ["/usr/share/OVMF/OVMF_CODE_4M.fd", "/usr/share/OVMF/OVMF_VARS_4M.fd"],
    ["/usr/share/OVMF/OVMF_CODE.fd", "/usr/share/OVMF/OVMF_VARS.fd"],
    ["/usr/share/edk2/ovmf/OVMF_CODE.fd", "/usr/share/edk2/ovmf/OVMF_VARS.fd"],
    ["/usr/share/edk2/x64/OVMF_CODE.4m.fd", "/usr/share/edk2/x64/OVMF_VARS.4m.fd"],
];

/// The socket on which the machine is controlled.
pub fn control(dir: &AbsPath) -> AbsPath {
    dir.join("qmp.sock")
}

/// The socket that is its console.
pub fn console(dir: &AbsPath) -> AbsPath {
    dir.join("console.sock")
}

/// A value among options, where a comma would end it (qemu(1), "-drive").
fn quoted(value: impl std::fmt::Display) -> String {
    value.to_string().replace(',', ",,")
}

/// Runs a machine. It ends when the guest powers off; a reset it does by itself.
pub fn run(m: &Machine<'_>) -> Cmd {
    let vm = m.vm;
    let [sockets, cores, threads] = vm.cpus.parts();
    let mut args: Vec<String> = Vec::new();
    let mut add = |words: &[&str]| args.extend(words.iter().map(|w| (*w).to_string()));
    add(&["-name", &format!("guest={}", m.name), "-uuid", &m.uuid.to_string()]);
    add(&["-nodefaults", "-no-user-config", "-machine", "q35", "-cpu"]);
    add(if m.kvm { &["host", "-accel", "kvm"] } else { &["max", "-accel", "tcg"] });
    let topology = format!("{},sockets={sockets},cores={cores},threads={threads}", vm.cpus.count);
    add(&["-smp", &topology, "-m", &format!("{}M", vm.memory.0 >> 20)]);
    if vm.must_be_wired() {
        add(&["-overcommit", "mem-lock=on"]);
    }
    add(&["-rtc", if vm.localtime { "base=localtime" } else { "base=utc" }]);
    for (unit, file) in
        m.uefi.iter().flat_map(|(code, vars)| [Some(code), vars.as_ref()]).flatten().enumerate()
    {
        let ro = if unit == 0 { ",readonly=on" } else { "" };
        add(&["-drive", &format!("if=pflash,unit={unit},format=raw{ro},file={}", quoted(file))]);
    }
    if let Some(kernel) = &vm.kernel {
        add(&["-kernel", kernel.as_str()]);
        if let Some(initrd) = &vm.initrd {
            add(&["-initrd", initrd.as_str()]);
        }
        if !vm.cmdline.is_empty() {
            add(&["-append", &vm.cmdline]);
        }
    }
    let socket = format!("socket,id=qmp,server=on,wait=off,path={}", quoted(control(&m.dir)));
    add(&["-chardev", &socket, "-mon", "chardev=qmp,mode=control"]);
    let socket = format!(
        "socket,id=console,server=on,wait=off,logappend=on,path={},logfile={}",
        quoted(console(&m.dir)),
        quoted(&m.console_log)
    );
    add(&["-chardev", &socket, "-serial", "chardev:console"]);
    add(&["-device", "virtio-rng-pci"]);
    let mut words = drives(m);
    words.extend(cards(m));
    words.extend(extras(m));
    args.extend(words);
    Cmd::new(PROGRAM).args(args).limit(0)
}

fn drives(m: &Machine<'_>) -> Vec<String> {
    let mut words = Vec::new();
    let cd_first = m.vm.boot == BootFrom::Cd;
    // From a disk that is not bootable firmware goes on to the CD, and the other way round.
    let index = |place: usize| if cd_first { place + 2 } else { place + 1 };
    if m.disks.iter().any(|d| d.bus == Bus::Ahci) || m.cd.is_some() {
        words.extend(["-device".to_string(), "ich9-ahci,id=sata".to_string()]);
    }
    let mut port = 0..;
    for (i, disk) in m.drives().enumerate() {
        words.extend(blocks(&disk));
        let (id, serial) = (&disk.name, &disk.name);
        let device = match disk.bus {
            Bus::VirtioBlk => format!("virtio-blk-pci,drive=drive-{id},serial={serial}"),
            Bus::Nvme => format!("nvme,drive=drive-{id},serial={serial}"),
            Bus::Ahci => {
                let port = port.next().unwrap_or_default();
                format!("ide-hd,bus=sata.{port},drive=drive-{id},serial={serial}")
            }
        };
        // Nothing boots from a seed.
        let boot = if i < m.disks.len() { format!(",bootindex={}", index(i)) } else { String::new() };
        words.extend(["-device".to_string(), format!("{device}{boot}")]);
    }
    if let Some(path) = &m.cd {
        let cd = Drive { name: "cd".into(), path: path.clone(), bus: Bus::Ahci, read_only: true };
        words.extend(blocks(&cd));
        let port = port.next().unwrap_or_default();
        let first = if cd_first { 1 } else { m.disks.len() + 1 };
        words.extend([
            "-device".to_string(),
            format!("ide-cd,bus=sata.{port},drive=drive-cd,bootindex={first}"),
        ]);
    }
    words
}

/// What is behind a drive. A file is locked by QEMU itself: no two machines write to one.
fn blocks(drive: &Drive) -> [String; 2] {
    let driver = if drive.path.as_str().starts_with("/dev/") { "host_device" } else { "file" };
    let ro = if drive.read_only { "on" } else { "off" };
    let file = format!("file.driver={driver},file.filename={}", quoted(&drive.path));
    let discard = if drive.read_only { "" } else { ",discard=unmap" };
    [
        "-blockdev".to_string(),
        format!("driver=raw,node-name=drive-{},read-only={ro}{discard},{file}", drive.name),
    ]
}

fn cards(m: &Machine<'_>) -> Vec<String> {
    let mut words = Vec::new();
    for (i, (tap, mac, mtu)) in m.cards.iter().enumerate() {
        // No scripts: the tap is on its bridge already.
        words.push("-netdev".to_string());
        words.push(format!("tap,id=net{i},ifname={tap},script=no,downscript=no"));
        let device = match m.vm.nic_model {
            NicModel::Virtio => format!("virtio-net-pci,netdev=net{i},mac={mac},host_mtu={mtu}"),
            NicModel::E1000 => format!("e1000,netdev=net{i},mac={mac}"),
        };
        // Without a ROM it does not try to boot from the network.
        words.extend(["-device".to_string(), format!("{device},romfile=")]);
    }
    words
}

fn extras(m: &Machine<'_>) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let mut add = |a: &str, b: String| words.extend([a.to_string(), b]);
    if let Some((Form::Ignition, path)) = &m.seed {
        // Flatcar's documentation, "Running Flatcar Container Linux on QEMU".
        add("-fw_cfg", format!("name=opt/org.flatcar-linux/config,file={}", quoted(path)));
    }
    for share in &m.vm.shares {
        let ro = if share.read_only { ",readonly=on" } else { "" };
        let path = quoted(&share.path);
        add("-fsdev", format!("local,id=share-{0},path={path},security_model=none{ro}", share.tag));
        add("-device", format!("virtio-9p-pci,fsdev=share-{0},mount_tag={0}", share.tag));
    }
    for pci in &m.vm.passthru {
        let [bus, slot, function] = pci.at;
        add("-device", format!("vfio-pci,host=0000:{bus:02x}:{slot:02x}.{function}"));
    }
    match &m.vm.vnc {
        None => add("-display", "none".into()),
        Some(vnc) => {
            let (w, h) = vnc.size.unwrap_or((1024, 768));
            add("-device", format!("VGA,xres={w},yres={h}"));
            add("-device", "qemu-xhci".into());
            add("-device", "usb-tablet".into());
            let mut listen =
                format!("{}:{}", host_of(vnc), vnc.listen.port() - crate::model::vm_words::VNC_PORT);
            if vnc.password {
                add("-object", format!("secret,id=vnc,file={}", quoted(m.secret())));
                listen.push_str(",password-secret=vnc");
            }
            add("-vnc", listen);
        }
    }
    words
}

fn host_of(vnc: &crate::model::vm_words::Vnc) -> String {
    match vnc.listen.ip() {
        std::net::IpAddr::V4(a) => a.to_string(),
        std::net::IpAddr::V6(a) => format!("[{a}]"),
    }
}

/// The machine that a process runs, by its command line: name and identity.
pub fn of_process(args: &str) -> Option<(&str, uuid::Uuid)> {
    let mut words = args.split(' ');
    if words.next()?.rsplit('/').next() != Some(PROGRAM) || words.next() != Some("-name") {
        return None;
    }
    let name = words.next()?.strip_prefix("guest=")?;
    (words.next() == Some("-uuid")).then(|| words.next()?.parse().ok().map(|u| (name, u)))?
}

/// What pgrep(1) and pkill(1) know a machine's process by.
pub fn pattern(uuid: uuid::Uuid) -> String {
    format!("^[^ ]*{PROGRAM} -name guest=[^ ]* -uuid {uuid} ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_process_tells_its_machine() {
        let uuid = uuid::Uuid::nil();
        let line = format!("/usr/bin/{PROGRAM} -name guest=db -uuid {uuid} -nodefaults");
        assert_eq!(of_process(&line), Some(("db", uuid)));
        for other in [
            "",
            "sh -c qemu-system-x86_64 -name guest=db",
            "qemu-system-x86_64 -m 1G",
            "qemu-system-x86_64 -name guest=db -uuid x",
        ] {
            assert_eq!(of_process(other), None, "{other}");
        }
        assert_eq!(quoted("/a,b"), "/a,,b");
    }
}
