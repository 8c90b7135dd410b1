//! What CBSD gets wrong, each by the number it has in our study of it (cbsd.md 8.2).

use crate::expose::{from_outside, serve, two};
use crate::mnt::{badly_hooked, refused};
use crate::server::ALL;
use crate::storage::destroy;
use crate::support::{Host, mounts, on_host, write};

#[test]
fn case_01_mnt_stop_runs_on_stop_failed_start_unregister_and_destroy() {
    on_host(&[], |h| {
        h.base();
        h.export("www");
        h.bind("good", &format!("echo start $JUG_NAME >>$e/log; {ALL}"));
        let stop = "for m in \"$f\" \"$r\" \"$s\" \"$d\"; do umount \"$m\"; done; true";
        h.bind("stop", &format!("echo stop $JUG_NAME >>$e/log; {stop}"));
        let ran = |what: &str, code: i32| {
            h.sh("rm -f exports/www/log").ok();
            h.jug(what).code(code);
            h.sh("cat exports/www/log").ok().text().to_string()
        };
        let both = "start www\nstop www";
        assert_eq!(ran("jcreate www --base bb --mnt-start %/good --mnt-stop %/stop", 0), both);
        assert_eq!(ran("jstart www", 0), "start www");
        assert_eq!(ran("jstop www", 0), "stop www");
        h.jug("jset www exec.start=/bin/false").ok();
        assert_eq!(ran("jstart www", 1), both);
        assert_eq!(ran("junregister www", 0), both);
        assert_eq!(ran("jregister www --mnt-start %/good --mnt-stop %/stop", 0), both);
        h.jug("jregister www --mnt-start %/good").code(5);
        assert_eq!(ran("jremove -y www", 0), both);
        assert_eq!(mounts(&h.work), Vec::<String>::new());
    });
}

/// The lock lies on the storage, where only a mount shows it; what lies below the mount point instead locks nothing.
#[test]
fn case_02_the_second_node_is_refused_by_a_lock_seen_only_once_mounted() {
    on_host(&[], |h| {
        let (a, b) = h.two_nodes();
        h.export("www");
        h.bind("good", ALL);
        a.jug("jcreate www --base bb --mnt-start %/good").ok();
        a.jug("jstart www").ok();
        h.sh("ls exports/www/system/owner.d").ok().is("1");
        b.jug("jregister www --mnt-start %/good").code(6).says("owned by");
        b.jug("jstart www").code(4);
        a.jug("jstop www").ok();
        // Not mounted anywhere now, and still a's.
        h.sh("find a/jails-system b/jails-system -mindepth 2").ok().is("");
        let lie = |node: &crate::support::Node<'_>| {
            let text = h.sh("cat exports/www/system/owner.d/1").ok().out.replace(&a.id(), &node.id());
            write(&node.path("jails-system/www/owner.d/99"), &text, 0o644);
        };
        lie(&b);
        b.jug("jregister www --mnt-start %/good").code(6).says("owned by");
        b.jug("jregister --takeover www --mnt-start %/good").ok();
        // And now b's, whatever a believed last.
        lie(&a);
        a.jug("jstart www").code(6).says("fenced");
        assert_eq!((a.mounts().len(), a.state("www").as_str()), (0, "fenced"));
        b.jug("jstart www").ok();
        h.sh("ls exports/www/system/owner.d").ok().is("1\n2");
        a.jug("junregister www").ok();
        h.sh("ls exports/www/system/owner.d; rm -r a/jails-system/www").ok().says("2");
        b.jug("jstop www").ok();
        h.sh("rm -r b/jails-system/www").ok();
        b.jug("jremove -y www").ok();
    });
}

/// All that an administrator has in files, and the packet filter.
fn host_state(h: &Host) -> String {
    h.sh("find /etc -printf '%p %y %m %U %l\\n' | sort; find /etc -type f -exec sha256sum {} + | sort -k 2; \
          nft list ruleset; cat /proc/sys/net/ipv4/ip_forward /proc/sys/net/ipv6/conf/all/forwarding")
        .ok()
        .out
}

#[test]
fn case_03_hostile_files_and_names_change_nothing_on_the_host() {
    on_host(&["nft"], |h| {
        h.base();
        let before = host_state(h);
        write(&h.path("victim"), "untouched", 0o644);
        let untouched = |what: &str| {
            assert!(!h.path("pwned").exists(), "{what}");
            h.sh("cat victim").ok().is("untouched");
        };
        let touch = format!("$(touch {0})`touch {0}`", h.str("pwned"));
        // Values that others wrote: CBSD's file, jug's own portable copy.
        let head = "version = 1\nuuid = \"7f1c0a52-6d0e-4a53-9f4c-1d2c3b4a5f60\"\n\
                    created = \"2026-01-02T03:04:05Z\"\nbase = \"bb\"\n";
        for (file, text, says) in [
            (
                "jails-rcconf/rc.conf_x",
                format!("jname=\"x\";\nhost_hostname=\"{touch}\";\n"),
                "host_hostname",
            ),
            ("jails-rcconf/rc.conf_x", format!("jname=\"x\";\nver=\"{touch}\";\n"), "ver"),
            ("jails-rcconf/rc.conf_x", format!("jname=\"x\";\n{touch}\n"), "rc.conf_x:2"),
            ("jails-rcconf/x/env.toml", format!("{head}mnt_start = \"{touch}\"\n"), "env.toml:5"),
            ("jails-system/x/env.toml", format!("{head}[host]\nhostname = \"{touch}\"\n"), "env.toml:6"),
            ("jails-system/x/env.toml", format!("{head}[exec]\nstart = \"{touch}\"\n"), "env.toml:6"),
        ] {
            write(&h.work.join(file), &text, 0o644);
            h.jug("jls --all").ok();
            h.jug("jregister x").code(2).says(says);
            h.jug("jregister jname='*'").code(2).says(says);
            untouched(&text);
            h.sh(&format!("rm work/{file}")).ok();
        }
        h.jug(&format!("jcreate x --base bb --set 'host.hostname={touch}'")).code(2);
        // Files that root in a jail wrote, and links of its own.
        h.jug("jcreate full --base bb --mode full --start").ok();
        h.jug("jcreate thin --base bb --start").ok();
        for name in ["full", "thin"] {
            let inside = format!(
                "echo 'ifconfig_eth0=\"{touch}\"' >/etc/rc.conf; mkdir -p /etc/rc.conf.d /tmp/start.d; \
                 cp /etc/rc.conf /etc/rc.conf.d/network; cp /etc/rc.conf /etc/os-release; \
                 for f in resolv.conf hosts hostname; do rm -f /etc/$f; ln -s {} /etc/$f; done; \
                 ln -s {0} /root/link; rm -rf /var/log; ln -s / /var/log",
                h.str("victim"),
            );
            h.jug(&format!("jexec {name} -- sh -c {}", shlex::try_quote(&inside).unwrap())).ok();
            h.jug(&format!("jset {name} net=inherit host.hostname=other")).ok();
            for verb in ["jrestart NAME", "jstop NAME", "jclone NAME NAME-c", "jrename NAME NAME-r", "jls"] {
                let out = h.jug(&verb.replace("NAME", name));
                assert!([0, 1, 5].contains(&out.code), "{out:?}");
                untouched(verb);
            }
        }
        h.jug("jremove -y --stop --all").ok();
        untouched("after all");
        assert!(before == host_state(h), "the host is not what it was");
    });
}

/// A ruleset of the administrator's and all of /etc, before and after a whole life.
#[test]
fn case_04_the_hosts_packet_filter_and_files_stay_as_they_are() {
    on_host(&["nft"], |h| {
        h.sh("ip link add d0 type dummy || ip link add d0 type veth peer name d1; ip link set d0 up").ok();
        h.sh("nft add table inet admin && nft 'add chain inet admin in { type filter hook input priority 0; }' && \
              nft add rule inet admin in tcp dport 22 accept && nft add table ip nat && \
              nft 'add chain ip nat pre { type nat hook prerouting priority -100; }' && \
              nft add rule ip nat pre udp dport 53 redirect to :5353")
            .ok();
        let before = host_state(h);
        assert!(before.contains("redirect to :5353") && before.contains("/etc/hosts"), "{before}");
        h.base();
        for verb in [
            "init",
            "jcreate www --base bb --net alias:d0:192.0.2.1/32 --start",
            "jset www host.hostname=www.example.org",
            "jrestart www",
            "doctor --fix",
            "jstop www",
            "jclone www w2 --net inherit --start",
            "jstop w2",
            "jrename w2 w3",
            "junregister www",
            "jregister www",
            "jstart --all",
            "jremove -y --stop --all",
            "base-remove -y bb",
        ] {
            h.jug(verb).ok();
            assert!(before == host_state(h), "after jug {verb}:\n{}", host_state(h));
        }
    });
}

#[test]
fn case_05_a_udp_port_is_no_more_published_once_its_jail_has_stopped() {
    on_host(&["nft", "socat"], |h| {
        two(h);
        let tables = || h.sh("nft list tables").ok().out;
        h.jug("jstart a").ok();
        let before = tables();
        h.jug("expose a 5353:53/udp").ok();
        serve(h, "a", &[53]);
        crate::outcome::until("it answers", || from_outside(h, "UDP4:192.0.2.1:5353").contains("a 53"));
        h.jug("jstop a").ok();
        assert_eq!(tables(), before);
        assert_eq!(from_outside(h, "UDP4:192.0.2.1:5353"), "");
        // The port is the host's again.
        h.sh("setsid socat UDP4-RECVFROM:5353,fork 'SYSTEM:read x; echo host' >/dev/null 2>&1 </dev/null &")
            .ok();
        crate::outcome::until("the host answers", || from_outside(h, "UDP4:192.0.2.1:5353").contains("host"));
        h.sh("kill $(busybox pidof socat)");
        h.jug("jremove -y --stop --all").ok();
        h.jug("net-remove -y lan").ok();
    });
}

#[test]
fn case_06_the_second_of_four_mounts_fails_and_none_is_left() {
    on_host(&[], |h| {
        let clean = badly_hooked(h);
        refused(h, &clean, "m $e/data \"$d\"; m $e/nothing \"$s\"", 1, "mnt_start");
        refused(h, &clean, "m $e/data \"$d\"; m $e/nothing \"$s\"; echo a reason >&2; exit 7", 1, "a reason");
        refused(h, &clean, &ALL.replace("$e/system", "$e/nothing"), 1, "mnt_start");
        h.bind("bad", ALL);
    });
}

#[test]
fn case_07_a_hook_that_hangs_is_killed_and_the_start_fails_with_its_code() {
    on_host(&[], |h| {
        let clean = badly_hooked(h);
        refused(h, &clean, "m $e/data \"$d\"; sleep 1000 & sleep 1000", 124, "longer than 2 s");
        let deaf = "m $e/data \"$d\"; trap '' TERM; while :; do sleep 1; done";
        refused(h, &clean, deaf, 124, "longer than 2 s");
        let left: Vec<_> =
            h.processes().into_iter().filter(|p| p.contains("sleep") || p.contains("bad")).collect();
        assert!(left.is_empty(), "{left:?}");
        h.bind("bad", ALL);
    });
}

/// The whole workdir goes elsewhere, and what is relative goes with it.
#[test]
fn case_08_unregistered_copied_to_another_prefix_and_registered() {
    on_host(&[], |h| {
        let (a, b) = h.two_nodes();
        a.jug("jcreate www --base bb --fstab 'tmpfs /mnt tmpfs rw'").ok();
        write(&h.path("a/shared/f"), "shared\n", 0o644);
        a.jug("jset www 'fstab+=%/a/shared /home bind ro'").ok();
        a.jug("junregister --format cbsd www").ok();
        // CBSD's second file, that of this node's own.
        let text = h.sh("cat a/jails-fstab/www/fstab").ok().out;
        assert!(text.contains("CBSDROOT/shared"), "{text}");
        h.sh("sed -n '/shared/p' a/jails-fstab/www/fstab >a/jails-fstab/www/fstab.local && \
              sed -i '/shared/d' a/jails-fstab/www/fstab && rm a/jails-rcconf/www/env.toml a/jails-system/www/env.toml")
            .ok();
        h.sh("for d in data system rcconf fstab; do cp -a a/jails-$d/. b/jails-$d; done; cp -a a/shared b/")
            .ok();
        h.sh("grep -r $PWD/a b/jails-rcconf b/jails-system b/jails-fstab").code(1);
        b.jug("jregister www").code(2).says("--trust");
        b.jug("jregister --trust www").ok();
        b.jug("jget www fstab").ok().says("/mnt").says(&h.str("b/shared"));
        b.jug("jstart www").ok();
        b.jug("jexec www -- sh -c 'grep -c \" /mnt tmpfs\" /proc/mounts; cat /home/f'").ok().is("1\nshared");
        b.jug("jls -H").ok().says(&h.str("b/run/www/root"));
        b.jug("jremove --stop -y www").ok();
        a.jug("jregister --trust www").ok();
        a.jug("jremove -y www").ok();
    });
}

/// Every program that a start runs is made to fail, each time it is run.
#[test]
fn case_09_a_start_fails_whichever_of_its_commands_fails() {
    on_host(&[], |h| {
        h.base();
        h.export("www");
        h.bind("good", ALL);
        h.sh("ip link add d0 type dummy || ip link add d0 type veth peer name d1").ok();
        h.jug(
            "jcreate www --base bb --mnt-start %/good --net alias:d0:192.0.2.1/32 --fstab 'tmpfs /mnt tmpfs rw' \
             --set exec.start=/bin/true",
        )
        .ok();
        // Programs found here are the host's, but for four that count what they do, and fail when it is their turn.
        h.sh("mkdir bin; ln -sf /usr/sbin/* /usr/bin/* bin/").ok();
        for program in ["runc", "ip", "mount", "umount"] {
            let real = h.sh(&format!("command -v {program}")).ok().text().to_string();
            let text = format!(
                "#!/bin/sh\ncd {}\nn=$(($(cat count) + 1))\necho $n >count\n\
                 if [ $n = \"$(cat turn)\" ]; then echo \"{program} $*\" >failed; echo no luck >&2; exit 1; fi\n\
                 exec {real} \"$@\"\n",
                h.dir.display()
            );
            write(&h.path("bin").join(program), &text, 0o755);
        }
        let text = format!("workdir = {:?}\n[programs]\npath = [{:?}]\n", h.work, h.path("bin"));
        write(&h.path("unlucky.toml"), &text, 0o644);
        // The same node.
        h.sh("cp jug.node unlucky.node").ok();
        let clean = h.snapshot();
        let mut failed = Vec::new();
        for turn in 1.. {
            assert!(turn < 100, "there is no end to it: {failed:?}");
            h.sh(&format!("echo 0 >count; echo {turn} >turn; rm -f failed")).ok();
            let out = h.jug("--config %/unlucky.toml jstart www");
            if !h.path("failed").exists() {
                out.ok();
                break;
            }
            failed.push(h.sh("cat failed").ok().text().to_string());
            let what = format!("{} as command {turn}: {out:?}", failed.last().unwrap());
            assert!(out.code == 1 && out.err.contains("jug: "), "{what}");
            assert_eq!((h.state("www").as_str(), mounts(&h.work).len()), ("stopped", 0), "{what}");
            h.same(&clean, &what);
            h.sh("ip -o address show dev d0").ok().says_not("192.0.2.1");
            h.sh("runc --root $PWD/work/run/.oci list -q").ok().is("");
        }
        for command in
            [" list ", " run ", " exec ", "ip -j", "ip address add", "mount --bind", "mount -t tmpfs"]
        {
            assert!(failed.iter().any(|f| f.contains(command)), "{command} was never run: {failed:#?}");
        }
        h.jug("jexec www -- true").ok();
    });
}

#[test]
fn case_10_destroy_with_a_foreign_snapshot_names_it_and_loses_nothing() {
    on_host(&["zfs-fuse"], |h| {
        h.busybox();
        h.zfs();
        h.jug("base-import %/busybox bb").ok();
        h.jug("jcreate www --base bb --mode full --start").ok();
        h.jug("jexec www -- sh -c 'echo kept >/root/f'").ok();
        let lines = "zfs list -H -t filesystem,snapshot -o name -r tank/jug/env; cat work/jails-data/www-data/root/f; \
             ls work/envs work/jails-system/www work/jails-rcconf/www";
        for of in ["www", "www/data", "www/system"] {
            let snapshot = format!("tank/jug/env/{of}@before-upgrade");
            h.sh(&format!("zfs snapshot {snapshot}")).ok();
            let before = h.sh(lines).ok().out;
            h.jug("jremove -y --stop www").code(3).says(&snapshot).says("stopped, but not removed");
            for verb in ["jremove -y www", "jremove -y --promote www", "jremove -y --stop --all"] {
                h.jug(verb).code(5).says(&snapshot).says("jug did not take");
            }
            assert_eq!(h.sh(lines).ok().out, before);
            destroy(h, &snapshot);
            h.jug("jstart www").ok();
            h.jug("jexec www -- cat /root/f").ok().is("kept");
        }
        h.jug("jremove -y --stop www").ok();
    });
}
