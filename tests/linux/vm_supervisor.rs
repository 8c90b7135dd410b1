//! The supervisor with a hypervisor that ends as bhyve(8) may: every exit status, one that hangs, one that ignores all.

use crate::outcome::until;
use crate::support::{Host, on_host, write};

/// A VM whose supervisor is told to run a script as it would run bhyve(8).
fn prepared(h: &Host, script: &str, policy: &str) {
    if h.vm("db").0 == "gone" {
        h.jug("vm-create db").ok();
    }
    let script = script.replace("COUNT", &h.str("count"));
    write(&h.path("bin/bhyve"), &format!("#!/bin/sh\n{script}\n"), 0o755);
    let orders = serde_json::json!({
        "version": 1, "platform": "freebsd", "on_crash": policy, "restarts": 2,
        "run": {"program": h.str("bin/bhyve"), "args": ["-k", "x"], "limit": 0},
        "log": h.work.join("jails-system/db/vm.log"),
    });
    write(&h.work.join("run/db/orders.json"), &orders.to_string(), 0o600);
    h.sh("rm -f count work/run/db/stopping work/jails-system/db/vm.log").ok();
}

/// How many lines its script has written.
fn counted(h: &Host) -> usize {
    h.sh("cat count 2>/dev/null; true").out.lines().count()
}

/// The first time it lives long enough to be taken for running.
const RUN: &str = "echo run >>COUNT; n=$(wc -l <COUNT)";

#[test]
fn every_exit_status_has_its_consequence() {
    on_host(&["qemu-system-x86_64"], |h| {
        for (status, policy, expected, says) in [
            (1, "restart", 1, "powered itself off"),
            (2, "restart", 1, "halted"),
            (3, "stop", 1, "triple fault"),
            (4, "stop", 1, "exit status 4"),
            (4, "restart", 3, "exit status 4"),
        ] {
            prepared(h, &format!("{RUN}; [ $n -gt 1 ] || sleep 6; exit {status}"), policy);
            h.jug("supervise db").ok();
            h.supervisors_end();
            assert_eq!(counted(h), expected, "exit status {status}, on_crash {policy}");
            h.sh("cat work/jails-system/db/vm.log").ok().says(says);
        }
        // A reset is no crash: it goes on until it is powered off.
        prepared(h, &format!("{RUN}; [ $n -lt 4 ] && exit 0; sleep 6; exit 1"), "stop");
        h.jug("supervise db").ok();
        h.supervisors_end();
        assert_eq!(counted(h), 4);
        // What never ran is an error, with what it said, and nobody tries again.
        prepared(h, &format!("{RUN}; echo 'no bootrom was configured' >&2; exit 4"), "restart");
        h.jug("supervise db").code(1).says("no bootrom was configured").says("vm.log");
        h.supervisors_end();
        assert_eq!(counted(h), 1);
        h.sh("rm -rf work/run/db").ok();
    });
}

#[test]
fn there_is_one_and_it_can_be_told_to_end() {
    on_host(&["qemu-system-x86_64", "pgrep", "pkill"], |h| {
        // As bhyve(8) does, it takes TERM for its power button; this one's guest does not listen.
        prepared(h, "trap 'echo TERM >>COUNT' TERM; while :; do sleep 1; done", "restart");
        h.jug("supervise db").ok();
        let pid = h.sh("pgrep -f '[s]upervise --detached db'").ok().out.trim().to_string();
        h.sh(&format!("kill -TERM {pid}")).ok();
        until("the guest is asked", || counted(h) == 1);
        h.sh(&format!("kill -TERM {pid}; sleep 2")).ok();
        assert_eq!(counted(h), 1, "it is asked once");
        h.sh("pkill -KILL -f '[b]in/bhyve'").ok();
        h.supervisors_end();
        h.sh("cat work/jails-system/db/vm.log").ok().says("asked to power down").says("ended by signal 9");
        // A note that it is to end keeps it from being run again, whatever its exit status.
        prepared(h, &format!("{RUN}; sleep 7; exit 0"), "restart");
        h.jug("supervise db").ok();
        h.sh("touch work/run/db/stopping").ok();
        h.supervisors_end();
        assert_eq!(counted(h), 1);
        h.sh("rm -rf work/run/db").ok();
    });
}
