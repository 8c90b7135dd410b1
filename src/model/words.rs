//! CBSD's `word=value` arguments, accepted wherever they fit (design, "Compatible with CBSD").

use super::name::{nearest, printable};
use crate::error::{Error, Result};

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
    ("astart", "--set boot.enabled="),
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

/// `KEY=VALUE` with CBSD's word for a key replaced by jug's, where there is one.
pub fn to_key(change: &str) -> String {
    const KEYS: [(&str, &str); 2] = [("host_hostname=", "host.hostname="), ("astart=", "boot.enabled=")];
    for (word, key) in KEYS {
        if let Some(value) = change.strip_prefix(word) {
            return format!("{key}{value}");
        }
    }
    change.to_string()
}
