//! What the tests share: a host that answers as the real programs do, a world to plan in, a driver that breaks plans,
//! and a reader of records.
#![allow(dead_code, missing_docs, missing_debug_implementations, reason = "each test uses a part of it")]

pub mod disk;
pub mod drive;
pub mod external;
pub mod fake;
pub mod filter;
pub mod limits;
pub mod machine;
pub mod mountd;
pub mod net;
pub mod os;
pub mod picture;
pub mod records;
pub mod snapshots;
pub mod world;
pub mod zfs;
pub mod zfs_snapshot;
