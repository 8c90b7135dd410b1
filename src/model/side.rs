//! What a replication has on each of its sides, as the two tell each other.

use std::collections::BTreeMap;

/// One snapshot or bookmark of a dataset.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Point {
    /// What follows the `@` or `#`.
    pub name: String,
    /// What tells it from all others, on both sides.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub guid: Option<u64>,
    /// When the snapshot was taken, in seconds since the epoch.
    pub created: i64,
    /// jug's mark.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mark: Option<uuid::Uuid>,
    /// Who needs it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub common: Option<String>,
    /// Bytes written between the snapshot before it and it, as this host's own ZFS tells.
    #[serde(skip)]
    pub written: Option<u64>,
}

/// What one side has of one dataset.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct State {
    /// `filesystem` or `volume`.
    pub kind: String,
    /// The environment whose own it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub uuid: Option<uuid::Uuid>,
    /// The environment of which it is a replica.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub replica: Option<uuid::Uuid>,
    /// Whether its data is encrypted: it is sent as it lies there then.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub encrypted: bool,
    /// What the rest of a broken stream begins at.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub token: Option<String>,
    /// Whether it is read-only.
    #[serde(default)]
    pub readonly: bool,
    /// Whether it is mounted only when that is asked for, as a volume always is.
    #[serde(default)]
    pub noauto: bool,
    /// Bytes written since its newest snapshot, as this host's own ZFS tells.
    #[serde(skip)]
    pub written: Option<u64>,
    /// Its snapshots, in the order in which they were taken.
    pub snapshots: Vec<Point>,
    /// Its bookmarks.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub bookmarks: Vec<Point>,
}

/// What one side has of an environment, by the datasets' names below the uppermost, which is the empty one.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Side {
    /// By name.
    pub datasets: BTreeMap<String, State>,
}
