//! What a virtual machine is made of: the table `vm` of an environment's TOML.

use super::disk::{Blocks, Disk, DiskKind};
use super::env::Storage;
use super::name::{AbsPath, ImageName, UserName, printable};
use super::seed::Form;
use super::size::ByteSize;
use super::vm_words::{BhyveFlag, Cpus, Pci, Share, Vnc};
use std::collections::BTreeSet;

/// What it begins with.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize, clap::ValueEnum,
)]
#[serde(rename_all = "lowercase")]
pub enum Firmware {
    /// UEFI, with variables of its own.
    #[default]
    Uefi,
    /// bhyveload(8): FreeBSD's own loader, for FreeBSD guests on FreeBSD.
    Bhyveload,
    /// A kernel of the host's, for Linux guests under QEMU.
    Direct,
}

impl Firmware {
    /// The word in TOML.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Uefi => "uefi",
            Self::Bhyveload => "bhyveload",
            Self::Direct => "direct",
        }
    }
}

/// What becomes of a VM whose hypervisor failed.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize, clap::ValueEnum,
)]
#[serde(rename_all = "lowercase")]
pub enum OnCrash {
    /// It stays stopped.
    #[default]
    Stop,
    /// It is started again, `restarts` times within an hour.
    Restart,
}

/// From which drive it boots.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize, clap::ValueEnum,
)]
#[serde(rename_all = "lowercase")]
pub enum BootFrom {
    /// The first disk.
    #[default]
    Disk,
    /// The CD, for installers.
    Cd,
}

/// What the guest's network cards are.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize, clap::ValueEnum,
)]
#[serde(rename_all = "lowercase")]
pub enum NicModel {
    /// VirtIO.
    #[default]
    Virtio,
    /// Intel's 82545, for guests without VirtIO.
    E1000,
}

/// How QEMU runs the guest's instructions; FreeBSD has bhyve only.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize, clap::ValueEnum,
)]
#[serde(rename_all = "lowercase")]
pub enum Accel {
    /// By the processor, if it really can.
    #[default]
    Auto,
    /// By the processor.
    Kvm,
    /// By software.
    Tcg,
}

/// A virtual machine.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Vm {
    /// How many processors, perhaps with their topology.
    pub cpus: Cpus,
    /// Its memory.
    pub memory: ByteSize,
    /// Whether all of it is kept from being swapped out.
    pub wired: bool,
    /// What it begins with.
    pub firmware: Firmware,
    /// The firmware's code, if not the one that the host's package brings.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub firmware_file: Option<AbsPath>,
    /// With firmware direct: the kernel.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kernel: Option<AbsPath>,
    /// Its initial RAM disk.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub initrd: Option<AbsPath>,
    /// Its command line.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub cmdline: String,
    /// Its disks, in the guest's order.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub disks: Vec<Disk>,
    /// What lies in its CD drive.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cd: Option<AbsPath>,
    /// From which drive it boots.
    pub boot: BootFrom,
    /// The image its first disk was made from.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub image: Option<ImageName>,
    /// How its guest is given what it is to be told at its first boot, if it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub seed: Option<Form>,
    /// What its network cards are.
    pub nic_model: NicModel,
    /// Its screen, if it has one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub vnc: Option<Vnc>,
    /// Devices of the host that are its own.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub passthru: Vec<Pci>,
    /// Directories of the host that it can mount over 9P.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub shares: Vec<Share>,
    /// Whether its clock begins with the host's local time rather than UTC.
    pub localtime: bool,
    /// Seconds between asking it to power down and taking its power away.
    pub stop_timeout: u64,
    /// What becomes of it when its hypervisor fails.
    pub on_crash: OnCrash,
    /// How often within an hour, with `on_crash = "restart"`.
    pub restarts: u32,
    /// How QEMU runs it.
    pub accel: Accel,
    /// Further flags of bhyve(8).
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    pub bhyve_flags: BTreeSet<BhyveFlag>,
    /// As whom vm-exec logs in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ssh_user: Option<UserName>,
}

impl Default for Vm {
    fn default() -> Self {
        Self {
            cpus: Cpus::default(),
            memory: ByteSize(1 << 30),
            wired: false,
            firmware: Firmware::default(),
            firmware_file: None,
            kernel: None,
            initrd: None,
            cmdline: String::new(),
            disks: Vec::new(),
            cd: None,
            boot: BootFrom::default(),
            image: None,
            seed: None,
            nic_model: NicModel::default(),
            vnc: None,
            passthru: Vec::new(),
            shares: Vec::new(),
            localtime: false,
            stop_timeout: 90,
            on_crash: OnCrash::default(),
            restarts: 3,
            accel: Accel::default(),
            bhyve_flags: BTreeSet::new(),
            ssh_user: None,
        }
    }
}

/// The most disks a VM can have: bhyve's bus 0 has 32 slots, and others need some of them.
const MAX_DISKS: usize = 16;
/// The most cards.
const MAX_NICS: usize = 8;

impl Vm {
    /// Combinations that no type can refuse; the first part of the answer is the key.
    pub fn check(&self, storage: Storage, cards: usize) -> Result<(), (&'static str, String)> {
        let mib = 1 << 20;
        if self.memory.0 < 16 * mib || !self.memory.0.is_multiple_of(mib) {
            let hint = self.memory.too_small('M');
            return Err(("vm.memory", format!("it is at least 16M, in whole MiB{hint}")));
        }
        self.cpus.check().map_err(|e| ("vm.cpus", e))?;
        let direct = self.firmware == Firmware::Direct;
        if direct != self.kernel.is_some() {
            let why = "vm.firmware = \"direct\" needs vm.kernel, and only that has one";
            return Err(("vm.kernel", why.into()));
        }
        if !direct && (self.initrd.is_some() || !self.cmdline.is_empty()) {
            return Err(("vm.initrd", "vm.initrd and vm.cmdline need vm.firmware = \"direct\"".into()));
        }
        if self.firmware_file.is_some() && self.firmware != Firmware::Uefi {
            return Err(("vm.firmware_file", "it needs vm.firmware = \"uefi\"".into()));
        }
        if self.cmdline.chars().any(char::is_control) || self.cmdline.len() > 2000 {
            return Err(("vm.cmdline", "it has at most 2000 characters, and no control character".into()));
        }
        if self.boot == BootFrom::Cd && self.cd.is_none() {
            return Err((
                "vm.boot",
                "there is nothing in its CD drive: give it one by --iso, or vm.cd".into(),
            ));
        }
        if self.firmware == Firmware::Bhyveload && self.disks.is_empty() && self.cd.is_none() {
            return Err(("vm.disks", "bhyveload(8) needs a disk to load from".into()));
        }
        self.check_disks(storage)?;
        if cards > MAX_NICS {
            return Err(("net", format!("a VM can have {MAX_NICS} cards, not {cards}")));
        }
        let mut seen = BTreeSet::new();
        if let Some(twice) = self.passthru.iter().find(|p| !seen.insert(p.to_string())) {
            return Err(("vm.passthru", format!("{twice} is given twice")));
        }
        let mut tags = BTreeSet::new();
        if let Some(twice) = self.shares.iter().find(|s| !tags.insert(s.tag.as_str())) {
            return Err(("vm.shares", format!("{} is given twice", twice.tag)));
        }
        if self.passthru.len() + self.shares.len() > 6 {
            return Err(("vm.passthru", "a VM has room for 6 of these and shares together".into()));
        }
        self.vnc.as_ref().map_or(Ok(()), Vnc::check).map_err(|e| ("vm.vnc", e))
    }

    fn check_disks(&self, storage: Storage) -> Result<(), (&'static str, String)> {
        if self.disks.len() > MAX_DISKS {
            return Err(("vm.disks", format!("a VM can have {MAX_DISKS} disks, not {}", self.disks.len())));
        }
        let (mut names, mut devices) = (BTreeSet::new(), BTreeSet::new());
        for disk in &self.disks {
            if !names.insert(disk.name.as_str()) {
                return Err(("vm.disks", format!("{} is given twice", disk.name)));
            }
            match &disk.blocks {
                Blocks::Theirs(path) if !devices.insert(path.as_str()) => {
                    return Err(("vm.disks", format!("{} is given twice", printable(path.as_str()))));
                }
                Blocks::Own { kind: Some(DiskKind::Zvol), .. } if storage != Storage::Zfs => {
                    return Err(("vm.disks", format!("{}: a zvol needs storage = \"zfs\"", disk.name)));
                }
                _ => {}
            }
        }
        Ok(())
    }

    /// Whether its memory must not be swapped out: a device of the host's writes into it by itself.
    pub fn must_be_wired(&self) -> bool {
        self.wired || !self.passthru.is_empty() || self.bhyve_flags.contains(&BhyveFlag::Wired)
    }
}

/// How a disk of jug's own is kept, with that storage.
pub fn kind_of(kind: Option<DiskKind>, storage: Storage) -> DiskKind {
    kind.unwrap_or(if storage == Storage::Zfs { DiskKind::Zvol } else { DiskKind::Raw })
}

#[cfg(test)]
mod tests {
    use crate::model::env::Env;
    use crate::model::schema::{self, Change};

    const HEAD: &str = "version = 1\nkind = \"vm\"\nuuid = \"7f1c0a52-6d0e-4a53-9f4c-1d2c3b4a5f60\"\n\
        created = \"2026-01-02T03:04:05Z\"\nnet = [\"none\"]\n";

    fn read(rest: &str) -> crate::error::Result<Env> {
        schema::read_env(&format!("{HEAD}{rest}"), "f")
    }

    #[test]
    fn what_a_machine_can_t_be_is_refused_by_its_key() {
        for (rest, says) in [
            ("", "vm: a VM needs"),
            ("[vm]\nmemory = \"1000\"", "vm.memory"),
            ("[vm]\nmemory = \"1M\"", "vm.memory"),
            ("[vm]\nmemory = 512", "512 is bytes: did you mean 512M?"),
            ("[vm]\ncpus = 0", "vm.cpus"),
            ("[vm]\ncpus = \"16,sockets=3,cores=5\"", "3 sockets x 5 cores"),
            ("[vm]\nfirmware = \"direct\"", "vm.kernel"),
            ("[vm]\ninitrd = \"/i\"", "vm.initrd"),
            ("[vm]\nboot = \"cd\"", "vm.boot"),
            ("[vm]\nfirmware = \"bhyveload\"", "vm.disks"),
            ("[vm]\ndisks = [\"a:1G\", \"a:2G\"]", "a is given twice"),
            ("[vm]\ndisks = [\"a:/dev/da0\", \"b:/dev/da0\"]", "/dev/da0 is given twice"),
            ("[vm]\ndisks = [\"a:1G,type=zvol\"]", "a zvol needs"),
            ("[vm]\npassthru = [\"1/0/0\", \"1/0/0\"]", "vm.passthru"),
            ("[vm]\nvnc = \"0.0.0.0:5900,password=none\"", "without a password"),
            ("[vm]\nbhyve_flags = [\"-c\"]", "not a flag"),
            ("[vm]\nsock = 1", "unknown key `sock`"),
            ("base = \"host\"\n[vm]", "base: only jails have it"),
            ("[vm]\n[allow]\nmount = true", "allow: only jails have it"),
            ("[vm]\n[limits]\nmemory = \"1G\"", "limits: only jails have it"),
        ] {
            let e = read(rest).expect_err(rest).to_string();
            assert!(e.contains(says), "{rest}: {e}");
        }
        let e = schema::read_env(
            &HEAD.replace("\"vm\"", "\"jail\"").replace("net", "base = \"host\"\n[vm]\n#"),
            "f",
        );
        assert!(e.unwrap_err().to_string().contains("vm: only VMs have it"));
        let e = read("[vm]\n").map(|_| ()).and_then(|()| {
            schema::read_env(&format!("{HEAD}[vm]\n").replace("none", "inherit"), "f").map(|_| ())
        });
        assert!(e.unwrap_err().to_string().contains("a VM has cards on networks"));
    }

    #[test]
    fn a_vm_is_written_without_a_jail_s_keys_and_read_back() {
        let text = format!("{HEAD}[vm]\ncpus = 4\ndisks = [\"disk0:10G\"]\nbhyve_flags = [\"-w\"]\n");
        let env = schema::read_env(&text, "f").unwrap();
        let written = schema::env_text(&env).unwrap();
        assert!(
            !written.contains("devfs") && !written.contains("base") && !written.contains("[exec]"),
            "{written}"
        );
        assert_eq!(schema::read_env(&written, "f").unwrap(), env);
        let change = |s: &str| s.parse::<Change>().unwrap();
        let (new, env) =
            schema::edit(&written, "f", &[change("vm.cpus=8,sockets=2"), change("vm.memory=4G")]).unwrap();
        assert_eq!(env.vm.as_ref().unwrap().cpus.parts(), [2, 4, 1]);
        assert!(new.contains("cpus = \"8,sockets=2\""), "{new}");
        for (bad, says) in [
            ("securelevel=1", "securelevel: only jails have it, and this is a VM"),
            ("vm.disks+=x:1G", "commands of their own"),
            ("limits.memory=1G", "limits.memory: only jails have it, and this is a VM"),
        ] {
            let e = schema::edit(&written, "f", &[change(bad)]).unwrap_err().to_string();
            assert!(e.contains(says) && !e.contains("memory: limits"), "{bad}: {e}");
        }
    }
}
