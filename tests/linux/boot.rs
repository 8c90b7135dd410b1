//! boot and shutdown: order, delays, what is waited for, what fails, and the time that all of it may take.

use crate::outcome::{Out, until, wait};
use crate::support::{Host, mounts, on_host, write};

/// Environments on busybox that write their name into a file as they start and as they stop, with these settings each.
fn made(h: &Host, of: &[(&str, &str)]) {
    h.base();
    for point in ["prestart", "poststop"] {
        let line = format!("#!/bin/sh\necho \"$(date +%s.%N) $2\" >>{}\n", h.str(point));
        write(&h.path(&format!("work/hooks.d/{point}/10-note")), &line, 0o755);
    }
    for (name, set) in of {
        h.jug(&format!("jcreate {name} --base bb --net none --set exec.kill_timeout=1")).ok();
        if !set.is_empty() {
            h.jug(&format!("jset {name} {set}")).ok();
        }
    }
}

/// The names in the order in which they were started or stopped, and forgets them.
fn line(h: &Host, point: &str) -> Vec<String> {
    let all = std::fs::read_to_string(h.path(point)).unwrap_or_default();
    let _ = std::fs::remove_file(h.path(point));
    all.lines().filter_map(|l| l.split(' ').nth(1)).map(str::to_string).collect()
}

/// When each was, in seconds.
fn times(h: &Host, point: &str) -> std::collections::BTreeMap<String, f64> {
    let all = std::fs::read_to_string(h.path(point)).unwrap_or_default();
    all.lines().filter_map(|l| l.split_once(' ')).map(|(t, n)| (n.to_string(), t.parse().unwrap())).collect()
}

/// What the results say of one: the word, the code, the reason.
#[track_caller]
fn result(out: &Out, name: &str) -> (String, u64, String) {
    let json = out.json();
    let all = json["results"].as_array().unwrap();
    let of: Vec<_> = all.iter().filter(|r| r["name"] == name).collect();
    assert!(of.len() == 1, "{name} has {} results: {out:#?}", of.len());
    let text = |key: &str| of[0][key].as_str().unwrap_or_default().to_string();
    (text("result"), of[0]["code"].as_u64().unwrap(), text("reason"))
}

#[test]
fn a_chain_with_delays_and_things_to_wait_for() {
    on_host(&[], |h| {
        made(
            h,
            &[
                ("web", "boot.auto=true boot.after=app,cache boot.wait_for=tcp:localhost:7070"),
                ("app", "boot.after=db boot.wait_for=mount:%/share"),
                ("cache", "boot.auto=true boot.order=20"),
                ("db", "boot.order=5 boot.delay=2"),
                ("other", ""),
            ],
        );
        // The plans come in order, and nothing is waited for.
        let dry = h
            .jug("-n boot")
            .ok()
            .says("#  db: 2 s before what comes after it")
            .says("#  web: after app, cache");
        assert!(dry.took.as_secs() < 5, "{dry:?}");
        let at = |what: &str| dry.out.find(what).unwrap_or_else(|| panic!("no {what}: {dry:#?}"));
        assert!(
            at("# jug jstart db") < at("# jug jstart app") && at("# jug jstart app") < at("# jug jstart web")
        );
        assert!(!dry.out.contains("jstart other") && h.state("db") == "stopped");

        let mut boot = h.spawn("boot");
        until("the first two run", || h.state("db") == "running" && h.state("cache") == "running");
        std::thread::sleep(std::time::Duration::from_millis(2500));
        assert_eq!((h.state("app").as_str(), h.state("web").as_str()), ("stopped", "stopped"));
        h.sh("mkdir share && mount -t tmpfs none share").ok();
        until("app runs", || h.state("app") == "running");
        assert_eq!(h.state("web"), "stopped");
        let listener = std::net::TcpListener::bind("127.0.0.1:7070").unwrap();
        assert_eq!(wait(&mut boot, 20), Some(0));
        drop(listener);
        let order = line(h, "prestart");
        assert_eq!((order.len(), order[3].as_str()), (4, "web"), "{order:?}");
        assert_eq!(
            order.iter().filter(|n| ["db", "app"].contains(&n.as_str())).collect::<Vec<_>>(),
            ["db", "app"]
        );
        assert_eq!(h.state("other"), "stopped");

        // Again: nothing to do, and nothing is waited for, though it is gone.
        h.sh("umount share").ok();
        let again = h.jug("--json boot").ok();
        for name in ["db", "app", "cache", "web"] {
            assert_eq!(result(&again, name).0, "unchanged");
        }
        assert!(again.took.as_secs() < 5 && line(h, "prestart").is_empty(), "{again:?}");

        // The delay counts from the start.
        h.jug("shutdown").ok();
        h.jug("jset app boot.wait_for=").ok();
        h.jug("boot app").ok().says("app: changed").says_not("web");
        let at = times(h, "prestart");
        assert!(at["app"] - at["db"] > 1.9, "{at:?}");
    });
}

#[test]
fn one_that_fails_holds_up_only_what_comes_after_it() {
    on_host(&[], |h| {
        let auto = "boot.auto=true";
        made(
            h,
            &[
                ("db", "boot.auto=true exec.start=/bin/false"),
                ("app", "boot.auto=true boot.after=db"),
                ("web", "boot.auto=true boot.after=app,cache"),
                ("cache", auto),
                ("late", "boot.auto=true boot.wait_for=tcp:127.0.0.1:7071 boot.wait_limit=1"),
                ("later", "boot.auto=true boot.after=late"),
                ("lost", "boot.auto=true boot.after=cahce"),
                ("a", "boot.auto=true boot.after=b"),
                ("b", "boot.after=a"),
                ("behind", "boot.auto=true boot.after=b,cache"),
                ("pool", "boot.auto=true boot.wait_for=dataset:tank/x boot.wait_limit=1"),
            ],
        );
        let out = h.jug("--json boot").code(8);
        let is = |name: &str, word: &str, code: u64, says: &str| {
            let (w, c, reason) = result(&out, name);
            assert!(w == word && c == code && reason.contains(says), "{name}: {w} {c} {reason}");
        };
        is("db", "failed", 1, "run its rc to the end");
        is("app", "failed", 6, "skipped: db did not start");
        is("web", "failed", 6, "skipped: db did not start (it comes after app)");
        is("cache", "changed", 0, "started");
        is("late", "failed", 124, "tcp:127.0.0.1:7071 was not there within 1 s");
        is("later", "failed", 6, "skipped: late did not start");
        is("lost", "failed", 4, "boot.after names cahce");
        is("a", "failed", 2, "a -> b -> a");
        is("b", "failed", 2, "b -> a -> b");
        is("behind", "failed", 6, "skipped: b did not start");
        assert!([7, 124].contains(&result(&out, "pool").1), "{out:#?}");
        assert_eq!(out.json()["results"].as_array().unwrap().len(), 11);
        assert!(out.took.as_secs() < 20, "{out:?}");
        h.jug("boot lost").code(4).says("did you mean cache?");
        h.jug("log web").ok().says("boot").says("skipped");

        // Mended, the rest comes up; what runs stays as it is.
        h.jug("jset db exec.start=").ok();
        h.jug("jset b boot.after-=a").ok();
        let out = h.jug("--json boot web behind").ok();
        assert_eq!(
            (result(&out, "cache").0.as_str(), result(&out, "web").0.as_str()),
            ("unchanged", "changed")
        );
        assert_eq!(result(&out, "behind").0, "changed");

        // A file that can't be read is not passed over, and neither is what comes after it.
        h.jug("jstop web app").ok();
        write(&h.path("work/envs/app.toml"), "junk", 0o644);
        let out = h.jug("--json boot web").code(8);
        assert!(result(&out, "app").1 == 2 && result(&out, "web").2.contains("skipped: app"), "{out:#?}");
        h.jug("shutdown").ok();
        h.sh("rm work/envs/app.toml && rm -rf work/jails-*/app*").ok();
        // What others come after does not go, or change its name, without a word.
        h.jug("jrename cache store").ok().says("web will not boot: its boot.after still names cache");
        h.jug("jremove -y late later").ok().says_not("warning");
        h.jug("jremove -y b").ok().says("a will not boot").says("behind will not boot");
    });
}

#[test]
fn a_name_server_that_does_not_answer_holds_up_nobody_for_long() {
    on_host(&[], |h| {
        made(
            h,
            &[
                ("web", "boot.auto=true boot.wait_for=tcp:db.example.org:80 boot.wait_limit=2"),
                ("other", "boot.auto=true"),
            ],
        );
        write(&h.path("resolv.conf"), "nameserver 127.0.0.1\noptions timeout:20\n", 0o644);
        h.sh("mount --bind resolv.conf /etc/resolv.conf").ok();
        let silent = std::net::UdpSocket::bind("127.0.0.1:53").unwrap();
        let out = h.jug("--json boot").code(8);
        assert_eq!((result(&out, "web").1, result(&out, "other").1), (124, 0));
        assert!(out.took.as_secs() < 10, "{out:?}");
        // It was asked.
        silent.set_nonblocking(true).unwrap();
        silent.recv_from(&mut [0; 512]).unwrap();
        assert!(!h.processes().iter().any(|p| p.contains("perform")), "{:?}", h.processes());
    });
}

#[test]
fn a_boot_that_is_interrupted_begins_nothing_more() {
    on_host(&[], |h| {
        made(
            h,
            &[("db", ""), ("app", "boot.after=db boot.wait_for=mount:%/never"), ("web", "boot.after=app")],
        );
        let mut boot = h.spawn("--json boot web");
        until("the first runs", || h.state("db") == "running");
        std::thread::sleep(std::time::Duration::from_millis(300));
        h.run("kill", &["-TERM", &boot.id().to_string()]).ok();
        let begun = std::time::Instant::now();
        assert_eq!(wait(&mut boot, 10), Some(8));
        assert!(begun.elapsed().as_secs() < 4);
        assert_eq!((h.state("db").as_str(), h.state("app").as_str()), ("running", "stopped"));
        h.jug("log app").ok().says("interrupted by a signal");
    });
}

/// A shutdown while a boot is at work: no further turn is begun, what is just starting is waited for, and nothing runs in
/// the end.
#[test]
fn a_shutdown_during_a_boot() {
    on_host(&[], |h| {
        made(
            h,
            &[
                ("db", ""),
                ("app", "boot.after=db"),
                ("web", "boot.after=app"),
                ("late", "boot.wait_for=mount:%/never"),
                ("later", "boot.after=late"),
            ],
        );
        // The second takes longer to start than a shutdown of that time waits for the boot.
        for (seconds, timeout, boot) in [(2, 40, "boot web later"), (8, 13, "boot web")] {
            h.jug(&format!("jset app 'exec.start=/bin/sleep {seconds}'")).ok();
            let mut booting = h.spawn(boot);
            until("app starts", || h.path("work/journal/app.jsonl").exists() && h.state("db") == "running");
            let out = h.jug(&format!("--json shutdown --timeout {timeout}")).ok();
            assert!(out.took.as_secs() < timeout, "{out:?}");
            for name in ["db", "app"] {
                assert_eq!(result(&out, name).0, "changed", "{name}, {seconds} s: {out:?}");
            }
            assert_eq!(wait(&mut booting, 10), Some(8));
            for name in ["db", "app", "web", "late", "later"] {
                assert_eq!(h.state(name), "stopped", "{name}, {seconds} s");
            }
            let begun = line(h, "prestart");
            assert!(!begun.contains(&"web".to_string()), "{begun:?}");
            h.jug("log web").ok().says("jug shutdown began before its turn came");
        }
        h.jug("log late").ok().says("jug shutdown began before its turn came");
        // While one is at work no boot begins anything; afterwards all is as before.
        h.jug("jset app exec.start=").ok();
        h.sh("(setsid flock work/lock/.boot sleep 3 >/dev/null 2>&1 </dev/null &)").ok();
        until("it is held", || h.jug("boot db").code == 6);
        h.jug("boot db").code(6).says("boot: another jug is at it");
        until("it is free", || h.jug("boot db").code == 0);
        h.jug("boot web").ok();
        h.jug("shutdown").ok();
    });
}

#[test]
fn a_shutdown_in_reverse_within_its_time() {
    on_host(&[], |h| {
        let deaf = "exec.stop='/bin/sleep 1000' exec.kill_timeout=600 exec.stop_timeout=600";
        made(
            h,
            &[
                ("db", ""),
                ("app", &format!("boot.after=db {deaf}")),
                ("web", "boot.after=app,idle"),
                ("idle", "boot.after=db"),
                ("x", "boot.after=y"),
                ("y", "boot.after=x"),
            ],
        );
        h.jug("shutdown").ok().says("nothing of jug's runs");
        h.jug("boot web").ok();
        h.jug("jstop idle").ok();
        h.jug("jstart x y").ok();
        // Processes that do not heed TERM, in the one whose rc.shutdown hangs, too.
        h.jug(
            "jexec app -- sh -c '(trap \"\" TERM; while :; do sleep 1; done) >/dev/null 2>&1 </dev/null &'",
        )
        .ok();
        line(h, "poststop");
        h.jug("-n shutdown").ok().says("#  web\n").says_not("idle\n");
        let out = h.jug("--json shutdown --timeout 15").ok().says("took longer than");
        assert!(out.took.as_secs() < 15, "{out:?}");
        for name in ["web", "app", "db", "x", "y"] {
            assert_eq!(result(&out, name), ("changed".into(), 0, "stopped".into()));
        }
        assert_eq!(out.json()["results"].as_array().unwrap().len(), 5);
        let order = line(h, "poststop");
        let chain: Vec<_> = order.iter().filter(|n| n.len() > 1).collect();
        assert_eq!(chain, ["web", "app", "db"]);
        assert_eq!(mounts(&h.work), Vec::<String>::new());
        // A chain in which everyone hangs, and one that only a broken file describes any more.
        for name in ["db", "web"] {
            h.jug(&format!("jset {name} {deaf}")).ok();
        }
        h.jug("boot web").ok();
        write(&h.path("work/envs/idle.toml"), "junk", 0o644);
        line(h, "poststop");
        let out = h.jug("--json shutdown --timeout 12").ok();
        assert!(out.took.as_secs() < 15, "{out:?}");
        assert_eq!(result(&out, "idle").0, "changed");
        let order = line(h, "poststop");
        assert!(order.last().unwrap() == "db" && order.len() == 4, "{order:?}");
        h.sh("rm work/envs/idle.toml && rm -rf work/jails-*/idle*").ok();
    });
}

#[test]
fn a_shutdown_does_not_wait_for_storage_that_is_dead() {
    on_host(&["sshfs", "sshd", "ssh-keygen"], |h| {
        made(h, &[("db", "")]);
        h.sshd();
        h.export("www");
        h.jug("jcreate www --base bb --net none --mnt-start %/start --mnt-stop %/stop --set boot.after=db --start")
            .ok();
        h.jug("jstart db").ok();
        h.signal_server("STOP");
        let out = h.jug("--json shutdown --timeout 15");
        assert!(out.took.as_secs() < 20, "{out:?}");
        assert_eq!(result(&out, "db").0, "changed");
        assert_eq!((h.state("db").as_str(), h.state("www") == "running"), ("stopped", false));
        h.signal_server("CONT");
        h.jug("jstop www").ok();
    });
}

#[test]
fn as_many_at_once_as_are_asked_for_and_the_lowest_first() {
    on_host(&[], |h| {
        let of: Vec<(String, String)> =
            (1..=8).map(|i| (format!("e{i}"), format!("boot.auto=true boot.order={}", 90 - i))).collect();
        made(h, &of.iter().map(|(n, s)| (n.as_str(), s.as_str())).collect::<Vec<_>>());
        h.jug("--jobs 1 boot").ok();
        assert_eq!(line(h, "prestart"), (1..=8).rev().map(|i| format!("e{i}")).collect::<Vec<_>>());
        h.jug("--jobs 1 shutdown").ok();
        assert_eq!(line(h, "poststop"), (1..=8).map(|i| format!("e{i}")).collect::<Vec<_>>());
        // Each takes a second: one after the other they would take eight.
        h.jug("jset --all 'exec.start=/bin/sleep 1'").ok();
        let out = h.jug("--jobs 8 boot").ok();
        let at = times(h, "prestart");
        let (first, last) = at.values().fold((f64::MAX, 0f64), |(a, b), t| (a.min(*t), b.max(*t)));
        assert!(at.len() == 8 && last - first < 6.0, "{at:?} {out:?}");
    });
}
