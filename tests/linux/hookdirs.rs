//! CBSD's hook directories: their order, what their scripts get, who may not be trusted, and storage mounted late.

use crate::server::ALL;
use crate::support::{Host, mounts, on_host, write};

/// A script that notes its name, and what else is to be noted, in a file of the test's.
fn note(h: &Host, path: &str, more: &str) {
    write(
        &h.path(path),
        &format!("#!/bin/sh\necho {} {more} >>{}/log\n", name(path), h.dir.display()),
        0o755,
    );
}

fn name(path: &str) -> String {
    path.rsplit('/').take(2).collect::<Vec<_>>().into_iter().rev().collect::<Vec<_>>().join("/")
}

/// What was noted since the last time.
fn noted(h: &Host) -> String {
    h.sh("touch log; cat log; : >log").ok().text().to_string()
}

#[test]
fn in_order_and_with_warnings() {
    on_host(&[], |h| {
        h.base();
        let dir = "work/jails-system/www";
        note(h, "own/prestart", "");
        h.jug("jcreate www --base bb --net alias:lo:10.9.8.7/32 --hook prestart=%/own/prestart").ok();
        let plain = h.jug("-n jstart www").ok().out;
        assert!(!plain.contains("master_") && !plain.contains("start.d"), "{plain}");
        note(h, "work/hooks.d/prestart/node", "$JUG_POINT");
        for script in ["master_prestart.d/20", "master_prestart.d/10", "master_prestart.d/.hidden"] {
            note(h, &format!("{dir}/{script}"), "$1 $2");
        }
        note(h, &format!("{dir}/master_prestart.d/no"), "");
        h.sh(&format!("chmod -x {dir}/master_prestart.d/no && mkdir {dir}/master_prestart.d/directory")).ok();
        for (point, more) in [
            ("poststart", "$jname $workdir $host_hostname $ver $baserw $astart $ip4_addr"),
            ("prestop", "$JUG_NAME $JUG_POINT $(cat $path/etc/hostname $data/etc/hostname | xargs)"),
            ("poststop", "$mount_fstab"),
        ] {
            note(h, &format!("{dir}/master_{point}.d/1"), more);
        }
        h.jug("-n jstart www").ok().says(&format!("{dir}/master_prestart.d/*"));
        h.jug("jstart www").ok();
        let work = h.str("work");
        let started = "own/prestart\nmaster_prestart.d/10 prestart www\nmaster_prestart.d/20 prestart www\n\
             prestart/node prestart\nmaster_poststart.d/1 www ";
        assert_eq!(noted(h), format!("{started}{work} www bb 0 0 10.9.8.7/32"));
        h.jug("jstop www").ok();
        let stopped = "master_prestop.d/1 www prestop www www\nmaster_poststop.d/1 ";
        assert_eq!(noted(h), format!("{stopped}{work}/jails-fstab/www/fstab"));
        // What fails, hangs, or could be written by others, is only worth a warning; the rest runs.
        write(
            &h.path(&format!("{dir}/master_prestart.d/11")),
            "#!/bin/sh\necho a reason >&2\nexit 3\n",
            0o755,
        );
        write(&h.path(&format!("{dir}/master_prestart.d/12")), "#!/bin/sh\nsleep 1000\n", 0o755);
        h.sh(&format!("chmod o+w {dir}/master_prestart.d/10")).ok();
        h.jug("jset www hook_timeout=1").ok();
        let out = h.jug("jstart www").ok().says("a reason").says("longer than 1 s").says("others may write");
        assert_eq!(out.err.matches("warning").count(), 3, "{out:?}");
        let log = noted(h);
        assert!(log.contains("prestart.d/20") && !log.contains("prestart.d/10"), "{log}");
        // What is cloned tells so, and what is removed is still there.
        note(h, &format!("{dir}/clone.d/1"), "$jname $newjname $(cat $newdata/etc/hostname) $JUG_SOURCE");
        note(h, &format!("{dir}/remove.d/1"), "$jname $(cat $data/etc/hostname)");
        h.jug("jstop www").ok();
        noted(h);
        h.jug("jclone www web --net none").ok();
        assert_eq!(noted(h), "clone.d/1 www web web www");
        h.jug("jremove -y www").ok();
        assert_eq!(noted(h), "remove.d/1 www www");
    });
}

#[test]
fn inside() {
    on_host(&[], |h| {
        h.base();
        let dir = "work/jails-system/www";
        h.jug("jcreate www --base bb --set 'exec.stop=/bin/sh -c \"cat /root/log >/root/seen\"'").ok();
        let script = "#!/bin/sh\necho $0 $1 $jname $JUG_POINT $(hostname) '<'$workdir'>' >>/root/log\n";
        write(&h.path(&format!("{dir}/start.d/1")), script, 0o755);
        write(&h.path(&format!("{dir}/start.d/2")), "#!/bin/sh\nexit 4\n", 0o755);
        write(&h.path(&format!("{dir}/stop.d/1")), "#!/bin/sh\necho stop $JUG_POINT >>/root/log\n", 0o755);
        // A link, which may lead to what only the host's root may read.
        write(&h.path("secret"), "#!/bin/sh\necho secret >>/root/log\n", 0o700);
        h.sh(&format!("ln -s $PWD/secret {dir}/start.d/3")).ok();
        // Whose content is a stranger's runs inside all the same.
        h.jug("jset www trusted=false").ok();
        let out = h.jug("jstart www").ok().says("start.d/2").says_not("trusted");
        assert_eq!(out.err.matches("warning").count(), 1, "{out:?}");
        let uuid = h.jug("jget www uuid").ok().out;
        let copy = format!("/tmp/.jug-{}", uuid.trim());
        let line = format!("{copy} start www start www <>");
        h.jug("jexec www -- cat /root/log").ok().is(&line);
        h.jug("jexec www -- find /tmp -mindepth 1").ok().is("");
        // A link in the place of the copy is not written through.
        h.jug(&format!("jexec www -- ln -s /etc/passwd {copy}")).ok();
        let passwd = h.sh("cat work/jails-data/www-data/etc/passwd").ok().out;
        h.jug("jrestart www").ok();
        h.sh("cat work/jails-data/www-data/etc/passwd").ok().is(passwd.trim_end());
        h.jug("jexec www -- cat /root/seen").ok().is(&format!("{line}\nstop stop"));
        h.jug("jstop www").ok();
    });
}

#[test]
fn storage_mounted_late_and_not_trusted() {
    on_host(&[], |h| {
        h.base();
        h.export("www");
        h.bind("good", ALL);
        h.jug("jcreate www --base bb --mnt-start %/good").ok();
        h.jug("jget www trusted").ok().is("true");
        // Nothing is there yet, and nothing is said of it.
        h.jug("jstart www").ok().says_not("warning");
        h.jug("jstop www").ok().says_not("warning");
        let dir = "exports/www/system";
        for point in ["prestart", "poststart", "prestop", "poststop"] {
            note(h, &format!("{dir}/master_{point}.d/1"), "$(ls $JUG_SYSTEM | grep -c master)");
        }
        note(h, &format!("{dir}/remove.d/1"), "$(cat $data/etc/hostname)");
        write(&h.path(&format!("{dir}/start.d/1")), "#!/bin/sh\necho me >/root/me\n", 0o755);
        write(
            &h.path(&format!("{dir}/master_prestart.d/2")),
            "#!/bin/sh\necho a reason >&2\nexit 3\n",
            0o755,
        );
        h.jug("-n jstart www").ok().says("jails-system/www/master_prestart.d/*");
        h.jug("jstart www").ok().says("a reason");
        assert_eq!(noted(h), "master_prestart.d/1 4\nmaster_poststart.d/1 4");
        h.jug("jexec www -- cat /root/me").ok().is("me");
        h.jug("jstop www").ok();
        assert_eq!(noted(h), "master_prestop.d/1 4\nmaster_poststop.d/1 4");
        assert_eq!(mounts(&h.work), Vec::<String>::new());
        // Its own limit ends one that hangs, and the others run.
        write(&h.path(&format!("{dir}/master_prestart.d/0")), "#!/bin/sh\nsleep 1000\n", 0o755);
        h.jug("jset www hook_timeout=2").ok();
        let start = h.jug("jstart www").ok().says("longer than 2 s");
        assert!(start.took.as_secs() < 15, "{start:?}");
        h.jug("jstop www").ok();
        assert!(noted(h).contains("master_prestart.d/1"), "the next one did not run");
        assert!(!h.processes().iter().any(|p| p.contains("sleep")), "{:?}", h.processes());
        // What comes back may have been changed by others.
        h.jug("junregister www").ok();
        h.sh("grep -r trusted exports/www").code(1);
        h.jug("jregister www --mnt-start %/good").ok();
        h.jug("jget www trusted").ok().is("false");
        let start = h.jug("jstart www").ok().says("jug jset www trusted=true").says("master_prestart.d, ");
        assert_eq!(start.err.matches("warning").count(), 1, "{start:?}");
        h.jug("jexec www -- cat /root/me").ok().is("me");
        h.jug("jstop www").ok().says_not("warning");
        assert_eq!(noted(h), "");
        h.jug("jstart www").ok();
        // It holds at once.
        h.jug("jset www trusted=true").ok().says_not("restart");
        h.jug("jstop www").ok();
        assert_eq!(noted(h), "master_prestop.d/1 4\nmaster_poststop.d/1 4");
        h.jug("jremove -y www").ok();
        assert_eq!(noted(h), "remove.d/1 www");
    });
}

/// Of an environment on this node's own storage, too, what comes with it is not trusted by itself.
#[test]
fn registered_again_from_a_directory() {
    on_host(&[], |h| {
        h.base();
        h.jug("jcreate www --base bb").ok();
        note(h, "work/jails-system/www/master_prestart.d/1", "");
        h.sh("mkdir work/jails-system/www/master_poststart.d").ok();
        h.jug("junregister www").ok();
        // What a copy says of itself counts for nothing.
        h.sh("sed -i '2i trusted = true' work/jails-*/www/env.toml").ok();
        h.jug("jregister www").ok();
        h.jug("jget www trusted").ok().is("false");
        // Only what holds something is worth a word.
        h.jug("jstart www").ok().says("trusted=true").says_not("master_poststart.d");
        assert_eq!(noted(h), "");
        h.jug("jset www trusted=").ok();
        h.jug("jrestart www").ok().says_not("trusted");
        assert_eq!(noted(h), "master_prestart.d/1");
        h.jug("jstop www").ok();
        h.jug("junregister www").ok();
        h.jug("jregister --trust www").ok();
        h.jug("jget www trusted").ok().is("true");
    });
}
