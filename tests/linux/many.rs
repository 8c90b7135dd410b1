//! What jug starts for 3 environments on ZFS and for 300, as -v tells: what only looks costs the same, and what changes
//! each of them does no more to each.

use crate::support::{COUNTED, Host, on_host, write};
use std::ops::RangeInclusive;

const ALL: usize = 300;

/// More environments, each a dataset.
fn more(h: &Host, which: RangeInclusive<usize>) {
    let text = std::fs::read_to_string(h.path("work/envs/e1.toml")).unwrap();
    let uuid = text.lines().find_map(|l| l.strip_prefix("uuid = \"")).unwrap()[..36].to_string();
    let mut line = "set -e\n".to_string();
    for i in which {
        let new = format!("00000000-0000-4000-8000-{i:012}");
        let text = text.replace(&uuid, &new).replace("env/e1\"", &format!("env/e{i}\""));
        assert!(text.contains(&format!("tank/jug/env/e{i}\"")), "{text}");
        write(&h.path(&format!("work/envs/e{i}.toml")), &text, 0o644);
        line += &format!("zfs create -o canmount=off -o jug:uuid={new} tank/jug/env/e{i}\n");
    }
    h.sh(&line).ok();
}

/// Snapshots of jug's, of which the last is what the replica has.
fn taken(h: &Host, which: RangeInclusive<usize>, count: usize) {
    let mut line = "set -e\n".to_string();
    for env in which.map(|i| format!("tank/jug/env/e{i}")) {
        for n in 1..=count {
            line += &format!(
                "zfs snapshot -r -o jug:snapshot=7f1c0a52-6d0e-4a53-9f4c-1d2c3b4a5f60 {env}@jug-2026010{n}T000000Z-000\n"
            );
        }
        line += &format!("zfs set jug:common=back {env}@jug-2026010{count}T000000Z-000\n");
    }
    h.sh(&line).ok();
}

/// The programs that commands start, by what -v tells.
fn programs(h: &Host, commands: &[&str]) -> Vec<usize> {
    let count = |args: &&str| {
        let out = h.jug_with(&format!("-v {args}"), "", 200).ok();
        out.err.lines().filter(|l| l.starts_with("+ ")).count()
    };
    commands.iter().map(count).collect()
}

#[test]
fn programs_for_300_environments() {
    on_host(&["zfs-fuse"], |h| {
        h.busybox();
        h.zfs();
        h.jug("base-import %/busybox bb").ok();
        h.jug("jcreate e1 e2 e3 --base bb").ok();
        h.sh("sed -i '1i replicate = [\"back every=1h\"]' jug.toml").ok();
        let reads = [
            "snapshot-ls",
            "-n snapshot --all",
            "-n snapshot-prune --all --keep last=1",
            "replicate-ls",
            "replicate-status",
            "replicate --due",
        ];
        // zfs-fuse takes one snapshot at a time; a prune asks of each whose they are, and destroys them.
        let changes = ["snapshot --all", "snapshot-prune --all --keep last=1"];
        taken(h, 1..=3, 2);
        let few = (programs(h, &reads), programs(h, &changes));
        more(h, 4..=30);
        taken(h, 4..=30, 2);
        let some = programs(h, &changes);
        more(h, 31..=ALL);
        taken(h, 31..=ALL, 1);
        let many = programs(h, &reads);
        h.jug("-H replicate-status").ok().says("e1\tback\tok").says(&format!("e{ALL}\tback\tok"));
        assert_eq!(h.jug("-H snapshot-ls").ok().out.lines().count(), 30 * 2 + ALL - 30);
        eprintln!("{COUNTED}programs for 3 environments {:?}, for {ALL} {many:?}: {reads:?}", few.0);
        eprintln!("{COUNTED}programs for 3 environments {:?}, for 30 {some:?}: {changes:?}", few.1);
        assert_eq!(few.0, many);
        assert_eq!([some[0] - few.1[0], some[1] - few.1[1]], [27, 2 * 27]);
        let line: String = (4..=ALL).map(|i| format!("zfs destroy -r tank/jug/env/e{i}\n")).collect();
        h.sh(&format!("set -e\n{line}cd work/envs && ls | grep -v '^e[123].toml' | xargs rm")).ok();
    });
}
