//! The disk becomes full: under the journal at each of its lines, and where the data go. With real zfs-fuse; what was there
//! stays as it was, what is half is listed nowhere, and nothing is held for nobody.

use crate::outcome::Out;
use crate::replicate::{alike, end, fill, holds, two_pools};
use crate::support::{Host, on_host};

/// Runs jug on a disk that is full from the `n`th of these calls on; what came of it, if it came to that.
pub fn full_at(h: &Host, args: &str, call: &str, n: u32) -> Option<Out> {
    let jug = h.jug_command(args);
    let words = std::iter::once(jug.get_program()).chain(jug.get_args()).map(|w| w.to_str().unwrap());
    let config = format!("JUG_CONFIG={}", h.str("jug.toml"));
    let (trace, inject) = (format!("trace={call}"), format!("inject={call}:error=ENOSPC:when={n}+"));
    let log = h.str("full.log");
    let mut all = vec!["-qq", "-o", &log, "-E", &config, "-e", &trace, "-e", &inject];
    all.extend(words);
    let out = h.run("strace", &all);
    let met = std::fs::read_to_string(&log).unwrap().contains("(INJECTED)");
    assert!(met || out.code == 0, "{out:?}");
    met.then_some(out)
}

/// Fills the disk under `verb` from each `by`th call on; then there is room again, and `mend` sees that all is well.
fn everywhere(h: &Host, verb: &str, by: usize, mut before: impl FnMut(), mut mend: impl FnMut(&str)) {
    for (call, by) in [("fdatasync", by), ("fsync", 1)] {
        let mut points = 0;
        for n in (1..).step_by(by) {
            before();
            let Some(out) = full_at(h, verb, call, n) else { break };
            let what = format!("full at {call} number {n}: {out:?}");
            // Past its point of no return it may have been carried to its end.
            assert!([0, 1, 3].contains(&out.code), "{what}");
            h.jug("doctor --fix").ok();
            h.sh("ls work/journal").ok().says_not("jsonl");
            mend(&what);
            points += 1;
        }
        assert!(call == "fsync" || points > 1, "{verb} has only {points} points to fail at");
    }
}

fn one(h: &Host) {
    h.busybox();
    h.zfs();
    h.jug("base-import %/busybox bb").ok();
    h.jug("jcreate www --base bb").ok();
}

/// Its snapshots, each of all its datasets, and none of them held.
fn moments(h: &Host, what: &str) -> Vec<String> {
    let json = h.jug("snapshot-ls --json www").ok().json();
    let name = |s: &serde_json::Value| {
        let whole = s["datasets"].as_array().unwrap().len() == 3 && s["holds"] == 0;
        assert!(whole, "{what}: {s}");
        s["name"].as_str().unwrap().to_string()
    };
    json["snapshots"].as_array().unwrap().iter().map(name).collect()
}

#[test]
fn under_snapshots() {
    on_host(&["zfs-fuse", "strace"], |h| {
        one(h);
        let file = "work/jails-data/www-data/root/f";
        h.sh(&format!("echo one >{file}")).ok();
        h.jug("snapshot www --label one").ok();
        everywhere(h, "snapshot www", 1, || (), |what| drop(moments(h, what)));
        h.sh(&format!("echo two >{file}")).ok();
        let two = || {
            for _ in moments(h, "before").len()..4 {
                h.jug("snapshot www").ok();
            }
        };
        everywhere(h, "snapshot-prune www --keep last=2", 2, two, |what| {
            let newest = moments(h, what).pop();
            h.jug("snapshot-prune www --keep last=2").ok();
            assert_eq!((moments(h, what).len(), moments(h, what).pop()), (2, newest), "{what}");
        });
        let oldest = || moments(h, "oldest").remove(0);
        let verb = format!("snapshot-rollback -y --destroy-newer www {}", oldest());
        let (count, text) = (std::cell::Cell::new(0), std::cell::RefCell::new(String::new()));
        let before = || {
            h.sh(&format!("date +%N >{file}")).ok();
            h.jug("snapshot www").ok();
            count.set(moments(h, "before").len());
            *text.borrow_mut() = h.sh(&format!("cat {file}")).ok().out;
        };
        everywhere(h, &verb, 5, before, |what| {
            let left = moments(h, what).len();
            let now = h.sh(&format!("cat {file}")).ok().out;
            assert_eq!(left == count.get(), now == *text.borrow(), "{what}: {left} snapshots, {now}");
            h.sh("cmp work/jails-system/www/env.toml work/jails-rcconf/www/env.toml").ok();
        });
        h.jug("jstart www").ok();
    });
}

#[test]
fn under_archives() {
    on_host(&["zfs-fuse", "strace", "zstd"], |h| {
        one(h);
        h.sh("head -c 300k /dev/urandom >work/jails-data/www-data/root/noise").ok();
        let nothing_of_it = |what: &str| {
            h.sh("zfs list -H -t snapshot -o name -r tank/jug/env").ok().is("");
            h.sh("zfs list -H -o name -r tank/jug/env").ok().says_not("export").says_not("new");
            let left = h.sh("ls -a . small").out;
            assert!(!left.contains(".part"), "{what}: {left}");
        };
        let fresh = || drop(h.sh("rm -f www.jug").ok());
        everywhere(h, "jexport www %/www.jug", 7, fresh, |what| {
            nothing_of_it(what);
            if h.path("www.jug").exists() {
                h.jug("jimport %/www.jug --as whole").ok();
                h.jug("jremove -y whole").ok();
            }
        });
        h.sh("rm -f www.jug").ok();
        h.jug("jexport www %/www.jug").ok();
        let gone = || {
            if h.state("new") != "gone" {
                h.jug("jremove -y new").ok();
            }
        };
        everywhere(h, "jimport %/www.jug --as new", 11, gone, |what| {
            if h.state("new") == "gone" {
                nothing_of_it(what)
            } else {
                drop(h.jug("jstart new").ok())
            }
            h.jug("jstop new").exits_with(&[0, 4]);
        });
        gone();
        // Where the data go there is no room for all of it.
        h.sh("mkdir small && mount -t tmpfs -o size=320k none small").ok();
        for free in [0, 4, 40, 200, 300] {
            h.sh(&format!("head -c $(((320 - {free}) * 1024)) /dev/zero >small/fill; true")).ok();
            h.jug("jexport www %/small/www.jug").code(1).says("No space left");
            h.sh("rm small/fill; ls -A small").ok().is("");
            nothing_of_it("a small disk");
        }
        h.sh("umount small").ok();
        // Nor in the pool: a quota is a pool of that size to what is below it.
        for free in [0, 100, 200, 400] {
            h.sh(&format!(
                "zfs set quota=$(($(zfs get -Hp -o value used tank/jug/env) + {free} * 1024)) tank/jug/env"
            ))
            .ok();
            let out = h.jug("jimport %/www.jug --as new").exits_with(&[1, 3]);
            h.sh("zfs set quota=none tank/jug/env").ok();
            h.jug("doctor --fix").ok();
            assert_eq!(h.state("new"), "gone", "{out:?}");
            nothing_of_it(&format!("{free}k free: {out:?}"));
        }
        h.jug("jimport %/www.jug --as new --start").ok();
    });
}

#[test]
fn under_replication() {
    on_host(&["zfs-fuse", "strace"], |h| {
        two_pools(h);
        everywhere(
            h,
            "replicate www back",
            17,
            || (),
            |what| {
                h.jug("replicate www back").ok();
                assert_eq!(holds(h, "back/www"), 6, "{what}");
            },
        );
        alike(h, "back/www");
        // The other side has no room for all of it; what is there stays, and goes on once there is room.
        for free in [0, 1000, 2500] {
            fill(h, &format!("at{free}"));
            let before = h.sh("zfs list -H -o name -t snapshot -r back/www").ok().out;
            h.sh(&format!(
                "zfs set quota=$(($(zfs get -Hp -o value used back/www) + {free} * 1024)) back/www"
            ))
            .ok();
            h.jug("replicate www back").code(1).says("receiving:");
            let there = h.sh("zfs list -H -o name -t snapshot -r back/www").ok().out;
            assert!(before.lines().all(|l| there.contains(l)), "{before}\n{there}");
            h.sh("zfs set quota=none back/www").ok();
            h.jug("replicate --last www back").ok();
            assert_eq!(holds(h, "back/www"), 6, "{free}k free");
            alike(h, "back/www");
        }
        // A source that is full: a snapshot needs next to nothing, and what it has is sent as ever.
        h.sh("zfs set quota=$(zfs get -Hp -o value used tank/jug/env) tank/jug/env").ok();
        let out = h.jug("replicate www back").exits_with(&[0, 1]);
        h.sh("zfs set quota=none tank/jug/env").ok();
        h.jug("replicate www back").ok();
        assert_eq!(holds(h, "back/www"), 6, "{out:?}");
        alike(h, "back/www");
        end(h);
    });
}
