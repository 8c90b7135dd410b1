//! `log/jug.jsonl`: what jug did, when, by whom, and how it ended.

use super::layout::Layout;
use crate::error::Result;
use crate::host::fs;
use std::io::Write;

/// One line of the log.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Record {
    /// When it ended.
    pub time: jiff::Timestamp,
    /// The verb.
    pub verb: String,
    /// The object.
    pub name: String,
    /// Who: the login name sudo or doas left, and the uid.
    pub by: String,
    /// `changed`, `unchanged` or `failed`.
    pub result: String,
    /// The exit code of this target.
    pub code: u8,
    /// Why it failed, or a word more.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub reason: String,
}

/// Who gave the command.
pub fn who() -> String {
    let uid = rustix::process::getuid().as_raw();
    let name = ["SUDO_USER", "DOAS_USER", "LOGNAME"].iter().find_map(|v| std::env::var(v).ok());
    match name {
        Some(name) => format!("{} ({uid})", crate::model::name::printable(&name)),
        None => uid.to_string(),
    }
}

/// Adds a line. The log is a comfort: that it can't be written is no reason for a command to fail.
pub fn append(layout: &Layout, record: &Record) {
    let path = layout.log();
    let Ok(mut line) = serde_json::to_string(record) else { return };
    line.push('\n');
    let _ = fs::rotate(path.as_path(), 4 << 20, 4);
    if let Ok(mut file) = fs::open_log(path.as_path()) {
        let _ = file.write_all(line.as_bytes());
    }
}

/// All lines that are still there, the oldest first; of one object, if a name is given.
pub fn read(layout: &Layout, name: Option<&str>) -> Result<Vec<Record>> {
    let path = layout.log();
    let mut records = Vec::new();
    for n in (0..4).rev().map(Some).chain([None]) {
        let file = n.map_or(path.to_string(), |n| format!("{path}.{n}"));
        let text = match fs::read_text(std::path::Path::new(&file), 16 << 20) {
            Ok(text) => text,
            Err(e) if e.code == crate::error::Code::NotFound => continue,
            Err(e) => return Err(e),
        };
        records.extend(
            text.lines()
                .filter_map(|l| serde_json::from_str::<Record>(l).ok())
                .filter(|r| name.is_none_or(|n| r.name == n)),
        );
    }
    Ok(records)
}
