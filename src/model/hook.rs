//! Hooks: executables of the administrator's, run at fixed points of an environment's life.

use super::name::{AbsPath, printable};
use crate::error::Error;
use std::fmt;
use std::str::FromStr;

/// CBSD's hook directories whose content runs on the host.
pub const ON_HOST: [&str; 7] = [
    "master_create.d",
    "master_prestart.d",
    "master_poststart.d",
    "master_prestop.d",
    "master_poststop.d",
    "remove.d",
    "clone.d",
];
/// Those whose content runs inside.
pub const INSIDE: [&str; 2] = ["start.d", "stop.d"];

/// When a hook runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Point {
    /// At the end of jcreate.
    Created,
    /// After mounts and addresses, before the jail is made.
    Prestart,
    /// After the jail's rc has ended.
    Poststart,
    /// Before anything is stopped.
    Prestop,
    /// After the jail, its mounts and addresses are gone.
    Poststop,
    /// At the end of jremove.
    Removed,
    /// Copies data by the storage's own means, for jclone: 0 is done, 1 asks for an ordinary copy.
    Clone,
    /// Before a snapshot is taken: brings what runs to rest.
    Presnapshot,
    /// After it, also where taking it or bringing to rest failed.
    Postsnapshot,
}

impl Point {
    /// All points, in the order of an environment's life.
    pub const ALL: [Self; 9] = [
        Self::Created,
        Self::Prestart,
        Self::Poststart,
        Self::Prestop,
        Self::Poststop,
        Self::Removed,
        Self::Clone,
        Self::Presnapshot,
        Self::Postsnapshot,
    ];

    /// The name in TOML, on the command line and below `hooks.d`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Created => "created",
            Self::Prestart => "prestart",
            Self::Poststart => "poststart",
            Self::Prestop => "prestop",
            Self::Poststop => "poststop",
            Self::Removed => "removed",
            Self::Clone => "clone",
            Self::Presnapshot => "presnapshot",
            Self::Postsnapshot => "postsnapshot",
        }
    }

    /// CBSD's directory of hooks that run at this point, below the environment's system directory.
    pub fn directory(self) -> Option<&'static str> {
        match self {
            Self::Created => Some("master_create.d"),
            Self::Prestart => Some("master_prestart.d"),
            Self::Poststart => Some("master_poststart.d"),
            Self::Prestop => Some("master_prestop.d"),
            Self::Poststop => Some("master_poststop.d"),
            Self::Removed | Self::Clone | Self::Presnapshot | Self::Postsnapshot => None,
        }
    }

    /// What a failing hook does when its own policy is not given: before the start and before a snapshot it ends the
    /// operation, afterwards it only warns.
    pub fn default_policy(self) -> Policy {
        match self {
            Self::Created | Self::Prestart | Self::Presnapshot => Policy::Fail,
            _ => Policy::Warn,
        }
    }
}

impl fmt::Display for Point {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Point {
    type Err = Error;
    fn from_str(s: &str) -> Result<Self, Error> {
        Self::ALL.into_iter().find(|p| p.as_str() == s).ok_or_else(|| {
            Error::usage(printable(s), "not a hook point")
                .next(format!("the points are {}", Self::ALL.map(Self::as_str).join(", ")))
        })
    }
}

/// What a failing hook means.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Policy {
    /// The operation fails.
    Fail,
    /// A warning, and the operation goes on.
    Warn,
}

/// One hook.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(from = "HookText")]
pub struct Hook {
    /// The executable.
    pub path: AbsPath,
    /// What its failure means; by default what the point says.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub policy: Option<Policy>,
    /// Its time limit in seconds; by default `hook_timeout`, 0 is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub timeout: Option<u64>,
}

#[derive(serde::Deserialize)]
#[serde(
    untagged,
    expecting = "a hook is a path, or a table with path, policy (fail or warn) and timeout (seconds)"
)]
enum HookText {
    Path(AbsPath),
    Table(HookTable),
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct HookTable {
    path: AbsPath,
    policy: Option<Policy>,
    timeout: Option<u64>,
}

impl From<HookText> for Hook {
    fn from(t: HookText) -> Self {
        match t {
            HookText::Path(path) => Self { path, policy: None, timeout: None },
            HookText::Table(HookTable { path, policy, timeout }) => Self { path, policy, timeout },
        }
    }
}

/// `POINT=FILE`, as `--hook` takes it.
#[derive(Clone, Debug)]
pub struct HookArg(pub Point, pub AbsPath);

impl FromStr for HookArg {
    type Err = Error;
    fn from_str(s: &str) -> Result<Self, Error> {
        let (point, path) = s.split_once('=').ok_or_else(|| Error::usage(printable(s), "not POINT=FILE"))?;
        Ok(Self(point.parse()?, path.parse()?))
    }
}
