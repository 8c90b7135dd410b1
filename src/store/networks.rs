//! The networks of a node: `networks/<name>.toml`.

use super::layout::Layout;
use crate::error::{Code, Error, Result};
use crate::host::fs;
use crate::model::name::NetName;
use crate::model::network::{self, Network};
use crate::model::schema;
use std::collections::BTreeMap;

/// The lock under which numbers and addresses are chosen. No environment's name begins with a dot.
pub const LOCK: &str = ".networks";

/// The object of locks and journals for a network, which no environment can be called.
pub fn object(name: &NetName) -> String {
    format!("network.{name}")
}

/// The texts of all networks.
///
/// # Errors
/// One can't be read: then nobody knows which addresses are taken.
pub fn texts(layout: &Layout) -> Result<BTreeMap<String, String>> {
    let dir = layout.workdir.join("networks");
    let read = match std::fs::read_dir(dir.as_path()) {
        Ok(read) => read,
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => return Ok(BTreeMap::new()),
        Err(e) => return Err(Error::io(dir.as_path(), "reading it", e)),
    };
    let mut all = BTreeMap::new();
    for file in read.flatten() {
        let name = file.file_name();
        let name =
            name.to_str().and_then(|n| n.strip_suffix(".toml")).and_then(|n| n.parse::<NetName>().ok());
        let Some(name) = name else { continue };
        if std::fs::metadata(file.path()).is_ok_and(|m| !m.is_file()) {
            return Err(Error::usage(file.path().display(), "not a regular file"));
        }
        match fs::read_text(&file.path(), schema::MAX_FILE) {
            Ok(text) => drop(all.insert(name.to_string(), text)),
            // Removed just now.
            Err(e) if e.code == Code::NotFound => {}
            Err(e) => return Err(e),
        }
    }
    Ok(all)
}

/// Texts as networks.
///
/// # Errors
/// One is not valid.
pub fn parse(texts: &BTreeMap<String, String>) -> Result<BTreeMap<NetName, Network>> {
    texts
        .iter()
        .map(|(name, text)| Ok((name.parse()?, network::read(text, &format!("networks/{name}.toml"))?)))
        .collect()
}
