//! Which numbers, addresses and MAC addresses an environment's cards get, and which they may not have. All of it is
//! decided under one lock, so that no two get the same.

use crate::error::{Error, Result};
use crate::facts::Facts;
use crate::model::env::Env;
use crate::model::name::{EnvName, NetName};
use crate::model::net::Net;
use crate::model::network::{FIRST_UNIT, Network, missing, nth, usable};
use crate::model::nic::{Mac, Nic, Unit};
use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

/// What others have already.
#[derive(Clone, Debug, Default)]
pub struct Taken {
    units: BTreeSet<Unit>,
    addresses: BTreeMap<IpAddr, String>,
    macs: BTreeMap<Mac, String>,
}

impl Taken {
    /// What networks and the host have.
    pub fn of_host(networks: &BTreeMap<NetName, Network>, facts: &Facts) -> Self {
        let mut taken = Self::default();
        for (name, network) in networks {
            taken.units.insert(network.unit);
            for gateway in &network.gateway {
                taken.addresses.insert(*gateway, format!("the gateway's of {name}"));
            }
        }
        for a in &facts.addresses {
            taken.addresses.entry(a.address).or_insert_with(|| format!("this host's, on {}", a.interface));
        }
        // What others called so by themselves: a start would have to refuse it.
        taken.units.extend(facts.interfaces.iter().filter_map(|i| unit_of(&i.name)));
        taken
    }
    /// What an environment has, or had when it was started.
    pub fn add(&mut self, name: &EnvName, env: &Env) {
        for (index, nic) in env.nics() {
            self.units.extend(nic.unit);
            for address in nic.addresses() {
                self.addresses.insert(address, format!("{name}'s"));
            }
            self.macs.insert(nic.mac(env.uuid, index), format!("{name}'s"));
        }
        for net in &env.net {
            if let Net::Alias { address, .. } = net {
                self.addresses.insert(address.addr(), format!("{name}'s"));
            }
        }
    }
    /// What an environment has itself keeps nothing from it.
    pub fn release(&mut self, env: &Env) {
        for (_, nic) in env.nics() {
            if let Some(unit) = nic.unit {
                self.units.remove(&unit);
            }
        }
    }
    /// The lowest number that nobody has; it is taken then.
    pub fn unit(&mut self) -> Result<Unit> {
        let unit = (FIRST_UNIT..=Unit::MAX).find(|u| !self.units.contains(u));
        let unit =
            unit.ok_or_else(|| Error::conflict("networks", "there is no number left for another card"))?;
        self.units.insert(unit);
        Ok(unit)
    }
    /// Whose an address is.
    pub fn owner(&self, address: IpAddr) -> Option<&str> {
        self.addresses.get(&address).map(String::as_str)
    }
}

/// The number in names of the kind that jug gives: `epair1003a`, `jug1003`, `bridge1000`.
fn unit_of(interface: &str) -> Option<Unit> {
    let rest = ["epair", "bridge", "vlan", "tap", "jugbr", "jugvl", "jug"]
        .iter()
        .find_map(|p| interface.strip_prefix(p).filter(|r| r.starts_with(|c: char| c.is_ascii_digit())))?;
    rest.trim_end_matches(['a', 'b']).parse().ok()
}

/// Takes over what an environment's cards had before, as far as nothing else is said now.
pub fn keep(env: &mut Env, old: &Env) {
    let mut before: Vec<&Nic> = old.nics().map(|(_, nic)| nic).collect();
    for net in &mut env.net {
        let Net::Network(nic) = net else { continue };
        let Some(at) = before.iter().position(|b| b.network == nic.network) else { continue };
        let was = before.remove(at);
        nic.unit = nic.unit.or(was.unit);
        if nic.addresses().next().is_none() && !nic.dhcp {
            (nic.v4, nic.v6, nic.dhcp) = (was.v4, was.v6, was.dhcp);
            nic.mac = nic.mac.or(was.mac);
        }
    }
}

/// Gives an environment's cards what they lack, and checks what they have. `taken` is what all others have.
///
/// # Errors
/// There is no such network; an address is outside of it, or somebody has it; none is left.
pub fn fill(
    name: &EnvName,
    env: &mut Env,
    networks: &BTreeMap<NetName, Network>,
    taken: &mut Taken,
) -> Result<()> {
    let (uuid, mut index) = (env.uuid, 0);
    for net in &mut env.net {
        let Net::Network(nic) = net else { continue };
        let network = networks.get(&nic.network).ok_or_else(|| missing(&nic.network, networks.keys()))?;
        // One that came with the file and is somebody's is chosen anew.
        if nic.unit.is_none_or(|u| taken.units.contains(&u)) {
            nic.unit = Some(taken.unit()?);
        }
        taken.units.extend(nic.unit);
        let mac = nic.mac(uuid, index);
        if let Some(whose) = taken.macs.insert(mac, format!("{name}'s")) {
            return Err(Error::conflict(name, format!("the MAC address {mac} is {whose}"))
                .next("choose another mac="));
        }
        addresses(name, nic, network, taken)?;
        index += 1;
    }
    Ok(())
}

fn addresses(name: &EnvName, nic: &mut Nic, network: &Network, taken: &mut Taken) -> Result<()> {
    let on = nic.network.clone();
    if network.dhcp && nic.addresses().next().is_none() {
        nic.dhcp = true;
    }
    if nic.dhcp && !network.dhcp {
        return Err(Error::usage(
            name,
            format!("the network {on} is not one that gives addresses by itself"),
        )
        .next(format!("jug net-set {on} dhcp=true, if its uplink has a server for that")));
    }
    for address in nic.addresses() {
        let Some(subnet) = network.subnet(address.is_ipv4()) else {
            return Err(Error::usage(
                name,
                format!("{address}: the network {on} has no subnet of that kind"),
            ));
        };
        usable(subnet, address).map_err(|e| {
            Error::usage(name, format!("{e}, of the network {on}")).next(format!("jug net-show {on}"))
        })?;
        if let Some(whose) = taken.owner(address) {
            return Err(Error::conflict(name, format!("{address} is {whose}"))
                .next(format!("give another one, or only the network: --net {on}")));
        }
    }
    for subnet in network.subnets.iter().filter(|_| !nic.dhcp) {
        let v4 = subnet.addr().is_ipv4();
        if nic.addresses().any(|a| a.is_ipv4() == v4) {
            continue;
        }
        match free(subnet, taken) {
            Some(IpAddr::V4(a)) => nic.v4 = Some(a),
            Some(IpAddr::V6(a)) => nic.v6 = Some(a),
            None => {
                return Err(Error::conflict(
                    name,
                    format!("no address of {subnet}, the network {on}, is free"),
                )
                .next(format!("jug net-show {on}")));
            }
        }
    }
    for address in nic.addresses() {
        taken.addresses.insert(address, format!("{name}'s"));
    }
    Ok(())
}

/// The lowest address of a subnet that nobody has.
fn free(subnet: &ipnet::IpNet, taken: &Taken) -> Option<IpAddr> {
    (1..).map_while(|n| nth(subnet, n)).find(|a| usable(subnet, *a).is_ok() && taken.owner(*a).is_none())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::network;
    use proptest::prelude::*;

    fn net(text: &str) -> Network {
        let head = "version = 1\nuuid = \"7f1c0a52-6d0e-4a53-9f4c-1d2c3b4a5f60\"\ncreated = \"2026-01-02T03:04:05Z\"\n";
        let mut it = network::read(&format!("{head}{text}"), "f").unwrap();
        it.default_gateways();
        it
    }
    fn networks() -> BTreeMap<NetName, Network> {
        [
            ("lan", "unit = 1000\nsubnets = [\"10.10.0.0/23\", \"fd00::/64\"]\n"),
            ("six", "unit = 1001\nsubnets = [\"fd01::/64\"]\n"),
            ("small", "unit = 1002\nsubnets = [\"10.9.0.0/30\"]\n"),
            ("wire", "unit = 1003\nuplink = \"em0\"\ndhcp = true\n"),
        ]
        .map(|(n, t)| (n.parse().unwrap(), net(t)))
        .into()
    }
    fn env(n: u128, nets: &[&str]) -> Env {
        let mut env =
            Env::new(uuid::Uuid::from_u128(n), jiff::Timestamp::UNIX_EPOCH, "host".parse().unwrap());
        env.net = nets.iter().map(|s| s.parse().unwrap()).collect();
        env
    }
    fn told(nets: &[&str], taken: &mut Taken) -> Result<String> {
        let mut env = env(7, nets);
        fill(&"www".parse().unwrap(), &mut env, &networks(), taken)?;
        Ok(env.net.iter().map(ToString::to_string).collect::<Vec<_>>().join(" "))
    }

    #[test]
    fn the_lowest_free_ones_are_given() {
        let mut taken = Taken::of_host(&networks(), &Facts::default());
        assert_eq!(
            told(&["lan", "six"], &mut taken).unwrap(),
            "lan:10.10.0.2+fd00::2,unit=1004 six:fd01::2,unit=1005"
        );
        let mut taken = Taken::of_host(&networks(), &Facts::default());
        taken.add(&"a".parse().unwrap(), &env(1, &["lan:10.10.0.2+fd00::3,unit=1004"]));
        assert_eq!(told(&["lan"], &mut taken).unwrap(), "lan:10.10.0.3+fd00::2,unit=1005");
        assert_eq!(told(&["wire"], &mut Taken::default()).unwrap(), "wire:dhcp,unit=1000");
    }

    #[test]
    fn what_can_not_be_is_refused_and_says_whose() {
        let mut others = Taken::of_host(&networks(), &Facts::default());
        others.add(&"db".parse().unwrap(), &env(1, &["lan:10.10.0.5,mac=02:00:00:00:00:01,unit=1004"]));
        for (net, why) in [
            ("lan:10.12.0.5", "not in 10.10.0.0/23"),
            ("lan:10.10.0.0", "the subnet itself"),
            ("lan:10.10.1.255", "broadcast"),
            ("lan:10.10.0.1", "the gateway's of lan"),
            ("lan:10.10.0.5", "db's"),
            ("lan,mac=02:00:00:00:00:01", "db's"),
            ("six:10.0.0.1", "no subnet of that kind"),
            ("lan:dhcp", "gives addresses by itself"),
            ("lam", "no such network"),
        ] {
            let e = told(&[net], &mut others.clone()).unwrap_err();
            assert!(e.reason.contains(why), "{net}: {e}");
        }
        let mut taken = Taken::default();
        taken.addresses.insert("10.9.0.1".parse().unwrap(), "x".into());
        assert!(told(&["small"], &mut taken.clone()).is_ok());
        taken.addresses.insert("10.9.0.2".parse().unwrap(), "x".into());
        assert!(told(&["small"], &mut taken).unwrap_err().reason.contains("is free"));
    }

    #[test]
    fn a_change_keeps_what_it_does_not_name() {
        let old = env(7, &["lan:10.10.0.5,unit=1007", "six:fd01::9,unit=1008"]);
        let mut new = env(7, &["six", "lan:10.10.0.6"]);
        keep(&mut new, &old);
        assert_eq!(new.net[0].to_string(), "six:fd01::9,unit=1008");
        assert_eq!(new.net[1].to_string(), "lan:10.10.0.6,unit=1007");
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(20))]
        /// 200 environments with two cards each: nothing of them collides, whatever others have on the host.
        #[test]
        fn nothing_collides(seed in any::<u64>(), foreign in proptest::collection::vec(1000u16..1400, 0..40)) {
            let facts = Facts {
                interfaces: foreign.iter().map(|u| crate::facts::Interface {
                    name: format!("epair{u}a"), ..Default::default()
                }).collect(),
                ..Facts::default()
            };
            let networks = networks();
            let mut taken = Taken::of_host(&networks, &facts);
            let (mut units, mut addresses, mut macs) = (BTreeSet::new(), BTreeSet::new(), BTreeSet::new());
            for n in 0..200u128 {
                let mut e = env((u128::from(seed) << 64) | n, &["lan", "lan"]);
                fill(&format!("e{n}").parse().unwrap(), &mut e, &networks, &mut taken).unwrap();
                for (i, nic) in e.nics() {
                    let unit = nic.unit.unwrap();
                    prop_assert!(units.insert(unit) && !foreign.contains(&unit) && !(1000..1004).contains(&unit));
                    let name = format!("epair{unit}a");
                    prop_assert!(name.len() <= 15);
                    for a in nic.addresses() {
                        prop_assert!(addresses.insert(a));
                    }
                    prop_assert!(macs.insert(nic.mac(e.uuid, i)));
                    prop_assert!(macs.insert(Mac::derive(e.uuid, i, "outside")));
                }
            }
            prop_assert_eq!((units.len(), addresses.len(), macs.len()), (400, 800, 800));
        }
    }
}
