//! A workdir in memory, a simulated host around it, and the plans that the commands would make there.

use super::fake::{Dataset, Fake, Jail, Mount, Snap, State};
use super::filter;
use super::net::Iface;
use super::os::write;
use jug::error::Error;
use jug::facts::Facts;
use jug::facts::gather::{Wanted, gather};
use jug::host::fs::Kind;
use jug::model::base::{Base, Origin};
use jug::model::env::{Env, Mode, Storage};
use jug::model::external::Driver;
use jug::model::hook::{Hook, INSIDE, ON_HOST, Point};
use jug::model::limits::Limits;
use jug::model::name::{AbsPath, BaseName, DatasetName, EnvName, NetName};
use jug::model::network::Network;
use jug::model::schema;
use jug::model::size::ByteSize;
use jug::plan::driver::Need;
use jug::plan::guest::Guest;
use jug::plan::{
    Effect, Plan, base, clone, create, live, mnt, network, register, remove, rename, start, stop,
};
use jug::platform::{PlatformKind, of};
use jug::programs::runc::Runtime;
use jug::store::layout::Layout;
use jug::store::node::Node;
use jug::store::{bases, networks, registry, started};
use std::cell::Cell;
use std::path::Path;

/// The node's identity.
pub const NODE: uuid::Uuid = uuid::Uuid::from_u128(0x9999_6d0e_4a53_9f4c_1d2c_3b4a_5f60);

pub const UUID: uuid::Uuid = uuid::uuid!("7f1c0a52-6d0e-4a53-9f4c-1d2c3b4a5f60");
pub const BASE_UUID: uuid::Uuid = uuid::uuid!("0b0b0b0b-6d0e-4a53-9f4c-1d2c3b4a5f60");

pub fn time() -> jiff::Timestamp {
    "2026-01-02T03:04:05Z".parse().unwrap()
}

pub struct World {
    dir: tempfile::TempDir,
    pub kind: PlatformKind,
    pub layout: Layout,
    pub fake: Fake,
    wired: Cell<bool>,
    pub driver: Cell<Driver>,
}

/// The files of a small userland.
pub fn userland(root: &Path) {
    for dir in ["bin", "etc", "root", "tmp", "home", "usr", "usr/local", "var", "var/log", "dev", "mnt"] {
        let _ = std::fs::create_dir(root.join(dir));
    }
    for (file, text) in [("bin/sh", "sh"), ("etc/rc", "rc"), ("etc/group", "wheel:*:0:root\n")] {
        write(&root.join(file), text);
    }
}

/// What is wanted of the environment.
#[derive(Clone, Copy)]
pub struct Wish {
    pub base: &'static str,
    pub mode: Mode,
    pub storage: Storage,
}

impl World {
    /// A host with things on it that are not jug's.
    pub fn new(kind: PlatformKind) -> Self {
        let memory = Path::new("/dev/shm");
        let dir = tempfile::tempdir_in(memory).or_else(|_| tempfile::tempdir()).unwrap();
        let top: AbsPath = dir.path().canonicalize().unwrap().to_str().unwrap().parse().unwrap();
        let layout = Layout::new(&top.join("w")).unwrap().ensure().unwrap();
        for d in ["store", "tree", "host", "host/etc", "host/usr", "host/usr/bin", "hooks", "dev"] {
            std::fs::create_dir(top.join(d).as_path()).unwrap();
        }
        std::os::unix::fs::symlink("usr/bin", top.join("host/bin").as_path()).unwrap();
        write(top.join("host/etc/rc").as_path(), "rc");
        write(top.join("host/etc/profile").as_path(), "profile");
        userland(top.join("tree").as_path());
        for hook in ["hooks/h", "hooks/mnt-start", "hooks/mnt-stop"] {
            jug::host::fs::write_atomic(top.join(hook).as_path(), "#!/bin/sh\n", 0o755).unwrap();
        }
        let plain = |mountpoint: &str| Dataset {
            stamp: None,
            mountpoint: mountpoint.into(),
            mounted: false,
            origin: None,
        };
        let names =
            ["tank", "tank/jug", "tank/jug/env", "tank/jug/bases", "tank/home", "tank/jug/env/theirs"];
        let mount = |source: &str, target: &str| Mount {
            source: source.into(),
            target: target.into(),
            fstype: "zfs".into(),
        };
        let state = State {
            kind,
            workdir: layout.workdir.to_string(),
            store: top.join("store").as_path().to_path_buf(),
            datasets: names.map(|n| (n.to_string(), plain("none"))).into(),
            bookmarks: std::collections::BTreeMap::new(),
            snapshots: [("tank/home@monday".to_string(), Snap::default())].into(),
            taken: 0,
            mounts: vec![mount("tank/home", "/home of all"), mount("/dev/vda", "/")],
            jails: vec![Jail {
                name: "db".into(),
                path: "/srv/db".into(),
                stamp: None,
                running: true,
                processes: true,
                params: [].into(),
            }],
            interfaces: ["lo0", "em0", "a b"].map(Iface::new).into(),
            namespaces: vec!["theirs".into()],
            addresses: vec![("em0".into(), "192.0.2.1".parse().unwrap())],
            // Another's; and one on ours with an action that jug does not use.
            rules: ["jail:db:maxproc:deny=50", "jail:www:memoryuse:log=99"].map(String::from).to_vec(),
            filter: [(filter::THEIRS.to_string(), ("rdr theirs\n".into(), "pass theirs\n".into()))].into(),
            sessions: vec!["iqn.2026-01.org.example:theirs".into()],
            wont_mount: false,
            machines: super::machine::Machines::default(),
            nfs: super::mountd::Nfs::default(),
        };
        let oci = Runtime { program: "runc".into(), root: layout.workdir.join("run/.oci").to_string() };
        let fake = Fake::new(state, of(kind, oci), layout.clone());
        Self { dir, kind, layout, fake, wired: Cell::new(false), driver: Cell::default() }
    }

    pub fn top(&self) -> AbsPath {
        self.dir.path().canonicalize().unwrap().to_str().unwrap().parse().unwrap()
    }
    pub fn name() -> EnvName {
        "www".parse().unwrap()
    }
    fn zfs_root() -> DatasetName {
        "tank/jug".parse().unwrap()
    }

    /// A new environment with all that can break.
    pub fn env(&self, wish: Wish) -> Env {
        let mut env = Env::new(UUID, time(), wish.base.parse().unwrap());
        (env.mode, env.storage) = (wish.mode, wish.storage);
        env.owner.epoch = 1;
        if wish.storage == Storage::External {
            env.mnt_start = Some(self.top().join("hooks/mnt-start"));
            env.mnt_stop = Some(self.top().join("hooks/mnt-stop"));
        }
        if wish.storage == Storage::External && self.driver.get() != Driver::Script {
            (env.mnt_start, env.mnt_stop, env.external) = (None, None, self.external());
        }
        env.dataset = (wish.storage == Storage::Zfs).then(|| "tank/jug/env/www".parse().unwrap());
        env.net = vec!["alias:em0:192.0.2.7/32".parse().unwrap(), "alias:em0:192.0.2.1/24".parse().unwrap()];
        if self.wired.get() {
            env.net = vec![
                "lan:10.10.0.7+fd00::7,unit=1001".parse().unwrap(),
                "san:10.66.0.7,mac=02:00:00:00:00:07,unit=1002".parse().unwrap(),
            ];
            env.expose = vec![
                "8080:80".parse().unwrap(),
                "53:53/both,on=192.0.2.1,from=192.0.2.0/24".parse().unwrap(),
            ];
        }
        env.fstab = vec!["tmpfs /mnt tmpfs size=1m".parse().unwrap()];
        env.exec.kill_timeout = Some(1);
        env.limits = Limits {
            memory: Some(ByteSize(64 << 20)),
            swap: Some(ByteSize(0)),
            cpu: Some(150),
            cpuset: "0,2".parse().ok(),
            ..Limits::default()
        };
        if self.kind == PlatformKind::Linux {
            env.exec.start = Some(vec!["/bin/sh".into(), "/etc/rc".into()]);
        }
        let hook = Hook { path: self.top().join("hooks/h"), policy: None, timeout: None };
        env.hooks = Point::ALL.map(|p| (p, vec![hook.clone()])).into();
        env
    }

    pub fn guest<'a>(&'a self, name: &'a EnvName, env: &'a Env, base: Option<&'a Base>) -> Guest<'a> {
        Guest {
            name,
            env,
            base,
            layout: &self.layout,
            platform: self.fake.platform.as_ref(),
            node: Node { id: NODE, name: "here".into() },
            base_has_rc_conf: false,
            host_resolv_conf: Some("nameserver 192.0.2.53\n".into()),
            hook_dirs: ON_HOST
                .into_iter()
                .chain(INSIDE)
                .filter(|d| self.layout.system(name).join(d).as_path().is_dir())
                .collect(),
            node_hooks: vec![(Point::Prestart, self.top().join("hooks/h"))],
        }
    }

    /// A script in each of CBSD's hook directories.
    pub fn hook_dirs(&self) {
        for dir in ON_HOST.into_iter().chain(INSIDE) {
            let dir = self.layout.system(&Self::name()).join(dir);
            std::fs::create_dir(dir.as_path()).unwrap();
            jug::host::fs::write_atomic(dir.join("h").as_path(), "#!/bin/sh\n", 0o755).unwrap();
        }
    }

    pub fn facts(&self, env: &Env) -> Facts {
        let name = Self::name();
        let zfs = (env.storage == Storage::Zfs).then(Self::zfs_root);
        let l = &self.layout;
        let wanted = Wanted {
            containers: true,
            mounts: true,
            snapshots: env.dataset.clone().into_iter().collect(),
            datasets: zfs,
            addresses: true,
            networks: true,
            filter: true,
            forwarding: true,
            rulesets: true,
            limits: true,
            accounts: true,
            paths: [mnt::places(l, &name).to_vec(), vec![l.root(&name, env), l.rules(&name)]].concat(),
            ..Wanted::default()
        };
        let mut facts = gather(&self.fake, self.fake.platform.as_ref(), l, &wanted).unwrap();
        let all = registry::all(l).unwrap();
        facts.environments = all.into_iter().map(|(n, e)| (n.to_string(), e.text)).collect();
        facts
    }

    pub fn create(&self, wish: Wish) -> jug::error::Result<Plan> {
        let (name, env) = (Self::name(), self.env(wish));
        let base = bases::get(&self.layout, env.base.as_ref().unwrap()).unwrap();
        create::plan(&self.guest(&name, &env, Some(&base)), &self.facts(&env)).map(|p| self.here(p))
    }
    pub fn start(&self) -> jug::error::Result<Option<Plan>> {
        let name = Self::name();
        let (_, env) = registry::get(&self.layout, &name)?;
        let base = bases::get(&self.layout, env.base.as_ref().unwrap()).ok();
        start::plan(&self.guest(&name, &env, base.as_ref()), &self.facts(&env), time())
    }
    pub fn stop(&self) -> jug::error::Result<Option<Plan>> {
        let name = Self::name();
        let (_, env) = registry::get(&self.layout, &name)?;
        let started = started::read(&self.layout, &name);
        stop::plan(&self.guest(&name, &env, None), &self.facts(&env), started.as_ref())
    }
    pub fn remove(&self) -> jug::error::Result<Plan> {
        let name = Self::name();
        let (_, env) = registry::get(&self.layout, &name)?;
        remove::plan(&self.guest(&name, &env, None), &self.facts(&env), false)
    }
    pub fn set(&self, changes: &[&str]) -> jug::error::Result<Plan> {
        let name = Self::name();
        let (text, old) = registry::get(&self.layout, &name)?;
        let changes: Vec<_> = changes.iter().map(|c| c.parse().unwrap()).collect();
        let (new_text, new) = schema::edit(&text, "www", &changes)?;
        let started = started::read(&self.layout, &name);
        let (before, after) = (self.guest(&name, &old, None), self.guest(&name, &new, None));
        live::plan(&before, &after, &self.facts(&new), started.as_ref(), (&text, &new_text)).map(|p| p.0)
    }

    /// From now on its environment is on two networks, which are known.
    pub fn wire(&self) {
        self.wired.set(true);
        for (name, more) in [
            (
                "lan",
                "unit = 1000\nsubnets = [\"10.10.0.0/24\", \"fd00::/64\"]\ngateway = [\"10.10.0.1\", \"fd00::1\"]\nnat = \"auto\"\n",
            ),
            ("wire", "unit = 1004\nuplink = \"a b\"\ndhcp = true\n"),
            ("office", "unit = 1005\ndhcp = true\n[vlan]\nid = 7\nparent = \"em0\"\n"),
            (
                "san",
                "unit = 1003\nsubnets = [\"10.66.0.0/24\"]\ngateway = [\"10.66.0.1\"]\nisolated = true\nprivate = true\nmtu = 9000\n",
            ),
        ] {
            let uuid = uuid::Uuid::from_u128(NODE.as_u128() ^ u128::from(name.as_bytes()[0]));
            let text = format!("version = 1\nuuid = \"{uuid}\"\ncreated = \"{}\"\n{more}", time());
            let name: NetName = name.parse().unwrap();
            write(self.layout.network_file(&name).as_path(), &text);
        }
    }
    fn network(&self, name: &str) -> (NetName, Network) {
        let name: NetName = name.parse().unwrap();
        let all = networks::parse(&networks::texts(&self.layout).unwrap()).unwrap();
        let it = all[&name].clone();
        (name, it)
    }
    /// The plan that brings a network up.
    pub fn net_up(&self, name: &str) -> jug::error::Result<Option<Plan>> {
        let (name, it) = self.network(name);
        let wanted = Wanted { addresses: true, filter: true, forwarding: true, ..Wanted::default() };
        let facts = gather(&self.fake, self.fake.platform.as_ref(), &self.layout, &wanted).unwrap();
        network::up(&name, &it, &self.layout, self.fake.platform.as_ref(), &facts)
    }
    /// The plan that removes a network.
    pub fn net_remove(&self, name: &str) -> jug::error::Result<Plan> {
        if !self.layout.network_file(&name.parse().unwrap()).as_path().exists() {
            return Err(jug::error::Error::not_found(name, "it is gone"));
        }
        let (name, it) = self.network(name);
        let paths = vec![self.layout.network_rules(&name)];
        let wanted = Wanted { addresses: true, paths, ..Wanted::default() };
        let facts = gather(&self.fake, self.fake.platform.as_ref(), &self.layout, &wanted).unwrap();
        network::remove(&name, &it, &[], &self.layout, self.fake.platform.as_ref(), &facts)
    }

    /// The plan of unregistering it.
    pub fn leave(&self) -> jug::error::Result<Plan> {
        let name = Self::name();
        let (_, env) = registry::get(&self.layout, &name)?;
        register::leave(&self.guest(&name, &env, None), &self.facts(&env), time(), Vec::new())
    }
    /// The plan of registering it again, with what jregister would read once its storage is mounted.
    pub fn enter(&self, wish: Wish) -> jug::error::Result<Plan> {
        let (name, mut env) = (Self::name(), self.env(wish));
        if registry::get(&self.layout, &name).is_ok() {
            return Err(Error::conflict(&name, "it is registered already"));
        }
        env.owner.epoch = 1 + self.last_epoch();
        let (guest, facts) = (self.guest(&name, &env, None), self.facts(&env));
        let mut plan = Plan::new("jregister", &name);
        plan.steps = mnt::start_for(&guest, &facts, Need::Look)?;
        plan.steps.extend(register::enter(&guest, &facts, Some(env.owner.epoch), time(), None, false)?);
        plan.point_of_no_return();
        plan.steps.extend(mnt::stop(&guest, &mnt::before(&guest, &facts)));
        Ok(plan)
    }
    /// The last epoch there is, wherever its system directory is now.
    fn last_epoch(&self) -> u64 {
        let kept = ["server/s/www", "server/jails/system/www", "disk/www/system"];
        let kept = kept.map(|d| self.top().join("store").join(d));
        let dirs = [self.layout.system(&Self::name())].into_iter().chain(kept);
        let epochs = dirs.flat_map(|d| std::fs::read_dir(d.join("owner.d").as_path())).flatten();
        epochs.flatten().filter_map(|e| e.file_name().to_str()?.parse().ok()).max().unwrap_or(0)
    }
    /// The plan of calling it `web`.
    pub fn rename(&self) -> jug::error::Result<Plan> {
        let (name, to): (EnvName, EnvName) = (Self::name(), "web".parse().unwrap());
        let (_, env) = registry::get(&self.layout, &name)?;
        let renamed =
            Env { dataset: env.dataset.as_ref().map(|_| "tank/jug/env/web".parse().unwrap()), ..env.clone() };
        let base = bases::get(&self.layout, env.base.as_ref().unwrap()).ok();
        let (old, new) = (self.guest(&name, &env, base.as_ref()), self.guest(&to, &renamed, base.as_ref()));
        rename::plan(&old, &new, &self.facts(&env))
    }
    /// The plan of its clone, `web`.
    pub fn clone_it(&self) -> jug::error::Result<Plan> {
        let (name, to): (EnvName, EnvName) = (Self::name(), "web".parse().unwrap());
        let (_, env) = registry::get(&self.layout, &name)?;
        let cloned = Env {
            uuid: BASE_UUID,
            origin: Some(name.clone()),
            dataset: env.dataset.as_ref().map(|_| "tank/jug/env/web".parse().unwrap()),
            ..env.clone()
        };
        let base = bases::get(&self.layout, env.base.as_ref().unwrap()).ok();
        let (old, new) = (self.guest(&name, &env, base.as_ref()), self.guest(&to, &cloned, base.as_ref()));
        clone::plan(&old, &new, &self.facts(&env), None)
    }

    pub fn import(&self, name: &str, origin: Origin, zfs: bool) -> jug::error::Result<Plan> {
        let name: BaseName = name.parse().unwrap();
        let source = match origin {
            Origin::Host => None,
            Origin::Tree => Some(self.top().join("tree")),
            _ => Some(self.top().join("base.txz")),
        };
        let dataset: Option<DatasetName> = zfs.then(|| format!("tank/jug/bases/{name}").parse().unwrap());
        let it = Base {
            version: 1,
            uuid: BASE_UUID,
            created: time(),
            origin,
            source: "somewhere".into(),
            sha256: None,
            dataset: dataset.clone(),
            mounts: Vec::new(),
            own: Vec::new(),
        };
        let what = base::Import {
            name: &name,
            base: it,
            source,
            layout: &self.layout,
            platform: self.fake.platform.as_ref(),
        };
        let wanted = Wanted {
            datasets: dataset.and(Some(Self::zfs_root())),
            paths: base::paths_of_interest(&what),
            ..Wanted::default()
        };
        let mut facts = gather(&self.fake, self.fake.platform.as_ref(), &self.layout, &wanted).unwrap();
        // The host's own userland is that of the test, not of the machine it runs on.
        facts.paths.retain(|p, _| p.starts_with(self.top().as_str()));
        for (dir, kind) in [("/usr/bin", Kind::Dir), ("/usr/share", Kind::Dir), ("/bin", Kind::Link)] {
            facts.paths.insert(dir.into(), kind);
        }
        base::import(what, &facts).map(|p| self.here(p.0))
    }
    pub fn forget_base(&self, name: &str) -> jug::error::Result<Plan> {
        let name: BaseName = name.parse().unwrap();
        let it = bases::get(&self.layout, &name)?;
        let wanted = Wanted {
            mounts: true,
            datasets: it.dataset.as_ref().map(|_| Self::zfs_root()),
            snapshots: it.dataset.clone().into_iter().collect(),
            ..Wanted::default()
        };
        let facts = gather(&self.fake, self.fake.platform.as_ref(), &self.layout, &wanted).unwrap();
        base::remove(&name, &it, &[], &self.layout, self.fake.platform.as_ref(), &facts)
    }

    /// Copies of the running system's files come from the test's own.
    fn here(&self, mut plan: Plan) -> Plan {
        for step in &mut plan.steps {
            if let Effect::CopyTree { from, .. } = &mut step.action.effect
                && !from.as_str().starts_with(self.top().as_str())
            {
                *from = self.top().join("host").join(from.as_str());
            }
        }
        plan
    }
}
