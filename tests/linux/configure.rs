//! Settings, networks, mounts, hooks of running jails.

use crate::support::{mounts, on_host, write};

#[test]
fn set_get_and_show() {
    on_host(&[], |h| {
        h.base();
        h.jug("jcreate www --base bb --start --set host.hostname=www.example.org --tag a").ok();
        h.jug("jexec www -- hostname").ok().is("www.example.org");
        let file = h.path("work/envs/www.toml");
        let text = std::fs::read_to_string(&file).unwrap();
        write(&file, &format!("# mine\n{}\n# the end\n", text.replace("mode =", "  mode  =")), 0o644);
        h.jug("jset www boot.order=5 tags+=web").ok().says("changed");
        h.jug("jset www boot.order=5").ok().says("unchanged");
        let text = std::fs::read_to_string(&file).unwrap();
        assert!(
            text.starts_with("# mine\n") && text.contains("  mode  =") && text.contains("# the end"),
            "{text}"
        );
        h.jug("jget www tags").ok().is("a\nweb");
        h.jug("jget www boot.order").ok().is("5");
        h.jug("jget www host.hostname").ok().is("www.example.org");
        h.jug("jget www allow.raw_sockets").ok().is("false");
        h.jug("jset www boot.ordr=5").code(2).says("boot.order");
        h.jug("jget www secureleval").code(2).says("securelevel");
        h.jug("jset www securelevel=99").code(2);
        h.jug("jset www mode=full").code(2).says("chosen at creation");
        h.jug("jset www tags=../x").code(2);
        h.jug("jset www net=none,inherit").code(2);
        assert_eq!(std::fs::read_to_string(&file).unwrap(), text);
        h.jug("jset www allow.raw_sockets=true").ok().says("waiting for a restart: allow.raw_sockets");
        h.jug("jshow www --pending").ok().says("allow.raw_sockets");
        h.jug("jls").ok().says("running*");
        h.jug("jrestart www").ok();
        h.jug("jshow www --pending -H").ok().is("");
        h.jug("jshow www").ok().says("stop_timeout = 60").says("raw_sockets = true");
        h.sh("cat work/jails-rcconf/www/env.toml").ok().says("raw_sockets = true");
        h.jug("jset www boot.order=").ok();
        h.jug("jget www boot.order").ok().is("10");
        // A file that an editor broke says where, and nothing else suffers.
        h.jug("jcreate other --base bb").ok();
        write(&file, &text.replace("[boot]", "secureleval = 1\n[boot]"), 0o644);
        h.jug("jset www boot.order=7").code(2).says("www.toml:").says("securelevel");
        h.jug("config-check").code(2).says("www.toml:");
        assert_eq!(h.state("www"), "broken");
        h.jug("jstart other").ok();
        write(&file, &text, 0o644);
        assert_eq!(h.state("www"), "running");
        h.jug("config-check %/work/envs/www.toml").ok();
        h.jug("config-check %/jug.toml").ok();
        write(&h.path("bad.toml"), "workdri = \"/x\"\n", 0o644);
        h.jug("config-check %/bad.toml").code(2).says("bad.toml:1:1").says("workdir");
        h.jug("--config %/bad.toml jls").code(2);
    });
}

#[test]
fn addresses_come_and_go() {
    on_host(&[], |h| {
        h.base();
        h.sh("ip link add d0 type dummy || ip link add d0 type veth peer name d1; ip link set d0 up").ok();
        let has = |a: &str| h.sh("ip -o address show dev d0").ok().out.contains(&format!(" {a}"));
        h.jug("jcreate jname=www ver=bb ip4_addr=192.0.2.10/32,2001:db8::10/128 interface=d0 astart=1").ok();
        assert!(!has("192.0.2.10"));
        h.jug("jls -H www").ok().says("192.0.2.10,2001:db8::10");
        h.jug("jstart www").ok();
        assert!(has("192.0.2.10/32") && has("2001:db8::10/128"));
        h.jug("jcreate two --base bb --net alias:d0:192.0.2.10/32").ok();
        for (net, says) in [("d7:192.0.2.11/32", "no interface d7"), ("lo:192.0.2.10/32", "192.0.2.10 is ")] {
            let refused = h.jug(&format!("jcreate far --base bb --net alias:{net} --start")).says(says);
            assert!([3, 5, 7].contains(&refused.code), "{refused:?}");
            assert_ne!(h.state("far"), "running");
            if h.state("far") != "gone" {
                h.jug("jremove -y far").ok();
            }
        }
        // Changed meanwhile: what was added is taken away.
        h.jug("jset www net=alias:d0:192.0.2.12/24").ok().says("waiting for a restart: net");
        h.jug("jstop www").ok();
        assert!(!has("192.0.2.10") && !has("2001:db8::10"));
        // The administrator's own stays.
        h.sh("ip address add 192.0.2.12/24 dev d0").ok();
        h.jug("jstart www").ok();
        h.jug("jstop www").ok();
        assert!(has("192.0.2.12/24"));
        h.jug("jset www net=alias:d0:192.0.2.13/32 exec.start=/bin/false").ok();
        h.jug("jstart www").code(1);
        assert!(!has("192.0.2.13"), "an address is left after a start that failed");
        h.jug("jset two net=none").ok();
        h.jug("jstart two").ok();
        h.jug("jexec two -- sh -c 'ls /sys/class/net; grep -c : /proc/net/dev'").says_not("d0");
        h.sh("ip link del d0").ok();
    });
}

#[test]
fn extra_mounts() {
    on_host(&[], |h| {
        h.base();
        write(&h.path("share/a dir/f"), "shared\n", 0o644);
        h.jug(r"jcreate www --base bb --fstab '%/share/a\040dir /mnt/s nullfs ro' --fstab 'tmpfs /root/t tmpfs size=1m'")
            .ok();
        h.jug("jstart www").code(1).says("/mnt/s");
        assert_eq!(mounts(&h.work), Vec::<String>::new());
        h.jug(
            r"jset www 'fstab-=%/share/a\040dir /mnt/s nullfs ro' 'fstab+=%/share/a\040dir /mnt nullfs ro'",
        )
        .ok();
        h.jug(r"jset www 'fstab+=%/share /var/deep/er bind rw'").ok();
        h.jug("jstart www").ok();
        h.jug("jexec www -- cat /mnt/f").ok().is("shared");
        h.jug("jexec www -- sh -c ': >/mnt/f'").code(1).says("Read-only");
        h.jug(
            "jexec www -- sh -c 'echo hi >/var/deep/er/new; dd if=/dev/zero of=/root/t/x bs=1k count=2000'",
        )
        .code(1)
        .says("No space");
        assert!(h.path("share/new").exists());
        h.jug("jstop www").ok();
        assert!(h.path("share/new").exists() && !h.path("work/jails-data/www-data/root/t/x").exists());
        h.jug("jset www 'fstab+=%/gone /root/g bind rw'").ok();
        h.jug("jstart www").code(4).says("gone");
        for bad in ["/ /x bind", "%/share / bind", "%/share /../x bind", "%/share /x zfs", "rel /x bind"] {
            h.jug(&format!("jset www 'fstab+={bad}'")).code(2);
        }
    });
}

#[test]
fn hooks_at_every_point() {
    on_host(&[], |h| {
        h.base();
        let log = h.str("hooks.log");
        write(
            &h.path("hook"),
            &format!(
                "#!/bin/sh\necho \"$1 $2 $JUG_POINT $JUG_NAME $(test -d $JUG_DATA && echo data)\" >>{log}\n"
            ),
            0o755,
        );
        let hooks: Vec<String> = ["created", "prestart", "poststart", "prestop", "poststop", "removed"]
            .iter()
            .map(|p| format!("--hook {p}=%/hook"))
            .collect();
        write(&h.path("work/hooks.d/prestart/20-b"), &format!("#!/bin/sh\necho node-b >>{log}\n"), 0o755);
        write(&h.path("work/hooks.d/prestart/10-a"), &format!("#!/bin/sh\necho node-a >>{log}\n"), 0o755);
        h.jug(&format!("jcreate www --base bb {}", hooks.join(" "))).ok();
        h.jug("jstart www").ok();
        h.jug("jstop www").ok();
        h.jug("jremove -y www").ok();
        let expected = "created www created www data\nprestart www prestart www data\nnode-a\nnode-b\n\
             poststart www poststart www data\nprestop www prestop www data\npoststop www poststop www data\n\
             removed www removed www \n";
        assert_eq!(std::fs::read_to_string(&log).unwrap(), expected);
        // Before the start a failure ends it, afterwards it is a warning.
        write(&h.path("fails"), "#!/bin/sh\necho because >&2\nexit 3\n", 0o755);
        h.jug("jcreate no --base bb --hook created=%/fails").code(1).says("because");
        assert_eq!(h.state("no"), "gone");
        h.jug("jcreate www --base bb --hook poststart=%/fails --hook poststop=%/fails").ok();
        h.jug("jstart www").ok().says("warning").says("because");
        h.jug("jstop www").ok().says("because");
        h.jug("jset www 'hooks.prestart+=%/fails'").ok();
        h.jug("jstart www").code(1).says("because");
        assert_eq!((mounts(&h.work).len(), h.state("www").as_str()), (0, "stopped"));
        h.sh("rm -r work/hooks.d/prestart").ok();
    });
}
