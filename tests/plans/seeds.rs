//! Seeds as their guests find them, and the plan that makes a disk of one.

use super::*;
use jug::model::seed::{Form, Seed};
use jug::model::seed_net::Card;
use jug::plan::seed;

const KEY: &str = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIK+MH4E8KO32N5CXRvXVqvyZVl0+6ue4DobdhU0FqFd+ me@here";

fn cards() -> Vec<Card> {
    let with = |mac: &str| Card {
        mac: mac.parse().unwrap(),
        addresses: Vec::new(),
        gateways: Vec::new(),
        dns: Vec::new(),
        domain: None,
        mtu: None,
        dhcp: false,
    };
    vec![
        Card {
            addresses: vec!["10.10.0.5/24".parse().unwrap(), "fd00:10::5/64".parse().unwrap()],
            gateways: vec!["10.10.0.1".parse().unwrap(), "fd00:10::1".parse().unwrap()],
            dns: vec!["192.0.2.53".parse().unwrap(), "2001:db8::53".parse().unwrap()],
            domain: Some("example.org".parse().unwrap()),
            ..with("02:00:5e:10:00:01")
        },
        Card { mtu: Some(9000), dhcp: true, ..with("02:00:5e:10:00:02") },
    ]
}

#[test]
fn of_each_form() {
    let of = |form, given: Option<&str>| Seed {
        form,
        name: "web".parse().unwrap(),
        uuid: UUID,
        user_data: given.map(str::to_string),
        meta_data: None,
        network_config: None,
        cards: cards(),
        keys: vec![KEY.parse().unwrap()],
    };
    for (what, seed) in [
        ("nocloud", of(Form::NoCloud, None)),
        ("config-drive", of(Form::ConfigDrive, Some("#!/bin/sh\necho hi\n"))),
        ("ignition", of(Form::Ignition, Some("{\"ignition\":{\"version\":\"3.4.0\"}}"))),
    ] {
        let files = seed.files().unwrap();
        let text: String = files.iter().map(|f| format!("--- {}\n{}", f.path, f.text)).collect();
        let here = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/snapshots");
        insta::with_settings!({ snapshot_path => here, omit_expression => true, prepend_module_to_snapshot => false }, {
            insta::assert_snapshot!(format!("seed-{what}"), text);
        });
    }
}

#[test]
fn a_disk_is_made_of_a_tree_that_goes_with_its_secrets() {
    for n in nodes() {
        let (from, to) = ("/w/.seed".parse().unwrap(), "/w/seed.iso".parse().unwrap());
        let maker = seed::Maker::of(n.platform.kind(), |_| true).unwrap();
        let mut plan = Plan::new("vm-seed", "web");
        seed::disk(&mut plan, maker, "cidata", &from, &to);
        golden(&n, "seed", &plan);
        let mut plan = Plan::new("vm-seed", "web");
        seed::disk(&mut plan, maker, "config-2", &from, &to);
        golden(&n, "seed-config", &plan);
    }
    let linux = jug::platform::PlatformKind::Linux;
    assert_eq!(seed::Maker::of(linux, |p| p == "genisoimage"), Some(seed::Maker::Genisoimage));
    assert_eq!(seed::Maker::of(linux, |_| false), None);
}

#[test]
fn cards_are_set_up_as_jails_have_them() {
    let network = |name: &str, more: &str| -> Network {
        let text = format!(
            "version = 1\nuuid = \"{UUID}\"\ncreated = \"2026-01-02T03:04:05Z\"\nunit = 1000\n{more}"
        );
        jug::model::network::read(&text, name).unwrap()
    };
    let lan = "subnets = [\"10.10.0.0/24\", \"fd00:10::/64\"]\ngateway = [\"10.10.0.1\", \"fd00:10::1\"]\n";
    let nics: Vec<jug::model::nic::Nic> =
        ["san:10.66.0.5", "lan:10.10.0.5+fd00:10::5", "lan:10.10.0.6+fd00:10::6"]
            .map(|n| n.parse().unwrap())
            .into();
    let networks = |dns: &str| {
        let san = network("san", "subnets = [\"10.66.0.0/24\"]\nisolated = true\nmtu = 9000\n");
        let lan = network("lan", &format!("{lan}{dns}"));
        [san, lan.clone(), lan]
    };
    let of = |networks: [Network; 3]| {
        let card =
            |(index, (nic, network))| jug::plan::wire::Card { uuid: UUID, index, nic, unit: 1001, network };
        let cards: Vec<_> = nics.iter().zip(networks).enumerate().map(card).collect();
        seed::cards(&cards, Some("# host\nnameserver 127.0.0.1\nnameserver 192.0.2.7\nsearch x\n"))
    };
    let all = of(networks(""));
    let texts = |all: &[std::net::IpAddr]| all.iter().map(ToString::to_string).collect::<Vec<_>>();
    assert_eq!(all[0].addresses[0].to_string(), "10.66.0.5/24");
    assert!(all[0].gateways.is_empty() && all[0].dns.is_empty() && all[0].mtu == Some(9000));
    assert_eq!(texts(&all[1].gateways), ["10.10.0.1", "fd00:10::1"]);
    assert_eq!(texts(&all[1].dns), ["192.0.2.7"]);
    // One default route of a family, and each name server once.
    assert!(all[2].gateways.is_empty() && all[2].dns.is_empty());
    let all = of(networks("dns = [\"192.0.2.53\"]\n"));
    assert_eq!(texts(&all[1].dns), ["192.0.2.53"]);
    assert!(all[0].dns.is_empty());
}
