//! What an archive says of itself, and what an import leaves of what it asks for.

use super::disk::{Blocks, DiskKind, DiskName};
use super::env::{Env, Mode};
use super::name::{EnvName, SnapshotName};
use super::net::Net;
use super::nic::Nic;
use super::portable;
use super::schema::{self, to_text};
use super::size::ByteSize;
use super::vm::kind_of;
use crate::error::{Error, Result};
use crate::platform::PlatformKind;
use crate::store::layout::Layout;

/// What the data of an archive are.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize, clap::ValueEnum,
)]
#[serde(rename_all = "lowercase")]
pub enum Form {
    /// Files, and the bytes of disks, which any node with any storage takes.
    #[default]
    Tar,
    /// A ZFS stream: exact and fast; the receiving kernel reads it, so that it has to be trusted.
    Zfs,
}

/// The first member of an archive.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// The format.
    pub version: u32,
    /// The jug that wrote it.
    pub jug: String,
    /// The environment's name.
    pub name: EnvName,
    /// When it was written.
    pub written: jiff::Timestamp,
    /// Where its programs run.
    pub platform: PlatformKind,
    /// What the data are.
    pub form: Form,
    /// The snapshot in a ZFS stream.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub snapshot: Option<SnapshotName>,
    /// Its portable copy.
    pub config: String,
}

impl Manifest {
    /// Its text.
    ///
    /// # Errors
    /// None that is known: a value that TOML can't hold.
    pub fn write(&self) -> Result<String> {
        to_text(self)
    }
    /// Reads it.
    ///
    /// # Errors
    /// It is none, or of a newer format.
    pub fn read(text: &str) -> Result<Self> {
        let it: Self = schema::read(text, "its manifest")?;
        if it.form == Form::Zfs && it.snapshot.is_none() {
            return Err(Error::usage("its manifest", "it does not say which snapshot the stream is of"));
        }
        Ok(it)
    }
}

/// The part of an archive that is a tar: all of a jail, and of a VM what belongs to it beside its disks.
pub const DATA: &str = "data";

/// How long each of those files of a VM may be: the variables of its firmware have half a MiB.
pub const FILE: u64 = 16 << 20;

/// A disk as it lies in an archive.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DiskPart {
    /// The disk.
    pub disk: DiskName,
    /// How large it is.
    pub size: ByteSize,
    /// Whether it is a stream of ZFS, not its bytes.
    pub stream: bool,
}

impl DiskPart {
    /// What it is called there.
    pub fn name(&self) -> String {
        format!("{}.{}", self.disk, if self.stream { "zfs" } else { "raw" })
    }
}

/// The disks of an environment that lie in its archive, in their order: those that jug made. Only a volume can be a stream.
pub fn disks(env: &Env, form: Form) -> Vec<DiskPart> {
    let own = |disk: &super::disk::Disk| match disk.blocks {
        Blocks::Own { size, kind } => {
            let stream = form == Form::Zfs && kind_of(kind, env.storage) == DiskKind::Zvol;
            Some(DiskPart { disk: disk.name.clone(), size, stream })
        }
        Blocks::Theirs(_) => None,
    };
    env.vm.iter().flat_map(|vm| &vm.disks).filter_map(own).collect()
}

/// Words in names of CBSD's variables whose values are nobody's business.
const SECRET: [&str; 4] = ["pass", "secret", "token", "key"];

/// The portable copy that goes into an archive: without secrets, unless they are asked for.
///
/// # Errors
/// None that is known: a value that TOML can't hold.
pub fn config(name: &EnvName, env: &Env, layout: &Layout, secrets: bool) -> Result<String> {
    let mut env = env.clone();
    env.cbsd.retain(|key, _| secrets || !SECRET.iter().any(|word| key.to_ascii_lowercase().contains(word)));
    portable::write(name, &env, layout)
}

/// Takes away what an archive has to say about this host's addresses and ports. Returns that as phrases. `known` says
/// which networks this node has.
pub fn without_network(env: &mut Env, known: &dyn Fn(&Nic) -> bool) -> Vec<String> {
    let mut gone = Vec::new();
    env.net.retain(|net| {
        let stays = match net {
            Net::None => true,
            Net::Network(nic) => known(nic),
            _ => false,
        };
        if !stays {
            gone.push(format!("net {net}"));
        }
        stays
    });
    if env.net.is_empty() {
        env.net = vec![Net::None];
    }
    gone.extend(env.expose.drain(..).map(|e| format!("expose {e}")));
    gone
}

/// A card on the same network, with an address of its own there.
pub fn anew(net: &mut Net) {
    if let Net::Network(nic) = net {
        *nic =
            Nic { network: nic.network.clone(), v4: None, v6: None, dhcp: nic.dhcp, mac: None, unit: None };
    }
}

/// A root that comes with all its files is a full one, whatever it was cloned from.
pub fn whole(env: &mut Env) {
    if env.mode == Mode::Clone {
        env.mode = Mode::Full;
    }
    env.origin = None;
    (env.mnt_start, env.mnt_stop) = (None, None);
    env.external = super::external::External::default();
}

#[cfg(test)]
mod tests {
    use super::*;

    fn env() -> Env {
        Env::new(uuid::Uuid::nil(), jiff::Timestamp::UNIX_EPOCH, "bb".parse().unwrap())
    }

    #[test]
    fn a_manifest_reads_back_and_a_newer_one_is_refused() {
        let layout = Layout { workdir: "/w".parse().unwrap() };
        let name: EnvName = "www".parse().unwrap();
        let mut it = Manifest {
            version: 1,
            jug: "0.1.0".into(),
            name: name.clone(),
            written: jiff::Timestamp::UNIX_EPOCH,
            platform: PlatformKind::Freebsd,
            form: Form::Zfs,
            snapshot: Some("jug-export-1".parse().unwrap()),
            config: config(&name, &env(), &layout, false).unwrap(),
        };
        let text = it.write().unwrap();
        assert_eq!(Manifest::read(&text).unwrap(), it);
        assert!(Manifest::read(&text.replace("version = 1", "version = 9")).is_err());
        assert!(Manifest::read(&format!("{text}more = 1\n")).is_err());
        it.snapshot = None;
        assert!(Manifest::read(&it.write().unwrap()).is_err());
    }

    #[test]
    fn secrets_stay_unless_they_are_asked_for() {
        let layout = Layout { workdir: "/w".parse().unwrap() };
        let mut env = env();
        for (key, value) in [("vnc_password", "p1"), ("API_KEY", "p2"), ("mkhostsfile", "1")] {
            env.cbsd.insert(key.into(), value.into());
        }
        let name = "www".parse().unwrap();
        let text = config(&name, &env, &layout, false).unwrap();
        assert!(!text.contains("p1") && !text.contains("p2") && text.contains("mkhostsfile"), "{text}");
        assert!(config(&name, &env, &layout, true).unwrap().contains("p1"));
    }

    #[test]
    fn the_hosts_addresses_and_ports_are_not_for_an_archive_to_give() {
        let mut env = env();
        env.net = ["inherit", "alias:em0:192.0.2.1/24"].map(|n| n.parse().unwrap()).to_vec();
        let gone = without_network(&mut env, &|_| true);
        assert_eq!((gone.len(), &env.net[..]), (2, &[Net::None][..]), "{gone:?}");
        env.net = ["lan:10.0.0.5", "other"].map(|n| n.parse().unwrap()).to_vec();
        env.expose = vec!["8080:80".parse().unwrap()];
        let gone = without_network(&mut env, &|nic| nic.network.as_str() == "lan");
        assert_eq!((gone.len(), env.net.len()), (2, 1), "{gone:?}");
        anew(&mut env.net[0]);
        assert_eq!(env.net[0].to_string(), "lan");
    }
}
