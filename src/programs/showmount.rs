//! showmount(8). It asks rpcbind(8) first, and waits for ever where nobody answers (F4.5).

use crate::host::Cmd;
use std::net::IpAddr;

/// What mountd(8) says that it exports.
pub fn exports() -> Cmd {
    Cmd::new("showmount").args(["-e", "localhost"]).limit(5)
}

/// Reads what the output of [`exports`] says of a path: its clients, of networks the address only, of everybody
/// `Everyone`; `None` if it does not list it.
pub fn parse_clients(text: &str, path: &str) -> Option<Vec<String>> {
    let line = text.lines().skip(1).find_map(|l| l.strip_prefix(path).filter(|r| r.starts_with(' ')))?;
    let word = |w: &str| w.parse::<IpAddr>().map_or_else(|_| w.to_string(), |a| a.to_string());
    Some(line.split_whitespace().map(word).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_is_exported_to_whom() {
        // Recorded on 15.0, but for the path with a blank.
        let text = "Exports list on localhost:\n/zroot/share                       127.0.0.0 192.0.2.10 \n/zroot/shared                      Everyone\n/a b                               2001:DB8::1 \n";
        assert_eq!(parse_clients(text, "/zroot/share").unwrap(), ["127.0.0.0", "192.0.2.10"]);
        assert_eq!(parse_clients(text, "/zroot/shared").unwrap(), ["Everyone"]);
        assert_eq!(parse_clients(text, "/a b").unwrap(), ["2001:db8::1"]);
        assert_eq!(parse_clients(text, "/zroot"), None);
    }
}
