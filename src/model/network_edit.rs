//! Changing a network's file in place: `KEY=VALUE`, `KEY=` for the default.

use super::name::{NetName, nearest, printable};
use super::network::{Network, read, usable};
use crate::error::{Error, Result};
use std::str::FromStr;
use toml_edit::{Array, DocumentMut, InlineTable, Item, Table, Value};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Shape {
    Text,
    Number,
    Flag,
    /// Split at commas.
    Words,
}

const KEYS: [(&str, Shape); 12] = [
    ("subnets", Shape::Words),
    ("gateway", Shape::Words),
    ("uplink", Shape::Text),
    ("vlan.id", Shape::Number),
    ("vlan.parent", Shape::Text),
    ("nat", Shape::Text),
    ("isolated", Shape::Flag),
    ("private", Shape::Flag),
    ("mtu", Shape::Number),
    ("dns", Shape::Words),
    ("domain", Shape::Text),
    ("dhcp", Shape::Flag),
];

/// The keys that can be set.
pub fn keys() -> impl Iterator<Item = &'static str> {
    KEYS.iter().map(|(k, _)| *k)
}

/// One key with its new value; without one, the default.
#[derive(Clone, Debug)]
pub struct Setting {
    key: &'static str,
    value: Option<Value>,
}

impl FromStr for Setting {
    type Err = Error;
    fn from_str(s: &str) -> Result<Self> {
        let (key, value) = s.split_once('=').ok_or_else(|| Error::usage(printable(s), "not KEY=VALUE"))?;
        let Some((key, shape)) = KEYS.iter().find(|(k, _)| *k == key) else {
            let near = nearest(key, keys()).map(|n| format!("did you mean {n}?"));
            return Err(Error::usage(printable(key), "no such key of a network, or none that can be set")
                .next(
                    near.unwrap_or_else(|| format!("the keys are {}", keys().collect::<Vec<_>>().join(", "))),
                ));
        };
        if value.is_empty() {
            return Ok(Self { key, value: None });
        }
        let bad = |why: &str| Error::usage(*key, format!("{} is not {why}", printable(value)));
        let value = match shape {
            Shape::Text => Value::from(value),
            Shape::Number => Value::from(value.parse::<i64>().map_err(|_| bad("a whole number"))?),
            Shape::Words => Value::Array(value.split(',').collect::<Array>()),
            Shape::Flag => Value::from(match value {
                "true" | "yes" | "on" | "1" => true,
                "false" | "no" | "off" | "0" => false,
                _ => return Err(bad("true or false")),
            }),
        };
        Ok(Self { key, value: Some(value) })
    }
}

/// Makes the changes in a network's text, keeping comments. What the outcome means is checked by who knows the rest.
///
/// # Errors
/// A value is not one of its key's.
pub fn edit(text: &str, name: &NetName, settings: &[Setting]) -> Result<(String, Network)> {
    let mut doc: DocumentMut =
        text.parse().map_err(|e: toml_edit::TomlError| Error::usage(name, e.message()))?;
    let bridged = doc.contains_key("uplink") || doc.contains_key("vlan");
    for s in settings {
        match s.key.split_once('.') {
            None => put(doc.as_table_mut(), s.key, s.value.clone()),
            Some((table, key)) => {
                let item = doc.entry(table).or_insert_with(|| Item::Table(Table::new()));
                if !item.is_table_like() {
                    *item = Item::Value(Value::InlineTable(InlineTable::new()));
                }
                if let Some(t) = item.as_table_like_mut() {
                    match &s.value {
                        Some(v) => drop(t.insert(key, Item::Value(v.clone()))),
                        None => drop(t.remove(key)),
                    }
                    if t.is_empty() {
                        doc.remove(table);
                    }
                }
            }
        }
    }
    // What was chosen stays where it fits. Where the host is the gateway, what is missing is chosen for it.
    let chosen = settings.iter().any(|s| s.key == "gateway" && s.value.is_some());
    let moved = settings.iter().any(|s| ["subnets", "gateway", "uplink", "vlan.id"].contains(&s.key));
    if moved && !chosen {
        let mut it: Network = super::schema::read(&doc.to_string(), name.as_str())?;
        let was = it.gateway.clone();
        // The host is the gateway, or somebody out there is: the one has not the other's addresses.
        let stays = it.is_bridged() == bridged;
        let subnets = it.subnets.clone();
        it.gateway.retain(|g| stays && subnets.iter().any(|n| usable(n, *g).is_ok()));
        it.default_gateways();
        let all: Array = it.gateway.iter().map(ToString::to_string).collect();
        if it.gateway != was {
            let all = Some(Value::Array(all)).filter(|_| !it.gateway.is_empty());
            put(doc.as_table_mut(), "gateway", all);
        }
    }
    let text = doc.to_string();
    let it = read(&text, name.as_str()).map_err(|e| Error { object: format!("network {name}"), ..e })?;
    Ok((text, it))
}

fn put(table: &mut Table, key: &str, value: Option<Value>) {
    match (value, table.get_mut(key)) {
        (None, _) => drop(table.remove(key)),
        (Some(mut new), Some(Item::Value(old))) => {
            *new.decor_mut() = old.decor().clone();
            *old = new;
        }
        (Some(new), _) => drop(table.insert(key, Item::Value(new))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "# mine\nversion = 1\nuuid = \"7f1c0a52-6d0e-4a53-9f4c-1d2c3b4a5f60\"\ncreated = \"2026-01-02T03:04:05Z\"\nunit = 1000\nsubnets = [\"10.10.0.0/24\"] # here\ngateway = [\"10.10.0.1\"]\n";

    fn set(words: &[&str]) -> Result<(String, Network)> {
        let all: Vec<Setting> = words.iter().map(|w| w.parse()).collect::<Result<_>>()?;
        edit(TEXT, &"lan".parse().unwrap(), &all)
    }

    #[test]
    fn edits_keep_comments_and_gateways_follow() {
        let (text, it) = set(&["subnets=10.20.0.0/24,fd00::/64", "mtu=9000", "private=yes"]).unwrap();
        assert!(
            text.contains("# mine") && text.contains("# here") && it.private && it.mtu() == 9000,
            "{text}"
        );
        assert_eq!(it.gateway.iter().map(ToString::to_string).collect::<Vec<_>>(), ["10.20.0.1", "fd00::1"]);
        let (text, it) = set(&["vlan.id=7", "vlan.parent=em0"]).unwrap();
        assert!(it.vlan.is_some() && it.gateway.is_empty(), "{text}");
        assert!(set(&["dns=1.1.1.1", "domain=lan.example.org", "nat=auto"]).is_ok());
    }

    #[test]
    fn gateways_that_were_chosen_stay_where_they_fit() {
        let lan = TEXT.replace("10.10.0.1\"]", "10.10.0.254\"] # chosen");
        let office = format!("{}uplink = \"em0\"\n", lan.replace("10.10.0", "192.168.1"));
        for (text, words, gateways) in [
            (&office, &["subnets=192.168.1.0/24,fd00::/64"][..], &["192.168.1.254"][..]),
            (&office, &["uplink=em2"], &["192.168.1.254"]),
            (&office, &["uplink=", "vlan.id=7", "vlan.parent=em0"], &["192.168.1.254"]),
            (&office, &["subnets=192.168.2.0/24"], &[]),
            (&office, &["uplink="], &["192.168.1.1"]),
            (&office, &["gateway="], &[]),
            (&lan, &["subnets=10.10.0.0/24,fd00::/64"], &["10.10.0.254", "fd00::1"]),
            (&lan, &["subnets=10.20.0.0/24"], &["10.20.0.1"]),
            (&lan, &["subnets=10.10.0.0/25"], &["10.10.0.1"]),
            (&lan, &["gateway="], &["10.10.0.1"]),
            (&lan, &["uplink=em0"], &[]),
        ] {
            let all: Vec<Setting> = words.iter().map(|w| w.parse().unwrap()).collect();
            let (text, it) = edit(text, &"lan".parse().unwrap(), &all).unwrap();
            let now: Vec<_> = it.gateway.iter().map(ToString::to_string).collect();
            assert_eq!(now, gateways, "{words:?}: {text}");
            assert!(now.is_empty() || now[0].ends_with(".1") || text.contains("# chosen"), "{text}");
        }
    }

    #[test]
    fn nonsense_is_refused() {
        for bad in [
            &["mtu=x"][..],
            &["unit=1001"],
            &["isolated=maybe"],
            &["isolatd=yes"],
            &["isolated=yes", "nat=auto"],
            &["subnets=10.0.0.1/24"],
            &["subnets="],
            &["gateway=10.10.0.255"],
            &["gateway=10.11.0.1"],
            &["mtu=100"],
            &["dhcp=yes"],
            &["uplink=a/b"],
            &["subnets=10.0.0.0/24,10.1.0.0/24"],
            &["subnets=127.0.0.0/24"],
            &["subnets=10.0.0.0/31"],
            &["nat=fd00::1"],
        ] {
            assert!(set(bad).is_err(), "{bad:?} was taken");
        }
    }
}
