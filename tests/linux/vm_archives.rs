//! vm-export and vm-import: disks come back byte for byte, on whatever storage, and boot; what is hostile does not come in.

use crate::crash::{killed, made_or_not};
use crate::support::{Host, on_host, write};
use crate::vm_guest::{NEEDED, possible};
use std::os::unix::fs::{MetadataExt, PermissionsExt};

/// A VM that need not run, with something on its disk, between holes, and variables of its own.
fn filled(h: &Host, more: &str) {
    h.jug(&format!("vm-create db --disk 16M --disk log:8M,bus=ahci {more}")).ok();
    for (disk, seek) in [("disk0", 5), ("log", 7)] {
        let disk = format!("work/jails-data/db-data/{disk}.raw");
        h.sh(&format!("head -c 1M /dev/urandom | dd of={disk} bs=1M seek={seek} conv=notrunc status=none"))
            .ok();
    }
    write(&h.path("work/jails-system/db/OVMF_VARS_4M.fd"), "the variables of its firmware", 0o600);
}

/// The sums of a VM's disks and of what belongs to it.
fn picture(h: &Host, name: &str) -> String {
    let line = format!(
        "(cd work/jails-data/{name}-data && sha256sum *.raw); cd work/jails-system/{name} && \
         find OVMF_VARS_4M.fd seed -type f -exec sha256sum {{}} + 2>/dev/null | sort; true"
    );
    let out = h.sh(&line).ok().out;
    assert!(out.contains("disk0.raw") && out.contains("log.raw"), "{out}");
    out
}

#[test]
fn a_vm_comes_back_as_it_was_and_boots() {
    if !possible() {
        return;
    }
    on_host(&[&NEEDED[..], &["zstd", "xorriso"]].concat(), |h| {
        h.base();
        h.jug("net-create lan --subnet 10.10.0.0/24").ok();
        write(&h.path("told"), "#cloud-config\npassword: 'a secret of the test'\n", 0o600);
        filled(h, &format!("--net lan --user-data %/told --set vm.stop_timeout=2 {}", h.guest("")));
        let disk = h.path("work/jails-data/db-data/disk0.raw");
        // What is the host's is not in it, and that is said.
        h.jug("vm-set db vm.cd=/etc/motd vm.passthru=5/0/0 vm.shares+=src=/usr/src").ok();
        let told = h.jug("vm-export db %/first.jug").ok();
        for word in ["vm.kernel /", "vm.cd /etc/motd", "5/0/0", "/usr/src"] {
            assert!(told.err.contains(word), "{word}: {told:?}");
        }
        h.jug("vm-set db vm.cd= vm.passthru= vm.shares=").ok();
        h.jug("vm-start db").ok();
        h.jug("vm-export db %/db.jug").code(6).says("it runs").says("jug vm-export --stop db FILE");
        h.jug("vm-export db %/db.jug --stop").ok().says("exported to").says_not("crash-consistent");
        assert_eq!(h.vm("db").0, "running");
        h.jug("vm-stop --force db").ok();
        let before = picture(h, "db");
        // Holes take next to nothing, and without jug tar(1) and zstd(1) get all of it out.
        let archive = std::fs::metadata(h.path("db.jug")).unwrap();
        assert!(archive.len() < 3 << 20 && archive.permissions().mode() & 0o777 == 0o600, "{archive:?}");
        h.sh("tar -xOf db.jug jug.toml").ok().says("kind = \"vm\"");
        h.sh("tar -xOf db.jug --wildcards 'disk0.raw/*' | zstd -dq -o by-hand.raw; \
              tar -xOf db.jug --wildcards 'data/*' | zstd -dc | tar -tf -")
            .ok()
            .is("OVMF_VARS_4M.fd\nseed/user-data");
        let by_hand = std::fs::metadata(h.path("by-hand.raw")).unwrap();
        assert!(by_hand.blocks() * 512 < 8 << 20 && by_hand.len() == 16 << 20, "{by_hand:?}");
        h.sh(&format!("cmp by-hand.raw {}", disk.display())).ok();
        // Each kind has its own commands, and a file of the other's is told from none.
        h.jug("jexport db %/x.jug").code(2).says("it is a VM");
        h.jug("jimport %/db.jug --as w2").code(2).says("it is a VM").says("jug vm-import takes it");
        h.jug("jcreate www --base bb --mode full").ok();
        h.jug("vm-export www %/x.jug").code(2).says("it is a jail");
        h.jug("jexport www %/www.jug").ok();
        h.jug("vm-import %/www.jug --as w2").code(2).says("it is a jail").says("jug jimport takes it");
        h.sh("tar -cf root.tar -C busybox .").ok();
        h.jug("vm-import %/root.tar --as w2").code(2).says("jug image-import").says("jug jimport");
        h.jug("jremove -y www").ok();
        // Not trusted: its kernel is the host's.
        h.jug("vm-import %/db.jug").code(5).says("it exists");
        let clean = h.snapshot();
        h.jug("-n vm-import %/db.jug --as two").ok().says("truncate -c -s 16777216").says("register it");
        h.same(&clean, "after a dry run");
        let out = h.jug("vm-import %/db.jug --as two").ok();
        assert!(out.err.contains("vm.kernel /") && out.err.contains("--trust"), "{out:?}");
        h.jug("vm-get two vm.firmware").ok().is("uefi");
        h.jug("vm-get two vm.disks").ok().is("disk0:16M\nlog:8M,bus=ahci");
        assert_eq!(picture(h, "two"), before);
        let copy = std::fs::metadata(h.path("work/jails-data/two-data/disk0.raw")).unwrap();
        assert!(copy.blocks() * 512 < 8 << 20 && copy.mode() & 0o777 == 0o600, "{copy:?}");
        let seed = |path: &str| std::fs::metadata(h.path(path)).unwrap().mode() & 0o777;
        assert_eq!(
            ["work/jails-system/two/seed", "work/jails-system/two/seed/user-data"].map(seed),
            [0o700, 0o600]
        );
        assert_ne!(h.jug("vm-get two uuid").ok().out, h.jug("vm-get db uuid").ok().out);
        assert_ne!(h.jug("vm-get two net").ok().out, h.jug("vm-get db net").ok().out);
        h.jug("vm-remove -y two").ok();
        // The same identity by way of a pipe, once it is gone; and it boots from what came.
        let (uuid, jug) = (h.jug("vm-get db uuid").ok().out, env!("CARGO_BIN_EXE_jug"));
        h.sh(&format!("JUG_CONFIG=$PWD/jug.toml {jug} vm-export db - >piped.jug")).ok();
        h.jug("vm-remove -y db").ok();
        h.sh(&format!("cat piped.jug | JUG_CONFIG=$PWD/jug.toml {jug} vm-import - --trust --start")).ok();
        assert_eq!((h.jug("vm-get db uuid").ok().out, picture(h, "db")), (uuid, before));
        h.guest_says("db", "GUEST-UP", 1);
        let console = h.console("db");
        for says in ["GUEST-DISK vda disk0 32768", "GUEST-SEED user-data #cloud-config"] {
            assert!(console.contains(says), "{says}: {console}");
        }
        h.jug("vm-stop --force db").ok();
        h.nothing_runs("db", "stopped");
        h.jug("doctor").ok();
        h.jug("vm-remove -y db").ok();
        h.jug("net-remove -y lan").ok();
    });
}

#[test]
fn live_from_a_snapshot_to_either_storage() {
    if !possible() {
        return;
    }
    on_host(&[&NEEDED[..], &["zstd", "zfs-fuse"]].concat(), |h| {
        h.zfs();
        filled(h, &h.guest("deaf"));
        h.jug("vm-get db vm.disks").ok().is("disk0:16M,type=raw\nlog:8M,bus=ahci,type=raw");
        let before = picture(h, "db");
        h.jug("vm-export db %/db.jug --form zfs").code(2).says("none of its disks is a volume");
        h.jug("vm-start db").ok();
        h.jug("vm-export db %/db.jug").ok().says("crash-consistent since it runs");
        assert_eq!(h.vm("db").0, "running");
        h.sh("zfs list -H -t all -o name -r tank/jug/env").ok().says_not("export");
        h.jug("vm-stop --force db").ok();
        h.jug("vm-import %/db.jug --as flat --storage dir").ok();
        assert_eq!(picture(h, "flat"), before);
        h.jug("vm-get flat vm.disks").ok().is("disk0:16M\nlog:8M,bus=ahci");
        h.jug("vm-export flat %/flat.jug").ok();
        h.jug("vm-import %/flat.jug --as deep --storage zfs").ok();
        assert_eq!(picture(h, "deep"), before);
        h.jug("vm-get deep vm.disks").ok().says("disk0:16M,type=raw");
        h.jug("vm-remove -y flat").ok();
        h.jug("vm-remove -y deep").ok();
        // Killed while it is written, it is there under its name or not at all, and nothing of the snapshot is left.
        let mut n = 1;
        while killed(h, "vm-export db %/killed.jug", "fdatasync", n) {
            h.jug("doctor --fix").ok();
            h.sh("zfs list -H -t all -o name -r tank/jug/env; ls -a")
                .ok()
                .says_not("export")
                .says_not(".part");
            if h.path("killed.jug").exists() {
                h.sh("cmp killed.jug db.jug || tar -tf killed.jug").ok();
                h.jug("vm-import %/killed.jug --as whole").ok();
                assert_eq!(picture(h, "whole"), before);
                h.jug("vm-remove -y whole").ok();
                h.sh("rm killed.jug").ok();
            }
            n += 1;
        }
        assert!(n > 10, "only {n} points to die at");
        assert_eq!(picture(h, "db"), before);
        h.jug("vm-remove -y db").ok();
    });
}

/// Makes an archive of what lies in `x`, with the sums of just that.
fn forged(h: &Host, file: &str) {
    let line = "cd x && part() { printf '[%s]\\nsize = %s\\nsum = \"sha256:%s\"\\n' \"$1\" \
        \"$(cat $2 | wc -c)\" \"$(cat $2 | sha256sum | cut -d ' ' -f 1)\"; } && \
        { echo 'version = 1'; part manifest jug.toml; part data 'data/*'; \
          for d in *.raw; do part \"disks.\\\"$d\\\"\" \"$d/*\"; done; } >sums.toml && cd .. && \
        tar -c --format ustar --owner 0 --group 0 --numeric-owner --mode 600 --mtime @0 -C x -f ";
    h.sh(&format!("{line} {file} jug.toml $(cd x && ls data/* *.raw/*) sums.toml")).ok();
}

#[test]
fn what_is_hostile_is_refused_and_leaves_nothing() {
    on_host(&["zstd"], |h| {
        filled(h, "--kernel /bin/busybox");
        write(&h.path("work/jails-system/db/seed/user-data"), "#cloud-config\n", 0o600);
        h.jug("vm-export db %/good.jug").ok();
        h.sh("mkdir good outside && tar -xf good.jug -C good && echo safe >outside/victim").ok();
        let clean = h.snapshot();
        let refused = |file: &str, more: &str, word: &str| {
            let out = h.jug(&format!("vm-import %/{file} --as evil {more}")).says("jug: ");
            assert!([1, 2].contains(&out.code) && out.err.contains(word), "{file}: {word:?}: {out:?}");
            h.same(&clean, &format!("{file}: {word}"));
            h.sh("ls outside; cat outside/victim").ok().is("victim\nsafe");
        };
        for tenth in 1..10 {
            h.sh(&format!("head -c $(($(stat -c %s good.jug) * {tenth} / 10)) good.jug >cut.jug")).ok();
            refused("cut.jug", "", "cut off");
        }
        // As it is, it is taken.
        h.sh("cp -r good x").ok();
        forged(h, "same.jug");
        h.jug("vm-import %/same.jug --as evil").ok();
        h.jug("vm-remove -y evil").ok();
        h.same(&clean, "after a good one");
        let disk = |line: &str| format!("{line} | zstd -q -c >x/disk0.raw/00000000");
        let tar = |line: &str| {
            format!("mkdir t && cd t && {line} | zstd -q -c >../x/data/00000000 && cd .. && rm -r t")
        };
        let header = |more: &str| disk(&format!("(printf '{more}'; head -c 16M /dev/zero) | head -c 16M"));
        for (word, line) in [
            ("disk0.raw in it is longer than the 16M", disk("head -c 17M /dev/zero")),
            ("disk0.raw in it is longer than the 16M", disk("head -c 16777217 /dev/zero")),
            ("disk0.raw in it is shorter than the 16M", disk("head -c 15M /dev/zero")),
            ("disk0.raw in it is longer", "zstd -q -c jug.toml >>x/disk0.raw/00000000".into()),
            ("zstd", "echo more >>x/disk0.raw/00000000".into()),
            ("zstd", "echo more >>x/data/00000000".into()),
            ("backing file", header("QFI\\373\\0\\0\\0\\3\\0\\0\\0\\0\\0\\0\\1\\0\\0\\0\\0\\11%0100d")),
            ("it is a qcow2", header("QFI\\373\\0\\0\\0\\3%0120d").replace("%0120d", &"\\0".repeat(120))),
            ("a VHD", header("conectix")),
            ("there is no `disk0.raw`", "rm -r x/disk0.raw".into()),
            ("there is no `log.raw`", "rm -r x/log.raw".into()),
            ("`other.raw/00000000` is not what comes next", "cp -r x/log.raw x/other.raw".into()),
            ("there is no `disk3.raw`", "sed -i 's/disk0:16M/disk3:1M\", \"disk0:16M/' x/jug.toml".into()),
            ("longer than the 1M", "sed -i 's/disk0:16M/disk0:1M/' x/jug.toml".into()),
            ("nothing that belongs to a VM", tar("mkdir owner.d && touch owner.d/9 && tar -c owner.d/9")),
            ("nothing that belongs to a VM", tar("touch env.toml && tar -c env.toml")),
            ("nothing that belongs to a VM", tar("ln -s ../outside seed && tar -c seed")),
            (
                "nothing that belongs to a VM",
                tar("ln -s /etc/passwd OVMF_VARS_4M.fd && tar -c OVMF_VARS_4M.fd"),
            ),
            ("nothing that belongs to a VM", tar("tar -cP ../outside/victim")),
            (
                "nothing that belongs to a VM",
                tar(
                    "mkdir seed && touch seed/user-data && chmod 4755 seed/user-data && tar -c seed/user-data",
                ),
            ),
            (
                "is in it twice",
                tar("touch OVMF_VARS.fd && chmod 600 OVMF_VARS.fd && o='--format ustar --owner 0 --group 0 \
                     --numeric-owner --mtime @0' && tar -cf a $o OVMF_VARS.fd && tar -rf a $o OVMF_VARS.fd && cat a"),
            ),
            (
                "longer than it ought to be",
                tar("truncate -s 17M OVMF_VARS.fd && chmod 600 OVMF_VARS.fd && \
                     tar -c --format ustar --owner 0 --group 0 --numeric-owner --mtime @0 OVMF_VARS.fd"),
            ),
            ("manifest", "sed -i 's,disk0:16M,../disk0:16M,' x/jug.toml".into()),
            ("manifest", "sed -i 's,disk0:16M,export:16M,' x/jug.toml".into()),
        ] {
            h.sh("rm -rf x && cp -r good x").ok();
            h.sh(&line.replace("../x/", &format!("{}/", h.str("x")))).ok();
            forged(h, "forged.jug");
            refused("forged.jug", "", word);
        }
        // With the sums of before, and with something after them.
        h.sh("rm -rf x && cp -r good x && zstd -dcq good/disk0.raw/00000000 | tr '\\0' '\\1' | zstd -q >x/disk0.raw/00000000").ok();
        h.sh("tar -c --format ustar --owner 0 --group 0 --numeric-owner --mode 600 --mtime @0 -C x -f changed.jug \
              jug.toml data/00000000 disk0.raw/00000000 log.raw/00000000 sums.toml")
            .ok();
        refused("changed.jug", "", "the length and the sum");
        h.sh("cat good.jug good.jug >twice.jug").ok();
        refused("twice.jug", "", "follows its end");
        refused("good.jug", "--max-size 20M", "longer than 20M");
        // A guest may have anything on its disk: trust takes it.
        h.sh("rm -rf x && cp -r good x").ok();
        h.sh(&header("conectix")).ok();
        forged(h, "forged.jug");
        h.jug("vm-import %/forged.jug --as evil --trust").ok();
        h.sh("head -c 8 work/jails-data/evil-data/disk0.raw").ok().is("conectix");
        h.jug("vm-remove -y evil").ok();
        h.same(&clean, "after all");
        h.jug("vm-remove -y db").ok();
    });
}

#[test]
fn killed_while_importing_and_a_full_disk() {
    on_host(&["zstd", "strace"], |h| {
        std::fs::create_dir_all(&h.work).unwrap();
        h.sh("mount -t tmpfs -o size=40m none work").ok();
        filled(h, "--kernel /bin/busybox");
        h.sh("head -c 12M /dev/urandom | dd of=work/jails-data/db-data/disk0.raw bs=1M conv=notrunc status=none").ok();
        h.jug("vm-export db %/db.jug").ok();
        h.jug("vm-import %/db.jug --as new").ok();
        h.jug("vm-remove -y new").ok();
        made_or_not(h, "vm-import %/db.jug --as new", "new");
        for free in [0, 32, 256, 4096, 12 << 10] {
            let before = h.snapshot();
            h.sh(&format!(
                "n=$(($(df -k --output=avail work | tail -1) - {free})); head -c ${{n}}k /dev/zero >work/fill"
            ))
            .ok();
            let out = h.jug("vm-import %/db.jug --as new");
            h.sh("rm work/fill").ok();
            assert!([1, 3].contains(&out.code), "{free}k free: {out:?}");
            if out.code == 3 {
                h.jug("doctor --fix").ok();
            }
            h.same(&before, &format!("{free}k free: {out:?}"));
        }
        h.jug("vm-remove -y db").ok();
        h.sh("umount work").ok();
    });
}
