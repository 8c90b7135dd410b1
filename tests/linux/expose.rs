//! Published ports and NAT for real: a network namespace of the test's plays the outside.

use crate::crash::killed;
use crate::outcome::{Out, until};
use crate::support::{Host, on_host};

/// What every test here needs beside the usual.
const NEEDS: [&str; 2] = ["nft", "socat"];
/// The administrator's own rules: no counters, which would change by themselves.
const MINE: &str = "table inet mine { set s { type ipv4_addr; elements = { 198.51.100.1 } }; chain forward { type filter hook forward priority 5; policy accept; ip saddr @s drop; }; chain dstnat { type nat hook prerouting priority -90; tcp dport 4444 dnat ip to 198.51.100.2:44; }; }";

/// The host has 192.0.2.1, 192.0.2.2 and 2001:db8::1; the outside 192.0.2.9, 192.0.2.10 and 2001:db8::9, and no route to
/// what is behind the host.
pub fn outside(h: &Host) {
    h.sh("set -e; ip netns add out; ip link add ext type veth peer name eth0 netns out; \
          for a in 192.0.2.1/24 192.0.2.2/24; do ip address add $a dev ext; done; \
          ip address add 2001:db8::1/64 dev ext nodad; ip link set ext up; \
          for a in 192.0.2.9/24 192.0.2.10/24; do ip -n out address add $a dev eth0; done; \
          ip -n out address add 2001:db8::9/64 dev eth0 nodad; ip -n out link set eth0 up; ip -n out link set lo up; \
          echo 1 >/proc/sys/net/ipv4/ip_forward; echo 1 >/proc/sys/net/ipv6/conf/all/forwarding")
        .ok();
    h.sh(&format!("nft '{MINE}'")).ok();
}

/// A server that says its name and who asks, over both protocols on these ports.
pub fn serve(h: &Host, name: &str, ports: &[u16]) {
    for port in ports {
        for what in [format!("TCP6-LISTEN:{port},fork,reuseaddr"), format!("UDP6-RECVFROM:{port},fork")] {
            let line = format!(
                "setsid socat {what} 'SYSTEM:read x; echo {name} {port} $SOCAT_PEERADDR' >/dev/null 2>&1 </dev/null &"
            );
            h.jug(&format!("jexec {name} -- sh -c {}", shlex::try_quote(&line).unwrap())).ok();
        }
    }
    let listening = || h.jug(&format!("jexec {name} -- sh -c 'cat /proc/net/tcp6 /proc/net/udp6'")).out;
    for port in ports {
        until("it listens", || listening().matches(&format!(":{port:04X} ")).count() >= 2);
    }
}

/// socat says of one that came over IPv4 to a socket of IPv6 what it is there.
fn plain(said: &str) -> String {
    let mapped = "[0000:0000:0000:0000:0000:ffff:c000:02";
    ["01", "02", "09"].iter().fold(said.to_string(), |t, n| {
        t.replace(&format!("{mapped}{n}]"), &format!("192.0.2.{}", n.trim_start_matches('0')))
    })
}

/// What a connection is told.
fn ask(h: &Host, prefix: &str, to: &str) -> Out {
    let wait = if to.starts_with("TCP") { ",connect-timeout=2" } else { "" };
    h.sh(&format!("echo x | {prefix} socat -t1 -T2 - {to}{wait}"))
}

/// A packet of UDP may be lost, and on a machine with much to do an answer be late.
#[track_caller]
fn answered(h: &Host, prefix: &str, to: &str, answer: &str) {
    until(&format!("{answer:?} from {to}"), || plain(&ask(h, prefix, to).out).contains(answer));
}

pub fn from_outside(h: &Host, to: &str) -> String {
    plain(&ask(h, "ip netns exec out", to).out)
}

fn tables(h: &Host) -> String {
    h.sh("nft list tables").ok().out
}

fn mine(h: &Host) -> String {
    h.sh("nft list table inet mine").ok().out
}

/// Two jails on a network with NAT; `a` answers on 80, 53 and 9000 to 9002.
pub fn two(h: &Host) {
    outside(h);
    h.base();
    h.jug("base-import host").ok();
    h.jug("net-create lan --subnet 10.10.0.0/24,fd00:10::/64 --nat auto").ok();
    for name in ["a", "b"] {
        h.jug(&format!("jcreate {name} --base host --net lan")).ok();
    }
}

#[test]
fn reached_from_outside() {
    on_host(&NEEDS, |h| {
        two(h);
        let before = (mine(h), tables(h));
        h.jug("expose a 8080:80 53:53/both 8000-8002:9000-9002").ok();
        h.jug("expose a 8443:80 --on 192.0.2.2 --from 192.0.2.9,2001:db8::/32").ok();
        assert_eq!(tables(h), before.1, "what does not run has no rules");
        h.jug("jstart a b").ok();
        serve(h, "a", &[80, 53, 9000, 9001, 9002]);
        for (to, answer) in [
            ("TCP:192.0.2.1:8080", "a 80 192.0.2.9"),
            ("TCP6:[2001:db8::1]:8080", "a 80 "),
            ("TCP:192.0.2.2:8443", "a 80 192.0.2.9"),
            ("TCP:192.0.2.1:53", "a 53"),
            ("UDP:192.0.2.1:53", "a 53"),
            ("UDP6:[2001:db8::1]:53", "a 53"),
            ("TCP:192.0.2.1:8000", "a 9000"),
            ("TCP:192.0.2.1:8002", "a 9002"),
            ("TCP6:[2001:db8::1]:8001", "a 9001"),
        ] {
            answered(h, "ip netns exec out", to, answer);
        }
        // Another address of the host's, another one outside, another port or protocol: nothing.
        for to in [
            "TCP:192.0.2.1:8443",
            "TCP:192.0.2.2:8443,bind=192.0.2.10",
            "TCP:192.0.2.1:8003",
            "UDP:192.0.2.1:8080",
        ] {
            assert_eq!(from_outside(h, to), "", "{to}");
        }
        // The neighbour, the host and it itself come through the host's address as well.
        let inside =
            |name: &str| format!("ip netns exec jug-{}", h.jug(&format!("jget {name} uuid")).ok().text());
        for (prefix, bridged) in [(String::new(), 0), (inside("b"), 0), (inside("a"), 0), (inside("a"), 1)] {
            // Where there is br_netfilter, bridges ask the packet filter too, unless this switch says no.
            h.sh(&format!("cd /proc/sys/net/bridge && for i in ip ip6; do echo {bridged} >bridge-nf-call-${{i}}tables; done"));
            for to in ["TCP:192.0.2.1:8080", "TCP6:[2001:db8::1]:8080", "UDP:192.0.2.1:53"] {
                answered(h, &prefix, to, "a ");
            }
        }
        // What goes out has the host's address.
        h.sh("ip netns exec out setsid socat TCP6-LISTEN:7000,fork,reuseaddr 'SYSTEM:echo $SOCAT_PEERADDR' >/dev/null 2>&1 </dev/null &").ok();
        until("the outside listens", || h.sh("ip netns exec out cat /proc/net/tcp6").out.contains(":1B58 "));
        for (to, who) in [
            ("TCP:192.0.2.9:7000", "192.0.2.1"),
            ("TCP6:[2001:db8::9]:7000", "2001:0db8:0000:0000:0000:0000:0000:0001"),
        ] {
            let said = plain(&h.jug(&format!("jexec a -- socat -T2 - {to}")).out);
            assert!(said.contains(who), "{to}: {said}");
        }
        assert_eq!(mine(h), before.0, "the administrator's own rules");
        // Live: one goes, one comes, and what is connected elsewhere stays.
        h.jug("unexpose a 8080").ok();
        assert_eq!(from_outside(h, "TCP:192.0.2.1:8080"), "");
        h.jug("jset a expose+=8081:80").ok().says("set").says_not("restart");
        answered(h, "ip netns exec out", "TCP:192.0.2.1:8081", "a 80");
        h.jug("unexpose a --all").ok();
        assert_eq!(from_outside(h, "TCP:192.0.2.1:8081"), "");
        assert!(!tables(h).contains("jug_e_") && !h.path("work/run/a/rules").exists());
        h.jug("expose a 8080:80").ok();
        h.jug("jstop a").ok();
        assert!(!tables(h).contains("jug_e_"));
        h.jug("jstart a").ok();
        h.jug("jremove -y --stop a b").ok();
        h.jug("net-remove -y lan").ok();
        h.sh("kill $(ip netns pids out)");
        assert_eq!((mine(h), tables(h)), before, "something is left");
        assert_eq!(h.sh("ls -A work/run/.networks").ok().text(), "");
    });
}

#[test]
fn what_is_taken_is_refused() {
    on_host(&NEEDS, |h| {
        two(h);
        let before = tables(h);
        h.sh("setsid socat TCP-LISTEN:9999,fork /dev/null >/dev/null 2>&1 </dev/null & setsid socat UDP-RECV:9998,bind=127.0.0.1 /dev/null >/dev/null 2>&1 </dev/null &").ok();
        until("it listens", || h.sh("cat /proc/net/tcp /proc/net/udp").out.matches(":270").count() >= 1);
        h.jug("expose a 8080:80").ok();
        for (what, code, says) in [
            ("expose b 8080:81", 5, "published by a"),
            ("expose b 8000-9000:8000-9000", 5, "published by a"),
            ("jset b expose=8080:81/both", 5, "published by a"),
            ("jcreate c --base host --net lan --set expose=8080:1", 5, "published by a"),
            ("expose b 9999:80", 5, "socat, process"),
            ("expose b 9990-9999:80-89", 5, "socat, process"),
            ("expose b 9999:80 --on 192.0.2.2", 5, "socat, process"),
            ("expose b 0:80", 2, "no port"),
            ("expose b 65536:80", 2, "no port"),
            ("expose b 90-80:90-80", 2, "backwards"),
            ("expose b 80-90:80-91", 2, "as many"),
            ("expose b 81:80 --on 127.0.0.1", 2, "nobody outside"),
            ("expose b 81:80 --from x", 2, "no network"),
            ("expose nosuch 81:80", 4, "nosuch"),
            ("expose b", 2, "PORT"),
            ("unexpose b 8080", 4, "does not publish"),
            ("unexpose b", 2, "PORT"),
            ("jset b net=none expose=81:80", 2, "a card on a network"),
            ("jcreate d --base host --set expose=81:80", 2, "a card on a network"),
        ] {
            h.jug(what).code(code).says(says);
        }
        // Another address, another protocol; what listens for the host itself alone is none of the outside's.
        h.jug("expose b 9999:80/udp 9998:80/udp").ok();
        h.jug("expose b 8082:80 --on 192.0.2.2").ok();
        h.jug("expose b 8082:80 --on 192.0.2.2").ok().says("unchanged");
        h.jug("expose a 8082:80 --on 192.0.2.1").ok();
        // Somebody took it since.
        h.sh("setsid socat TCP-LISTEN:8082,bind=192.0.2.2,fork /dev/null >/dev/null 2>&1 </dev/null &").ok();
        until("it listens", || h.sh("cat /proc/net/tcp").out.contains(":1F92 "));
        h.jug("jstart b").code(5).says("8082").says("socat");
        h.jug("jstart a").ok();
        assert!(h.sh("ip netns list").out.lines().count() == 2, "b left its namespace");
        // A dead end and a LAN publish nothing.
        h.jug("net-create san --subnet 10.66.0.0/24 --isolated").ok();
        h.jug("jcreate s --base host --net san").ok();
        h.jug("expose s 81:80").code(2).says("leads nowhere");
        // One that comes from elsewhere with a port that another one has: it is said, and its start is refused.
        h.jug("jcreate m --base host --net lan --set expose=8089:80").ok();
        h.jug("junregister m").ok();
        h.jug("expose a 8089:81").ok();
        h.jug("jregister m")
            .ok()
            .says("the port 8089:80/tcp is published by a here")
            .says("jug unexpose m 8089");
        h.jug("jstart m").code(5).says("published by a");
        h.jug("unexpose m 8089").ok();
        h.jug("jstart m").ok();
        h.jug("jremove -y --stop m").ok();
        h.jug("jclone b b2 ").ok().says("stays its own");
        h.jug("jget b2 expose").ok().is("");
        h.sh("echo 0 >/proc/sys/net/ipv4/ip_forward").ok();
        h.jug("expose a 82:80").code(7).says("sysctl net.ipv4.ip_forward=1");
        h.jug("jremove -y --stop --all").ok();
        h.jug("net-remove -y lan san").ok();
        assert_eq!(tables(h), before);
        h.sh("kill $(busybox pidof socat)").ok();
    });
}

/// As after a reboot, or a flush by somebody: it is said, and loaded again.
#[test]
fn flushed_and_restored() {
    on_host(&NEEDS, |h| {
        two(h);
        h.jug("expose a 8080:80").ok();
        let state = || h.jug("expose-ls -H").ok().text().rsplit('\t').next().unwrap_or_default().to_string();
        assert_eq!(state(), "inactive");
        h.jug("jstart a").ok();
        serve(h, "a", &[80]);
        let json = h.jug("--json expose-ls a").ok().json();
        let rows = json["exposures"].as_array().unwrap();
        assert_eq!(
            (rows.len(), rows[0]["state"].as_str(), rows[0]["outer"].as_str()),
            (2, Some("active"), Some("8080")),
            "{json}"
        );
        assert_eq!(
            (rows[0]["address"].as_str(), rows[1]["address"].as_str()),
            (Some("10.10.0.2"), Some("fd00:10::2"))
        );
        h.jug("doctor").ok().says("all is well");
        let flush = || {
            h.sh("for t in $(nft list tables | grep -o 'jug_.*'); do nft delete table inet $t; done").ok();
            assert_eq!((state().as_str(), from_outside(h, "TCP:192.0.2.1:8080").as_str()), ("missing", ""));
        };
        let works = |what: &str| {
            assert_eq!(state(), "active", "{what}");
            answered(h, "ip netns exec out", "TCP:192.0.2.1:8080", "a 80");
            assert_eq!(tables(h).matches("jug_").count(), 2, "{what}");
        };
        flush();
        h.jug("doctor").code(3).says("a: its published ports").says("lan: its rules");
        h.jug("doctor --fix").ok();
        works("doctor --fix");
        flush();
        h.jug("boot").ok();
        works("boot");
        flush();
        h.jug("jstart a").ok().says("loaded again");
        works("jstart");
        h.jug("jstart a").ok().says("unchanged");
        flush();
        h.jug("jstop a").ok();
        h.jug("jstart a").ok();
        serve(h, "a", &[80]);
        works("a start after a flush");
        // Its jail goes without jug: what led to it is an orphan, and the next start clears it away.
        h.sh("kill -9 $(runc --root work/run/.oci list -f json | grep -o '\"pid\":[0-9]*' | cut -d: -f2)")
            .ok();
        until("it is dead", || h.state("a") == "stopped");
        assert_eq!(state(), "inactive");
        // While a process of its is still dying, it may belong to somebody.
        until("doctor sees it", || h.jug("doctor").out.contains("jug_e_"));
        h.jug("doctor --fix").ok();
        assert!(!tables(h).contains("jug_e_"));
        h.jug("doctor").ok();
        h.jug("jstart a").ok();
        h.jug("jremove -y --stop a b").ok();
        h.jug("net-remove -y lan").ok();
        h.sh("kill $(ip netns pids out)");
    });
}

/// NAT is changed and taken away while members run.
#[test]
fn nat_is_changed_live() {
    on_host(&NEEDS, |h| {
        two(h);
        h.jug("jstart a").ok();
        h.sh("ip netns exec out setsid socat TCP6-LISTEN:7000,fork,reuseaddr 'SYSTEM:echo $SOCAT_PEERADDR' >/dev/null 2>&1 </dev/null &").ok();
        until("the outside listens", || h.sh("ip netns exec out cat /proc/net/tcp6").out.contains(":1B58 "));
        let seen = || plain(&h.jug("jexec a -- socat -T2 - TCP:192.0.2.9:7000,connect-timeout=2").out);
        assert_eq!(seen().trim(), "192.0.2.1");
        h.jug("net-set lan nat=192.0.2.2").ok();
        assert_eq!(seen().trim(), "192.0.2.2");
        h.jug("net-set lan nat=").ok();
        assert_eq!(seen(), "");
        assert!(!tables(h).contains("jug_n_"));
        h.jug("net-set lan nat=203.0.113.1").code(7).says("which this host has not");
        h.jug("net-set lan nat=nosuch0").code(7).says("nosuch0");
        h.jug("net-set lan nat=ext").ok();
        assert_eq!(seen().trim(), "192.0.2.1");
        h.jug("jremove -y --stop a b").ok();
        h.jug("net-remove -y lan").ok();
        h.sh("kill $(ip netns pids out)");
    });
}

/// Killed at every ninth line of the journal of a start, with its network coming up, and of a change while it runs: what
/// comes next leaves no table of its.
#[test]
fn killed_anywhere() {
    on_host(&["nft", "strace"], |h| {
        h.base();
        h.sh("echo 1 >/proc/sys/net/ipv4/ip_forward").ok();
        h.jug("net-create lan --subnet 10.10.0.0/24 --nat auto").ok();
        h.jug("jcreate w --base bb --net lan --set expose=8080:80").ok();
        let clean = |what: &str| {
            let tables = h.sh("nft list tables").ok().out;
            assert!(!tables.contains("jug_e_"), "{what}: {tables}");
            assert!(!h.path("work/run/w/rules").exists(), "{what}");
        };
        let mut n = 1;
        while killed(h, "jstart w", "fdatasync", n) {
            let what = format!("killed at {n}");
            if n % 2 == 0 {
                h.jug("doctor --fix").ok();
            }
            h.jug("jstop w").ok();
            clean(&what);
            h.sh("for t in $(nft list tables | grep -o 'jug_n.*'); do nft delete table inet $t; done").ok();
            n += 9;
        }
        assert!(n > 30, "only {n} points to die at");
        h.jug("jstart w").ok();
        let mut n = 1;
        while killed(h, "jset w expose=8081:80", "fdatasync", n) {
            h.jug("doctor --fix").ok();
            h.jug("-H expose-ls").ok().says("active");
            h.jug("jset w expose=8080:80").ok();
            n += 3;
        }
        h.jug("jremove -y --stop w").ok();
        clean("after all");
        h.jug("net-remove -y lan").ok();
        h.sh("nft list tables").ok().is("");
    });
}
