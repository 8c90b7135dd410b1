//! Rules as pfctl(8) loads them, and its answers read.

use super::*;
use crate::model::network;
use crate::model::port::Exposure;
use crate::model::port::tests::exposures;
use crate::model::redirect::expand;
use proptest::prelude::*;

pub fn inners() -> Vec<Inner> {
    [("10.0.0.7", "10.0.0.0/24", "10.0.0.1"), ("fd00::7", "fd00::/64", "fd00::1")]
        .map(|(address, subnet, gateway)| Inner {
            bridge: "bridge1000".into(),
            address: address.parse().unwrap(),
            subnet: subnet.parse().unwrap(),
            gateway: gateway.parse().ok(),
        })
        .to_vec()
}

fn a_network(more: &str) -> Network {
    let head =
        "version = 1\nuuid = \"7f1c0a52-6d0e-4a53-9f4c-1d2c3b4a5f60\"\ncreated = \"2026-01-02T03:04:05Z\"\n";
    let mut it = network::read(&format!("{head}unit = 1000\n{more}"), "lan").unwrap();
    it.default_gateways();
    it
}

#[test]
fn writes_what_pf_reads() {
    let exposed = ["8080:80", "8000-8010:9000-9010/udp,on=192.0.2.1,from=192.0.2.0/24+198.51.100.7"]
        .map(|e| e.parse().unwrap());
    let inners = &inners()[..1];
    insta::assert_snapshot!(exposure_rules(uuid::Uuid::from_u128(7), &expand(&exposed, inners), inners), @r#"
    nat on bridge1000 inet proto tcp from 10.0.0.0/24 to 10.0.0.7 port 80 -> 10.0.0.1
    nat on bridge1000 inet proto udp from 10.0.0.0/24 to 10.0.0.7 port 9000:9010 -> 10.0.0.1
    rdr inet proto tcp from any to (self) port 8080 tag jug-e-00000000000000000000000000000007-tcp4-8080 -> 10.0.0.7 port 80
    rdr inet proto udp from { 192.0.2.0/24, 198.51.100.7/32 } to 192.0.2.1 port 8000:8010 tag jug-e-00000000000000000000000000000007-udp4-8000-8010 -> 10.0.0.7 port 9000:*
    pass in quick inet proto tcp from any to 10.0.0.7 port 80 tagged jug-e-00000000000000000000000000000007-tcp4-8080 label "jug-e-00000000000000000000000000000007" label "jug-e-00000000000000000000000000000007-tcp4-8080"
    pass out quick on bridge1000 inet proto tcp from any to 10.0.0.7 port 80 label "jug-e-00000000000000000000000000000007" label "jug-e-00000000000000000000000000000007-tcp4-8080"
    pass in quick inet proto udp from any to 10.0.0.7 port 9000:9010 tagged jug-e-00000000000000000000000000000007-udp4-8000-8010 label "jug-e-00000000000000000000000000000007" label "jug-e-00000000000000000000000000000007-udp4-8000-8010"
    pass out quick on bridge1000 inet proto udp from { 192.0.2.0/24, 198.51.100.7/32, 10.0.0.1/32 } to 10.0.0.7 port 9000:9010 label "jug-e-00000000000000000000000000000007" label "jug-e-00000000000000000000000000000007-udp4-8000-8010"
    "#);
}

#[test]
fn a_network_is_translated_a_dead_end_or_keeps_its_members_apart() {
    let rules = |more: &str, outside: bool| {
        network_rules("bridge1000", &a_network(more), |_| outside.then_some(Outside::Interface("em0")))
    };
    let both = "subnets = [\"10.0.0.0/24\", \"fd00::/64\"]\nnat = \"auto\"\n";
    insta::assert_snapshot!(rules(both, true), @r"
    nat on em0 inet from 10.0.0.0/24 to ! 10.0.0.0/24 -> (em0:0)
    nat on em0 inet6 from fd00::/64 to ! fd00::/64 -> (em0:0)
    ");
    insta::assert_snapshot!(rules("subnets = [\"10.0.0.0/24\"]\nisolated = true\n", false), @r"
    block drop in quick on bridge1000 inet from any to ! 10.0.0.0/24
    block drop out quick on bridge1000 inet from ! 10.0.0.0/24 to any
    ");
    insta::assert_snapshot!(rules(&format!("{both}private = true\n"), true), @r"
    nat on em0 inet from 10.0.0.0/24 to ! 10.0.0.0/24 -> (em0:0)
    nat on em0 inet6 from fd00::/64 to ! fd00::/64 -> (em0:0)
    block drop in quick on bridge1000 inet from any to { 10.0.0.2 - 10.0.0.254 }
    block drop in quick on bridge1000 inet6 from any to { fd00::2 - fd00::ffff:ffff:ffff:ffff }
    ");
    let far = "subnets = [\"10.0.0.0/29\"]\ngateway = [\"10.0.0.6\"]\nprivate = true\n";
    insta::assert_snapshot!(rules(far, false), @"block drop in quick on bridge1000 inet from any to { 10.0.0.1 - 10.0.0.5 }");
    let lan = "subnets = [\"10.0.0.0/24\"]\nuplink = \"em0\"\nprivate = true\n";
    assert_eq!(rules(lan, false), "", "the host is no gateway there");
}

#[test]
fn reads_what_pfctl_prints() {
    // As in pf.txt, with -P.
    let text = "nat on vtnet0 inet from 192.0.2.10 to any -> (vtnet0) round-robin\nrdr inet proto tcp from any to (self) port = 8081 tag jug-e-1-tcp4-8081 -> 192.0.2.10 port 80\nrdr inet proto udp from 10.0.0.0/8 to 192.0.2.1 port 8000:8010 tag jug-e-1-udp4-8000-8010 -> 192.0.2.10 port 9000:*\n";
    let read = parse_redirects(text).unwrap();
    assert_eq!(read.len(), 2);
    assert_eq!(read[1].inner.to_string(), "9000-9010");
    assert!(parse_redirects("rdr on vtnet0 inet proto tcp to port 1 -> 192.0.2.9\n").is_err());
    assert!(enabled("Status: Enabled for 0 days\n").unwrap() && !enabled("Status: Disabled\n").unwrap());
    assert!(enabled("").is_err());
    assert_eq!(parse_anchors("  iron\n  iron/web\n  jug\n  jug/e-1\n  jug/other\n"), ["jug/e-1"]);
}

#[test]
fn sees_what_the_main_set_lacks() {
    // As in pf.txt, `iron` being jug.
    let nat = "nat-anchor \"jug/*\" all\nnat on vtnet0 inet from 192.0.2.0/24 to any -> (vtnet0) round-robin\nrdr-anchor \"jug/*\" all\n";
    let rules = "scrub in all fragment reassemble\nblock drop in log quick from <bad> to any\nanchor \"jug/*\" all\nblock drop all\n";
    assert!(missing(nat, rules).is_empty() && swallowing(nat, rules).is_empty());
    assert_eq!(missing("", rules), MAIN[..2]);
    assert_eq!(missing(nat, "anchor \"iron/*\" all\n"), MAIN[2..]);
    let behind = |first: &str| swallowing(nat, &format!("{first}\n{rules}"));
    assert_eq!(behind("block drop quick all"), ["block drop quick all"]);
    assert_eq!(behind("block return out quick inet all").len(), 1);
    assert_eq!(behind("block drop in quick all").len(), 1);
    assert!(
        behind("block drop all").is_empty() && behind("block drop in quick from <bad> to any").is_empty()
    );
    assert_eq!(swallowing(&format!("no rdr all\n{nat}"), rules), ["no rdr all"]);
}

#[test]
fn a_label_fits() {
    let all: Vec<Exposure> = ["60000-65535:60000-65535/udp".parse().unwrap()].into();
    let label = label_of(uuid::Uuid::max(), &expand(&all, &inners())[0]);
    // PF_RULE_LABEL_SIZE and PF_TAG_NAME_SIZE are 64, with the end of the text.
    assert!(label.len() < 64, "{label}");
}

proptest! {
    /// Whatever is exposed, the rules parsed back give the same.
    #[test]
    fn rules_say_what_was_meant(all in prop::collection::vec(exposures(), 0..6)) {
        let inners = inners();
        let redirects = expand(&all, &inners);
        prop_assert_eq!(parse_redirects(&exposure_rules(uuid::Uuid::from_u128(7), &redirects, &inners)).unwrap(), redirects);
    }
}
