//! Snapshots, retention and rollback, with real zfs-fuse.

use crate::dry::traced;
use crate::outcome::until;
use crate::support::{Host, on_host, write};

/// Two environments on ZFS that end at once, and one in a directory.
fn three(h: &Host) {
    h.busybox();
    h.zfs();
    h.jug("base-import %/busybox bb").ok();
    h.jug("jcreate www db --base bb").ok();
    h.jug("jcreate flat --base bb --storage dir").ok();
}

/// The names of the snapshots of one, the oldest first.
fn names(h: &Host, env: &str) -> Vec<String> {
    let all = h.jug(&format!("snapshot-ls -H {env}")).ok();
    all.out.lines().map(|l| l.split('\t').nth(1).unwrap().to_string()).collect()
}

fn data(h: &Host, line: &str) {
    h.sh(&format!("{line} work/jails-data/www-data/root/f")).ok();
}

#[test]
fn taken_listed_held_and_destroyed() {
    on_host(&["zfs-fuse"], |h| {
        three(h);
        h.jug("snapshot flat").code(7).says("plain directories").says("next:");
        h.jug("snapshot nosuch").code(4);
        h.jug("snapshot www --label 'a b'").code(2);
        let before = h.snapshot();
        h.jug("-n snapshot www --label first").ok().says("zfs snapshot -r -o 'jug:snapshot=").says("# undo:");
        assert_eq!(names(h, "www"), [""; 0]);
        h.jug("snapshot www --label first").ok().says("changed (snapshot jug-20");
        h.same(&before, "after a snapshot");
        h.jug("snapshot --all").ok().says("flat: left out").says("www: changed").says("db: changed");
        let all = names(h, "www");
        assert!(all.len() == 2 && all[0].ends_with("Z-000-first") && all.is_sorted(), "{all:?}");
        let first = &all[0];
        // All of its datasets, with a mark of their own.
        let marks =
            h.sh(&format!("zfs get -H -s local -o name jug:snapshot -r tank/jug/env/www | grep {first}"));
        assert_eq!(marks.ok().out.lines().count(), 3);
        let json = h.jug("snapshot-ls --json www").ok().json();
        let it = &json["snapshots"][0];
        assert_eq!((it["label"].as_str(), it["ours"].as_bool()), (Some("first"), Some(true)));
        assert_eq!((it["datasets"].as_array().unwrap().len(), it["holds"].as_u64()), (3, Some(0)));
        // Held, released, and both once more.
        h.jug("snapshot-hold www first").ok().says("changed (held)");
        h.jug("snapshot-hold www first").ok().says("unchanged");
        h.jug("snapshot-ls www").ok().says("held");
        h.jug("snapshot-remove -y www first").code(6).says("it is held").says("snapshot-release");
        h.jug("jremove -y www").code(6).says("is held");
        h.jug("snapshot-prune www --keep last=1").ok().says("unchanged");
        h.jug("snapshot-release www first").ok().says("changed (released)");
        h.jug("snapshot-release www first").ok().says("unchanged");
        h.jug("snapshot-hold www nosuch").code(4).says("snapshot-ls www");
        // What jug did not take, whatever it is called.
        h.sh("zfs snapshot tank/jug/env/www/data@monday && zfs snapshot tank/jug/env/www/data@jug-x").ok();
        h.jug("snapshot-ls www").ok().says("foreign");
        for name in ["monday", "jug-x"] {
            h.jug(&format!("snapshot-remove -y www {name}"))
                .code(5)
                .says("jug did not take")
                .says("--foreign");
        }
        h.jug("snapshot-remove www first").code(2).says("give -y");
        h.jug("snapshot-remove -y --foreign www monday jug-x first").ok().says("destroyed");
        assert_eq!(names(h, "www"), all[1..]);
        h.jug("snapshot-diff www last").code(4);
        h.jug(&format!("snapshot-diff www {}", all[1])).code(7).says("it has no `diff`");
        // A clone keeps its snapshot.
        h.jug(&format!("jclone --from-snapshot {} www copy", all[1])).ok();
        h.jug(&format!("snapshot-remove -y www {}", all[1]))
            .code(5)
            .says("tank/jug/env/copy/data is a clone");
        h.jug("jremove -y copy").ok();
        // They go with the environment.
        h.jug("jremove -y www").ok();
        h.sh("zfs list -H -o name -t snapshot -r tank/jug/env/www").code(1);
        assert_eq!(names(h, "db").len(), 1);
    });
}

#[test]
fn rolled_back() {
    on_host(&["zfs-fuse"], |h| {
        three(h);
        data(h, "echo one >");
        h.jug("snapshot www --label one").ok();
        data(h, "echo two >");
        h.jug("snapshot www --label two").ok();
        data(h, "echo three >");
        h.jug("jset www description=later").ok();
        let owner = h.jug("owner -H www").ok().out;
        h.jug("snapshot-rollback -y flat one").code(7);
        h.jug("snapshot-rollback -y www nosuch").code(4);
        h.jug("snapshot-rollback www two").code(2).says("give -y");
        h.jug("jset www protected=true").ok();
        h.jug("snapshot-rollback -y www two").code(6).says("protected");
        h.jug("jset www protected=false").ok();
        h.jug("-n snapshot-rollback www two").ok().says("zfs rollback").says("no way back");
        h.jug("snapshot-rollback -y www two").ok().says("set back to two");
        data(h, "grep -qx two");
        // What this node knows of it is as it was.
        h.jug("jget www description").ok().is("later");
        h.sh("cmp work/jails-system/www/env.toml work/jails-rcconf/www/env.toml").ok();
        assert_eq!(h.jug("owner -H www").ok().out, owner);
        // Over newer ones only if that is said, and over others' only if that is said too.
        h.jug("snapshot-rollback -y www one")
            .code(5)
            .says("1 newer snapshots would be destroyed")
            .says("-two");
        h.sh("zfs snapshot -r tank/jug/env/www@monday").ok();
        h.jug("snapshot-rollback -y --destroy-newer www one").code(5).says("monday").says("--foreign");
        h.jug("snapshot-hold www two").ok();
        h.jug("snapshot-rollback -y --destroy-newer --foreign www one").code(6).says("it is held");
        h.jug("snapshot-release www two").ok();
        // It runs.
        h.jug("jstart www").ok();
        h.jug("snapshot-rollback -y www one").code(6).says("it runs").says("--stop");
        h.jug("snapshot-rollback -y --stop www one").code(5);
        assert_eq!(h.state("www"), "running");
        h.jug("-n snapshot-rollback --stop --destroy-newer --foreign www one").ok().says("jug jstop www");
        assert_eq!(h.state("www"), "running");
        h.jug("snapshot-rollback -y --stop --destroy-newer --foreign www one").ok().says("started again");
        assert_eq!(h.state("www"), "running");
        h.jug("jexec www -- cat /root/f").ok().is("one");
        assert_eq!(names(h, "www").len(), 1);
        h.jug("jstop www").ok();
        // Twice is once.
        h.jug("snapshot-rollback -y www one").ok();
        // One that is only of a part of it.
        h.sh("zfs snapshot tank/jug/env/www/data@part").ok();
        h.jug("snapshot-rollback -y www part").code(5).says("is not of tank/jug/env/www");
        // Where newer snapshots are of another: cloned ones stay.
        h.jug("snapshot www --label three").ok();
        let three = names(h, "www").pop().unwrap();
        h.jug(&format!("jclone --from-snapshot {three} www copy")).ok();
        h.jug("snapshot-rollback -y --destroy-newer --foreign www one").code(5).says("is a clone of it");
        h.jug("jremove -y copy").ok();
        h.jug("snapshot-rollback -y --destroy-newer --foreign www one").ok();
        // A takeover is not undone by the state of before.
        h.jug("junregister www").ok();
        h.jug("jregister www").ok();
        let epoch = h.jug("owner -H www").ok().out;
        assert_ne!(epoch, owner);
        h.jug("snapshot-rollback -y www one").ok();
        let last = |text: &str| text.lines().last().map(|l| l.split('\t').take(2).collect::<String>());
        assert_eq!(last(&h.jug("owner -H www").ok().out), last(&epoch));
        h.jug("jstart www").ok();
    });
}

#[test]
fn a_policy_from_cron() {
    on_host(&["zfs-fuse"], |h| {
        three(h);
        h.jug("snapshot --all --policy").ok().is("");
        assert!(names(h, "www").is_empty(), "without a policy nothing is taken");
        h.jug("snapshot-prune www").code(2).says("which snapshots are kept").says("snapshots.keep=");
        h.jug("jset www snapshots.keep=dayly=3").code(2).says("did you mean daily?");
        h.jug("jset www snapshots.keep=last=2").ok();
        h.jug("jget www snapshots.keep").ok().is("last=2");
        for _ in 0..4 {
            let quiet = h.jug("snapshot --all --policy").ok();
            assert!(quiet.out.is_empty() && quiet.err.is_empty(), "{quiet:?}");
        }
        assert_eq!((names(h, "www").len(), names(h, "db").len()), (2, 0));
        h.jug("snapshot --all --policy --json").ok().says("1 destroyed, 2 kept");
        // The node's, and one that is left out of it.
        h.sh("printf '[snapshots]\\nkeep = \"last=1\"\\n' >>jug.toml").ok();
        h.jug("jset www snapshots.keep=none").ok();
        h.jug("snapshot --all --policy").ok().is("");
        assert_eq!((names(h, "www").len(), names(h, "db").len()), (2, 1));
        h.jug("snapshot-prune www").code(2).says("keep nothing");
        // Reasons, and nothing done.
        h.sh("zfs snapshot -r tank/jug/env/www@monday").ok();
        let plan = h.jug("-n snapshot-prune www --keep last=1").ok();
        plan.says("# destroy jug-20")
            .says("no rule keeps it")
            .says("# keep    jug-20")
            .says("last 1")
            .says("jug did not take it");
        assert_eq!(names(h, "www").len(), 3);
        h.jug("snapshot-prune www --keep last=1").ok().says("1 destroyed, 2 kept");
        h.jug("snapshot-prune www --keep last=1").ok().says("unchanged");
        h.jug("snapshot-prune www --keep last=1 --foreign").ok().says("1 destroyed, 1 kept");
        assert_eq!(names(h, "www"), ["monday"]);
        h.jug("jset www snapshots.keep=").ok();
        // The last that a replication has in common stays.
        h.jug("snapshot www db").ok();
        let common = &names(h, "db")[0];
        h.sh(&format!("zfs set jug:common=backup tank/jug/env/db/data@{common}")).ok();
        h.jug("snapshot db").ok();
        h.jug("snapshot-prune db --keep last=1").ok().says("1 destroyed, 2 kept");
        assert!(names(h, "db").contains(common), "{common}");
        h.jug(&format!("snapshot-remove -y db {common}")).code(5).says("replication to backup");
        h.jug("snapshot-rollback -y db nosuch").code(4);
        // What wants a policy and can't have snapshots is told; the others get theirs.
        h.jug("jset flat snapshots.keep=last=1").ok();
        let before = names(h, "db");
        h.jug("snapshot --all --policy").code(8).says("flat: it lies in plain directories");
        assert_ne!(names(h, "db"), before);
        h.jug("jset flat snapshots.keep=").ok();
        // Never two at once.
        write(
            &h.path("work/hooks.d/presnapshot/wait"),
            "#!/bin/sh\n: >$JUG_WORKDIR/../begun\nwhile [ -e $JUG_WORKDIR/../begun ]; do sleep 0.05; done\n",
            0o755,
        );
        let mut first = h.spawn("snapshot --all --policy");
        until("the hook runs", || h.path("begun").exists());
        h.jug("snapshot --all --policy").code(6).says("another jug is at it");
        h.sh("rm work/hooks.d/presnapshot/wait begun").ok();
        // Its second environment runs no hook any more.
        until("it ends", || first.try_wait().unwrap().is_some());
        h.jug("snapshot-remove -y --foreign www monday").ok();
        h.jug("doctor").ok();
    });
}

#[test]
fn hooks_bring_to_rest_and_wake() {
    on_host(&["zfs-fuse"], |h| {
        three(h);
        let hook = "#!/bin/sh\necho $1 $2 $JUG_SNAPSHOT $JUG_RUNNING >>$JUG_WORKDIR/../hooked\n";
        write(&h.path("hook"), hook, 0o755);
        write(&h.path("no"), "#!/bin/sh\nexit 3\n", 0o755);
        h.jug("jset www hooks.presnapshot=%/hook hooks.postsnapshot=%/hook").ok();
        h.jug("jstart www db").ok();
        h.jug("snapshot --all -q").ok();
        let name = names(h, "www").pop().unwrap();
        h.sh("cat hooked").ok().is(&format!("presnapshot www {name} yes\npostsnapshot www {name} yes"));
        assert_eq!(names(h, "db").len(), 1);
        h.jug("snapshot db").ok().says("crash-consistent");
        h.jug("jstop www db").ok();
        // One that does not come to rest has none, and is woken; the others have theirs.
        h.sh("rm hooked").ok();
        h.jug("jset www hooks.presnapshot=%/no").ok();
        h.jug("snapshot www db").code(8).says("exit status 3");
        h.sh("cat hooked").ok().says("postsnapshot www").says(" no");
        assert_eq!((names(h, "www").len(), names(h, "db").len()), (1, 3));
        // A hook that others may write to is none.
        h.sh("chmod 777 no").ok();
        h.jug("snapshot www").code(2).says("others may write");
        h.jug("jset www hooks.presnapshot=%/hook hooks.postsnapshot=%/no").ok();
        h.sh("chmod 755 no").ok();
        h.jug("snapshot www").ok().says("warning: hook");
        assert_eq!(names(h, "www").len(), 2);
    });
}

#[test]
fn a_list_costs_the_same_for_one_and_for_many() {
    on_host(&["zfs-fuse", "strace"], |h| {
        three(h);
        h.jug("snapshot www db").ok();
        let few = traced(h, "snapshot-ls", 0);
        assert!(few.0.is_empty(), "{:?}", few.0);
        for _ in 0..5 {
            h.jug("snapshot www db").ok();
        }
        assert_eq!(traced(h, "snapshot-ls", 0).1, few.1);
        for args in [
            "-n snapshot --all",
            "-n snapshot-prune --all --keep last=1",
            "-n snapshot-rollback --destroy-newer www nosuch",
        ] {
            let (changes, _) = traced(h, args, if args.ends_with("nosuch") { 4 } else { 0 });
            assert!(changes.is_empty(), "jug {args} wrote:\n{}", changes.join("\n"));
        }
    });
}
