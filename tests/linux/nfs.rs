//! Exports for real: what nfs-ganesha serves of what jug exports from datasets of zfs-fuse, as three clients see it.

use crate::ganesha::NEEDED;
use crate::outcome::{run, until, wait};
use crate::support::{Host, on_host, write};

/// Three datasets with files to be read, and clients.
fn datasets(h: &Host) {
    h.zfs();
    h.nfs_clients();
    for name in ["a", "b", "c"] {
        h.sh(&format!("zfs create tank/{name}")).ok();
        h.nfs_files(&format!("tank/{name}"));
    }
}

/// Nobody may mount it.
const NONE: [&str; 3] = ["refused"; 3];

/// The harness itself: it tells reading from writing, who is taken for whom, and who is refused.
#[test]
fn clients_tell_exports_apart() {
    on_host(&NEEDED, |h| {
        datasets(h);
        let server = h.ganesha();
        assert_eq!(h.all_seen("tank/a"), NONE);
        let dir = h.str("tank/a");
        let text = |clients: &str| {
            format!(
                "EXPORT {{ Export_Id = 7; Path = {dir:?}; Pseudo = {dir:?}; Filesystem_Id = 7.0; \
                 Access_Type = None; FSAL {{ Name = VFS; }} {clients} }}\n"
            )
        };
        let one = "CLIENT { Clients = 10.77.0.11; Access_Type = RW; Squash = None; }";
        let two = "CLIENT { Clients = 10.77.0.12; Access_Type = RO; Squash = Root; Anonymous_Uid = 65534; }";
        write(&h.path("jug.ganesha.conf"), &text(&format!("{one} {two}")), 0o644);
        server.reload();
        assert_eq!(h.all_seen("tank/a"), ["rw 0 33", "ro 65534 33", "refused"]);
        let all = "CLIENT { Clients = *; Access_Type = RW; Squash = All; Anonymous_Uid = 1234; }";
        write(&h.path("jug.ganesha.conf"), &text(&format!("{one} {all} {two}")), 0o644);
        server.reload();
        assert_eq!(h.all_seen("tank/a"), ["rw 0 33", "rw 1234 1234", "rw 1234 1234"]);
    });
}

/// Changes in a row, each with what the three clients see of that dataset then; of the other two, they see the same as
/// before.
const CHANGES: [(&str, &str, [&str; 3]); 20] = [
    ("nfs-export tank/a --to 10.77.0.11", "a", ["rw 65534 33", "refused", "refused"]),
    ("nfs-export tank/a --to 10.77.0.12 --ro", "a", ["rw 65534 33", "ro 65534 33", "refused"]),
    ("nfs-export tank/b --to 10.77.0.0/24 --mapall 1234:1234", "b", ["rw 1234 1234"; 3]),
    ("nfs-unexport tank/a --to 10.77.0.12", "a", ["rw 65534 33", "refused", "refused"]),
    ("nfs-export tank/a --to 10.77.0.13 --maproot root", "a", ["rw 65534 33", "refused", "rw 0 33"]),
    ("nfs-export tank/c --to 10.77.0.11 --ro --mapall www-data", "c", ["ro 33 33", "refused", "refused"]),
    ("nfs-export tank/b --to 10.77.0.12 --ro --replace", "b", ["refused", "ro 65534 33", "refused"]),
    ("nfs-unexport tank/c", "c", NONE),
    ("nfs-export tank/c --world --ro", "c", ["ro 65534 33"; 3]),
    ("nfs-unexport tank/a", "a", NONE),
    (
        "nfs-export tank/a --to 10.77.0.11,10.77.0.13 --maproot 1234:1234",
        "a",
        ["rw 1234 33", "refused", "rw 1234 33"],
    ),
    ("nfs-export tank/c --to 10.77.0.12 --maproot root --replace", "c", ["refused", "rw 0 33", "refused"]),
    ("nfs-export tank/b --to 10.77.0.13 --mapall root", "b", ["refused", "ro 65534 33", "rw 0 0"]),
    ("nfs-unexport tank/b --to 10.77.0.12", "b", ["refused", "refused", "rw 0 0"]),
    ("nfs-export tank/c --to 10.77.0.0/24 --ro", "c", ["ro 65534 33", "rw 0 33", "ro 65534 33"]),
    ("nfs-unexport tank/c --to 10.77.0.12", "c", ["ro 65534 33"; 3]),
    (
        "nfs-export tank/b --to 10.77.0.8/30 --mapall www-data:www-data",
        "b",
        ["rw 33 33", "refused", "rw 0 0"],
    ),
    ("nfs-unexport tank/b", "b", NONE),
    ("nfs-export tank/a --world --mapall 65534:65534 --replace", "a", ["rw 65534 65534"; 3]),
    ("nfs-unexport tank/c", "c", NONE),
];

#[test]
fn clients_see_what_the_list_says() {
    on_host(&NEEDED, |h| {
        datasets(h);
        let _server = h.ganesha();
        let mut now = [("a", NONE), ("b", NONE), ("c", NONE)];
        for (i, (change, dataset, seen)) in CHANGES.into_iter().enumerate() {
            let out = h.jug(change).ok();
            assert!(out.err.is_empty(), "{out:?}");
            h.jug(change).ok().says("unchanged");
            for (name, sees) in &mut now {
                if *name == dataset {
                    *sees = seen;
                }
                assert_eq!(
                    h.all_seen(&format!("tank/{name}")),
                    *sees,
                    "tank/{name} after {} {change}",
                    i + 1
                );
            }
        }
    });
}

/// What jug's file says, with its numbers and clients, by nfs-ls.
fn listed(h: &Host) -> Vec<String> {
    let all = h.jug("nfs-ls -H").ok();
    all.out.lines().filter(|l| l.contains("\tjug\t")).map(str::to_string).collect()
}

/// Whatever the directory is called, and for sets of clients that overlap: the narrower one counts.
#[test]
fn directories_of_any_name() {
    on_host(&NEEDED, |h| {
        h.zfs();
        h.nfs_clients();
        let _server = h.ganesha();
        let names = ["with blank", "q\"uo'te", "back\\slash\\040", "#;{}=,*[a]", "ümlaut", "%include x"];
        for (i, name) in names.iter().enumerate() {
            let place = h.str(&format!("odd/{name}"));
            let out =
                h.run("zfs", &["create", "-o", &format!("mountpoint={place}"), &format!("tank/odd{i}")]);
            out.ok();
            h.nfs_files(&format!("odd/{name}"));
            h.jug(&format!("nfs-export tank/odd{i} --to 10.77.0.0/24 --ro")).ok();
            h.jug(&format!("nfs-export tank/odd{i} --to 10.77.0.12 --maproot root")).ok();
            assert_eq!(h.all_seen(&format!("odd/{name}")), ["ro 65534 33", "rw 0 33", "ro 65534 33"]);
        }
        assert_eq!(listed(h).len(), 2 * names.len());
        for i in 0..names.len() {
            h.jug(&format!("nfs-unexport tank/odd{i}")).ok();
        }
        assert!(listed(h).is_empty());
    });
}

/// Directories of an environment, for another node; a number that the administrator has, and his own exports.
#[test]
fn beside_the_administrators() {
    on_host(&NEEDED, |h| {
        datasets(h);
        h.busybox();
        h.jug("base-import %/busybox bb --storage dir").ok();
        h.jug("jcreate w --base bb --mode full").ok();
        let mut server = h.ganesha();
        let dir = h.str("tank/a");
        let own = format!(
            "EXPORT {{ Export_Id = 7; Path = {dir:?}; Pseudo = {dir:?}; Access_Type = RO; \
             FSAL {{ Name = VFS; }} }}\n"
        );
        let conf = std::fs::read_to_string(h.path("ganesha.conf")).unwrap();
        write(&h.path("ganesha.conf"), &(conf.clone() + &own), 0o644);
        server.reload();
        let whole = std::fs::read_to_string(h.path("ganesha.conf")).unwrap();
        h.jug("nfs-export tank/a --to 10.77.0.11").code(5).says("ganesha.conf line 4 exports it already");
        h.jug("nfs-unexport tank/a").code(5).says("it is not jug that exports it");
        h.jug("nfs-export w --to 10.77.0.12 --maproot root").ok();
        let places: Vec<_> = listed(h).iter().map(|l| l.split('\t').next().unwrap().to_string()).collect();
        assert!(places.len() >= 2 && places.iter().all(|p| p.contains("/work/jails-")), "{places:?}");
        h.nfs_files("work/jails-data/w-data");
        assert_eq!(h.seen(2, "work/jails-data/w-data"), "rw 0 33");
        assert_eq!(h.seen(1, "work/jails-data/w-data"), "refused");
        h.jug("nfs-check").ok();
        // What he breaks later takes all exports with it, jug's too. That is said, and jug's change is not kept.
        let text = std::fs::read_to_string(h.path("jug.ganesha.conf")).unwrap();
        write(&h.path("ganesha.conf"), &(conf.clone() + "EXPORT { broken\n"), 0o644);
        h.jug("nfs-export tank/b --to 10.77.0.13").code(1).says("syntax error");
        assert_eq!(std::fs::read_to_string(h.path("jug.ganesha.conf")).unwrap(), text);
        write(&h.path("ganesha.conf"), &whole, 0o644);
        h.jug("nfs-export tank/b --to 10.77.0.13").ok();
        assert_eq!(h.all_seen("tank/b"), ["refused", "refused", "rw 65534 33"]);
        assert_eq!(h.seen(2, "work/jails-data/w-data"), "rw 0 33");
        // What of his is wrong and loses only itself is a warning.
        write(
            &h.path("ganesha.conf"),
            &(whole.clone() + &own.replace("tank/a", "nowhere").replace("= 7", "= 8")),
            0o644,
        );
        h.jug("nfs-export tank/c --to 10.77.0.13").ok().says("Could not create export");
        write(&h.path("ganesha.conf"), &whole, 0o644);
        // A file that somebody else wrote into is left alone.
        let text = std::fs::read_to_string(h.path("jug.ganesha.conf")).unwrap();
        write(&h.path("jug.ganesha.conf"), &(text.clone() + "LOG { }\n"), 0o644);
        h.jug("nfs-export tank/c --to 10.77.0.11").code(5).says("LOG is no block of jug's");
        write(&h.path("jug.ganesha.conf"), &text, 0o644);
        h.jug("nfs-unexport w").ok();
        h.jug("nfs-unexport tank/b").ok();
        h.jug("nfs-unexport tank/c").ok();
        assert!(listed(h).is_empty());
        server.kill();
        assert_eq!(std::fs::read_to_string(h.path("ganesha.conf")).unwrap(), whole);
    });
}

/// A server that does not run, that dies when it reads its exports, that does not answer, and one that does not read
/// jug's file: within its limit each command says so, and what it left is what was there before.
#[test]
fn a_server_that_fails() {
    on_host(&NEEDED, |h| {
        datasets(h);
        let mut server = h.ganesha();
        h.jug("nfs-export tank/a --to 10.77.0.11").ok();
        let text = || std::fs::read_to_string(h.path("jug.ganesha.conf")).unwrap();
        let before = text();
        server.kill();
        h.jug("nfs-export tank/b --to 10.77.0.11")
            .code(7)
            .says("does not run")
            .says("systemctl enable --now nfs-ganesha");
        h.jug("nfs-check").code(1).says("does not run");
        h.jug("nfs-ls").ok().says("tank/a");
        assert_eq!(text(), before);
        // It reads the file when it starts.
        h.jug("nfs-unexport tank/a").ok().says("it will read this when it is started");
        assert!(listed(h).is_empty());
        server.start();
        assert_eq!(h.all_seen("tank/a"), NONE);
        // Stopped, it gets the signal and says nothing.
        let before = text();
        h.sh("kill -STOP $(cat ganesha.pid)").ok();
        h.jug("nfs-export tank/a --to 10.77.0.11").code(1).says("does not say in");
        assert_eq!(text(), before);
        h.sh("kill -CONT $(cat ganesha.pid)").ok();
        h.jug("nfs-export tank/a --to 10.77.0.11").ok();
        assert_eq!(h.all_seen("tank/a"), ["rw 65534 33", "refused", "refused"]);
        // It dies of the signal.
        let before = text();
        h.sh("kill -STOP $(cat ganesha.pid)").ok();
        let mut change = h.spawn("nfs-export tank/b --to 10.77.0.11");
        until("the file is written", || text() != before);
        server.kill();
        assert_eq!(wait(&mut change, 60), Some(1));
        assert_eq!(text(), before);
        server.start();
        assert_eq!(h.all_seen("tank/b"), NONE);
        assert_eq!(h.all_seen("tank/a"), ["rw 65534 33", "refused", "refused"]);
        // jug dies between the file and the signal: what comes next takes it back.
        h.sh("kill -STOP $(cat ganesha.pid)").ok();
        let mut change = h.spawn("nfs-export tank/b --to 10.77.0.11");
        until("the file is written", || text() != before);
        change.kill().unwrap();
        change.wait().unwrap();
        h.sh("kill -CONT $(cat ganesha.pid)").ok();
        h.jug("doctor --fix").ok();
        assert_eq!(text(), before);
        until("it is exported no more", || h.seen(1, "tank/b") == "refused");
        // A server that does not read jug's file.
        let conf = std::fs::read_to_string(h.path("ganesha.conf")).unwrap();
        let without: String =
            conf.lines().filter(|l| !l.starts_with("%include")).map(|l| format!("{l}\n")).collect();
        write(&h.path("ganesha.conf"), &without, 0o644);
        h.jug("nfs-export tank/b --to 10.77.0.11").code(7).says("it does not include");
        h.jug("init --nfs").says("echo '%include");
        h.jug("init --nfs --write").ok().says("put a line into");
        h.jug("nfs-export tank/b --to 10.77.0.11").ok();
        assert_eq!(h.all_seen("tank/b"), ["rw 65534 33", "refused", "refused"]);
        h.jug("init --nfs --write").ok().says_not("put a line into");
    });
}

/// How often each of two processes changes its exports.
const TIMES: usize = 50;

/// Two processes at once: no change of either is lost, and what stands in the file at any time can be read.
#[test]
fn two_change_exports_at_once() {
    on_host(&NEEDED, |h| {
        datasets(h);
        let _server = h.ganesha();
        let line = |name: &str, i: usize| match i % 5 {
            0 => format!("nfs-unexport tank/{name}"),
            _ => format!("nfs-export tank/{name} --to 10.1.0.{i},10.77.0.11"),
        };
        let commands = |name| (1..=TIMES).map(|i| h.jug_command(&line(name, i))).collect::<Vec<_>>();
        let (both, dir) = ([commands("a"), commands("b")], h.dir.as_path());
        std::thread::scope(|s| {
            let both =
                both.map(|all| s.spawn(move || all.into_iter().for_each(|c| drop(run(c, dir, "", 60).ok()))));
            let mut reads = 0;
            while both.iter().any(|t| !t.is_finished()) {
                h.jug("nfs-ls").ok();
                reads += 1;
                std::thread::sleep(std::time::Duration::from_millis(100));
            }
            assert!(reads > 5, "{reads}");
            both.into_iter().for_each(|t| t.join().unwrap());
        });
        assert!(listed(h).is_empty(), "the last change of both takes all back");
        for name in ["a", "b"] {
            h.jug(&format!("nfs-export tank/{name} --to 10.77.0.11")).ok();
            assert_eq!(h.seen(1, &format!("tank/{name}")), "rw 65534 33");
        }
    });
}

/// A directory that is gone is no reason to refuse what is asked of another one, and nfs-check names it.
#[test]
fn a_directory_that_is_gone() {
    on_host(&NEEDED, |h| {
        datasets(h);
        let mut server = h.ganesha();
        h.sh("mkdir tank/a/one").ok();
        h.jug("nfs-export %/tank/a/one --to 10.77.0.11").ok();
        h.jug("nfs-check").ok().says("is in the file system of");
        h.sh("rmdir tank/a/one").ok();
        server.kill();
        server.start();
        h.jug("nfs-export tank/b --to 10.77.0.11").ok().says("tank/a/one");
        assert_eq!(h.all_seen("tank/b"), ["rw 65534 33", "refused", "refused"]);
        h.jug("nfs-check").code(1).says("there is no such directory");
        h.jug("nfs-check tank/c").code(4).says("jug does not export it");
        h.jug("nfs-export %/tank/a/one --to 10.77.0.12").code(4);
        h.jug("nfs-unexport %/tank/a/one").ok();
        h.jug("nfs-check").ok();
        assert_eq!(h.all_seen("tank/b"), ["rw 65534 33", "refused", "refused"]);
    });
}
