//! Exports for the kernel's server, with the real exportfs(8): it keeps its table without nfsd, too. That nfsd runs is all
//! that is made up here, for not every kernel has one.

use crate::crash::killed;
use crate::outcome::{run, until};
use crate::support::{Host, on_host, write};

const NEEDED: [&str; 2] = ["zfs-fuse", "exportfs"];

/// Datasets, an /etc of the test's own, and an nfsd as far as /proc shows it.
fn server(h: &Host) {
    h.zfs();
    h.sh("set -e; cp -a /etc etc; mount --bind etc /etc; mkdir -p /etc/exports.d; rm -f /etc/exports.d/*; \
          : >/etc/exports; mount -t tmpfs none /var/lib/nfs; : >/var/lib/nfs/etab; \
          mount -t tmpfs none /proc/fs; mkdir /proc/fs/nfsd; echo 8 >/proc/fs/nfsd/threads; \
          for d in a b; do zfs create tank/$d; done")
        .ok();
    let config = std::fs::read_to_string(h.path("jug.toml")).unwrap();
    write(&h.path("jug.toml"), &(config + "\n[nfs]\nserver = \"kernel\"\n"), 0o644);
}

/// What is exported: directory below tank, client, and those of the words that say what a client may do.
fn exported(h: &Host) -> Vec<String> {
    let words = ["ro", "rw", "no_root_squash", "root_squash", "all_squash"];
    let told = |w: &&str| words.contains(w) || w.starts_with("anon") || w.starts_with("sec=");
    let line = |l: &str| {
        let (place, options) = l.trim_end_matches(')').split_once('(').unwrap();
        let options: Vec<&str> = options.split(',').filter(told).collect();
        let place = place.rsplit_once("/tank/").map_or(place, |(_, p)| p);
        format!("{} {}", place.split_whitespace().collect::<Vec<_>>().join(" "), options.join(","))
    };
    let mut all: Vec<_> = h.sh("exportfs -s").ok().out.lines().map(line).collect();
    all.sort();
    all
}

const RW: &str = "sec=sys,rw,root_squash";
const RO: &str = "sec=sys,ro,root_squash";

#[test]
fn what_is_asked_is_what_is_exported() {
    on_host(&NEEDED, |h| {
        server(h);
        let root = "sec=sys,rw,no_root_squash";
        let mapped = "anonuid=33,anongid=1234,sec=krb5p:sys,ro,root_squash,all_squash";
        write(&h.path("etc/krb5.keytab"), "", 0o600);
        let a = |who: &str, how: &str| format!("a {who} {how}");
        let b = |who: &str, how: &str| format!("b {who} {how}");
        let steps: [(&str, Vec<String>); 8] = [
            ("nfs-export tank/a --to 10.0.0.1,10.1.0.0/16", vec![a("10.0.0.1", RW), a("10.1.0.0/16", RW)]),
            (
                "nfs-export tank/a --to fd00::1 --ro",
                vec![a("10.0.0.1", RW), a("10.1.0.0/16", RW), a("fd00::1", RO)],
            ),
            ("nfs-unexport tank/a --to 10.0.0.1", vec![a("10.1.0.0/16", RW), a("fd00::1", RO)]),
            ("nfs-export tank/a --to 10.0.0.2 --maproot root --replace", vec![a("10.0.0.2", root)]),
            ("nfs-export tank/b --world --ro", vec![a("10.0.0.2", root), b("*", RO)]),
            (
                "nfs-export tank/b --to fd00::/64 --mapall www-data:1234 --sec krb5p:sys --ro",
                vec![a("10.0.0.2", root), b("*", RO), b("fd00::/64", mapped)],
            ),
            ("nfs-unexport tank/b", vec![a("10.0.0.2", root)]),
            ("nfs-unexport tank/a", vec![]),
        ];
        for (change, expected) in steps {
            let out = h.jug(change).ok();
            assert!(out.err.is_empty(), "{out:?}");
            assert_eq!(exported(h), expected, "after {change}");
            h.jug(change).ok().says("unchanged");
            h.jug("nfs-check").ok();
        }
    });
}

#[test]
fn beside_the_administrators() {
    on_host(&NEEDED, |h| {
        server(h);
        let own = |text: &str| write(&h.path("etc/exports"), &text.replace('%', &h.str("tank")), 0o644);
        let file = || std::fs::read_to_string("/etc/exports.d/jug.exports").unwrap_or_default();
        own("%/a 10.0.0.9(ro,sync,no_subtree_check) @friends(ro,sync,no_subtree_check)\n");
        h.sh("exportfs -ra").ok();
        h.jug("nfs-ls").ok().says("@friends").says("others");
        h.jug("nfs-export tank/a --to 10.0.0.9")
            .code(5)
            .says("10.0.0.9 may mount that file system already: exportfs -s line");
        h.jug("nfs-export tank/a --to 10.0.0.9 --ro").ok().says("unchanged");
        h.jug("nfs-unexport tank/a").code(5).says("it is not jug that exports it");
        h.jug("nfs-export tank/a --to 10.0.0.1").ok();
        assert!(exported(h).contains(&format!("a 10.0.0.1 {RW}")));
        // What he breaks is his: it is passed on. What he takes out is exported until he says so.
        own("%/a 10.0.0.9(nonsense)\n");
        h.jug("nfs-export tank/b --to 10.0.0.1").ok().says("unknown keyword \"nonsense\"");
        assert_eq!(exported(h).len(), 4);
        h.sh("exportfs -ra").code(1);
        assert_eq!(exported(h), [format!("a 10.0.0.1 {RW}"), format!("b 10.0.0.1 {RW}")]);
        // He takes a client that jug has: the first of both files counts, and that is his.
        own("%/b 10.0.0.1(ro,sync,no_subtree_check)\n");
        let before = file();
        h.sh("exportfs -ra").code(1);
        h.jug("nfs-check").code(1).says("exportfs shows");
        h.jug("nfs-export tank/b --to 10.0.0.2")
            .code(1)
            .says("with other options than were asked")
            .says("duplicated");
        assert_eq!(file(), before);
        own("");
        h.sh("exportfs -ra").ok();
        // A directory that exportfs would read as another.
        h.run("zfs", &["create", "-o", &format!("mountpoint={}", h.str("odd\\101")), "tank/odd"]).ok();
        h.jug("nfs-export tank/odd --to 10.0.0.1").code(2).says("three digits");
        h.run("zfs", &["set", &format!("mountpoint={}", h.str("o 'd#d\"ä(*)")), "tank/odd"]).ok();
        h.jug("nfs-export tank/odd --to 10.0.0.1").ok();
        assert!(h.sh("exportfs -s").ok().out.contains("o\\040'd#d\"ä(*)  10.0.0.1("));
        // Somebody else writes into jug's file.
        let before = file();
        write(
            std::path::Path::new("/etc/exports.d/jug.exports"),
            &(before.clone() + "/srv 10.0.0.1(rw,insecure)\n"),
            0o644,
        );
        h.jug("nfs-check").code(1).says("insecure is no word of jug's");
        h.jug("nfs-export tank/b --to 10.0.0.7").code(5).says("insecure is no word of jug's");
        write(std::path::Path::new("/etc/exports.d/jug.exports"), &before, 0o644);
        // nfsd is not there.
        write(std::path::Path::new("/proc/fs/nfsd/threads"), "0\n", 0o644);
        let before = file();
        h.jug("nfs-export tank/b --to 10.0.0.7")
            .code(7)
            .says("nfsd does not run")
            .says("systemctl enable --now nfs-server");
        assert_eq!(file(), before);
        h.jug("nfs-unexport tank/b").ok().says("it will read this when it is started");
        assert!(!file().contains("/tank/b"));
    });
}

/// How often each of two processes changes its exports.
const TIMES: usize = 50;

#[test]
fn two_change_exports_at_once() {
    on_host(&NEEDED, |h| {
        server(h);
        let line = |name: &str, i: usize| match i % 5 {
            4 => format!("nfs-unexport tank/{name}"),
            _ => format!("nfs-export tank/{name} --to 10.1.0.{i}"),
        };
        let commands = |name| (1..=TIMES).map(|i| h.jug_command(&line(name, i))).collect::<Vec<_>>();
        let (both, dir) = ([commands("a"), commands("b")], h.dir.as_path());
        std::thread::scope(|s| {
            let all =
                both.map(|all| s.spawn(move || all.into_iter().for_each(|c| drop(run(c, dir, "", 60).ok()))));
            while all.iter().any(|t| !t.is_finished()) {
                h.jug("nfs-ls").ok();
            }
            all.into_iter().for_each(|t| t.join().unwrap());
        });
        assert_eq!(exported(h), [format!("a 10.1.0.50 {RW}"), format!("b 10.1.0.50 {RW}")]);
    });
}

/// Killed at every line of the journal and at every file: what comes next finds the exports as they were before, or as
/// they were asked, and the kernel has what the file says.
#[test]
fn killed_anywhere() {
    on_host(&["zfs-fuse", "exportfs", "strace"], |h| {
        server(h);
        h.jug("nfs-export tank/a --to 10.0.0.1").ok();
        let before = vec![format!("a 10.0.0.1 {RW}")];
        let after = vec![format!("a 10.0.0.1 {RW}"), format!("a 10.0.0.2 {RO}")];
        let (mut points, mut kept) = (0, 0);
        for call in ["fdatasync", "fsync"] {
            for n in 1.. {
                h.jug("nfs-unexport tank/a --to 10.0.0.2").ok();
                assert_eq!(exported(h), before);
                if !killed(h, "nfs-export tank/a --to 10.0.0.2 --ro", call, n) {
                    break;
                }
                let what = format!("killed at {call} number {n}");
                points += 1;
                h.jug(if n % 2 == 0 { "doctor --fix" } else { "nfs-unexport tank/b" }).ok();
                let now = exported(h);
                kept += usize::from(now == after);
                assert!(now == before || now == after, "{what}: {now:?}");
                h.jug("nfs-check").ok();
                h.jug("doctor").ok().says("all is well");
            }
        }
        assert!(points > 10 && kept < points / 2, "{points} points to die at, {kept} of them past the end");
    });
}

/// An exportfs that fails, does nothing, or does not say what it did: the file is what it was, and so is the rest.
#[test]
fn an_exportfs_that_lies() {
    on_host(&NEEDED, |h| {
        server(h);
        let config = std::fs::read_to_string(h.path("jug.toml")).unwrap();
        let dirs = format!(
            "[programs]\npath = [\"{}\", \"/sbin\", \"/bin\", \"/usr/sbin\", \"/usr/bin\"]\n",
            h.str("bin")
        );
        write(&h.path("jug.toml"), &(config + &dirs), 0o644);
        h.jug("nfs-export tank/a --to 10.0.0.1").ok();
        let file = || std::fs::read_to_string("/etc/exports.d/jug.exports").unwrap();
        let before = (file(), exported(h));
        for (told, listed, says) in [
            ("exit 1", "", "exportfs does not show"),
            ("exit 0", "", "exportfs does not show"),
            ("exit 139", "", "exit status 139"),
            ("", "exit 1", "exit status 1 of exportfs -s"),
            ("", "echo nonsense; exit 0", "not what was expected"),
        ] {
            // From the first time on that it is told of something else.
            let text = format!(
                "#!/bin/sh\ngrep -q 10.0.0.2 /etc/exports.d/jug.exports && case $1 in -a) {told};; -s) {listed};; esac\n\
                 exec /usr/sbin/exportfs \"$@\"\n"
            );
            write(&h.path("bin/exportfs"), &text.replace(") ;;", ") :;;"), 0o755);
            h.jug("nfs-export tank/a --to 10.0.0.2").code(1).says(says);
            assert_eq!((file(), exported(h)), before, "{told} {listed}");
            h.jug("doctor").ok();
        }
    });
}

/// What stands in no file, as the resource agents of a cluster export it, stays when jug's exports change.
#[test]
fn what_others_export_by_hand_stays() {
    on_host(&NEEDED, |h| {
        server(h);
        h.sh("exportfs -o ro,sync,no_subtree_check 10.0.0.9:$PWD/tank/b").ok();
        let by_hand = format!("b 10.0.0.9 {RO}");
        h.jug("nfs-export tank/a --to fd00::/64,10.0.0.1").ok();
        h.jug("nfs-export tank/a --to fd00::/64,10.0.0.1 --ro --replace").ok();
        assert_eq!(exported(h), [format!("a 10.0.0.1 {RO}"), format!("a fd00::/64 {RO}"), by_hand.clone()]);
        h.jug("nfs-export tank/b --to 10.0.0.9").code(5).says("exportfs -s line");
        // Clients mount it by NFSv4, unless its tree begins elsewhere.
        h.jug("nfs-ls --format fstab --server nas tank/a").ok().says("nas:/tmp").says("nfsvers=4.2");
        h.sh("exportfs -o ro,sync,no_subtree_check,fsid=0 10.0.0.9:$PWD/tank/b").ok();
        h.jug("nfs-ls --format fstab --server nas tank/a").ok().says("nfsvers=3");
        h.jug("nfs-unexport tank/a --to fd00::/64").ok();
        assert_eq!(exported(h), [format!("a 10.0.0.1 {RO}"), by_hand.clone()]);
        // One whose directory is gone.
        h.jug("nfs-export tank/a --to 10.0.0.2 --ro").ok();
        until("it can be destroyed", || h.sh("zfs destroy tank/a").code == 0);
        h.jug("nfs-unexport %/tank/a").ok();
        assert_eq!(exported(h), [by_hand]);
    });
}

/// A line whose directory is gone would export what comes to lie there next.
#[test]
fn what_is_exported_is_neither_removed_nor_renamed() {
    on_host(&["zfs-fuse", "exportfs", "runc", "busybox"], |h| {
        server(h);
        h.busybox();
        h.jug("base-import %/busybox bb --storage dir").ok();
        h.jug("jcreate w --base bb --mode full --storage dir").ok();
        h.jug("nfs-export w --to 10.0.0.1").ok();
        for change in ["jremove -y w", "-n jremove w", "jremove -y --stop w", "jrename w v"] {
            h.jug(change).code(6).says("w-data is exported over NFS to 10.0.0.1").says("jug nfs-unexport w");
        }
        h.jug("nfs-unexport w").ok();
        h.jug("nfs-export %/work/jails-data/w-data --to 10.0.0.2").ok();
        h.jug("jremove -y w").code(6).says("jug nfs-unexport /");
        h.jug("nfs-unexport %/work/jails-data/w-data").ok();
        h.jug("jrename w v").ok();
        h.jug("jremove -y v").ok();
        assert_eq!(exported(h), Vec::<String>::new());
    });
}

/// What lies on another host is not looked at, which could take for ever.
#[test]
fn a_directory_of_a_host_that_says_nothing() {
    on_host(&["zfs-fuse", "exportfs", "busybox", "sshfs", "sshd", "ssh", "ssh-keygen"], |h| {
        server(h);
        h.sshd();
        h.sh(
            "mkdir far; sshfs -F $PWD/ssh/config server:$PWD/exports far; kill -STOP $(busybox pidof sshfs)",
        )
        .ok();
        h.jug("nfs-export %/far/it --to 10.0.0.1").code(2).says("fuse.sshfs");
        h.sh("kill -9 $(busybox pidof sshfs); umount -l far").ok();
    });
}
