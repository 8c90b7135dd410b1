//! A whole guest: Debian with GRUB, cloud-init and sshd, booted by UEFI, reached by ssh. It takes minutes without KVM, so
//! that only `make test-slow` runs it.

use crate::outcome::Out;
use crate::support::{COUNTED, Host, on_host_within, write};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// Seconds for all of it, on a machine that has other things to do.
const ALL: u64 = 1800;
/// Seconds for one boot, cloud-init included.
const BOOT: u64 = 420;

/// The disk that tests/guest.sh made.
fn disk() -> Option<PathBuf> {
    let disk = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/guest/disk");
    if disk.exists() {
        return Some(disk);
    }
    eprintln!("not tested: a whole guest: there is no target/guest/disk (sh tests/guest.sh)");
    None
}

impl Host {
    /// A line of sh(1) in the guest.
    fn inside(&self, line: &str) -> Out {
        self.jug(&format!("vm-exec box -- sh -c '{line}'"))
    }
    /// Waits until cloud-init is done with this boot, and has left a file.
    fn done(&self, what: &str, file: &str) {
        let begun = Instant::now();
        loop {
            let out = self.inside(&format!("test -e {file} && cloud-init status"));
            if out.code == 0 && out.out.contains("status: done") {
                break;
            }
            let late = begun.elapsed().as_secs() > BOOT || out.out.contains("error");
            assert!(!late, "{what}: {out:#?}\n{}", self.console("box"));
            std::thread::sleep(Duration::from_secs(2));
        }
        // A passing test's output is swallowed, but for these lines.
        eprintln!("{COUNTED}a whole guest, {what}: done after {} s", begun.elapsed().as_secs());
    }
}

#[test]
#[ignore = "it takes minutes: make test-slow"]
fn debian_with_cloud_init() {
    let Some(disk) = disk() else { return };
    let needs = ["qemu-system-x86_64", "pgrep", "ps", "ssh", "ssh-keygen", "xorriso", "sha256sum", "cmp"];
    on_host_within(ALL, &needs, |h| {
        // ssh(1) looks for keys in its user's own directory.
        h.sh("mkdir -p /root/.ssh && mount -t tmpfs -o mode=700 none /root/.ssh && \
              ssh-keygen -q -t ed25519 -N '' -f /root/.ssh/id_ed25519")
            .ok();
        let sum = h.run("sha256sum", &[disk.to_str().unwrap()]).ok().out;
        let sum = sum.split(' ').next().unwrap();
        // An unoptimised jug makes sums slowly.
        h.jug_with(&format!("image-import {} debian --sha256 {sum}", disk.display()), "", 400).ok();
        h.jug("net-create lan --subnet 10.10.0.0/24").ok();
        let told = |word: &str| {
            let text =
                format!("#cloud-config\nwrite_files:\n- path: /etc/{word}\n  content: \"{word} boot\\n\"\n");
            write(&h.path("told"), &text, 0o600);
        };
        told("first");
        h.jug(
            "vm-create box --image debian --disk 3G --cpus 2 --memory 1G --net lan:10.10.0.7 \
             --user-data %/told --ssh-key /root/.ssh/id_ed25519.pub --set vm.ssh_user=debian",
        )
        .ok();
        let template = h.jug("vm-showcmd box").ok().says("readonly=on,file=").out;
        let vars = h.work.join("jails-system/box/OVMF_VARS_4M.fd");
        assert!(template.contains(&format!("unit=1,format=raw,file={}", vars.display())), "{template}");
        h.jug("vm-start box").ok();
        h.done("first boot", "/etc/first");

        h.inside("hostname").ok().is("box");
        h.inside("cat /etc/first").ok().is("first boot");
        h.inside("test -d /sys/firmware/efi").ok();
        h.inside("ip -br address show nic0").ok().says("10.10.0.7/24");
        // What its firmware remembers is its own.
        h.sh(&format!("cmp -s {} /usr/share/OVMF/OVMF_VARS_4M.fd", vars.display())).code(1);
        // The disk ends where its table says, and growpart let the root have the rest.
        h.inside("sudo sfdisk --verify /dev/vda").ok().says("No errors detected");
        h.inside("sudo dmesg").ok().says_not("GPT:");
        let size = h.inside("lsblk -bnro SIZE /dev/vda1").ok().text().parse::<u64>().unwrap();
        assert!(size > 2900 << 20, "the root partition has {size} bytes");
        let size = h.inside("df --output=size -B1 / | tail -n 1").ok().text().trim().parse::<u64>().unwrap();
        assert!(size > 2700 << 20, "the root file system has {size} bytes");
        let instance = |what: &str| {
            let seed = h.work.join("run/box/seed.iso");
            let meta = h.path("meta");
            let _ = std::fs::remove_file(&meta);
            h.sh(&format!(
                "xorriso -indev {} -osirrox on -extract /meta-data {} 2>&1",
                seed.display(),
                meta.display()
            ))
            .ok();
            let id = h.inside("cat /var/lib/cloud/data/instance-id").ok().text().to_string();
            assert!(id.starts_with("jug-"), "{what}: {id}");
            assert!(
                std::fs::read_to_string(&meta).unwrap().contains(&id),
                "{what}: the seed has another than {id}"
            );
            id
        };
        let first = instance("first");

        told("second");
        h.jug("vm-seed box --user-data %/told").ok().says("when it is started again");
        h.jug_with("vm-restart box", "", 300).ok();
        h.done("another instance", "/etc/second");
        let second = instance("second");
        assert_ne!(first, second);
        h.inside("cat /etc/first /etc/second").ok().is("first boot\nsecond boot");

        let begun = Instant::now();
        h.jug_with("vm-stop --timeout 200 box", "", 300).ok().says("stopped");
        eprintln!("{COUNTED}a whole guest, powered down after {} s", begun.elapsed().as_secs());
        h.sh("tail -n 1 work/jails-system/box/vm.log").ok().says("the guest powered itself off");
        h.nothing_runs("box", "stopped");
        h.jug("vm-remove -y box").ok();
        h.jug("image-remove -y debian").ok();
        h.jug("net-remove -y lan").ok();
    });
}
