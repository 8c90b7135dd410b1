//! A seed's disk. Its files are laid out before (`host::fs::lay_out`), since what is in them must not stand in a plan, which
//! is printed and kept in a journal.

use super::wire::Card;
use super::{Effect, Plan, Step};
use crate::error::{Error, Result};
use crate::host::Cmd;
use crate::model::name::AbsPath;
use crate::model::seed_net;
use crate::platform::PlatformKind;
use crate::platform::vnet::gateways;
use crate::programs::{makefs, xorriso};
use std::net::IpAddr;

/// Who makes it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Maker {
    /// makefs(8).
    Makefs,
    /// xorriso(1).
    Xorriso,
    /// genisoimage(1).
    Genisoimage,
}

impl Maker {
    /// Who makes it on a platform, where `has` tells which programs are there.
    ///
    /// # Errors
    /// Nobody.
    pub fn of(kind: PlatformKind, has: impl Fn(&str) -> bool) -> Result<Self> {
        match kind {
            PlatformKind::Freebsd => Ok(Self::Makefs),
            PlatformKind::Linux if has("xorriso") => Ok(Self::Xorriso),
            PlatformKind::Linux if has("genisoimage") => Ok(Self::Genisoimage),
            PlatformKind::Linux => {
                Err(Error::lacks("seed", "there is neither xorriso(1) nor genisoimage(1)")
                    .next("apt-get install xorriso"))
            }
        }
    }

    fn iso(self, tree: &AbsPath, to: &AbsPath, label: &str) -> Cmd {
        let make = match self {
            Self::Makefs => makefs::iso,
            Self::Xorriso => xorriso::iso,
            Self::Genisoimage => xorriso::genisoimage,
        };
        make(tree.as_str(), to.as_str(), label)
    }
}

/// The steps that make a disk of a tree and put it in the place of the one that is there. The tree goes, however they end.
///
/// # Errors
/// The path is too long.
pub fn disk(plan: &mut Plan, maker: Maker, label: &str, tree: &AbsPath, to: &AbsPath) -> Result<()> {
    let new: AbsPath = format!("{to}.new").parse()?;
    // It is there before, so that its mode is not its maker's choice.
    plan.push(
        Step::new(
            "make its file, closed to others",
            Effect::Write { path: new.clone(), text: String::new(), mode: 0o600 },
        )
        .undo(Effect::Remove { path: new.clone() })
        .undo(Effect::RemoveTree { path: tree.clone() }),
    );
    plan.push(Step::run("make the seed's disk", maker.iso(tree, &new, label)));
    plan.push(Step::new("put it in its place", Effect::Rename { from: new, to: to.clone() }));
    plan.push(Step::new("remove what it was made of", Effect::RemoveTree { path: tree.clone() }));
    Ok(())
}

/// The cards of a guest as it is to set them up, from what it has on jug's networks. `resolv` is the host's resolv.conf,
/// whose name servers it gets where no network has some.
pub fn cards(cards: &[Card<'_>], resolv: Option<&str>) -> Vec<seed_net::Card> {
    let mut routes = gateways(cards);
    let none = cards.iter().all(|c| c.network.dns.is_empty());
    let alone = cards.iter().all(|c| c.network.isolated || c.nic.dhcp);
    let mut host = match (none && !alone, resolv) {
        (true, Some(text)) => name_servers(text),
        _ => Vec::new(),
    };
    let one = |card: &Card<'_>| {
        let network = &card.network;
        let (own, others) = routes.iter().partition(|g| network.gateway.contains(g) && !network.isolated);
        routes = others;
        let dns = match card.nic.dhcp || network.isolated {
            false if network.dns.is_empty() => std::mem::take(&mut host),
            _ => network.dns.clone(),
        };
        seed_net::Card {
            mac: card.mac(),
            addresses: card.addresses().collect(),
            gateways: own,
            dns,
            domain: network.domain.clone(),
            mtu: network.mtu,
            dhcp: card.nic.dhcp,
        }
    };
    cards.iter().map(one).collect()
}

/// The name servers of a resolv.conf(5) that another machine can reach.
fn name_servers(text: &str) -> Vec<IpAddr> {
    let server = |line: &str| {
        let mut words = line.split_whitespace();
        (words.next() == Some("nameserver")).then(|| words.next()?.parse().ok()).flatten()
    };
    text.lines().filter_map(server).filter(|a: &IpAddr| !a.is_loopback()).collect()
}
