//! What a VM begins with, for real: UEFI from a disk and from a CD, and the devices that a kernel for clouds does not know.

use crate::support::{Host, on_host, write};
use crate::vm_guest::{GRUB, NEEDED, full, possible};

const FIRMWARE: &str = "/usr/share/OVMF/OVMF_VARS_4M.fd";

impl Host {
    /// What GRUB is to boot from there.
    fn boot_files(&self, dir: &str, from: &str) {
        let (kernel, initrd) = self.guest_files();
        let text =
            format!("linux /vmlinuz console=ttyS0 panic=-1 quiet from={from}\ninitrd /initrd.gz\nboot\n");
        write(&self.path(&format!("{dir}/EFI/debian/grub.cfg")), &text, 0o644);
        self.sh(&format!(
            "set -e; mkdir -p {dir}/EFI/BOOT; cp {GRUB} {dir}/EFI/BOOT/BOOTX64.EFI; cp {} {dir}/vmlinuz; cp {} {dir}/",
            kernel.display(),
            initrd.display()
        ))
        .ok();
    }
    /// A disk with a GPT, whose one partition the firmware reads.
    fn bootable_disk(&self) {
        self.boot_files("d", "disk");
        self.sh("set -e; truncate -s 64M disk; echo 'label: gpt\nstart=2048, size=126976, type=uefi' | sfdisk -q disk; \
                 export MTOOLS_SKIP_CHECK=1; at=disk@@1048576; \
                 mformat -i $at -T 126976 -h 64 -s 32 ::; mcopy -s -i $at d/EFI d/vmlinuz d/initrd.gz ::")
            .ok();
    }
    /// An installer's CD: what the firmware reads is an image of its own (El Torito), and the rest is beside it.
    fn bootable_cd(&self) {
        self.boot_files("c", "cd");
        self.sh("set -e; truncate -s 8M c/efi.img; mformat -i c/efi.img -T 16384 -h 64 -s 32 ::; \
                 mcopy -s -i c/efi.img c/EFI ::; \
                 xorriso -as mkisofs -quiet -J -r -V INSTALL -e efi.img -no-emul-boot -o cd.iso c 2>&1")
            .ok();
    }
}

#[test]
fn firmware_of_its_own_boots_from_its_disk_or_its_cd() {
    if !possible() {
        return;
    }
    on_host(&[&NEEDED[..], &["sfdisk", "mformat", "xorriso", "cmp", FIRMWARE, GRUB]].concat(), |h| {
        h.bootable_disk();
        h.bootable_cd();
        let template = h.sum("sha256sum", FIRMWARE);
        let before = |h: &Host, n: usize, from: &str| {
            h.jug("vm-start db").ok();
            h.guest_says("db", "GUEST-UP", n);
            let console = h.console("db");
            let last = console.rsplit("GUEST-FROM ").next().unwrap_or_default();
            assert!(
                last.starts_with(&format!("from={from}")) && last.contains("GUEST-EFI"),
                "{n}: {console}"
            );
            h.jug("vm-stop --timeout 50 db").ok();
            h.nothing_runs("db", from);
        };
        h.jug("vm-create db --memory 256M --disk boot:%/disk").ok();
        before(h, 1, "disk");
        // Its firmware remembers what it booted, in a file of its own; the package's is as it was.
        h.sh(&format!("cmp -s work/jails-system/db/OVMF_VARS_4M.fd {FIRMWARE}")).code(1);
        assert_eq!(h.sum("sha256sum", FIRMWARE), template);
        h.jug("vm-set db vm.cd=%/cd.iso vm.boot=cd").ok();
        before(h, 2, "cd");
        // The CD may stay once all is installed.
        h.jug("vm-set db vm.boot=disk").ok();
        before(h, 3, "disk");
        h.jug("vm-remove -y db").ok();
        // As an installer is first met: a disk with nothing on it.
        h.jug("vm-create db --memory 256M --disk 16M --iso %/cd.iso --boot cd").ok();
        before(h, 1, "cd");
        h.jug("vm-remove -y db").ok();
        assert!(h.path("cd.iso").exists(), "what is somebody else's is removed");
    });
}

#[test]
#[ignore = "it needs a kernel of its own: make test-slow"]
fn every_device_is_seen_by_its_guest() {
    if !full() {
        return;
    }
    on_host(&[&NEEDED[..], &["xorriso"]].concat(), |h| {
        h.sh("mkdir share own iso; echo shared >share/file; echo mine >own/file; echo cd >iso/file; \
              xorriso -as mkisofs -quiet -J -r -V CD -o cd.iso iso 2>&1; chmod 777 own")
            .ok();
        h.jug("net-create lan --subnet 10.10.0.0/24").ok();
        let guest = h.full_guest(
            "mkdir /s /o /c; sleep 3\n\
             mount -t 9p -o trans=virtio,version=9p2000.L src /s && echo \"GUEST-SHARE $(cat /s/file)\"\n\
             echo x 2>/dev/null >/s/new || echo GUEST-SHARE read-only\n\
             mount -t 9p -o trans=virtio,version=9p2000.L own /o && echo from the guest >/o/new && echo GUEST-SHARE written\n\
             mount -t iso9660 -o ro /dev/sr0 /c && echo \"GUEST-CD $(cat /c/file)\"\n\
             for d in /sys/block/sd* /sys/block/nvme*; do [ -e $d ] || continue\n\
             echo \"GUEST-DISK ${d##*/} $(cat $d/device/serial 2>/dev/null) $(cat $d/size) $(cat $d/ro)\"; done\n\
             for d in /sys/class/net/eth*; do echo \"GUEST-NIC $(readlink $d/device/driver | sed s,.*/,,) $(cat $d/address)\"; done\n",
        );
        h.jug(&format!(
            "vm-create db --cpus 4,sockets=2,cores=2 --disk a:16M --disk b:24M,bus=nvme --disk c:32M,bus=ahci \
             --disk d:40M,bus=nvme,ro --iso %/cd.iso --net lan --net lan --set vm.nic_model=e1000 \
             --set vm.shares=src=%/share,ro --set vm.shares+=own=%/own {guest} --start"
        ))
        .ok();
        h.guest_says("db", "GUEST-UP cpus=4", 1);
        let console = h.console("db");
        for says in [
            "GUEST-SHARE shared",
            "GUEST-SHARE read-only",
            "GUEST-SHARE written",
            "GUEST-CD cd",
            "GUEST-DISK vda a 32768",
            "GUEST-DISK sda",
            "65536 0",
            " b  ",
        ] {
            assert!(console.contains(says), "{says}: {console}");
        }
        assert_eq!(console.matches("GUEST-NIC e1000").count(), 2, "{console}");
        h.sh("cat own/new").ok().is("from the guest");
        assert!(!h.path("share/new").exists());
        h.jug("vm-stop --timeout 50 db").ok();
        h.nothing_runs("db", "stopped");
        h.jug("vm-remove -y db").ok();
        h.jug("net-remove -y lan").ok();
    });
}
