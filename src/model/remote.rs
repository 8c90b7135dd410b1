//! What an NFS server offers, as people write it: `SERVER:/PATH`.

use super::external::Server;
use super::name::{AbsPath, printable};
use crate::error::Error;
use std::fmt;
use std::str::FromStr;

/// A directory of a server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Remote {
    /// Who serves it.
    pub server: Server,
    /// What.
    pub path: AbsPath,
}

impl FromStr for Remote {
    type Err = Error;
    fn from_str(s: &str) -> Result<Self, Error> {
        let (server, path) = s.split_once(":/").ok_or_else(|| {
            Error::usage(printable(s), "it is not SERVER:/PATH").next("an IPv6 address stands in brackets")
        })?;
        // Of several monitors with ports only CephFS knows.
        if server.contains(',') || (server.contains(':') && !server.ends_with(']')) {
            return Err(Error::usage(printable(server), "it is not one server, without a port")
                .next("an IPv6 address stands in brackets; for a port give -o port=N"));
        }
        Ok(Self { server: server.parse()?, path: format!("/{path}").parse()? })
    }
}

impl fmt::Display for Remote {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.server, self.path)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_directory_of_a_server_is_refused() {
        for good in ["10.0.0.1:/a", "filer.example.org:/", "[fd00::1]:/a b", "[fe80::1%em0]:/a"] {
            assert_eq!(good.parse::<Remote>().unwrap().to_string(), good);
        }
        for bad in [
            "",
            "/a",
            "s:a",
            ":/a",
            "-o:/a",
            "fd00::1:/a",
            "a,b:/c",
            "s:2049:/a",
            "s:/a/../b",
            "s t:/a",
            "s://a",
        ] {
            assert!(bad.parse::<Remote>().is_err(), "{bad} was taken");
        }
    }
}
