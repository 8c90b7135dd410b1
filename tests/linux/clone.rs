//! jclone and jrename, on directories and on ZFS.

use crate::support::{mounts, on_host, write};

#[test]
fn clones_in_directories() {
    on_host(&[], |h| {
        h.base();
        h.jug("jcreate www --base bb --tag web --set description=first --start").ok();
        h.jug(
            "jexec www -- sh -c 'echo one >/root/f; mkdir /root/d; ln -s ../f /root/d/l; chmod 4755 /root/f'",
        )
        .ok();
        h.jug("jclone www w2").code(6).says("it runs");
        h.jug("jstop www").ok();
        h.jug("-n jclone www w2").ok().says("#!/bin/sh");
        assert_eq!(h.state("w2"), "gone");
        h.jug("jclone www w2 --start").ok().says("cloned from www and started");
        h.jug("jexec w2 -- sh -c 'hostname; cat /root/d/l /etc/hostname; ls -l /root/f | cut -c1-10'")
            .ok()
            .is("w2\none\nw2\n-rwsr-xr-x");
        h.jug("jexec w2 -- sh -c 'echo two >/root/f'").ok();
        h.sh("cat work/jails-data/www-data/root/f work/jails-data/www-data/etc/hostname").ok().is("one\nwww");
        assert_ne!(h.jug("jget www uuid").ok().out, h.jug("jget w2 uuid").ok().out);
        h.jug("jget w2 origin").ok().is("www");
        h.jug("jshow w2").ok().says("origin = \"www\"").says("first").says("web");
        h.jug("owner -H w2").ok().says("1\tthis node");
        h.jug("jclone www w2").code(5).says("it exists");
        h.jug("jclone www www").code(5);
        h.jug("jclone nosuch w3").code(4);
        h.jug("jclone www w3 --from-snapshot monday").code(2).says("snapshots");
        h.jug("jclone 'w*' w3").code(2);
        h.jug("jset www net=alias:lo:192.0.2.1/32").ok();
        h.jug("jclone www w3").code(2).says("--net");
        h.jug("jclone www w3 --net alias:lo:192.0.2.2/32 --set tags=").ok();
        h.jug("jstart www w3").ok();
        h.jug("jls -H").ok().says("192.0.2.1").says("192.0.2.2");
        h.jug("jstop --all").ok();
        h.jug("jset www protected=true").ok();
        h.jug("jclone www w4 --net none").ok();
        h.jug("jget w4 protected").ok().is("false");
        h.jug("jset www protected=false").ok();
        // The storage's own means: 0 is done, 1 is copy it, anything else a failure.
        for (status, code) in [(0, 0), (1, 0), (2, 1)] {
            let text = format!("#!/bin/sh\n: >$JUG_DATA/by-$JUG_NAME-of-$JUG_SOURCE\nexit {status}\n");
            write(&h.path("work/hooks.d/clone/copy"), &text, 0o755);
            h.jug("jclone w2 w5").code(code);
            if status == 0 {
                h.sh("ls work/jails-data/w5-data/by-w5-of-w2").ok();
                h.sh("ls work/jails-data/w5-data/root").code(2);
                h.jug("jremove -y w5").ok();
            }
            if status == 1 {
                h.sh("cat work/jails-data/w5-data/root/f; ls work/jails-data/w5-data/by-w5-of-w2")
                    .ok()
                    .says("two");
                h.jug("jremove -y w5").ok();
            }
        }
        write(
            &h.path("work/hooks.d/clone/copy"),
            "#!/bin/sh\ncp -a $JUG_SOURCE_DATA/. $JUG_DATA && : >$JUG_DATA/hooked\n",
            0o755,
        );
        h.jug("jclone w2 w5").ok();
        h.sh("ls work/jails-data/w5-data/hooked").ok();
        h.sh("ls work/journal work/jails-data").ok().says_not("jsonl");
    });
}

#[test]
fn renamed_in_directories() {
    on_host(&[], |h| {
        h.base();
        h.jug("jcreate www --base bb --fstab 'tmpfs /mnt tmpfs rw' --start").ok();
        h.jug("jexec www -- sh -c 'echo one >/root/f'").ok();
        h.jug("jcreate taken --base bb").ok();
        let uuid = h.jug("jget www uuid").ok().out;
        let before = h.snapshot();
        h.jug("jrename www web").code(6).says("--restart");
        h.jug("jrename --restart www taken").code(5);
        h.jug("jexec www -- true").ok();
        h.jug("-n jrename --restart www web").code(6);
        h.jug("jstop www").ok();
        h.jug("jrename www taken").code(5).says("it exists");
        h.jug("jrename www www").ok().says("unchanged");
        h.jug("jrename www ../x").code(2);
        h.jug("jrename nosuch web").code(4);
        let stopped = h.snapshot();
        assert_ne!(before, stopped);
        h.jug("-n jrename www web").ok().says("#!/bin/sh");
        h.same(&stopped, "after what was refused");
        // What is in the way stays.
        write(&h.path("work/jails-data/web-data/precious"), "mine", 0o644);
        h.jug("jrename www web").code(5).says("is there already");
        h.sh("rm -r work/jails-data/web-data").ok();
        h.jug("jrename www web").ok().says("renamed to web");
        assert_eq!(h.jug("jget web uuid").ok().out, uuid);
        h.jug("jget www uuid").code(4);
        h.jug("jstart web").ok();
        h.jug(
            "jexec web -- sh -c 'hostname; cat /root/f /etc/hostname; grep -c \" /mnt tmpfs\" /proc/mounts'",
        )
        .ok()
        .is("web\none\nweb\n1");
        h.jug("jrename --restart web www").ok();
        h.jug("jexec www -- hostname").ok().is("www");
        h.jug("jstop www").ok();
        h.jug("jexec www -- true").code(125);
        h.jug("jls -H --all").ok().says_not("web");
        h.sh("find work -name '*web*' -not -path 'work/lock/*'").ok().is("");
        h.jug("owner -H www").ok().says("1\tthis node");
        h.jug("jrename --restart www web").ok();
        assert_eq!(h.state("web"), "stopped");
        h.jug("doctor").ok();
    });
}

#[test]
fn clones_and_names_on_zfs() {
    on_host(&["zfs-fuse"], |h| {
        h.busybox();
        h.zfs();
        h.jug("base-import %/busybox bb").ok();
        h.jug("jcreate www --base bb --mode clone --start").ok();
        h.jug("jexec www -- sh -c 'echo one >/root/f'").ok();
        // A snapshot freezes what runs.
        h.jug("jclone www w2 --start").ok().says("(crash-consistent since it runs) and started");
        h.jug("jexec w2 -- sh -c 'hostname; cat /root/f'").ok().is("w2\none");
        h.sh("zfs get -Hp -o value origin tank/jug/env/w2/data")
            .ok()
            .says("tank/jug/env/www/data@jug-clone-");
        h.jug("jexec www -- sh -c 'echo two >/root/f'").ok();
        h.jug("jexec w2 -- cat /root/f").ok().is("one");
        h.jug("jclone www w3 --from-snapshot monday").code(4).says("monday");
        h.sh("zfs snapshot tank/jug/env/www/data@monday").ok();
        h.jug("jexec www -- sh -c 'echo three >/root/f'").ok();
        h.jug("jclone www w3 --from-snapshot monday").ok();
        h.sh("cat work/jails-data/w3-data/root/f").ok().is("two");
        h.jug("jget w3 origin").ok().is("www");
        h.jug("jstop --all").ok();
        assert_eq!(mounts(&h.path("work/run")), Vec::<String>::new());
        // Renamed, datasets and all; what was cloned of it stays its clone.
        h.jug("jrename www web").ok();
        h.sh("zfs list -H -o name tank/jug/env/web/data tank/jug/env/web/system").ok();
        h.sh("zfs list tank/jug/env/www").code(1);
        h.sh("cat work/jails-data/web-data/root/f; ls work/jails-data")
            .ok()
            .says("three")
            .says_not("www-data");
        h.jug("jget web dataset").ok().is("tank/jug/env/web");
        h.jug("jstart web").ok();
        h.jug("jexec web -- hostname").ok().is("web");
        h.jug("jrename web www").code(6);
        h.jug("jrename --restart web www").ok();
        h.jug("jexec www -- cat /root/f").ok().is("three");
        h.jug("jstop www").ok();
        // Clones hang on it, and a snapshot that is not jug's.
        h.jug("jremove -y www").code(5).says("is a clone of it").says("--promote");
        h.jug("jremove -y w3").ok();
        h.jug("jremove -y --promote www").code(5).says("monday");
        h.sh("for i in 1 2 3 4 5 6 7 8 9; do zfs destroy tank/jug/env/www/data@monday && exit; sleep 0.3; done; exit 1").ok();
        h.jug("jremove -y --promote www").ok();
        h.sh("cat work/jails-data/w2-data/root/f").ok().is("one");
        h.jug("jstart w2").ok();
        h.jug("jexec w2 -- cat /root/f").ok().is("one");
        h.jug("jremove -y --stop w2").ok();
        h.sh("zfs list -H -o name -r tank/jug/env").ok().is("tank/jug/env");
        h.sh("zfs list -H -t snapshot -o name -r tank/jug/env").ok().is("");
        // A clone goes first, with what it was made of.
        h.jug("jcreate www --base bb").ok();
        h.jug("jclone www w2").ok();
        h.jug("jremove -y w2").ok();
        h.sh("zfs list -H -t snapshot -o name -r tank/jug/env").ok().is("");
        h.jug("jremove -y www").ok();
    });
}

#[test]
fn one_in_the_midst_of_clones_of_clones_is_removed() {
    on_host(&["zfs-fuse"], |h| {
        h.busybox();
        h.zfs();
        h.jug("base-import %/busybox bb").ok();
        h.jug("jcreate g --base bb --mode full").ok();
        h.sh("echo one >work/jails-data/g-data/root/f").ok();
        h.jug("jclone g g9").ok();
        h.jug("jclone g9 g10").ok();
        h.jug("jclone g10 g11").ok();
        h.jug("jremove -y g9").code(5).says("g10/data is a clone of it").says("jug jremove --promote g9");
        h.jug("jremove -y --promote g9").ok();
        h.jug("jls -H").ok().says_not("g9").says_not("interrupted");
        h.sh("cat work/jails-data/g10-data/root/f work/jails-data/g11-data/root/f").ok().is("one\none");
        // What g9 was made of is what g10 hangs on now, and goes with the last of them.
        h.sh("zfs get -Hp -o value origin tank/jug/env/g10/data").ok().says("tank/jug/env/g/data@jug-clone-");
        h.jug("jremove -y --promote g10").ok();
        h.sh("zfs get -Hp -o value origin tank/jug/env/g11/data").ok().says("tank/jug/env/g/data@jug-clone-");
        h.jug("jremove -y g").code(5).says("g11/data is a clone of it");
        h.jug("jremove -y g11").ok();
        h.sh("zfs list -H -t snapshot -o name -r tank/jug/env").ok().is("");
        h.jug("jremove -y g").ok();
        h.sh("zfs list -H -o name -r tank/jug/env").ok().is("tank/jug/env");
        // Of two that were cloned from one of them, the other hangs on the first that was let stand.
        h.jug("jcreate g --base bb --mode full").ok();
        h.jug("jclone g a").ok();
        h.jug("jclone a c").ok();
        h.jug("jclone a b").ok();
        h.jug("jremove -y --promote a").ok();
        h.jug("jremove -y --promote c").ok();
        h.jug("jremove -y --promote g").ok();
        h.jug("jremove -y b").ok();
        h.sh("zfs list -H -o name -r tank/jug/env").ok().is("tank/jug/env");
        h.jug("doctor").ok();
    });
}
