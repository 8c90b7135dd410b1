//! CBSD's `word=value` arguments, accepted wherever they fit (design, "Compatible with CBSD").

use super::keys::KEYS;
use super::name::{nearest, printable};
use crate::error::{Error, Result};
use toml_edit::{DocumentMut, Item};

/// The words of CBSD that jug takes, and what each stands for.
pub const WORDS: [(&str, &str); 9] = [
    ("jname", "the name"),
    ("ver", "--base"),
    ("baserw", "--mode: 0 is thin, 1 is full"),
    ("ip4_addr", "--net, with interface="),
    ("interface", "--net, with ip4_addr="),
    ("host_hostname", "--set host.hostname="),
    ("mnt_start", "--mnt-start"),
    ("mnt_stop", "--mnt-stop"),
    ("astart", "--set boot.auto="),
];

/// An argument that is one of CBSD's words, if it looks like one.
pub fn split(arg: &str) -> Option<Result<(&'static str, &str)>> {
    let (word, value) = arg.split_once('=')?;
    Some(match WORDS.iter().find(|(w, _)| *w == word) {
        Some((w, _)) => Ok((*w, value)),
        None => {
            let mut e = Error::usage(printable(arg), format!("no such word: {}=", printable(word)));
            e.next = nearest(word, WORDS.map(|w| w.0))
                .map(|n| format!("did you mean {n}=?"))
                .or_else(|| Some(format!("the words are {}", WORDS.map(|w| format!("{}=", w.0)).join(" "))));
            Err(e)
        }
    })
}

/// A key's table, its former name there, and its present one. Files of before are read with both.
const FORMER: [(&str, &str, &str); 1] = [("boot", "enabled", "auto")];

/// A key as it is called now. `storage` is a word and has no keys below it, but where one is looked for there, it is
/// one of `[external]`.
pub fn current(key: &str) -> &str {
    if key == "boot.enabled" {
        return "boot.auto";
    }
    let below = |k: &'static str| k.strip_prefix("external.") == key.strip_prefix("storage.");
    KEYS.iter().map(|(k, _)| *k).filter(|k| k.starts_with("external.")).find(|k| below(k)).unwrap_or(key)
}

/// Gives keys of a file their present names: one that has both can't be read.
pub fn modernize(doc: &mut DocumentMut) {
    for (table, former, now) in FORMER {
        let Some(table) = doc.get_mut(table).and_then(Item::as_table_like_mut) else { continue };
        let comment = table.key(former).map(|k| k.leaf_decor().clone());
        if let (Some(value), Some(comment)) = (table.remove(former), comment) {
            table.insert(now, value);
            if let Some(mut key) = table.key_mut(now) {
                *key.leaf_decor_mut() = comment;
            }
        }
    }
}

/// `KEY=VALUE` with CBSD's word for a key replaced by jug's, where there is one.
pub fn to_key(change: &str) -> String {
    const KEYS: [(&str, &str); 2] = [("host_hostname=", "host.hostname="), ("astart=", "boot.auto=")];
    for (word, key) in KEYS {
        if let Some(value) = change.strip_prefix(word) {
            return format!("{key}{value}");
        }
    }
    change.to_string()
}
