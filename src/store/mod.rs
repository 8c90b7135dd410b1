//! The workdir: its layout, the registry of environments, locks, the journal and the log.

pub mod bases;
pub mod journal;
pub mod layout;
pub mod lock;
pub mod oplog;
pub mod registry;
pub mod started;
