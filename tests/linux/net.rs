//! Networks for real: bridges, veth pairs, namespaces, and what is reached from inside.

use crate::crash::killed;
use crate::outcome::{until, wait};
use crate::support::{Host, mounts, on_host};
use std::collections::BTreeSet;

/// Every interface of the host's with its note, and every namespace.
fn links(h: &Host) -> String {
    h.sh("ip -o link | sed 's/^[0-9]*: //; s/ mtu.*alias/ alias/; s/ mtu.*//'; ip netns list | sort").ok().out
}

/// Whether one environment reaches an address.
pub fn reaches(h: &Host, name: &str, address: &str) -> bool {
    let six = if address.contains(':') { "-6" } else { "-4" };
    h.jug(&format!("jexec {name} -- ping {six} -c 1 -W 2 {address}")).code == 0
}

fn addresses(h: &Host, name: &str) -> Vec<String> {
    h.jug(&format!("jget {name} net")).ok().out.lines().map(str::to_string).collect()
}

#[test]
fn two_on_one_network() {
    on_host(&[], |h| {
        h.base();
        // What is the administrator's stays as it is, whatever it is called.
        h.sh("ip link add jug1x type veth peer name jug-9999 && ip link set jug-9999 alias 'jug:mine' && ip link add br0 type bridge").ok();
        let before = links(h);
        h.jug("net-create lan --subnet 10.10.0.0/24,fd00:10::/64 --domain lan.test").ok();
        h.jug("net-create wan --subnet 10.20.0.0/24").ok();
        assert_eq!(links(h), before, "a network is made when it is used");
        for name in ["a", "b"] {
            h.jug(&format!("jcreate {name} --base bb --net lan --net wan --set allow.raw_sockets=true")).ok();
        }
        h.jug("jstart a b").ok();
        assert_eq!(addresses(h, "b")[0], "lan:10.10.0.3+fd00:10::3,unit=1004");
        for to in ["10.10.0.3", "10.10.0.1", "fd00:10::3", "fd00:10::1", "10.20.0.3", "10.20.0.1"] {
            assert!(reaches(h, "a", to), "{to}");
        }
        h.sh("busybox ping -c 1 -W 2 10.10.0.2").ok();
        // By name, as its hosts has it; and its own files below that are as they were.
        h.jug("jexec a -- ping -c 1 -W 2 b.lan.test").ok();
        h.jug("jexec a -- cat /etc/hosts").ok().says("10.10.0.2\ta.lan.test a").says("127.0.0.1\tlocalhost");
        h.jug("jexec a -- ip route").ok().says("default via 10.10.0.1 dev eth0");
        h.jug("jexec a -- ip -6 route").ok().says("default via fd00:10::1 dev eth0");
        // No other stack's interfaces are seen from inside.
        let inside = h.jug("jexec a -- ip -o link").ok().out;
        assert_eq!(inside.lines().count(), 3, "{inside}");
        h.jug("net-check --all").ok().says_not("wrong");
        h.jug("doctor").ok().says("all is well");
        let shown = h.jug("--json net-show lan").ok().json();
        assert_eq!(shown["networks"][0]["members"][1]["addresses"][1], "fd00:10::3", "{shown}");
        let listed = h.jug("--json net-ls").ok().json();
        assert_eq!(listed["networks"][1]["members"].as_array().unwrap().len(), 2, "{listed}");
        // The MAC address is the same after a restart, and so is everything else.
        let mac = |name: &str| h.jug(&format!("jexec {name} -- cat /sys/class/net/eth0/address")).out;
        let was = (h.jug("jexec a -- ip -o link show eth0").ok().out, mac("a"));
        h.jug("jrestart a").ok();
        let line = |l: &str| l.split("link/ether").nth(1).unwrap_or_default().to_string();
        assert_eq!(line(&h.jug("jexec a -- ip -o link show eth0").ok().out), line(&was.0));
        h.jug("net-remove -y lan").code(6).says("have cards on it: a, b");
        h.jug("net-set lan mtu=1400").code(6).says("another mtu: a, b");
        h.jug("net-set lan domain=other.test").ok().says("waiting for a restart of a, b");
        h.jug("jremove -y --stop a b").ok();
        h.jug("net-remove -y lan wan").ok();
        assert_eq!(links(h), before, "something is left");
    });
}

#[test]
fn two_at_once_never_get_one_address() {
    on_host(&[], |h| {
        h.base();
        h.jug("net-create lan --subnet 10.10.0.0/24").ok();
        let mut children: Vec<_> = (0..8)
            .map(|i| h.spawn(&format!("jcreate e{i} f{i} --base bb --net lan --net lan --start")))
            .collect();
        for c in &mut children {
            assert_eq!(wait(c, 60), Some(0));
        }
        let (mut units, mut given) = (BTreeSet::new(), BTreeSet::new());
        for i in 0..8 {
            for nic in [addresses(h, &format!("e{i}")), addresses(h, &format!("f{i}"))].concat() {
                let (address, unit) = nic.split_once(",unit=").unwrap();
                assert!(given.insert(address.to_string()) && units.insert(unit.to_string()), "{nic}");
            }
        }
        assert_eq!((units.len(), given.len()), (32, 32));
        h.jug("doctor").ok();
        h.jug("jstop --all").ok();
        // A start waits for another that makes the bridge, and that is no failure.
        h.sh("ip link del jugbr1000 && (flock work/lock/network.lan sleep 2 >/dev/null 2>&1 &)").ok();
        h.jug("jstart e0").ok();
        h.jug("log").ok().says("net-up").says_not("failed");
        h.jug("jremove -y --stop --all").ok();
        assert_eq!(h.sh("ip netns list; ip -o link | grep -c 'jug1'").out.trim(), "0");
        // One that is under way keeps its address, though it is not registered yet.
        crate::support::write(&h.path("slow"), "#!/bin/sh\nsleep 2\n", 0o755);
        let mut slow = h.spawn("jcreate slow --base bb --net lan --hook created=%/slow");
        until("it is under way", || h.path("work/journal/slow.jsonl").exists());
        h.jug("jcreate quick --base bb --net lan").ok();
        assert_eq!(wait(&mut slow, 30), Some(0));
        assert_ne!(addresses(h, "slow"), addresses(h, "quick"));
    });
}

#[test]
fn hostile() {
    on_host(&[], |h| {
        h.base();
        h.sh("ip link add u0 type veth peer name u1 && ip address add 192.0.2.1/24 dev u1").ok();
        let long = "n".repeat(63);
        h.jug("net-create lan --subnet 10.10.0.0/24,fd00::/64").ok();
        for (what, code) in [
            ("net-create lan --subnet 10.11.0.0/24", 5),
            ("net-create x --subnet 10.10.0.0/16", 5),
            ("net-create x --subnet fd00::/80", 5),
            ("net-create x --subnet 192.0.2.128/25", 5),
            ("net-create x --subnet 10.11.0.0/31", 2),
            ("net-create x --subnet 10.11.0.5/24", 2),
            ("net-create x --subnet 127.0.0.0/8", 2),
            ("net-create x --subnet 10.11.0.0/24 --gateway 10.12.0.1", 2),
            ("net-create x --subnet 10.11.0.0/24 --gateway 10.11.0.255", 2),
            ("net-create x --subnet 10.11.0.0/24 --isolated --uplink u1", 2),
            ("net-create x --subnet 10.11.0.0/24 --isolated --nat auto", 2),
            ("net-create x --subnet 10.11.0.0/24 --dhcp", 2),
            ("net-create x --subnet 10.11.0.0/24 --mtu 60", 2),
            ("net-create x --subnet 10.11.0.0/24 --vlan 5", 2),
            ("net-create x --subnet 10.11.0.0/24 --vlan 5000 --parent u1", 2),
            ("net-create x", 2),
            ("net-create x --dhcp --uplink u1", 5),
            ("net-create x --dhcp --uplink nosuch0", 7),
            // ip(8) makes no such names, others do.
            ("net-create x --dhcp --uplink 'a b'", 7),
            ("net-create x --dhcp --uplink 'a/b'", 2),
            ("net-create none --subnet 10.11.0.0/24", 2),
            ("net-create 12 --subnet 10.11.0.0/24", 2),
            ("net-create ../x --subnet 10.11.0.0/24", 2),
            ("net-create x --subnet 10.11.0.0/24 --nat auto", 7),
            ("jcreate w --base bb --net lam", 4),
            ("jcreate w --base bb --net lan:10.11.0.1", 2),
            ("jcreate w --base bb --net lan:10.10.0.1", 5),
            ("jcreate w --base bb --net lan:10.10.0.255", 2),
            ("jcreate w --base bb --net lan:10.10.0.0", 2),
            ("jcreate w --base bb --net lan --net none", 2),
            ("jcreate w --base bb --net lan --net 'alias:u1:192.0.2.9'", 2),
            ("jcreate w --base bb --net lan:dhcp", 2),
            ("jcreate w --base bb --net lan,mac=01:00:00:00:00:00", 2),
            ("net-show nosuch", 4),
            ("net-remove -y nosuch", 4),
            ("net-set lan gateway=10.10.0.300", 2),
            ("net-set lan unit=7", 2),
            ("net-check", 2),
        ] {
            let out = h.jug(what).code(code);
            assert!(!out.err.is_empty(), "{what}: {out:?}");
        }
        h.jug("-H net-ls").ok().says("lan\tdown");
        h.jug(&format!("net-create {long} --uplink u0 --dhcp")).ok();
        h.jug(&format!("jcreate {long} --base bb --net {long} --net lan --start")).ok();
        h.sh("ip -o link show dev u0").ok().says("master jugbr");
        h.jug(&format!("jexec {long} -- ip -o link")).ok().says("eth0").says("eth1");
        h.jug("jcreate w --base bb --net lan:10.10.0.2").code(5).says(&format!("{long}'s"));
        h.jug("net-set lan subnets=10.50.0.0/24").code(6).says("10.10.0.2");
        // A bridge or a card's name that somebody else has is left alone, and named.
        h.jug("net-create third --subnet 10.30.0.0/24").ok();
        h.jug("jcreate w --base bb --net third").ok();
        let shown = h.jug("--json net-show third").ok().json();
        let (bridge, end) = (
            shown["networks"][0]["bridge"].as_str().unwrap().to_string(),
            shown["networks"][0]["members"][0]["interface"].as_str().unwrap().to_string(),
        );
        for name in [&bridge, &end] {
            h.sh(&format!("ip link add {name} type bridge && ip link set {name} alias mine")).ok();
            h.jug("jstart w").code(5).says(name);
            h.jug("doctor --fix");
            h.sh(&format!("ip -o link show {name}")).ok().says("mine");
            h.jug("net-check third").says("third");
            h.sh(&format!("ip link del {name}")).ok();
        }
        h.jug("jstart w").ok();
        h.jug("jremove -y --stop --all").ok();
        h.jug(&format!("net-remove -y third lan {long}")).ok();
        h.sh("ip -o link show dev u0").ok().says_not("master");
    });
}

/// What goes without jug is cleared away by the next start, a stop, or doctor.
#[test]
fn left_behind() {
    on_host(&[], |h| {
        h.base();
        h.sh("ip link add mine type bridge && ip link set mine alias jug:none").ok();
        h.jug("net-create lan --subnet 10.10.0.0/24").ok();
        h.jug("jcreate a --base bb --net lan --set allow.raw_sockets=true --start").ok();
        let kill = || {
            h.sh(
                "kill -9 $(runc --root work/run/.oci list -f json | grep -o '\"pid\":[0-9]*' | cut -d: -f2)",
            )
            .ok();
            until("it is dead", || h.state("a") == "stopped");
        };
        kill();
        h.jug("jstart a").ok();
        assert!(reaches(h, "a", "10.10.0.1"));
        kill();
        h.jug("jstop a").ok();
        assert_eq!(h.sh("ip netns list; ip -o link | grep -c 'jug1'").out.trim(), "0");
        // All of it, and what jug noted as well.
        h.jug("jstart a").ok();
        kill();
        h.sh("runc --root work/run/.oci delete --force a; umount -R work/run/a/root; rm -rf work/run/a").ok();
        h.jug("doctor").code(3).says("orphan").says_not("mine");
        h.jug("doctor --fix").ok();
        h.jug("doctor").ok();
        h.jug("jstart a").ok();
        // As after a reboot: no bridge, no namespaces, nothing.
        kill();
        h.sh("for i in $(ip -o link | grep -o 'jug[a-z]*1[0-9]*' | sort -u); do ip link del $i; done; ip -all netns delete").ok();
        h.jug("jstart a").ok();
        assert!(reaches(h, "a", "10.10.0.1"));
        h.sh("ip -o link show mine").ok();
    });
}

/// Another workdir's bridges are its own, though nothing of it runs.
#[test]
fn another_workdirs_bridge() {
    on_host(&[], |h| {
        let (a, b) = h.two_nodes_on_one_storage();
        a.jug("net-create lan --subnet 10.10.0.0/24").ok();
        a.jug("jcreate w --base bb --net lan --start").ok();
        a.jug("jstop w").ok();
        let line = "ip link delete dev jugbr1000";
        b.jug("doctor --fix").ok().says("a network that this workdir does not know").says(line);
        h.sh("ip link show jugbr1000").ok();
        a.jug("doctor").ok().says("all is well");
        h.sh(line).ok();
    });
}

/// Another node gives what comes to it numbers of its own, and says what is missing.
#[test]
fn moved_to_another_node() {
    on_host(&[], |h| {
        let (a, b) = h.two_nodes_on_one_storage();
        a.jug("net-create lan --subnet 10.10.0.0/24").ok();
        a.jug("net-create first --subnet 10.20.0.0/24").ok();
        a.jug("jcreate w --base bb --net lan:10.10.0.9 --net first").ok();
        let copy = std::fs::read_to_string(a.path("jails-rcconf/w/env.toml")).unwrap();
        assert!(copy.contains("lan:10.10.0.9\"") && !copy.contains("unit"), "{copy}");
        a.jug("junregister w").ok();
        b.jug("jregister w").code(4).says("network lan: there is no such network");
        b.jug("net-create first --subnet 10.20.0.0/24").ok();
        b.jug("net-create lan --subnet 10.99.0.0/24").ok();
        b.jug("jregister w").code(2).says("10.10.0.9 is not in 10.99.0.0/24");
        b.jug("net-set lan subnets=10.10.0.0/24").ok();
        b.jug("jregister w").ok();
        b.jug("jget w net").ok().says("lan:10.10.0.9,unit=");
        b.jug("jclone w w2").ok();
        b.jug("jget w2 net").ok().says("lan:10.10.0.2,unit=").says("first:10.20.0.3,unit=");
    });
}

/// Killed at every third line of the journal, of a start with the networks' own coming up and of a stop: what comes
/// next leaves no interface, no namespace and no line in its files.
#[test]
fn killed_anywhere() {
    on_host(&["strace"], |h| {
        h.base();
        for net in ["lan --subnet 10.10.0.0/24", "san --subnet 10.66.0.0/24 --isolated --private"] {
            h.jug(&format!("net-create {net}")).ok();
        }
        h.jug("jcreate w --base bb --net lan --net san --set allow.raw_sockets=true").ok();
        let before = std::fs::read_to_string(h.path("work/jails-data/w-data/etc/hosts")).unwrap();
        let bridges = || h.sh("ip -o link | grep -c 'jugbr'").out.trim().to_string();
        let clean = |what: &str| {
            assert_eq!(h.sh("ip netns list; ip -o link | grep -c 'jug1'").out.trim(), "0", "{what}");
            assert_eq!(mounts(&h.work), Vec::<String>::new(), "{what}");
            let hosts = std::fs::read_to_string(h.path("work/jails-data/w-data/etc/hosts")).unwrap();
            assert_eq!(hosts, before, "{what}");
        };
        let mut n = 1;
        loop {
            if n % 2 == 0 {
                h.sh("for i in $(ip -o link | grep -o 'jugbr1[0-9]*' | sort -u); do ip link del $i; done")
                    .ok();
            }
            if !killed(h, "jstart w", "fdatasync", n) {
                break;
            }
            let what = format!("killed at {n}");
            match n % 3 {
                0 => {
                    h.jug("jstart w").ok();
                    assert!(reaches(h, "w", "10.10.0.1") && reaches(h, "w", "10.66.0.1"), "{what}");
                    assert_eq!(bridges(), "2", "{what}");
                    h.jug("net-check --all").ok();
                }
                1 => drop(h.jug("doctor --fix").ok()),
                _ => {}
            }
            h.jug("jstop w").ok();
            clean(&what);
            n += 3;
        }
        assert!(n > 60, "only {n} points to die at");
        h.jug("jstop w").ok();
        let mut n = 1;
        loop {
            h.jug("jstart w").ok();
            if !killed(h, "jstop w", "fdatasync", n) {
                break;
            }
            h.jug(if n % 2 == 0 { "jstop w" } else { "doctor --fix" }).ok();
            h.jug("jstop w").ok();
            clean(&format!("stop killed at {n}"));
            n += 3;
        }
        clean("after all");
        h.jug("jremove -y w").ok();
        h.jug("net-remove -y lan san").ok();
        assert_eq!(bridges(), "0");
    });
}

/// Without the right to change networks it says so, and nothing is left.
#[test]
fn without_the_right_to() {
    on_host(&[], |h| {
        h.base();
        h.jug("net-create lan --subnet 10.10.0.0/24").ok();
        h.jug("jcreate a --base bb --net lan").ok();
        let jug = h.jug_command("jstart a");
        let program = jug.get_program().to_str().unwrap();
        let line = format!(
            "JUG_CONFIG=$PWD/jug.toml setpriv --inh-caps -net_admin --bounding-set -net_admin {program} jstart a"
        );
        h.sh(&line).code(7).says("CAP_NET_ADMIN");
        assert_eq!(h.sh("ip netns list; ip -o link | grep -c jug").out.trim(), "0");
        h.jug("jstart a").ok();
        h.sh(&line.replace("jstart", "jstop")).code(3).says("not permitted");
        h.jug("jstop a").ok();
        h.jug("jremove -y a").ok();
        h.jug("net-remove -y lan").ok();
    });
}
