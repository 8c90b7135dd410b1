//! The packet filter of each platform: an anchor of pf or a table of nft for each environment with published ports, and
//! for each network that is translated or a dead end. What belongs to others is not touched.

use super::{PlatformKind, ask};
use crate::error::{Error, Result};
use crate::facts::filter::{Filter, Listener, Routes};
use crate::host::{Cmd, Host, Output, RunError};
use crate::model::network::{Nat, Network};
use crate::model::port::Exposure;
use crate::model::redirect::{Inner, Redirect};
use crate::plan::Guard;
use crate::programs::{netstat, nft, pfctl, procnet, sockstat};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// The anchor or table of an environment's published ports.
pub fn of_environment(kind: PlatformKind, uuid: uuid::Uuid) -> String {
    match kind {
        PlatformKind::Freebsd => pfctl::exposure_anchor(uuid),
        PlatformKind::Linux => nft::exposure_table(uuid),
    }
}

/// The anchor or table of a network.
pub fn of_network(kind: PlatformKind, uuid: uuid::Uuid) -> String {
    match kind {
        PlatformKind::Freebsd => pfctl::network_anchor(uuid),
        PlatformKind::Linux => nft::network_table(uuid),
    }
}

/// Whose an anchor or table of jug's is: an identity, and whether that is a network's.
pub fn whose(place: &str) -> Option<(uuid::Uuid, bool)> {
    let (prefix, digits) = place.split_at(place.len().checked_sub(32)?);
    let network = prefix.contains('n');
    digits.parse().ok().map(|uuid| (uuid, network))
}

/// The rules of published ports.
pub fn exposures(kind: PlatformKind, uuid: uuid::Uuid, redirects: &[Redirect], inners: &[Inner]) -> String {
    match kind {
        PlatformKind::Freebsd => pfctl::exposure_rules(uuid, redirects, inners),
        PlatformKind::Linux => nft::exposure_rules(&nft::exposure_table(uuid), redirects, inners),
    }
}

/// The rules of a network, if it wants any. pf must be told an interface to translate on: the one that has the address,
/// or that of the default route; a family that has none is left out.
pub fn network(kind: PlatformKind, bridge: &str, net: &Network, ways: &Ways<'_>) -> Option<String> {
    if net.nat.is_none() && !net.is_fenced() {
        return None;
    }
    if kind == PlatformKind::Linux {
        let outside = net.nat.as_ref().map(|n| match n {
            Nat::Auto => nft::Outside::Route,
            Nat::Interface(i) => nft::Outside::Interface(i.as_str()),
            Nat::Address(a) => nft::Outside::Address(*a),
        });
        return Some(nft::network_rules(&nft::network_table(net.uuid), bridge, net, outside.as_ref()));
    }
    Some(pfctl::network_rules(bridge, net, |subnet| match net.nat.as_ref()? {
        Nat::Auto => ways.default(subnet.addr().is_ipv4()).map(pfctl::Outside::Interface),
        Nat::Interface(i) => Some(pfctl::Outside::Interface(i.as_str())),
        Nat::Address(a) => ways.holder.map(|i| pfctl::Outside::Address(i, *a)),
    }))
}

/// The interfaces through which a network may reach the outside.
#[derive(Clone, Copy, Debug, Default)]
pub struct Ways<'a> {
    /// Those of the default routes.
    pub routes: Option<&'a Routes>,
    /// The one that has the address to translate to.
    pub holder: Option<&'a str>,
}

impl<'a> Ways<'a> {
    fn default(&self, v4: bool) -> Option<&'a str> {
        let routes = self.routes?;
        if v4 { routes.v4.as_deref() } else { routes.v6.as_deref() }
    }
}

/// Reads a file of rules without loading it.
pub fn check(kind: PlatformKind, place: &str, file: &str) -> Cmd {
    match kind {
        PlatformKind::Freebsd => pfctl::check(place, file),
        PlatformKind::Linux => nft::check(file),
    }
}

/// Puts a file of rules in the place of what is there.
pub fn load(kind: PlatformKind, place: &str, file: &str) -> Cmd {
    match kind {
        PlatformKind::Freebsd => pfctl::load(place, file),
        PlatformKind::Linux => nft::load(file),
    }
}

/// What empties a place, each only if there is something.
pub fn unload(kind: PlatformKind, place: &str) -> Vec<(Guard, Cmd)> {
    match kind {
        PlatformKind::Freebsd => vec![
            (Guard::Rules { probe: pfctl::translations(place) }, pfctl::flush(place, "nat")),
            (Guard::Rules { probe: pfctl::rules(place) }, pfctl::flush(place, "rules")),
        ],
        PlatformKind::Linux => vec![(Guard::Rules { probe: nft::list(place) }, nft::delete(place))],
    }
}

/// What ends the connections that came by published ports: those of `gone`, or all. Linux has nothing for that without
/// another program: there they go on until they end.
pub fn cut(kind: PlatformKind, uuid: uuid::Uuid, gone: Option<&[Redirect]>) -> Vec<(Guard, Cmd)> {
    if kind == PlatformKind::Linux {
        return Vec::new();
    }
    let labels = match gone {
        None => BTreeSet::from([pfctl::label(uuid)]),
        Some(gone) => gone.iter().map(|r| pfctl::label_of(uuid, r)).collect(),
    };
    labels.iter().map(|l| (Guard::Rules { probe: pfctl::info() }, pfctl::cut(l))).collect()
}

/// Whether what a probe of [`Guard::Rules`] said means that there are rules.
///
/// # Errors
/// It says neither.
pub fn holds(probe: &Cmd, out: &Output) -> Result<bool> {
    if out.ok() {
        return Ok(!out.stdout.trim().is_empty());
    }
    // So says nft of a table, and pfctl of /dev/pf: without pf.ko there is no rule.
    if nft::is_missing(&out.stderr) { Ok(false) } else { Err(RunError::failed(probe, out).into()) }
}

/// Asks the packet filter: on FreeBSD four commands, on Linux one.
pub fn gather(kind: PlatformKind, host: &dyn Host) -> Result<Filter> {
    match kind {
        PlatformKind::Freebsd => {
            let info = host.query(&pfctl::info()).map_err(Error::from)?;
            if !info.ok() && pfctl::is_absent(&info.stderr) {
                return Ok(Filter::default());
            }
            if !info.ok() {
                return Err(RunError::failed(&pfctl::info(), &info).into());
            }
            let (nat, rules) = (ask(host, &pfctl::main_translations())?, ask(host, &pfctl::main_rules())?);
            Ok(Filter {
                there: true,
                enabled: pfctl::enabled(&info.stdout)?,
                loaded: pfctl::parse_anchors(&ask(host, &pfctl::anchors())?),
                missing: pfctl::missing(&nat, &rules),
                swallowing: pfctl::swallowing(&nat, &rules),
            })
        }
        PlatformKind::Linux => {
            let out = match host.query(&nft::tables()) {
                Err(RunError::Missing(_)) => return Ok(Filter::default()),
                other => other.map_err(Error::from)?,
            };
            if !out.ok() {
                let e = Error::from(RunError::failed(&nft::tables(), &out));
                return Err(match out.stderr.contains("Operation not permitted") {
                    true => Error::lacks("nft", e.reason).next(crate::apply::perform::FORBIDDEN),
                    false => e,
                });
            }
            let loaded = nft::parse_tables(&out.stdout);
            Ok(Filter { there: true, enabled: true, loaded, ..Filter::default() })
        }
    }
}

/// The default routes, where the packet filter must be told an interface.
pub fn routes(kind: PlatformKind, host: &dyn Host) -> Result<Option<Routes>> {
    match kind {
        PlatformKind::Linux => Ok(None),
        PlatformKind::Freebsd => {
            let (v4, v6) = netstat::parse_defaults(&ask(host, &netstat::routes())?)?;
            Ok(Some(Routes { v4, v6 }))
        }
    }
}

/// Who listens on ports that are to be published.
pub fn listeners(kind: PlatformKind, host: &dyn Host, wanted: &[Exposure]) -> Result<Vec<Listener>> {
    let meets = |l: &Listener| {
        wanted.iter().any(|e| e.outer.holds(l.port) && e.protocol.words().contains(&l.protocol.as_str()))
    };
    if kind == PlatformKind::Freebsd {
        return Ok(sockstat::parse(&ask(host, &sockstat::listening())?)?.into_iter().filter(meets).collect());
    }
    let mut found = Vec::new();
    for (file, protocol) in procnet::FILES {
        let text = host.read(Path::new(file)).unwrap_or_default();
        found.extend(procnet::parse(&text, protocol)?.into_iter().filter(|(l, _)| meets(l)));
    }
    if found.is_empty() {
        return Ok(Vec::new());
    }
    let holders = holders();
    let named = |(l, inode): procnet::Socket| {
        let who = holders.get(&inode).cloned().unwrap_or_else(|| "a program of the host's".into());
        Listener { who, ..l }
    };
    Ok(found.into_iter().map(named).collect())
}

/// The programs that have sockets, by the sockets' inodes (proc_pid_fd(5)).
fn holders() -> BTreeMap<u64, String> {
    let mut all = BTreeMap::new();
    for process in std::fs::read_dir("/proc").into_iter().flatten().flatten() {
        let file_name = process.file_name();
        let Some(pid) = file_name.to_str().filter(|n| n.bytes().all(|b| b.is_ascii_digit())) else {
            continue;
        };
        for fd in std::fs::read_dir(process.path().join("fd")).into_iter().flatten().flatten() {
            let link = std::fs::read_link(fd.path()).unwrap_or_default();
            let inode =
                link.to_str().and_then(|l| l.strip_prefix("socket:[")?.strip_suffix(']')?.parse().ok());
            let Some(inode) = inode else { continue };
            let name = std::fs::read_to_string(process.path().join("comm")).unwrap_or_default();
            let name = crate::model::name::printable(name.trim());
            all.entry(inode).or_insert_with(|| format!("{name}, process {pid}"));
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_tells_whose_it_is() {
        let uuid = uuid::uuid!("7f1c0a52-6d0e-4a53-9f4c-1d2c3b4a5f60");
        for kind in [PlatformKind::Freebsd, PlatformKind::Linux] {
            assert_eq!(whose(&of_environment(kind, uuid)), Some((uuid, false)));
            assert_eq!(whose(&of_network(kind, uuid)), Some((uuid, true)));
        }
        assert_eq!(whose("jug/e-1"), None);
    }

    #[test]
    fn what_a_probe_says() {
        let out = |status, stdout: &str, stderr: &str| Output {
            status,
            stdout: stdout.into(),
            stderr: stderr.into(),
        };
        let probe = nft::list("t");
        assert!(holds(&probe, &out(0, "nat on", "")).unwrap());
        assert!(!holds(&probe, &out(0, "", "pfctl: Anchor does not exist.")).unwrap());
        assert!(!holds(&probe, &out(1, "", "Error: No such file or directory")).unwrap());
        assert!(!holds(&probe, &out(1, "", "pfctl: /dev/pf: No such file or directory")).unwrap());
        assert!(holds(&probe, &out(1, "", "Input/output error")).is_err());
    }
}
