//! The main job: base, create, start, enter, configure, copy, stop, remove.

use crate::support::{mounts, on_host, write};
use std::os::unix::fs::symlink;

#[test]
fn a_thin_jail_on_the_host_base() {
    on_host(&[], |h| {
        h.jug("base-import host").ok().says("imported");
        h.jug("base-import host").code(5);
        h.jug("jcreate www --base host --start").ok().says("created and started");
        h.jug("jstart www").ok().says("unchanged");
        let host = h.run("hostname", &[]).ok();
        h.jug("jexec www -- hostname").ok().is("www");
        assert_ne!(host.text(), "www");
        h.jug("jexec www -- sh -c 'test -e /proc/1/cmdline && tr \"\\0\" \" \" </proc/1/cmdline'")
            .ok()
            .says("/bin/sh -c trap");
        h.jug("jexec www -- sh -c 'kill -0 1; ls -d /proc/[0-9]* | wc -l'").ok();
        // The base can't be written to, its own directories can.
        h.jug("jexec www -- sh -c ': >/usr/bin/x'").code(2).says("Read-only");
        h.jug("jexec www -- sh -c ': >/x'").code(2).says("Read-only");
        h.jug("jexec www -- sh -c 'umount /usr/bin || mount -o remount,rw /usr/bin'").code(32);
        for dir in ["/root", "/tmp", "/etc", "/var", "/home", "/usr/local"] {
            h.jug(&format!("jexec www -- sh -c ': >{dir}/mine'")).ok();
        }
        // Nothing of the host's secrets.
        h.jug("jexec www -- sh -c 'grep -v \"[*]\" /etc/shadow; ls /etc/ssh'").code(2).says("No such file");
        h.jug("jexec www -- sh -c 'ls -A /boot /root/.ssh'").code(2);
        let listed = h.jug("jls --json").ok().json();
        let www = &listed["environments"][0];
        assert_eq!((listed["version"].as_u64(), www["name"].as_str()), (Some(1), Some("www")));
        assert_eq!((www["state"].as_str(), www["mode"].as_str()), (Some("running"), Some("thin")));
        assert!(www["jid"].as_u64().unwrap() > 1 && www["pending"] == false, "{www}");
        let line = h.jug("jls -H").ok();
        let fields: Vec<&str> = line.text().split('\t').collect();
        assert_eq!((fields[0], fields[1], fields[3], fields.len()), ("www", "running", "-", 5));
        assert_eq!(fields[4], h.str("work/run/www/root"));
        h.jug("jremove -y www").code(6).says("it runs");
        h.jug("base-remove -y host").code(6).says("used by www");
        h.jug("deinit -y").code(6).says("environments exist");
        h.jug("jrestart www").ok().says("restarted");
        h.jug("jexec www -- cat /root/mine").ok();
        h.jug("jstop www").ok().says("stopped");
        h.jug("jstop www").ok().says("unchanged");
        assert_eq!(mounts(&h.work), Vec::<String>::new());
        h.jug("jexec www -- true").code(125).says("it does not run");
        h.jug("jremove www").code(2).says("-y");
        h.jug("jremove -y www").ok().says("removed");
        h.jug("jremove -y www").code(4);
        h.jug("base-remove -y host").ok();
        h.jug("deinit -y").ok();
        assert!(!h.work.exists(), "{:?}", h.sh("find work"));
    });
}

#[test]
fn exec_passes_everything_through() {
    on_host(&[], |h| {
        h.base();
        h.jug("jcreate www --base bb --start").ok();
        for code in [0, 1, 3, 100] {
            h.jug(&format!("jexec www -- sh -c 'exit {code}'")).code(code);
        }
        h.jug("jexec www -- /etc/motd").code(126);
        h.jug("jexec www -- no-such-command").code(127);
        h.jug("jexec www -- sh -c 'kill -TERM $$'").code(143);
        h.jug("jexec www -- sh -c 'kill -KILL $$'").code(137);
        h.jug("jexec www -u www -- id").ok().says("uid=33(www) gid=33(www)").says("77(extra)");
        h.jug("jexec www -u www -- sh -c 'echo $HOME $USER'").ok().is("/var/www www");
        h.jug("jexec www -u 4711 -- id -u").ok().is("4711");
        h.jug("jexec www -u nobody-such -- true").code(125).says("no such user");
        h.jug("jexec www -e 'A=x y' -e B= -- sh -c 'echo \"[$A][$B]\"'").ok().is("[x y][]");
        h.jug("jexec www -e nonsense -- true").code(125);
        h.jug("jexec www -w /var/log -- pwd").ok().is("/var/log");
        h.jug("jexec www -w /no/such -- pwd").code(125).says("/no/such");
        h.jug_with("jexec www -- cat", "one\ntwo\n", 20).ok().is("one\ntwo");
        let out = h.jug("jexec www -- sh -c 'echo out; echo err >&2'").ok();
        assert_eq!((out.out.as_str(), out.err.as_str()), ("out\n", "err\n"));
        h.jug("jexec www -- sh -c 'echo $PATH; env | grep -c SUDO'").code(1).says("/usr/local/sbin");
        h.jug("jexec nobody -- true").code(125);
        h.jug("jexec www").code(125);
        // A signal to jug is one to the command.
        let mut child =
            h.spawn("jexec www -- sh -c 'trap \"exit 42\" TERM; touch /tmp/up; while :; do sleep 0.1; done'");
        crate::outcome::until("the command runs", || h.path("work/jails-data/www-data/tmp/up").exists());
        h.run("kill", &["-TERM", &child.id().to_string()]).ok();
        assert_eq!(crate::outcome::wait(&mut child, 20), Some(42));
        h.jug("jcreate w2 --base bb --start").ok();
        h.jug("jexec 'w*' -- hostname").ok().is("w2\nwww");
        h.jug("jexec 'w*' -- sh -c '[ $(hostname) = www ]'").code(8);
        h.jug("jexec @none -- true").ok().says("matches nothing");
        h.jug("jstop --all").ok();
    });
}

#[test]
fn a_full_copy_a_tarball_and_copies_in_and_out() {
    on_host(&[], |h| {
        h.busybox();
        h.sh("tar -C busybox -czf bb.tar.gz .").ok();
        h.jug("base-import %/bb.tar.gz tar").ok();
        h.jug("base-import %/nothing none").code(4);
        h.jug("base-import %/jug.toml none").code(1).says("jug: none:");
        h.jug("base-ls -H").ok().says("tar");
        assert_eq!(h.sh("ls work/bases").ok().text(), "tar");
        h.jug("jcreate thin --base tar").ok();
        h.jug("jcreate full --base tar --mode full --start").ok();
        h.jug("jcreate full --base tar").code(5);
        h.jug("jexec full -- sh -c 'echo changed >/usr/bin/mine && cat /etc/motd'").ok().is("from the base");
        assert!(!h.path("work/bases/tar/root/usr/bin/mine").exists());
        // In and out, running and not.
        write(&h.path("in/a b"), "hello", 0o640);
        symlink("/etc/passwd", h.path("in/link")).unwrap();
        h.jug("jcp '%/in/a b' full:/root/").ok();
        h.jug("jexec full -- cat '/root/a b'").ok().is("hello");
        h.jug("jcp %/in thin:/root/tree").ok();
        h.jug("jcp thin:/root/tree %/out").ok();
        assert!(h.path("out/a b").exists() && h.path("out/link").is_symlink());
        h.jug("jcp thin:/bin/sh %/sh").code(6).says("part of its base");
        h.jug("jcp full:/no/such %/x").code(4);
        h.jug("jcp full:/etc/passwd thin:/root/").code(2);
        h.jug("jcp full:../../etc/passwd %/x").code(2);
        // Links inside lead nowhere.
        write(&h.path("secret/s"), "secret", 0o600);
        h.jug(&format!("jexec full -- ln -s {} /root/away", h.str("secret"))).ok();
        h.jug(&format!("jexec full -- ln -s {} /root/file", h.str("secret/s"))).ok();
        h.jug("jcp full:/root/away/s %/x").code(5).says("link");
        h.jug("jcp '%/in/a b' full:/root/away/s").code(5).says("link");
        h.jug("jcp '%/in/a b' full:/root/file").ok();
        h.jug("jcp full:/root %/rootcopy").ok();
        assert_eq!(h.sh("cat secret/s").ok().text(), "secret");
        assert_eq!(h.sh("ls secret").ok().text(), "s");
        assert!(h.path("rootcopy/away").is_symlink());
        h.jug("-n jcp '%/in/a b' full:/root/dry").ok();
        h.jug("jexec full -- ls /root/dry").code(1);
        // A daemon that its rc leaves behind keeps no start waiting, and its log is what it prints.
        h.jug("jset full 'exec.start=/bin/sh -c \"echo up; sleep 1000 & echo done >&2\"'").ok();
        let restarted = h.jug("jrestart full").ok();
        assert!(restarted.took.as_secs() < 10, "{restarted:?}");
        h.sh("cat work/jails-system/full/console.log").ok().says("up\ndone\n");
        h.jug("jexec full -- sh -c 'ps | grep -q [s]leep'").ok();
        h.jug("jset full 'exec.start=/bin/sh -c \"echo broken; exit 3\"'").ok();
        h.jug("jrestart full").code(3).says("broken");
        assert_eq!(h.state("full"), "stopped");
        h.jug("jcp full:/usr/bin/mine %/mine").ok();
        h.jug("jremove -y full thin").ok();
        h.jug("base-remove -y tar").ok();
    });
}

#[test]
fn several_at_once() {
    on_host(&[], |h| {
        h.base();
        h.jug("--jobs 4 jcreate w1 w2 w3 db --base bb --tag all --start").ok();
        h.jug("jcreate w1 w9 --base bb").code(8);
        h.jug("jset 'w*' tags+=web").ok();
        h.jug("--jobs 4 jstop @web").ok().says("w1: changed").says("w3: changed").says_not("db: ");
        assert_eq!((h.state("w1").as_str(), h.state("db").as_str()), ("stopped", "running"));
        h.jug("jstart jname='w*' --jobs 2").ok();
        h.jug("jstop w1 w2 db").ok();
        h.jug("jls -H @web").ok().says("w3").says_not("\ndb\t");
        h.jug("jls -H 'z*'").ok().is("");
        h.jug("jstop nosuch w3").code(4);
        h.jug("jstop dbb").code(4).says("did you mean db");
        h.jug("jset db protected=true").ok();
        h.jug("jremove -y --stop --all").code(8).says("protected");
        h.jug("jls -H").ok().says_not("\nw").says("db");
        h.jug("jset db protected=false").ok();
        h.jug("jremove -y --json db").ok().says("\"result\":\"changed\"");
        let log = h.jug("log -H").ok();
        assert!(
            log.out.lines().count() > 12 && log.out.contains("jremove\tdb\tchanged\t0\tremoved"),
            "{log:?}"
        );
        h.jug("log -H db -c 1").ok().says("jremove");
        h.jug("doctor").ok().says("all is well");
        h.jug("config-check").ok();
        let facts = h.jug("facts").ok();
        write(&h.path("facts.json"), &facts.out, 0o644);
        h.jug("-n --facts %/facts.json jcreate planned --base bb").ok().says("#!/bin/sh");
    });
}
