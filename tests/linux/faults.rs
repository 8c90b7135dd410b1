//! Full disks, read-only disks, starts that fail, stops that hang, and what a reboot leaves.

use crate::outcome::until;
use crate::support::{mounts, on_host, write};

#[test]
fn a_full_disk_at_every_moment() {
    on_host(&[], |h| {
        h.busybox();
        std::fs::create_dir_all(&h.work).unwrap();
        h.sh("mount -t tmpfs -o size=24m none work").ok();
        h.jug("base-import %/busybox bb").ok();
        h.jug("jcreate keep --base bb").ok();
        let config = h.sh("cat work/envs/keep.toml").ok().out;
        // What is free, in kilobytes, while it is tried.
        let with_free = |free: u32, args: &str| {
            let line = format!(
                "avail=$(df -k --output=avail work | tail -1); n=$((avail - {free})); \
                 [ $n -gt 0 ] && head -c ${{n}}k /dev/zero >work/fill; true"
            );
            h.sh(&line).ok();
            let out = h.jug(args);
            h.sh("rm -f work/fill").ok();
            out
        };
        for free in [0, 4, 8, 12, 16, 20, 24, 32, 40, 48, 64, 256, 1024, 1900] {
            let before = h.snapshot();
            let out = with_free(free, "jcreate new --base bb --mode full");
            assert!([1, 3].contains(&out.code), "{free}k free: {out:?}");
            if out.code == 3 || h.state("new") != "gone" {
                h.jug("doctor --fix").ok();
            }
            h.same(&before, &format!("{free}k free: {out:?}"));
            let out = with_free(free.min(16), "jset keep tags+=x");
            if out.code != 0 {
                h.jug("doctor --fix").ok();
                assert_eq!(h.sh("cat work/envs/keep.toml").ok().out, config, "{free}k free: {out:?}");
            } else {
                h.jug("jget keep tags").ok().is("x");
                write(&h.path("work/envs/keep.toml"), &config, 0o644);
            }
            h.jug("jset keep protected=false").ok();
            let before_base = h.sh("ls work/bases").ok().out;
            let out = with_free(free, "base-import %/busybox other");
            assert!(out.code != 0, "{free}k free: {out:?}");
            h.jug("doctor --fix").ok();
            assert_eq!(h.sh("ls work/bases").ok().out, before_base);
            let out = with_free(free.min(24), "jstart keep");
            if out.code != 0 {
                if out.code == 3 {
                    h.jug("doctor --fix").ok();
                }
                assert_eq!(mounts(&h.path("work/run")), Vec::<String>::new(), "{free}k free: {out:?}");
            }
            h.jug("jstart keep").ok();
            let out = with_free(0, "jstop keep");
            assert!([0, 1, 3].contains(&out.code), "{out:?}");
            h.jug("jstop keep").ok();
        }
        h.jug("jremove -y keep").ok();
        h.jug("base-remove -y bb").ok();
        h.sh("umount work").ok();
    });
}

#[test]
fn a_disk_that_can_not_be_written() {
    on_host(&[], |h| {
        h.base();
        h.jug("jcreate www --base bb").ok();
        h.sh("mount --bind work work && mount -o remount,bind,ro work").ok();
        for args in [
            "jcreate new --base bb",
            "jset www boot.order=3",
            "jstart www",
            "jremove -y www",
            "base-import host",
        ] {
            h.jug(args).code(1).says("Read-only");
        }
        h.jug("jls -H").ok().says("www\tstopped");
        h.jug("-n jstart www").ok();
        h.jug("jget www base").ok().is("bb");
        h.jug("doctor").ok();
        h.sh("umount work").ok();
        h.jug("jstart www").ok();
    });
}

#[test]
fn a_workdir_behind_a_link() {
    on_host(&[], |h| {
        h.busybox();
        h.sh("mkdir 'real place' && ln -s 'real place' linked && ln -s linked twice").ok();
        let jug = |args: &str| h.jug(&format!("--workdir %/twice/w {args}"));
        jug("base-import %/busybox bb").ok();
        jug("jcreate www --base bb").ok();
        jug("jstart www").ok();
        jug("jls -H").ok().says("real place/w/run/www/root");
        h.jug("--workdir '%/real place/w' jexec www -- hostname").ok().is("www");
        jug("jexec www -- sh -c 'echo hi >/root/x'").ok();
        h.sh("cat 'real place/w/jails-data/www-data/root/x'").ok().is("hi");
        jug("jstop www").ok();
        assert_eq!(mounts(&h.dir), Vec::<String>::new());
        jug("doctor").ok();
        jug("jremove -y www").ok();
        h.jug("--workdir %/jug.toml jcreate www --base bb").code(1);
        h.jug("--workdir / jls").ok();
    });
}

#[test]
fn starts_that_fail_and_stops_that_hang() {
    on_host(&[], |h| {
        h.base();
        h.jug("jcreate www --base bb --set exec.start=/bin/false").ok();
        let before = h.snapshot();
        h.jug("jstart www").code(1).says("run its rc");
        assert_eq!((mounts(&h.work).len(), h.state("www").as_str()), (0, "stopped"));
        h.same(&before, "after a start that failed");
        h.jug("jset www exec.start=/no/such").ok();
        h.jug("jstart www").code(1).says("/no/such");
        h.jug("jset www 'exec.start=/bin/sleep 1000' exec.start_timeout=1").ok();
        let late = h.jug("jstart www").code(124);
        assert!(late.took.as_secs() < 20, "{late:?}");
        assert_eq!((mounts(&h.work).len(), h.state("www").as_str()), (0, "stopped"));
        h.jug("jset www exec.start= exec.start_timeout=").ok();
        // A stop that hangs in its rc.shutdown, and processes that do not heed TERM.
        h.jug("jset www 'exec.stop=/bin/sleep 1000' exec.stop_timeout=1 exec.kill_timeout=1").ok();
        h.jug("jstart www").ok();
        h.jug(
            "jexec www -- sh -c '(trap \"\" TERM; while :; do sleep 1; done) >/dev/null 2>&1 </dev/null &'",
        )
        .ok();
        let stopped = h.jug("jstop www").ok().says("warning");
        assert!(stopped.took.as_secs() < 15, "{stopped:?}");
        assert_eq!((mounts(&h.work).len(), h.state("www").as_str()), (0, "stopped"));
        // Interrupted by a signal: all is taken back.
        write(&h.path("slow"), "#!/bin/sh\ntouch \"$0.began\"\nsleep 5\n", 0o755);
        h.jug("jset www hooks.prestart=%/slow exec.stop= exec.stop_timeout=").ok();
        let mut child = h.spawn("jstart www");
        until("the hook runs", || h.path("slow.began").exists());
        h.run("kill", &["-INT", &child.id().to_string()]).ok();
        assert_eq!(crate::outcome::wait(&mut child, 20), Some(130));
        assert_eq!((mounts(&h.work).len(), h.state("www").as_str()), (0, "stopped"));
        // A program that is missing is named, with what mends it.
        h.sh("mkdir bin; for p in mount umount ip; do ln -s $(command -v $p) bin/; done").ok();
        write(
            &h.path("few.toml"),
            &format!("workdir = {:?}\n[programs]\npath = [{:?}]\n", h.work, h.path("bin")),
            0o644,
        );
        h.jug("--config %/few.toml jstart www").code(7).says("runc");
        h.jug("--config %/few.toml doctor").code(7).says("runc");
    });
}

#[test]
fn what_a_reboot_leaves() {
    on_host(&[], |h| {
        h.base();
        h.sh("ip link add d0 type dummy || ip link add d0 type veth peer name d1").ok();
        h.jug("jcreate www full --base bb --net alias:d0:192.0.2.1/32 --fstab 'tmpfs /mnt tmpfs rw'").code(0);
        h.jug("jset full net=inherit").ok();
        let reboot = |unmount: bool| {
            h.jug("jstart --all").ok();
            // Processes, containers' state, addresses and mounts go; files in run/ may stay.
            h.sh("for c in $(ls work/run/.oci); do runc --root $PWD/work/run/.oci kill $c KILL; done; sleep 0.2; \
                  for c in $(ls work/run/.oci); do runc --root $PWD/work/run/.oci delete -f $c; done; \
                  rm -rf work/run/.oci/*; ip address flush dev d0").ok();
            if unmount {
                for m in mounts(&h.work).iter().rev() {
                    h.run("umount", &[m]).ok();
                }
            }
        };
        reboot(true);
        assert_eq!(h.state("www"), "stopped");
        h.jug("jshow --pending www -H").ok().is("");
        h.jug("doctor").ok();
        h.jug("jstart --all").ok();
        h.jug("jexec www -- true").ok();
        h.sh("ip -o address show dev d0").ok().says("192.0.2.1");
        h.jug("jstop --all").ok();
        // The container is gone and its mounts are not.
        reboot(false);
        h.jug("jremove -y www").code(6).says("jstop");
        h.jug("doctor").code(3).says("orphan");
        h.jug("doctor --fix").ok();
        assert_eq!(mounts(&h.work), Vec::<String>::new());
        // A start clears what it left away by itself.
        h.jug("jstart www").ok();
        reboot(false);
        h.jug("jstart www").ok();
        h.jug("jexec www -- true").ok();
        reboot(false);
        h.jug("jstop --all").ok();
        assert_eq!(mounts(&h.work), Vec::<String>::new());
        // The first process died and the runtime still has its books.
        h.jug("jstart www").ok();
        h.sh("runc --root $PWD/work/run/.oci kill www KILL; sleep 0.3").ok();
        assert_eq!(h.state("www"), "stopped");
        h.jug("jexec www -- true").code(125);
        h.jug("jstop www").ok();
        assert_eq!(mounts(&h.work), Vec::<String>::new());
        h.sh("ip -o address show dev d0").ok().says_not("192.0.2.1");
        // The power went while the runtime made the container.
        h.sh("mkdir -p work/run/.oci/www && mkfifo work/run/.oci/www/exec.fifo").ok();
        assert_eq!(h.state("www"), "stopped");
        h.jug("doctor").ok();
        h.jug("jstart www").ok();
        h.jug("jexec www -- true").ok();
        h.jug("jstop www").ok();
        // A started.toml that says nothing any more.
        h.jug("jstart www").ok();
        write(&h.path("work/run/www/started.toml"), "junk", 0o600);
        h.jug("jls").ok();
        h.jug("jstop www").ok();
        h.jug("jstart www").ok();
        // A container of that name that is not jug's.
        h.jug("jstop www").ok();
        h.sh("mkdir -p b && cd b && runc spec && sed -i 's,\"rootfs\",\"../busybox\",; s,\"terminal\": true,\"terminal\": false,; \
              s,\"sh\",\"sleep\"\\,\"1000\",' config.json && \
              runc --root ../work/run/.oci run -d --bundle . www </dev/null >/dev/null 2>&1").ok();
        h.jug("jstart www").code(5).says("not jug's");
        h.jug("jstop www").code(5);
        h.jug("jexec www -- true").code(125);
        h.sh("runc --root $PWD/work/run/.oci delete -f www").ok();
        h.jug("jstart www").ok();
    });
}
