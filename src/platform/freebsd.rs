//! FreeBSD 15.0: jail(8), jexec(8), nullfs(4), devfs(4).

use super::limits::{self, Live, Usages};
use super::{HostUserland, Inside, Platform, PlatformKind, ask, system_accounts, system_groups, vnet};
use crate::error::Result;
use crate::facts::usage::Limiting;
use crate::facts::{Accounts, Address, Container, Facts, Forwarding, Interface, Mounted};
use crate::host::{Cmd, Host};
use crate::model::env::Storage;
use crate::model::fstab::Mount;
use crate::model::limits::{Limit, Limits};
use crate::model::name::{AbsPath, InterfaceName};
use crate::model::network::Network;
use crate::model::nic::Unit;
use crate::plan::guest::Guest;
use crate::plan::wire::Card;
use crate::plan::{Effect, Guard, Step};
use crate::programs::{chflags, devfs, ifconfig, jail, jexec, jls, mount, mtree, pkill, pwd_mkdb, sysctl};
use ipnet::IpNet;

/// The home platform.
#[derive(Debug)]
pub struct Freebsd;

const USERLAND: HostUserland = HostUserland {
    mounts: &[
        "bin",
        "sbin",
        "lib",
        "libexec",
        "rescue",
        "usr/bin",
        "usr/sbin",
        "usr/lib",
        "usr/lib32",
        "usr/libexec",
        "usr/libdata",
        "usr/include",
        "usr/share",
    ],
    skeleton: &[
        "dev",
        "proc",
        "mnt",
        "media",
        "net",
        "usr",
        "usr/src",
        "usr/obj",
        "usr/ports",
        "etc",
        "root",
        "tmp",
        "home",
        "usr/local",
        "var",
    ],
    etc: &[
        "rc",
        "rc.subr",
        "rc.shutdown",
        "rc.d",
        "rc.bsdextended",
        "network.subr",
        "defaults",
        "login.conf",
        "login.conf.db",
        "login.access",
        "nsswitch.conf",
        "services",
        "protocols",
        "netconfig",
        "rpc",
        "shells",
        "ttys",
        "syslog.conf",
        "syslog.d",
        "newsyslog.conf",
        "newsyslog.conf.d",
        "crontab",
        "termcap",
        "termcap.small",
        "profile",
        "csh.cshrc",
        "csh.login",
        "csh.logout",
        "motd.template",
        "mtree",
        "pam.d",
        "periodic",
        "security",
        "ssl/certs",
        "ssl/openssl.cnf",
        "ssl/cert.pem",
        "os-release",
        "rmt",
        "libmap.conf",
        "localtime",
        "devd",
        "pkg",
        "mail/mailer.conf",
        "gettytab",
        "phones",
        "regdomain.xml",
        "skel",
        "disktab",
        "dhclient.conf",
    ],
};

/// A small rc.conf: without an address syslogd would fail, and no jail is a mail server by itself (F1.4).
const RC_CONF: &str = "# Written by jug at creation; yours from now on.\nsyslogd_flags=\"-ss\"\nsendmail_enable=\"NONE\"\ncron_flags=\"-J 60\"\n";

impl Platform for Freebsd {
    fn kind(&self) -> PlatformKind {
        PlatformKind::Freebsd
    }
    fn default_workdir(&self) -> &'static str {
        "/usr/jails"
    }
    fn default_config(&self) -> &'static str {
        "/usr/local/etc/jug.toml"
    }
    fn needed_programs(&self) -> Vec<(String, &'static str)> {
        [
            "jail", "jls", "jexec", "mount", "umount", "ifconfig", "pkill", "pgrep", "tar", "find", "fetch",
            "mtree", "pwd_mkdb", "chflags", "ps", "devfs", "rctl", "cpuset", "sysctl", "route",
        ]
        .map(|p| (p.to_string(), "the base system"))
        .to_vec()
    }
    fn host_userland(&self) -> HostUserland {
        USERLAND
    }

    fn list_containers(&self) -> Cmd {
        jls::list()
    }
    fn parse_containers(&self, text: &str) -> Result<Vec<Container>> {
        jls::parse(text)
    }
    fn one_container(&self, name: &str) -> Cmd {
        jls::one(name)
    }
    fn parse_one(&self, text: &str) -> Result<Option<Container>> {
        Ok(jls::parse(text)?.into_iter().next())
    }
    fn mounts(&self, host: &dyn Host) -> Result<Vec<Mounted>> {
        mount::parse_table(&ask(host, &mount::table())?)
    }
    fn list_addresses(&self) -> Cmd {
        ifconfig::list()
    }
    fn parse_addresses(&self, text: &str) -> Result<(Vec<Interface>, Vec<Address>)> {
        Ok(ifconfig::parse(text))
    }
    fn rulesets(&self, host: &dyn Host) -> Result<Option<Vec<u16>>> {
        devfs::parse_showsets(&ask(host, &devfs::showsets())?).map(Some)
    }
    fn openzfs(&self) -> bool {
        true
    }
    fn volumes(&self, _: &dyn Host) -> bool {
        true
    }

    fn bind(&self, source: &str, target: &AbsPath, read_only: bool) -> Cmd {
        mount::nullfs(source, target, read_only)
    }
    fn devices(&self, ruleset: u16, target: &AbsPath) -> Option<Cmd> {
        Some(mount::devfs(ruleset, target))
    }
    fn mount_entry(&self, entry: &Mount, target: &AbsPath) -> Cmd {
        mount::entry_freebsd(entry, target)
    }
    fn add_address(&self, interface: &str, address: &IpNet) -> Cmd {
        ifconfig::add(interface, address)
    }
    fn remove_address(&self, interface: &str, address: &IpNet) -> Cmd {
        ifconfig::remove(interface, address)
    }

    fn bridge(&self, unit: Unit) -> InterfaceName {
        vnet::bridge(unit)
    }
    fn vlan(&self, unit: Unit) -> InterfaceName {
        vnet::vlan(unit)
    }
    fn host_end(&self, unit: Unit) -> InterfaceName {
        vnet::host_end(unit)
    }
    fn remove_link(&self, name: &InterfaceName) -> Cmd {
        ifconfig::destroy(name.as_str())
    }
    fn bridge_up(&self, network: &Network, facts: &Facts) -> Vec<Step> {
        vnet::bridge_up(network, facts)
    }
    fn bridge_down(&self, network: &Network) -> Vec<Step> {
        vnet::bridge_down(network)
    }
    fn attach(&self, _: &Guest<'_>, cards: &[Card<'_>]) -> Vec<Step> {
        vnet::attach(cards)
    }
    fn attach_inside(&self, guest: &Guest<'_>, cards: &[Card<'_>]) -> Vec<Step> {
        vnet::attach_inside(guest, cards)
    }
    fn stack_of(&self, _: uuid::Uuid) -> Option<(Guard, Cmd)> {
        None
    }
    fn detach(&self, _: &Guest<'_>) -> Vec<Step> {
        Vec::new()
    }
    fn forwarding(&self, host: &dyn Host) -> Result<Forwarding> {
        sysctl::parse_forwarding(&ask(host, &sysctl::forwarding())?)
    }

    fn create_container(&self, guest: &Guest<'_>) -> Vec<Step> {
        let (name, env) = (guest.name, guest.env);
        let make = Step::run(format!("make the jail {name}"), jail::create(name, env, &guest.root()))
            .undo_when(guest.there(), self.remove_container(guest));
        // Rules may be there before their jail (F6): then nothing of it ever ran without them.
        let mut steps = limits::freebsd_before(name, &env.limits);
        steps.push(make);
        steps.extend(limits::freebsd_cpus(name, &env.limits));
        steps
    }
    fn remove_container(&self, guest: &Guest<'_>) -> Effect {
        Effect::Run(self.stop_orphan(guest.name.as_str()))
    }
    fn stop_orphan(&self, name: &str) -> Cmd {
        jail::remove(name)
    }
    fn end_processes(&self, guest: &Guest<'_>, seconds: u64) -> Vec<Step> {
        let name = guest.name;
        let there = || guest.there();
        vec![
            Step::run("ask what still runs to end", pkill::signal(name.as_str(), "TERM")).when(there()),
            Step::new("wait for it", Effect::AwaitEnd { probe: pkill::any(name.as_str()), seconds })
                .when(there()),
            // By itself `jail -R` would ask once more, and wait ten seconds (jail(8), stop.timeout).
            Step::run("kill what does not", pkill::signal(name.as_str(), "KILL")).when(there()),
        ]
    }
    fn exec(&self, guest: &Guest<'_>, argv: &[String]) -> Cmd {
        jexec::run(guest.name.as_str(), "root", None, argv)
    }
    fn exec_inside(&self, name: &str, how: &Inside) -> Result<Cmd> {
        if how.argv.is_empty() {
            // Without a command jexec runs the user's own shell, as a login shell.
            return Ok(jexec::run(name, &how.user, how.dir.as_deref(), &[]));
        }
        // env(1) gives 126 and 127 where jexec itself would give 1 (F2.10), and sets variables without a shell.
        let mut argv = vec!["/usr/bin/env".to_string()];
        argv.extend(how.env.iter().map(|(k, v)| format!("{k}={v}")));
        argv.extend(how.argv.iter().cloned());
        Ok(jexec::run(name, &how.user, how.dir.as_deref(), &argv))
    }
    fn default_start(&self) -> Vec<String> {
        vec!["/bin/sh".into(), "/etc/rc".into()]
    }
    fn default_stop(&self) -> Vec<String> {
        vec!["/bin/sh".into(), "/etc/rc.shutdown".into(), "jail".into()]
    }
    fn live(&self, guest: &Guest<'_>, keys: &[String]) -> Option<(Cmd, Vec<String>)> {
        const LIVE: [&str; 8] = [
            "host.hostname",
            "devfs_ruleset",
            "enforce_statfs",
            "securelevel",
            "children.max",
            "sysvmsg",
            "sysvsem",
            "sysvshm",
        ];
        let mut covered = Vec::new();
        let mut parameters = Vec::new();
        for key in keys {
            if let Some(permission) = key.strip_prefix("allow.") {
                parameters.push(jail::allow(permission, guest.env.allow.get(permission)));
                covered.push(key.clone());
            } else if LIVE.contains(&key.as_str()) {
                let prefix = format!("{key}=");
                parameters.extend(
                    jail::live_parameters(guest.name, guest.env)
                        .into_iter()
                        .filter(|p| p.starts_with(&prefix)),
                );
                covered.push(key.clone());
            }
        }
        (!covered.is_empty()).then(|| (jail::modify(guest.name, parameters), covered))
    }

    fn limiting(&self, host: &dyn Host) -> Result<Limiting> {
        limits::freebsd_can(host)
    }
    fn unlimit(&self, guest: &Guest<'_>) -> Vec<Step> {
        limits::freebsd_after(guest.name, &guest.env.limits)
    }
    fn limit_live(
        &self,
        guest: &Guest<'_>,
        (from, to): (&Limits, &Limits),
        differ: &[Limit],
        _: Option<&Limiting>,
    ) -> Live {
        limits::freebsd_live(guest, from, to, differ)
    }
    fn usage(&self, host: &dyn Host, containers: &[&Container]) -> Result<Usages> {
        limits::freebsd_usage(host, containers)
    }

    fn fill_from_host(&self, guest: &Guest<'_>, accounts: &Accounts) -> Vec<Step> {
        let data = guest.data();
        let etc = data.join("etc");
        let mut master = String::new();
        for f in system_accounts(&accounts.passwd) {
            master.push_str(&format!("{}:*:{}:{}::0:0:{}:{}:{}\n", f[0], f[2], f[3], f[4], f[5], f[6]));
        }
        let group = system_groups(&accounts.group, &accounts.passwd);
        let write = |title: &str, path: &str, text: String, mode| {
            Step::new(
                title,
                Effect::WriteIn { root: data.clone(), path: AbsPath::root().join(path), text, mode },
            )
        };
        // pwd_mkdb(8) locks what it writes, and a server may grant no locks (seen over NFSv4 on 15.0, mounted without
        // nolockd): for storage of others the database is built on this node, and copied.
        let scratch = guest.run_dir().join("accounts");
        let remote = guest.env.storage == Storage::External;
        let (root, path, at) = match remote {
            true => (scratch.clone(), "master.passwd", &scratch),
            false => (data.clone(), "etc/master.passwd", &etc),
        };
        let accounts = Step::new(
            "write system accounts without passwords",
            Effect::WriteIn { root, path: AbsPath::root().join(path), text: master, mode: 0o600 },
        );
        let database = Step::run("build the password database", pwd_mkdb::build(at.as_str()));
        let mut steps = vec![
            Step::new(
                "copy what of /etc holds no secret",
                Effect::CopyTree {
                    from: AbsPath::root().join("etc"),
                    to: etc.clone(),
                    only: USERLAND.etc.iter().map(|s| (*s).to_string()).collect(),
                },
            ),
            write("write system groups", "etc/group", group, 0o644),
        ];
        if remote {
            for dir in [guest.run_dir(), scratch.clone()] {
                let make = Effect::MakeDir { path: dir.clone(), mode: 0o700 };
                steps.push(Step::new(format!("make {dir}"), make).undo(Effect::RemoveTree { path: dir }));
            }
        }
        steps.extend([accounts, database]);
        if remote {
            let only = pwd_mkdb::FILES.map(String::from).to_vec();
            steps.extend([
                Step::new("copy it to its storage", Effect::CopyTree { from: scratch, to: etc, only }),
                Step::new(
                    format!("remove {}", guest.run_dir()),
                    Effect::RemoveTree { path: guest.run_dir() },
                ),
            ]);
        }
        steps.push(Step::run("make the directories of /var", mtree::var(data.join("var").as_str())));
        steps
    }

    fn settle(&self, guest: &Guest<'_>, thin: bool) -> Vec<Step> {
        let data = guest.data();
        let mut steps = Vec::new();
        if thin || !guest.base_has_rc_conf {
            steps.push(Step::new(
                "write a small rc.conf",
                Effect::WriteIn {
                    root: data.clone(),
                    path: AbsPath::root().join("etc/rc.conf"),
                    text: RC_CONF.into(),
                    mode: 0o644,
                },
            ));
        }
        if let Some(text) = guest.resolv_conf() {
            steps.push(Step::new(
                "copy resolv.conf",
                Effect::WriteIn {
                    root: data,
                    path: AbsPath::root().join("etc/resolv.conf"),
                    text,
                    mode: 0o644,
                },
            ));
        }
        steps
    }

    fn rename_inside(&self, _: &Guest<'_>) -> Vec<Step> {
        // jail(8) gives it its name.
        Vec::new()
    }

    fn unprotect(&self, tree: &AbsPath) -> Option<Cmd> {
        // base.txz sets schg on libc.so.7, /var/empty and more (F9.7).
        Some(chflags::unprotect(tree.as_str()))
    }
}
