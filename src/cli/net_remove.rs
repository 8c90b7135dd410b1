//! net-remove

use super::change::{self, Wish};
use super::networks;
use super::session::Session;
use crate::error::{Code, Result};
use crate::facts::gather::Wanted;
use crate::model::name::{EnvName, NetName};
use crate::plan::network;
use crate::report::results::Done;
use crate::store::networks::object;
use std::collections::BTreeSet;

/// Remove networks; refused while an environment has a card on one
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The networks
    #[arg(value_name = "NAME", required = true)]
    names: Vec<NetName>,
}

/// Runs it.
pub fn run(s: &Session, args: &Args) -> Result<Code> {
    for name in &args.names {
        if s.saved.is_some() || !s.layout.journal(&object(name)).as_path().exists() {
            networks::one(s, name)?;
        }
    }
    let list: Vec<&str> = args.names.iter().map(NetName::as_str).collect();
    change::confirm(s, &format!("Remove the network {}?", list.join(", ")))?;
    let codes: Vec<Code> = args
        .names
        .iter()
        .map(|name| change::report(s, change::one(s, "net-remove", &object(name), true, &|| plan(s, name))))
        .collect();
    Ok(crate::error::fold(codes))
}

fn plan(s: &Session, name: &NetName) -> Result<Wish> {
    let held = networks::hold(s, "net-remove")?;
    let Some(it) = networks::all(s)?.remove(name) else { return Ok(Wish::Nothing(Done::changed("removed"))) };
    let on = |(other, env): (EnvName, crate::model::env::Env)| {
        env.nics().any(|(_, n)| n.network == *name).then_some(other)
    };
    let users: BTreeSet<EnvName> = networks::users(s)?.into_iter().filter_map(on).collect();
    let users: Vec<EnvName> = users.into_iter().collect();
    let facts = s.gather(&Wanted {
        addresses: true,
        paths: vec![s.layout.network_rules(name)],
        ..Wanted::default()
    })?;
    let plan = network::remove(name, &it, &users, &s.layout, s.platform.as_ref(), &facts)?;
    Ok(match held {
        Some(lock) => Wish::Throughout(vec![plan], Done::changed("removed"), lock),
        None => Wish::Do(vec![plan], Done::changed("removed")),
    })
}
