//! Byte sizes with ZFS's meaning: `10G` is 10 * 2^30.

use crate::error::Error;
use std::fmt;
use std::str::FromStr;

/// A number of bytes. Reads `512`, `10G`, `1.5T`, `64MiB`; prints the largest unit that divides it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
#[serde(try_from = "SizeText", into = "String")]
pub struct ByteSize(pub u64);

#[derive(serde::Deserialize)]
#[serde(untagged)]
enum SizeText {
    Number(u64),
    Text(String),
}

const UNITS: &str = "BKMGTPE";

impl TryFrom<SizeText> for ByteSize {
    type Error = Error;
    fn try_from(v: SizeText) -> Result<Self, Error> {
        match v {
            SizeText::Number(n) => Ok(Self(n)),
            SizeText::Text(s) => s.parse(),
        }
    }
}

impl From<ByteSize> for String {
    fn from(s: ByteSize) -> String {
        s.to_string()
    }
}

impl FromStr for ByteSize {
    type Err = Error;
    fn from_str(s: &str) -> Result<Self, Error> {
        let bad = |why: &str| Error::usage(super::name::printable(s), why.to_string());
        let split = s.find(|c: char| !(c.is_ascii_digit() || c == '.')).unwrap_or(s.len());
        let (number, unit) = s.split_at(split);
        let unit = unit.to_ascii_uppercase();
        let unit = unit.strip_suffix("IB").or_else(|| unit.strip_suffix('B')).unwrap_or(&unit);
        let power = match unit {
            "" => 0,
            u if u.len() == 1 => {
                UNITS.find(u).ok_or_else(|| bad("not a size: the units are K, M, G, T, P, E"))?
            }
            _ => return Err(bad("not a size: write a number with K, M, G, T, P or E, such as 10G")),
        };
        let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
        let whole: u64 = whole.parse().map_err(|_| bad("not a size: write a number such as 10G"))?;
        let factor = 1u64.checked_shl(10 * power as u32).unwrap_or(0);
        let mut bytes = whole.checked_mul(factor).ok_or_else(|| bad("the size is too large"))?;
        if !fraction.is_empty() {
            if power == 0 || fraction.len() > 9 || fraction.contains('.') {
                return Err(bad("not a size: a fraction needs a unit and at most nine digits"));
            }
            let digits: u128 = fraction.parse().map_err(|_| bad("not a size"))?;
            let part = digits * u128::from(factor) / 10u128.pow(fraction.len() as u32);
            bytes = u64::try_from(part)
                .ok()
                .and_then(|p| bytes.checked_add(p))
                .ok_or_else(|| bad("the size is too large"))?;
        }
        Ok(Self(bytes))
    }
}

impl fmt::Display for ByteSize {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut n = self.0;
        let mut unit = 0;
        while n != 0 && n.is_multiple_of(1024) && unit < UNITS.len() - 1 {
            n /= 1024;
            unit += 1;
        }
        match unit {
            0 => write!(f, "{n}"),
            _ => write!(f, "{n}{}", &UNITS[unit..=unit]),
        }
    }
}

impl ByteSize {
    /// What is to be said of a size that is refused as too small: a number without a unit is bytes, and seldom meant so.
    pub fn too_small(self, unit: char) -> String {
        match self.0 {
            n @ 1..1_048_576 => format!("; {n} is bytes: did you mean {n}{unit}?"),
            _ => String::new(),
        }
    }
    /// For people: at most one decimal, as `ls -h` does.
    pub fn human(self) -> String {
        let mut value = self.0 as f64;
        let mut unit = 0;
        while value >= 1024.0 && unit < UNITS.len() - 1 {
            value /= 1024.0;
            unit += 1;
        }
        if unit == 0 || value >= 10.0 {
            format!("{value:.0}{}", &UNITS[unit..=unit])
        } else {
            format!("{value:.1}{}", &UNITS[unit..=unit])
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn units_are_powers_of_1024() {
        for (text, bytes) in [
            ("0", 0),
            ("512", 512),
            ("10G", 10 << 30),
            ("1.5K", 1536),
            ("64MiB", 64 << 20),
            ("2t", 2 << 40),
            ("7b", 7),
        ] {
            assert_eq!(text.parse::<ByteSize>().unwrap().0, bytes, "{text}");
        }
        for bad in ["", "G", "1Q", "-1", "1.5", "99999999999E", "1 G", "1..5G", "0x10", "1e3"] {
            assert!(bad.parse::<ByteSize>().is_err(), "{bad:?} was taken");
        }
    }

    proptest! {
        #[test]
        fn display_reads_back(n: u64) {
            prop_assert_eq!(ByteSize(n).to_string().parse::<ByteSize>().unwrap(), ByteSize(n));
        }
        #[test]
        fn parsing_never_panics(s in "\\PC{0,30}") {
            let _ = s.parse::<ByteSize>();
        }
    }
}
