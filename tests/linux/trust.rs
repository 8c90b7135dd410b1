//! What a copy from a stranger asks this host for is shown, and not used.

use crate::server::ALL;
use crate::support::{mounts, on_host, write};

/// The description of a thin environment on `bb`, with more lines.
fn copy(lines: &str) -> String {
    format!(
        "version = 1\nuuid = \"7f1c0a52-6d0e-4a53-9f4c-1d2c3b4a5f60\"\ncreated = \"2026-01-02T03:04:05Z\"\nbase = \"bb\"\n{lines}\n"
    )
}

#[test]
fn a_strangers_copy() {
    on_host(&[], |h| {
        h.base();
        h.jug("jcreate x --base bb").ok();
        h.sh("cp -a work/jails-data/x-data keep").ok();
        h.jug("jremove -y x").ok();
        h.sh("mkdir work/jails-system/x && cp -a keep work/jails-data/x-data && mkdir jug secret").ok();
        let file = h.path("work/jails-system/x/env.toml");
        let hook = format!("#!/bin/sh\ntouch {}/ran\n", h.dir.to_str().unwrap());
        write(&h.path("theirs"), &hook, 0o755);
        write(&h.path("jug/ours"), &hook, 0o755);
        let dir = h.str("");
        for (lines, shown) in [
            (format!("storage = \"external\"\nmnt_start = \"{dir}theirs\""), "mnt_start"),
            (
                format!("storage = \"external\"\nmnt_start = \"{dir}jug/ours\"\nmnt_stop = \"{dir}theirs\""),
                "mnt_stop",
            ),
            (format!("[hooks]\nprestart = [\"{dir}theirs\"]"), "(prestart)"),
            (format!("[hooks]\nprestart = [\"{dir}jug/../theirs\"]"), "env.toml"),
            (format!("fstab = [\"{dir}secret /root/mnt nullfs ro\"]"), "/secret /root/mnt nullfs ro"),
            ("fstab = [\"10.0.0.1:/x /mnt nfs ro\"]".into(), "10.0.0.1:/x"),
            ("fstab = [\"/a/../etc /mnt nullfs ro\"]".into(), "env.toml"),
            ("fstab = [\"CBSDROOT/../etc /mnt nullfs ro\"]".into(), "env.toml"),
            ("devfs_ruleset = 0".into(), "devfs_ruleset 0"),
            ("devfs_ruleset = 2".into(), "devfs_ruleset 2"),
            ("sysvshm = \"inherit\"".into(), "sysvshm inherit"),
            ("enforce_statfs = 0".into(), "enforce_statfs 0"),
            ("[allow]\nread_msgbuf = true\nsettime = true".into(), "allow.settime; allow.read_msgbuf"),
            // Where the administrator's hooks are, nobody gets to write.
            ("fstab = [\"CBSDROOT/hooks.d /mnt nullfs rw\"]".into(), "hooks.d /mnt"),
            ("fstab = [\"CBSDROOT /mnt nullfs rw\"]".into(), "env.toml"),
            (format!("fstab = [\"{dir}jug /mnt nullfs ro\"]"), "/jug /mnt"),
            (format!("fstab = [\"{dir}work /mnt nullfs ro\"]"), "/work /mnt"),
        ] {
            write(&file, &copy(&lines), 0o644);
            for how in ["jregister x", "-n jregister x", "jregister --takeover x", "jregister '*'"] {
                h.jug(how).code(2).says(shown);
            }
            h.jug("jls -H").ok().is("");
            h.jug("jls -H --all").ok().says("x\tunregistered");
        }
        assert!(!h.path("ran").exists());
        assert!(!h.path("work/jails-system/x/owner.d").exists());
        // The administrator's own directory, and what is said on the command line.
        let ours = copy(&format!(
            "fstab = [\"tmpfs /root/scratch tmpfs rw\"]\n[hooks]\nprestart = [\"{dir}jug/ours\"]"
        ));
        write(&file, &ours, 0o644);
        h.jug("jregister x").ok();
        h.jug("jstart x").ok();
        assert!(h.path("ran").exists());
        h.jug("jstop x").ok();
        h.jug("junregister x").ok();
        // Trusted, and appointed by the node's own configuration.
        let theirs = copy(&format!("fstab = [\"{dir}secret /root/mnt nullfs ro\"]"));
        write(&file, &theirs, 0o644);
        h.jug("jregister --trust x").ok();
        h.jug("jget x fstab").ok().says("secret");
        h.jug("junregister x").ok();
        h.sh(&format!("sed -i '2i trust = [\"{dir}secret\"]' jug.toml")).ok();
        h.jug("jregister x").ok();
        h.jug("jstart x").ok();
        h.jug("jremove --stop -y x").ok();
    });
}

/// Root reads what a stranger's storage has, and shows it in errors and in the log.
#[test]
fn a_mounted_copy_that_is_no_file() {
    on_host(&[], |h| {
        h.base();
        h.export("www");
        h.bind("good", ALL);
        write(&h.path("shadow"), "root:hashed\n", 0o600);
        for (make, shown) in [
            ("ln -s $PWD/shadow", "symbolic links"),
            ("mkfifo", "not a regular file"),
            ("mkdir", "not a regular file"),
        ] {
            h.sh(&format!("{make} exports/www/system/env.toml")).ok();
            let out = h.jug("jregister www --mnt-start %/good").says(shown).says_not("hashed");
            assert!(out.code != 0 && out.took.as_secs() < 10, "{out:?}");
            h.jug("log www").ok().says_not("hashed");
            assert_eq!(mounts(&h.work), Vec::<String>::new());
            h.sh("rm -r exports/www/system/env.toml").ok();
        }
        h.jug("jregister www --mnt-start %/good").code(4).says("neither");
    });
}

/// A dry run shows all of the plan that can be known.
#[test]
fn a_dry_run_shows_the_epoch_and_the_file() {
    on_host(&[], |h| {
        let (a, b) = h.two_nodes_on_one_storage();
        a.jug("jcreate www --base bb").ok();
        a.jug("junregister www").ok();
        b.jug("-n jregister www").ok().says("take epoch 3").says("envs/www.toml");
        assert_eq!(b.state("www"), "unregistered");
        b.jug("jregister www").ok();
        b.jug("jremove -y www").ok();
    });
}
