//! `run/<name>/orders.json`: what the supervisor of a VM is to do. It is written by the plan of a start and read once.

use super::layout::Layout;
use crate::error::{Error, Result};
use crate::host::{Cmd, fs};
use crate::model::name::{AbsPath, EnvName};
use crate::model::vm::OnCrash;
use crate::platform::PlatformKind;

/// The longest file that is read, in bytes.
const MAX: usize = 1 << 20;

/// The file.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Orders {
    /// The format; 1.
    pub version: u32,
    /// Whose exit statuses its hypervisor has.
    pub platform: PlatformKind,
    /// What is run to its end before each run of the hypervisor.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub prepare: Vec<Cmd>,
    /// The hypervisor.
    pub run: Cmd,
    /// What becomes of it when that fails.
    pub on_crash: OnCrash,
    /// How often within an hour.
    pub restarts: u32,
    /// Where the password of its screen goes, if it has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub secret: Option<AbsPath>,
    /// Where the hypervisor prints, and what the supervisor did.
    pub log: AbsPath,
}

impl Orders {
    /// Where they are.
    pub fn path(&self, layout: &Layout, name: &EnvName) -> AbsPath {
        path(layout, name)
    }
    /// As the file has them.
    ///
    /// # Errors
    /// None that is known.
    pub fn text(&self) -> Result<String> {
        serde_json::to_string_pretty(self).map(|t| t + "\n").map_err(|e| Error::failed("orders.json", e))
    }
}

fn path(layout: &Layout, name: &EnvName) -> AbsPath {
    layout.run(name).join("orders.json")
}

/// Reads them.
///
/// # Errors
/// They are not there, or not understood.
pub fn read(layout: &Layout, name: &EnvName) -> Result<Orders> {
    let file = path(layout, name);
    let text = fs::read_text(file.as_path(), MAX)?;
    serde_json::from_str(&text).map_err(|e| Error::usage(&file, e))
}
