//! A VM whose hypervisor, whose supervisor, or whose jug is killed.

use crate::crash::{everywhere, killed};
use crate::outcome::until;
use crate::support::{Host, on_host, write};
use crate::vm_guest::{NEEDED, possible};

/// A VM with a card, whose guest needs nothing but a moment to power down.
fn made(h: &Host) {
    h.jug("net-create lan --subnet 10.10.0.0/24").ok();
    let guest = h.guest("jugip=10.10.0.2/24");
    h.jug(&format!("vm-create db --disk 16M --net lan {guest} --set vm.stop_timeout=2")).ok();
}

fn supervisor(h: &Host) -> String {
    h.sh("pgrep -f '[s]upervise --detached db'").ok().out.trim().to_string()
}

#[test]
fn a_hypervisor_that_is_killed() {
    if !possible() {
        return;
    }
    on_host(&NEEDED, |h| {
        made(h);
        h.jug("vm-start db").ok();
        h.sh(&format!("kill -9 {}", h.vm("db").1)).ok();
        until("it is cleared away", || !h.work.join("run/db").exists());
        h.nothing_runs("db", "the hypervisor was killed");
        h.sh("cat work/jails-system/db/vm.log").ok().says("ended by signal 9").says("cleared away");
        // Again, and it is to be started again.
        h.jug("vm-set db vm.on_crash=restart vm.restarts=1").ok();
        h.jug("vm-start db").ok();
        let first = h.vm("db").1;
        h.sh(&format!("kill -9 {first}")).ok();
        until("it runs again", || {
            let (state, pid) = h.vm("db");
            state == "running" && pid != first && pid != "-"
        });
        h.sh(&format!("kill -9 {}", h.vm("db").1)).ok();
        until("once an hour is enough", || !h.work.join("run/db").exists());
        h.nothing_runs("db", "it crashed twice");
        h.jug("vm-remove -y db").ok();
        h.jug("net-remove -y lan").ok();
    });
}

#[test]
fn a_supervisor_that_is_killed() {
    if !possible() {
        return;
    }
    on_host(&NEEDED, |h| {
        made(h);
        // The guest goes on, doctor sees it, and the next command begins by clearing it away.
        for mend in ["vm-start db", "doctor --fix", "vm-stop db"] {
            h.jug("vm-start db").ok();
            h.sh(&format!("kill -9 {}", supervisor(h))).ok();
            assert_eq!(h.vm("db").0, "running");
            until("it is seen", || h.jug("doctor").code == 3);
            h.jug("doctor").code(3).says("its supervisor is gone");
            h.jug(mend).ok();
            if mend == "vm-start db" {
                let all = h.processes().iter().filter(|p| p.contains("qemu")).count();
                assert!(h.vm("db").0 == "running" && all == 1, "{all} of them run");
                h.jug("doctor").ok();
                h.jug("vm-stop --force db").ok();
            }
            h.nothing_runs("db", mend);
            h.jug("doctor").ok();
        }
        // Both at once: nothing runs, and what was around it is still there.
        for mend in ["vm-start db", "doctor --fix", "vm-stop db", "vm-remove -y db"] {
            h.jug("vm-start db").ok();
            h.sh(&format!("kill -9 {} {}", supervisor(h), h.vm("db").1)).ok();
            until("both are gone", || h.vm("db").0 == "stopped");
            h.jug("doctor").code(3).says("still there");
            h.jug(mend).ok();
            if mend == "vm-start db" {
                h.jug("vm-stop --force db").ok();
            }
            h.nothing_runs("db", mend);
            h.jug("doctor").ok();
        }
        h.jug("net-remove -y lan").ok();
    });
}

/// Whether a supervisor was killed on its `n`th line of the journal while it cleared away after its guest.
fn killed_while_clearing(h: &Host, n: u32) -> bool {
    let (pid, guest) = (supervisor(h), h.vm("db").1);
    h.sh(&format!(
        "strace -f -qq -o /dev/null -e trace=fdatasync -e inject=fdatasync:signal=KILL:when={n} -p {pid} >/dev/null 2>&1 &"
    ))
    .ok();
    let status = || std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
    until("it is watched", || status().lines().any(|l| l.starts_with("TracerPid:") && !l.ends_with("\t0")));
    h.sh(&format!("kill -9 {guest}")).ok();
    until("it ends", || status().is_empty());
    h.work.join("journal/db.jsonl").exists()
}

#[test]
fn a_supervisor_that_is_killed_while_it_clears_away() {
    if !possible() {
        return;
    }
    on_host(&[&NEEDED[..], &["strace"]].concat(), |h| {
        made(h);
        let mut n = 1;
        loop {
            h.jug("vm-start db").ok();
            if !killed_while_clearing(h, n) {
                break;
            }
            let mend = ["doctor --fix", "vm-stop db", "vm-start db"][n as usize % 3];
            h.jug(mend).ok();
            if mend == "vm-start db" {
                h.jug("vm-stop --force db").ok();
            }
            h.nothing_runs("db", &format!("killed at line {n}, then {mend}"));
            h.jug("doctor").ok();
            n += 1;
        }
        assert!(n > 5, "it has only {n} points to die at");
        h.nothing_runs("db", "it was not killed");
        h.jug("vm-remove -y db").ok();
        h.jug("net-remove -y lan").ok();
    });
}

#[test]
fn killed_while_starting_and_stopping() {
    if !possible() {
        return;
    }
    on_host(&[&NEEDED[..], &["strace"]].concat(), |h| {
        made(h);
        for verb in ["vm-start db", "vm-stop db"] {
            let mut n = 1;
            loop {
                let runs = h.vm("db").0 == "running";
                if verb == "vm-stop db" && !runs {
                    h.jug("vm-start db").ok();
                } else if verb == "vm-start db" && runs {
                    h.jug("vm-stop --force db").ok();
                }
                h.supervisors_end_unless_running("db");
                if !killed(h, verb, "fdatasync", n) {
                    break;
                }
                let what = format!("jug {verb}, killed at line {n}");
                h.jug(if n % 2 == 0 { "doctor --fix" } else { "vm-stop --force db" }).ok();
                if h.vm("db").0 != "running" {
                    h.nothing_runs("db", &what);
                }
                n += 1;
            }
            assert!(n > 8, "{verb} has only {n} points to die at");
        }
        h.jug("vm-remove -y --stop db").ok();
        h.jug("net-remove -y lan").ok();
    });
}

#[test]
fn killed_while_making_growing_and_removing() {
    on_host(&["qemu-system-x86_64", "truncate", "strace", "curl"], |h| {
        h.sh("truncate -s 4M disk && printf image | dd of=disk conv=notrunc status=none").ok();
        h.jug("image-import %/disk tiny --no-verify").ok();
        write(&h.path("told"), "#!/bin/sh\n", 0o600);
        let make =
            "vm-create db --image tiny --disk 8M --disk log:1M --kernel /bin/busybox --user-data %/told";
        let clean = h.snapshot();
        everywhere(
            h,
            make,
            || {
                if h.vm("db").0 != "gone" {
                    h.jug("vm-remove -y db").ok();
                }
            },
            |n, what| {
                h.jug(if n % 2 == 0 { "doctor --fix" } else { make }).exits_with(&[0, 5]);
                match h.vm("db").0.as_str() {
                    "gone" => h.same(&clean, what),
                    state => {
                        assert_eq!(state, "stopped", "{what}");
                        h.sh("head -c 5 work/jails-data/db-data/disk0.raw").ok().is("image");
                        h.sh("cat work/jails-system/db/seed/user-data").ok().is("#!/bin/sh");
                    }
                }
            },
        );
        let size = || std::fs::metadata(h.work.join("jails-data/db-data/disk0.raw")).unwrap().len();
        let said = || h.jug("vm-get db vm.disks").ok().out.starts_with("disk0:16M");
        everywhere(
            h,
            "vm-disk-resize db disk0 16M",
            || {
                if said() {
                    h.jug("vm-remove -y db").ok();
                    h.jug(make).ok();
                }
            },
            |_, what| {
                h.jug("doctor --fix").ok();
                assert_eq!(size(), if said() { 16 << 20 } else { 8 << 20 }, "{what}");
            },
        );
        everywhere(
            h,
            "vm-remove -y db",
            || {
                if h.vm("db").0 == "gone" {
                    h.jug(make).ok();
                }
            },
            |n, what| {
                h.jug(if n % 2 == 0 { "doctor --fix" } else { "vm-remove -y db" }).exits_with(&[0, 4]);
                match h.vm("db").0.as_str() {
                    "gone" => h.same(&clean, what),
                    state => assert_eq!(state, "stopped", "{what}"),
                }
            },
        );
    });
}
