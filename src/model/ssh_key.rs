//! Public keys of ssh(1), as a line of authorized_keys has them.

use super::name::printable;
use crate::error::{Error, Result};
use std::fmt;
use std::str::FromStr;

/// A key: its kind, its data in base64, and perhaps a comment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SshKey(String);

/// The kinds of sshd(8), "AUTHORIZED_KEYS FILE FORMAT", without those that no sshd takes any more.
const KINDS: [&str; 7] = [
    "ssh-ed25519",
    "ssh-rsa",
    "ecdsa-sha2-nistp256",
    "ecdsa-sha2-nistp384",
    "ecdsa-sha2-nistp521",
    "sk-ssh-ed25519@openssh.com",
    "sk-ecdsa-sha2-nistp256@openssh.com",
];

impl SshKey {
    /// The keys of a file: a line each, without empty ones and comments.
    ///
    /// # Errors
    /// A line is no key, or there is none.
    pub fn list(text: &str, file: &str) -> Result<Vec<Self>> {
        if text.contains("PRIVATE KEY-----") {
            return Err(Error::usage(file, "a private key, which is to stay where it is")
                .next("give the public one: its name ends in .pub"));
        }
        let lines = text.lines().map(str::trim).filter(|l| !l.is_empty() && !l.starts_with('#'));
        let keys = lines.map(str::parse).collect::<Result<Vec<Self>>>();
        match keys.map_err(|e| Error { object: file.to_string(), ..e })? {
            keys if keys.is_empty() => Err(Error::usage(file, "there is no key in it")),
            keys => Ok(keys),
        }
    }
}

impl FromStr for SshKey {
    type Err = Error;
    fn from_str(s: &str) -> Result<Self> {
        let bad = |why: &str| Err(Error::usage(printable(s), why));
        let (kind, rest) = s.split_once(' ').unwrap_or((s, ""));
        let data = rest.split(' ').next().unwrap_or_default();
        if !KINDS.contains(&kind) {
            return bad("no public key of ssh: it begins with ssh-ed25519 or the like");
        }
        let base64 = |b: u8| b.is_ascii_alphanumeric() || b"+/=".contains(&b);
        // The shortest, of ed25519, has 68.
        if data.len() < 68 || !data.bytes().all(base64) {
            return bad("no public key of ssh: its data are not whole");
        }
        if s.chars().any(char::is_control) {
            return bad("a public key is one line");
        }
        Ok(Self(s.to_string()))
    }
}

impl fmt::Display for SshKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_lines() {
        let key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIK+MH4E8KO32N5CXRvXVqvyZVl0+6ue4DobdhU0FqFd+";
        let two = format!("# mine\n{key} me@here\n\n{key}\n");
        assert_eq!(SshKey::list(&two, "f").unwrap().len(), 2);
        for (bad, why) in [
            ("", "no key"),
            ("# none\n", "no key"),
            ("ssh-ed25519", "not whole"),
            ("ssh-ed25519 AAAA", "not whole"),
            ("ssh-dss AAAA", "no public key"),
            (&format!("command=\"x\" {key}"), "no public key"),
            (&format!("{key}\u{7} x"), "not whole"),
            ("-----BEGIN OPENSSH PRIVATE KEY-----\n", "private key"),
        ] {
            let e = SshKey::list(bad, "f").unwrap_err();
            assert!(e.object == "f" && e.reason.contains(why), "{bad}: {e}");
        }
    }
}
