//! An environment with everything a planner needs to know about it: its paths, its base, its platform.

use crate::facts::Container;
use crate::model::base::Base;
use crate::model::env::{Env, Kind};
use crate::model::name::{AbsPath, EnvName};
use crate::platform::{Platform, PlatformKind, machine};
use crate::store::layout::Layout;

/// One environment on this node.
#[derive(Debug)]
pub struct Guest<'a> {
    /// Its name.
    pub name: &'a EnvName,
    /// What is wanted of it.
    pub env: &'a Env,
    /// Its base, if that is still there.
    pub base: Option<&'a Base>,
    /// The workdir.
    pub layout: &'a Layout,
    /// The platform.
    pub platform: &'a dyn Platform,
    /// This node, as owners are written down.
    pub node: crate::store::node::Node,
    /// Whether the base brings an /etc/rc.conf of its own.
    pub base_has_rc_conf: bool,
    /// The host's /etc/resolv.conf.
    pub host_resolv_conf: Option<String>,
    /// Scripts below `hooks.d`, by point, sorted.
    pub node_hooks: Vec<(crate::model::hook::Point, AbsPath)>,
    /// CBSD's hook directories that are in its system directory, by name; with storage external that is not looked at
    /// while planning.
    pub hook_dirs: Vec<&'static str>,
}

impl Guest<'_> {
    /// The same with something else wanted of it.
    pub fn with<'b>(&'b self, env: &'b Env) -> Guest<'b> {
        Guest {
            env,
            node: self.node.clone(),
            host_resolv_conf: None,
            node_hooks: Vec::new(),
            hook_dirs: Vec::new(),
            ..*self
        }
    }
    /// What a command on such an environment is called: `jstart`, `vm-start`.
    pub fn verb(&self, verb: &str) -> String {
        verb_of(self.env.kind, verb)
    }
    /// What is to be typed for a command on it: `jug vm-stop www`. The verb may have options behind it.
    pub fn command(&self, verb: &str) -> String {
        format!("jug {} {}", self.verb(verb), self.name)
    }
    /// Its data: the root itself in clone and full mode.
    pub fn data(&self) -> AbsPath {
        self.layout.data(self.name)
    }
    /// The root as it runs.
    pub fn root(&self) -> AbsPath {
        self.layout.root(self.name, self.env)
    }
    /// What belongs to it and travels.
    pub fn system(&self) -> AbsPath {
        self.layout.system(self.name)
    }
    /// What is local to this node and lasts as long as it runs.
    pub fn run_dir(&self) -> AbsPath {
        self.layout.run(self.name)
    }
    /// Where what its rc prints goes.
    pub fn console(&self) -> AbsPath {
        self.system().join("console.log")
    }
    /// Whether what runs is this environment's here. Two workdirs on one host see the same jails of FreeBSD, and the
    /// same VMs, and one that moved between them has one identity in both.
    pub fn is_its_own(&self, container: &Container) -> bool {
        container.uuid == Some(self.env.uuid)
            && (self.platform.kind() != PlatformKind::Freebsd && !self.env.is_vm()
                || container.path == self.root().as_str())
    }
    /// Its container, or its hypervisor, is there.
    pub fn there(&self) -> crate::plan::Guard {
        if self.env.is_vm() {
            return crate::plan::Guard::Probe { cmd: machine::probe(self) };
        }
        let probe = self.platform.one_container(self.name.as_str());
        crate::plan::Guard::Container { name: self.name.clone(), uuid: self.env.uuid, probe }
    }
    /// The resolv.conf a new environment begins with, if it has a network.
    pub fn resolv_conf(&self) -> Option<String> {
        if self.env.net.contains(&crate::model::net::Net::None) || self.env.has_nics() {
            // With cards, each start says what it is told.
            return None;
        }
        self.host_resolv_conf.clone()
    }
}

/// What a command on environments of a kind is called: `jstart`, `vm-start`.
pub fn verb_of(kind: Kind, verb: &str) -> String {
    match kind {
        Kind::Jail => format!("j{verb}"),
        Kind::Vm => format!("vm-{verb}"),
    }
}
