//! jug is killed at every line of its journal while it takes, prunes and goes back, and while hooks run.

use crate::crash::killed;
use crate::support::{Host, on_host, write};

fn one(h: &Host) {
    h.busybox();
    h.zfs();
    h.jug("base-import %/busybox bb").ok();
    h.jug("jcreate www --base bb").ok();
}

/// Each of its snapshots is of all its datasets; their names.
fn whole(h: &Host, what: &str) -> Vec<String> {
    let json = h.jug("snapshot-ls --json www").ok().json();
    let all = json["snapshots"].as_array().unwrap().clone();
    for s in &all {
        assert_eq!(s["datasets"].as_array().unwrap().len(), 3, "{what}: {s}");
    }
    all.iter().map(|s| s["name"].as_str().unwrap().to_string()).collect()
}

#[test]
fn killed_while_taking_and_pruning() {
    on_host(&["zfs-fuse", "strace"], |h| {
        one(h);
        let mut n = 1;
        while killed(h, "snapshot www", "fdatasync", n) {
            let what = format!("killed at {n}");
            h.jug("-n snapshot www").code(if h.path("work/journal/www.jsonl").exists() { 6 } else { 0 });
            h.jug("doctor --fix").ok();
            whole(h, &what);
            n += 1;
        }
        assert!(n > 2, "only {n} points to die at");
        let mut n = 1;
        loop {
            for _ in 0..3 {
                h.jug("snapshot www").ok();
            }
            let newest = whole(h, "before").pop();
            if !killed(h, "snapshot-prune www --keep last=1", "fdatasync", n) {
                break;
            }
            if n % 2 == 0 {
                h.jug("doctor --fix").ok();
            }
            h.jug("snapshot-prune www --keep last=1").ok();
            assert_eq!(whole(h, "pruned"), newest.into_iter().collect::<Vec<_>>());
            n += 1;
        }
        assert!(n > 6, "only {n} points to die at");
        h.sh("ls work/journal").ok().says_not("jsonl");
    });
}

#[test]
fn killed_while_going_back() {
    on_host(&["zfs-fuse", "strace"], |h| {
        one(h);
        let file = "work/jails-data/www-data/root/f";
        h.sh(&format!("echo one >{file}")).ok();
        h.jug("snapshot www --label one").ok();
        let mut n = 1;
        loop {
            h.sh(&format!("echo two >{file}")).ok();
            h.jug("snapshot www --label two").ok();
            if !killed(h, "snapshot-rollback -y --destroy-newer www one", "fdatasync", n) {
                break;
            }
            let what = format!("killed at {n}");
            h.jug("doctor --fix").ok();
            let names = whole(h, &what);
            let text = h.sh(&format!("cat {file}")).ok().text().to_string();
            // Before the first loss all is as it was; after it, all of it was set back.
            assert_eq!(text, if names.len() == 2 { "two" } else { "one" }, "{what}: {names:?}");
            h.sh("cmp work/jails-system/www/env.toml work/jails-rcconf/www/env.toml").ok();
            h.jug("snapshot-rollback -y --destroy-newer www one").ok();
            h.sh(&format!("grep -qx one {file}")).ok();
            n += 1;
        }
        assert!(n > 8, "only {n} points to die at");
        h.jug("jstart www").ok();
    });
}

#[test]
fn killed_while_a_hook_runs() {
    on_host(&["zfs-fuse"], |h| {
        one(h);
        write(&h.path("kill"), "#!/bin/sh\nsleep 0.3\nkill -9 $PPID\nsleep 1\n", 0o755);
        write(&h.path("wake"), "#!/bin/sh\n: >$JUG_WORKDIR/../woken\n", 0o755);
        h.jug("jset www hooks.presnapshot=%/kill hooks.postsnapshot=%/wake").ok();
        h.jug("snapshot www").code(137);
        h.jug("jset www hooks.presnapshot=").ok().says("an interrupted snapshot was undone");
        assert!(h.path("woken").exists(), "it was not woken");
        assert!(whole(h, "before").is_empty());
        h.jug("jset www hooks.postsnapshot=%/kill").ok();
        h.jug("snapshot www").code(137);
        h.jug("doctor --fix").ok();
        assert!(whole(h, "after").is_empty());
        h.jug("jset www hooks.postsnapshot=").ok();
        h.jug("snapshot www").ok();
    });
}
