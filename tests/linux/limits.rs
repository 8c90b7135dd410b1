//! Limits: each is proved by what breaks it, changed while it runs, and gone with the container.

use crate::dry::traced;
use crate::outcome::until;
use crate::support::{Host, on_host};
use std::time::Instant;

/// Memory that is really used: dd fills a buffer of so many MB.
fn fills(h: &Host, megabytes: u32) -> i32 {
    h.jug(&format!("jexec www -- dd if=/dev/zero of=/dev/null bs={megabytes}M count=1")).code
}

/// The files of this name in its control groups.
fn group_files(h: &Host, name: &str, file: &str) -> Vec<String> {
    let text = std::fs::read_to_string(h.path(&format!("work/envs/{name}.toml"))).unwrap();
    let uuid = text.lines().find_map(|l| l.strip_prefix("uuid = \"")).unwrap()[..36].to_string();
    let found = h.sh(&format!("find /sys/fs/cgroup -path '*/jug-{uuid}/{file}'")).out;
    found.lines().map(|f| std::fs::read_to_string(f).unwrap_or_default()).collect()
}

/// Seconds of CPU time that it has used, and how often it was held up.
fn cpu(h: &Host) -> (f64, u64) {
    let word = |text: &str, word: &str| -> Option<f64> {
        text.lines().find_map(|l| l.strip_prefix(word)?.trim().parse().ok())
    };
    let stats = group_files(h, "www", "cpu.stat");
    let throttled = stats.iter().find_map(|t| word(t, "nr_throttled ")).unwrap_or(0.0);
    let nanoseconds =
        group_files(h, "www", "cpuacct.usage").first().and_then(|t| t.trim().parse::<f64>().ok());
    let microseconds = stats.iter().find_map(|t| word(t, "usage_usec "));
    let used = nanoseconds.map(|n| n / 1e9).or(microseconds.map(|n| n / 1e6)).unwrap();
    (used, throttled as u64)
}

/// CPU time of a busy loop of two seconds, how often it was held up, and how long it really took.
fn busy(h: &Host) -> (f64, u64, f64) {
    let (before, begun) = (cpu(h), Instant::now());
    // What ends timeout(1) is its own limit.
    h.jug("jexec www -- timeout 2 sh -c 'while :; do :; done'");
    let after = cpu(h);
    (after.0 - before.0, after.1 - before.1, begun.elapsed().as_secs_f64())
}

#[test]
fn what_breaks_a_limit_is_held() {
    on_host(&[], |h| {
        h.base();
        h.jug(
            "jcreate www --base bb --start --set limits.memory=32M --set limits.swap=0 --set limits.processes=12 \
             --set limits.open_files=40 --set limits.cpuset=0 --set limits.cpu=10",
        )
        .ok();
        // Memory: killed, and no more than that.
        assert_eq!(fills(h, 64), 137, "it was not killed for its memory");
        assert_eq!(fills(h, 8), 0);
        assert_eq!(h.state("www"), "running");
        // Processes: as many as there is room for, and not one more.
        h.jug("jexec www -- sh -c 'for i in $(seq 60); do sleep 5 & done'").says("fork");
        let now = h.jug("stats --json www").ok().json();
        let row = &now["stats"][0];
        assert!(row["processes"].as_u64().unwrap() <= 12, "{row}");
        assert_eq!(row["processes_limit"], 12);
        assert_eq!(group_files(h, "www", "pids.max")[0].trim(), "12");
        let met = &group_files(h, "www", "pids.events")[0];
        assert!(met.lines().any(|l| l.strip_prefix("max ").is_some_and(|n| n != "0")), "{met}");
        until("they have ended", || {
            h.jug("stats --json www").json()["stats"][0]["processes"].as_u64().is_some_and(|n| n < 4)
        });
        // Open files, and CPUs.
        h.jug("jexec www -- sh -c 'ulimit -n'").ok().is("40");
        h.jug("jexec www -- grep Cpus_allowed_list /proc/self/status").ok().is("Cpus_allowed_list:\t0");
        // CPU time: a tenth of a CPU, and held up again and again for it.
        let (held, times, took) = busy(h);
        assert!(times >= 5, "it was held up {times} times only");
        assert!(held < took * 0.1 * 1.5 + 0.2, "{held} s of CPU time in {took} s with limits.cpu=10");
        // At once: some more, some none.
        h.jug("jset www limits.memory=128M limits.processes= limits.cpu= limits.cpuset=")
            .ok()
            .says_not("restart");
        assert_eq!(fills(h, 64), 0);
        h.jug("jexec www -- sh -c 'for i in $(seq 60); do sleep 1 & done; wait'").ok().says_not("fork");
        // The machine may be busy with something else: then once more.
        let free = (0..4).map(|_| busy(h)).find(|(used, times, _)| *times == 0 && *used > held * 2.0);
        assert!(free.is_some(), "without a limit it got no more than {held} s");
        h.jug("jset www limits.memory=16M").ok();
        assert_eq!(fills(h, 64), 137);
        // What a process may open was said when it was started.
        h.jug("jset www limits.open_files=50").ok().says("waiting for a restart: limits.open_files");
        h.jug("jrestart www").ok();
        h.jug("jexec www -- sh -c 'ulimit -n'").ok().is("50");
        assert_eq!(fills(h, 64), 137);
        h.jug("jset www limits.memory= limits.swap= limits.open_files=").ok();
        assert_eq!(fills(h, 64), 0);
        h.jug("jstop www").ok();
        assert!(group_files(h, "www", "*").is_empty(), "a control group is left");
        // Nor is one after a start that failed.
        h.jug("jset www exec.start=/bin/false limits.processes=9").ok();
        h.jug("jstart www").code(1);
        assert!(group_files(h, "www", "*").is_empty(), "a control group is left");
    });
}

#[test]
fn what_linux_can_not_hold_is_refused() {
    on_host(&[], |h| {
        h.base();
        h.jug("jcreate www --base bb --set limits.read_bps=1M").ok();
        h.jug("jstart www").code(7).says("limits.read_bps").says("limits.required=false");
        assert_eq!(h.state("www"), "stopped");
        h.jug("jcreate no --base bb --start --set limits.write_iops=5").code(7).says("limits.write_iops");
        assert_eq!(h.state("no"), "gone", "what is refused is not made");
        h.jug("jset www limits.required=false limits.processes=33").ok();
        h.jug("jstart www").ok().says("warning: limits.read_bps");
        assert_eq!(group_files(h, "www", "pids.max")[0].trim(), "33");
        h.jug("jset www limits.cpuset=1000").ok().says("warning: limits.cpuset is 1000");
        h.jug("jset www limits.required= limits.cpuset= limits.read_bps=").ok();
        h.jug("jset www limits.cpuset=1000").code(7).says("and this host has the CPUs");
        h.jug("jset www limits.processes=21").ok();
        assert_eq!(group_files(h, "www", "pids.max")[0].trim(), "21");
        h.jug("jshow www --pending -H").ok().is("");
        for (wrong, says) in [
            ("limits.memory=1K", "at least 1M"),
            ("limits.memory=lots", "not a size"),
            ("limits.swap=1G", "needs limits.memory"),
            ("limits.cpu=0", "at least 1"),
            ("limits.cpu=-5", "not negative"),
            ("limits.cpuset=3-1", "backwards"),
            ("limits.cpuset=all", "not a list of CPUs"),
            ("limits.processes=many", "not a whole number"),
            ("limits.memroy=1G", "did you mean limits.memory"),
        ] {
            h.jug(&format!("jset www {wrong}")).code(2).says(says);
        }
        h.jug("jset www limits.memory=512M limits.cpuset=0,0").ok();
        h.jug("jget www limits.memory").ok().is("512M");
        h.jug("jget www limits.cpuset").ok().is("0");
        h.jug("jget www limits.required").ok().is("true");
        h.jug("jset www limits.memory=").ok();
        h.jug("jget www limits.memory").ok().is("");
    });
}

#[test]
fn stats_of_30_cost_what_those_of_3_cost() {
    on_host(&["strace"], |h| {
        h.base();
        let names = |n: u32| (1..=n).map(|i| format!("e{i}")).collect::<Vec<_>>().join(" ");
        h.jug_with(&format!("jcreate {} --base bb --set limits.processes=50", names(30)), "", 120).ok();
        h.jug(&format!("jstart {}", names(3))).ok();
        let verbs = ["stats", "stats -H --all", "top --json", "stats 'e*'"];
        let few: Vec<usize> = verbs.iter().map(|v| traced(h, v, 0).1).collect();
        h.jug_with("jstart --all", "", 200).ok();
        for (verb, few) in verbs.iter().zip(few) {
            let (changes, many) = traced(h, verb, 0);
            assert_eq!(few, many, "{verb}");
            assert!(few <= 2 && changes.is_empty(), "{verb}: {few} programs, {changes:?}");
        }
        let all = h.jug("stats --json").ok().json();
        let rows = all["stats"].as_array().unwrap();
        assert_eq!((all["version"].as_u64(), rows.len()), (Some(1), 30));
        for row in rows {
            assert!(row["memory"].as_u64().is_some_and(|m| m > 0 && m < 64 << 20), "{row}");
            assert!(row["cpu_percent"].is_number() && row["cpu_limit"].is_null(), "{row}");
            assert_eq!(
                (&row["processes_limit"], &row["memory_limit"]),
                (&50.into(), &serde_json::Value::Null)
            );
            assert!(row["jid"].is_u64() && row["state"] == "running" && row["open_files"].is_u64(), "{row}");
        }
        h.jug_with("jstop --all", "", 200).ok();
        h.jug("stats -H").ok().is("");
        h.jug("stats --json e7").ok().says("\"state\":\"stopped\"").says("\"memory\":null");
        h.jug("stats nosuch").code(4);
        h.jug_with("jremove -y --all", "", 200).ok();
    });
}

#[test]
fn top_is_a_picture_on_a_terminal_and_a_list_elsewhere() {
    on_host(&["script"], |h| {
        h.base();
        h.jug("jcreate calm busy --base bb --start").ok();
        let mut loop_ = h.spawn("jexec busy -- timeout 60 sh -c 'while :; do :; done'");
        until("it is busy", || {
            h.jug("stats --json busy").json()["stats"][0]["cpu_percent"].as_f64().is_some_and(|p| p > 5.0)
        });
        let order = |args: &str| {
            let out = h.jug(args).ok().out;
            out.lines().map(|l| l.split('\t').next().unwrap().to_string()).collect::<Vec<_>>()
        };
        assert_eq!(order("-H top"), ["busy", "calm"]);
        assert_eq!(order("-H top --sort name calm busy"), ["busy", "calm"]);
        let once = h.jug("top").ok();
        assert!(once.out.starts_with("NAME") && !once.out.contains('\u{1b}'), "{once:?}");
        h.jug("top --sort colour").code(2);
        let jug = h.jug_command("x");
        let jug = jug.get_program().to_str().unwrap();
        // Two pictures, then q; and Ctrl-C, which is a key here as well.
        for (end, seconds) in [("q", 5), ("\\003", 1)] {
            let line = format!(
                "{{ sleep {seconds}; printf '{end}'; sleep 3; }} | JUG_CONFIG={} script -qec '{jug} top --sort memory' /dev/null",
                h.str("jug.toml")
            );
            let shown = h.sh(&line).ok();
            assert!(shown.out.contains("\u{1b}[?1049h") && shown.out.ends_with("\u{1b}[?1049l"), "{shown:?}");
            assert!(shown.out.contains("by memory; q ends") && shown.out.contains("calm"), "{shown:?}");
            let pictures = shown.out.matches("\u{1b}[H\u{1b}[J").count();
            assert!(pictures >= 1 && (end != "q" || pictures >= 2), "{pictures} pictures");
        }
        let _ = loop_.kill();
        let _ = loop_.wait();
        h.jug("jstop --all").ok();
    });
}
