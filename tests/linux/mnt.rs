//! Storage that mnt_start mounts: over sshfs from a server of the test's own, and what such hooks do wrong.

use crate::outcome::until;
use crate::server::ALL;
use crate::support::{Host, mounts, on_host, write};

const NEEDS: &[&str] = &["sshfs", "sshd", "ssh", "ssh-keygen"];
const HOOKS: &str = "--mnt-start %/start --mnt-stop %/stop";

#[test]
fn an_environment_on_sshfs() {
    on_host(NEEDS, |h| {
        h.base();
        h.sshd();
        h.export("www");
        h.jug(&format!("jcreate www --base bb {HOOKS}")).ok();
        assert_eq!(mounts(&h.work), Vec::<String>::new());
        // Nothing of it lies here, and all of it there.
        h.sh("cat exports/www/data/etc/hostname").ok().is("www");
        h.sh("ls exports/www/system/owner.d").ok().is("1");
        h.sh("find work/jails-data work/jails-system work/jails-rcconf work/jails-fstab -type f").ok().is("");
        h.jug("jstart www").ok();
        assert_eq!(mounts(&h.work).iter().filter(|m| m.contains("/jails-")).count(), 4);
        h.jug("jexec www -- sh -c 'hostname >/root/me && cat /root/me'").ok().is("www");
        h.sh("cat exports/www/data/root/me").ok().is("www");
        h.jug("jstart www").ok().says("unchanged");
        h.jug("jset www description=far").ok();
        h.sh("grep -l far exports/www/system/env.toml exports/www/rcconf/env.toml").ok();
        h.jug("jrestart www").ok();
        h.jug("jexec www -- cat /root/me").ok().is("www");
        h.jug("jstop www").ok();
        assert_eq!(mounts(&h.work), Vec::<String>::new());
        h.jug("jstop www").ok().says("unchanged");
        // While it is not mounted, its copies can't be written; they follow with the next mount.
        h.jug("jset www description=farther").ok();
        h.jug("doctor").ok();
        // What was there before is no new environment's.
        h.jug("junregister www").ok();
        h.sh("grep -q farther exports/www/system/env.toml").ok();
        h.jug(&format!("jcreate www --base bb {HOOKS}")).code(1).says("not empty");
        h.jug(&format!("jregister www {HOOKS}")).ok();
        h.jug("jget www description").ok().is("farther");
        h.jug("jremove -y www").ok();
        h.sh("find exports/www -mindepth 2").ok().is("");
        h.jug("jls -H --all").ok().is("");
    });
}

#[test]
fn a_server_that_does_not_answer() {
    on_host(NEEDS, |h| {
        h.base();
        h.sshd();
        h.export("www");
        h.jug(&format!("jcreate www --base bb {HOOKS} --set hook_timeout=8")).ok();
        h.signal_server("STOP");
        // mnt_start hangs, and is ended with all it started.
        let start = h.jug("jstart www").code(124).says("mnt_start");
        assert!(start.took.as_secs() < 20, "{start:?}");
        assert_eq!((mounts(&h.work), h.state("www").as_str()), (Vec::new(), "stopped"));
        h.signal_server("CONT");
        h.jug("jstart www").ok();
        h.jug("jexec www -- sh -c 'echo kept >/root/me'").ok();
        h.signal_server("STOP");
        // Lists and questions about this node stay quick.
        for args in ["jls", "ls --all", "jls -H", "jls --json", "jshow www", "jget www base", "log", "node"] {
            let out = h.jug(args).ok();
            assert!(out.took.as_secs() < 3, "{out:?}");
        }
        for args in ["owner www", "doctor", "jset www description=x", "-n jstop www", "jls --all"] {
            let out = h.jug(args);
            assert!(out.code >= 0 && out.took.as_secs() < 40, "{out:?}");
        }
        let stop = h.jug("jstop www");
        assert!(stop.code >= 0 && stop.took.as_secs() < 55, "{stop:?}");
        assert_ne!(h.state("www"), "running", "{stop:?}");
        assert_eq!(stop.err.matches("hook directories").count(), 1, "{stop:#?}");
        h.signal_server("CONT");
        h.jug("jstop www").ok();
        assert_eq!(mounts(&h.work), Vec::<String>::new());
        h.jug("jstart www").ok();
        h.jug("jexec www -- cat /root/me").ok().is("kept");
        // Nor does what is asked of one that does not answer any more, mounted by others, hang for ever.
        h.jug("jstop www").ok();
        h.signal_server("STOP");
        for args in ["junregister www", "jremove -y www"] {
            let out = h.jug(args);
            assert!(out.code > 0 && out.took.as_secs() < 40, "{out:?}");
            assert_eq!(mounts(&h.work), Vec::<String>::new(), "{out:?}");
        }
        h.signal_server("CONT");
        h.jug("jls -H").ok().says("www\tstopped");
    });
}

/// A server that goes away for good: what is mounted is dead.
#[test]
fn a_server_that_is_gone() {
    on_host(NEEDS, |h| {
        h.base();
        h.sshd();
        h.export("www");
        h.jug(&format!("jcreate www --base bb {HOOKS} --set hook_timeout=5 --start")).ok();
        h.signal_server("KILL");
        h.jug("jls -H").ok().says("www\trunning");
        let stop = h.jug("jstop www").ok();
        assert!(stop.took.as_secs() < 30, "{stop:?}");
        assert_eq!(mounts(&h.work), Vec::<String>::new());
        h.jug("jstart www").code(1).says("mnt_start");
        assert_eq!(mounts(&h.work), Vec::<String>::new());
        h.sh("/usr/sbin/sshd -f $PWD/ssh/sshd_config -E $PWD/ssh/log").ok();
        until("it is back", || h.jug("jstart www").code == 0);
    });
}

/// `www` on storage that its mnt_start, `bad`, will not mount; and what its workdir looks like.
pub fn badly_hooked(h: &Host) -> String {
    h.base();
    h.export("www");
    h.bind("good", ALL);
    h.bind("bad", "exit 0");
    h.jug("jcreate www --base bb --mnt-start %/good").ok();
    assert_eq!(mounts(&h.work), Vec::<String>::new());
    h.jug("jset www mnt_start=%/bad hook_timeout=2").ok();
    h.snapshot()
}

/// Whatever needs its storage fails while mnt_start has these lines, and leaves all as it was.
#[track_caller]
pub fn refused(h: &Host, clean: &str, lines: &str, code: i32, text: &str) {
    h.bind("bad", lines);
    for verb in ["jstart www", "junregister www", "jremove -y www"] {
        let out = h.jug(verb).code(code).says(text);
        assert!(out.took.as_secs() < 15, "{out:?}");
        assert_eq!(mounts(&h.work), Vec::<String>::new(), "{out:?}");
        h.same(clean, &format!("{verb} with {lines:?}"));
    }
}

#[test]
fn hooks_that_do_not_do_what_they_should() {
    on_host(&[], |h| {
        let clean = badly_hooked(h);
        // One that mounts nothing, and says 0.
        h.jug("jcreate w2 --base bb --mnt-start %/bad").code(1).says("nothing is mounted at");
        h.jug("jls -H --all").ok().says_not("w2");
        h.same(&clean, "after a jcreate that was refused");
        refused(h, &clean, "exit 0", 1, "nothing is mounted at");
        // Over the wrong directory; the same twice; and something below as well.
        refused(h, &clean, "m $e/data \"$s\"", 1, "nothing is mounted at");
        let twice = "mount --bind $e/data \"$d\"; mount --bind $e/data \"$d\"; exit 1";
        refused(h, &clean, twice, 1, "mnt_start");
        refused(h, &clean, "m $e/data \"$d\"; mount -t tmpfs none \"$d/root\"; exit 1", 1, "mnt_start");
        // Not its owner's alone.
        h.sh("chmod 777 bad").ok();
        h.jug("jstart www").code(2).says("others may write");
        h.sh("rm bad").ok();
        h.jug("jstart www").code(4);
        h.jug("jset www mnt_start=%/good").ok();
        h.jug("jstart www").ok();
        h.jug("jexec www -- true").ok();
        h.jug("jstop www").ok();
        assert_eq!(mounts(&h.work), Vec::<String>::new());
    });
}

#[test]
fn what_was_mounted_before_stays() {
    on_host(&[], |h| {
        h.base();
        h.export("www");
        h.bind("good", ALL);
        h.jug("jcreate www --base bb --mnt-start %/good").ok();
        // Without mnt_stop jug unmounts what appeared, and what was there stays.
        h.sh("mkdir -p work/jails-system/www && mount --bind exports/www/system work/jails-system/www").ok();
        let before = mounts(&h.work);
        assert_eq!(before.len(), 1);
        for _ in 0..2 {
            h.jug("jstart www").ok();
            assert_eq!(mounts(&h.work).iter().filter(|m| m.contains("/jails-")).count(), 4);
            h.jug("jexec www -- true").ok();
            h.jug("jstop www").ok();
            assert_eq!(mounts(&h.work), before);
        }
        h.jug("jset www exec.start=/bin/false").ok();
        h.jug("jstart www").code(1);
        assert_eq!(mounts(&h.work), before);
        h.jug("jset www exec.start=").ok();
        h.jug("junregister www").ok();
        assert_eq!(mounts(&h.work), before);
        h.jug("jregister www --mnt-start %/good").ok();
        assert_eq!(mounts(&h.work), before);
        // mnt_stop does as it likes; a failing one is only worth a warning, and jug unmounts the rest.
        write(&h.path("stop"), "#!/bin/sh\necho no luck >&2\nexit 5\n", 0o755);
        h.jug("jset www mnt_stop=%/stop").ok();
        h.jug("jstart www").ok();
        h.jug("jstop www").ok().says("no luck");
        assert_eq!(mounts(&h.work), before);
        h.jug("jremove -y www").ok();
        assert_eq!(mounts(&h.work), before);
        h.sh("umount work/jails-system/www && rmdir work/jails-system/www; true").ok();
    });
}
