//! Bases: read-only userlands that environments stand on.

use super::name::DatasetName;

/// Where a base came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Origin {
    /// The running system's own userland.
    Host,
    /// A directory tree that was copied.
    Tree,
    /// A tar archive that was extracted.
    Tarball,
    /// A release that was fetched.
    Release,
}

/// `bases/<name>/base.toml`.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Base {
    /// The format.
    pub version: u32,
    /// Its identity.
    pub uuid: uuid::Uuid,
    /// When it was imported.
    pub created: jiff::Timestamp,
    /// Where it came from.
    pub origin: Origin,
    /// The tree, archive or address it was made from.
    pub source: String,
    /// sha256 of the archive, where there was one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sha256: Option<String>,
    /// Its dataset, which has the snapshot [`SNAPSHOT`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dataset: Option<DatasetName>,
    /// For `host`: directories of the host that are mounted read-only, without the leading slash.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub mounts: Vec<String>,
    /// Directories that each thin environment has of its own.
    pub own: Vec<String>,
}

/// The snapshot of a base's dataset that clones are made from.
pub const SNAPSHOT: &str = "jug-base";

/// What a thin environment has of its own, where the base has it as a directory (design: "A thin jail").
pub const OWN: [&str; 6] = ["etc", "root", "tmp", "home", "usr/local", "var"];
