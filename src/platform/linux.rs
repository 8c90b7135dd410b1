//! Linux: an OCI runtime, bind mounts, ip(8).

use super::account::account;
use super::limits::{self, Live, Usages};
use super::{HostUserland, Inside, Platform, PlatformKind, netns, system_accounts, system_groups};
use crate::error::{Error, Result};
use crate::facts::usage::Limiting;
use crate::facts::{Accounts, Address, Container, Facts, Forwarding, Interface, Mounted};
use crate::host::{Cmd, Host};
use crate::model::fstab::Mount;
use crate::model::limits::{Limit, Limits};
use crate::model::name::{AbsPath, InterfaceName};
use crate::model::network::Network;
use crate::model::nic::Unit;
use crate::plan::guest::Guest;
use crate::plan::wire::Card;
use crate::plan::{Effect, Guard, Step};
use crate::programs::runc::{ExecAs, Runtime};
use crate::programs::{ip, mount, oci, runc};
use ipnet::IpNet;
use std::path::Path;

/// The second platform.
#[derive(Debug)]
pub struct Linux {
    /// The OCI runtime.
    pub oci: Runtime,
}

const PATH: &str = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

const USERLAND: HostUserland = HostUserland {
    mounts: &[
        "bin",
        "sbin",
        "lib",
        "lib32",
        "lib64",
        "libx32",
        "usr/bin",
        "usr/sbin",
        "usr/lib",
        "usr/lib32",
        "usr/lib64",
        "usr/libx32",
        "usr/libexec",
        "usr/include",
        "usr/share",
    ],
    skeleton: &[
        "dev",
        "proc",
        "sys",
        "run",
        "mnt",
        "media",
        "opt",
        "srv",
        "usr",
        "etc",
        "root",
        "tmp",
        "home",
        "usr/local",
        "var",
    ],
    etc: &[
        "alternatives",
        "bash.bashrc",
        "ca-certificates",
        "debian_version",
        "ld.so.cache",
        "ld.so.conf",
        "ld.so.conf.d",
        "localtime",
        "login.defs",
        "mime.types",
        "nsswitch.conf",
        "os-release",
        "pam.conf",
        "pam.d",
        "profile",
        "profile.d",
        "protocols",
        "rpc",
        "security/access.conf",
        "security/capability.conf",
        "security/faillock.conf",
        "security/group.conf",
        "security/limits.conf",
        "security/limits.d",
        "security/namespace.conf",
        "security/pam_env.conf",
        "security/time.conf",
        "services",
        "shells",
        "skel",
        "ssl/certs",
        "ssl/openssl.cnf",
        "terminfo",
        "timezone",
        "inputrc",
        "issue",
        "gai.conf",
    ],
};

impl Platform for Linux {
    fn kind(&self) -> PlatformKind {
        PlatformKind::Linux
    }
    fn default_workdir(&self) -> &'static str {
        "/var/lib/jug"
    }
    fn default_config(&self) -> &'static str {
        "/etc/jug.toml"
    }
    fn needed_programs(&self) -> Vec<(String, &'static str)> {
        let mut all = vec![(self.oci.program.clone(), "package runc (or crun)")];
        for (program, package) in [
            ("mount", "package mount"),
            ("umount", "package mount"),
            ("ip", "package iproute2"),
            ("tar", "package tar"),
            ("find", "package findutils"),
            ("curl", "package curl"),
        ] {
            all.push((program.to_string(), package));
        }
        all
    }
    fn host_userland(&self) -> HostUserland {
        USERLAND
    }

    fn list_containers(&self) -> Cmd {
        self.oci.list()
    }
    fn parse_containers(&self, text: &str) -> Result<Vec<Container>> {
        runc::parse_list(text)
    }
    fn one_container(&self, name: &str) -> Cmd {
        self.oci.state(name)
    }
    fn parse_one(&self, text: &str) -> Result<Option<Container>> {
        runc::parse_state(text).map(Some)
    }
    fn mounts(&self, host: &dyn Host) -> Result<Vec<Mounted>> {
        mount::parse_mountinfo(
            &host.mountinfo().ok_or_else(|| {
                Error::lacks("/proc/self/mountinfo", "it can't be read").next("mount /proc")
            })?,
        )
    }
    fn list_addresses(&self) -> Cmd {
        ip::list()
    }
    fn parse_addresses(&self, text: &str) -> Result<(Vec<Interface>, Vec<Address>)> {
        ip::parse(text)
    }
    fn rulesets(&self, _: &dyn Host) -> Result<Option<Vec<u16>>> {
        Ok(None)
    }
    fn openzfs(&self) -> bool {
        false
    }
    fn volumes(&self, host: &dyn Host) -> bool {
        host.read(Path::new("/sys/module/zfs/version")).is_some()
    }

    fn bind(&self, source: &str, target: &AbsPath, read_only: bool) -> Cmd {
        mount::bind(source, target, read_only)
    }
    fn devices(&self, _: u16, _: &AbsPath) -> Option<Cmd> {
        // The runtime makes /dev inside its own mount namespace.
        None
    }
    fn mount_entry(&self, entry: &Mount, target: &AbsPath) -> Cmd {
        mount::entry_linux(entry, target)
    }
    fn add_address(&self, interface: &str, address: &IpNet) -> Cmd {
        ip::add(interface, address)
    }
    fn remove_address(&self, interface: &str, address: &IpNet) -> Cmd {
        ip::remove(interface, address)
    }

    fn bridge(&self, unit: Unit) -> InterfaceName {
        netns::bridge(unit)
    }
    fn vlan(&self, unit: Unit) -> InterfaceName {
        netns::vlan(unit)
    }
    fn host_end(&self, unit: Unit) -> InterfaceName {
        netns::host_end(unit)
    }
    fn remove_link(&self, name: &InterfaceName) -> Cmd {
        ip::delete(name.as_str())
    }
    fn bridge_up(&self, network: &Network, facts: &Facts) -> Vec<Step> {
        netns::bridge_up(network, facts)
    }
    fn bridge_down(&self, network: &Network) -> Vec<Step> {
        netns::bridge_down(network)
    }
    fn attach(&self, guest: &Guest<'_>, cards: &[Card<'_>]) -> Vec<Step> {
        netns::attach(guest, cards)
    }
    fn attach_inside(&self, _: &Guest<'_>, _: &[Card<'_>]) -> Vec<Step> {
        Vec::new()
    }
    fn stack_of(&self, uuid: uuid::Uuid) -> Option<(Guard, Cmd)> {
        let name = netns::namespace(uuid);
        Some((Guard::Namespace { name: name.clone() }, ip::delete_namespace(&name)))
    }
    fn detach(&self, guest: &Guest<'_>) -> Vec<Step> {
        netns::detach(guest)
    }
    fn forwarding(&self, host: &dyn Host) -> Result<Forwarding> {
        let on = |path: &str| host.read(Path::new(path)).is_some_and(|t| t.trim() != "0");
        Ok(Forwarding {
            v4: on("/proc/sys/net/ipv4/ip_forward"),
            v6: on("/proc/sys/net/ipv6/conf/all/forwarding"),
            from: Some(netns::forwards(host)),
            member_addresses: false,
        })
    }

    fn create_container(&self, guest: &Guest<'_>) -> Vec<Step> {
        let (name, env, bundle) = (guest.name, guest.env, guest.run_dir().join("bundle"));
        let text = oci::config(name, env, &guest.root(), &guest.console(), env.is_thin());
        let stamp = guest.there();
        let config = bundle.join("config.json");
        let console = guest.console();
        let mut run = self.oci.run(name.as_str(), bundle.as_str());
        run.log = Some(console.to_string());
        vec![
            Step::new("make the bundle", Effect::MakeDir { path: bundle.clone(), mode: 0o700 })
                .undo(Effect::RemoveDir { path: bundle }),
            Step::new(
                "write the container's configuration",
                Effect::Write { path: config.clone(), text, mode: 0o600 },
            )
            .undo(Effect::Remove { path: config }),
            // A container that ended without jug (a reboot, a kill) is still in the runtime's books.
            Step::new("clear an ended container of this name away", self.remove_container(guest))
                .when(stamp.clone()),
            Step::run(format!("make the container {name}"), run)
                .undo_when(stamp, self.remove_container(guest)),
        ]
    }
    fn remove_container(&self, guest: &Guest<'_>) -> Effect {
        Effect::Run(self.stop_orphan(guest.name.as_str()))
    }
    fn stop_orphan(&self, name: &str) -> Cmd {
        self.oci.delete(name).limit(30)
    }
    fn end_processes(&self, guest: &Guest<'_>, seconds: u64) -> Vec<Step> {
        let name = guest.name.as_str();
        let there = || guest.there();
        vec![
            // The first process passes it on to all others and ends after them.
            Step::run("ask what still runs to end", self.oci.kill(name, "TERM").accept(1)).when(there()),
            Step::new("wait for it", Effect::AwaitEnd { probe: self.oci.kill(name, "0"), seconds })
                .when(there()),
        ]
    }
    fn exec(&self, guest: &Guest<'_>, argv: &[String]) -> Cmd {
        // The runtime puts pipes between, and waits for all who hold them: a daemon that its rc leaves would never let
        // a start end. So it prints to its console, which is the log. The words of the script are constant.
        let argv: Vec<String> = ["/bin/sh", "-c", "exec \"$@\" >>/dev/console 2>&1 </dev/null", "sh"]
            .map(String::from)
            .into_iter()
            .chain(argv.iter().cloned())
            .collect();
        let env = [("PATH", PATH), ("HOME", "/root"), ("USER", "root")]
            .map(|(k, v)| (k.to_string(), v.to_string()));
        self.oci.exec_as(
            guest.name.as_str(),
            &ExecAs { tty: false, dir: "/", user: "0:0", groups: &[], env: &env },
            &argv,
        )
    }
    fn exec_inside(&self, name: &str, how: &Inside) -> Result<Cmd> {
        let account = account(&how.user, &how.passwd, &how.group)?;
        let mut env: Vec<(String, String)> = [
            ("PATH", PATH),
            ("HOME", &account.home),
            ("USER", &account.name),
            ("LOGNAME", &account.name),
            ("SHELL", &account.shell),
        ]
        .map(|(k, v)| (k.to_string(), v.to_string()))
        .to_vec();
        if let Ok(term) = std::env::var("TERM") {
            env.push(("TERM".into(), term));
        }
        let argv = if how.argv.is_empty() {
            vec![account.shell.clone(), "-l".into()]
        } else {
            let mut argv = vec!["/usr/bin/env".to_string()];
            argv.extend(how.env.iter().map(|(k, v)| format!("{k}={v}")));
            argv.extend(how.argv.iter().cloned());
            argv
        };
        let dir = how.dir.clone().unwrap_or_else(|| account.home.clone());
        let how = ExecAs {
            tty: how.tty,
            dir: &dir,
            user: &format!("{}:{}", account.uid, account.gid),
            groups: &account.groups,
            env: &env,
        };
        Ok(self.oci.exec_as(name, &how, &argv))
    }
    fn default_start(&self) -> Vec<String> {
        Vec::new()
    }
    fn default_stop(&self) -> Vec<String> {
        Vec::new()
    }
    fn live(&self, _: &Guest<'_>, _: &[String]) -> Option<(Cmd, Vec<String>)> {
        None
    }

    fn limiting(&self, host: &dyn Host) -> Result<Limiting> {
        Ok(limits::linux_can(host))
    }
    fn unlimit(&self, _: &Guest<'_>) -> Vec<Step> {
        // The runtime removes the control group with its container.
        Vec::new()
    }
    fn limit_live(
        &self,
        guest: &Guest<'_>,
        from_to: (&Limits, &Limits),
        differ: &[Limit],
        host: Option<&Limiting>,
    ) -> Live {
        limits::linux_live(&self.oci, guest, from_to, differ, host)
    }
    fn usage(&self, host: &dyn Host, containers: &[&Container]) -> Result<Usages> {
        Ok(limits::linux_usage(host, containers))
    }

    fn fill_from_host(&self, guest: &Guest<'_>, accounts: &Accounts) -> Vec<Step> {
        let data = guest.data();
        let (mut passwd, mut shadow) = (String::new(), String::new());
        for f in system_accounts(&accounts.passwd) {
            passwd.push_str(&format!("{}:x:{}:{}:{}:{}:{}\n", f[0], f[2], f[3], f[4], f[5], f[6]));
            shadow.push_str(&format!("{}:*:::::::\n", f[0]));
        }
        let group = system_groups(&accounts.group, &accounts.passwd);
        let write = |title: &str, path: &str, text: String, mode| {
            Step::new(
                title,
                Effect::WriteIn { root: data.clone(), path: AbsPath::root().join(path), text, mode },
            )
        };
        let mut steps = vec![
            Step::new(
                "copy what of /etc holds no secret",
                Effect::CopyTree {
                    from: AbsPath::root().join("etc"),
                    to: data.join("etc"),
                    only: USERLAND.etc.iter().map(|s| (*s).to_string()).collect(),
                },
            ),
            write("write system accounts without passwords", "etc/passwd", passwd, 0o644),
            write("write their shadow", "etc/shadow", shadow, 0o640),
            write("write system groups", "etc/group", group, 0o644),
        ];
        for dir in ["var/log", "var/tmp", "var/cache", "var/lib", "var/spool", "var/mail"] {
            let mode = if dir == "var/tmp" { 0o1777 } else { 0o755 };
            steps.push(Step::new(format!("make {dir}"), Effect::MakeDir { path: data.join(dir), mode }));
        }
        steps
    }

    fn settle(&self, guest: &Guest<'_>, _: bool) -> Vec<Step> {
        let hosts =
            format!("127.0.0.1\tlocalhost\n::1\tlocalhost\n127.0.1.1\t{}\n", guest.env.hostname(guest.name));
        let mut steps = vec![inside(guest, "write its hosts", "etc/hosts", hosts)];
        steps.extend(self.rename_inside(guest));
        steps.extend(
            guest.resolv_conf().map(|text| inside(guest, "copy resolv.conf", "etc/resolv.conf", text)),
        );
        steps
    }
    fn rename_inside(&self, guest: &Guest<'_>) -> Vec<Step> {
        let text = format!("{}\n", guest.env.hostname(guest.name));
        vec![inside(guest, "write its host name", "etc/hostname", text)]
    }

    fn unprotect(&self, _: &AbsPath) -> Option<Cmd> {
        None
    }
}

/// A file of its own.
fn inside(guest: &Guest<'_>, title: &str, path: &str, text: String) -> Step {
    let path = AbsPath::root().join(path);
    Step::new(title, Effect::WriteIn { root: guest.data(), path, text, mode: 0o644 })
}
