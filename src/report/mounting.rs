//! What a client needs to mount an export: lines of fstab(5), cloud-init's `mounts`, and volumes of Docker's own driver.

use crate::host::cmd::quote;
use crate::model::export::{Export, Flavor};
use crate::model::fstab::escape;
use crate::platform::PlatformKind;
use serde_json::json;
use std::collections::BTreeSet;

/// The form.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Format {
    /// Lines of /etc/fstab.
    Fstab,
    /// User data of cloud-init.
    CloudConfig,
    /// The volumes of a compose file.
    Compose,
    /// Commands that make volumes of Docker.
    DockerVolume,
}

/// The server, as clients see it.
#[derive(Clone, Debug)]
pub struct Server {
    /// Its name or address.
    pub name: String,
    /// Where its tree of NFSv4 begins, if it has one.
    pub root: Option<String>,
}

/// One export as one client mounts it.
#[derive(Clone, Copy, Debug)]
pub struct Client<'a> {
    /// What.
    pub export: &'a Export,
    /// The system of the client.
    pub platform: PlatformKind,
}

/// How it is mounted: what to ask the server for, and with which options.
struct Mount {
    version: u8,
    path: String,
    options: Vec<String>,
}

impl Client<'_> {
    /// By NFSv4 what is in its tree, under the name it has there; else by NFSv3.
    fn mount(&self, server: &Server, linux: bool) -> Mount {
        let path = self.export.path.as_str();
        let inside = server.root.as_deref().and_then(|root| {
            let rest = path.strip_prefix(root.trim_end_matches('/'))?;
            match rest {
                "" => Some("/"),
                rest => rest.starts_with('/').then_some(rest),
            }
        });
        let o = &self.export.options;
        let mut options = vec![if o.ro { "ro" } else { "rw" }.to_string()];
        options.push(match (linux, inside.is_some()) {
            (true, true) => "nfsvers=4.2".into(),
            (true, false) => "nfsvers=3".into(),
            (false, true) => "nfsv4,minorversion=2".into(),
            (false, false) => "nfsv3".into(),
        });
        if linux {
            options.push("hard".into());
        }
        if let Some(first) = o.sec.flavors().first().filter(|f| **f != Flavor::Sys) {
            options.push(format!("sec={}", first.as_str()));
        }
        if o.tls {
            options.push(if linux { "xprtsec=tls" } else { "tls" }.into());
        }
        let version = if inside.is_some() { 4 } else { 3 };
        Mount { version, path: inside.unwrap_or(path).to_string(), options }
    }
}

impl Format {
    /// The text for all of them, each directory once: as the first that may write to it mounts it.
    pub fn text(self, server: &Server, all: &[Client<'_>]) -> String {
        let mut once: Vec<Client<'_>> = Vec::new();
        for c in all {
            match once.iter_mut().find(|o| o.export.path == c.export.path) {
                Some(known) if known.export.options.ro && !c.export.options.ro => *known = *c,
                Some(_) => {}
                None => once.push(*c),
            }
        }
        let name = server.name.as_str();
        // An address of IPv6 stands in brackets before a path.
        let host = if name.contains(':') { format!("[{name}]") } else { name.to_string() };
        match self {
            Self::Fstab => once.iter().map(|c| fstab(server, &host, c)).collect(),
            Self::CloudConfig => {
                let lines = once.iter().map(|c| {
                    let m = c.mount(server, true);
                    let options = [m.options, vec!["_netdev".into()]].concat().join(",");
                    let kind = if m.version == 4 { "nfs4" } else { "nfs" };
                    let source = format!("{host}:{}", m.path);
                    format!("  - {}\n", json!([source, c.export.path.as_str(), kind, options, "0", "0"]))
                });
                format!("#cloud-config\nmounts:\n{}", lines.collect::<String>())
            }
            Self::Compose => {
                let volumes = named(&once).map(|(volume, c)| {
                    let m = c.mount(server, true);
                    let options = format!("addr={name},{}", m.options.join(","));
                    format!(
                        "  {volume}:\n    driver: local\n    driver_opts:\n      type: nfs\n      o: {}\n      device: {}\n",
                        json!(options),
                        json!(format!(":{}", m.path))
                    )
                });
                format!("volumes:\n{}", volumes.collect::<String>())
            }
            Self::DockerVolume => named(&once)
                .map(|(volume, c)| {
                    let m = c.mount(server, true);
                    let options = quote(&format!("o=addr={name},{}", m.options.join(",")));
                    let device = quote(&format!("device=:{}", m.path));
                    format!(
                        "docker volume create --driver local --opt type=nfs --opt {options} --opt {device} {volume}\n"
                    )
                })
                .collect(),
        }
    }
}

fn fstab(server: &Server, host: &str, c: &Client<'_>) -> String {
    let linux = c.platform == PlatformKind::Linux;
    let m = c.mount(server, linux);
    let kind = if linux && m.version == 4 { "nfs4" } else { "nfs" };
    let more = if linux { vec!["_netdev".to_string()] } else { Vec::new() };
    let options = [m.options, more].concat().join(",");
    format!(
        "{}\t{}\t{kind}\t{options}\t0\t0\n",
        escape(&format!("{host}:{}", m.path)),
        escape(c.export.path.as_str())
    )
}

/// A name for each volume: the words of its path, and a number where two are alike.
fn named<'a>(all: &'a [Client<'a>]) -> impl Iterator<Item = (String, &'a Client<'a>)> {
    let mut taken = BTreeSet::new();
    all.iter().map(move |c| {
        let plain = |ch: char| if ch.is_ascii_alphanumeric() || "_.-".contains(ch) { ch } else { '-' };
        let words: String = c.export.path.as_str().chars().map(plain).collect();
        let words = words.trim_matches(|c: char| !c.is_ascii_alphanumeric());
        let base = if words.is_empty() { "root" } else { words };
        let mut name = base.to_string();
        let mut n = 2;
        while !taken.insert(name.clone()) {
            name = format!("{base}-{n}");
            n += 1;
        }
        (name, c)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn export(path: &str, more: &str) -> Export {
        let text = format!("{{\"path\": {path:?}, \"clients\": \"10.0.0.1\", \"options\": {{{more}}}}}");
        serde_json::from_str(&text).unwrap()
    }

    #[test]
    fn tells_clients_how_to_mount_it() {
        let all = [
            export("/tank/ct/we b", ""),
            export("/srv", "\"ro\": true, \"sec\": \"krb5p:sys\", \"tls\": true"),
        ];
        let server = Server { name: "nas".into(), root: Some("/tank".into()) };
        let text = |format: Format, platform| {
            let clients: Vec<Client<'_>> = all.iter().map(|export| Client { export, platform }).collect();
            format.text(&server, &clients)
        };
        assert_eq!(
            text(Format::Fstab, PlatformKind::Freebsd),
            "nas:/ct/we\\040b\t/tank/ct/we\\040b\tnfs\trw,nfsv4,minorversion=2\t0\t0\n\
             nas:/srv\t/srv\tnfs\tro,nfsv3,sec=krb5p,tls\t0\t0\n"
        );
        assert_eq!(
            text(Format::Fstab, PlatformKind::Linux),
            "nas:/ct/we\\040b\t/tank/ct/we\\040b\tnfs4\trw,nfsvers=4.2,hard,_netdev\t0\t0\n\
             nas:/srv\t/srv\tnfs\tro,nfsvers=3,hard,sec=krb5p,xprtsec=tls,_netdev\t0\t0\n"
        );
        assert_eq!(
            text(Format::CloudConfig, PlatformKind::Linux),
            "#cloud-config\nmounts:\n  - [\"nas:/ct/we b\",\"/tank/ct/we b\",\"nfs4\",\"rw,nfsvers=4.2,hard,_netdev\",\"0\",\"0\"]\n  \
             - [\"nas:/srv\",\"/srv\",\"nfs\",\"ro,nfsvers=3,hard,sec=krb5p,xprtsec=tls,_netdev\",\"0\",\"0\"]\n"
        );
        assert_eq!(
            text(Format::DockerVolume, PlatformKind::Linux).lines().next().unwrap(),
            "docker volume create --driver local --opt type=nfs --opt 'o=addr=nas,rw,nfsvers=4.2,hard' --opt 'device=:/ct/we b' tank-ct-we-b"
        );
        assert!(text(Format::Compose, PlatformKind::Linux).starts_with(
            "volumes:\n  tank-ct-we-b:\n    driver: local\n    driver_opts:\n      type: nfs\n      \
             o: \"addr=nas,rw,nfsvers=4.2,hard\"\n      device: \":/ct/we b\"\n"
        ));
    }

    #[test]
    fn each_directory_once_and_each_volume_a_name() {
        let all = [export("/a", "\"ro\": true"), export("/a", ""), export("/b c", ""), export("/b/c", "")];
        let server = Server { name: "2001:db8::1".into(), root: Some("/".into()) };
        let clients: Vec<Client<'_>> =
            all.iter().map(|export| Client { export, platform: PlatformKind::Linux }).collect();
        let text = Format::Fstab.text(&server, &clients);
        assert_eq!(text.lines().count(), 3);
        assert!(text.starts_with("[2001:db8::1]:/a\t/a\tnfs4\trw,"), "{text}");
        let volumes = Format::DockerVolume.text(&server, &clients);
        assert!(volumes.contains(" b-c\n") && volumes.contains(" b-c-2\n"), "{volumes}");
    }
}
