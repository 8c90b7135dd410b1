//! The examples are what they say: configuration that jug accepts, hooks that run.

#![expect(clippy::expect_used, reason = "a test may panic")]

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

fn examples() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("share/examples")
}

#[expect(clippy::disallowed_methods, reason = "a test may start programs")]
fn program(path: impl AsRef<std::ffi::OsStr>) -> Command {
    Command::new(path)
}

fn said(out: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&out.stdout), String::from_utf8_lossy(&out.stderr))
}

fn files(dir: &str) -> Vec<PathBuf> {
    let all = std::fs::read_dir(examples().join(dir)).expect("the directory is there");
    let mut all: Vec<PathBuf> = all.flatten().map(|e| e.path()).filter(|p| p.is_file()).collect();
    all.sort();
    assert!(!all.is_empty());
    all
}

#[test]
fn configuration_is_accepted() {
    let mut all = files("environments");
    all.push(examples().join("jug.toml"));
    for file in all {
        let mut jug = program(env!("CARGO_BIN_EXE_jug"));
        let out = jug.env("JUG_CONFIG", "/dev/null").arg("config-check").arg(&file).output();
        let out = out.expect("it runs");
        assert!(out.status.success(), "{}", said(&out));
    }
}

#[test]
fn the_examples_jug_toml_has_every_key() {
    let text = std::fs::read_to_string(examples().join("jug.toml")).expect("it is there");
    let node: jug::model::node::NodeConfig = jug::model::schema::read(&text, "jug.toml").expect("it is good");
    assert!(node.snapshots.keep.is_some());
    assert!(node.version.is_some() && node.workdir.is_some() && node.zfs_root.is_some());
    assert!(node.fetch.catalogue.is_some());
    assert!(node.defaults.base.is_some() && node.defaults.mode.is_some());
    assert!(
        node.defaults.interface.is_some()
            && node.defaults.storage.is_some()
            && node.defaults.net.is_some()
            && node.defaults.external.is_some()
            && node.programs.oci.is_some()
    );
}

#[test]
fn hooks_run() {
    let dir = tempfile::tempdir().expect("a directory");
    let key = dir.path().join("key.pub");
    std::fs::create_dir(dir.path().join("root")).expect("a directory");
    assert!(program("cp").arg("/dev/null").arg(&key).status().is_ok_and(|s| s.success()));
    let bin = dir.path().join("bin");
    std::fs::create_dir(&bin).expect("a directory");
    std::os::unix::fs::symlink("/bin/echo", bin.join("logger")).expect("a link");
    let run = |hook: &Path, need: &str| {
        program(hook)
            .args(["prestart", "www"])
            .env("JUG_NAME", "www")
            .env("JUG_POINT", "prestart")
            .env("JUG_BASE", "host")
            .env("JUG_DATA", dir.path())
            .env("NEED_KB", need)
            .env("KEY", &key)
            .env("PATH", format!("{}:/bin:/usr/bin", bin.display()))
            .output()
            .expect("it runs")
    };
    for hook in files("hooks") {
        let out = run(&hook, "1");
        assert!(out.status.success(), "{}: {}", hook.display(), said(&out));
    }
    assert!(dir.path().join("root/.ssh/authorized_keys").is_file());
    let out = run(&examples().join("hooks/check-space"), "99999999999999");
    assert_eq!(out.status.code(), Some(1));
    assert!(said(&out).contains("www: only"), "{}", said(&out));
}

/// Stands in for mount(8) and its kin under their names. `table` is the mount table, in the format of fstab(5); a source
/// in `fails` can't be mounted, one in `lies` is not, and a directory in `busy` can't be unmounted but by force.
const FAKE: &str = r#"#!/bin/sh
set -eu
here=${0%/*} own=${0##*/}
[ "$own" = cat ] || [ "$own" = uname ] || echo "$own $*" >>"$here/log"
in_file() { grep -qxF -- "$2" "$here/$1" 2>/dev/null; }
case "$own $*" in
'uname -s') echo "$OS" ;;
'mount -p' | 'cat /proc/mounts') exec /bin/cat "$here/table" ;;
mount*)
	while [ $# -gt 2 ]; do shift; done
	! in_file fails "$1" || exit 32
	in_file lies "$1" || echo "$1 $2 $TYPE rw 0 0" >>"$here/table"
	;;
umount*)
	[ $# -gt 1 ] || ! in_file busy "$1" || exit 1
	while [ $# -gt 1 ]; do shift; done
	grep -v " $1 " "$here/table" >"$here/new" || :
	mv "$here/new" "$here/table"
	;;
sleep*) ;;
*) exec "/bin/$own" "$@" ;;
esac
"#;

#[test]
fn mount_hooks_are_all_or_nothing_and_may_run_twice() {
    for (os, kind, fstype) in [
        ("FreeBSD", "nfs3", "nfs"),
        ("FreeBSD", "nfs4", "nfs"),
        ("Linux", "nfs3", "nfs"),
        ("Linux", "nfs4", "nfs4"),
        ("FreeBSD", "glusterfs", "fusefs.glusterfs"),
        ("Linux", "glusterfs", "fuse.glusterfs"),
        ("Linux", "cephfs", "ceph"),
    ] {
        // What its variables are called.
        let word = if kind.starts_with("nfs") { "NFS".to_string() } else { kind.to_uppercase() };
        let t = tempfile::tempdir().expect("a directory");
        let top = t.path().canonicalize().expect("it is there");
        let ok = |cmd: &mut Command| assert!(cmd.status().is_ok_and(|s| s.success()), "{cmd:?}");
        let bin = top.join("bin");
        std::fs::create_dir(&bin).expect("a directory");
        let put = |file: &str, text: &str| {
            ok(program("sh").args(["-c", "printf %s \"$1\" >\"$0\""]).arg(bin.join(file)).arg(text));
        };
        put("fake", FAKE);
        ok(program("chmod").arg("+x").arg(bin.join("fake")));
        for name in ["uname", "mount", "mount_nfs", "mount_glusterfs", "umount", "cat", "sleep"] {
            std::os::unix::fs::symlink("fake", bin.join(name)).expect("a link");
        }
        // As an administrator would: copied, and with a configuration of its own, in CBSD's words.
        ok(program("cp").arg("-R").arg(examples().join("mnt")).arg(top.join("mnt")));
        put(
            "../mnt/web.conf",
            &format!(
                "# CBSD's\n{word}_SERVER=\"192.0.2.5\" # here\n{word}_SERVER_ROOT_DIR='/nfs';\n\
                 {word}_SERVER_DATA_DIR=\"{}/d\"\nMOUNT_FSTAB=1\n{word}_MOUNT_TIMEOUT=5\n",
                // The one thing that is replaced, in CBSD's own words.
                if word == "NFS" { "${NFS_SERVER_ROOT_DIR}" } else { "/nfs" }
            ),
        );
        for end in ["start", "stop"] {
            ok(program("cp")
                .arg(top.join(format!("mnt/{kind}-{end}")))
                .arg(top.join(format!("mnt/web-{end}"))));
        }
        let dirs = ["data", "fstab", "rcconf", "system"].map(|d| top.join(d).join("www"));
        for dir in &dirs {
            std::fs::create_dir_all(dir).expect("a directory");
        }
        let [data, fstab, rcconf, system] = &dirs;
        let run = |end: &str| {
            put("log", "");
            let out = program(top.join(format!("mnt/web-{end}")))
                .arg("-d")
                .arg(data)
                .arg("-f")
                .arg(fstab)
                .args(["-j", "www"])
                .arg("-r")
                .arg(rcconf)
                .arg("-s")
                .arg(system)
                .env("PATH", format!("{}:/bin:/usr/bin", bin.display()))
                .env("OS", os)
                .env("TYPE", fstype)
                .env(format!("{word}_SERVER"), "198.51.100.1")
                .output()
                .expect("it runs");
            (out.status.code(), said(&out))
        };
        let read = |file: &str| std::fs::read_to_string(bin.join(file)).expect("it is there");
        let line =
            |what: &str, dir: &Path| format!("192.0.2.5:/nfs/{what}/www {} {fstype} rw 0 0\n", dir.display());
        let all = format!("{}{}{}", line("d", data), line("system", system), line("fstab", fstab));
        put("table", "");
        assert_eq!(run("start"), (Some(0), String::new()), "{os} {kind}");
        assert_eq!(read("table"), all);
        let program = match (os, kind) {
            ("FreeBSD", "nfs3") => "mount_nfs -onfsv3",
            ("FreeBSD", "nfs4") => "mount_nfs -onfsv4",
            ("Linux", "nfs3") => "mount -t nfs -overs=3",
            ("Linux", "nfs4") => "mount -t nfs -overs=4",
            ("FreeBSD", _) => "mount_glusterfs 192",
            (_, "cephfs") => "mount -t ceph -oname=jug",
            _ => "mount -t glusterfs 192",
        };
        assert!(read("log").contains(program), "{}", read("log"));
        assert_eq!(run("start"), (Some(0), String::new()), "the second time");
        assert_eq!(read("table"), all);
        assert_eq!(run("stop"), (Some(0), String::new()));
        assert_eq!(run("stop"), (Some(0), String::new()), "the second time");
        assert_eq!(read("table"), "");
        // The last one fails, or says that all is well: the others are taken back. What was mounted before stays.
        for how in ["fails", "lies"] {
            put(how, "192.0.2.5:/nfs/fstab/www\n");
            put("table", &line("d", data));
            let (code, said) = run("start");
            assert_eq!((code, read("table")), (Some(1), line("d", data)), "{how}: {said}");
            assert!(said.contains("/nfs/fstab/www"), "{said}");
            put(how, "");
        }
        // Another server's mount is neither used nor unmounted.
        let foreign = line("system", system).replace("192.0.2.5", "192.0.2.6");
        put("table", &foreign);
        assert_eq!((run("start").0, read("table")), (Some(1), foreign.clone()));
        assert_eq!((run("stop").0, read("table")), (Some(1), foreign));
        // By force only where it is allowed.
        put("table", &all);
        put("busy", &format!("{}\n", system.display()));
        let (code, said) = run("stop");
        assert_eq!((code, read("table")), (Some(1), line("system", system)), "{said}");
        put(
            "../mnt/web.conf",
            &format!("{word}_SERVER=192.0.2.5\n{word}_SERVER_ROOT_DIR=/nfs\nUMOUNT_FORCE=1\n"),
        );
        assert_eq!((run("stop").0, read("table")), (Some(0), String::new()));
        // Nothing of the configuration is executed.
        for bad in ["NFS_SERVER=\"a\" ; touch x", "PATH=/tmp", "NFS_SERVER=`id`x y", "id", "NFS_SERVER="] {
            put("../mnt/web.conf", &format!("{}\n", bad.replace("NFS", &word)));
            let (code, said) = run("start");
            assert_eq!(
                (code, read("log").as_str(), read("table").as_str()),
                (Some(1), "", ""),
                "{bad}: {said}"
            );
        }
    }
}

/// Stands in for the programs that attach disks, as well: `dev/www` is there while it is attached, and `dev/www.eli` while
/// geli has it.
const DISKS: &str = r#"#!/bin/sh
set -eu
here=${0%/*} own=${0##*/}
[ "$own" = uname ] || echo "$own $*" >>"$here/log"
in_file() { grep -qxF -- "$2" "$here/$1" 2>/dev/null; }
case "$own $*" in
'uname -s') echo FreeBSD ;;
'mount -p') exec /bin/cat "$here/table" ;;
mount*)
	type=ufs
	[ "$1" != -t ] || type=$2
	while [ $# -gt 2 ]; do shift; done
	! in_file fails "$2" || exit 1
	echo "$1 $2 $type rw 0 0" >>"$here/table"
	;;
umount*)
	while [ $# -gt 1 ]; do shift; done
	! in_file busy "$1" || exit 1
	grep -v " $1 " "$here/table" >"$here/new" || :
	mv "$here/new" "$here/table"
	;;
'iscsictl -L'*) cat "$here/sessions" ;;
'iscsictl -A'*) echo "$5 192.0.2.5 Connected: da0" >"$here/sessions"; : >"$DEV/www" ;;
'iscsictl -R'*) : >"$here/sessions"; rm "$DEV/www" ;;
'geli attach'*) : >"$DEV/www.eli" ;;
'geli detach'*) rm "$DEV/www.eli" ;;
'dumpfs -s'*) in_file dirty "$2" && echo 'cgrotor 0 clean 0' || echo 'cgrotor 0 clean 1' ;;
hastctl* | sleep*) ;;
*) exit 9 ;;
esac
"#;

#[test]
fn hooks_for_disks_are_all_or_nothing_and_may_run_twice() {
    for (kind, config) in [
        ("iscsi", "ISCSI_PORTAL=192.0.2.5\nISCSI_TARGET=iqn.2026-01.org.example:%s\nDISK_DEVICE=DEV/%s\n"),
        ("geli", "DISK_DEVICE=DEV/%s\nGELI_KEY=TOP/key.%s\n"),
        ("hast", "HAST_RESOURCE=nosuch-%s\nDISK_TIMEOUT=1\n"),
    ] {
        let t = tempfile::tempdir_in("/dev/shm").expect("a directory");
        let top = t.path().canonicalize().expect("it is there");
        let ok = |cmd: &mut Command| assert!(cmd.status().is_ok_and(|s| s.success()), "{cmd:?}");
        let (bin, dev) = (top.join("bin"), top.join("dev"));
        for dir in [&bin, &dev] {
            std::fs::create_dir(dir).expect("a directory");
        }
        let put = |file: &str, text: &str| {
            ok(program("sh")
                .args(["-c", "umask 077; printf %s \"$1\" >\"$0\""])
                .arg(bin.join(file))
                .arg(text));
        };
        put("fake", DISKS);
        ok(program("chmod").arg("+x").arg(bin.join("fake")));
        for name in ["uname", "mount", "umount", "iscsictl", "geli", "hastctl", "fsck_ffs", "dumpfs", "sleep"]
        {
            std::os::unix::fs::symlink("fake", bin.join(name)).expect("a link");
        }
        ok(program("cp").arg("-R").arg(examples().join("mnt")).arg(top.join("mnt")));
        let text = format!("{config}DISK_DIR=TOP/disks\n").replace("=DEV", &format!("={}", dev.display()));
        put(&format!("../mnt/{kind}.conf"), &text.replace("TOP", &top.display().to_string()));
        for file in ["table", "sessions", "../key.www"] {
            put(file, "");
        }
        if kind == "geli" {
            put("../dev/www", "");
        }
        let dirs = ["data", "fstab", "rcconf", "system"].map(|d| top.join(d).join("www"));
        for dir in &dirs {
            std::fs::create_dir_all(dir).expect("a directory");
        }
        let [data, fstab, rcconf, system] = &dirs;
        let run = |end: &str| {
            put("log", "");
            let mut hook = program(top.join(format!("mnt/{kind}-{end}")));
            hook.arg("-d").arg(data).arg("-f").arg(fstab).args(["-j", "www"]).arg("-r").arg(rcconf);
            hook.arg("-s").arg(system).env("DEV", &dev);
            hook.env("PATH", format!("{}:/bin:/usr/bin", bin.display()));
            let out = hook.output().expect("it runs");
            (out.status.code(), said(&out))
        };
        let read = |file: &str| std::fs::read_to_string(bin.join(file)).expect("it is there");
        let attached = || match kind {
            "iscsi" => !read("sessions").is_empty(),
            _ => dev.join("www.eli").exists(),
        };
        if kind == "hast" {
            // The disk does not come, and the other node may have it again.
            let (code, said) = run("start");
            assert!(code == Some(1) && said.contains("/dev/hast/nosuch-www does not appear"), "{said}");
            assert!(read("log").contains("hastctl role primary nosuch-www"), "{}", read("log"));
            assert!(read("log").contains("hastctl role secondary nosuch-www"), "{}", read("log"));
            assert_eq!(read("table"), "");
            continue;
        }
        for _ in 0..2 {
            assert_eq!(run("start"), (Some(0), String::new()), "{kind}");
            let table = read("table");
            assert_eq!((table.lines().count(), attached()), (5, true), "{kind}: {table}");
            assert!(table.contains(&format!("/disks/www/data {} nullfs", data.display())), "{table}");
            assert!(!read("log").contains("fsck"), "{}", read("log"));
        }
        for _ in 0..2 {
            assert_eq!(run("stop"), (Some(0), String::new()), "{kind}");
            assert_eq!((read("table").as_str(), attached()), ("", false), "{kind}");
        }
        // What fails is taken back, the disk too.
        for dir in [system, &top.join("disks/www")] {
            put("fails", &format!("{}\n", dir.display()));
            let (code, said) = run("start");
            assert_eq!((code, read("table").as_str(), attached()), (Some(1), "", false), "{kind}: {said}");
        }
        put("fails", "");
        // One that another node may have mounted is left alone.
        let disk = dev.join(if kind == "geli" { "www.eli" } else { "www" });
        put("dirty", &format!("{}\n", disk.display()));
        let (code, said) = run("start");
        assert_eq!((code, read("table").as_str(), attached()), (Some(1), "", false), "{kind}: {said}");
        assert!(said.contains("not unmounted cleanly") && !read("log").contains("fsck"), "{said}");
        put("dirty", "");
        // What is busy keeps its disk.
        assert_eq!(run("start").0, Some(0));
        put("busy", &format!("{}\n", data.display()));
        let (code, said) = run("stop");
        assert!(code == Some(1) && attached() && read("table").contains(" nullfs "), "{kind}: {said}");
        put("busy", "");
        assert_eq!(run("stop").0, Some(0));
        if kind == "geli" {
            ok(program("chmod").arg("644").arg(top.join("key.www")));
            let (code, said) = run("start");
            assert!(code == Some(1) && said.contains("not for root alone"), "{said}");
        }
    }
}

#[test]
fn mount_hooks_need_their_options() {
    let all = ["-d", "/a/d", "-j", "www", "-r", "/a/r", "-s", "/a/s"];
    for hook in files("mnt").iter().filter(|f| f.extension().is_none()) {
        for missing in [0, 2, 4, 6] {
            let mut args = all.to_vec();
            args.drain(missing..missing + 2);
            let out = program(hook).args(&args).output().expect("it runs");
            assert_eq!(out.status.code(), Some(2), "{}: {}", hook.display(), said(&out));
            assert!(said(&out).contains(&format!("{} is missing", all[missing])), "{}", said(&out));
        }
    }
}

#[test]
fn every_example_is_listed() {
    let list = std::fs::read_to_string(examples().join("README")).expect("it is there");
    for entry in std::fs::read_dir(examples()).expect("it is there").flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        assert!(name == "README" || list.contains(&name), "{name} is not in share/examples/README");
    }
}

#[test]
fn periodic_scripts_tell_how_it_went() {
    for script in files("periodic") {
        let run = |enabled: &str, jug: &str| {
            let out = program(&script)
                .env_clear()
                .env("daily_jug_snapshot_enable", enabled)
                .env("daily_status_jug_enable", enabled)
                .env("daily_jug_program", jug)
                .output();
            out.expect("it runs").status.code()
        };
        let codes =
            [("YES", "true"), ("yes", "false"), ("NO", "false"), ("maybe", "true")].map(|(e, j)| run(e, j));
        assert_eq!(codes, [Some(0), Some(3), Some(0), Some(2)], "{}", script.display());
    }
}
