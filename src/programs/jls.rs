//! jls(8), read as JSON: a value may hold newlines, which only JSON can carry (F2.7).

use super::{json, surprise, text_of};
use crate::error::Result;
use crate::facts::Container;
use crate::host::Cmd;

/// All running jails, with our stamp where they bear one. Needs `meta`, which FreeBSD has since 15.0. The whole of it is
/// asked for: `meta.jug_uuid` alone fails with EINVAL for all once a jail without it comes before one that has it.
pub fn list() -> Cmd {
    Cmd::new("jls").args(["--libxo", "json", "jid", "name", "path", "meta"])
}

/// One jail; exit status 1 if it is not there.
pub fn one(name: &str) -> Cmd {
    Cmd::new("jls").args(["--libxo", "json", "-j", name, "jid", "name", "path", "meta"])
}

/// Reads the output of [`list`] and [`one`].
pub fn parse(text: &str) -> Result<Vec<Container>> {
    let all = json("jls", text)?;
    let jails = all
        .pointer("/jail-information/jail")
        .and_then(|j| j.as_array())
        .ok_or_else(|| surprise("jls", "no jail-information"))?;
    jails
        .iter()
        .map(|j| {
            let field = |name: &str| j.get(name).and_then(text_of);
            let need = |name: &str| field(name).ok_or_else(|| surprise("jls", format!("no {name} in {j}")));
            Ok(Container {
                id: need("jid")?,
                name: need("name")?,
                path: need("path")?,
                uuid: field("meta")
                    .and_then(|m| m.lines().find_map(|l| l.strip_prefix("jug_uuid=")?.parse().ok())),
                running: true,
                vm: false,
                alone: false,
            })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_jails_with_and_without_a_stamp() {
        let text = r#"{"__version": "2", "jail-information": {"jail": [{"jid":"1","name":"j1","path":"/zroot/jails/j1"},
            {"jid":"2","name":"a","path":"/x y","meta":"x=1\njug_uuid=7f1c0a52-6d0e-4a53-9f4c-1d2c3b4a5f60\ny=\"2"},
            {"jid":"3","name":"b","path":"/","meta":"njug_uuid=7f1c0a52-6d0e-4a53-9f4c-1d2c3b4a5f60"}]}}"#;
        let all = parse(text).unwrap();
        assert_eq!((all[0].id.as_str(), all[0].uuid), ("1", None));
        assert!(all[1].uuid.is_some() && all[1].path == "/x y" && all[2].uuid.is_none());
        let raw = "{\"jail-information\": {\"jail\": [{\"jid\":\"1\",\"name\":\"a\",\"path\":\"/\",\"meta\":\"a\u{1}\u{1b}\u{7f}\tb\"}]}}\n";
        assert_eq!(parse(raw).unwrap().len(), 1, "libxo passes control characters on as they are");
        assert!(parse(r#"{"__version": "2", "jail-information": {"jail": []}}"#).unwrap().is_empty());
        assert!(parse("{}").is_err() && parse("").is_err());
    }
}
