//! A guest of the tests' own: Debian's cloud kernel, and an initial RAM disk of busybox that says on its console what it
//! sees, serves a page, and powers itself down when its power button is pressed.

use crate::outcome::{Out, until};
use crate::support::{Host, write};
use std::path::{Path, PathBuf};

/// What a guest needs beside what every test needs.
pub const NEEDED: [&str; 4] = ["qemu-system-x86_64", "gzip", "pgrep", "ps"];

/// GRUB for UEFI where tests/kernel.sh has unpacked it: it reads EFI/debian/grub.cfg.
pub const GRUB: &str =
    concat!(env!("CARGO_MANIFEST_DIR"), "/target/kernel/usr/lib/grub/x86_64-efi/monolithic/grubx64.efi");
/// The kernel that knows SATA, CDs and 9P, as tests/kernel.sh has it.
const FULL: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/target/kernel-full");

/// Where a kernel may lie, with its modules: the package linux-image-cloud-amd64, unpacked (`dpkg-deb -x`) in the place that
/// the variable names, or by tests/deps.sh, or installed.
fn kernel() -> Option<(PathBuf, PathBuf)> {
    let fetched = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/kernel");
    let named = std::env::var_os("JUG_TEST_KERNEL").map(PathBuf::from);
    let mut roots = named.into_iter().chain([fetched, PathBuf::from("/")]);
    roots.find_map(|root| kernel_in(&root, "cloud"))
}

fn kernel_in(root: &Path, word: &str) -> Option<(PathBuf, PathBuf)> {
    let boot = std::fs::read_dir(root.join("boot")).into_iter().flatten().flatten();
    for file in boot.filter_map(|e| e.file_name().into_string().ok()) {
        let Some(version) = file.strip_prefix("vmlinuz-").filter(|v| v.contains(word)) else {
            continue;
        };
        let modules = root.join("lib/modules").join(version);
        if modules.join("kernel").exists() {
            return Some((root.join("boot").join(&file), modules));
        }
    }
    None
}

/// Whether there is the kernel that knows more; if not, that is said.
pub fn full() -> bool {
    let there = kernel_in(Path::new(FULL), "amd64").is_some();
    if !there {
        eprintln!("not tested: a VM's other devices: no linux-image-amd64 (sh tests/kernel.sh full)");
    }
    there
}

/// Whether there is a kernel; if not, that is said.
pub fn possible() -> bool {
    if kernel().is_some() {
        return true;
    }
    let text = "VMs: no linux-image-cloud-amd64 (JUG_TEST_KERNEL=DIR where it is unpacked)";
    assert!(std::env::var_os("CI").is_none(), "{text}");
    eprintln!("not tested: {text}");
    false
}

const INIT: &str = r#"#!/bin/busybox sh
/bin/busybox --install -s /bin
mount -t proc proc /proc; mount -t sysfs sysfs /sys; mount -t devtmpfs dev /dev
for m in /m/*.ko; do insmod $m; done
i=0; while [ $i -lt 50 ] && [ ! -e /dev/vda ]; do usleep 100000; i=$((i+1)); done
for w in $(cat /proc/cmdline); do case $w in jugip=*) a=${w#jugip=};; juggw=*) g=${w#juggw=};; deaf) deaf=1;; esac; done
ip link set lo up
[ -z "${a:-}" ] || { ip link set eth0 up; ip addr add $a dev eth0; }
[ -z "${g:-}" ] || ip route add default via $g
mkdir -p /www; echo "guest of jug" >/www/index.html; httpd -h /www
for d in /sys/block/vd*; do
    [ -e $d ] && [ "$(cat $d/serial)" = seed ] && mkdir -p /seed && mount -t iso9660 -o ro /dev/${d##*/} /seed
done
if [ -e /seed/user-data ]; then
    head -n 1 /seed/user-data | sed 's/^/GUEST-SEED user-data /'
    cat /seed/meta-data /seed/network-config | sed 's/^ */GUEST-SEED /'
fi
for w in $(cat /proc/cmdline); do case $w in from=*) echo "GUEST-FROM $w";; esac; done
[ ! -d /sys/firmware/efi ] || echo GUEST-EFI
[ ! -e /dev/vda1 ] || echo "GUEST-PART $(head -c 17 /dev/vda1)"
dmesg | grep -i 'GPT:' | sed 's/^/GUEST-GPT /'
for d in /sys/block/vd*; do [ -e $d ] && echo "GUEST-DISK ${d##*/} $(cat $d/serial) $(cat $d/size)"; done
[ ! -e /m/99-more ] || . /m/99-more
[ -n "${deaf:-}" ] || for e in /dev/input/event*; do { head -c 24 $e >/dev/null && echo GUEST-BUTTON && poweroff -f; } & done
echo "GUEST-UP cpus=$(grep -c ^processor /proc/cpuinfo) mac=$(cat /sys/class/net/eth0/address 2>/dev/null)"
exec sh
"#;

/// In the order in which one needs the other.
const MODULES: [&str; 13] = [
    "net/core/failover",
    "drivers/net/net_failover",
    "drivers/virtio/virtio_ring",
    "drivers/virtio/virtio",
    "drivers/virtio/virtio_pci_modern_dev",
    "drivers/virtio/virtio_pci_legacy_dev",
    "drivers/virtio/virtio_pci",
    "drivers/block/virtio_blk",
    "drivers/net/virtio_net",
    "drivers/input/evdev",
    "drivers/acpi/button",
    "drivers/cdrom/cdrom",
    "fs/isofs/isofs",
];

/// What the other kernel has in modules, and is to have, after those.
const MORE: [&str; 22] = [
    "net/9p/9pnet",
    "net/9p/9pnet_virtio",
    "fs/netfs/netfs",
    "fs/fscache/fscache",
    "fs/9p/9p",
    "crypto/crct10dif_common",
    "crypto/crct10dif_generic",
    "lib/crc-t10dif",
    "lib/crc64",
    "crypto/crc64_rocksoft_generic",
    "lib/crc64-rocksoft",
    "block/t10-pi",
    "drivers/scsi/scsi_common",
    "drivers/scsi/scsi_mod",
    "drivers/ata/libata",
    "drivers/ata/libahci",
    "drivers/ata/ahci",
    "drivers/scsi/sd_mod",
    "drivers/scsi/sr_mod",
    "drivers/nvme/host/nvme-core",
    "drivers/nvme/host/nvme",
    "drivers/net/ethernet/intel/e1000/e1000",
];

impl Host {
    /// The options of vm-create with which a guest of the tests' own is made; `more` goes to its kernel.
    pub fn guest(&self, more: &str) -> String {
        let (kernel, initrd) = self.guest_files();
        format!(
            "--memory 192M --kernel {} --initrd {} --cmdline 'console=ttyS0 panic=-1 quiet {more}'",
            kernel.display(),
            initrd.display()
        )
    }
    /// The same with the kernel that knows more; its guest runs the script after all else.
    pub fn full_guest(&self, script: &str) -> String {
        let (kernel, modules) = kernel_in(Path::new(FULL), "amd64").unwrap();
        write(&self.path("initrd/m/99-more"), script, 0o644);
        let initrd = self.initrd(&modules, &[&MODULES[..], &MORE[..]].concat());
        format!(
            "--memory 256M --kernel {} --initrd {} --cmdline 'console=ttyS0 panic=-1 quiet'",
            kernel.display(),
            initrd.display()
        )
    }
    /// Its kernel and its initial RAM disk.
    pub fn guest_files(&self) -> (PathBuf, PathBuf) {
        let (kernel, modules) = kernel().unwrap();
        (kernel, self.initrd(&modules, &MODULES))
    }
    fn initrd(&self, modules: &Path, names: &[&str]) -> PathBuf {
        let initrd = self.path("initrd.gz");
        if initrd.exists() {
            return initrd;
        }
        let tree = self.path("initrd");
        for dir in ["bin", "m", "dev", "proc", "sys"] {
            std::fs::create_dir_all(tree.join(dir)).unwrap();
        }
        std::fs::copy("/bin/busybox", tree.join("bin/busybox")).unwrap();
        for (i, module) in names.iter().enumerate() {
            let file = modules.join("kernel").join(format!("{module}.ko"));
            let name = Path::new(module).file_name().unwrap().to_str().unwrap();
            std::fs::copy(&file, tree.join(format!("m/{i:02}-{name}.ko"))).unwrap();
        }
        write(&tree.join("init"), INIT, 0o755);
        self.sh("cd initrd && find . | busybox cpio -o -H newc 2>/dev/null | gzip -1 >../initrd.gz").ok();
        initrd
    }
    /// What a VM printed on its console.
    pub fn console(&self, name: &str) -> String {
        let file = self.work.join(format!("jails-system/{name}/console.log"));
        String::from_utf8_lossy(&std::fs::read(file).unwrap_or_default()).into_owned()
    }
    /// Waits until a VM has said so on its console so often.
    pub fn guest_says(&self, name: &str, text: &str, times: usize) {
        // A guest without KVM on a host that has much to do takes its time.
        let begun = std::time::Instant::now();
        while self.console(name).matches(text).count() < times {
            let console = self.console(name);
            assert!(begun.elapsed().as_secs() < 120, "{name} does not say {text}: {console}");
            std::thread::sleep(std::time::Duration::from_millis(50));
        }
    }
    /// The state of a VM, and the number of its process.
    pub fn vm(&self, name: &str) -> (String, String) {
        let all = self.jug("vm-ls -H").ok().out;
        let line = all.lines().find(|l| l.split('\t').next() == Some(name)).unwrap_or_default();
        let words: Vec<&str> = line.split('\t').collect();
        (words.get(1).unwrap_or(&"gone").to_string(), words.get(2).unwrap_or(&"-").to_string())
    }
    /// Waits until no supervisor is left: what one clears away, it does when somebody else may be done already.
    pub fn supervisors_end(&self) {
        until("supervisors end", || !self.processes().iter().any(|p| p.contains("supervise")));
    }
    /// Nothing of a VM runs, and nothing that lasts while it runs is left.
    #[track_caller]
    pub fn nothing_runs(&self, name: &str, what: &str) {
        self.supervisors_end();
        assert!(!self.work.join(format!("run/{name}")).exists(), "{what}: run/{name} is left");
        let left: Vec<_> = self.processes().into_iter().filter(|p| p.contains("qemu")).collect();
        assert!(left.is_empty(), "{what}: {left:?}");
        let taps = self.sh("ip -o link show type tun").out;
        assert!(taps.trim().is_empty(), "{what}: {taps}");
    }
    /// Types a line at a VM's console, and stays there for so many seconds.
    pub fn type_at(&self, name: &str, line: &str, seconds: u64) -> Out {
        let jug = env!("CARGO_BIN_EXE_jug");
        let config = self.str("jug.toml");
        self.sh(&format!(
            "(sleep 1; printf '%s\\n' '{line}'; sleep {seconds}) | timeout {} {jug} --config {config} vm-console {name}; true",
            seconds + 3
        ))
    }
}

impl Host {
    /// The same where one may run that is to run.
    pub fn supervisors_end_unless_running(&self, name: &str) {
        if self.vm(name).0 != "running" {
            self.supervisors_end();
        }
    }
}
