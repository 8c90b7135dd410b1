//! What is wanted, as pure data: names, sizes, environments and the node. Nothing here reads or runs anything.

pub mod base;
pub mod boot;
pub mod cbsd;
pub mod cbsd_vars;
pub mod env;
pub mod export;
pub mod external;
pub mod fstab;
pub mod hook;
pub mod keys;
pub mod limits;
pub mod name;
pub mod net;
pub mod network;
pub mod network_edit;
pub mod nic;
pub mod node;
pub mod params;
pub mod port;
pub mod portable;
pub mod redirect;
pub mod remote;
pub mod schema;
pub mod size;
pub mod toml_error;
pub mod words;
