//! One file for each program of the operating system: argument vectors out, `&str` in. Nothing here starts anything.
//! What the parsers expect was recorded on real systems (shared/freebsd, shared/linux.md).

pub mod bhyve;
pub mod bhyvectl;
pub mod chflags;
pub mod cpuset;
pub mod devfs;
pub mod exportfs;
pub mod exports;
pub mod exports_line;
pub mod fetch;
pub mod find;
pub mod ganesha;
pub mod ganesha_conf;
pub mod geli;
pub mod getent;
pub mod ifconfig;
pub mod ip;
pub mod iscsictl;
pub mod jail;
pub mod jexec;
pub mod jls;
pub mod logger;
pub mod makefs;
pub mod mount;
pub mod mount_nfs;
pub mod mountd;
pub mod mtree;
pub mod netfs;
pub mod netstat;
pub mod nft;
pub mod oci;
pub mod pfconf;
pub mod pfctl;
pub mod pkill;
pub mod procnet;
pub mod ps;
pub mod pwd_mkdb;
pub mod qemu;
pub mod qemu_img;
pub mod qmp;
pub mod rctl;
pub mod replica;
pub mod rm;
pub mod route;
pub mod runc;
pub mod service;
pub mod showmount;
pub mod sockstat;
pub mod ssh;
pub mod ssh_node;
pub mod sysctl;
pub mod sysrc;
pub mod tar;
pub mod truncate;
pub mod ufs;
pub mod uname;
pub mod unpack;
pub mod xorriso;
pub mod zfs;
pub mod zfs_snapshot;

use crate::error::{Error, Result};

/// How to get a program that is not there, of those that not every host has.
pub(crate) fn package(program: &str) -> Option<&'static str> {
    Some(match program {
        "mount.nfs" => "install nfs-common or nfs-utils",
        "mount.glusterfs" => "install glusterfs-client or glusterfs-fuse",
        "mount.ceph" => "install ceph-common",
        "mount_glusterfs" => "pkg install glusterfs, and kldload fusefs",
        "ceph-fuse" => "install a package of Ceph that has it, and kldload fusefs",
        _ => return None,
    })
}

/// A parser's complaint: the program, and what was not as expected.
pub(crate) fn surprise(program: &str, what: impl std::fmt::Display) -> Error {
    Error::failed(program, format!("its output is not what was expected: {what}"))
        .next("report it, with the output of `jug facts` and the version of the system")
}

/// JSON as a program printed it. libxo(3) passes control characters on as they are, and a jail's `meta` or path may
/// hold any: one name must not make the whole list unreadable.
pub(crate) fn json(program: &str, text: &str) -> Result<serde_json::Value> {
    let clean: String = text
        .chars()
        .map(|c| match c {
            '\t' => ' ',
            '\n' | '\r' => c,
            c if c.is_control() => char::REPLACEMENT_CHARACTER,
            c => c,
        })
        .collect();
    serde_json::from_str(&clean).map_err(|e| surprise(program, e))
}

/// The text of a JSON string or number.
pub(crate) fn text_of(v: &serde_json::Value) -> Option<String> {
    match v {
        serde_json::Value::String(s) => Some(s.clone()),
        serde_json::Value::Number(n) => Some(n.to_string()),
        _ => None,
    }
}
