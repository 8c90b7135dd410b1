//! Images onto disks of somebody else's: only if nobody uses them, and over nothing unasked.

use crate::crash::everywhere;
use crate::support::{Host, on_host, write};
use crate::vm_guest::{NEEDED, possible};
use crate::vm_seed::image;
use std::os::unix::fs::FileExt;

const TOOLS: [&str; 4] = ["qemu-system-x86_64", "truncate", "curl", "sfdisk"];

impl Host {
    /// A disk of the test's own, in which there is nothing.
    fn blocks(&self, name: &str, megabytes: u64) {
        self.sh(&format!("rm -f {name}; truncate -s {megabytes}M {name}")).ok();
    }
    /// Whether a disk has nothing where jug looks for something.
    fn is_empty(&self, name: &str) -> bool {
        let bytes = std::fs::read(self.path(name)).unwrap();
        let edge = 1 << 20;
        bytes[..edge].iter().chain(&bytes[bytes.len() - edge..]).all(|b| *b == 0)
    }
    /// Whether the image is on it, and its table ends where the disk does.
    #[track_caller]
    fn is_flashed(&self, disk: &str) {
        self.sh(&format!("sfdisk --verify {disk} 2>&1")).ok().says("No errors detected");
        self.sh(&format!("dd if={disk} bs=512 skip=2048 count=1 status=none | head -c 17"))
            .ok()
            .is("part of the image");
    }
}

#[test]
fn nothing_is_overwritten_unasked() {
    on_host(&TOOLS, |h| {
        image(h);
        h.blocks("blocks", 16);
        let make = "vm-create db --kernel /bin/busybox --image tiny --disk d:%/blocks";
        h.jug(&format!("-n {make} --verify")).ok().says("sha256sum").says("/dev/zero");
        assert!(h.is_empty("blocks"), "a dry run writes nothing");
        h.jug(&format!("{make} --verify")).ok().says("created");
        h.is_flashed("blocks");
        h.jug("vm-create two --kernel /bin/busybox --image tiny --disk d:%/blocks --force")
            .code(5)
            .says("db's disk d")
            .says("vm-disk-remove db d");
        h.jug("vm-remove -y db").ok();
        h.is_flashed("blocks");
        // What is on it stays, until somebody says that it need not. There may be something at its end only.
        let before = h.snapshot();
        h.jug(make).code(5).says("it is not empty").says("--force");
        h.same(&before, "not empty");
        h.blocks("blocks", 16);
        let end = std::fs::File::options().write(true).open(h.path("blocks")).unwrap();
        end.write_all_at(b"theirs", (16 << 20) - 6).unwrap();
        h.jug(make).code(5).says("it is not empty");
        h.sh("tail -c 6 blocks").ok().is("theirs");
        h.sh("head -c 16M /dev/zero | tr '\\0' x >blocks").ok();
        h.jug(&format!("{make} --force --verify")).ok();
        h.is_flashed("blocks");
        h.jug("vm-remove -y db").ok();
        // What fails after it leaves it as it was.
        h.blocks("blocks", 16);
        write(&h.path("no"), "#!/bin/sh\nexit 1\n", 0o755);
        h.jug(&format!("{make} --hook created=%/no")).code(1);
        assert!(h.is_empty("blocks"), "half a VM is left");
        h.same(&before, "a hook failed");
        h.blocks("small", 4);
        for (disk, code, says) in [
            ("%/small", 2, "it has 4M, and the image needs 8M"),
            ("%/blocks,ro", 2, "read-only"),
            ("%/nowhere", 4, "nowhere"),
            ("/dev/null", 2, "neither a disk nor a file"),
        ] {
            h.jug(&format!("vm-create db --kernel /bin/busybox --image tiny --disk d:{disk}"))
                .code(code)
                .says(says);
            h.same(&before, disk);
        }
        h.jug("vm-create db --force").code(2).says("--image");
    });
}

#[test]
fn killed_while_flashing() {
    on_host(&[&TOOLS[..], &["strace", "cmp"]].concat(), |h| {
        h.sh("truncate -s 3M disk; printf 'an image' | dd of=disk conv=notrunc status=none").ok();
        h.jug("image-import %/disk tiny --no-verify").ok();
        h.blocks("blocks", 4);
        let make = "vm-create db --kernel /bin/busybox --image tiny --disk d:%/blocks --verify";
        h.jug(make).ok();
        h.jug("vm-remove -y db").ok();
        let clean = h.snapshot();
        everywhere(
            h,
            make,
            || {
                if h.vm("db").0 != "gone" {
                    h.jug("vm-remove -y db").ok();
                }
                h.blocks("blocks", 4);
            },
            |n, what| {
                h.jug(if n % 2 == 0 { "doctor --fix" } else { make }).exits_with(&[0, 5]);
                match h.vm("db").0.as_str() {
                    "gone" => {
                        assert!(h.is_empty("blocks"), "{what}");
                        h.same(&clean, what);
                    }
                    state => {
                        assert_eq!(state, "stopped", "{what}");
                        h.sh("cmp -n 3145728 disk blocks").ok();
                    }
                }
            },
        );
        h.jug("vm-remove -y db").ok();
    });
}

/// Loop devices are the host's: this one goes with the last process that has it open, which goes with the test.
#[test]
fn a_device_that_the_host_uses_is_left_alone() {
    if !possible() {
        return;
    }
    if !std::path::Path::new("/dev/loop-control").exists() {
        return eprintln!("not tested: flashing a device: this machine has no loop devices");
    }
    on_host(&[&NEEDED[..], &TOOLS, &["losetup", "mke2fs", "xorriso"]].concat(), |h| {
        image(h);
        h.blocks("blocks", 32);
        let device = h.sh("losetup --find --show blocks").ok().text().to_string();
        let held =
            h.sh(&format!("exec 3<{device}; losetup -d {device}; sleep 280 >/dev/null 2>&1 & echo $!")).ok();
        let make = format!("vm-create db --image tiny --disk d:{device} {}", h.guest(""));
        let before = h.snapshot();
        // As the mount table says, and where only the kernel knows of it.
        h.sh(&format!("mke2fs -q {device} && mkdir m && mount {device} m")).ok();
        h.jug(&make).code(6).says("is mounted at").says("umount");
        h.jug(&format!("{make} --force")).code(6).says("is mounted at");
        let elsewhere = h.sh("unshare --mount sleep 100 >/dev/null 2>&1 & echo $!").ok();
        crate::outcome::until("it has a mount table of its own", || {
            let link = |pid: &str| std::fs::read_link(format!("/proc/{pid}/ns/mnt")).ok();
            link(elsewhere.text()).is_some_and(|l| Some(l) != link("self"))
        });
        h.sh("umount m").ok();
        h.jug(&format!("{make} --force")).code(6).says("this host uses it");
        h.same(&before, "in use");
        h.sh(&format!("kill {}", elsewhere.text())).ok();
        crate::outcome::until("nobody uses it", || h.sh(&format!("mount {device} m && umount m")).code == 0);
        h.jug(&make).code(5).says("it is not empty");
        h.jug(&format!("{make} --force --verify --start")).ok();
        h.guest_says("db", "GUEST-UP", 1);
        let console = h.console("db");
        for says in ["GUEST-PART part of the image", "GUEST-DISK vda d 65536"] {
            assert!(console.contains(says), "{says}: {console}");
        }
        assert!(!console.contains("GUEST-GPT"), "{console}");
        // While it runs nobody else gets it.
        h.jug(&make.replace("create db", "create two")).code(6).says("db's as well");
        h.jug("vm-stop --force db").ok();
        h.nothing_runs("db", "stopped");
        h.is_flashed(&device);
        h.jug("vm-remove -y db").ok();
        h.sh(&format!("kill {}", held.text())).ok();
    });
}
