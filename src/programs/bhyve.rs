//! bhyve(8), whose configuration is a file (bhyve_config(5)), and bhyveload(8). What they say was recorded on 15.0
//! (freebsd/bhyve.txt, bhyve-run.txt).

use crate::host::Cmd;
use crate::model::disk::Bus;
use crate::model::machine::Machine;
use crate::model::name::{AbsPath, EnvName};
use crate::model::vm::{BootFrom, NicModel};
use crate::model::vm_words::BhyveFlag;

/// The slots of bus 0. UEFI firmware looks for what to boot in their order, so that an installer's CD comes first.
const CD_FIRST: usize = 2;
const DISKS: usize = 3;
const CD: usize = 20;
const NICS: usize = 21;
const SCREEN: usize = 29;
const USB: usize = 30;
const LPC: usize = 31;

/// UEFI firmware of the package edk2-bhyve: code, and the template of variables.
pub const FIRMWARE: [&str; 2] =
    ["/usr/local/share/uefi-firmware/BHYVE_UEFI.fd", "/usr/local/share/uefi-firmware/BHYVE_UEFI_VARS.fd"];

/// Where the kernel shows the machines that there are.
pub const MACHINES: &str = "/dev/vmm";

/// Their names, a line each. Without any there is no such directory (freebsd/bhyve-run.txt).
pub fn machines() -> Cmd {
    Cmd::new("ls").arg(MACHINES).accept(1)
}

/// What pgrep(1) and pkill(1) know a machine's process by, before it has set its title and after. A script that somebody
/// put in its place stands behind its interpreter. A path is matched from its end, which holds nothing that a pattern
/// would not take literally.
pub fn pattern(name: &EnvName) -> String {
    format!("^bhyve: {name}( \\(bhyve\\))?$|^([^ ]* )?[^ ]*bhyve -k [^ ]*/run/{name}/bhyve\\.conf( |$)")
}

/// The two ends of a machine's console (nmdm(4)): its own, and the one for people.
pub fn console(name: &EnvName) -> [AbsPath; 2] {
    ["A", "B"].map(|end| AbsPath::root().join(&format!("dev/nmdm-jug-{name}{end}")))
}

/// A configuration file as it is written: one variable a line. Values are names, numbers and paths that hold no control
/// character; a `%` begins a reference to another variable, and is written twice (bhyve_config(5), "VARIABLE VALUES").
#[derive(Debug, Default)]
struct Config(String);

impl Config {
    fn set(&mut self, key: &str, value: impl std::fmt::Display) {
        self.0.push_str(&format!("{key}={}\n", value.to_string().replace('%', "%%")));
    }
    fn device(&mut self, (slot, function): (usize, usize), model: &str, more: &[(&str, String)]) {
        let node = format!("pci.0.{slot}.{function}");
        self.set(&format!("{node}.device"), model);
        for (key, value) in more {
            self.set(&format!("{node}.{key}"), value);
        }
    }
    fn cd(&mut self, slot: usize, path: &AbsPath) {
        let more = [
            ("port.0.type", "cd".to_string()),
            ("port.0.path", path.to_string()),
            ("port.0.ro", "true".into()),
        ];
        self.device((slot, 0), "ahci", &more);
    }
}

/// The configuration of a machine.
pub fn config(m: &Machine<'_>) -> String {
    let (vm, mut c) = (m.vm, Config::default());
    c.set("name", m.name);
    c.set("uuid", m.uuid);
    let [sockets, cores, threads] = vm.cpus.parts();
    c.set("cpus", vm.cpus.count);
    for (key, value) in [("sockets", sockets), ("cores", cores), ("threads", threads)] {
        c.set(key, value);
    }
    c.set("memory.size", vm.memory);
    if vm.must_be_wired() {
        c.set("memory.wired", true);
    }
    c.set("acpi_tables", true);
    c.set("rtc.use_localtime", vm.localtime);
    // An idle guest gives its CPUs back to the host.
    c.set("x86.vmexit_on_hlt", true);
    c.set("x86.vmexit_on_pause", true);
    for (flag, _, key, value) in BhyveFlag::ALL.iter().filter(|f| vm.bhyve_flags.contains(&f.0)) {
        if *flag != BhyveFlag::Wired {
            c.set(key, value);
        }
    }
    if let Some((code, vars)) = &m.uefi {
        c.set("bootrom", code);
        if let Some(vars) = vars {
            c.set("bootvars", vars);
        }
    }
    c.device((0, 0), "hostbridge", &[]);
    c.device((LPC, 0), "lpc", &[]);
    c.set("lpc.com1.path", &console(m.name)[0]);
    c.device((1, 0), "virtio-rnd", &[]);
    drives(m, &mut c);
    for (i, (tap, mac, mtu)) in m.cards.iter().enumerate() {
        let mut more = vec![("backend", tap.to_string()), ("type", "tap".into()), ("mac", mac.to_string())];
        let model = match vm.nic_model {
            NicModel::Virtio => "virtio-net",
            NicModel::E1000 => "e1000",
        };
        if vm.nic_model == NicModel::Virtio {
            more.push(("mtu", mtu.to_string()));
        }
        c.device((NICS + i, 0), model, &more);
    }
    extras(m, &mut c);
    c.0
}

fn drives(m: &Machine<'_>, c: &mut Config) {
    if let Some(path) = &m.cd {
        c.cd(if m.vm.boot == BootFrom::Cd { CD_FIRST } else { CD }, path);
    }
    for (i, disk) in m.drives().enumerate() {
        let at = (DISKS + i, 0);
        let mut more = vec![("path", disk.path.to_string()), ("ser", disk.name)];
        if disk.read_only {
            more.push(("ro", "true".into()));
        }
        match disk.bus {
            Bus::VirtioBlk => c.device(at, "virtio-blk", &more),
            Bus::Nvme => c.device(at, "nvme", &more),
            Bus::Ahci => {
                c.device(at, "ahci", &[("port.0.type", "hd".to_string())]);
                for (key, value) in more {
                    c.set(&format!("pci.0.{}.0.port.0.{key}", at.0), value);
                }
            }
        }
    }
}

/// Shares, devices passed through, and the screen. Its password is in a file of its own: see [`secret`].
fn extras(m: &Machine<'_>, c: &mut Config) {
    let mut function = 1..;
    for share in &m.vm.shares {
        let mut more = vec![("sharename", share.tag.to_string()), ("path", share.path.to_string())];
        if share.read_only {
            more.push(("ro", "true".into()));
        }
        c.device((1, function.next().unwrap_or_default()), "virtio-9p", &more);
    }
    for pci in &m.vm.passthru {
        let [bus, slot, func] = pci.at.map(|n| n.to_string());
        let more = [("bus", bus), ("slot", slot), ("func", func)];
        c.device((1, function.next().unwrap_or_default()), "passthru", &more);
    }
    if let Some(vnc) = &m.vm.vnc {
        let mut more = vec![("rfb", vnc.listen.to_string())];
        if let Some((w, h)) = vnc.size {
            more.extend([("w", w.to_string()), ("h", h.to_string())]);
        }
        if vnc.wait {
            more.push(("wait", "true".into()));
        }
        c.device((SCREEN, 0), "fbuf", &more);
        c.device((USB, 0), "xhci", &[("slot.1.device", "tablet".into())]);
    }
}

/// The configuration that holds the password of the screen, and nothing else.
pub fn secret(password: &str) -> String {
    let mut c = Config::default();
    c.set(&format!("pci.0.{SCREEN}.0.password"), password);
    c.0
}

/// The password in a file of [`secret`], or in one that holds nothing else.
pub fn parse_secret(text: &str) -> &str {
    let line = text.lines().next().unwrap_or_default();
    line.split_once(".password=").map_or(line, |(_, p)| p)
}

/// Runs a machine. Exit statuses: 0 it was reset, 1 powered off, 2 halted, 3 triple fault, 4 an error (bhyve(8), "EXIT
/// STATUS").
pub fn run(m: &Machine<'_>) -> Cmd {
    let mut cmd = Cmd::new("bhyve").args(["-k", m.config().as_str()]).limit(0);
    if m.vm.vnc.as_ref().is_some_and(|v| v.password) {
        cmd = cmd.args(["-k", m.secret().as_str()]);
    }
    cmd
}

/// Prints what bhyve(8) makes of a configuration, and starts nothing; its exit status is 1 then (F9.5).
pub fn check(config: &AbsPath) -> Cmd {
    Cmd::new("bhyve").args(["-k", config.as_str(), "-o", "config.dump=1"]).accept(1)
}

/// Loads a FreeBSD guest's kernel into a machine that is made with that.
pub fn load(m: &Machine<'_>) -> Option<Cmd> {
    let from = m.cd.as_ref().filter(|_| m.vm.boot == BootFrom::Cd).or(m.disks.first().map(|d| &d.path))?;
    let mut cmd = Cmd::new("bhyveload").limit(600);
    if m.vm.must_be_wired() {
        cmd = cmd.arg("-S");
    }
    let memory = format!("{}M", m.vm.memory.0 >> 20);
    Some(cmd.args(["-c", console(m.name)[0].as_str(), "-m", &memory, "-d", from.as_str(), m.name.as_str()]))
}

/// The machine that a process of bhyve(8) runs, by its command line: its name once it has set its title, before that its
/// configuration file. One with shares has two more processes, which look users and groups up for it (cap_pwd(3),
/// cap_grp(3)): `bhyve: system.pwd (bhyve)`.
pub fn of_process(args: &str) -> Option<Process<'_>> {
    if let Some(name) = args.strip_prefix("bhyve: ") {
        let name = name.strip_suffix(" (bhyve)").unwrap_or(name);
        return (!name.starts_with("system.")).then_some(Process::Named(name));
    }
    let words: Vec<&str> = args.split(' ').collect();
    let is_it = |w: &&str| w.rsplit('/').next() == Some("bhyve");
    let at = words.iter().take(2).position(is_it)?;
    match words[at + 1..] {
        ["-k", path, ..] => Some(Process::Configured(path)),
        _ => None,
    }
}

/// What a command line of bhyve(8) tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Process<'a> {
    /// The machine's name.
    Named(&'a str),
    /// The path of its configuration.
    Configured(&'a str),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_process_tells_its_machine() {
        assert_eq!(of_process("bhyve: vm1 (bhyve)"), Some(Process::Named("vm1")));
        assert_eq!(
            of_process("/usr/sbin/bhyve -k /j/run/vm1/bhyve.conf"),
            Some(Process::Configured("/j/run/vm1/bhyve.conf"))
        );
        assert_eq!(of_process("/bin/sh /opt/bhyve -k /x -k /y"), Some(Process::Configured("/x")));
        for other in [
            "",
            "bhyve: system.pwd (bhyve)",
            "bhyve: system.grp (bhyve)",
            "bhyve -c 1 vm1",
            "sh -c bhyve -k /x",
            "bhyvectl -k x",
            "bhyve -k",
        ] {
            assert_eq!(of_process(other), None, "{other}");
        }
    }

    #[test]
    fn a_percent_sign_is_no_reference() {
        let mut c = Config::default();
        c.set("a", "/x/%(name)");
        assert_eq!(c.0, "a=/x/%%(name)\n");
    }
}
