//! Which snapshots are kept: `last=3,hourly=24,daily=7,weekly=4,monthly=12,yearly=2`.

use super::name::{nearest, printable};
use super::text::as_text;
use crate::error::Error;
use std::fmt;
use std::str::FromStr;

/// One rule of a policy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rule {
    /// The newest, whatever their times.
    Last,
    /// The newest of each hour.
    Hourly,
    /// The newest of each day.
    Daily,
    /// The newest of each week, which begins on Monday.
    Weekly,
    /// The newest of each month.
    Monthly,
    /// The newest of each year.
    Yearly,
}

impl Rule {
    /// All of them, from the finest to the coarsest.
    pub const ALL: [Self; 6] =
        [Self::Last, Self::Hourly, Self::Daily, Self::Weekly, Self::Monthly, Self::Yearly];

    /// The word in a policy.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Last => "last",
            Self::Hourly => "hourly",
            Self::Daily => "daily",
            Self::Weekly => "weekly",
            Self::Monthly => "monthly",
            Self::Yearly => "yearly",
        }
    }
}

/// How many each rule keeps. A rule counts only times of which there is a snapshot: nothing goes because time passes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Keep([u32; Rule::ALL.len()]);

/// The word for a policy that has no rule.
const NONE: &str = "none";

impl Keep {
    /// How many a rule keeps.
    pub fn of(&self, rule: Rule) -> u32 {
        self.0[rule as usize]
    }
    /// Whether it has no rule: an environment with this is left out where the node has a policy.
    pub fn is_none(&self) -> bool {
        self.0.iter().all(|n| *n == 0)
    }
    /// The same with another number for a rule.
    #[must_use]
    pub fn with(mut self, rule: Rule, number: u32) -> Self {
        self.0[rule as usize] = number;
        self
    }
}

impl FromStr for Keep {
    type Err = Error;
    fn from_str(s: &str) -> Result<Self, Error> {
        let mut keep = Self::default();
        if s == NONE {
            return Ok(keep);
        }
        let mut seen = Vec::new();
        for part in s.split(',') {
            let bad = |why: String| {
                Error::usage(format!("keep {}", printable(s)), why)
                    .next("write it as last=3,hourly=24,daily=7,weekly=4,monthly=12,yearly=2, or none")
            };
            let (word, number) =
                part.split_once('=').ok_or_else(|| bad(format!("{} is not RULE=NUMBER", printable(part))))?;
            let Some(rule) = Rule::ALL.into_iter().find(|r| r.as_str() == word) else {
                let near = nearest(word, Rule::ALL.map(Rule::as_str));
                let near = near.map(|n| format!(": did you mean {n}?")).unwrap_or_default();
                return Err(bad(format!("there is no rule {}{near}", printable(word))));
            };
            if seen.contains(&word) {
                return Err(bad(format!("{word} stands there twice")));
            }
            seen.push(word);
            let number = number
                .parse::<u32>()
                .ok()
                .filter(|n| (1..=100_000).contains(n))
                .ok_or_else(|| bad(format!("{} is not a number from 1 to 100000", printable(number))))?;
            keep = keep.with(rule, number);
        }
        Ok(keep)
    }
}

impl fmt::Display for Keep {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let rules = Rule::ALL.into_iter().filter(|r| self.of(*r) > 0);
        let parts: Vec<String> = rules.map(|r| format!("{}={}", r.as_str(), self.of(r))).collect();
        f.write_str(if parts.is_empty() { NONE.to_string() } else { parts.join(",") }.as_str())
    }
}

as_text!(Keep);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn policies_are_read_and_written() {
        for (text, shown) in [
            ("last=3,hourly=24,daily=7,weekly=4,monthly=12,yearly=2", None),
            ("yearly=1,last=2", Some("last=2,yearly=1")),
            ("none", None),
        ] {
            let keep: Keep = text.parse().unwrap();
            assert_eq!(keep.to_string(), shown.unwrap_or(text));
            assert_eq!(keep.is_none(), text == "none");
        }
        for (bad, word) in [
            ("", "RULE=NUMBER"),
            ("last", "RULE=NUMBER"),
            ("dayly=3", "dayly: did you mean daily?"),
            ("x=3", "no rule x"),
            ("last=3,last=4", "twice"),
            ("last=0", "1 to 100000"),
            ("last=-1", "1 to 100000"),
            ("last=99999999999", "1 to 100000"),
            ("last=1,", "RULE=NUMBER"),
        ] {
            let e = bad.parse::<Keep>().unwrap_err();
            assert!(e.reason.contains(word) && e.next.is_some(), "{bad}: {e}");
        }
    }
}
