//! expose

use super::session::Session;
use super::targets::one;
use super::{change, jset};
use crate::error::{Code, Error, Result};
use crate::model::port::{self, Exposure};
use crate::model::schema::Change;
use ipnet::IpNet;
use std::collections::BTreeSet;
use std::net::IpAddr;

/// Publish ports of a jail on this host: OUTER:INNER, such as 8080:80, 53:53/both or 8000-8010:9000-9010/udp
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The jail
    #[arg(value_name = "NAME")]
    name: String,
    /// Ports of the host and of the jail, and /tcp, /udp or /both [default: /tcp]
    #[arg(value_name = "PORT", required = true)]
    ports: Vec<Exposure>,
    /// Only on this address of the host
    #[arg(long, value_name = "ADDR", value_parser = on)]
    on: Option<IpAddr>,
    /// Only for these networks
    #[arg(long, value_name = "NET", value_delimiter = ',', value_parser = from)]
    from: Vec<IpNet>,
}

fn on(s: &str) -> Result<IpAddr> {
    port::address(s).map_err(|why| Error::usage("", why))
}

fn from(s: &str) -> Result<IpNet> {
    port::network(s).map_err(|why| Error::usage("", why))
}

/// Runs it.
pub fn run(s: &Session, args: &Args) -> Result<Code> {
    let name = one(s, &args.name)?;
    let more: Vec<Exposure> = args
        .ports
        .iter()
        .map(|p| {
            let nets: BTreeSet<IpNet> = p.from.iter().chain(&args.from).copied().collect();
            Exposure { on: args.on.or(p.on), from: nets.into_iter().collect(), ..p.clone() }
        })
        .collect();
    let outcome = change::one(s, "expose", name.as_str(), true, &|| {
        let (_, env) = s.env(&name)?;
        let mut all = env.expose;
        for p in &more {
            if !all.contains(p) {
                all.push(p.clone());
            }
        }
        jset::plan(s, &name, &[Change::exposures(&all)])
    });
    Ok(change::report(s, outcome))
}
