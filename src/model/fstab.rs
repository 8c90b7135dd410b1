//! Extra mounts of an environment, in the words of fstab(5): `SRC DST TYPE OPTS`, blanks as `\040`.

use super::name::{AbsPath, printable};
use super::text::as_text;
use crate::error::Error;
use std::fmt;
use std::str::FromStr;

/// What may be mounted into an environment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FsType {
    /// A directory of the host (nullfs on FreeBSD, a bind mount on Linux).
    Nullfs,
    /// Memory.
    Tmpfs,
    /// An NFS share.
    Nfs,
}

/// One extra mount. `target` is inside the environment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mount {
    /// What is mounted: a directory, `tmpfs`, or `host:/path`.
    pub source: String,
    /// Where, as the environment sees it.
    pub target: AbsPath,
    /// The kind of file system.
    pub fstype: FsType,
    /// mount(8) options: `rw`, `ro`, `size=64m`, ...
    pub options: Vec<String>,
}

impl FromStr for Mount {
    type Err = Error;
    fn from_str(s: &str) -> Result<Self, Error> {
        let bad = |why: String| {
            Error::usage(format!("fstab entry {}", printable(s)), why)
                .next("write 'SRC DST TYPE OPTS', such as '/data /mnt nullfs ro'")
        };
        let fields: Vec<&str> = s.split_whitespace().collect();
        let (source, target, fstype, options) = match fields[..] {
            [a, b, c] => (a, b, c, "rw"),
            [a, b, c, d] | [a, b, c, d, _] | [a, b, c, d, _, _] => (a, b, c, d),
            _ => return Err(bad("it needs a source, a target, a type and options".into())),
        };
        let fstype = match fstype {
            "nullfs" | "bind" | "none" => FsType::Nullfs,
            "tmpfs" => FsType::Tmpfs,
            "nfs" | "nfs4" => FsType::Nfs,
            other => {
                return Err(bad(format!(
                    "the type {} is not one of nullfs (bind), tmpfs, nfs",
                    printable(other)
                )));
            }
        };
        let source = unescape(source).ok_or_else(|| bad("a bad \\ escape in the source".into()))?;
        let target = unescape(target).ok_or_else(|| bad("a bad \\ escape in the target".into()))?;
        let target: AbsPath = target.parse().map_err(|e: Error| bad(e.reason))?;
        if target.as_str() == "/" {
            return Err(bad("the target can't be the root".into()));
        }
        if fstype == FsType::Nullfs {
            let path: AbsPath = source.parse().map_err(|e: Error| bad(e.reason))?;
            if path.as_str() == "/" {
                return Err(bad(
                    "the host's root can't be mounted into an environment: it shows everything".into()
                ));
            }
        }
        let options: Vec<String> = options.split(',').filter(|o| !o.is_empty()).map(str::to_string).collect();
        for o in &options {
            let fine = o.chars().all(|c| c.is_ascii_alphanumeric() || "=_-.:/+@".contains(c));
            if !fine || o.starts_with('-') {
                return Err(bad(format!("the option {} is not one", printable(o))));
            }
        }
        if source.starts_with('-') {
            return Err(bad("the source begins with `-`".into()));
        }
        Ok(Self { source, target, fstype, options })
    }
}

impl Mount {
    /// Whether it is read-only.
    pub fn read_only(&self) -> bool {
        self.options.iter().any(|o| o == "ro")
    }
}

impl fmt::Display for Mount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let fstype = match self.fstype {
            FsType::Nullfs => "nullfs",
            FsType::Tmpfs => "tmpfs",
            FsType::Nfs => "nfs",
        };
        let options = if self.options.is_empty() { "rw".into() } else { self.options.join(",") };
        write!(f, "{} {} {fstype} {options}", escape(&self.source), escape(self.target.as_str()))
    }
}

/// Replaces `\ooo` by its character, as getfsent(3) and mountinfo do.
pub fn unescape(s: &str) -> Option<String> {
    let mut out = Vec::with_capacity(s.len());
    let mut bytes = s.bytes();
    while let Some(b) = bytes.next() {
        if b == b'\\' {
            let digits = [bytes.next()?, bytes.next()?, bytes.next()?];
            let mut value = 0u32;
            for d in digits {
                value = value * 8 + (d as char).to_digit(8)?;
            }
            out.push(u8::try_from(value).ok()?);
        } else {
            out.push(b);
        }
    }
    Some(String::from_utf8_lossy(&out).into_owned())
}

/// Writes blanks and backslashes as `\ooo`.
pub fn escape(s: &str) -> String {
    let mut out = String::new();
    for c in s.chars() {
        match c {
            ' ' => out.push_str("\\040"),
            '\t' => out.push_str("\\011"),
            '\n' => out.push_str("\\012"),
            '\\' => out.push_str("\\134"),
            '#' => out.push_str("\\043"),
            c => out.push(c),
        }
    }
    out
}

as_text!(Mount);

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn reads_entries() {
        let m: Mount = "/a\\040b /mnt nullfs ro".parse().unwrap();
        assert_eq!((m.source.as_str(), m.target.as_str(), m.read_only()), ("/a b", "/mnt", true));
        assert_eq!(m.to_string(), "/a\\040b /mnt nullfs ro");
        assert_eq!("tmpfs /tmp tmpfs size=64m".parse::<Mount>().unwrap().fstype, FsType::Tmpfs);
        for bad in [
            "",
            "/a /b",
            "/a / nullfs rw",
            "/ /b nullfs rw",
            "a /b nullfs rw",
            "/a /../b nullfs rw",
            "/a /b zfs rw",
            "/a /b nullfs -o",
            "/a /b nullfs r;w",
            "-x /b tmpfs rw",
        ] {
            assert!(bad.parse::<Mount>().is_err(), "{bad:?} was taken");
        }
    }

    proptest! {
        #[test]
        fn escaping_reads_back(s in "\\PC{0,40}") {
            prop_assert_eq!(unescape(&escape(&s)).unwrap(), s);
        }
        #[test]
        fn unescape_never_panics(s in ".{0,40}") {
            let _ = unescape(&s);
        }
    }
}
