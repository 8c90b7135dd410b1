//! The registry: `envs/<name>.toml`, the truth on this node.

use super::layout::Layout;
use crate::error::{Error, Result};
use crate::host::fs;
use crate::model::env::Env;
use crate::model::name::{EnvName, nearest};
use crate::model::schema;
use std::collections::BTreeMap;

/// An environment as it stands in the registry.
#[derive(Debug)]
pub struct Entry {
    /// Its name.
    pub name: EnvName,
    /// The text of its file.
    pub text: String,
    /// What the file says, or why it says nothing.
    pub env: Result<Env>,
}

/// The whole registry, by name. A file that can't be read is an entry with an error.
pub fn all(layout: &Layout) -> Result<BTreeMap<EnvName, Entry>> {
    let dir = layout.workdir.join("envs");
    let mut entries = BTreeMap::new();
    let read = match std::fs::read_dir(dir.as_path()) {
        Ok(read) => read,
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => return Ok(entries),
        Err(e) => return Err(Error::io(dir.as_path(), "reading it", e)),
    };
    for file in read.flatten() {
        let Some(name) = file
            .file_name()
            .to_str()
            .and_then(|n| n.strip_suffix(".toml"))
            .and_then(|n| n.parse::<EnvName>().ok())
        else {
            continue;
        };
        let entry = one(layout, name)?;
        entries.insert(entry.name.clone(), entry);
    }
    Ok(entries)
}

/// From saved facts.
pub fn from_texts(texts: &BTreeMap<String, String>) -> Result<BTreeMap<EnvName, Entry>> {
    texts
        .iter()
        .map(|(name, text)| {
            let name: EnvName = name.parse()?;
            let env = schema::read_env(text, name.as_str());
            Ok((name.clone(), Entry { name, text: text.clone(), env }))
        })
        .collect()
}

fn one(layout: &Layout, name: EnvName) -> Result<Entry> {
    let file = layout.env_file(&name);
    // A pipe would keep a list waiting for ever.
    if std::fs::metadata(file.as_path()).is_ok_and(|m| !m.is_file()) {
        let env = Err(Error::usage(&file, "not a regular file"));
        return Ok(Entry { name, text: String::new(), env });
    }
    let (text, env) = match fs::read_text(file.as_path(), schema::MAX_FILE) {
        Ok(text) => {
            let env = schema::read_env(&text, file.as_str());
            (text, env)
        }
        Err(e) => (String::new(), Err(e)),
    };
    Ok(Entry { name, text, env })
}

/// One environment.
///
/// # Errors
/// It is not registered (exit 4, with the nearest name), or its file is not valid.
pub fn get(layout: &Layout, name: &EnvName) -> Result<(String, Env)> {
    if !layout.env_file(name).as_path().exists() {
        return Err(missing(name, all(layout)?.keys()));
    }
    let entry = one(layout, name.clone())?;
    Ok((entry.text, entry.env?))
}

/// The error for a name that is not registered.
pub fn missing<'a>(name: &EnvName, known: impl Iterator<Item = &'a EnvName>) -> Error {
    let near = nearest(name.as_str(), known.map(EnvName::as_str)).map(|n| format!("did you mean {n}?"));
    let mut e = Error::not_found(name, "there is no such environment");
    e.next = Some(near.unwrap_or_else(|| {
        format!("jug ls --all shows what there is, and jug log {name} what became of it")
    }));
    e
}
