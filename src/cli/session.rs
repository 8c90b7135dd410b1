//! What every command needs: the node's configuration, the platform, the workdir, the host, and saved facts if given.

use super::Global;
use crate::apply::Ctx;
use crate::error::{Code, Error, Result};
use crate::facts::Facts;
use crate::facts::gather::{Wanted, gather};
use crate::host::{Host, System, fs};
use crate::model::base::Base;
use crate::model::env::{Env, Kind, Storage};
use crate::model::hook::{self, Point};
use crate::model::name::{AbsPath, BaseName, DatasetName, EnvName};
use crate::model::node::NodeConfig;
use crate::model::schema;
use crate::plan::guest::{Guest, verb_of};
use crate::plan::{machine, mnt};
use crate::platform::{Platform, PlatformKind, of};
use crate::programs::runc::Runtime;
use crate::report::progress::{Progress, Silent, Spinner};
use crate::report::results::Style;
use crate::store::layout::{Layout, OCI_STATE};
use crate::store::node::{self, Node};
use crate::store::{bases, registry};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, Ordering};

/// One run of jug.
#[derive(Debug)]
pub struct Session {
    /// The options of every command.
    pub global: Global,
    /// `jug.toml`.
    pub config: NodeConfig,
    /// Where that is, whether it is there or not.
    pub config_file: PathBuf,
    /// The platform.
    pub platform: Box<dyn Platform>,
    /// The workdir.
    pub layout: Layout,
    /// The host.
    pub host: System,
    /// Saved facts.
    pub saved: Option<Facts>,
    /// Whether storage that does not answer may be unmounted by force.
    pub force: AtomicBool,
    spinner: Option<Spinner>,
    node: OnceLock<Node>,
}

impl Session {
    /// Reads the configuration, and the saved facts if there are any. A configuration that was named must be there,
    /// except for `init`, which writes it.
    pub fn new(global: Global, must_config: bool) -> Result<Self> {
        let saved = global.facts.as_deref().map(read_facts).transpose()?;
        let kind =
            global.platform.or(saved.as_ref().map(|f| f.platform)).unwrap_or_else(PlatformKind::native);
        if let Some(facts) = &saved
            && facts.platform != kind
        {
            return Err(Error::usage(
                "--facts",
                format!("the facts are of {}, not of {kind}", facts.platform),
            ));
        }
        if saved.is_some() && !global.dry_run {
            return Err(Error::usage("--facts", "from saved facts jug only plans").next("give -n as well"));
        }
        if kind != PlatformKind::native() && !global.dry_run {
            return Err(Error::usage("--platform", "for another platform jug only plans")
                .next("give -n, and --facts FILE if the host has other facts"));
        }
        // What is known of a platform without its runtime; the runtime follows once the workdir is known.
        let bare = of(kind, Runtime { program: "runc".into(), root: String::new() });
        let given = global.config.clone().or_else(|| std::env::var_os("JUG_CONFIG").map(PathBuf::from));
        let config_file = given.clone().unwrap_or_else(|| bare.default_config().into());
        let config = read_config(&config_file, must_config && given.is_some())?;
        let workdir = match (&global.workdir, &config.workdir) {
            (Some(dir), _) => super::absolute(dir)?,
            (None, Some(dir)) => dir.clone(),
            (None, None) => default_workdir(bare.as_ref())?,
        };
        let layout = if saved.is_some() { Layout { workdir } } else { Layout::new(&workdir)? };
        let mut again = vec!["--workdir".to_string(), layout.workdir.to_string()];
        if config_file.exists() {
            again.extend(["--config".to_string(), super::absolute(&config_file)?.to_string()]);
        }
        let dirs = config.programs.path.iter().map(|p| p.as_path().to_path_buf());
        let host = System::new(dirs, global.verbose).with_options(again);
        let program = match &config.programs.oci {
            Some(program) => program.clone(),
            None if saved.is_none() && !host.has("runc") && host.has("crun") => "crun".into(),
            None => "runc".into(),
        };
        let platform = of(kind, Runtime { program, root: layout.workdir.join(OCI_STATE).to_string() });
        let spinner = (!global.quiet && !global.verbose && !global.json).then(Spinner::new);
        Ok(Self {
            global,
            config,
            config_file,
            platform,
            layout,
            host,
            saved,
            force: AtomicBool::new(false),
            spinner,
            node: OnceLock::new(),
        })
    }

    /// How results are printed.
    pub fn style(&self) -> Style {
        Style { json: self.global.json, lines: self.global.lines, quiet: self.global.quiet }
    }

    /// What applying needs. Where several targets are worked on at once there is no spinner.
    pub fn ctx(&self, alone: bool) -> Ctx<'_> {
        Ctx {
            host: &self.host,
            platform: self.platform.as_ref(),
            layout: &self.layout,
            progress: self.progress(alone),
            force: self.force.load(Ordering::Relaxed),
        }
    }

    /// Where progress is shown.
    pub fn progress(&self, alone: bool) -> &dyn Progress {
        match &self.spinner {
            Some(s) if alone => s,
            _ => &Silent,
        }
    }

    /// Whether this process may change the host.
    pub fn is_root(&self) -> bool {
        rustix::process::geteuid().is_root()
    }

    /// Refuses what only root can do, in one line.
    pub fn need_root(&self, verb: &str) -> Result<()> {
        if self.is_root() {
            return Ok(());
        }
        Err(Error::new(Code::HostLacks, verb, "only root can do this")
            .next("run it as root; -n shows what it would do"))
    }

    /// The same, unless nothing is to be changed anyway.
    pub fn need_root_unless_dry(&self, verb: &str) -> Result<()> {
        if self.global.dry_run { Ok(()) } else { self.need_root(verb) }
    }

    /// The registry; from the saved facts, if there are any.
    pub fn registry(&self) -> Result<BTreeMap<EnvName, registry::Entry>> {
        match &self.saved {
            Some(facts) => registry::from_texts(&facts.environments),
            None => registry::all(&self.layout),
        }
    }

    /// This node; it gets its identity when it is first needed, unless nothing may be written.
    pub fn node(&self) -> Result<Node> {
        let kind = self.platform.kind();
        if self.saved.is_some() {
            return Ok(Node::default());
        }
        if self.is_root() && !self.global.dry_run {
            if self.node.get().is_none() {
                let node = node::ensure(&self.host, kind, &self.config_file, false)?;
                return Ok(self.node.get_or_init(|| node).clone());
            }
            return Ok(self.node.get().cloned().unwrap_or_default());
        }
        node::read(&self.host, kind, &self.config_file).map(Option::unwrap_or_default)
    }

    /// One environment.
    pub fn env(&self, name: &EnvName) -> Result<(String, Env)> {
        let Some(facts) = &self.saved else { return registry::get(&self.layout, name) };
        match registry::from_texts(&facts.environments)?.remove(name) {
            Some(entry) => Ok((entry.text, entry.env?)),
            None => Err(registry::missing(name, self.registry()?.keys())),
        }
    }

    /// What a command on an environment is called, by its kind: `jstart`, `vm-start`.
    pub fn verb(&self, name: &EnvName, verb: &str) -> String {
        verb_of(self.env(name).map_or(Kind::Jail, |(_, e)| e.kind), verb)
    }

    /// One base, if it is there.
    pub fn base(&self, name: &BaseName) -> Option<Base> {
        match &self.saved {
            Some(facts) => facts.bases.get(name.as_str()).and_then(|t| schema::read(t, name.as_str()).ok()),
            None => bases::get(&self.layout, name).ok(),
        }
    }

    /// The base that an environment stands on, if it has one and that is there.
    pub fn base_of(&self, env: &Env) -> Option<Base> {
        env.base.as_ref().and_then(|name| self.base(name))
    }

    /// Facts: gathered, or the saved ones.
    pub fn gather(&self, wanted: &Wanted) -> Result<Facts> {
        match &self.saved {
            Some(facts) => Ok(facts.clone()),
            None if self.platform.kind() != PlatformKind::native() => {
                let kind = self.platform.kind();
                Err(Error::usage(
                    "--platform",
                    format!("this host is not {kind}, and has no facts of such a one"),
                )
                .next("give --facts FILE, made by `jug facts` on such a host; share/examples/facts has one"))
            }
            None => gather(&self.host, self.platform.as_ref(), &self.layout, wanted),
        }
    }

    /// The environment with all that a planner wants to know.
    pub fn guest<'a>(&'a self, name: &'a EnvName, env: &'a Env, base: Option<&'a Base>) -> Guest<'a> {
        Guest {
            name,
            env,
            base,
            layout: &self.layout,
            platform: self.platform.as_ref(),
            node: self.node().unwrap_or_default(),
            base_has_rc_conf: self.saved.is_none()
                && env
                    .base
                    .as_ref()
                    .is_some_and(|b| self.layout.base_root(b).join("etc/rc.conf").as_path().exists()),
            host_resolv_conf: if self.saved.is_some() {
                None
            } else {
                self.host.read(Path::new("/etc/resolv.conf"))
            },
            hook_dirs: if self.saved.is_some() { Vec::new() } else { hook_dirs(&self.layout, name, env) },
            node_hooks: if self.saved.is_some() { Vec::new() } else { node_hooks(&self.layout) },
        }
    }

    /// What a plan about an existing environment wants to know.
    pub fn wanted(&self, name: &EnvName, env: &Env) -> Wanted {
        let zfs = env.storage == Storage::Zfs;
        let mut paths = vec![self.layout.rules(name)];
        let sources = env.fstab.iter().filter_map(|m| m.source.parse::<AbsPath>().ok());
        paths.extend(sources);
        if env.storage == Storage::External {
            paths.extend(mnt::places(&self.layout, name));
        }
        if let Some(vm) = &env.vm {
            paths.extend(machine::paths(&self.guest(name, env, None), vm));
        }
        Wanted {
            containers: true,
            machines: env.is_vm(),
            mounts: true,
            datasets: env.dataset.as_ref().filter(|_| zfs).cloned(),
            addresses: env.net.iter().any(|n| {
                matches!(n, crate::model::net::Net::Alias { .. } | crate::model::net::Net::Network(_))
            }),
            networks: env.has_nics(),
            paths,
            ..Wanted::default()
        }
    }

    /// The same where there must be such.
    pub fn needed_zfs_root(&self, name: &EnvName) -> Result<&DatasetName> {
        self.zfs_root().ok_or_else(|| {
            Error::lacks(name, "this node has no zfs_root, so nothing can lie on ZFS")
                .next("jug init --zfs-root POOL/jug, or --storage dir")
        })
    }

    /// The datasets below which environments and bases are made.
    pub fn zfs_root(&self) -> Option<&DatasetName> {
        self.config.zfs_root.as_ref()
    }
}

/// Scripts below `hooks.d/<point>/`, sorted by name within each point.
fn node_hooks(layout: &Layout) -> Vec<(Point, AbsPath)> {
    let mut all = Vec::new();
    for point in Point::ALL {
        let dir = layout.workdir.join(&format!("hooks.d/{point}"));
        let Ok(entries) = std::fs::read_dir(dir.as_path()) else { continue };
        let mut names: Vec<String> = entries
            .flatten()
            .filter_map(|e| e.file_name().into_string().ok())
            .filter(|n| !n.starts_with('.'))
            .collect();
        names.sort();
        all.extend(names.iter().map(|n| (point, dir.join(n))));
    }
    all
}

/// CBSD's hook directories of an environment whose storage is always there.
fn hook_dirs(layout: &Layout, name: &EnvName, env: &Env) -> Vec<&'static str> {
    let all = hook::ON_HOST.into_iter().chain(hook::INSIDE);
    match env.storage {
        Storage::External => Vec::new(),
        Storage::Zfs | Storage::Dir => {
            all.filter(|d| layout.system(name).join(d).as_path().is_dir()).collect()
        }
    }
}

fn read_facts(path: &Path) -> Result<Facts> {
    let text = fs::read_text(path, 64 << 20)?;
    serde_json::from_str(&text)
        .map_err(|e| Error::usage(path.display(), format!("not facts as `jug facts` prints them: {e}")))
}

fn read_config(path: &Path, must: bool) -> Result<NodeConfig> {
    match fs::read_text(path, schema::MAX_FILE) {
        Ok(text) => {
            let config: NodeConfig = schema::read(&text, &path.display().to_string())?;
            if config.programs.path.is_empty() {
                return Err(Error::usage(path.display(), "programs.path is empty"));
            }
            config.check().map_err(|(key, why)| Error::usage(path.display(), format!("{key}: {why}")))?;
            Ok(config)
        }
        Err(e) if e.code == Code::NotFound && !must => Ok(NodeConfig::default()),
        Err(e) => Err(e),
    }
}

fn default_workdir(platform: &dyn Platform) -> Result<AbsPath> {
    if rustix::process::geteuid().is_root() || platform.kind() != PlatformKind::native() {
        return platform.default_workdir().parse();
    }
    let data = std::env::var("XDG_DATA_HOME").ok().filter(|d| d.starts_with('/'));
    let home = || std::env::var("HOME").map(|h| format!("{h}/.local/share"));
    let dir = data
        .map_or_else(home, Ok)
        .map_err(|_| Error::lacks("HOME", "it is not set").next("give --workdir DIR"))?;
    format!("{}/jug", dir.trim_end_matches('/')).parse()
}
