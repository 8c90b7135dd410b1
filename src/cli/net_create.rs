//! net-create

use super::change::{self, Wish};
use super::networks;
use super::session::Session;
use crate::error::{Code, Error, Result};
use crate::facts::gather::Wanted;
use crate::host::Host;
use crate::model::name::{HostName, InterfaceName, NetName};
use crate::model::network::{self, Nat, Network, VERSION, Vlan};
use crate::model::schema::to_text;
use crate::plan::allot::Taken;
use crate::plan::net_check;
use crate::report::results::Done;
use crate::store::networks::object;
use std::net::IpAddr;

/// Create a network: a bridge on which jails have addresses of their own
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Its name
    #[arg(value_name = "NAME")]
    name: NetName,
    /// One IPv4 subnet, one IPv6 subnet, or both with a comma between
    #[arg(long, value_name = "SUBNET[,SUBNET6]")]
    subnet: Vec<String>,
    /// The default gateway; without --uplink and --vlan that is the host, by default with the first address
    #[arg(long, value_name = "ADDR", value_delimiter = ',')]
    gateway: Vec<IpAddr>,
    /// An interface of the host that becomes a member
    #[arg(long, value_name = "IF")]
    uplink: Option<InterfaceName>,
    /// A VLAN that becomes a member
    #[arg(long, value_name = "ID", requires = "parent", value_parser = clap::value_parser!(u16).range(1..=4094))]
    vlan: Option<u16>,
    /// The interface that the VLAN is on
    #[arg(long, value_name = "IF", requires = "vlan")]
    parent: Option<InterfaceName>,
    /// Let members reach the outside with the host's address: auto, an interface, or an address
    #[arg(long, value_name = "IF|ADDR|auto")]
    nat: Option<Nat>,
    /// A dead end: no way out, no route
    #[arg(long)]
    isolated: bool,
    /// Keep members from each other
    #[arg(long)]
    private: bool,
    /// The largest packet [default: 1500]
    #[arg(long, value_name = "N")]
    mtu: Option<u16>,
    /// Name servers for members [default: the host's]
    #[arg(long, value_name = "ADDR", value_delimiter = ',')]
    dns: Vec<IpAddr>,
    /// The domain of members
    #[arg(long, value_name = "DOMAIN")]
    domain: Option<HostName>,
    /// Members ask the real network behind --uplink or --vlan for their addresses, unless some are given
    #[arg(long)]
    dhcp: bool,
}

/// Runs it.
pub fn run(s: &Session, args: &Args) -> Result<Code> {
    // Nonsense is refused before anything is read.
    let wanted = wanted(s, args)?;
    check(&args.name, &wanted)?;
    let outcome =
        change::one(s, "net-create", &object(&args.name), true, &|| plan(s, &args.name, wanted.clone()));
    Ok(change::report(s, outcome))
}

fn wanted(s: &Session, args: &Args) -> Result<Network> {
    let mut subnets = Vec::new();
    for text in &args.subnet {
        subnets.extend(network::parse_subnets(text)?);
    }
    let vlan = match (args.vlan, &args.parent) {
        (Some(id), Some(parent)) => Some(Vlan { id, parent: parent.clone() }),
        _ => None,
    };
    let mut it = Network {
        version: VERSION,
        uuid: s.host.uuid(),
        created: s.host.now(),
        unit: network::FIRST_UNIT,
        subnets,
        gateway: args.gateway.clone(),
        uplink: args.uplink.clone(),
        nat: args.nat.clone(),
        isolated: args.isolated,
        private: args.private,
        mtu: args.mtu,
        dns: args.dns.clone(),
        domain: args.domain.clone(),
        dhcp: args.dhcp,
        vlan,
    };
    it.default_gateways();
    Ok(it)
}

/// The error of a network that can't be, naming the option or key.
pub fn check(name: &NetName, it: &Network) -> Result<()> {
    it.check().map_err(|(key, why)| Error::usage(format!("network {name}"), format!("{key}: {why}")))
}

fn plan(s: &Session, name: &NetName, mut it: Network) -> Result<Wish> {
    let held = networks::hold(s, "net-create")?;
    let all = networks::all(s)?;
    if all.contains_key(name) {
        return Err(
            Error::conflict(format!("network {name}"), "it exists").next(format!("jug net-show {name}"))
        );
    }
    let facts = s.gather(&Wanted { addresses: true, ..networks::filtered(&it) })?;
    let mut taken = Taken::of_host(&all, &facts);
    for (other, env) in networks::users(s)? {
        taken.add(&other, &env);
    }
    it.unit = taken.unit()?;
    crate::plan::network::check(name, &it, &all, s.platform.as_ref(), &facts)?;
    let mut plan = crate::plan::network::create(name, to_text(&it)?, &s.layout);
    plan.warnings.extend(net_check::warnings(&it, &facts));
    // Another net-create reads the file, not this one's journal: the lock is held until it is written.
    Ok(match held {
        Some(lock) => Wish::Throughout(vec![plan], Done::changed("created"), lock),
        None => Wish::Do(vec![plan], Done::changed("created")),
    })
}
