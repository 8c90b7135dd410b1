//! Environments that lie in the workdir and that this node does not know: jug's portable copies, and CBSD's files.

use super::layout::Layout;
use crate::error::{Code, Error, Result};
use crate::host::fs;
use crate::model::cbsd::{self, FromCbsd};
use crate::model::env::Env;
use crate::model::name::{AbsPath, EnvName};
use crate::model::{portable, schema};
use std::collections::BTreeSet;

/// A copy that was found.
#[derive(Debug)]
pub enum Found {
    /// env.toml: its text and where it is.
    Jug(String, AbsPath),
    /// rc.conf_NAME.
    Cbsd(Box<FromCbsd>),
}

impl Found {
    /// The environment it describes. CBSD's has no uuid and no date of its own: these become its.
    pub fn env(&self, layout: &Layout, uuid: uuid::Uuid, now: jiff::Timestamp) -> Result<Env> {
        match self {
            Self::Jug(text, file) => portable::read(text, file.as_str(), layout),
            Self::Cbsd(found) => found.env(uuid, now),
        }
    }
}

/// Where copies may be: jug's in order of preference, and CBSD's.
pub fn files(layout: &Layout, name: &EnvName) -> ([AbsPath; 2], AbsPath) {
    (
        [layout.system(name).join("env.toml"), layout.rcconf(name).join("env.toml")],
        layout.workdir.join(&format!("jails-rcconf/rc.conf_{name}")),
    )
}

/// CBSD's fstab files of an environment.
pub fn fstabs(layout: &Layout, name: &EnvName) -> [AbsPath; 2] {
    ["fstab", "fstab.local"].map(|f| layout.fstab(name).join(f))
}

/// The copy of one environment, if there is one.
pub fn read(layout: &Layout, name: &EnvName) -> Result<Option<Found>> {
    let (ours, theirs) = files(layout, name);
    for file in ours {
        match fs::read_foreign(file.as_path(), schema::MAX_FILE) {
            Ok(text) => return Ok(Some(Found::Jug(text, file))),
            Err(e) if e.code == Code::NotFound => {}
            Err(e) => return Err(e),
        }
    }
    match fs::read_foreign(theirs.as_path(), schema::MAX_FILE) {
        Ok(text) => {
            let mut found = cbsd::read(&text, theirs.as_str(), name, layout)?;
            for file in fstabs(layout, name) {
                if let Ok(text) = fs::read_foreign(file.as_path(), schema::MAX_FILE) {
                    found.fstab.extend(cbsd::fstab(&text, file.as_str(), layout)?);
                }
            }
            Ok(Some(Found::Cbsd(Box::new(found))))
        }
        Err(e) if e.code == Code::NotFound => Ok(None),
        Err(e) => Err(e),
    }
}

/// The names of all that are there and not registered.
pub fn names(layout: &Layout) -> Result<Vec<EnvName>> {
    let mut found: BTreeSet<EnvName> = BTreeSet::new();
    for dir in ["jails-rcconf", "jails-system"] {
        let path = layout.workdir.join(dir);
        let entries = match std::fs::read_dir(path.as_path()) {
            Ok(entries) => entries,
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => continue,
            Err(e) => return Err(Error::io(path.as_path(), "reading it", e)),
        };
        for entry in entries.flatten() {
            let file = entry.file_name();
            let Some(file) = file.to_str() else { continue };
            let (name, cbsd) = match file.strip_prefix("rc.conf_") {
                Some(name) if dir == "jails-rcconf" => (name, true),
                _ => (file, false),
            };
            let Ok(name) = name.parse::<EnvName>() else { continue };
            // What is registered may lie on storage that does not answer: it is not looked at.
            if layout.env_file(&name).as_path().exists() {
                continue;
            }
            if cbsd || entry.path().join("env.toml").exists() {
                found.insert(name);
            }
        }
    }
    Ok(found.into_iter().collect())
}
