//! net-set

use super::change::{self, Wish};
use super::session::Session;
use super::{net_create, networks};
use crate::error::{Code, Error, Result};
use crate::facts::gather::Wanted;
use crate::model::name::{EnvName, NetName};
use crate::model::network::{self, Network, usable};
use crate::model::network_edit::{Setting, edit};
use crate::plan::allot::Taken;
use crate::plan::guest::verb_of;
use crate::plan::net_check;
use crate::report::results::Done;
use crate::store::networks::object;

/// Change a network: KEY=VALUE, KEY= for the default
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Its name
    #[arg(value_name = "NAME")]
    name: NetName,
    /// Keys of the network's file in jug.toml(5)
    #[arg(value_name = "KEY=VALUE", required = true)]
    settings: Vec<Setting>,
}

/// Runs it.
pub fn run(s: &Session, args: &Args) -> Result<Code> {
    networks::one(s, &args.name)?;
    let outcome = change::one(s, "net-set", &object(&args.name), true, &|| plan(s, args));
    Ok(change::report(s, outcome))
}

fn plan(s: &Session, args: &Args) -> Result<Wish> {
    let name = &args.name;
    let held = networks::hold(s, "net-set")?;
    let text = networks::text(s, name)?;
    let old = network::read(&text, name.as_str())?;
    let (new_text, new) = edit(&text, name, &args.settings)?;
    net_create::check(name, &new)?;
    if new == old {
        return Ok(Wish::Nothing(Done::unchanged("it is so already")));
    }
    let all = networks::all(s)?;
    let mut wanted = Wanted { addresses: true, containers: true, ..networks::filtered(&new) };
    wanted.filter |= networks::filtered(&old).filter;
    wanted.paths.push(s.layout.network_rules(name));
    let facts = s.gather(&wanted)?;
    crate::plan::network::check(name, &new, &all, s.platform.as_ref(), &facts)?;
    still_fits(s, name, &new)?;
    let running = networks::running(s, name, &facts)?;
    let hard = crate::plan::network::contradicted(&old, &new);
    if !running.is_empty() && !hard.is_empty() {
        return Err(Error::busy(
            name,
            format!("what runs on it can't be given another {}: {}", hard.join(", "), list(&running)),
        )
        .next(
            (running.iter().map(|n| format!("jug {} {n}", s.verb(n, "stop"))).collect::<Vec<_>>()).join("; "),
        ));
    }
    let mut plan = crate::plan::network::set(
        name,
        (&text, &old),
        (new_text, &new),
        &s.layout,
        s.platform.as_ref(),
        &facts,
    )?;
    plan.warnings.extend(net_check::warnings(&new, &facts));
    let what = match running.is_empty() {
        true => "set".to_string(),
        false => format!("set; waiting for a restart of {}", list(&running)),
    };
    Ok(match held {
        Some(lock) => Wish::Throughout(vec![plan], Done::changed(what), lock),
        None => Wish::Do(vec![plan], Done::changed(what)),
    })
}

fn list(names: &[EnvName]) -> String {
    names.iter().map(EnvName::as_str).collect::<Vec<_>>().join(", ")
}

/// Refuses subnets and gateways that the addresses of members contradict.
fn still_fits(s: &Session, name: &NetName, new: &Network) -> Result<()> {
    let mut taken = Taken::default();
    for (other, env) in networks::users(s)? {
        taken.add(&other, &env);
        for (_, nic) in env.nics().filter(|(_, n)| n.network == *name) {
            for address in nic.addresses() {
                let fits = new.subnet(address.is_ipv4()).is_some_and(|n| usable(n, address).is_ok());
                if !fits {
                    return Err(Error::busy(
                        name,
                        format!("{other} has {address} on it, which would be outside"),
                    )
                    .next(format!(
                        "jug {} {other} net=none first, and net={name} afterwards",
                        verb_of(env.kind, "set")
                    )));
                }
            }
            if nic.dhcp && !new.dhcp {
                return Err(Error::busy(name, format!("{other} asks it for its address")).next(format!(
                    "jug {} {other} net=none first, and net={name} afterwards",
                    verb_of(env.kind, "set")
                )));
            }
        }
    }
    match new.gateway.iter().find_map(|g| taken.owner(*g).map(|w| (g, w))) {
        Some((gateway, whose)) => {
            Err(Error::conflict(name, format!("{gateway} is {whose}")).next("choose another gateway"))
        }
        None => Ok(()),
    }
}
