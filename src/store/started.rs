//! `run/<name>/started.toml`: what a running environment was started with, so that jug knows what waits for a restart
//! and which addresses it has to take away again.

use super::layout::Layout;
use crate::error::Result;
use crate::host::fs;
use crate::model::env::Env;
use crate::model::name::EnvName;
use crate::model::net::Net;
use crate::model::schema;

/// The file.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Started {
    /// The format; 1.
    pub version: u32,
    /// When it was started.
    pub at: jiff::Timestamp,
    /// Addresses that jug added.
    pub added: Vec<Net>,
    /// What was mounted at its directories before mnt_start ran, and so is not jug's to unmount.
    #[serde(default)]
    pub kept: Vec<String>,
    /// What it was started with.
    pub env: Env,
}

impl Started {
    /// Takes these keys over from a newer environment.
    pub fn take_over(&mut self, from: &Env, keys: &[String]) -> Result<()> {
        let newer = schema::to_value(from)?;
        let mut value = schema::to_value(&self.env)?;
        for key in keys {
            let (table, last) = key.split_once('.').map_or((None, key.as_str()), |(t, l)| (Some(t), l));
            let found = table.map_or(Some(&newer), |t| newer.get(t)).and_then(|t| t.get(last)).cloned();
            let into = match table {
                None => value.as_table_mut(),
                Some(t) => value.as_table_mut().and_then(|v| {
                    v.entry(t).or_insert(toml::Value::Table(toml::Table::new())).as_table_mut()
                }),
            };
            match (into, found) {
                (Some(into), Some(found)) => drop(into.insert(last.to_string(), found)),
                (Some(into), None) => drop(into.remove(last)),
                _ => {}
            }
        }
        self.env = value.try_into().map_err(|e| crate::error::Error::failed("started.toml", e))?;
        Ok(())
    }
}

/// Reads it; one that is not there, or no longer readable, is `None`.
pub fn read(layout: &Layout, name: &EnvName) -> Option<Started> {
    let file = layout.started(name);
    let text = fs::read_text(file.as_path(), schema::MAX_FILE).ok()?;
    schema::read(&text, file.as_str()).ok()
}

/// The keys in which what runs differs from what is wanted, less those that need no restart.
pub fn pending(running: &Env, wanted: &Env) -> Result<Vec<String>> {
    Ok(schema::differences(running, wanted)?.into_iter().filter(|k| !crate::plan::live::at_once(k)).collect())
}
