//! jug keeps a FreeBSD storage-and-virtualisation host from the shell. See ARCHITECTURE.md for the rooms.

pub mod apply;
pub mod cli;
pub mod error;
pub mod facts;
pub mod host;
pub mod model;
pub mod plan;
pub mod platform;
pub mod programs;
pub mod report;
pub mod store;
