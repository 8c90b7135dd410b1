//! Plans: the steps from what is there to what was asked, as plain data. Everything here is pure.

pub mod allot;
pub mod base;
pub mod boot;
pub mod clone;
pub mod create;
pub mod effect;
pub mod export;
pub mod export_audit;
pub mod export_check;
mod export_steps;
pub mod exported;
pub mod guard;
pub mod guest;
pub mod hookdirs;
pub mod hooks;
pub mod hurry;
pub mod limits;
pub mod live;
pub mod mnt;
pub mod net_check;
pub mod network;
pub mod publish;
pub mod register;
pub mod remove;
pub mod rename;
pub mod rootfs;
pub mod rules;
pub mod start;
pub mod stop;
pub mod storage;
pub mod text;
pub mod trust;
pub mod wire;

pub use effect::{Action, Effect, HookHow, Plan, Step};
pub use guard::Guard;
