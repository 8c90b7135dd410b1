//! Where everything lies in the workdir (design, "On disk").

use crate::error::{Error, Result};
use crate::host::fs;
use crate::model::env::Env;
use crate::model::name::{AbsPath, BaseName, EnvName, ImageName, NetName, NodeName};

/// The workdir's paths. The workdir itself is canonical: the mount table shows resolved paths (F1.5).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Layout {
    /// The workdir.
    pub workdir: AbsPath,
}

/// Where the OCI runtime keeps its state: no environment's name begins with a dot.
pub const OCI_STATE: &str = "run/.oci";

/// Where the rules of networks are written for the packet filter.
const NETWORK_RULES: &str = "run/.networks";

/// Where disks of environments are mounted while they are needed.
const DISKS: &str = "run/.disks";

/// Where snapshots are read while they are archived.
const ARCHIVES: &str = "run/.archives";

/// Directories of the workdir and their modes. What holds environments' files is closed to others: a set-uid file made
/// inside must not be within reach of the host's users.
const DIRS: &[(&str, u32)] = &[
    ("envs", 0o755),
    ("jails-data", 0o700),
    ("jails-system", 0o700),
    ("jails-rcconf", 0o700),
    ("jails-fstab", 0o700),
    ("run", 0o700),
    ("bases", 0o755),
    ("images", 0o755),
    ("networks", 0o755),
    ("nodes", 0o755),
    ("hooks.d", 0o755),
    ("lock", 0o700),
    ("journal", 0o755),
    ("log", 0o700),
    (OCI_STATE, 0o700),
    (NETWORK_RULES, 0o700),
    (DISKS, 0o700),
    (ARCHIVES, 0o700),
];

impl Layout {
    /// The layout of a workdir; its path is made canonical if it is there.
    pub fn new(workdir: &AbsPath) -> Result<Self> {
        // The part of it that is there may be behind a link; the rest will be made below that.
        for there in workdir.as_path().ancestors() {
            if let (Ok(real), Ok(rest)) =
                (std::fs::canonicalize(there), workdir.as_path().strip_prefix(there))
            {
                let real: AbsPath = real.to_string_lossy().parse()?;
                return Ok(Self { workdir: real.join(&rest.to_string_lossy()) });
            }
        }
        Ok(Self { workdir: workdir.clone() })
    }

    /// Makes what is missing of it.
    pub fn ensure(&self) -> Result<Self> {
        let mut missing = Vec::new();
        for dir in self.workdir.as_path().ancestors() {
            if dir.exists() {
                break;
            }
            missing.push(dir.to_path_buf());
        }
        for dir in missing.iter().rev() {
            fs::make_dir(dir, 0o755)?;
        }
        let real = Self::new(&self.workdir)?;
        for (dir, mode) in DIRS.iter().copied() {
            let path = real.workdir.join(dir);
            if !fs::make_dir(path.as_path(), mode)? {
                fs::set_mode(path.as_path(), mode)?;
            }
        }
        Ok(real)
    }

    /// Refuses if anything is in it but what jug itself leaves behind.
    pub fn check_unused(&self) -> Result<()> {
        for (dir, _) in DIRS.iter().filter(|(d, _)| !matches!(*d, "lock" | "log" | "run")) {
            let path = self.workdir.join(dir);
            if fs::kind(path.as_path()) == Some(fs::Kind::Dir) {
                return Err(Error::busy(&path, "it is not empty").next(format!("ls -la {path}")));
            }
        }
        let run = self.workdir.join("run");
        let other =
            std::fs::read_dir(run.as_path()).into_iter().flatten().flatten().find(|e| {
                ![".oci", ".networks", ".disks", ".archives"].iter().any(|own| e.file_name() == *own)
            });
        match other {
            Some(e) => Err(Error::busy(e.path().display(), "it is still there").next("jug doctor --fix")),
            None if fs::kind(self.workdir.join(OCI_STATE).as_path()) == Some(fs::Kind::Dir) => {
                Err(Error::busy(self.workdir.join(OCI_STATE), "containers are still there")
                    .next("jug doctor --fix"))
            }
            None => Ok(()),
        }
    }

    /// Removes it, once [`Layout::check_unused`] agrees. What is not jug's stays.
    pub fn remove(&self) -> Result<Vec<AbsPath>> {
        let mut gone = Vec::new();
        for dir in ["log", "lock"] {
            if crate::host::tree::remove(self.workdir.join(dir).as_path())? {
                gone.push(self.workdir.join(dir));
            }
        }
        for (dir, _) in DIRS.iter().rev() {
            if fs::remove_dir(self.workdir.join(dir).as_path())? {
                gone.push(self.workdir.join(dir));
            }
        }
        if fs::kind(self.workdir.as_path()) == Some(fs::Kind::EmptyDir)
            && fs::remove_dir(self.workdir.as_path())?
        {
            gone.push(self.workdir.clone());
        }
        Ok(gone)
    }

    /// `envs/<name>.toml`.
    pub fn env_file(&self, name: &EnvName) -> AbsPath {
        self.workdir.join(&format!("envs/{name}.toml"))
    }
    /// `jails-data/<name>-data`.
    pub fn data(&self, name: &EnvName) -> AbsPath {
        self.workdir.join(&format!("jails-data/{name}-data"))
    }
    /// `jails-system/<name>`.
    pub fn system(&self, name: &EnvName) -> AbsPath {
        self.workdir.join(&format!("jails-system/{name}"))
    }
    /// `jails-rcconf/<name>`.
    pub fn rcconf(&self, name: &EnvName) -> AbsPath {
        self.workdir.join(&format!("jails-rcconf/{name}"))
    }
    /// `jails-fstab/<name>`.
    pub fn fstab(&self, name: &EnvName) -> AbsPath {
        self.workdir.join(&format!("jails-fstab/{name}"))
    }
    /// `run/.oci/<name>`: what the OCI runtime knows of a container.
    pub fn oci_state(&self, name: &EnvName) -> AbsPath {
        self.workdir.join(&format!("{OCI_STATE}/{name}"))
    }
    /// `run/<name>`.
    pub fn run(&self, name: &EnvName) -> AbsPath {
        self.workdir.join(&format!("run/{name}"))
    }
    /// `run/<name>/rules`: what the packet filter was given for its published ports. It is there as long as they may be.
    pub fn rules(&self, name: &EnvName) -> AbsPath {
        self.run(name).join("rules")
    }
    /// `run/.networks/<name>`: what the packet filter was given for a network.
    pub fn network_rules(&self, name: &NetName) -> AbsPath {
        self.workdir.join(&format!("{NETWORK_RULES}/{name}"))
    }
    /// `run/.disks/<name>`: where its disk is mounted, with the drivers that have one.
    pub fn disk(&self, name: &EnvName) -> AbsPath {
        self.workdir.join(&format!("{DISKS}/{name}"))
    }
    /// `run/.archives/<name>`: where a snapshot is read while it is archived.
    pub fn archive(&self, name: &EnvName) -> AbsPath {
        self.workdir.join(&format!("{ARCHIVES}/{name}"))
    }
    /// `run/<name>/root`.
    pub fn thin_root(&self, name: &EnvName) -> AbsPath {
        self.run(name).join("root")
    }
    /// The root of an environment as it runs.
    pub fn root(&self, name: &EnvName, env: &Env) -> AbsPath {
        if env.is_thin() { self.thin_root(name) } else { self.data(name) }
    }
    /// `run/<name>/started.toml`.
    pub fn started(&self, name: &EnvName) -> AbsPath {
        self.run(name).join("started.toml")
    }
    /// `run/<name>/stopping`: somebody is ending a VM, and its supervisor is not to start it again.
    pub fn stopping(&self, name: &EnvName) -> AbsPath {
        self.run(name).join("stopping")
    }
    /// `run/<name>/instance`: which instance a VM's guest is, by what it was told at this start.
    pub fn instance(&self, name: &EnvName) -> AbsPath {
        self.run(name).join("instance")
    }
    /// `networks/<name>.toml`.
    pub fn network_file(&self, name: &NetName) -> AbsPath {
        self.workdir.join(&format!("networks/{name}.toml"))
    }
    /// `nodes/<name>.toml`.
    pub fn node_file(&self, name: &NodeName) -> AbsPath {
        self.workdir.join(&format!("nodes/{name}.toml"))
    }
    /// `bases/<name>`.
    pub fn base(&self, name: &BaseName) -> AbsPath {
        self.workdir.join(&format!("bases/{name}"))
    }
    /// `bases/<name>/tree`: closed to others, like environments' files.
    pub fn base_tree(&self, name: &BaseName) -> AbsPath {
        self.base(name).join("tree")
    }
    /// `bases/<name>/tree/root`: the userland.
    pub fn base_root(&self, name: &BaseName) -> AbsPath {
        self.base_tree(name).join("root")
    }
    /// `bases/<name>/base.toml`.
    pub fn base_file(&self, name: &BaseName) -> AbsPath {
        self.base(name).join("base.toml")
    }
    /// `images`.
    pub fn images(&self) -> AbsPath {
        self.workdir.join("images")
    }
    /// `images/<name>`.
    pub fn image(&self, name: &ImageName) -> AbsPath {
        self.images().join(name.as_str())
    }
    /// `images/<name>/image`: the disk, raw.
    pub fn image_disk(&self, name: &ImageName) -> AbsPath {
        self.image(name).join("image")
    }
    /// `images/<name>/image.toml`.
    pub fn image_file(&self, name: &ImageName) -> AbsPath {
        self.image(name).join("image.toml")
    }
    /// `journal/<object>.jsonl`.
    pub fn journal(&self, object: &str) -> AbsPath {
        self.workdir.join(&format!("journal/{object}.jsonl"))
    }
    /// `journal/<name>.move`: on its way to another node.
    pub fn moving(&self, name: &EnvName) -> AbsPath {
        self.workdir.join(&format!("journal/{name}.move"))
    }
    /// `lock/<object>`.
    pub fn lock(&self, object: &str) -> AbsPath {
        self.workdir.join(&format!("lock/{object}"))
    }
    /// The object whose lock the supervisor of a VM holds.
    pub fn run_lock(name: &EnvName) -> String {
        format!("{name}.run")
    }
    /// The environments that ever had a supervisor here: such a lock is never removed.
    pub fn supervised(&self) -> Vec<EnvName> {
        let files = std::fs::read_dir(self.workdir.join("lock").as_path()).into_iter().flatten().flatten();
        let mut names: Vec<EnvName> =
            files.filter_map(|e| e.file_name().to_str()?.strip_suffix(".run")?.parse().ok()).collect();
        names.sort();
        names
    }
    /// `log/jug.jsonl`.
    pub fn log(&self) -> AbsPath {
        self.workdir.join("log/jug.jsonl")
    }
}
