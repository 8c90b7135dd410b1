//! Plans of networks, and of environments on them.

use super::*;

/// Every kind of network, and an environment with two cards: made, put up, started on, stopped, taken away.
#[test]
fn networks() {
    for mut n in nodes() {
        let head = |uuid: u8| {
            format!(
                "version = 1\nuuid = \"{uuid:02x}000000-6d0e-4a53-9f4c-1d2c3b4a5f60\"\ncreated = \"2026-01-02T03:04:05Z\"\n"
            )
        };
        let physical = n.facts.interfaces[usize::from(n.word == "linux")].name.clone();
        let kinds = [
            ("lan", "unit = 1000\nsubnets = [\"10.10.0.0/24\", \"fd00::/64\"]\ngateway = [\"10.10.0.1\", \"fd00::1\"]\nnat = \"auto\"\ndomain = \"lan.test\"\n".to_string()),
            ("san", "unit = 1001\nsubnets = [\"10.66.0.0/24\"]\ngateway = [\"10.66.0.1\"]\nisolated = true\nprivate = true\nmtu = 9000\n".into()),
            ("wire", "unit = 1002\nuplink = \"spare0\"\ndhcp = true\nmtu = 9000\n".into()),
            ("office", format!("unit = 1003\nsubnets = [\"192.0.2.0/24\"]\ngateway = [\"192.0.2.254\"]\n[vlan]\nid = 100\nparent = {physical:?}\n")),
            ("guests", "unit = 1009\nsubnets = [\"10.77.0.0/24\", \"fd77::/64\"]\ngateway = [\"10.77.0.1\", \"fd77::1\"]\nprivate = true\n".into()),
        ];
        n.facts.interfaces.push(jug::facts::Interface {
            name: "spare0".into(),
            mtu: Some(9000),
            ..Default::default()
        });
        n.facts.forwarding = Some(jug::facts::Forwarding { v4: true, v6: true, ..Default::default() });
        n.facts.routes = Some(jug::facts::filter::Routes { v4: Some("vtnet0".into()), v6: None });
        for (i, (name, text)) in kinds.iter().enumerate() {
            n.facts.networks.insert((*name).into(), head(i as u8) + text);
        }
        for (name, it) in jug::store::networks::parse(&n.facts.networks).unwrap() {
            let up = network::up(&name, &it, &n.layout, n.platform.as_ref(), &n.facts).unwrap().unwrap();
            golden(&n, &format!("net-up-{name}"), &up);
        }
        let name: EnvName = "thin1".parse().unwrap();
        let mut env = n.env("thin1");
        env.net = [
            "lan:10.10.0.7+fd00::7,unit=1004",
            "san:10.66.0.7,mac=02:00:00:00:00:07,unit=1005",
            "wire:dhcp,unit=1006",
        ]
        .iter()
        .map(|s| s.parse().unwrap())
        .collect();
        env.expose = vec!["8080:80".parse().unwrap(), "53:53/udp,from=192.0.2.0/24".parse().unwrap()];
        let base = n.base(env.base.as_ref().unwrap());
        let mut neighbour = n.env("full1");
        neighbour.net = vec!["lan:10.10.0.8+fd00::8,unit=1007".parse().unwrap()];
        n.facts.environments.insert("full1".into(), schema::to_text(&neighbour).unwrap());
        let start = start::plan(&n.guest(&name, &env, Some(&base)), &n.facts, time()).unwrap().unwrap();
        golden(&n, "jstart-networks", &start);
        let started =
            Started { version: 1, at: time(), added: Vec::new(), kept: Vec::new(), env: env.clone() };
        n.facts.containers = vec![jug::facts::Container {
            id: "7".into(),
            name: "thin1".into(),
            path: n.layout.root(&name, &env).to_string(),
            uuid: Some(env.uuid),
            running: true,
            vm: false,
            alone: false,
        }];
        let mut other = env.clone();
        other.expose = vec!["8081:80".parse().unwrap()];
        let (before, after) = (n.guest(&name, &env, None), n.guest(&name, &other, None));
        let texts = (schema::to_text(&env).unwrap(), schema::to_text(&other).unwrap());
        let live = live::plan(&before, &after, &n.facts, Some(&started), (&texts.0, &texts.1)).unwrap();
        golden(&n, "expose-live", &live.0);
        n.facts.paths.insert(n.layout.rules(&name).to_string(), jug::host::fs::Kind::File);
        let stop = stop::plan(&n.guest(&name, &env, None), &n.facts, Some(&started)).unwrap().unwrap();
        golden(&n, "jstop-networks", &stop);
        let mut all = jug::store::networks::parse(&n.facts.networks).unwrap();
        let office: NetName = "office".parse().unwrap();
        let it = all.remove(&office).unwrap();
        n.facts.interfaces.push(jug::facts::Interface {
            name: n.platform.bridge(it.unit).to_string(),
            description: it.stamp(),
            groups: n.groups(),
            ..Default::default()
        });
        let remove = network::remove(&office, &it, &[], &n.layout, n.platform.as_ref(), &n.facts).unwrap();
        golden(&n, "net-remove-office", &remove);
        // Without the mark it is somebody else's, and the start says so.
        n.facts.containers.clear();
        n.facts.interfaces.push(jug::facts::Interface {
            name: n.platform.host_end(1004).to_string(),
            description: "mine".into(),
            ..Default::default()
        });
        let e = start::plan(&n.guest(&name, &env, Some(&base)), &n.facts, time()).unwrap_err();
        assert!(e.code == Code::Conflict && e.reason.contains(n.platform.host_end(1004).as_str()), "{e}");
        n.facts.interfaces.last_mut().unwrap().name = n.platform.bridge(1000).to_string();
        let (lan, it) =
            ("lan".parse::<NetName>().unwrap(), jug::store::networks::parse(&n.facts.networks).unwrap());
        let e = network::up(&lan, &it[&lan], &n.layout, n.platform.as_ref(), &n.facts).unwrap_err();
        assert!(e.code == Code::Conflict && e.reason.contains(n.platform.bridge(1000).as_str()), "{e}");
        n.facts.interfaces.pop();
        n.facts.forwarding = Some(jug::facts::Forwarding { v4: false, v6: true, ..Default::default() });
        let e = network::up(&lan, &it[&lan], &n.layout, n.platform.as_ref(), &n.facts).unwrap_err();
        let line = if n.word == "freebsd" {
            "sysctl net.inet.ip.forwarding=1"
        } else {
            "sysctl net.ipv4.ip_forward=1"
        };
        assert_eq!((e.code, e.next.as_deref()), (Code::HostLacks, Some(line)));
    }
}

fn a_network(more: &str) -> Network {
    let head = format!("version = 1\nuuid = \"{UUID}\"\ncreated = \"2026-01-02T03:04:05Z\"\nunit = 1000\n");
    jug::model::network::read(&(head + more), "lan").unwrap()
}

const LAN: &str = "subnets = [\"10.10.0.0/24\"]\ngateway = [\"10.10.0.1\"]\n";

/// A network's bridge, with a card of jug's and whatever else is a member.
fn bridge_of(n: &Node, it: &Network, more: &[&str]) -> [Interface; 2] {
    let card = n.platform.host_end(1001).to_string();
    let bridge = Interface {
        name: n.platform.bridge(it.unit).to_string(),
        description: it.stamp(),
        groups: n.groups(),
        members: std::iter::once(card.as_str()).chain(more.iter().copied()).map(str::to_string).collect(),
        ..Default::default()
    };
    let description = jug::model::network::stamp(UUID, 0);
    [bridge, Interface { name: card, description, groups: n.groups(), ..Default::default() }]
}

/// A bridge goes with a change of its network as it does with the network: not under members of others, and not before
/// the file is written; from then on there is no way back.
#[test]
fn a_change_takes_no_bridge_from_others() {
    for mut n in nodes() {
        let (name, old) = ("lan".parse::<NetName>().unwrap(), a_network(LAN));
        let new = a_network(&format!("{LAN}mtu = 9000\n"));
        let there = n.facts.interfaces.len();
        let set = |n: &Node| {
            let both = (("old", &old), ("new".to_string(), &new));
            network::set(&name, both.0, both.1, &n.layout, n.platform.as_ref(), &n.facts)
        };
        let plan = set(&n).unwrap();
        assert_eq!((plan.steps.len(), plan.no_return), (1, None), "{plan}");
        n.facts.interfaces.extend(bridge_of(&n, &old, &[]));
        let plan = set(&n).unwrap();
        assert_eq!((plan.steps.len(), plan.no_return), (3, Some(1)), "{plan}");
        assert!(matches!(plan.steps[0].action.effect, Effect::Write { .. }));
        n.facts.interfaces.truncate(there);
        n.facts.interfaces.extend(bridge_of(&n, &old, &["tap0"]));
        let e = set(&n).unwrap_err();
        assert!(e.code == Code::Busy && e.reason.contains("tap0"), "{e}");
        let e = network::remove(&name, &old, &[], &n.layout, n.platform.as_ref(), &n.facts).unwrap_err();
        assert!(e.code == Code::Busy && e.reason.contains("tap0"), "{e}");
    }
}

/// An uplink of another size is refused where the bridge would change it, or be changed by it.
#[test]
fn an_uplink_that_carries_other_packets() {
    for mut n in nodes() {
        let (name, platform) = ("lan".parse::<NetName>().unwrap(), n.platform.as_ref());
        n.facts.interfaces.push(Interface { name: "em9".into(), mtu: Some(9000), ..Default::default() });
        for way in ["uplink = \"em9\"\n", "vlan = { id = 7, parent = \"em9\" }\n"] {
            let up = |more: &str| {
                network::up(
                    &name,
                    &a_network(&format!("dhcp = true\n{more}{way}")),
                    &n.layout,
                    platform,
                    &n.facts,
                )
            };
            assert!(up("mtu = 9000\n").is_ok());
            if n.word == "linux" {
                assert!(up("").is_ok());
                continue;
            }
            let e = up("").unwrap_err();
            assert!(e.code == Code::HostLacks && e.reason.contains("em9 carries packets of 9000"), "{e}");
            assert!(e.next.unwrap().starts_with("ifconfig em9 mtu 1500; or"));
        }
    }
}

/// On FreeBSD an uplink keeps its addresses, unless the kernel refuses members that have any, link-local ones too; on
/// Linux the host would be lost. What is a member already may stay.
#[test]
fn an_uplink_with_an_address() {
    for mut n in nodes() {
        let (name, it) = ("lan".parse::<NetName>().unwrap(), a_network("dhcp = true\nuplink = \"em9\"\n"));
        n.facts.interfaces.push(Interface { name: "em9".into(), ..Default::default() });
        let up = |n: &Node| network::up(&name, &it, &n.layout, n.platform.as_ref(), &n.facts);
        for (address, member_addresses, fine_on) in [
            ("192.0.2.7", true, "freebsd"),
            ("192.0.2.7", false, ""),
            ("fe80::7", true, "freebsd linux"),
            ("fe80::7", false, "linux"),
        ] {
            n.facts.forwarding = Some(jug::facts::Forwarding { member_addresses, ..Default::default() });
            n.facts.addresses.retain(|a| a.interface != "em9");
            let address: std::net::IpAddr = address.parse().unwrap();
            n.facts.addresses.push(jug::facts::Address {
                interface: "em9".into(),
                address,
                length: Some(24),
            });
            match up(&n) {
                Ok(_) => assert!(fine_on.contains(n.word), "{} {address}", n.word),
                Err(e) => {
                    assert!(!fine_on.contains(n.word), "{} {e}", n.word);
                    assert!(
                        e.code == Code::Conflict && e.reason.contains(&format!("the address {address}")),
                        "{e}"
                    );
                    assert!(e.next.unwrap().contains("a VLAN on it"));
                }
            }
        }
        if n.word == "freebsd" {
            n.facts.interfaces.extend(bridge_of(&n, &it, &["em9"]));
            assert!(up(&n).is_ok());
        }
    }
}
