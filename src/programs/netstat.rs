//! netstat(1) of FreeBSD: the routing tables.

use super::{json, surprise};
use crate::error::Result;
use crate::host::Cmd;
use serde_json::Value;

/// Asks for all routes. (`-an` would crash in 15.0, F9.9.)
pub fn routes() -> Cmd {
    Cmd::new("netstat").args(["--libxo", "json", "-rn"])
}

/// The interfaces of the default routes in the output of [`routes`] (ifconfig.txt): of IPv4, and of IPv6.
///
/// # Errors
/// It is no such JSON.
pub fn parse_defaults(text: &str) -> Result<(Option<String>, Option<String>)> {
    let all = json("netstat", text)?;
    let families =
        all.pointer("/statistics/route-information/route-table/rt-family").and_then(Value::as_array);
    let families = families.ok_or_else(|| surprise("netstat", "no `rt-family`"))?;
    let of = |name: &str| {
        let word = |v: &Value, key: &str| v.get(key).and_then(Value::as_str).map(str::to_string);
        let family = families.iter().find(|f| word(f, "address-family").as_deref() == Some(name))?;
        let entries = family.get("rt-entry")?.as_array()?;
        let default = |e: &&Value| {
            word(e, "destination").is_some_and(|d| ["default", "0.0.0.0/0", "::/0"].contains(&d.as_str()))
        };
        word(entries.iter().find(default)?, "interface-name")
    };
    Ok((of("Internet"), of("Internet6")))
}

#[cfg(test)]
mod tests {
    #[test]
    fn finds_the_default_route() {
        let text = r#"{"statistics": {"route-information": {"route-table": {"rt-family": [{"address-family":"Internet", "rt-entry": [{"destination":"10.0.2.0/24","gateway":"link#1","interface-name":"em1"},{"destination":"default","gateway":"10.0.2.2","flags":"UGS","interface-name":"vtnet0"}]}]}}}}"#;
        assert_eq!(super::parse_defaults(text).unwrap(), (Some("vtnet0".into()), None));
        assert!(super::parse_defaults("{}").is_err());
    }
}
