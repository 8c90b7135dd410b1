//! ZFS (zfs-fuse) beside plain directories.

use crate::outcome::until;
use crate::support::{Host, mounts, on_host, write};

/// zfs-fuse says "busy" for a moment after each use.
pub fn destroy(h: &Host, dataset: &str) {
    until("it is destroyed", || h.run("zfs", &["destroy", dataset]).code == 0);
}

#[test]
fn thin_full_and_clone_side_by_side() {
    on_host(&["zfs-fuse"], |h| {
        h.busybox();
        h.jug("init --zfs-root nopool/jug").code(7);
        h.zfs();
        assert!(h.jug("init --zfs-root tank/jug").ok().out.contains("unchanged"));
        h.jug("init --zfs-root tank/other").code(5);
        h.jug("base-import %/busybox bb").ok();
        h.jug("base-import %/busybox flat --storage dir").ok();
        h.jug("base-ls --json").ok().says("tank/jug/bases/bb");
        h.jug("jcreate z-thin --base bb").ok();
        h.jug("jcreate z-full --base bb --mode full").ok();
        h.jug("jcreate z-clone --base bb --mode clone").ok();
        h.jug("jcreate d-thin --base bb --storage dir").ok();
        h.jug("jcreate d-full --base flat --mode full --storage dir").ok();
        h.jug("jcreate d-clone --base bb --mode clone --storage dir").code(2).says("a clone needs storage");
        h.jug("jcreate z-none --base flat --mode clone").code(5).says("not on ZFS");
        h.jug("--jobs 2 jstart --all").ok();
        for name in ["z-thin", "z-full", "z-clone", "d-thin", "d-full"] {
            h.jug(&format!("jexec {name} -- hostname")).ok().is(name);
            h.jug(&format!("jexec {name} -- sh -c 'echo {name} >/root/me'")).ok();
            let base = h.jug(&format!("jexec {name} -- sh -c ': >/bin/new'"));
            assert_eq!(base.code == 0, !name.ends_with("thin"), "{base:?}");
        }
        assert!(!h.path("work/bases/bb/root/bin/new").exists());
        h.sh("zfs get -Hp -o value jug:uuid tank/jug/env/z-full/data").ok();
        h.sh("zfs get -Hp -o value origin tank/jug/env/z-clone/data").ok().says("tank/jug/bases/bb@");
        h.sh("cat tank/x work/jails-data/z-full-data/root/me 2>/dev/null").says("z-full");
        h.jug("base-remove -y bb").code(6);
        h.jug("jstop --all").ok();
        h.jug("doctor").ok();
        // What jug did not make it does not destroy.
        h.sh("zfs create tank/jug/env/z-full/theirs").ok();
        h.jug("jremove -y z-full").code(5).says("not jug's");
        destroy(h, "tank/jug/env/z-full/theirs");
        h.sh("zfs snapshot tank/jug/env/z-thin/data@jug-x && \
             zfs clone tank/jug/env/z-thin/data@jug-x tank/copy")
            .ok();
        h.jug("jremove -y z-thin").code(5).says("tank/copy");
        destroy(h, "tank/copy");
        // The prefix alone proves nothing.
        h.jug("jremove -y z-thin").code(5).says("snapshots that jug did not take");
        destroy(h, "tank/jug/env/z-thin/data@jug-x");
        // A node that mounts what lies here calls it external in its copy; here it is what it was.
        h.jug("junregister z-clone").ok();
        h.sh("sed -i 's/^storage = .*/storage = \"external\"/' work/jails-system/z-clone/env.toml").ok();
        h.jug("jregister z-clone").ok();
        h.jug("jget z-clone storage").ok().is("zfs");
        h.jug("jremove -y --all").ok();
        h.sh("zfs list -H -o name -r tank/jug")
            .ok()
            .is("tank/jug\ntank/jug/bases\ntank/jug/bases/bb\ntank/jug/env");
        assert_eq!(h.sh("ls work/jails-data work/jails-system work/envs").ok().out.matches('-').count(), 2);
        h.jug("base-remove -y bb flat").ok();
        h.jug("base-import host").ok();
        h.jug("jcreate h --base host --start").ok();
        h.jug("jexec h -- sh -c 'df /root | tail -1'").ok().says("tank/jug/env/h/data");
    });
}

#[test]
fn a_mount_point_in_use_and_a_dataset_in_the_way() {
    on_host(&["zfs-fuse"], |h| {
        h.base();
        h.zfs();
        write(&h.path("work/jails-data/www-data/precious"), "mine", 0o644);
        h.jug("jcreate www --base bb").code(5).says("is there already");
        assert!(h.path("work/jails-data/www-data/precious").exists());
        h.sh("rm -r work/jails-data/www-data && mkdir work/jails-data/www-data && \
             mount -t tmpfs none work/jails-data/www-data")
            .ok();
        h.jug("jcreate www --base bb").code(5);
        h.sh("umount work/jails-data/www-data").ok();
        h.sh("zfs create tank/jug/env/www").ok();
        h.jug("jcreate www --base bb").code(5).says("tank/jug/env/www exists");
        destroy(h, "tank/jug/env/www");
        h.jug("jcreate www --base bb").ok();
        // A dataset that its node has not mounted is said, not written beside.
        h.sh("zfs umount tank/jug/env/www/data").ok();
        h.jug("jstart www").code(1);
        assert_eq!(mounts(&h.path("work/run")), Vec::<String>::new());
        h.sh("zfs mount tank/jug/env/www/data").ok();
        h.jug("jstart www").ok();
    });
}

#[test]
fn a_pool_that_is_full_or_gone() {
    on_host(&["zfs-fuse"], |h| {
        h.busybox();
        h.zfs();
        h.jug("base-import %/busybox bb").ok();
        h.sh("zfs set quota=1M tank/jug/env").ok();
        h.jug("jcreate www --base bb --mode full").code(1).says("quota exceeded");
        h.sh("zfs list -H -o name -r tank/jug/env").ok().is("tank/jug/env");
        assert_eq!(h.sh("ls work/jails-data work/envs work/journal").ok().out.matches("www").count(), 0);
        h.sh("zfs set quota=none tank/jug/env").ok();
        h.jug("jcreate www --base bb --mode clone").ok();
        h.sh("kill -STOP $(busybox pidof zfs-fuse)").ok();
        // A listing asks no file system of environments.
        h.jug("jls -H").ok().says("www");
        h.sh("kill -CONT $(busybox pidof zfs-fuse)").ok();
        until("it answers again", || h.run("zpool", &["list"]).code == 0);
        h.jug("jstart www").ok();
    });
}
