//! The network of a guest, in the words of each of those who set it up: cloud-init and nuageinit by network-config
//! version 2 or network_data.json, Ignition by files for systemd-networkd. Cards are known by their MAC addresses.

use super::name::HostName;
use super::nic::Mac;
use ipnet::IpNet;
use serde_json::{Value, json};
use std::net::IpAddr;

/// A card as its guest is to set it up.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Card {
    /// By which it is known.
    pub mac: Mac,
    /// Its addresses.
    pub addresses: Vec<IpNet>,
    /// The default gateways, at most one of a family.
    pub gateways: Vec<IpAddr>,
    /// Name servers.
    pub dns: Vec<IpAddr>,
    /// The domain in which short names are looked for.
    pub domain: Option<HostName>,
    /// The largest packet, if it is not the usual one.
    pub mtu: Option<u16>,
    /// Whether it asks the network for its addresses.
    pub dhcp: bool,
}

impl Card {
    fn gateway(&self, v4: bool) -> Option<&IpAddr> {
        self.gateways.iter().find(|g| g.is_ipv4() == v4)
    }
}

/// A text as YAML and JSON both read it.
pub(super) fn quoted(text: impl std::fmt::Display) -> String {
    Value::String(text.to_string()).to_string()
}

/// Lines of a YAML list.
pub(super) fn list(indent: usize, items: impl IntoIterator<Item = impl std::fmt::Display>) -> String {
    items.into_iter().map(|i| format!("{:indent$}- {}\n", "", quoted(i))).collect()
}

/// network-config, version 2 (cloud-init, "Networking config version 2"). nuageinit(7) reads gateway4 and gateway6 only,
/// which cloud-init reads as well. Without set-name cloud-init's writers of /etc/network/interfaces, ifcfg files and
/// systemd.network(5) take the key for the name of a card, which no card has.
pub fn version_2(cards: &[Card]) -> String {
    let mut text = "version: 2\n".to_string();
    if cards.is_empty() {
        return text + "ethernets: {}\n";
    }
    text.push_str("ethernets:\n");
    for (i, card) in cards.iter().enumerate() {
        text.push_str(&format!("  nic{i}:\n    match:\n      macaddress: {}\n", quoted(card.mac)));
        text.push_str(&format!("    set-name: {}\n    dhcp4: {}\n", quoted(format!("nic{i}")), card.dhcp));
        if !card.addresses.is_empty() {
            text.push_str("    addresses:\n");
            text.push_str(&list(6, &card.addresses));
        }
        for (key, v4) in [("gateway4", true), ("gateway6", false)] {
            if let Some(g) = card.gateway(v4) {
                text.push_str(&format!("    {key}: {}\n", quoted(g)));
            }
        }
        if !card.dns.is_empty() || card.domain.is_some() {
            text.push_str("    nameservers:\n");
        }
        if !card.dns.is_empty() {
            text.push_str("      addresses:\n");
            text.push_str(&list(8, &card.dns));
        }
        if let Some(domain) = &card.domain {
            text.push_str("      search:\n");
            text.push_str(&list(8, [domain]));
        }
        if let Some(mtu) = card.mtu {
            text.push_str(&format!("    mtu: {mtu}\n"));
        }
    }
    text
}

/// network_data.json of a config drive (OpenStack Nova, "Metadata"). nuageinit takes an IPv6 address with its length.
pub fn network_data(cards: &[Card]) -> Value {
    let (mut links, mut networks) = (Vec::new(), Vec::new());
    for (i, card) in cards.iter().enumerate() {
        let link = format!("nic{i}");
        links.push(
            json!({"id": link, "type": "phy", "ethernet_mac_address": card.mac.to_string(), "mtu": card.mtu}),
        );
        if card.dhcp {
            networks.push(json!({"id": format!("{link}-dhcp"), "link": link, "type": "ipv4_dhcp"}));
        }
        for (n, address) in card.addresses.iter().enumerate() {
            let v4 = matches!(address, IpNet::V4(_));
            let mut network = match address {
                IpNet::V4(a) => {
                    json!({"type": "ipv4", "ip_address": a.addr().to_string(), "netmask": a.netmask().to_string()})
                }
                IpNet::V6(a) => json!({"type": "ipv6", "ip_address": a.to_string()}),
            };
            network["id"] = json!(format!("{link}-{n}"));
            network["link"] = json!(link);
            if let Some(gateway) = card.gateway(v4) {
                network["gateway"] = json!(gateway.to_string());
            }
            networks.push(network);
        }
    }
    let dns: Vec<Value> =
        cards.iter().flat_map(|c| &c.dns).map(|a| json!({"type": "dns", "address": a.to_string()})).collect();
    json!({"links": links, "networks": networks, "services": dns})
}

/// Files of systemd.network(5), with their names.
pub fn networkd(cards: &[Card]) -> Vec<(String, String)> {
    let one = |(i, card): (usize, &Card)| {
        let mut text = format!("[Match]\nMACAddress={}\n", card.mac);
        if let Some(mtu) = card.mtu {
            text.push_str(&format!("\n[Link]\nMTUBytes={mtu}\n"));
        }
        text.push_str(&format!("\n[Network]\nDHCP={}\n", if card.dhcp { "yes" } else { "no" }));
        for address in &card.addresses {
            text.push_str(&format!("Address={address}\n"));
        }
        for gateway in &card.gateways {
            text.push_str(&format!("Gateway={gateway}\n"));
        }
        for dns in &card.dns {
            text.push_str(&format!("DNS={dns}\n"));
        }
        if let Some(domain) = &card.domain {
            text.push_str(&format!("Domains={domain}\n"));
        }
        (format!("/etc/systemd/network/10-jug-nic{i}.network"), text)
    };
    cards.iter().enumerate().map(one).collect()
}
