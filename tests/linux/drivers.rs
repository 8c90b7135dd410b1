//! What jug mounts by itself: a volume of GlusterFS, from a server of the test's own; and servers that do not answer.

use crate::outcome::until;
use crate::support::{Host, mounts, on_host, write};

const GLUSTER: &[&str] = &["glusterd", "gluster", "mount.glusterfs"];

impl Host {
    /// A GlusterFS server at an address of this network namespace's, whose volume `vol` lies in `brick`.
    fn gluster(&self) {
        self.sh("set -e; mkdir gluster brick; ip address add 10.77.0.1/32 dev lo; \
                 for d in /var/lib/glusterd /var/log/glusterfs /run; do mount -t tmpfs none $d; done; \
                 mkdir -p /run/gluster /run/netns; glusterd --log-file=$PWD/gluster/log </dev/null >/dev/null 2>&1")
            .ok();
        until("glusterd answers", || self.sh("gluster --mode=script volume list").code == 0);
        self.sh("set -e; g='gluster --mode=script volume'; $g create vol 10.77.0.1:$PWD/brick force; \
                 $g set vol network.ping-timeout 4; $g start vol")
            .ok();
        until("the brick is up", || self.sh("gluster volume status vol | grep -q 'N/A *Y'").code != 0);
    }
    /// The directories of an environment on it.
    fn on_gluster(&self, name: &str) {
        let line = format!(
            "set -e; mkdir -p at; mount.glusterfs 10.77.0.1:/vol $PWD/at; \
             for d in data system rcconf fstab; do mkdir -p at/jails/$d/{name} at/elsewhere/$d; done; \
             umount at; rmdir at"
        );
        until("the volume is there", || self.sh(&line).code == 0);
    }
    fn signal_gluster(&self, signal: &str) {
        self.sh(&format!("kill -{signal} $(busybox pidof glusterfsd glusterd)")).ok();
    }
    /// The processes of the server, and of mounts that are gone, end.
    fn gluster_ends(&self) {
        self.sh("kill -9 $(busybox pidof glusterfsd glusterd glusterfs); true").ok();
        until("GlusterFS ends", || self.sh("busybox pidof glusterfsd glusterd glusterfs").code != 0);
    }
    /// What the node's configuration says of storage external.
    fn driver(&self, node: &str, lines: &str) {
        let text = format!(
            "version = 1\nworkdir = {:?}\n[defaults]\nstorage = 'external'\n[defaults.external]\n{lines}\n",
            self.path(node)
        );
        write(&self.path(&format!("{node}.toml")), &text, 0o644);
    }
}

#[test]
fn an_environment_on_glusterfs() {
    on_host(GLUSTER, |h| {
        let (a, b) = h.two_nodes();
        h.gluster();
        h.on_gluster("www");
        for n in ["a", "b"] {
            h.driver(n, "driver = 'glusterfs'\nserver = '10.77.0.1'\nroot = '/vol/jails'");
        }
        a.jug("jcreate www --base bb --tag far").ok();
        assert_eq!(a.mounts(), Vec::<String>::new());
        h.sh("cat brick/jails/data/www/etc/hostname").ok().is("www");
        h.sh("ls brick/jails/system/www/owner.d").ok().is("1");
        h.sh("find a/jails-data a/jails-system a/jails-rcconf a/jails-fstab -type f").ok().is("");
        // Where it lies is this node's own business.
        h.sh("grep -q 10.77.0.1 a/envs/www.toml").ok();
        h.sh("! grep -rqs -e 10.77.0.1 -e external] brick/jails/system/www brick/jails/rcconf/www").ok();
        let (mut from, mut to) = (a, b);
        for i in 0..3 {
            from.jug("jstart www").ok();
            assert_eq!(from.mounts().iter().filter(|m| m.contains("/jails-")).count(), 4);
            from.jug(&format!("jexec www -- sh -c 'echo {i} >>/root/me; wc -l </root/me'"))
                .ok()
                .is(&(i + 1).to_string());
            to.jug("jregister www").code(6).says("owned by");
            from.jug("jrestart www").ok();
            from.jug("jstop www").ok();
            assert_eq!((from.mounts(), to.mounts()), (Vec::new(), Vec::new()));
            from.jug("junregister www").ok();
            to.jug("jregister www").ok();
            to.jug("jget www external.driver").ok().is("glusterfs");
            to.jug("jget www tags").ok().is("far");
            assert_eq!((from.mounts(), to.mounts()), (Vec::new(), Vec::new()));
            (from, to) = (to, from);
        }
        // mount.glusterfs(8) mostly exits with 0 where there is no such directory: the mount table is believed instead.
        from.jug("jset www external.root=/vol/elsewhere").ok();
        let out = from.jug("jstart www").code(1);
        assert!(["is not mounted at", "Mount failed"].iter().any(|why| out.err.contains(why)), "{out:?}");
        assert_eq!(from.mounts(), Vec::<String>::new());
        from.jug("jset www external.root=/vol/jails").ok();
        from.jug("jremove -y www").ok();
        h.sh("find brick/jails -mindepth 3").ok().is("");
        h.gluster_ends();
    });
}

#[test]
fn a_volume_that_does_not_answer() {
    on_host(GLUSTER, |h| {
        h.base();
        h.gluster();
        h.on_gluster("www");
        h.driver("work", "driver = 'glusterfs'\nserver = '10.77.0.1'\nroot = '/vol/jails'");
        let a = h.node("work");
        h.driver("work", "driver = 'glusterfs'\nserver = '10.77.0.1'\nroot = '/vol/jails'");
        a.jug("jcreate www --base bb --set hook_timeout=5").ok();
        h.signal_gluster("STOP");
        let start = a.jug("jstart www");
        assert!(start.code > 0 && start.code != 3 && start.took.as_secs() < 40, "{start:?}");
        assert_eq!((a.mounts(), a.state("www").as_str()), (Vec::new(), "stopped"));
        h.signal_gluster("CONT");
        until("it answers again", || a.jug("jstart www").code == 0);
        h.signal_gluster("STOP");
        for args in ["jls", "ls --all", "jls --json", "jshow www"] {
            let out = a.jug(args).ok();
            assert!(out.took.as_secs() < 3, "{out:?}");
        }
        let stop = a.jug("jstop --force www");
        assert!(stop.code >= 0 && stop.took.as_secs() < 59, "{stop:?}");
        assert_ne!(a.state("www"), "running", "{stop:?}");
        h.signal_gluster("KILL");
        // The bricks are gone for good.
        let stop = a.jug("jstop --force www").ok();
        assert!(stop.took.as_secs() < 40, "{stop:?}");
        assert_eq!(a.mounts(), Vec::<String>::new());
        a.jug("jstart www").code(1);
        assert_eq!(a.mounts(), Vec::<String>::new());
        let out = a.jug("jregister other");
        assert!(out.code > 0 && out.took.as_secs() < 59, "{out:?}");
        h.sh("rm work/envs/www.toml").ok();
        h.gluster_ends();
    });
}

/// It takes connections and says nothing.
#[test]
fn an_nfs_server_that_says_nothing() {
    on_host(&["mount.nfs", "socat"], |h| {
        h.base();
        h.sh("mkdir far; setsid socat TCP-LISTEN:2049,fork,reuseaddr SYSTEM:'sleep 60' </dev/null >/dev/null 2>&1 &")
            .ok();
        for args in [
            "nfs-mount 127.0.0.1:/x %/far --timeout 4",
            "nfs-mount 127.0.0.1:/x %/far --timeout 4 --nfs3 --soft",
            "jcreate www --base bb --storage external --set external.driver=nfs4 --set external.server=127.0.0.1 \
             --set external.root=/x --set hook_timeout=4",
        ] {
            let out = h.jug(args);
            // A kernel without NFS says so at once.
            assert!([1, 124].contains(&out.code) && out.took.as_secs() < 12, "{out:?}");
            assert_eq!((mounts(&h.path("far")), mounts(&h.work)), (Vec::new(), Vec::new()));
        }
        h.jug("jls -H --all").ok().is("");
        h.sh("kill -9 $(busybox pidof socat sleep); true").ok();
    });
}

#[test]
fn what_a_driver_needs() {
    on_host(&[], |h| {
        h.base();
        let jail = "jcreate www --base bb --storage external --set external.driver=";
        // Not FreeBSD's, and not installed.
        h.jug(&format!("{jail}geli --set external.device=/dev/x --set external.key_file=/x"))
            .code(7)
            .says("only FreeBSD has");
        write(
            &h.path("jug.toml"),
            &format!("version = 1\nworkdir = {:?}\n[programs]\npath = [\"/bin\"]\n", h.work),
            0o644,
        );
        h.sh("mkdir bin; for p in mount umount runc realpath; do ln -s $(command -v $p) bin/$p; done").ok();
        let path = format!("version = 1\nworkdir = {:?}\n[programs]\npath = [{:?}]\n", h.work, h.path("bin"));
        write(&h.path("jug.toml"), &path, 0o644);
        h.jug(&format!("{jail}cephfs --set external.server=m --set external.root=/x"))
            .code(7)
            .says("mount.ceph")
            .says("ceph-common");
        h.jug("nfs-mount 127.0.0.1:/x %/bin").code(7).says("mount.nfs");
        // What can't be is refused before anything is made.
        for (set, key) in [
            ("nfs4", "external.server"),
            ("nfs9", "external.driver"),
            ("nfs4 --set external.server=a --set external.root=/ --mnt-start /x", "mnt_start"),
        ] {
            h.jug(&format!("{jail}{set}")).code(2).says(key);
        }
        h.jug("jcreate www --base bb --storage dir --set external.driver=nfs4")
            .code(2)
            .says("external.driver");
        assert_eq!(mounts(&h.work), Vec::<String>::new());
        h.sh("find work/jails-data work/jails-system work/envs -mindepth 1").ok().is("");
        write(&h.path("jug.toml"), &format!("version = 1\nworkdir = {:?}\n", h.work), 0o644);
    });
}
