//! What is wrong in a TOML file, said with file, line, column and the nearest key, in jug's words rather than serde's.

use super::name::nearest;
use super::params::ALLOW;
use crate::error::Error;
use toml_edit::{DocumentMut, Item};

/// The error of a file that could not be read as what it should be.
pub fn of(file: &str, text: &str, e: &toml::de::Error) -> Error {
    let message = e.message().lines().next().unwrap_or("invalid");
    let mut offset = e.span().map(|s| s.start);
    let mut next = None;
    let reason = if let Some((key, known)) = listed(message, "unknown field ") {
        next = Some(did_you_mean(key, &known, "the keys here are"));
        format!("unknown key `{key}`")
    } else if text.parse::<DocumentMut>().is_ok_and(|d| d.get("storage").is_some_and(Item::is_table_like)) {
        offset = position(text, "storage").or(offset);
        next = Some("write storage = \"external\", and call the table [external]".into());
        "storage is a word, not a table".to_string()
    } else if let Some((word, known)) = listed(message, "unknown variant ") {
        next = nearest(word, known.iter().copied()).map(|n| format!("did you mean `{n}`?"));
        format!("`{word}` is not one of {}", known.join(", "))
    } else if let Some((key, _)) = listed(message, "unknown permission ") {
        // The whole table is what serde points at.
        offset = position(text, &format!("allow.{key}")).or(offset);
        next = Some(did_you_mean(key, &ALLOW, "the permissions are"));
        format!("unknown permission `{key}`")
    } else {
        numbers(message)
    };
    Error { next, ..Error::usage(place(file, text, offset), reason) }
}

/// `file:line:column` of an offset, the file alone without one.
pub fn place(file: &str, text: &str, offset: Option<usize>) -> String {
    let Some(offset) = offset else { return file.to_string() };
    let before = &text[..offset.min(text.len())];
    let line = before.matches('\n').count() + 1;
    let column = before.rsplit('\n').next().unwrap_or("").chars().count() + 1;
    format!("{file}:{line}:{column}")
}

/// Where a key's value stands.
pub fn position(text: &str, key: &str) -> Option<usize> {
    let doc = toml_edit::Document::parse(text).ok()?;
    let mut item: &Item = doc.as_item();
    for part in path_of(key) {
        item = item.get(part)?;
    }
    item.span().map(|s| s.start)
}

/// The table and the key in it; a permission's name may hold dots.
pub fn path_of(key: &str) -> Vec<&str> {
    match key.split_once('.') {
        Some((table, rest)) => vec![table, rest],
        None => vec![key],
    }
}

/// From "unknown field `x`, expected one of `a`, `b`": `x`, and `a` and `b`.
fn listed<'a>(message: &'a str, prefix: &str) -> Option<(&'a str, Vec<&'a str>)> {
    let mut quoted = message.strip_prefix(prefix)?.split('`').skip(1).step_by(2);
    Some((quoted.next()?, quoted.collect()))
}

fn did_you_mean(word: &str, known: &[&str], otherwise: &str) -> String {
    match nearest(word, known.iter().copied()) {
        Some(n) => format!("did you mean `{n}`?"),
        None => format!("{otherwise} {}", known.join(", ")),
    }
}

/// Rust's names of numbers mean nothing to an administrator.
fn numbers(message: &str) -> String {
    let mut text = message.to_string();
    for (rust, plain) in [
        ("expected i8", "expected a whole number from -128 to 127"),
        ("expected u8", "expected a whole number from 0 to 255"),
        ("expected u16", "expected a whole number from 0 to 65535"),
        ("expected u32", "expected a whole number from 0 to 4294967295"),
        ("expected u64", "expected a whole number that is not negative"),
    ] {
        if text.ends_with(rust) {
            text = text.replace(rust, plain);
        }
    }
    text
}
