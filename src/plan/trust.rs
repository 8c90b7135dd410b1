//! What a copy that came with shared storage wants of this host: shown, and used only when the administrator says so.

use super::guest::Guest;
use crate::error::{Error, Result};
use crate::model::disk::Blocks;
use crate::model::env::Env;
use crate::model::fstab::FsType;
use crate::model::name::AbsPath;
use crate::model::params::{Allow, SysV};
use crate::model::vm::{BootFrom, Firmware, Vm};

/// Rule sets that begin with hiding all devices (/etc/defaults/devfs.rules; freebsd/devfs.txt). 2 and 3 only unhide, and
/// so hide nothing when they stand alone, as 0 does.
const HIDING: [u16; 2] = [4, 5];
/// Permissions that reach beyond the jail: the host's clock, its messages, its own processes (jail(8)).
const BEYOND: [&str; 4] = ["adjtime", "settime", "read_msgbuf", "unprivileged_parent_tampering"];

/// Directories of this node that its administrator appointed.
#[derive(Clone, Debug)]
pub struct Appointed {
    /// Where hooks are: what lies below them may be run, and nothing that is mounted may show them.
    pub hooks: Vec<AbsPath>,
    /// The node's own list: what lies below may be run, and mounted.
    pub trust: Vec<AbsPath>,
}

impl Appointed {
    /// Whether a program that a copy names may be run.
    fn may_run(&self, path: &AbsPath) -> bool {
        self.hooks.iter().chain(&self.trust).any(|d| path.as_path().starts_with(d.as_path()))
    }
    /// Whether a directory that a copy names may be mounted. A jail that could write where hooks are would write one.
    fn may_mount(&self, path: &AbsPath) -> bool {
        let meets =
            |d: &AbsPath| path.as_path().starts_with(d.as_path()) || d.as_path().starts_with(path.as_path());
        self.trust.iter().any(|d| path.as_path().starts_with(d.as_path())) && !self.hooks.iter().any(meets)
    }
}

/// Refuses an environment whose description would have this host run its programs, mount its directories, show its
/// devices or give it what reaches beyond a jail, unless the node's administrator appointed the place for this. Who
/// wrote the description could otherwise choose what root runs here.
///
/// # Errors
/// It wants something; all of it is named.
pub fn check(guest: &Guest<'_>, appointed: &Appointed) -> Result<()> {
    let wants = wants(guest.env, appointed);
    if wants.is_empty() {
        return Ok(());
    }
    let dirs: Vec<&str> = appointed.hooks.iter().chain(&appointed.trust).map(AbsPath::as_str).collect();
    Err(Error::usage(
        guest.name,
        format!("its description, which came with its storage, asks this host for: {}", wants.join("; ")),
    )
    .next(format!(
        "if you trust who wrote it, {}; hooks below {} are used without",
        guest.command("register --trust"),
        dirs.join(" or ")
    )))
}

/// What a VM asks for: files and devices of the host, and a screen that others can reach.
fn of_machine(vm: &Vm, appointed: &Appointed) -> Vec<String> {
    let files = [
        ("vm.kernel", &vm.kernel),
        ("vm.initrd", &vm.initrd),
        ("vm.firmware_file", &vm.firmware_file),
        ("vm.cd", &vm.cd),
    ];
    let files = files.into_iter().filter_map(|(key, path)| Some((key.to_string(), path.as_ref()?)));
    let disks = vm.disks.iter().filter_map(|d| match &d.blocks {
        Blocks::Theirs(path) => Some((format!("the disk {}", d.name), path)),
        Blocks::Own { .. } => None,
    });
    let shares = vm.shares.iter().map(|s| (format!("the share {}", s.tag), &s.path));
    let all = files.chain(disks).chain(shares).filter(|(_, path)| !appointed.may_mount(path));
    let mut wants: Vec<String> = all.map(|(what, path)| format!("{what} {path}")).collect();
    wants.extend(vm.passthru.iter().map(|p| format!("the PCI device {p}")));
    if let Some(vnc) = vm.vnc.filter(|v| !v.listen.ip().is_loopback()) {
        wants.push(format!("a screen at {}", vnc.listen));
    }
    wants
}

/// Takes away what a description asks this host for that came with an archive. Returns it, each as one phrase.
pub fn drop_wants(env: &mut Env) -> Vec<String> {
    let gone = wants(env, &Appointed { hooks: Vec::new(), trust: Vec::new() });
    (env.mnt_start, env.mnt_stop) = (None, None);
    env.hooks.clear();
    env.fstab.retain(|m| m.fstype == FsType::Tmpfs);
    if !HIDING.contains(&env.devfs_ruleset) {
        env.devfs_ruleset = HIDING[0];
    }
    env.allow.0.retain(|p, _| !BEYOND.contains(&p.as_str()));
    for value in [&mut env.sysvmsg, &mut env.sysvsem, &mut env.sysvshm] {
        if *value == SysV::Inherit {
            *value = SysV::New;
        }
    }
    env.enforce_statfs = env.enforce_statfs.max(1);
    if let Some(vm) = &mut env.vm {
        drop_of_machine(vm);
    }
    gone
}

/// What a VM has of this host, each as one phrase: an archive has it by name only.
pub fn of_host(vm: &Vm) -> Vec<String> {
    of_machine(&Vm { vnc: None, ..vm.clone() }, &Appointed { hooks: Vec::new(), trust: Vec::new() })
}

/// A VM without what it asks of the host. Where its kernel is the host's, it begins with UEFI instead.
fn drop_of_machine(vm: &mut Vm) {
    if vm.firmware == Firmware::Direct {
        vm.firmware = Firmware::default();
        (vm.kernel, vm.initrd) = (None, None);
        vm.cmdline.clear();
    }
    (vm.firmware_file, vm.cd, vm.boot) = (None, None, BootFrom::default());
    vm.disks.retain(|d| matches!(d.blocks, Blocks::Own { .. }));
    vm.shares.clear();
    vm.passthru.clear();
    vm.vnc = vm.vnc.filter(|v| v.listen.ip().is_loopback());
}

/// What it asks for, each as one phrase.
fn wants(env: &Env, appointed: &Appointed) -> Vec<String> {
    let mut wants = Vec::new();
    for (key, path) in [("mnt_start", &env.mnt_start), ("mnt_stop", &env.mnt_stop)] {
        if let Some(path) = path.as_ref().filter(|p| !appointed.may_run(p)) {
            wants.push(format!("{key} {path}"));
        }
    }
    for (point, hooks) in &env.hooks {
        for hook in hooks.iter().filter(|h| !appointed.may_run(&h.path)) {
            wants.push(format!("the hook {} ({point})", hook.path));
        }
    }
    for mount in env.fstab.iter().filter(|m| m.fstype != FsType::Tmpfs) {
        // A directory of its own is no exception: a link in its data could lead anywhere.
        if !mount.source.parse().is_ok_and(|path| appointed.may_mount(&path)) {
            wants.push(format!("the mount '{mount}'"));
        }
    }
    if let Some(vm) = &env.vm {
        wants.extend(of_machine(vm, appointed));
        return wants;
    }
    if !HIDING.contains(&env.devfs_ruleset) {
        wants.push(format!("devfs_ruleset {}, which may show all devices of the host", env.devfs_ruleset));
    }
    for permission in BEYOND.iter().filter(|p| env.allow.get(p) && !Allow::default_of(p)) {
        wants.push(format!("allow.{permission}"));
    }
    for (key, value) in [("sysvmsg", env.sysvmsg), ("sysvsem", env.sysvsem), ("sysvshm", env.sysvshm)] {
        if value == SysV::Inherit {
            wants.push(format!("{key} inherit, the host's own"));
        }
    }
    if env.enforce_statfs == 0 {
        wants.push("enforce_statfs 0, all mounts of the host".into());
    }
    wants
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::hook::{Hook, Point};

    #[test]
    fn what_is_dropped_is_named_and_nothing_is_left_to_ask_for() {
        let mut env = Env::new(uuid::Uuid::nil(), jiff::Timestamp::UNIX_EPOCH, "bb".parse().unwrap());
        assert!(drop_wants(&mut env.clone()).is_empty());
        env.mnt_start = Some("/tmp/x".parse().unwrap());
        env.hooks.insert(
            Point::Created,
            vec![Hook { path: "/tmp/y".parse().unwrap(), policy: None, timeout: None }],
        );
        env.fstab = ["/etc /mnt nullfs rw", "tmpfs /tmp tmpfs rw"].map(|l| l.parse().unwrap()).to_vec();
        (env.devfs_ruleset, env.enforce_statfs, env.sysvshm) = (0, 0, SysV::Inherit);
        env.allow.0.insert("settime".into(), true);
        let gone = drop_wants(&mut env);
        for word in ["/tmp/x", "/tmp/y", "/etc", "devfs_ruleset", "settime", "sysvshm", "enforce_statfs"] {
            assert!(gone.iter().any(|g| g.contains(word)), "{word}: {gone:?}");
        }
        assert_eq!((gone.len(), env.fstab.len()), (7, 1), "{gone:?}");
        assert!(drop_wants(&mut env).is_empty() && env.check().is_ok());
    }

    #[test]
    fn a_vm_is_left_what_needs_nothing_of_the_host() {
        let keys = "firmware = \"direct\"\nkernel = \"/boot/k\"\ninitrd = \"/boot/i\"\ncmdline = \"x\"\nboot = \"cd\"\n\
            cd = \"/iso\"\ndisks = [\"disk0:1G\", \"other:/dev/da1\"]\npassthru = [\"5/0/0\"]\nshares = [\"src=/usr/src\"]\n\
            vnc = \"0.0.0.0:5901\"\n";
        let vm: Vm = toml::from_str(keys).unwrap();
        assert_eq!(of_host(&vm).len(), 6, "{:?}", of_host(&vm));
        let mut env = Env::new_vm(uuid::Uuid::nil(), jiff::Timestamp::UNIX_EPOCH, vm);
        let gone = drop_wants(&mut env);
        for word in ["/boot/k", "/boot/i", "/iso", "/dev/da1", "5/0/0", "/usr/src", "0.0.0.0:5901"] {
            assert!(gone.iter().any(|g| g.contains(word)), "{word}: {gone:?}");
        }
        assert!(drop_wants(&mut env).is_empty() && env.check().is_ok(), "{:?}", env.check());
        assert_eq!(env.vm.unwrap(), toml::from_str("disks = [\"disk0:1G\"]").unwrap());
    }
}
