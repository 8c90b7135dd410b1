//! One file for each program of the operating system: argument vectors out, `&str` in. Nothing here starts anything.
//! What the parsers expect was recorded on real systems (shared/freebsd, shared/linux.md).

pub mod fetch;
pub mod ifconfig;
pub mod ip;
pub mod jail;
pub mod jexec;
pub mod jls;
pub mod mount;
pub mod oci;
pub mod pkill;
pub mod runc;
pub mod tar;
pub mod zfs;

use crate::error::{Error, Result};

/// A parser's complaint: the program, and what was not as expected.
pub(crate) fn surprise(program: &str, what: impl std::fmt::Display) -> Error {
    Error::failed(program, format!("its output is not what was expected: {what}"))
        .next("report it, with the output of `jug facts` and the version of the system")
}

/// JSON as a program printed it.
pub(crate) fn json(program: &str, text: &str) -> Result<serde_json::Value> {
    serde_json::from_str(text).map_err(|e| surprise(program, e))
}

/// The text of a JSON string or number.
pub(crate) fn text_of(v: &serde_json::Value) -> Option<String> {
    match v {
        serde_json::Value::String(s) => Some(s.clone()),
        serde_json::Value::Number(n) => Some(n.to_string()),
        _ => None,
    }
}
