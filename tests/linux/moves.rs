//! Environments that go from node to node: registered here or there, owned by one, nothing copied.

use crate::outcome::{until, wait};
use crate::support::{Host, mounts, on_host, write};

const NEEDS: &[&str] = &["sshfs", "sshd", "ssh", "ssh-keygen"];
const HOOKS: &str = "--mnt-start %/start --mnt-stop %/stop";

/// All of an environment's data, with types, modes, owners, times, links and sums.
fn data(h: &Host, dir: &str) -> String {
    let line = format!(
        "cd {dir} && find . \\( -type f -printf '%p %m %u %t ' -exec sha256sum {{}} \\; -o \
         -printf '%p %y %m %u %l\\n' \\) | sort"
    );
    h.sh(&line).ok().out
}

#[test]
fn ten_moves_over_sshfs() {
    on_host(NEEDS, |h| {
        let (a, b) = h.two_nodes();
        assert_ne!(a.id(), b.id());
        h.sshd();
        h.export("www");
        a.jug(&format!("jcreate www --base bb {HOOKS} --tag web --start")).ok();
        a.jug("jexec www -- sh -c 'mkdir /root/d; echo hi >/root/d/f; ln -s f /root/d/l; ln /root/d/f /root/d/h'").ok();
        a.jug("jstop www").ok();
        let (before, uuid) = (data(h, "exports/www/data"), a.jug("jget www uuid").ok().out);
        for i in 0..10 {
            let (from, to) = if i % 2 == 0 { (a, b) } else { (b, a) };
            from.jug("junregister www").ok().says("unregistered");
            assert_eq!(from.jug("jls -H").ok().text(), "");
            to.jug(&format!("jregister www {HOOKS}")).ok();
            assert_eq!(mounts(&h.dir), Vec::<String>::new());
            assert_eq!(to.jug("jget www uuid").ok().out, uuid);
            to.jug("jget www tags").ok().is("web");
            if i > 7 {
                to.jug("jstart www").ok();
                to.jug("jexec www -- cat /root/d/l").ok().is("hi");
                to.jug("jstop www").ok();
            }
        }
        let after = data(h, "exports/www/data");
        assert_eq!(before, after);
        h.sh("ls exports/www/system/owner.d | wc -l").ok().is("21");
        a.jug("owner www").ok().says("not mounted");
        a.jug("jstart www").ok();
        let owner = a.jug("owner -H www").ok();
        assert!(owner.out.lines().last().unwrap().starts_with("21\tthis node"), "{owner:?}");
        assert!(owner.out.lines().nth(19).unwrap().starts_with("20\tgiven up"), "{owner:?}");
        a.jug("jremove -y --stop www").ok();
    });
}

#[test]
fn refused_as_long_as_it_must_be() {
    on_host(&[], |h| {
        let (a, b) = h.two_nodes_on_one_storage();
        a.jug("jcreate www --base bb --start").ok();
        a.jug("junregister www").code(6).says("it runs");
        b.jug("jregister www").code(6).says("owned by");
        assert_eq!((a.state("www").as_str(), b.state("www").as_str()), ("running", "unregistered"));
        b.jug("jstart www").code(4);
        a.jug("jstop www").ok();
        b.jug("jregister www").code(6).says("--takeover");
        // Half mounted.
        h.sh("mkdir -p a/run/www/root && mount -t tmpfs none a/run/www/root").ok();
        a.jug("junregister www").code(6).says("still mounted");
        h.sh("umount a/run/www/root").ok();
        // Interrupted.
        write(&h.path("hook"), "#!/bin/sh\nkill -9 $PPID\nsleep 1\n", 0o755);
        a.jug("jset www hooks.prestart=%/hook").ok();
        assert_eq!(a.jug("jstart www").code, 137);
        assert_eq!(a.state("www"), "interrupted");
        a.jug("-n junregister www").code(6).says("interrupted");
        a.jug("jset www hooks.prestart=").ok();
        a.jug("-n junregister www").ok().says("#!/bin/sh");
        assert_eq!(a.state("www"), "stopped");
        a.jug("junregister www").ok();
        assert_eq!((a.state("www").as_str(), b.state("www").as_str()), ("unregistered", "unregistered"));
        a.jug("jls -H").ok().is("");
        a.jug("jls --all --json").ok().says("\"state\":\"unregistered\"");
        a.jug("junregister www").code(4);
        b.jug("jregister nosuch").code(4).says("nosuch");
        b.jug("jregister '../x'").code(2);
        b.jug("-n jregister www").ok().says("#!/bin/sh");
        assert_eq!(b.state("www"), "unregistered");
        b.jug("jregister www").ok();
        b.jug("jregister www").code(5).says("registered already");
        // The same under another name is not another.
        h.sh("cp -r share/jails-system/www share/jails-system/copy && cp -r share/jails-data/www-data share/jails-data/copy-data \
              && rm -r share/jails-system/copy/owner.d").ok();
        b.jug("jregister copy").code(5).says("same uuid");
        h.sh("rm -r share/jails-system/copy share/jails-data/copy-data").ok();
        b.jug("jstart www").ok();
        b.jug("jexec www -- hostname").ok().is("www");
        a.jug("jregister www").code(6);
        b.jug("jremove -y --stop www").ok();
        h.sh("find share -mindepth 2").ok().is("");
    });
}

#[test]
fn taken_over_and_fenced() {
    on_host(&[], |h| {
        let (a, b) = h.two_nodes_on_one_storage();
        a.jug("jcreate www other --base bb").ok();
        a.jug("jstart www").ok();
        b.jug("jregister --takeover www").ok().says("not stopped");
        b.jug("owner www -H").ok().says("2\tthis node").says("1\tanother node");
        // The old one still runs, as takeover stops nothing elsewhere; it finds itself fenced.
        assert_eq!(a.state("www"), "running");
        a.jug("jexec www -- true").ok();
        let found = a.jug("doctor").code(3);
        assert!(found.out.contains("www"), "{found:?}");
        a.jug("jstop www").ok();
        a.jug("jstart www").code(6).says("fenced");
        assert_eq!(a.state("www"), "fenced");
        a.jug("jrestart www").code(6).says("fenced");
        a.jug("jstart www").code(6).says("jregister --takeover");
        assert_eq!(mounts(&h.path("a/run")), Vec::<String>::new());
        b.jug("jstart www").ok();
        b.jug("jexec www -- sh -c 'echo mine >/root/me'").ok();
        // What is another's now is not its former owner's to change.
        let before = data(h, "share");
        for args in ["jremove -y www", "jrename www mine", "jset www description=x", "junregister www"] {
            let out = a.jug(args);
            assert!(out.code == 6 || args == "junregister www", "{out:?}");
            assert_eq!(before, data(h, "share"), "{out:?}");
        }
        assert_eq!(a.state("www"), "unregistered");
        b.jug("jexec www -- cat /root/me").ok().is("mine");
        // A takeover that it does not know of yet.
        b.jug("jregister --takeover other").ok();
        let before = data(h, "share");
        for args in ["jremove -y other", "jrename other mine"] {
            let out = a.jug(args).code(6);
            assert_eq!(before, data(h, "share"), "{out:?}");
        }
        // Taken back.
        b.jug("jstop www").ok();
        b.jug("junregister www other").ok();
        a.jug("jregister www").ok();
        a.jug("jstart www").ok();
        a.jug("jexec www -- cat /root/me").ok().is("mine");
        a.jug("jstop www").ok();
    });
}

#[test]
fn the_old_nodes_doctor_stops_what_is_anothers() {
    on_host(NEEDS, |h| {
        let (a, b) = h.two_nodes();
        h.sshd();
        h.export("www");
        a.jug(&format!("jcreate www --base bb {HOOKS} --start")).ok();
        b.jug(&format!("jregister www {HOOKS}")).code(6).says("owned by");
        assert_eq!(b.mounts(), Vec::<String>::new());
        b.jug(&format!("jregister --takeover www {HOOKS}")).ok();
        b.jug("jstart www").ok();
        a.jug("doctor").code(3).says("www");
        a.jug("doctor --fix").says("www");
        assert_eq!(a.mounts(), Vec::<String>::new());
        assert_eq!(a.state("www"), "fenced");
        b.jug("jexec www -- hostname").ok().is("www");
        a.jug("jstart www").code(6).says("fenced");
        a.jug("junregister www").ok();
        b.jug("jremove -y --stop www").ok();
    });
}

#[test]
fn masks_and_several_at_once() {
    on_host(&[], |h| {
        let (a, b) = h.two_nodes_on_one_storage();
        a.jug("jcreate w1 w2 w3 db --base bb").ok();
        a.jug("jstart db").ok();
        let out = a.jug("--jobs 3 junregister jname='*'").code(8);
        assert!(out.err.contains("db: it runs"), "{out:?}");
        a.jug("jls -H").ok().says("db").says_not("w1");
        b.jug("-n jregister jname='w*'").ok();
        // Several at once, each exactly once.
        let mut children: Vec<_> =
            (0..4).map(|_| h.spawn(&b.words("jregister jname='*' --jobs 3"))).collect();
        for c in &mut children {
            let code = wait(c, 60).unwrap();
            assert!([0, 5, 6, 8].contains(&code), "{code}");
        }
        b.jug("jls -H").ok().says("w1").says("w2").says("w3").says_not("db");
        for name in ["w1", "w2", "w3"] {
            b.jug(&format!("owner -H {name}")).ok().says("3\tthis node").says_not("4\t");
        }
        a.jug("jregister 'z*'").ok().says("matches nothing");
        a.jug("jregister 'w[12]'").code(6);
        a.jug("jregister --takeover 'w[12]'").ok();
        a.jug("jls -H").ok().says("w1").says("w2").says_not("w3");
        b.jug("jstart w1").code(6);
        // One of them it learns of only now; it has nothing more to say about either.
        b.jug("junregister --all").code(8).says("w2: see that this node still owns it");
        assert_eq!(b.jug("jls -H").ok().text().split('\t').nth(1), Some("fenced"));
        b.jug("junregister --all").ok();
        a.jug("jremove -y --stop --all").ok();
        a.jug("jregister w3").ok();
    });
}

#[test]
fn nodes_have_identities() {
    on_host(&[], |h| {
        let (a, b) = h.two_nodes_on_one_storage();
        let id = a.id();
        assert_eq!(id.len(), 36);
        a.jug("node").ok().says(&id).says("a.node");
        a.jug("node --json").ok().says(&id);
        // A new workdir is the same node.
        h.jug(&format!("--workdir %/elsewhere {}", a.words("node -H"))).ok().says(&id);
        a.jug("jcreate www --base bb").ok();
        a.jug("-n node --new-id").ok();
        assert_eq!(a.id(), id);
        // Two clones of one machine: each thinks it owns it. With another identity, one does.
        h.sh("cp a.node b.node").ok();
        assert_eq!(b.id(), id);
        b.jug("node --new-id").ok();
        assert_ne!(b.id(), id);
        b.jug("jregister www").code(6);
        write(&h.path("b.node"), "junk", 0o644);
        b.jug("jregister www").code(2).says("b.node");
        b.jug("jregister --takeover www").code(2).says("b.node");
        b.jug("jcreate mine --base bb").code(2).says("b.node");
        h.sh("rm b.node").ok();
        b.jug("jls -H").ok();
        // Whoever asks first makes it, however many ask at once.
        let mut children: Vec<_> = (0..6).map(|_| h.spawn(&b.words("node -H"))).collect();
        let all: std::collections::BTreeSet<String> = (0..6).map(|_| b.id()).collect();
        children.iter_mut().for_each(|c| assert_eq!(wait(c, 20), Some(0)));
        assert_eq!(all.len(), 1);
        h.sh("rm b.node").ok();
        b.jug("--jobs 4 jcreate n1 n2 n3 n4 n5 n6 --base bb").ok();
        b.jug("--jobs 4 jstart --all").ok();
        b.jug("jremove -y --stop --all").ok();
    });
}

/// owner.d as strangers leave it.
#[test]
fn owners_that_can_not_be() {
    on_host(&[], |h| {
        let (a, b) = h.two_nodes_on_one_storage();
        a.jug("jcreate www --base bb").ok();
        a.jug("junregister www").ok();
        let dir = h.path("share/jails-system/www/owner.d");
        // What is no number is nobody's.
        for junk in ["x", "-1", "1.5", "+9", "007", ".3", "99999999999999999999999"] {
            write(&dir.join(junk), "junk", 0o644);
        }
        b.jug("jregister www").ok();
        b.jug("jstart www").ok();
        b.jug("jstop www").ok();
        b.jug("junregister www").ok();
        // One that can't be read is somebody's.
        write(&dir.join("9"), "version = 1\nnode = ", 0o644);
        b.jug("jregister www").code(6).says("can't be read");
        b.jug("jregister --takeover www").ok();
        b.jug("owner www -H").ok().says("9\tunreadable").says("10\tthis node");
        for high in ["9223372036854775807", "18446744073709551615"] {
            write(&dir.join(high), "junk", 0o644);
            b.jug("jstart www").code(6);
            let out = a.jug("jregister --takeover www");
            assert!([1, 2, 5, 6].contains(&out.code) && !out.err.contains("panicked"), "{out:?}");
            h.sh(&format!("rm share/jails-system/www/owner.d/{high}")).ok();
        }
        h.sh("rm -r share/jails-system/www/owner.d; touch share/jails-system/www/owner.d").ok();
        let out = a.jug("jregister --takeover www");
        assert!(out.code > 0 && out.code < 8 && out.err.contains("owner.d"), "{out:?}");
        h.sh("rm share/jails-system/www/owner.d").ok();
        b.jug("junregister www").says("www");
        a.jug("jregister --takeover www").ok();
        until("it is there", || a.state("www") != "gone");
        h.sh("rm -f b/envs/www.toml").ok();
    });
}

/// Storage without the epoch that this node had is another's, or older: nobody has taken it over, and nothing starts.
#[test]
fn storage_that_is_not_its_own() {
    on_host(&[], |h| {
        let (a, b) = h.two_nodes_on_one_storage();
        a.jug("jcreate www --base bb").ok();
        h.sh("mv share/jails-system/www/owner.d keep").ok();
        a.jug("jstart www").code(1).says("has no epoch 1").says_not("fenced");
        assert_eq!(a.state("www"), "stopped");
        h.sh("mv keep share/jails-system/www/owner.d").ok();
        a.jug("jstart www").ok();
        a.jug("jregister --takeover www").code(6).says("it runs here");
        a.jug("jstop www").ok();
        a.jug("jregister www").code(5);
        // It is lost for good: this node says that it has it.
        h.sh("rm -r share/jails-system/www/owner.d").ok();
        a.jug("jregister --takeover www").ok();
        a.jug("jstart www").ok();
        b.jug("jregister www").code(6);
        a.jug("jremove --stop -y www").ok();
    });
}
