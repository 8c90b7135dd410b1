//! Networks that keep their members apart, lead nowhere, or give addresses by themselves, for real.

use crate::net::reaches;
use crate::outcome::until;
use crate::support::{on_host, write};

#[test]
fn private_and_isolated() {
    on_host(&[], |h| {
        h.base();
        h.sh("echo 1 >/proc/sys/net/ipv4/ip_forward").ok();
        h.jug("net-create san --subnet 10.66.0.0/24 --isolated").ok();
        h.jug("net-create hotel --subnet 10.77.0.0/24 --private").ok();
        for name in ["a", "b"] {
            let net = format!(
                "jcreate {name} --base bb --net hotel --set allow.raw_sockets=true --set allow.routing=true --start"
            );
            h.jug(&net).ok();
        }
        // With the right to set routes: it must not help.
        h.jug("jcreate s --base bb --net san --set allow.raw_sockets=true --set allow.routing=true --start")
            .ok();
        assert!(reaches(h, "a", "10.77.0.1") && reaches(h, "b", "10.77.0.1"));
        assert!(!reaches(h, "a", "10.77.0.3") && !reaches(h, "b", "10.77.0.2"), "they see each other");
        // Nor do they by way of the host, which passes on what is sent to it.
        for (name, other) in [("a", "10.77.0.3"), ("b", "10.77.0.2")] {
            h.jug(&format!("jexec {name} -- ip route add {other}/32 via 10.77.0.1")).ok();
        }
        assert!(!reaches(h, "a", "10.77.0.3"), "the host leads them to each other");
        h.jug("-H net-check hotel").ok().says("jug's rules let no IPv4 pass from member to member");
        h.sh("for t in $(nft list tables | grep -o 'jug_n_.*'); do nft delete table inet $t; done").ok();
        let open = h.jug("-H net-check hotel san");
        assert!(reaches(h, "a", "10.77.0.3"), "the rule is not what keeps them apart");
        open.code(1).says("its rules are not loaded");
        h.jug("doctor --fix").ok();
        assert!(!reaches(h, "a", "10.77.0.3"));
        h.jug("jexec s -- ip route").ok().says_not("default");
        assert!(reaches(h, "s", "10.66.0.1"));
        h.jug("jexec s -- ip route add default via 10.66.0.1").ok();
        assert!(!reaches(h, "s", "10.77.0.2"), "there is a way out");
        h.jug("-H net-check san hotel").ok().says("passes on no IPv4 that comes from");
        // What the host's state disproves is said.
        let bridge = h.sh("ip -o link | grep -o 'jugbr[0-9]*' | sort -u | head -1").ok().text().to_string();
        h.sh(&format!("echo 1 >/proc/sys/net/ipv4/conf/{bridge}/forwarding")).ok();
        assert!(reaches(h, "s", "10.77.0.1"), "the switch is not what keeps it");
        h.jug("-H net-check san").code(1).says("forwarding=0");
        h.sh(&format!("ip link add x0 type veth peer name x1; ip link set x0 master {bridge}")).ok();
        h.jug("net-check san").code(1).says("x0 may lead outside");
        h.jug("jremove -y --stop a b s").ok();
        h.jug("net-remove -y san").code(6).says("x0 is a member");
        h.sh("ip link del x0").ok();
        h.jug("net-remove -y san hotel").ok();
    });
}

/// A card that asks for its address, of a server on the real network: whoever may not ask is told so at the start.
#[test]
fn asks_for_its_address() {
    on_host(&[], |h| {
        h.base();
        let conf = format!(
            "start 10.55.0.50\nend 10.55.0.60\ninterface u1\nlease_file {0}/l\npidfile {0}/p\n",
            h.str("")
        );
        write(&h.path("udhcpd.conf"), &conf, 0o644);
        h.sh("set -e; ip netns add real; ip link add u0 type veth peer name u1 netns real; : >l; \
              ip -n real address add 10.55.0.1/24 dev u1; ip -n real link set u1 up; \
              ip netns exec real setsid busybox udhcpd -f udhcpd.conf >/dev/null 2>&1 </dev/null &")
            .ok();
        h.jug("net-create wire --uplink u0 --dhcp").ok();
        h.jug("jcreate d --base bb --net wire --start").ok().says("eth0 gets no address");
        let may = "--set allow.raw_sockets=true --set allow.routing=true";
        h.jug(&format!("jcreate e --base bb --net wire {may} --start")).ok().says_not("gets no address");
        let ask = || h.jug("jexec e -- busybox udhcpc -i eth0 -n -q -s /bin/true");
        until("it is given an address", || ask().err.contains("lease of 10.55.0."));
        h.jug("jremove -y --stop d e").ok();
        h.sh("kill $(ip netns pids real)").ok();
    });
}
