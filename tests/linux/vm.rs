//! VMs for real: QEMU without KVM, a guest that boots, is reached, and is powered down.

use crate::expose::outside;
use crate::outcome::until;
use crate::support::{on_host, write};
use crate::vm_guest::{NEEDED, possible};

#[test]
fn from_nothing_to_a_guest_and_back() {
    if !possible() {
        return;
    }
    on_host(&[&NEEDED[..], &["nft", "curl"]].concat(), |h| {
        outside(h);
        h.jug("net-create lan --subnet 10.10.0.0/24").ok();
        let guest = h.guest("jugip=10.10.0.2/24 juggw=10.10.0.1");
        let create = format!("vm-create db --disk 64M --disk log:32M,ro --cpus 2 --net lan {guest}");
        h.jug(&format!("-n {create}")).ok().says("truncate").says("log.raw");
        assert_eq!(h.vm("db").0, "gone", "a dry run makes nothing");
        h.jug(&create).ok().says("created");
        h.jug(&create).code(5);
        h.jug("vm-showcmd db").ok().says("guest=db").says("tap,id=net0,ifname=jug1001");
        h.jug("-n vm-start db").ok().says("tuntap add").says("jug supervise db").says("set -eu");
        h.jug("vm-start db").ok().says("started");
        let (state, pid) = h.vm("db");
        assert!(state == "running" && pid.parse::<u32>().is_ok(), "{state} {pid}");
        h.jug("vm-start db").ok().says("unchanged");
        h.guest_says("db", "GUEST-UP cpus=2", 1);
        let console = h.console("db");
        for disk in ["GUEST-DISK vda disk0 131072", "GUEST-DISK vdb log 65536"] {
            assert!(console.contains(disk), "{console}");
        }
        // Its card is on its bridge, with jug's mark, and leads to it.
        h.sh("ip -d link show jug1001").ok().says("master jugbr1000").says("alias jug:");
        h.sh("curl -sS -m 10 http://10.10.0.2/").ok().says("guest of jug");
        // And to the outside by a port of the host's.
        h.jug("expose db 8080:80").ok();
        let page = "ip netns exec out curl -sS -m 10 http://192.0.2.1:8080/";
        h.sh(page).ok().says("guest of jug");
        h.jug("unexpose db 8080").ok();
        assert_ne!(h.sh(page).code, 0, "it is published still");
        h.jug("net-show lan").ok().says("db");
        h.jug("doctor").ok().says("all is well");
        // Its console is a shell.
        h.type_at("db", "echo it-is-$((40+2))", 2).says("it-is-42");
        let shown = h.jug("--json vm-ls").ok().json();
        assert_eq!(shown["environments"][0]["kind"], "vm");
        assert_eq!(shown["environments"][0]["addresses"][0], "10.10.0.2");
        h.jug("ls -H").ok().says("db\trunning");
        assert_eq!(h.jug("jls -H").ok().out, "");
        // A jail's commands are not for it.
        h.jug("jstart db").code(2).says("it is a VM");
        h.jug("jexec db -- true").code(125).says("it is a VM");
        h.jug("vm-remove -y db").code(6).says("it runs");
        h.jug("vm-disk-resize db disk0 128M").code(6).says("it runs");
        h.jug("vm-set db vm.memory=256M").ok().says("waiting for a restart: vm.memory");
        h.jug("vm-show --pending db").ok().says("vm.memory");
        // The guest is reset, and is there again.
        h.jug("vm-reset db").ok().says("reset");
        h.guest_says("db", "GUEST-UP", 2);
        h.jug("vm-stop --timeout 50 db").ok().says("stopped");
        assert!(h.console("db").contains("GUEST-BUTTON"), "it was not asked");
        h.nothing_runs("db", "stopped");
        h.sh("cat work/jails-system/db/vm.log").ok().says("the guest powered itself off").says_not("signal");
        h.jug("vm-stop db").ok().says("unchanged");
        h.jug("vm-console db").code(6).says("it does not run");
        h.jug("vm-remove -y db").ok();
        assert!(!h.work.join("jails-data/db-data").exists() && !h.work.join("jails-system/db").exists());
        h.jug("net-remove -y lan").ok();
    });
}

#[test]
fn a_guest_that_is_deaf_and_one_that_is_done() {
    if !possible() {
        return;
    }
    on_host(&NEEDED, |h| {
        write(&h.path("poststop"), "#!/bin/sh\necho \"$2 $1\" >>\"${0%/*}/hooks.log\"\n", 0o755);
        let guest = h.guest("deaf");
        h.jug(&format!("vm-create deaf --disk 16M --hook poststop=%/poststop {guest} --start")).ok();
        h.guest_says("deaf", "GUEST-UP", 1);
        let begun = std::time::Instant::now();
        h.jug("vm-stop --timeout 3 deaf").ok();
        assert!(begun.elapsed().as_secs() >= 3, "its power went at once");
        assert!(!h.console("deaf").contains("GUEST-BUTTON"));
        h.nothing_runs("deaf", "deaf");
        h.jug("vm-start deaf").ok();
        h.jug("vm-stop --force deaf").ok();
        h.nothing_runs("deaf", "forced");
        // One that powers itself off is cleared away without anybody asking, hooks included.
        h.sh("rm hooks.log").ok();
        h.jug("vm-start deaf").ok();
        h.guest_says("deaf", "GUEST-UP", 2);
        h.type_at("deaf", "poweroff -f", 2);
        until("it is cleared away", || !h.work.join("run/deaf").exists());
        h.nothing_runs("deaf", "done");
        h.sh("cat hooks.log").ok().is("deaf poststop");
        h.jug("log deaf").ok().says("vm-stop");
        assert_eq!(h.vm("deaf").0, "stopped");
    });
}

#[test]
fn disks_clones_and_names() {
    on_host(&["qemu-system-x86_64", "truncate"], |h| {
        h.jug("vm-create db --disk 16M --kernel /bin/busybox").ok();
        let size = |file: &str| std::fs::metadata(h.work.join(file)).map_or(0, |m| m.len() >> 20);
        assert_eq!(size("jails-data/db-data/disk0.raw"), 16);
        h.jug("vm-disk-add db 8M extra:4M,bus=ahci").ok().says("disk1, extra");
        h.jug("vm-get db vm.disks").ok().is("disk0:16M\ndisk1:8M\nextra:4M,bus=ahci");
        h.jug("vm-disk-add db extra:1M").code(2).says("given twice");
        h.jug("vm-disk-add db other:/nowhere/disk").code(4).says("/nowhere/disk");
        h.sh("echo keep >work/jails-data/db-data/mine.raw").ok();
        h.jug("vm-disk-add db mine:1M").code(5).says("there already");
        h.sh("cat work/jails-data/db-data/mine.raw").ok().is("keep");
        h.jug("vm-disk-resize db disk1 +8M").ok().says("disk1 has 16M");
        assert_eq!(size("jails-data/db-data/disk1.raw"), 16);
        h.jug("vm-disk-resize db disk1 16M").ok().says("unchanged");
        h.jug("vm-disk-resize db disk1 1M").code(2).says("would be lost");
        h.jug("vm-disk-remove db extra").code(2);
        h.jug("vm-disk-remove -y db extr").code(4).says("did you mean extra?");
        h.jug("vm-disk-remove -y db extra").ok();
        assert_eq!(size("jails-data/db-data/extra.raw"), 0);
        // The clone has its own.
        h.sh("printf data | dd of=work/jails-data/db-data/disk0.raw conv=notrunc 2>/dev/null").ok();
        h.jug("vm-clone db two --set vm.memory=2G").ok();
        h.sh("head -c 4 work/jails-data/two-data/disk0.raw").ok().is("data");
        h.jug("vm-get two vm.memory").ok().is("2G");
        h.jug("vm-rename two three").ok();
        h.jug("vm-ls -H").ok().says("three").says_not("two\t");
        h.jug("vm-unregister three").ok();
        h.jug("vm-ls -H --all").ok().says("three\tunregistered");
        // What its copy asks this host for is shown: a kernel is a file of the host's.
        h.jug("vm-register three").code(2).says("vm.kernel /bin/busybox");
        h.jug("vm-register --trust three").ok();
        assert_eq!(h.vm("three").0, "stopped");
        for (args, says) in [
            ("--disk 1000", "at least 1M"),
            ("--cpus 16,sockets=3,cores=5", "3 sockets x 5 cores"),
            ("--cpus 0", "1 to 256"),
            ("--set vm.vnc=0.0.0.0:5900,password=none", "without a password"),
            ("--net lan,mac=01:00:5e:00:00:01", "group"),
            ("--net inherit", "a VM has cards"),
            ("--set allow.mount=true", "only jails have it"),
            ("--boot cd", "CD drive"),
        ] {
            h.jug(&format!("vm-create x {args}")).code(2).says(says);
        }
        h.jug("vm-create ../x").code(2);
        // What is not there is no CD, neither for a new one nor for one that is there.
        h.jug("vm-create x --iso nothere.iso").code(4).says("/nothere.iso for its CD drive");
        h.jug("vm-set db vm.cd=/nothere.iso").code(4).says("there is no /nothere.iso");
        assert_eq!(h.jug("vm-get db vm.cd").ok().out.trim(), "");
        h.jug("vm-create nb --memory 4096G")
            .ok()
            .says("are free on this host")
            .says("neither a disk nor a CD");
        h.jug("vm-remove -y nb").ok();
        let line = h.jug("vm-ls -H db").ok().out;
        let fields: Vec<&str> = line.trim_end().split('\t').collect();
        assert_eq!((fields.len(), fields[0], fields[5], fields[7]), (10, "db", "1", "2"), "{line}");
        h.jug("vm-ls").ok().says("CPUS").says("DISKS").says_not("JID");
        assert_eq!(h.vm("x").0, "gone");
    });
}

#[test]
fn what_is_no_plain_file_is_no_disk() {
    on_host(&["qemu-system-x86_64", "truncate"], |h| {
        h.jug("vm-create db --disk 16M --kernel /bin/busybox").ok();
        let disk = "work/jails-data/db-data/disk0.raw";
        h.sh(&format!("rm {disk} && echo secret >secret && ln -s $PWD/secret {disk}")).ok();
        h.jug("vm-start db").code(1).says("disk0.raw is no plain file");
        h.nothing_runs("db", "a link");
        h.sh(&format!("rm {disk}")).ok();
        h.jug("vm-start db").code(1).says("disk0.raw is not there");
        // Nor is what somebody else writes to.
        h.sh("truncate -s 1M blocks && mkdir m && mount -t tmpfs $PWD/blocks m").ok();
        h.jug("vm-create other --kernel /bin/busybox --disk shared:%/blocks").ok();
        h.jug("vm-start other").code(6).says("is mounted at").says("umount");
        h.sh("umount m").ok();
        // A hypervisor that says no is what the error says.
        h.sh(&format!("truncate -s 16M {disk}")).ok();
        h.jug("vm-start db").code(1).says("the hypervisor failed").says("vm.log");
        h.nothing_runs("db", "no kernel");
        assert_eq!(h.vm("db").0, "stopped");
        h.jug("vm-set db vm.memory=4096G").ok();
        h.jug("-n vm-start db").ok().says("are free on this host");
    });
}

#[test]
fn a_list_of_many_costs_as_much_as_one_of_few() {
    on_host(&["qemu-system-x86_64", "perl", "pgrep"], |h| {
        let count = || h.jug("-v vm-ls -H").ok().err.lines().filter(|l| l.starts_with("+ ")).count();
        h.jug("vm-create first").ok();
        let template = h.sh("cat work/envs/first.toml").ok().out;
        write(&h.work.join("lock/first.run"), "", 0o600);
        let few = count();
        for i in 0..200 {
            let uuid = format!("uuid = \"00000000-0000-4000-8000-{i:012}\"");
            let lines = template.lines().map(|l| if l.starts_with("uuid") { &uuid } else { l });
            let text: String = lines.map(|l| format!("{l}\n")).collect();
            write(&h.work.join(format!("envs/v{i}.toml")), &text, 0o644);
            write(&h.work.join(format!("lock/v{i}.run")), "", 0o600);
        }
        assert_eq!(h.jug("vm-ls -H").ok().out.lines().count(), 201);
        assert_eq!(count(), few);
        // And the same where all of them run, as far as the process table tells.
        write(
            &h.path("many"),
            "for my $i (0..199) { next if fork; \
               $0 = sprintf('qemu-system-x86_64 -name guest=v%d -uuid 00000000-0000-4000-8000-%012d -x', $i, $i); \
               sleep 200; exit } wait for 1..200;",
            0o644,
        );
        h.sh("perl many >/dev/null 2>&1 &").ok();
        until("they run", || h.sh("pgrep -fc '^qemu-system-x86_64 -name guest=v'").text() == "200");
        let running = h.jug("vm-ls -H").ok().out.matches("\trunning\t").count();
        assert_eq!(running, 200);
        assert_eq!(count(), few);
        h.sh("pkill -f '^qemu-system-x86_64 -name guest=v'; true").ok();
        h.sh("rm work/envs/v*.toml").ok();
    });
}

/// zfs-fuse has volumes, but no devices for them.
#[test]
fn disks_are_files_where_there_are_no_volumes() {
    if std::path::Path::new("/sys/module/zfs").exists() {
        return eprintln!("not tested: this ZFS has volumes");
    }
    on_host(&["qemu-system-x86_64", "truncate", "zfs-fuse"], |h| {
        h.zfs();
        h.jug("vm-create db --disk 16M --kernel /bin/busybox").ok();
        h.jug("vm-disk-add db 8M").ok();
        h.jug("vm-get db storage").ok().is("zfs");
        h.jug("vm-get db vm.disks").ok().says("disk0:16M,type=raw").says("disk1:8M,type=raw");
        assert!(h.work.join("jails-data/db-data/disk1.raw").exists());
        h.jug("vm-disk-add db 8M,type=zvol").code(2);
        h.jug("vm-disk-add db more:8M,type=zvol").code(7).says("no volumes").says("type=raw");
        h.jug("vm-remove -y db").ok();
    });
}
