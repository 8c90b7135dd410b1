//! Reading TOML with errors that name file, line, column and the nearest key, and editing it in place.

use super::disk::Disk;
use super::env::{Env, Kind, VERSION};
use super::keys::{self, Shape, keys, shape};
use super::name::printable;
use super::port::Exposure;
use super::toml_error::{self, path_of, position};
use super::words;
use crate::error::{Error, Result};
use serde::de::DeserializeOwned;
use toml_edit::{Array, DocumentMut, Item, Table, Value};

/// The largest TOML file that is read, in bytes.
pub const MAX_FILE: usize = 1 << 20;

/// Reads any of jug's TOML files. `file` is for the error only.
pub fn read<T: DeserializeOwned>(text: &str, file: &str) -> Result<T> {
    if text.len() > MAX_FILE {
        return Err(Error::usage(file, format!("larger than {MAX_FILE} bytes, which no configuration is")));
    }
    if let Ok(head) = toml::from_str::<Head>(text)
        && head.version.is_some_and(|v| v > i64::from(VERSION))
    {
        return Err(Error::usage(file, format!("the format is newer than this jug's ({VERSION})"))
            .next("use a newer jug"));
    }
    toml::from_str(text).map_err(|e| toml_error::of(file, text, &e))
}

/// Only the version, so that a newer format is told from a mistake.
#[derive(serde::Deserialize)]
struct Head {
    version: Option<i64>,
}

/// Reads and checks an environment's TOML.
pub fn read_env(text: &str, file: &str) -> Result<Env> {
    let env: Env = read(text, file)?;
    of_its_kind(text, file, env.kind)?;
    env.check().map_err(|(key, why)| {
        Error::usage(toml_error::place(file, text, position(text, key)), format!("{key}: {why}"))
    })?;
    Ok(env)
}

/// Refuses keys that only the other kind of environment has.
///
/// # Errors
/// There is one; it is named with its place.
pub fn of_its_kind(text: &str, file: &str, kind: Kind) -> Result<()> {
    let table: toml::Table = text.parse().map_err(|e| toml_error::of(file, text, &e))?;
    match table.keys().find(|k| keys::kind_of(k).is_some_and(|of| of != kind)) {
        Some(key) => {
            let place = toml_error::place(file, text, position(text, key));
            Err(other_kind(format!("{place}: {key}"), kind))
        }
        None => Ok(()),
    }
}

fn other_kind(key: impl std::fmt::Display, kind: Kind) -> Error {
    let (a, other) = match kind {
        Kind::Vm => ("a VM", "jails"),
        Kind::Jail => ("a jail", "VMs"),
    };
    Error::usage(key, format!("only {other} have it, and this is {a}"))
}

/// One `KEY=VALUE`, `KEY+=VALUE`, `KEY-=VALUE`, or `KEY=` for the default.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// The dotted key.
    pub key: String,
    op: Op,
    value: String,
    /// Whether it is a command of jug's that changes what people can't set by the key.
    by_jug: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Op {
    Set,
    Add,
    Take,
}

impl std::str::FromStr for Change {
    type Err = Error;
    fn from_str(s: &str) -> Result<Self> {
        let (left, value) = s.split_once('=').ok_or_else(|| Error::usage(printable(s), "not KEY=VALUE"))?;
        let (key, op) = match left.as_bytes().last() {
            Some(b'+') => (&left[..left.len() - 1], Op::Add),
            Some(b'-') => (&left[..left.len() - 1], Op::Take),
            _ => (left, Op::Set),
        };
        let shape = shape(key)?;
        if op != Op::Set && (!shape.is_list() || shape == Shape::Argv) {
            return Err(Error::usage(key, "only lists take += and -="));
        }
        Ok(Self { key: words::current(key).to_string(), op, value: value.to_string(), by_jug: false })
    }
}

impl Change {
    /// The networks as a whole, with what jug chose for them.
    pub fn nets(nets: &[super::net::Net]) -> Self {
        let array: Array = nets.iter().map(ToString::to_string).collect();
        Self { key: "net".into(), op: Op::Set, value: array.to_string(), by_jug: true }
    }
    /// The disks of a VM as a whole; without any the key goes.
    pub fn disks(all: &[Disk]) -> Self {
        let array: Array = all.iter().map(ToString::to_string).collect();
        let value = if all.is_empty() { String::new() } else { array.to_string() };
        Self { key: "vm.disks".into(), op: Op::Set, value, by_jug: true }
    }
    /// The published ports as a whole; without any the key goes.
    pub fn exposures(all: &[Exposure]) -> Self {
        let array: Array = all.iter().map(ToString::to_string).collect();
        let value = if all.is_empty() { String::new() } else { array.to_string() };
        Self { key: "expose".into(), op: Op::Set, value, by_jug: true }
    }
}

/// Makes the changes in a TOML text, keeping comments and layout, and checks the outcome.
pub fn edit(text: &str, file: &str, changes: &[Change]) -> Result<(String, Env)> {
    let mut doc: DocumentMut =
        text.parse().map_err(|e: toml_edit::TomlError| Error::usage(file, e.message()))?;
    if changes.iter().any(|c| c.key == "boot.auto") {
        words::modernize(&mut doc);
    }
    let kind = match doc.get("kind").and_then(Item::as_str) {
        Some("vm") => Kind::Vm,
        _ => Kind::Jail,
    };
    for change in changes {
        if keys::kind_of(&change.key).is_some_and(|of| of != kind) {
            return Err(other_kind(&change.key, kind));
        }
        apply(&mut doc, change)?;
    }
    let text = doc.to_string();
    let env = match read_env(&text, file) {
        Ok(env) => env,
        Err(e) => {
            // The user typed keys, not lines: name the key.
            let keys: Vec<&str> = changes.iter().map(|c| c.key.as_str()).collect();
            let reason =
                keys.iter().find_map(|k| e.reason.strip_prefix(&format!("{k}: "))).unwrap_or(&e.reason);
            let mut err = Error::usage(keys.join(", "), reason);
            err.next = e.next;
            return Err(err);
        }
    };
    Ok((text, env))
}

/// The text with `owner.fenced` set or taken away: the one key that a node writes by itself.
///
/// # Errors
/// It is no TOML.
pub fn fence(text: &str, name: &super::name::EnvName, fenced: bool) -> Result<String> {
    let mut doc: DocumentMut =
        text.parse().map_err(|e: toml_edit::TomlError| Error::usage(name, e.message()))?;
    match (fenced, doc.get_mut("owner").and_then(Item::as_table_like_mut)) {
        (true, _) => doc["owner"]["fenced"] = toml_edit::value(true),
        (false, Some(owner)) => drop(owner.remove("fenced")),
        (false, None) => {}
    }
    Ok(doc.to_string())
}

fn apply(doc: &mut DocumentMut, change: &Change) -> Result<()> {
    let shape = shape(&change.key)?;
    if shape == Shape::Disks && !change.by_jug {
        return Err(Error::usage(&change.key, "disks have commands of their own")
            .next("jug vm-disk-add, jug vm-disk-resize, jug vm-disk-remove"));
    }
    if shape == Shape::Fixed {
        let j = if doc.get("kind").and_then(Item::as_str) == Some("vm") { "vm-" } else { "j" };
        return Err(match change.key.as_str() {
            "name" => Error::usage("name", "it is no key of its own").next(format!("jug {j}rename")),
            key => Error::usage(key, "it is chosen at creation and can't be set")
                .next(format!("make another environment with jug {j}create")),
        });
    }
    let path = path_of(&change.key);
    let (last, tables) = path.split_last().ok_or_else(|| Error::usage("", "an empty key"))?;
    let mut table: &mut dyn toml_edit::TableLike = doc.as_table_mut();
    for part in tables {
        let item = table.entry(part).or_insert(Item::Table(Table::new()));
        table = item
            .as_table_like_mut()
            .ok_or_else(|| Error::usage(&change.key, format!("`{part}` is not a table")))?;
    }
    if change.op == Op::Set && change.value.is_empty() {
        table.remove(last);
        let empty = table.is_empty();
        if let ([table], true) = (tables, empty) {
            doc.remove(table);
        }
        return Ok(());
    }
    let new = match change.op {
        Op::Set => parse(shape, change)?,
        Op::Add | Op::Take => {
            let mut list = table.get(last).and_then(Item::as_array).cloned().unwrap_or_default();
            let add = parse(shape, change)?;
            for v in add.as_array().into_iter().flatten() {
                // A card is taken away by its network's name as well.
                let whole = |w: &Value| path_text(w) == path_text(v);
                let card = |w: &Value| {
                    path_text(w).strip_prefix(&path_text(v)).is_some_and(|r| r.starts_with([':', ',']))
                };
                let port = |w: &Value| {
                    let read = |v: &Value| path_text(v).parse::<Exposure>().ok();
                    shape == Shape::Ports && read(w).is_some() && read(w) == read(v)
                };
                let same = |w: &Value| {
                    whole(w) || port(w) || (shape == Shape::Nets && change.op == Op::Take && card(w))
                };
                let at = list.iter().position(same);
                match (change.op, at) {
                    (Op::Add, None) => list.push(v.clone()),
                    (Op::Take, Some(i)) => {
                        list.remove(i);
                        if let Some(first) = list.get_mut(0).filter(|_| i == 0) {
                            first.decor_mut().set_prefix("");
                        }
                    }
                    _ => {}
                }
            }
            Value::Array(list)
        }
    };
    match table.get_mut(last) {
        Some(Item::Value(old)) => {
            let decor = old.decor().clone();
            *old = new;
            *old.decor_mut() = decor;
        }
        _ => drop(table.insert(last, Item::Value(new))),
    }
    Ok(())
}

/// An element's text; a hook's is its path.
fn path_text(v: &Value) -> String {
    v.as_str()
        .or_else(|| v.as_inline_table().and_then(|t| t.get("path")).and_then(Value::as_str))
        .map_or_else(|| v.to_string(), str::to_string)
}

fn parse(shape: Shape, change: &Change) -> Result<Value> {
    let text = change.value.as_str();
    let bad = |why: &str| Error::usage(&change.key, format!("{} is not {why}", printable(text)));
    let array = |items: Vec<&str>| Value::Array(items.into_iter().collect::<Array>());
    if text.starts_with('[') && shape.is_list() {
        return text.parse::<Value>().map_err(|_| bad("a TOML array"));
    }
    Ok(match shape {
        Shape::Text | Shape::Fixed => Value::from(text),
        Shape::Number => Value::from(text.parse::<i64>().map_err(|_| bad("a whole number"))?),
        Shape::Flag => Value::from(match text {
            "true" | "yes" | "on" | "1" => true,
            "false" | "no" | "off" | "0" => false,
            _ => return Err(bad("true or false")),
        }),
        Shape::Words => array(text.split(',').filter(|w| !w.is_empty()).collect()),
        Shape::Nets => Value::Array(super::net::split(text).iter().map(String::as_str).collect::<Array>()),
        Shape::Lines | Shape::Disks => array(vec![text]),
        Shape::Ports => array(vec![text.parse::<Exposure>()?.to_string().as_str()]),
        Shape::Argv => {
            let words = shlex::split(text).ok_or_else(|| bad("a command: a quote is not closed"))?;
            Value::Array(words.iter().map(String::as_str).collect::<Array>())
        }
    })
}

/// Whether a key holds a list.
pub fn is_list(key: &str) -> bool {
    shape(key).is_ok_and(Shape::is_list)
}

/// The value of a key, if it is there.
pub fn find<'a>(value: &'a toml::Value, key: &str) -> Option<&'a toml::Value> {
    path_of(words::current(key)).into_iter().try_fold(value, |at, part| at.get(part))
}

/// The bare value of a key: a list gives a line an element, nothing gives the empty text.
pub fn lookup(value: &toml::Value, key: &str) -> String {
    find(value, key).map(bare).unwrap_or_default()
}

fn bare(v: &toml::Value) -> String {
    match v {
        toml::Value::String(s) => s.clone(),
        toml::Value::Array(a) => a.iter().map(bare).collect::<Vec<_>>().join("\n"),
        toml::Value::Table(t) => t.get("path").map_or_else(|| v.to_string(), bare),
        other => other.to_string(),
    }
}

/// An environment as TOML values, as its file would hold them with every default written out.
pub fn to_value(env: &Env) -> Result<toml::Value> {
    let mut value = toml::Table::try_from(env).map_err(|e| Error::failed("environment", e))?;
    value.retain(|key, _| keys::kind_of(key).is_none_or(|of| of == env.kind));
    Ok(value.into())
}

/// An environment as the text of a new file.
pub fn env_text(env: &Env) -> Result<String> {
    let mut doc: DocumentMut =
        to_text(env)?.parse().map_err(|e: toml_edit::TomlError| Error::failed("environment", e.message()))?;
    doc.retain(|key, _| keys::kind_of(key).is_none_or(|of| of == env.kind));
    Ok(doc.to_string())
}

/// Any other value as the text of a new file.
pub fn to_text<T: serde::Serialize>(value: &T) -> Result<String> {
    toml::to_string(value).map_err(|e| Error::failed("toml", e))
}

/// The keys in which two environments differ.
pub fn differences(a: &Env, b: &Env) -> Result<Vec<String>> {
    let (a, b) = (to_value(a)?, to_value(b)?);
    Ok(keys().into_iter().filter(|k| lookup(&a, k) != lookup(&b, k)).collect())
}

#[cfg(test)]
mod tests {
    use super::super::keys::check_key;
    use super::*;

    const TEXT: &str = "# mine\nversion = 1\nuuid = \"7f1c0a52-6d0e-4a53-9f4c-1d2c3b4a5f60\"\ncreated = \"2026-01-02T03:04:05Z\"\nbase = \"host\" # the base\ntags = [\"a\"] # t\n";

    fn change(s: &str) -> Change {
        s.parse().unwrap()
    }

    #[test]
    fn edits_keep_comments() {
        let (text, env) = edit(
            TEXT,
            "f",
            &[
                change("boot.order=5"),
                change("tags+=web"),
                change("allow.mount.tmpfs=no"),
                change("exec.start=/bin/sh -c 'a b'"),
            ],
        )
        .unwrap();
        assert!(
            text.contains("# mine")
                && text.contains("base = \"host\" # the base")
                && text.contains("tags = [\"a\", \"web\"] # t"),
            "{text}"
        );
        assert_eq!(env.boot.order, 5);
        assert_eq!(env.exec.start.unwrap(), ["/bin/sh", "-c", "a b"]);
        let (text, env) = edit(&text, "f", &[change("tags-=a"), change("boot.order=")]).unwrap();
        assert_eq!(env.boot.order, 10);
        assert!(text.contains("[\"web\"]"), "{text}");
    }

    #[test]
    fn a_former_name_of_a_key_is_taken() {
        let text = format!("{TEXT}[boot]\n# always\nenabled = true # yes\norder = 5\n");
        assert!(read_env(&text, "f").unwrap().boot.auto);
        let (text, env) = edit(&text, "f", &[change("boot.enabled=no"), change("boot.after+=db")]).unwrap();
        assert!(text.contains("# always\nauto = false # yes") && !text.contains("enabled"), "{text}");
        assert!(!env.boot.auto && env.boot.after.len() == 1);
        assert_eq!(lookup(&to_value(&env).unwrap(), "boot.enabled"), "false");
        assert_eq!(change("storage.server=nas").key, "external.server");
        assert!("storage.fish=1".parse::<Change>().is_err());
        let (_, env) = edit(&text, "f", &[change("boot.wait_for=mount:/a,tcp:[::1]:80")]).unwrap();
        assert_eq!(env.boot.wait_for.len(), 2);
        let e = edit(&text, "f", &[change("boot.wait_for=tcp:db")]).unwrap_err();
        assert!(e.object == "boot.wait_for" && e.reason.contains("port"), "{e}");
    }

    #[test]
    fn errors_name_place_and_nearest_key() {
        let e = read_env(&format!("{TEXT}secureleval = 3\n"), "/x.toml").unwrap_err();
        assert_eq!(e.object, "/x.toml:7:1");
        assert_eq!(e.next.as_deref(), Some("did you mean `securelevel`?"));
        let e = read_env(&format!("{TEXT}securelevel = \"a\"\n"), "/x.toml").unwrap_err();
        assert_eq!(e.object, "/x.toml:7:15");
        let e = read_env(&format!("{TEXT}securelevel = 9\n"), "/x.toml").unwrap_err();
        assert_eq!(e.object, "/x.toml:7:15");
        let e = read_env(&TEXT.replace("version = 1", "version = 2\nfuture = 1"), "/x.toml").unwrap_err();
        assert!(e.reason.contains("newer"), "{e}");
        assert!("boot.ordr=1".parse::<Change>().unwrap_err().next.unwrap().contains("boot.order"));
        assert_eq!(edit(TEXT, "f", &[change("mode=full")]).unwrap_err().object, "mode");
        assert!(read_env(&"a".repeat(MAX_FILE + 1), "big").is_err());
        assert!(read_env(&format!("{TEXT}x = {}", "[".repeat(100_000)), "deep").is_err());
    }

    #[test]
    fn every_key_is_known_to_the_schema() {
        let (_, env) = edit(TEXT, "f", &[]).unwrap();
        let value = to_value(&env).unwrap();
        let mut found = Vec::new();
        for (k, v) in value.as_table().unwrap() {
            match v.as_table() {
                Some(t) => found.extend(t.keys().map(|s| format!("{k}.{s}"))),
                None => found.push(k.clone()),
            }
        }
        for key in found {
            assert!(check_key(&key).is_ok(), "{key} is in Env and not in KEYS");
        }
        assert_eq!(lookup(&value, "net"), "inherit");
    }
}
