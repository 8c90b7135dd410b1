//! The names that jug gives snapshots: `jug-20260102T030405Z-000`, and a word of the user's behind it.

use super::keep::Keep;
use super::name::{Label, SnapshotName};

/// What the names of all snapshots of jug's begin with. It proves nothing by itself: see [`crate::programs::zfs_snapshot::MARK`].
pub const PREFIX: &str = "jug-";

/// `[snapshots]`, of an environment or of the node.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Snapshots {
    /// Which are kept.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub keep: Option<Keep>,
}

impl Snapshots {
    /// Whether nothing is said.
    pub fn is_default(&self) -> bool {
        *self == Self::default()
    }
}

impl SnapshotName {
    /// The next name at a time, in UTC, among the names that are taken. Names sort by time, and within one second by
    /// number.
    pub fn next<'a>(
        now: jiff::Timestamp,
        taken: impl IntoIterator<Item = &'a str>,
        label: Option<&Label>,
    ) -> Result<Self, crate::error::Error> {
        let stamp = format!("{PREFIX}{}-", now.strftime("%Y%m%dT%H%M%SZ"));
        let numbers = taken
            .into_iter()
            .filter_map(|t| t.strip_prefix(&stamp)?.split('-').next().and_then(|n| n.parse::<u32>().ok()));
        let number = numbers.max().map_or(0, |n| n.saturating_add(1));
        let end = label.map(|l| format!("-{l}")).unwrap_or_default();
        format!("{stamp}{number:03}{end}").parse()
    }

    /// The user's word in a name of jug's.
    pub fn label(&self) -> Option<&str> {
        label(self.as_str())
    }
}

/// The user's word in a name, if it is one of jug's.
pub fn label(name: &str) -> Option<&str> {
    let mut parts = name.strip_prefix(PREFIX)?.splitn(3, '-');
    let (stamp, number) = (parts.next()?, parts.next()?);
    let digits = |s: &str| !s.is_empty() && s.bytes().all(|b| b.is_ascii_digit());
    let time = stamp.len() == 16 && stamp.is_ascii() && digits(&stamp[..8]) && digits(&stamp[9..15]);
    (time && digits(number)).then(|| parts.next()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn at(second: i64) -> jiff::Timestamp {
        jiff::Timestamp::from_second(second).unwrap()
    }

    #[test]
    fn a_second_has_as_many_as_are_needed() {
        let now = at(1_767_323_045);
        let mut taken: Vec<String> =
            ["jug-base", "jug-clone-1234", "jug-x", "monday"].map(String::from).into();
        for expected in ["jug-20260102T030405Z-000", "jug-20260102T030405Z-001", "jug-20260102T030405Z-002"] {
            let name = SnapshotName::next(now, taken.iter().map(String::as_str), None).unwrap();
            assert_eq!(name.as_str(), expected);
            taken.push(name.to_string());
        }
        let label = "before-the-7.1-upgrade".parse().unwrap();
        let name = SnapshotName::next(now, taken.iter().map(String::as_str), Some(&label)).unwrap();
        assert_eq!(name.as_str(), "jug-20260102T030405Z-003-before-the-7.1-upgrade");
        assert_eq!(name.label(), Some("before-the-7.1-upgrade"));
        for none in [
            "jug-20260102T030405Z-000",
            "jug-base",
            "jug-clone-1234",
            "jug-20260102T030405Z-x-y",
            "jug-äääääääää-1-x",
        ] {
            assert_eq!(super::label(none), None, "{none}");
        }
    }

    proptest! {
        #[test]
        fn names_sort_by_time(mut seconds in proptest::collection::vec(0i64..4_000_000_000, 1..40)) {
            seconds.extend(seconds.clone());
            seconds.sort_unstable();
            let mut names: Vec<String> = Vec::new();
            for s in seconds {
                let name = SnapshotName::next(at(s), names.iter().map(String::as_str), None).unwrap();
                prop_assert!(names.last().is_none_or(|l| *l < name.to_string()));
                names.push(name.to_string());
            }
        }
    }
}
