//! sockstat(1) of FreeBSD: what listens in the host's own network stack. A jail with a stack of its own is not in it.

use super::{json, surprise, text_of};
use crate::error::Result;
use crate::facts::filter::Listener;
use crate::host::Cmd;
use serde_json::Value;

/// Asks for what takes connections, or packets from anybody.
pub fn listening() -> Cmd {
    Cmd::new("sockstat").args(["-46l", "-P", "tcp,udp", "--libxo", "json"])
}

/// Reads the output of [`listening`], as recorded in ctld-iscsi.txt: a socket of the kernel's has no program.
///
/// # Errors
/// It is no such JSON.
pub fn parse(text: &str) -> Result<Vec<Listener>> {
    let all = json("sockstat", text)?;
    let sockets = match all.pointer("/sockstat/socket") {
        Some(list) => list.as_array().ok_or_else(|| surprise("sockstat", "`socket` is no list"))?.as_slice(),
        None if all.get("sockstat").is_some() => &[],
        None => return Err(surprise("sockstat", "no `sockstat`")),
    };
    sockets.iter().filter(|s| s.get("local").is_some()).map(listener).collect()
}

fn listener(socket: &Value) -> Result<Listener> {
    let word = |key: &str| socket.pointer(key).and_then(text_of).unwrap_or_default();
    let protocol = word("/proto");
    let (name, family) =
        protocol.split_at(protocol.find(|c: char| c.is_ascii_digit()).unwrap_or(3).min(protocol.len()));
    let (v4, v6) = (family.contains('4'), family.contains('6'));
    let address = word("/local/address");
    // fe80::1%lo0
    let bare = address.split('%').next().unwrap_or_default();
    let command = word("/command");
    Ok(Listener {
        protocol: name.to_string(),
        v4: v4 || !v6,
        v6,
        address: if bare == "*" {
            None
        } else {
            Some(bare.parse().map_err(|_| surprise("sockstat", format!("the address {address}")))?)
        },
        port: word("/local/port").parse().unwrap_or_default(),
        who: match command.as_str() {
            "" => "the kernel".into(),
            name => format!("{name}, process {}", word("/pid")),
        },
    })
}

#[cfg(test)]
mod tests {
    #[test]
    fn reads_what_listens() {
        let text = r#"{"__version": "1", "sockstat": {"socket": [{"user":"root","command":"ctld","pid":6731,"fd":8,"proto":"tcp4", "local": {"address":"127.0.0.1","port":3260}, "foreign": {"address":"*","port":0}}, {"user":"root","command":"sshd","pid":1,"fd":8,"proto":"tcp6", "local": {"address":"*","port":22}, "foreign": {"address":"*","port":0}}, {"proto":"udp46", "local": {"address":"*","port":2049}, "foreign": {"address":"*","port":0}}]}}"#;
        let all = super::parse(text).unwrap();
        assert_eq!((all[0].protocol.as_str(), all[0].port, all[0].v6), ("tcp", 3260, false));
        assert_eq!((all[1].who.as_str(), all[1].v4, all[1].address), ("sshd, process 1", false, None));
        assert!(all[2].v4 && all[2].v6 && all[2].protocol == "udp" && all[2].who == "the kernel");
        assert!(super::parse(r#"{"sockstat": {}}"#).unwrap().is_empty());
        assert!(super::parse("{}").is_err() && super::parse("").is_err());
    }
}
