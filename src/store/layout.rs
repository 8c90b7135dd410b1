//! Where everything lies in the workdir (design, "On disk").

use crate::error::{Error, Result};
use crate::host::fs;
use crate::model::env::{Env, Mode};
use crate::model::name::{AbsPath, BaseName, EnvName};

/// The workdir's paths. The workdir itself is canonical: the mount table shows resolved paths (F1.5).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Layout {
    /// The workdir.
    pub workdir: AbsPath,
}

/// Directories of the workdir and their modes. What holds environments' data is closed to others: a set-uid file
/// made inside must not be reachable by the host's users.
const DIRS: [(&str, u32); 12] = [
    ("envs", 0o755),
    ("jails-data", 0o711),
    ("jails-system", 0o711),
    ("jails-rcconf", 0o700),
    ("jails-fstab", 0o700),
    ("run", 0o711),
    ("bases", 0o755),
    ("hooks.d", 0o755),
    ("lock", 0o700),
    ("journal", 0o755),
    ("log", 0o700),
    ("run/oci", 0o700),
];

impl Layout {
    /// The layout of a workdir; its path is made canonical if it is there.
    pub fn new(workdir: &AbsPath) -> Result<Self> {
        let workdir = match std::fs::canonicalize(workdir.as_path()) {
            Ok(real) => real.to_string_lossy().parse()?,
            Err(_) => workdir.clone(),
        };
        Ok(Self { workdir })
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
        for (dir, mode) in DIRS {
            fs::make_dir(real.workdir.join(dir).as_path(), mode)?;
        }
        Ok(real)
    }

    /// Removes it, as far as it is empty but for what jug itself leaves behind. Refuses if anything else is there.
    pub fn remove(&self) -> Result<Vec<AbsPath>> {
        for (dir, _) in
            DIRS.iter().filter(|(d, _)| !matches!(*d, "lock" | "log" | "journal" | "run" | "hooks.d"))
        {
            let path = self.workdir.join(dir);
            if fs::kind(path.as_path()) == Some(fs::Kind::Dir) {
                return Err(Error::busy(&path, "it is not empty").next(format!("ls -la {path}")));
            }
        }
        let mut gone = Vec::new();
        for dir in ["lock", "log"] {
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
    /// `run/<name>`.
    pub fn run(&self, name: &EnvName) -> AbsPath {
        self.workdir.join(&format!("run/{name}"))
    }
    /// `run/<name>/root`.
    pub fn thin_root(&self, name: &EnvName) -> AbsPath {
        self.run(name).join("root")
    }
    /// The root of an environment as it runs.
    pub fn root(&self, name: &EnvName, env: &Env) -> AbsPath {
        match env.mode {
            Mode::Thin => self.thin_root(name),
            Mode::Clone | Mode::Full => self.data(name),
        }
    }
    /// `run/<name>/started.toml`.
    pub fn started(&self, name: &EnvName) -> AbsPath {
        self.run(name).join("started.toml")
    }
    /// `bases/<name>`.
    pub fn base(&self, name: &BaseName) -> AbsPath {
        self.workdir.join(&format!("bases/{name}"))
    }
    /// `bases/<name>/root`: the tree.
    pub fn base_root(&self, name: &BaseName) -> AbsPath {
        self.base(name).join("root")
    }
    /// `bases/<name>/base.toml`.
    pub fn base_file(&self, name: &BaseName) -> AbsPath {
        self.base(name).join("base.toml")
    }
    /// `journal/<object>.jsonl`.
    pub fn journal(&self, object: &str) -> AbsPath {
        self.workdir.join(&format!("journal/{object}.jsonl"))
    }
    /// `lock/<object>`.
    pub fn lock(&self, object: &str) -> AbsPath {
        self.workdir.join(&format!("lock/{object}"))
    }
    /// `log/jug.jsonl`.
    pub fn log(&self) -> AbsPath {
        self.workdir.join("log/jug.jsonl")
    }
}
