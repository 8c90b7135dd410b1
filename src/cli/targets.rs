//! Which environments a verb works on: names, masks, `@tag`, `--all`, and CBSD's `jname=`.

use super::session::Session;
use crate::error::{Error, Result};
use crate::model::env::{Env, Kind};
use crate::model::name::{EnvName, Tag, printable};
use crate::model::words;
use crate::store::registry;
use clap::Args;

/// The targets of a verb.
#[derive(Clone, Debug, Default, Args)]
pub struct Targets {
    /// Names, masks such as 'web*', @tag, or jname=NAME
    #[arg(value_name = "NAME")]
    pub names: Vec<String>,
    /// All environments; for ls and jls, those that lie here unregistered as well
    #[arg(long)]
    pub all: bool,
}

/// Chooses environments. A mask that matches nothing is a note; a plain name that is not there is exit 4.
/// Each is named once, in the order in which it was asked for.
pub fn choose(session: &Session, names: &[String], all: bool) -> Result<Vec<EnvName>> {
    let registry = session.registry()?;
    let mut chosen: Vec<EnvName> = Vec::new();
    let mut add = |name: &EnvName| {
        if !chosen.contains(name) {
            chosen.push(name.clone());
        }
    };
    if names.is_empty() && !all {
        return Err(Error::usage("", "no environment is named")
            .next("give a name, a mask such as 'web*', @tag, or --all"));
    }
    if all {
        if !names.is_empty() {
            return Err(Error::usage("--all", "it stands alone"));
        }
        registry.keys().for_each(&mut add);
    }
    for word in names {
        let name = match words::split(word) {
            Some(Ok(("jname", value))) => value,
            Some(Ok((other, _))) => {
                return Err(
                    Error::usage(printable(word), format!("{other}= does not fit here")).next("jname= does")
                );
            }
            Some(Err(e)) => return Err(e),
            None => word.as_str(),
        };
        if let Some(tag) = name.strip_prefix('@') {
            let tag: Tag = tag.parse()?;
            let mut found = false;
            for entry in registry.values() {
                let chosen = match &entry.env {
                    Ok(env) => env.tags.contains(&tag) || (tag.as_str() == BOOT && at_boot(env)),
                    Err(e) => {
                        eprintln!("jug: {}: left out, since its tags can't be read: {e}", entry.name);
                        false
                    }
                };
                if !chosen {
                    continue;
                }
                add(&entry.name);
                found = true;
            }
            note(session, found, name);
        } else if is_mask(name) {
            check_mask(name)?;
            let mut found = false;
            for known in registry.keys().filter(|k| mask(name.as_bytes(), k.as_str().as_bytes())) {
                add(known);
                found = true;
            }
            note(session, found, name);
        } else {
            let name: EnvName = name.parse()?;
            // What was interrupted may be in no registry yet, or no more: it is the verb that recovers it.
            let interrupted =
                session.saved.is_none() && session.layout.journal(name.as_str()).as_path().exists();
            if !interrupted && !registry.contains_key(&name) {
                return Err(registry::missing(&name, registry.keys()));
            }
            add(&name);
        }
    }
    Ok(chosen)
}

/// The same of one kind. What is named plainly and is of the other kind is refused; a mask means those of this kind.
pub fn choose_of(session: &Session, kind: Kind, names: &[String], all: bool) -> Result<Vec<EnvName>> {
    let mut chosen = choose(session, names, all)?;
    let other = |name: &EnvName| session.env(name).is_ok_and(|(_, e)| e.kind != kind);
    let plain = |name: &EnvName| names.iter().any(|w| w.rsplit('=').next() == Some(name.as_str()));
    if let Some(name) = chosen.iter().find(|n| plain(n) && other(n)) {
        let (what, verbs) = match kind {
            Kind::Jail => ("it is a VM", "the commands for those begin with vm-"),
            Kind::Vm => ("it is a jail", "the commands for those begin with j"),
        };
        return Err(Error::usage(name, what).next(verbs));
    }
    chosen.retain(|name| !other(name));
    Ok(chosen)
}

/// The tag that has stood for boot.auto since before there was that.
const BOOT: &str = "boot";

/// Whether `jug boot` starts it, and `@boot` means it.
pub fn at_boot(env: &Env) -> bool {
    env.boot.auto || env.tags.iter().any(|t| t.as_str() == BOOT)
}

/// Exactly one environment.
pub fn one(session: &Session, word: &str) -> Result<EnvName> {
    only(word, &choose(session, &[word.to_string()], false)?)
}

/// Exactly one of a kind.
pub fn one_of(session: &Session, kind: Kind, word: &str) -> Result<EnvName> {
    only(word, &choose_of(session, kind, &[word.to_string()], false)?)
}

fn only(word: &str, chosen: &[EnvName]) -> Result<EnvName> {
    match chosen {
        [one] => Ok(one.clone()),
        [] => Err(Error::not_found(printable(word), "it matches no environment").next("jug ls")),
        many => Err(Error::usage(
            printable(word),
            format!("it matches {} environments, and this takes one", many.len()),
        )),
    }
}

/// Whether a word is a mask rather than a name.
pub fn is_mask(word: &str) -> bool {
    word.contains(['*', '?', '['])
}

/// Says that a mask matches nothing.
pub fn note(session: &Session, found: bool, mask: &str) {
    if !found && !session.global.quiet {
        eprintln!("jug: {}: matches nothing", printable(mask));
    }
}

/// Whether a name matches a mask.
///
/// # Errors
/// The mask holds what no mask does.
pub fn matches(pattern: &str, name: &str) -> Result<bool> {
    check_mask(pattern)?;
    Ok(mask(pattern.as_bytes(), name.as_bytes()))
}

fn check_mask(mask: &str) -> Result<()> {
    match mask.chars().find(|c| !(c.is_ascii_alphanumeric() || "*?[]_-!".contains(*c))) {
        Some(c) => Err(Error::usage(printable(mask), format!("a mask can't hold {c:?}"))),
        None if mask.starts_with('-') => Err(Error::usage(mask, "a mask can't begin with `-`")),
        None => Ok(()),
    }
}

/// fnmatch(3) with `*`, `?` and `[a-z]`.
fn mask(pattern: &[u8], text: &[u8]) -> bool {
    match pattern.first() {
        None => text.is_empty(),
        Some(b'*') => (0..=text.len()).any(|i| mask(&pattern[1..], &text[i..])),
        Some(b'?') => !text.is_empty() && mask(&pattern[1..], &text[1..]),
        Some(b'[') => {
            let Some(end) = pattern.iter().position(|b| *b == b']') else { return false };
            let Some(&c) = text.first() else { return false };
            let (not, set) = match &pattern[1..end] {
                [b'!', rest @ ..] => (true, rest),
                rest => (false, rest),
            };
            let mut hit = false;
            let mut i = 0;
            while i < set.len() {
                if i + 2 < set.len() && set[i + 1] == b'-' {
                    hit |= (set[i]..=set[i + 2]).contains(&c);
                    i += 3;
                } else {
                    hit |= set[i] == c;
                    i += 1;
                }
            }
            hit != not && mask(&pattern[end + 1..], &text[1..])
        }
        Some(b) => text.first() == Some(b) && mask(&pattern[1..], &text[1..]),
    }
}

#[cfg(test)]
mod tests {
    use super::mask;
    use proptest::prelude::*;

    #[test]
    fn masks_match_as_in_sh() {
        for (m, t, yes) in [
            ("*", "www", true),
            ("w*w", "www", true),
            ("w?", "ww", true),
            ("w?", "www", false),
            ("[a-c]x", "bx", true),
            ("[!a]x", "ax", false),
            ("a*", "b", false),
            ("[", "[", false),
        ] {
            assert_eq!(mask(m.as_bytes(), t.as_bytes()), yes, "{m} {t}");
        }
    }

    proptest! {
        #[test]
        fn a_prefix_mask_finds_what_begins_so(a in "[a-z]{0,8}", b in "[a-z]{0,8}") {
            let whole = format!("{a}{b}");
            let pattern = format!("{a}*");
            prop_assert!(mask(pattern.as_bytes(), whole.as_bytes()));
        }
    }
}
