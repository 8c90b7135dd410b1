//! jls(8), read as JSON: a value may hold newlines, which only JSON can carry (F2.7).

use super::{json, surprise, text_of};
use crate::error::Result;
use crate::facts::Container;
use crate::host::Cmd;

/// All running jails, with our stamp where they bear one. Needs `meta`, which FreeBSD has since 15.0.
pub fn list() -> Cmd {
    Cmd::new("jls").args(["--libxo", "json", "jid", "name", "path", "meta.jug_uuid"])
}

/// One jail; exit status 1 if it is not there.
pub fn one(name: &str) -> Cmd {
    Cmd::new("jls").args(["--libxo", "json", "-j", name, "jid", "name", "path", "meta.jug_uuid"])
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
                uuid: field("meta.jug_uuid").and_then(|u| u.parse().ok()),
                running: true,
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
            {"jid":"2","name":"a","path":"/x y","meta.jug_uuid":"7f1c0a52-6d0e-4a53-9f4c-1d2c3b4a5f60"}]}}"#;
        let all = parse(text).unwrap();
        assert_eq!((all[0].id.as_str(), all[0].uuid), ("1", None));
        assert!(all[1].uuid.is_some() && all[1].path == "/x y");
        assert!(parse(r#"{"__version": "2", "jail-information": {"jail": []}}"#).unwrap().is_empty());
        assert!(parse("{}").is_err() && parse("").is_err());
    }
}
