//! Names, files, roots and hooks of those who wish jug ill.

use crate::outcome::until;
use crate::support::{mounts, on_host, write};
use std::os::unix::fs::symlink;

#[test]
fn names() {
    on_host(&[], |h| {
        h.base();
        let long = "a".repeat(64);
        for name in [
            "../x",
            "a b",
            long.as_str(),
            "12",
            "a\u{1}b",
            "a\nb",
            "\u{1b}[31m",
            "jäil",
            "日本",
            ".",
            "",
            "a/b",
        ] {
            let quoted = shlex::try_quote(name).unwrap();
            for verb in ["jcreate", "jstart", "jstop", "jremove -y", "jset", "jget", "jshow"] {
                let more = if verb == "jcreate" { "--base bb" } else { "" };
                let set = if verb == "jset" { "boot.order=1" } else { "" };
                let out = h.jug(&format!("{verb} {quoted} {set} {more}")).code(2);
                assert!(!out.err.contains(['\u{1}', '\u{1b}']), "{out:?}");
            }
            h.jug(&format!("jexec {quoted} -- true")).code(125);
            h.jug(&format!("base-import %/busybox {quoted}")).code(if name == "12" { 0 } else { 2 });
        }
        h.jug("jcreate -rf --base bb").code(2);
        h.jug("jcreate --base bb -- -rf").code(2);
        h.jug(&format!("jcreate {} --base bb", "a".repeat(63))).ok();
        h.jug("jcreate ok --base ../../etc").code(2);
        h.jug("jcreate ok --base bb --tag ../x").code(2);
        h.jug("jcreate ok --base bb --set host.hostname='a;b'").code(2);
        h.jug("jcreate ok --base bb --net 'alias:-x:1.2.3.4/8'").code(2);
        h.jug("jcreate ok --base bb --hook prestart=rel/path").code(2);
        h.jug("jcreate ok --base bb 'ip4addr=1.2.3.4'").code(2).says("ip4_addr");
        h.jug("jls '../*'").code(2);
        assert_eq!(h.sh("ls work/envs").ok().text().lines().count(), 1);
    });
}

#[test]
fn broken_files_break_one_environment() {
    on_host(&[], |h| {
        h.base();
        h.jug("jcreate good bad --base bb").ok();
        let file = h.path("work/envs/bad.toml");
        let text = std::fs::read_to_string(&file).unwrap();
        let newer = text.replace("version = 1", "version = 99\nfuture = 1");
        let nested = format!("{text}\nx = {}", "[".repeat(200_000));
        let tables = format!("{text}\nx = {}1{}", "{a=".repeat(60_000), "}".repeat(60_000));
        for (broken, says) in [
            ("a".repeat(10 << 20), "larger than"),
            (format!("description = \"{}\"", "a".repeat(10 << 20)), "larger than"),
            (nested, "bad.toml:"),
            (tables, "bad.toml:"),
            (newer, "newer"),
            (text.replace("protected = false", "protected = \"no\""), "bad.toml:"),
            (text.replace("version = 1", "version = \"1\""), "bad.toml:1:11"),
            (text.replace("base = \"bb\"", "base = \"../bb\""), "bad.toml:"),
            (text.replace("uuid = \"", "uuid = \"x"), "bad.toml:"),
            ("\0\0\0".to_string(), "bad.toml:"),
            (String::new(), "bad.toml"),
        ] {
            write(&file, &broken, 0o644);
            for verb in ["jstart bad", "jset bad boot.order=1", "jget bad", "jremove -y bad", "jstop bad"] {
                let out = h.jug(verb).code(2).says(says);
                assert!(out.err.len() < 2000, "{} bytes of error", out.err.len());
            }
            assert_eq!((h.state("bad").as_str(), h.state("good").as_str()), ("broken", "stopped"));
            h.jug("doctor").code(3).says("broken: bad");
            h.jug("doctor --fix").code(3);
            h.jug("base-remove -y bb").code(6);
            h.jug("jset good tags+=x").ok();
            assert!(std::fs::read_to_string(&file).unwrap() == broken, "the file was changed");
        }
        h.jug("jstart --all").code(8);
        assert!(h.path("work/jails-data/bad-data/etc").exists());
        // Neither a link nor a directory nor a pipe in its place.
        std::fs::remove_file(&file).unwrap();
        h.sh("mkfifo work/envs/bad.toml").ok();
        let listed = h.jug_with("jls", "", 10);
        assert_eq!(listed.code, 0, "{listed:?}");
        h.sh("rm work/envs/bad.toml; mkdir work/envs/bad.toml").ok();
        h.jug("jls").ok();
        h.sh("rmdir work/envs/bad.toml").ok();
        write(&file, &text, 0o644);
        h.jug("jstart bad").ok();
    });
}

#[test]
fn a_thin_jail_can_not_move_its_mount_points() {
    on_host(&[], |h| {
        h.base();
        h.jug("jcreate www --base bb --start").ok();
        for what in [
            "mv /usr /usr.old",
            "ln -s /etc /usr2",
            "mv /bin /b",
            "rmdir /usr/local",
            "mv /var /v",
            "mv /dev /d",
        ] {
            let out = h.jug(&format!("jexec www -- sh -c '{what}'"));
            assert_ne!(out.code, 0, "{out:?}");
        }
        // What it can do is in its own directories.
        h.jug(&format!(
            "jexec www -- sh -c 'rm -rf /etc/* /var/*; ln -s {} /var/log; ln -s / /root/all'",
            h.str("")
        ))
        .ok();
        h.jug("jrestart www").ok();
        let below = h.path("work/run/www/root");
        assert!(
            mounts(&h.dir).iter().all(|m| std::path::Path::new(m).starts_with(&below)),
            "{:?}",
            mounts(&h.dir)
        );
        // Its data as the host sees it, replaced by links while it is stopped by somebody who could.
        h.jug("jstop www").ok();
        h.sh("cd work/jails-data/www-data && mv var var.old && ln -s /var var").ok();
        h.jug("jstart www").code(5).says("link");
        assert_eq!(mounts(&h.work), Vec::<String>::new());
        h.sh("cd work/jails-data/www-data && rm var && mv var.old var").ok();
        h.jug("jstart www").ok();
    });
}

#[test]
fn a_full_jail_that_replaces_its_directories_by_links() {
    on_host(&[], |h| {
        h.base();
        std::fs::create_dir_all(h.path("outside/sub")).unwrap();
        write(&h.path("share/f"), "shared\n", 0o644);
        let out = h.str("outside");
        h.jug("jcreate www --base bb --mode full --fstab '%/share /usr/share bind rw' --fstab '%/share /data/sub bind rw' --start").ok();
        // The busy ones can't be moved; their parents can, unless something is mounted on them.
        h.jug("jexec www -- sh -c 'rm /bin/env; mv /usr /usr.old; ln -s /etc /usr'").says("");
        h.jug("jexec www -- /bin/sh -c 'true'");
        h.jug("jstop www").ok();
        assert_eq!(mounts(&h.work), Vec::<String>::new());
        assert_eq!(h.sh("cat share/f; ls -A outside").ok().text(), "shared\nsub");
        let data = "cd work/jails-data/www-data &&";
        for (evil, target) in [
            (format!("{data} rm -rf usr.old; mv usr usr.old; ln -s /etc usr"), "usr"),
            (
                format!("{data} rm -rf usr; mkdir -p usr/share data && rm -rf data && ln -s {out} data"),
                "data",
            ),
            (format!("{data} rm -rf data usr; mkdir -p usr && ln -s {out} usr/share"), "usr/share"),
        ] {
            h.sh(&evil).ok();
            h.jug("jstart www").code(5).says("link").says(target);
            assert_eq!(mounts(&h.dir), Vec::<String>::new());
            assert_eq!(h.state("www"), "stopped");
        }
        h.jug("jset www fstab=").ok();
        // The runtime's own mount points: /dev and /proc may be links to the host's, and must not become mounts of it.
        h.sh(&format!("{data} rm -rf usr dev proc sys run && ln -s {out} dev && ln -s {out}/sub proc && ln -s /etc run; \
              cp -a $OLDPWD/busybox/usr .")).ok();
        let started = h.jug("jstart www");
        assert!(started.code == 0 || started.code == 1, "{started:?}");
        assert_eq!(h.sh("ls -A outside outside/sub").ok().text(), "outside:\nsub\n\noutside/sub:");
        assert_eq!(mounts(&h.dir), Vec::<String>::new());
        h.jug("jstop www").ok();
    });
}

#[test]
fn links_in_place_of_every_file_that_jug_writes() {
    on_host(&[], |h| {
        let tree = h.busybox();
        write(&h.path("victim"), "untouched", 0o644);
        let victim = h.path("victim");
        for file in ["etc/hosts", "etc/hostname", "etc/resolv.conf"] {
            let _ = std::fs::remove_file(tree.join(file));
            symlink(&victim, tree.join(file)).unwrap();
        }
        h.jug("base-import %/busybox bb").ok();
        h.jug("jcreate full --base bb --mode full --start").ok();
        h.jug("jcreate thin --base bb --start").ok();
        h.jug("jexec full -- cat /etc/hostname").ok().is("full");
        // The directory itself: refused, nothing made.
        h.sh("rm -rf busybox/etc && mkdir elsewhere && ln -s $PWD/elsewhere busybox/etc").ok();
        h.jug("base-import %/busybox evil").says("link");
        h.jug("jcreate evil --base evil --mode full");
        assert_eq!(h.sh("ls -A elsewhere; cat victim").ok().text(), "untouched");
        // The console log, from beside.
        h.jug("jstop full").ok();
        h.sh("ln -sf $PWD/victim work/jails-system/full/console.log").ok();
        h.jug("jstart full").code(1);
        assert_eq!(h.sh("cat victim").ok().text(), "untouched");
        h.sh("rm work/jails-system/full/console.log").ok();
        // An archive whose links lead out.
        h.sh("mkdir -p t/bin && ln -s $PWD/elsewhere t/l && tar -C t -cf a.tar bin l && \
             mkdir -p u/l && echo x >u/l/f && tar -C u -rf a.tar l/f && \
             echo y >t/up && tar -C t -P --transform 's,up,../../../../up,' -rf a.tar up")
            .ok();
        h.jug("base-import %/a.tar evil2");
        assert_eq!(h.sh("ls -A elsewhere; find . -name up -path '*work*'").ok().text(), "");
    });
}

#[test]
fn hooks() {
    on_host(&[], |h| {
        h.base();
        h.jug("jcreate www --base bb").ok();
        let try_hook = |text: &str, mode: u32, point: &str| {
            write(&h.path("hook"), text, mode);
            h.jug("jset www hooks.prestart= hooks.poststart= hook_timeout=2").ok();
            h.jug(&format!("jset www hooks.{point}=%/hook")).ok();
            h.jug("jstart www")
        };
        try_hook("#!/bin/sh\n", 0o777, "prestart").code(2).says("others may write");
        try_hook("#!/bin/sh\n", 0o775, "prestart").code(2);
        try_hook("#!/bin/sh\n", 0o644, "prestart").code(2).says("not executable");
        try_hook("\x7fELFjunk", 0o755, "prestart").code(1);
        write(&h.path("hook"), "#!/bin/sh\n", 0o755);
        h.sh("chown 65534 hook").ok();
        h.jug("jstart www").code(2).says("another user");
        h.sh("chown 0 hook; mkdir open; chmod 777 open; cp hook open/").ok();
        h.jug("jset www hooks.prestart=%/open/hook").ok();
        h.jug("jstart www").code(2).says("others may write");
        h.jug("jset www hooks.prestart=%/none").ok();
        h.jug("jstart www").code(4);
        assert_eq!((mounts(&h.work).len(), h.state("www").as_str()), (0, "stopped"));
        // It hangs: ended with all its group, however deaf.
        let hung =
            try_hook("#!/bin/sh\ntrap '' TERM\nsleep 1000 &\nsleep 1000\n", 0o755, "prestart").code(124);
        assert!(hung.took.as_secs() < 15, "{hung:?}");
        until("its group is gone", || !h.processes().iter().any(|p| p.contains("sleep 1000")));
        assert_eq!((mounts(&h.work).len(), h.state("www").as_str()), (0, "stopped"));
        // 100 MB of output end nowhere; the end of it is in the error.
        let loud = "#!/bin/sh\nhead -c 100000000 /dev/zero | tr '\\0' x\nhead -c 100000000 /dev/zero >&2\necho the-end >&2\nexit 1\n";
        let out = try_hook(loud, 0o755, "prestart").code(1).says("the-end");
        assert!(out.err.len() < 10_000, "{} bytes", out.err.len());
        assert!(
            h.sh("du -sk work --exclude=bases").ok().out.split('\t').next().unwrap().parse::<u64>().unwrap()
                < 20_000
        );
        // A daemon that holds the output, and a fork that goes its own way, keep nobody waiting.
        let daemon = "#!/bin/sh\nsetsid sleep 3 &\n(sleep 3 &) \nexit 0\n";
        let out = try_hook(daemon, 0o755, "prestart").ok();
        assert!(out.took.as_millis() < 2900, "{out:?}");
        h.jug("jstop www").ok();
        try_hook("#!/bin/sh\nexit 1\n", 0o755, "poststart").ok().says("warning");
        h.jug("jstop www").ok();
        // The environment it gets is jug's, not the caller's; nothing to read.
        let env = "#!/bin/sh\n[ -z \"$SECRET\" ] && [ \"$LC_ALL\" = C ] && ! read x && [ \"$PWD\" = / ]\n";
        write(&h.path("hook"), env, 0o755);
        h.jug("jset www hooks.poststart= hooks.prestart=%/hook").ok();
        let jug = h.jug_command("x");
        let line = format!("SECRET=1 JUG_CONFIG=jug.toml {} jstart www", jug.get_program().to_str().unwrap());
        h.sh(&line).ok();
    });
}
