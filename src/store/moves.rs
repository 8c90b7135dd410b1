//! Environments on their way to another node: `journal/<name>.move` says how far that has come, so that whatever happens
//! one of the two has it in the end.

use super::layout::Layout;
use crate::error::{Code, Error, Result};
use crate::host::fs;
use crate::model::name::{EnvName, NodeName, SnapshotName};
use crate::model::schema;

/// How far it has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Phase {
    /// The other side was asked for nothing yet: it is this node's.
    Ours,
    /// It was asked to take it, and may have it.
    Asked,
    /// It has it.
    Theirs,
}

/// A move.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Move {
    /// The format; 1.
    pub version: u32,
    /// To which node.
    pub node: NodeName,
    /// The identity of this one attempt.
    pub id: uuid::Uuid,
    /// How far it has come.
    pub phase: Phase,
    /// Whether it ran.
    pub ran: bool,
    /// Its last snapshot, if its data are sent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub snapshot: Option<SnapshotName>,
}

/// The object of the lock that is held while an environment moves.
pub fn object(name: &EnvName) -> String {
    format!("migrate.{name}")
}

/// The one of an environment, if it is on its way.
///
/// # Errors
/// Its file can't be read.
pub fn read(layout: &Layout, name: &EnvName) -> Result<Option<Move>> {
    let file = layout.moving(name);
    match fs::read_text(file.as_path(), schema::MAX_FILE) {
        Ok(text) => schema::read(&text, file.as_str()).map(Some),
        Err(e) if e.code == Code::NotFound => Ok(None),
        Err(e) => Err(e),
    }
}

/// Notes how far it has come.
///
/// # Errors
/// It can't be written.
pub fn write(layout: &Layout, name: &EnvName, it: &Move) -> Result<()> {
    fs::write_atomic(layout.moving(name).as_path(), &schema::to_text(it)?, 0o644)
}

/// It is on its way no more.
///
/// # Errors
/// It can't be removed.
pub fn end(layout: &Layout, name: &EnvName) -> Result<()> {
    fs::remove_file(layout.moving(name).as_path()).map(drop)
}

/// The names of all that are on their way.
///
/// # Errors
/// The directory can't be read.
pub fn all(layout: &Layout) -> Result<Vec<EnvName>> {
    let dir = layout.workdir.join("journal");
    let read = match std::fs::read_dir(dir.as_path()) {
        Ok(read) => read,
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(e) => return Err(Error::io(dir.as_path(), "reading it", e)),
    };
    let name = |f: std::fs::DirEntry| f.file_name().to_str()?.strip_suffix(".move")?.parse::<EnvName>().ok();
    Ok(read.flatten().filter_map(name).collect())
}
