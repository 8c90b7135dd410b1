//! What a VM's guest is told at its first boot. Its administrator's texts are kept beside the VM, and each start makes a disk
//! of them and of the VM's cards, so that it never tells of former ones. What is in them must not stand in a plan, which is
//! printed and kept in a journal.

use super::guest::Guest;
use super::wire::Card;
use super::{Effect, Plan, Step, live, mnt};
use crate::error::{Error, Result};
use crate::facts::{Facts, Hypervisor};
use crate::host::Cmd;
use crate::host::cmd::quote;
use crate::model::name::{AbsPath, EnvName};
use crate::model::seed::{Form, IGNITION_FILE};
use crate::model::seed_net;
use crate::platform::PlatformKind;
use crate::platform::vnet::gateways;
use crate::programs::{makefs, xorriso};
use crate::store::started::Started;
use std::fmt;
use std::net::IpAddr;

/// The texts that are kept in [`sources`]: user-data.
pub const USER_DATA: &str = "user-data";
/// meta-data.
pub const META_DATA: &str = "meta-data";
/// network-config.
pub const NETWORK_CONFIG: &str = "network-config";
/// Public keys.
pub const KEYS: &str = "authorized_keys";

/// The directory of those texts, below what belongs to a VM and travels.
pub const SOURCES: &str = "seed";

/// The same of a VM.
pub fn sources(guest: &Guest<'_>) -> AbsPath {
    guest.system().join(SOURCES)
}

/// Where a VM's seed is while it runs.
pub fn place(guest: &Guest<'_>, form: Form) -> AbsPath {
    match form.label() {
        Some(_) => guest.run_dir().join("seed.iso"),
        None => guest.run_dir().join("seed").join(IGNITION_FILE),
    }
}

/// One of the texts, as it is given.
#[derive(Clone, Debug)]
pub enum Text {
    /// That of this file.
    Of(AbsPath),
    /// This one, which holds no secret.
    This(String),
    /// There is to be none.
    Without,
}

/// What is given, by the names under which it is kept.
pub type Given = Vec<(&'static str, Text)>;

/// The steps that keep the texts of a new VM. They go with its storage.
pub fn keep(guest: &Guest<'_>, given: &Given, plan: &mut Plan) {
    if !given.is_empty() {
        plan.push(place_of_sources(guest));
    }
    for (name, text) in given {
        plan.steps.extend(kept(guest, name, text, sources(guest).join(name)));
    }
}

fn place_of_sources(guest: &Guest<'_>) -> Step {
    let path = sources(guest);
    Step::new("make the place of what its guest is told", Effect::MakeDir { path: path.clone(), mode: 0o700 })
        .undo(Effect::RemoveDir { path })
        .within(mnt::patience(guest))
}

fn kept(guest: &Guest<'_>, name: &str, text: &Text, to: AbsPath) -> Option<Step> {
    let effect = match text {
        Text::Of(from) => Effect::Keep { from: from.clone(), to: to.clone() },
        Text::This(text) => Effect::Write { path: to.clone(), text: text.clone(), mode: 0o600 },
        Text::Without => return None,
    };
    let step = Step::new(format!("keep its {name}"), effect).undo(Effect::Remove { path: to });
    Some(step.within(mnt::patience(guest)))
}

/// The plan of vm-seed: `before` and `guest` are the VM without and with the change, `texts` its file's. Beside it, the
/// keys that wait for a restart.
///
/// # Errors
/// Its storage is another node's.
pub fn change(
    (before, guest): (&Guest<'_>, &Guest<'_>),
    given: &Given,
    facts: &Facts,
    started: Option<&Started>,
    texts: (&str, &str),
) -> Result<(Plan, Vec<String>)> {
    let runs = facts.runs(guest.env.uuid);
    if guest.env.owner.fenced {
        return Err(mnt::fenced(guest));
    }
    let (written, pending) = live::plan(before, guest, facts, started, texts)?;
    let mut plan = Plan { steps: Vec::new(), no_return: None, verb: "vm-seed".into(), ..written.clone() };
    if !runs {
        plan.steps.extend(mnt::start(guest, facts)?);
    }
    plan.push(place_of_sources(guest));
    let new = |name: &str| sources(guest).join(&format!(".{name}.new"));
    for (name, text) in given {
        plan.steps.extend(kept(guest, name, text, new(name)));
    }
    plan.steps.extend(written.steps);
    plan.point_of_no_return();
    for (name, text) in given {
        let path = sources(guest).join(name);
        let effect = match text {
            Text::Without => Effect::Remove { path },
            _ => Effect::Rename { from: new(name), to: path },
        };
        let title = format!("let this be its {name} from now on");
        plan.push(Step::new(title, effect).within(mnt::patience(guest)));
    }
    if !runs {
        mnt::put_away(guest, facts, &mut plan);
    }
    Ok((plan, pending))
}

/// What is laid out for a guest: the texts that are kept, and what jug adds.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LaidOut {
    /// The directory of the texts.
    pub from: AbsPath,
    /// Where the files are laid out.
    pub to: AbsPath,
    /// Where it is noted which instance the guest becomes by them.
    pub instance: AbsPath,
    /// How they are given to the guest.
    pub form: Form,
    /// Its name.
    pub name: EnvName,
    /// Its identity.
    pub uuid: uuid::Uuid,
    /// Its cards.
    pub cards: Vec<seed_net::Card>,
}

impl fmt::Display for LaidOut {
    /// As sh(1) would begin it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (from, to) = (quote(self.from.as_str()), quote(self.to.as_str()));
        write!(f, "mkdir -m 700 {to}; cp {from}/* {to}/ # jug adds what is not given, and checks it all")
    }
}

/// Who makes it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
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
    pub fn of(kind: PlatformKind, has: impl Fn(&str) -> bool) -> Option<Self> {
        match kind {
            PlatformKind::Freebsd => Some(Self::Makefs),
            PlatformKind::Linux if has("xorriso") => Some(Self::Xorriso),
            PlatformKind::Linux if has("genisoimage") => Some(Self::Genisoimage),
            PlatformKind::Linux => None,
        }
    }

    fn disk(self, tree: &AbsPath, to: &AbsPath, label: &str) -> Cmd {
        let make = match self {
            // cloud-init and nuageinit(7) look for either.
            Self::Makefs if label.contains('-') => makefs::fat,
            Self::Makefs => makefs::iso,
            Self::Xorriso => xorriso::iso,
            Self::Genisoimage => xorriso::genisoimage,
        };
        make(tree.as_str(), to.as_str(), label)
    }
}

/// The steps of a start that make a VM's seed, once its storage is there.
///
/// # Errors
/// Nobody can make its disk.
pub fn make(
    guest: &Guest<'_>,
    form: Form,
    cards: &[Card<'_>],
    host: &Hypervisor,
    plan: &mut Plan,
) -> Result<()> {
    let tree = guest.run_dir().join("seed");
    let laid_out = LaidOut {
        from: sources(guest),
        to: tree.clone(),
        instance: guest.layout.instance(guest.name),
        form,
        name: guest.name.clone(),
        uuid: guest.env.uuid,
        cards: self::cards(cards, guest.host_resolv_conf.as_deref()),
    };
    plan.push(
        Step::new("lay out what its guest is told", Effect::Seed(Box::new(laid_out)))
            .undo(Effect::RemoveTree { path: tree.clone() })
            .undo(Effect::Remove { path: guest.layout.instance(guest.name) })
            .within(mnt::patience(guest)),
    );
    let Some(label) = form.label() else { return Ok(()) };
    let known = Maker::of(guest.platform.kind(), |_| false);
    let maker = host.seeds.or(known).ok_or_else(|| {
        Error::lacks(guest.name, "there is neither xorriso(1) nor genisoimage(1) to make its seed")
            .next("apt-get install xorriso")
    })?;
    disk(plan, maker, label, &tree, &place(guest, form));
    Ok(())
}

/// The steps that make a disk of a tree. The tree goes, however they end.
pub fn disk(plan: &mut Plan, maker: Maker, label: &str, tree: &AbsPath, to: &AbsPath) {
    // It is there before, so that its mode is not its maker's choice.
    plan.push(
        Step::new(
            "make its seed's file, closed to others",
            Effect::Write { path: to.clone(), text: String::new(), mode: 0o600 },
        )
        .undo(Effect::Remove { path: to.clone() })
        .undo(Effect::RemoveTree { path: tree.clone() }),
    );
    plan.push(Step::run("make the seed's disk", maker.disk(tree, to, label)));
    plan.push(Step::new("remove what it was made of", Effect::RemoveTree { path: tree.clone() }));
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
