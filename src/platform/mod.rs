//! Which programs make up an intent such as "start a container" on each platform. Pure: argument vectors and steps
//! only, so that every FreeBSD plan is made and tested on Linux too. Which platform it is, is decided at run time.

pub mod account;
pub mod filter;
pub mod freebsd;
pub mod limits;
pub mod linux;
pub mod machine;
pub mod machines;
pub mod netns;
pub mod nfs;
pub mod nfs_linux;
pub mod vnet;

use crate::error::{Error, Result};
use crate::facts::usage::Limiting;
use crate::facts::{Accounts, Address, Container, Facts, Forwarding, Interface, Mounted};
use crate::host::{Cmd, Host};
use crate::model::env::Env;
use crate::model::fstab::Mount;
use crate::model::limits::{Limit, Limits};
use crate::model::name::{AbsPath, InterfaceName};
use crate::model::network::Network;
use crate::model::nic::Unit;
use crate::plan::guest::Guest;
use crate::plan::wire::Card;
use crate::plan::{Effect, Guard, Step};
use ipnet::IpNet;
use limits::{Live, Usages};

/// The platforms.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize, clap::ValueEnum,
)]
#[serde(rename_all = "lowercase")]
pub enum PlatformKind {
    /// jails.
    #[default]
    Freebsd,
    /// OCI containers.
    Linux,
}

impl std::fmt::Display for PlatformKind {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Freebsd => "FreeBSD",
            Self::Linux => "Linux",
        })
    }
}

impl PlatformKind {
    /// The platform of this binary's system.
    pub fn native() -> Self {
        if std::env::consts::OS == "freebsd" { Self::Freebsd } else { Self::Linux }
    }
}

/// The running system's userland, as far as a thin jail gets to see it.
#[derive(Clone, Copy, Debug)]
pub struct HostUserland {
    /// Directories that are mounted read-only where they exist; links are remade as links.
    pub mounts: &'static [&'static str],
    /// Empty directories that the skeleton needs beside those.
    pub skeleton: &'static [&'static str],
    /// What of /etc is copied: nothing that holds a secret (F1.3).
    pub etc: &'static [&'static str],
}

/// A command that is to be run inside.
#[derive(Clone, Debug, Default)]
pub struct Inside {
    /// As this user: a name or a number.
    pub user: String,
    /// Where; by default the user's home.
    pub dir: Option<String>,
    /// Variables.
    pub env: Vec<(String, String)>,
    /// The command; none is a login shell.
    pub argv: Vec<String>,
    /// Whether there is a terminal.
    pub tty: bool,
    /// The environment's passwd(5), for platforms on which a name has to be looked up from outside.
    pub passwd: String,
    /// The environment's group(5).
    pub group: String,
}

/// The programs of one platform.
pub trait Platform: Sync + std::fmt::Debug {
    /// Which it is.
    fn kind(&self) -> PlatformKind;
    /// The workdir unless something else is said.
    fn default_workdir(&self) -> &'static str;
    /// The node's configuration unless something else is said.
    fn default_config(&self) -> &'static str;
    /// Programs that must be there, each with what it belongs to.
    fn needed_programs(&self) -> Vec<(String, &'static str)>;
    /// The running system's userland.
    fn host_userland(&self) -> HostUserland;

    /// Asks for the containers, unless it is known that there are none.
    fn list_containers(&self) -> Cmd;
    /// Reads the answer.
    fn parse_containers(&self, text: &str) -> Result<Vec<Container>>;
    /// Asks for one container; a nonzero exit status says that it is not there.
    fn one_container(&self, name: &str) -> Cmd;
    /// Reads the answer.
    fn parse_one(&self, text: &str) -> Result<Option<Container>>;
    /// The mount table.
    fn mounts(&self, host: &dyn Host) -> Result<Vec<Mounted>>;
    /// Asks for interfaces and addresses.
    fn list_addresses(&self) -> Cmd;
    /// Reads the answer.
    fn parse_addresses(&self, text: &str) -> Result<(Vec<Interface>, Vec<Address>)>;
    /// The rule sets that devices can be mounted with, where that is not the runtime's business.
    fn rulesets(&self, host: &dyn Host) -> Result<Option<Vec<u16>>>;
    /// Whether its zfs is OpenZFS for sure, with `get -t` and several snapshots in one command.
    fn openzfs(&self) -> bool;
    /// Whether a volume of its zfs is a device: zfs-fuse(8) has none.
    fn volumes(&self, host: &dyn Host) -> bool;

    /// Shows a directory of the host in another place.
    fn bind(&self, source: &str, target: &AbsPath, read_only: bool) -> Cmd;
    /// Mounts devices, where that is not the runtime's business.
    fn devices(&self, ruleset: u16, target: &AbsPath) -> Option<Cmd>;
    /// Mounts an fstab entry.
    fn mount_entry(&self, entry: &Mount, target: &AbsPath) -> Cmd;
    /// Adds an address to an interface of the host.
    fn add_address(&self, interface: &str, address: &IpNet) -> Cmd;
    /// Takes it away.
    fn remove_address(&self, interface: &str, address: &IpNet) -> Cmd;

    /// What a network's bridge is called.
    fn bridge(&self, unit: Unit) -> InterfaceName;
    /// What a network's VLAN is called.
    fn vlan(&self, unit: Unit) -> InterfaceName;
    /// What the host's end of a card is called.
    fn host_end(&self, unit: Unit) -> InterfaceName;
    /// Away with an interface of jug's; the other end of a card goes with it.
    fn remove_link(&self, name: &InterfaceName) -> Cmd;
    /// The steps that make a network's bridge as it should be; none if it is so.
    fn bridge_up(&self, network: &Network, facts: &Facts) -> Vec<Step>;
    /// The steps that take it away.
    fn bridge_down(&self, network: &Network) -> Vec<Step>;
    /// The steps that make an environment's cards, before its container is made.
    fn attach(&self, guest: &Guest<'_>, cards: &[Card<'_>]) -> Vec<Step>;
    /// The steps that bring them into it, once it is there and before anything runs in it.
    fn attach_inside(&self, guest: &Guest<'_>, cards: &[Card<'_>]) -> Vec<Step>;
    /// An environment's network stack where that is something by itself: whether it is there, and away with it.
    fn stack_of(&self, uuid: uuid::Uuid) -> Option<(Guard, Cmd)>;
    /// The steps once the host's ends and the container are gone.
    fn detach(&self, guest: &Guest<'_>) -> Vec<Step>;
    /// Whether the host passes packets on.
    fn forwarding(&self, host: &dyn Host) -> Result<Forwarding>;

    /// The steps that make the container, without running anything of its own in it.
    fn create_container(&self, guest: &Guest<'_>) -> Vec<Step>;
    /// What removes it and kills what is in it.
    fn remove_container(&self, guest: &Guest<'_>) -> Effect;
    /// Removes a container of jug's that no environment owns, by its name.
    fn stop_orphan(&self, name: &str) -> Cmd;
    /// The steps that ask all its processes to end and wait for that.
    fn end_processes(&self, guest: &Guest<'_>, seconds: u64) -> Vec<Step>;
    /// Runs a program in it, not interactively.
    fn exec(&self, guest: &Guest<'_>, argv: &[String]) -> Cmd;
    /// Runs a command in it for a user, interactively.
    fn exec_inside(&self, name: &str, how: &Inside) -> Result<Cmd>;
    /// What is run at start by default.
    fn default_start(&self) -> Vec<String>;
    /// What is run at stop by default.
    fn default_stop(&self) -> Vec<String>;
    /// The command that gives a running container what differs and can be given, and the keys it covers.
    fn live(&self, guest: &Guest<'_>, keys: &[String]) -> Option<(Cmd, Vec<String>)>;

    /// What this host can hold containers to.
    fn limiting(&self, host: &dyn Host) -> Result<Limiting>;
    /// The steps, after a container is gone, that take away what held it to its limits and has not gone with it.
    fn unlimit(&self, guest: &Guest<'_>) -> Vec<Step>;
    /// The steps that take a running container from one set of limits to another, of those that differ.
    fn limit_live(
        &self,
        guest: &Guest<'_>,
        from_to: (&Limits, &Limits),
        differ: &[Limit],
        host: Option<&Limiting>,
    ) -> Live;
    /// What these containers use, by a number of commands that does not depend on theirs.
    fn usage(&self, host: &dyn Host, containers: &[&Container]) -> Result<Usages>;

    /// The steps that fill a new environment's own etc, root and var from the running system.
    fn fill_from_host(&self, guest: &Guest<'_>, accounts: &Accounts) -> Vec<Step>;
    /// The steps that make a new environment's files its own, whatever the base.
    fn settle(&self, guest: &Guest<'_>, thin: bool) -> Vec<Step>;
    /// The steps that write an environment's name into files of its own that hold it.
    fn rename_inside(&self, guest: &Guest<'_>) -> Vec<Step>;
    /// The steps that make a tree removable (file flags).
    fn unprotect(&self, tree: &AbsPath) -> Option<Cmd>;
}

/// The platform of that kind. `oci` is the OCI runtime's program and the directory of its state.
pub fn of(kind: PlatformKind, oci: crate::programs::runc::Runtime) -> Box<dyn Platform> {
    match kind {
        PlatformKind::Freebsd => Box::new(freebsd::Freebsd),
        PlatformKind::Linux => Box::new(linux::Linux { oci }),
    }
}

/// The effective start and stop commands of an environment.
pub fn commands(platform: &dyn Platform, env: &Env) -> (Vec<String>, Vec<String>) {
    (
        env.exec.start.clone().unwrap_or_else(|| platform.default_start()),
        env.exec.stop.clone().unwrap_or_else(|| platform.default_stop()),
    )
}

/// User and group ids of people, not of the system.
const PEOPLE: std::ops::Range<u64> = 1000..65533;

/// System accounts only (uid below 1000 or from 65533 on), no password, in passwd(5) form.
pub(crate) fn system_accounts(passwd: &str) -> impl Iterator<Item = Vec<&str>> {
    passwd.lines().map(|l| l.split(':').collect::<Vec<_>>()).filter(|f| {
        f.len() == 7 && f.get(2).and_then(|u| u.parse::<u64>().ok()).is_some_and(|uid| !PEOPLE.contains(&uid))
    })
}

/// System groups only, with none of the host's people in them.
pub(crate) fn system_groups(group: &str, accounts: &str) -> String {
    let users: Vec<&str> = system_accounts(accounts).map(|f| f[0]).collect();
    let mut out = String::new();
    for fields in group.lines().map(|l| l.split(':').collect::<Vec<_>>()) {
        let [name, _, gid, members] = fields[..] else { continue };
        if gid.parse::<u64>().is_ok_and(|gid| !PEOPLE.contains(&gid)) {
            let kept: Vec<&str> = members.split(',').filter(|m| users.contains(m)).collect();
            out.push_str(&format!("{name}:*:{gid}:{}\n", kept.join(",")));
        }
    }
    out
}

/// Runs a query that must exit 0.
pub(crate) fn ask(host: &dyn Host, cmd: &Cmd) -> Result<String> {
    let out = host.query(cmd).map_err(Error::from)?;
    if out.ok() { Ok(out.stdout) } else { Err(crate::host::RunError::failed(cmd, &out).into()) }
}
