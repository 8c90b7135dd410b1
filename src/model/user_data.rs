//! What a guest's first boot is given by its administrator: cloud-config, scripts, Ignition. It is checked here as far as it
//! can be without the guest, and never changed.

use super::name::printable;
use crate::error::{Error, Result};
use saphyr_parser::{Event, Parser};
use std::collections::{BTreeMap, BTreeSet};

/// The longest that is taken, in bytes.
pub const MAX: usize = 1 << 20;
/// The deepest nesting of YAML that is taken.
const MAX_DEPTH: usize = 64;
/// The most nodes of YAML that are taken, with each alias counted as what it stands for: a guest that writes them out must
/// not run out of memory.
const MAX_NODES: u64 = 100_000;

/// What user-data is, by its first line (cloud-init, "User-data formats").
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// `#cloud-config`: YAML.
    CloudConfig,
    /// Ignition: JSON.
    Ignition,
    /// Something else that is known: a script, a list of addresses, parts of MIME, a template.
    Other,
}

/// Checks user-data.
///
/// # Errors
/// A guest would leave it, or could not read it.
pub fn check(text: &str, file: &str) -> Result<Kind> {
    let bad = |why: String| Error::usage(file, why);
    if text.len() > MAX {
        return Err(bad(format!("longer than {MAX} bytes")));
    }
    let first = text.lines().next().unwrap_or_default();
    match first.trim_end() {
        "#cloud-config" => {
            keys(text, file)?;
            return Ok(Kind::CloudConfig);
        }
        "#cloud-config-archive" => return yaml(text, file).map(|_| Kind::Other),
        _ => {}
    }
    if text.trim_start().starts_with('{') {
        return ignition(text).map(|()| Kind::Ignition).map_err(bad);
    }
    let known = ["#!", "#include", "#cloud-boothook", "#part-handler", "## template: jinja"];
    let mime = ["content-type:", "mime-version:"];
    let is_mime = mime.iter().any(|m| first.get(..m.len()).is_some_and(|f| f.eq_ignore_ascii_case(m)));
    if known.iter().any(|k| first.starts_with(k)) || is_mime {
        return Ok(Kind::Other);
    }
    Err(bad(format!("no guest knows what begins with {}", printable(first)))
        .next("begin YAML with #cloud-config, and a script with #!"))
}

/// A configuration of Ignition (its specification, version 3).
fn ignition(text: &str) -> std::result::Result<(), String> {
    let value: serde_json::Value = serde_json::from_str(text).map_err(|e| format!("not JSON: {e}"))?;
    match value["ignition"]["version"].as_str() {
        Some(v) if v.starts_with("3.") => Ok(()),
        Some(v) => Err(format!("Ignition {} is not known: its version begins with 3", printable(v))),
        None => Err("JSON without ignition.version: no configuration of Ignition".into()),
    }
}

/// The keys of a YAML text that is a mapping.
///
/// # Errors
/// It is not.
pub fn keys(text: &str, file: &str) -> Result<BTreeSet<String>> {
    yaml(text, file)?.ok_or_else(|| Error::usage(file, "not a mapping: it ought to be lines of KEY: VALUE"))
}

/// Something that is open, and how many nodes it has so far.
struct Open {
    anchor: usize,
    nodes: u64,
    mapping: bool,
    parts: u64,
}

/// Reads a YAML text without making anything of it: aliases are counted and never written out. Returns the keys, if it is
/// a mapping.
fn yaml(text: &str, file: &str) -> Result<Option<BTreeSet<String>>> {
    let mut open: Vec<Open> = Vec::new();
    let mut anchors: BTreeMap<usize, u64> = BTreeMap::new();
    let mut top: Option<BTreeSet<String>> = None;
    let mut documents = 0;
    for event in Parser::new_from_str(text) {
        let (event, span) = event.map_err(|e| {
            Error::usage(format!("{file}:{}", e.marker().line()), format!("not YAML: {}", e.info()))
        })?;
        let place = || format!("{file}:{}", span.start.line());
        let ended = match event {
            Event::DocumentStart(_) => {
                documents += 1;
                None
            }
            Event::SequenceStart(anchor, _) => {
                open.push(Open { anchor, nodes: 1, mapping: false, parts: 0 });
                None
            }
            Event::MappingStart(anchor, _) => {
                if open.is_empty() && top.is_none() {
                    top = Some(BTreeSet::new());
                }
                open.push(Open { anchor, nodes: 1, mapping: true, parts: 0 });
                None
            }
            Event::Scalar(value, _, anchor, _) => {
                if let ([one], Some(top)) = (&open[..], &mut top)
                    && one.mapping
                    && one.parts.is_multiple_of(2)
                    && !top.insert(value.to_string())
                {
                    return Err(Error::usage(place(), format!("{} stands there twice", printable(&value))));
                }
                Some((anchor, 1))
            }
            Event::Alias(anchor) => Some((0, anchors.get(&anchor).copied().unwrap_or(MAX_NODES))),
            Event::SequenceEnd | Event::MappingEnd => open.pop().map(|o| (o.anchor, o.nodes)),
            Event::Nothing | Event::StreamStart | Event::StreamEnd | Event::DocumentEnd => None,
        };
        if let Some((anchor, nodes)) = ended {
            anchors.insert(anchor, nodes);
            if let Some(outer) = open.last_mut() {
                outer.nodes = outer.nodes.saturating_add(nodes);
                outer.parts += 1;
            }
        }
        if open.iter().any(|o| o.nodes > MAX_NODES) {
            return Err(Error::usage(place(), format!("its aliases stand for more than {MAX_NODES} nodes")));
        }
        if open.len() > MAX_DEPTH {
            return Err(Error::usage(place(), format!("nested deeper than {MAX_DEPTH}")));
        }
        if documents > 1 {
            return Err(Error::usage(place(), "a second document, which no guest would read"));
        }
    }
    Ok(top)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn kinds_are_known() {
        for (text, kind) in [
            ("#cloud-config\npackages: [nginx]\n", Kind::CloudConfig),
            ("#cloud-config\r\nusers:\r\n  - default\r\n", Kind::CloudConfig),
            ("#!/bin/sh\necho hi\n", Kind::Other),
            ("#include\nhttps://example.org/x\n", Kind::Other),
            ("Content-Type: multipart/mixed; boundary=\"x\"\n", Kind::Other),
            ("## template: jinja\n#cloud-config\na: {{ b }}\n", Kind::Other),
            ("#cloud-config-archive\n- type: text/x-shellscript\n", Kind::Other),
            ("{\"ignition\": {\"version\": \"3.4.0\"}}", Kind::Ignition),
        ] {
            assert_eq!(check(text, "f").unwrap(), kind, "{text}");
        }
    }

    #[test]
    fn what_no_guest_would_read_is_refused() {
        let deep = format!("#cloud-config\na: {}1{}\n", "[".repeat(100), "]".repeat(100));
        for (text, object, why) in [
            ("packages: [nginx]\n", "f", "begins with packages"),
            ("", "f", "begins with \"\""),
            ("#cloud-config\n- a\n", "f", "not a mapping"),
            ("#cloud-config\n", "f", "not a mapping"),
            ("#cloud-config\na: b\n c: d\n", "f:3", "not YAML"),
            ("#cloud-config\na: [1\n", "f:", "not YAML"),
            ("#cloud-config\na: *nobody\n", "f:2", "not YAML"),
            ("#cloud-config\na: 1\nb: 2\na: 3\n", "f:4", "a stands there twice"),
            ("#cloud-config\na: 1\n---\nb: 2\n", "f:", "second document"),
            ("{\"ignition\": {\"version\": \"2.3.0\"}}", "f", "Ignition 2.3.0"),
            ("{\"a\": 1}", "f", "no configuration of Ignition"),
            ("{", "f", "not JSON"),
            (deep.as_str(), "f:2", "nested deeper"),
        ] {
            let e = check(text, "f").unwrap_err();
            assert!(e.object.starts_with(object) && e.reason.contains(why), "{text}: {e}");
        }
        assert!(check(&format!("#!{}", " ".repeat(MAX)), "f").is_err());
    }

    #[test]
    fn a_bomb_does_not_go_off() {
        let mut text = "#cloud-config\na0: &a0 [x, x, x, x, x, x, x, x, x, x]\n".to_string();
        for i in 1..40 {
            let alias = vec![format!("*a{}", i - 1); 10].join(", ");
            text.push_str(&format!("a{i}: &a{i} [{alias}]\n"));
        }
        let e = check(&text, "f").unwrap_err();
        assert!(e.object == "f:6" && e.reason.contains("aliases"), "{e}");
        // An alias of what it is part of, without end.
        assert!(check("#cloud-config\na: &a [*a]\n", "f").is_err());
        // Some aliases are all right.
        check("#cloud-config\na: &a [1, 2]\nb: [*a, *a]\n", "f").unwrap();
    }

    proptest! {
        #[test]
        fn no_text_makes_it_panic(s in "(#cloud-config\n)?[ -~\n&*\\[\\]{}:-]{0,200}") {
            let _ = check(&s, "f");
        }
    }
}
