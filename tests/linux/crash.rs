//! jug is killed at every line of its journal and at every file it syncs, its children living on; and two at once.

use crate::outcome::wait;
use crate::support::{Host, mounts, on_host, write};

/// Runs jug and kills it on its `n`th call of `call`; its children are left alone. Whether it came that far.
pub fn killed(h: &Host, args: &str, call: &str, n: u32) -> bool {
    let jug = h.jug_command(args);
    let words: Vec<_> = std::iter::once(jug.get_program()).chain(jug.get_args()).collect();
    let mut all = vec!["-qq".to_string(), "-o".into(), "/dev/null".into(), "-E".into()];
    all.push(format!("JUG_CONFIG={}", h.str("jug.toml")));
    all.extend([
        "-e".into(),
        format!("trace={call}"),
        "-e".into(),
        format!("inject={call}:signal=KILL:when={n}"),
    ]);
    all.extend(words.iter().map(|w| w.to_str().unwrap().to_string()));
    let out = h.run("strace", &all.iter().map(String::as_str).collect::<Vec<_>>());
    assert!(out.code == 0 || out.code == 137, "{out:?}");
    out.code == 137
}

/// Kills `verb` everywhere; after each kill `mend` brings things in order and says so, with what number it was.
pub fn everywhere(h: &Host, verb: &str, mut before: impl FnMut(), mut mend: impl FnMut(u32, &str)) {
    // Each line of the journal is followed by an fdatasync, each file by an fsync.
    for call in ["fdatasync", "fsync"] {
        let mut n = 1;
        loop {
            before();
            if !killed(h, verb, call, n) {
                break;
            }
            mend(n, &format!("jug {verb}, killed at {call} number {n}"));
            n += 1;
        }
        assert!(call != "fdatasync" || n > 8, "{verb} has only {n} points to die at");
    }
}

/// Kills what makes `name`: either it is there and whole, or nothing of it is, and both ways on lead to one of these.
pub fn made_or_not(h: &Host, verb: &str, name: &str) {
    let vm = verb.starts_with("vm-");
    let remove = format!("{} -y {name}", if vm { "vm-remove" } else { "jremove" });
    let state = || if vm { h.vm(name).0 } else { h.state(name) };
    let clean = h.snapshot();
    everywhere(
        h,
        verb,
        || {
            if state() != "gone" {
                h.jug(&remove).ok();
            }
        },
        |n, what| {
            let seen = state();
            assert!(["interrupted", "gone", "stopped"].contains(&seen.as_str()), "{what}: {seen}");
            if n % 2 == 0 {
                h.jug("doctor --fix").ok();
                if state() == "gone" {
                    h.same(&clean, what);
                }
            } else {
                let again = h.jug(verb);
                assert!(again.code == 0 || again.code == 5, "{what}: {again:?}");
                assert_eq!(state(), "stopped", "{what}");
            }
        },
    );
    h.jug(&remove).ok();
    h.same(&clean, "after all");
}

#[test]
fn killed_while_creating() {
    on_host(&["strace"], |h| {
        h.base();
        h.jug("jcreate www --base bb").ok();
        h.jug("jremove -y www").ok();
        made_or_not(h, "jcreate www --base bb", "www");
    });
}

#[test]
fn killed_while_creating_on_zfs() {
    on_host(&["strace", "zfs-fuse"], |h| {
        h.busybox();
        h.zfs();
        h.jug("base-import %/busybox bb").ok();
        let mut n = 1;
        while killed(h, "jcreate www --base bb --mode clone", "fdatasync", n) {
            h.jug("doctor --fix").ok();
            if h.state("www") == "gone" {
                h.sh("zfs list -H -o name -r tank/jug/env").ok().is("tank/jug/env");
            } else {
                h.jug("jremove -y www").ok();
            }
            n += 1;
        }
        let mut n = 1;
        while killed(h, "jremove -y www", "fdatasync", n) {
            h.jug("doctor --fix").ok();
            h.sh("zfs list -H -o name -r tank/jug/env").ok().says("tank/jug/env");
            if h.state("www") == "gone" {
                h.sh("zfs list -H -o name -r tank/jug/env").ok().is("tank/jug/env");
                h.jug("jcreate www --base bb --mode clone").ok();
            }
            n += 1;
        }
    });
}

#[test]
fn killed_while_starting() {
    on_host(&["strace"], |h| {
        h.base();
        write(&h.path("hook"), "#!/bin/sh\nsleep 0.05\n", 0o755);
        h.sh("ip link add d0 type dummy || ip link add d0 type veth peer name d1").ok();
        h.jug("jcreate www --base bb --hook prestart=%/hook --net alias:d0:192.0.2.1/32 --fstab 'tmpfs /mnt tmpfs rw'")
            .ok();
        let address = || h.sh("ip -o address show dev d0").ok().out.contains("192.0.2.1");
        everywhere(
            h,
            "jstart www",
            || drop(h.jug("jstop www").ok()),
            |n, what| match n % 3 {
                0 => {
                    h.jug("jstart www").ok();
                    h.jug("jexec www -- true").ok();
                    assert!(address(), "{what}");
                }
                1 => {
                    h.jug("jstop www").ok();
                    assert_eq!(mounts(&h.work), Vec::<String>::new(), "{what}");
                    assert!(!address(), "{what}");
                }
                _ => {
                    h.jug("doctor --fix").ok();
                    if h.state("www") == "stopped" {
                        assert_eq!(mounts(&h.work), Vec::<String>::new(), "{what}");
                        assert!(!address() && !h.path("work/run/www").exists(), "{what}");
                    }
                }
            },
        );
    });
}

#[test]
fn killed_while_stopping() {
    on_host(&["strace"], |h| {
        h.base();
        h.jug("jcreate www --base bb --set 'exec.stop=/bin/sleep 0.2'").ok();
        everywhere(
            h,
            "jstop www",
            || drop(h.jug("jstart www").ok()),
            |n, what| {
                match n % 3 {
                    0 => drop(h.jug("jstop www").ok()),
                    1 => drop(h.jug("jrestart www").ok()),
                    _ => drop(h.jug("doctor --fix").ok()),
                }
                if h.state("www") == "running" {
                    h.jug("jexec www -- true").ok();
                } else {
                    assert_eq!(
                        (mounts(&h.work).len(), h.path("work/run/www").exists()),
                        (0, false),
                        "{what}"
                    );
                }
            },
        );
    });
}

#[test]
fn killed_while_removing() {
    on_host(&["strace"], |h| {
        h.base();
        h.jug("jls").ok();
        let clean = h.snapshot();
        everywhere(
            h,
            "jremove -y www",
            || {
                if h.state("www") == "gone" {
                    h.jug("jcreate www --base bb").ok();
                }
            },
            |n, what| {
                let again = h.jug(if n % 2 == 0 { "doctor --fix" } else { "jremove -y www" });
                assert!(again.code == 0 || (again.code == 4 && n % 2 == 1), "{what}: {again:?}");
                if h.state("www") == "gone" {
                    h.same(&clean, what);
                }
            },
        );
    });
}

#[test]
fn a_plain_program_that_outlives_its_jug_is_waited_for() {
    on_host(&[], |h| {
        h.base();
        // The hook goes on for a second after its jug was killed, and writes where the undo will have been.
        write(
            &h.path("hook"),
            "#!/bin/sh\nsleep 0.3\nkill -9 $PPID\nsleep 1\ntouch \"$JUG_DATA/root/late\"\n",
            0o755,
        );
        let first = h.jug("jcreate www --base bb --hook created=%/hook");
        assert_eq!(first.code, 137, "{first:?}");
        // What only reads, and -n, show it and leave it as it is.
        let journal = std::fs::read_to_string(h.path("work/journal/www.jsonl")).unwrap();
        assert_eq!(h.state("www"), "interrupted");
        h.jug("jls --json").ok().says("\"state\":\"interrupted\"");
        h.jug("-n jcreate www --base bb").code(6).says("interrupted");
        h.jug("doctor").code(3).says("interrupted: www");
        h.jug("-n doctor --fix").code(3);
        assert_eq!(std::fs::read_to_string(h.path("work/journal/www.jsonl")).unwrap(), journal);
        h.jug("jset www boot.order=1").code(4).says("undone");
        h.jug("jcreate www --base bb").ok();
        assert!(!h.path("work/jails-data/www-data/root/late").exists());
        // One that never ends is ended.
        write(&h.path("hook"), "#!/bin/sh\nsleep 0.3\nkill -9 $PPID\nsleep 1000\n", 0o755);
        h.jug("jset www hooks.prestart=%/hook").ok();
        assert_eq!(h.jug("jstart www").code, 137);
        h.jug("jset www hooks.prestart=").ok();
        assert!(!h.processes().iter().any(|p| p.contains("hook")), "{:?}", h.processes());
        h.jug("jstart www").ok();
    });
}

#[test]
fn of_two_at_once_one_wins() {
    on_host(&[], |h| {
        h.base();
        write(&h.path("slow"), "#!/bin/sh\nsleep 0.5\n", 0o755);
        let race = |a: &str, b: &str| {
            let (mut a, mut b) = (h.spawn(a), h.spawn(b));
            let mut codes = [wait(&mut a, 30).unwrap(), wait(&mut b, 30).unwrap()];
            codes.sort_unstable();
            codes
        };
        for _ in 0..3 {
            let create = "jcreate www --base bb --hook created=%/slow --hook prestart=%/slow";
            let codes = race(create, create);
            assert!(codes == [0, 5] || codes == [0, 6], "{codes:?}");
            let codes = race("jstart www", "jstart www");
            assert_eq!(codes, [0, 6]);
            assert_eq!(race("jstop www", "jstop www")[0], 0);
            let codes = race("jstart www", "jremove -y www");
            assert!([[0, 6], [0, 4]].contains(&codes), "{codes:?}");
            h.jug("jremove -y --stop --all").ok();
            let codes = race("base-import %/busybox b2", "base-import %/busybox b2");
            assert!(codes == [0, 5] || codes == [0, 6], "{codes:?}");
            h.jug("base-remove -y b2").ok();
        }
    });
}
