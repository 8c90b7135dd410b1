//! Checksums, and the files in which publishers list them.

use super::name::printable;
use super::text::as_text;
use crate::error::Error;
use std::fmt;
use std::str::FromStr;

/// How a sum is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Algorithm {
    /// SHA-256: 64 hexadecimal digits.
    Sha256,
    /// SHA-512: 128 hexadecimal digits.
    Sha512,
}

impl Algorithm {
    const ALL: [Self; 2] = [Self::Sha256, Self::Sha512];

    /// Its name, as sums are written.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Sha256 => "sha256",
            Self::Sha512 => "sha512",
        }
    }
    fn digits(self) -> usize {
        match self {
            Self::Sha256 => 64,
            Self::Sha512 => 128,
        }
    }
    /// Which makes sums of so many digits.
    fn of(hex: &str) -> Option<Self> {
        let plain = hex.bytes().all(|b| b.is_ascii_hexdigit());
        Self::ALL.into_iter().find(|a| plain && a.digits() == hex.len())
    }
}

/// A sum and how it was made: `sha256:` and its digits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sum {
    /// How it was made.
    pub algorithm: Algorithm,
    hex: String,
}

impl Sum {
    /// A sum of these bytes.
    pub fn new(algorithm: Algorithm, bytes: &[u8]) -> Self {
        Self { algorithm, hex: bytes.iter().map(|b| format!("{b:02x}")).collect() }
    }
    /// Its digits.
    pub fn hex(&self) -> &str {
        &self.hex
    }
    /// Digits as a person gives them.
    ///
    /// # Errors
    /// They are not as many as this kind of sum has, or no hexadecimal digits.
    pub fn of(algorithm: Algorithm, hex: &str) -> Result<Self, Error> {
        match Algorithm::of(hex) == Some(algorithm) {
            true => Ok(Self { algorithm, hex: hex.to_ascii_lowercase() }),
            false => Err(Error::usage(
                printable(hex),
                format!("a {} is {} hexadecimal digits", algorithm.as_str(), algorithm.digits()),
            )),
        }
    }
    /// The sum of `file` in a publisher's list of sums, the longest if there are several: lines of sha256sum(1)
    /// (`HEX  FILE`, `HEX *FILE`) or of sha256(1) (`SHA256 (FILE) = HEX`), or nothing but the digits.
    pub fn listed(text: &str, file: &str) -> Option<Self> {
        let found = text.lines().filter_map(|l| line(l.trim_end(), file));
        let bare = || (text.split_whitespace().count() == 1).then(|| Self::bare(text.trim())).flatten();
        found.max_by_key(|s| s.algorithm).or_else(bare)
    }
    fn bare(hex: &str) -> Option<Self> {
        Some(Self { algorithm: Algorithm::of(hex)?, hex: hex.to_ascii_lowercase() })
    }
}

fn line(line: &str, file: &str) -> Option<Sum> {
    if let Some((head, hex)) = line.split_once(") = ") {
        let (_, name) = head.split_once(" (")?;
        return (name == file).then(|| Sum::bare(hex.trim())).flatten();
    }
    let (hex, name) = line.split_once(' ')?;
    let name = name.strip_prefix([' ', '*'])?;
    (name.strip_prefix("./").unwrap_or(name) == file).then(|| Sum::bare(hex)).flatten()
}

impl fmt::Display for Sum {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.algorithm.as_str(), self.hex)
    }
}

impl FromStr for Sum {
    type Err = Error;
    fn from_str(s: &str) -> Result<Self, Error> {
        let (kind, hex) = s.split_once(':').unwrap_or(("", s));
        match Algorithm::ALL.into_iter().find(|a| a.as_str() == kind) {
            Some(algorithm) => Self::of(algorithm, hex),
            None => Err(Error::usage(printable(s), "not a sum: sha256:HEX or sha512:HEX")),
        }
    }
}

as_text!(Sum);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn publishers_lists_are_read() {
        let (a, b) = ("a".repeat(64), "b".repeat(128));
        let debian = format!("{b}  debian-13-genericcloud-amd64.qcow2\n{a}  other\n");
        let ubuntu = format!("{a} *ubuntu.img\n{} *ubuntu.img.zst\n", "c".repeat(64));
        let freebsd = format!("SHA512 (FreeBSD.raw.xz) = {b}\nSHA512 (FreeBSD.raw) = {}\n", "d".repeat(128));
        let rocky = format!("# Rocky.qcow2: 609812480 bytes\nSHA256 (Rocky.qcow2) = {}\n", a.to_uppercase());
        // As Flatcar's DIGESTS: several kinds, one below the other.
        let flatcar = format!(
            "# MD5 HASH\n{}  f.img\n# SHA1 HASH\n{}  f.img\n# SHA256 HASH\n{a}  f.img\n# SHA512 HASH\n{b}  f.img\n",
            "e".repeat(32),
            "e".repeat(40)
        );
        for (text, file, want) in [
            (debian.as_str(), "debian-13-genericcloud-amd64.qcow2", Some(&b)),
            (debian.as_str(), "debian-13-genericcloud-amd64", None),
            (ubuntu.as_str(), "ubuntu.img", Some(&a)),
            (freebsd.as_str(), "FreeBSD.raw.xz", Some(&b)),
            (rocky.as_str(), "Rocky.qcow2", Some(&a)),
            (flatcar.as_str(), "f.img", Some(&b)),
            (&format!("{a}  ./x.raw\n"), "x.raw", Some(&a)),
            // Alpine's .sha512 has nothing but the digits.
            (b.as_str(), "alpine.qcow2", Some(&b)),
            (&format!("{a} extra words"), "x", None),
            ("<html>404</html>", "x", None),
            ("", "x", None),
            (&format!("{}  x", "a".repeat(63)), "x", None),
            (&format!("{}  x", "g".repeat(64)), "x", None),
        ] {
            let got = Sum::listed(text, file);
            assert_eq!(got.as_ref().map(Sum::hex), want.map(String::as_str), "{file} in {text}");
        }
    }

    #[test]
    fn a_sum_reads_back() {
        let sum = Sum::new(Algorithm::Sha256, &[0xab; 32]);
        assert_eq!(sum.to_string().parse::<Sum>().unwrap(), sum);
        for bad in
            ["", "sha256:", "md5:00", "sha512:00", &format!("sha256:{}", "x".repeat(64)), &"a".repeat(64)]
        {
            assert!(bad.parse::<Sum>().is_err(), "{bad:?} was taken");
        }
    }
}
