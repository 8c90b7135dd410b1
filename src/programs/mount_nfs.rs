//! mount_nfs(8) of FreeBSD and mount.nfs(8) of Linux.

use crate::host::Cmd;
use crate::platform::PlatformKind;

/// Where NFS servers answer.
pub const PORT: u16 = 2049;

/// The host in what the mount table has as the source, without brackets.
pub fn host(source: &str) -> Option<&str> {
    source.split_once(":/").map(|(host, _)| host.trim_start_matches('[').trim_end_matches(']'))
}

/// Which version of the protocol.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Version {
    /// 3.
    V3,
    /// 4, and the highest minor version that both sides have (nfs.txt; nfs(5)).
    V4,
    /// 4 with this minor version.
    Minor(u8),
}

impl Version {
    /// From the best to the oldest.
    pub const ALL: [Self; 4] = [Self::Minor(2), Self::Minor(1), Self::Minor(0), Self::V3];

    /// How people write it.
    pub fn shown(self) -> String {
        match self {
            Self::V3 => "NFSv3".into(),
            Self::V4 => "NFSv4".into(),
            Self::Minor(n) => format!("NFSv4.{n}"),
        }
    }

    /// What the mount table calls it.
    pub fn fstype(self, kind: PlatformKind) -> &'static str {
        match (kind, self) {
            (PlatformKind::Linux, Self::V4 | Self::Minor(_)) => "nfs4",
            _ => "nfs",
        }
    }

    fn options(self, kind: PlatformKind) -> Vec<String> {
        match (kind, self) {
            (PlatformKind::Freebsd, Self::V3) => vec!["nfsv3".into()],
            (PlatformKind::Freebsd, Self::V4) => vec!["nfsv4".into()],
            (PlatformKind::Freebsd, Self::Minor(n)) => vec!["nfsv4".into(), format!("minorversion={n}")],
            (PlatformKind::Linux, Self::V3) => vec!["vers=3".into()],
            (PlatformKind::Linux, Self::V4) => vec!["vers=4".into()],
            (PlatformKind::Linux, Self::Minor(n)) => vec![format!("vers=4.{n}")],
        }
    }
}

/// Mounts `source`, SERVER:/PATH. By itself it goes on trying for ever: the default retrycnt of mount_nfs is 0 (F9.2).
pub fn mount<'a>(
    kind: PlatformKind,
    version: Version,
    options: impl IntoIterator<Item = &'a str>,
    source: &str,
    target: &str,
) -> Cmd {
    let once = match kind {
        PlatformKind::Freebsd => "retrycnt=1",
        PlatformKind::Linux => "retry=0",
    };
    let mut all = version.options(kind);
    all.push(once.into());
    all.extend(options.into_iter().map(str::to_string));
    let all = all.join(",");
    match kind {
        PlatformKind::Freebsd => Cmd::new("mount_nfs").args(["-o", &all, source, target]),
        PlatformKind::Linux => Cmd::new("mount.nfs").args([source, target, "-o", &all]),
    }
}
