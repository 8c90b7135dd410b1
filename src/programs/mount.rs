//! mount(8) and umount(8) of both platforms, and their mount tables.

use super::{json, surprise, text_of};
use crate::error::Result;
use crate::facts::Mounted;
use crate::host::Cmd;
use crate::model::fstab::{FsType, Mount, unescape};
use crate::model::name::AbsPath;
use crate::platform::PlatformKind;

/// FreeBSD's mount table. Blanks in paths are safe in JSON, and nothing asks a dead server.
pub fn table() -> Cmd {
    Cmd::new("mount").args(["--libxo", "json"])
}

/// Reads the output of [`table`].
pub fn parse_table(text: &str) -> Result<Vec<Mounted>> {
    let all = json("mount", text)?;
    let mounts = all
        .pointer("/mount/mounted")
        .and_then(|m| m.as_array())
        .ok_or_else(|| surprise("mount", "no mounted"))?;
    mounts
        .iter()
        .map(|m| {
            let need = |name: &str| {
                m.get(name).and_then(text_of).ok_or_else(|| surprise("mount", format!("no {name} in {m}")))
            };
            let options = m.get("opts").and_then(|o| o.as_array()).into_iter().flatten();
            let exported = options.filter_map(|o| o.as_str()).any(|o| o == "NFS exported");
            Ok(Mounted { source: need("special")?, target: need("node")?, fstype: need("fstype")?, exported })
        })
        .collect()
}

/// Reads /proc/self/mountinfo (proc_pid_mountinfo(5)), in which blanks are `\040`.
pub fn parse_mountinfo(text: &str) -> Result<Vec<Mounted>> {
    text.lines()
        .map(|line| {
            let bad = || surprise("mountinfo", format!("{line:?}"));
            let (left, right) = line.split_once(" - ").ok_or_else(bad)?;
            let target = left.split(' ').nth(4).and_then(unescape).ok_or_else(bad)?;
            let mut right = right.split(' ');
            let fstype = right.next().ok_or_else(bad)?.to_string();
            let source = right.next().and_then(unescape).ok_or_else(bad)?;
            Ok(Mounted { source, target, fstype, exported: false })
        })
        .collect()
}

/// nullfs(4).
pub fn nullfs(source: &str, target: &AbsPath, read_only: bool) -> Cmd {
    let cmd = Cmd::new("mount").args(["-t", "nullfs"]);
    let cmd = if read_only { cmd.args(["-o", "ro"]) } else { cmd };
    cmd.args([source, target.as_str()])
}

/// devfs(4) with a rule set.
pub fn devfs(ruleset: u16, target: &AbsPath) -> Cmd {
    Cmd::new("mount").args(["-t", "devfs", "-o", &format!("ruleset={ruleset}"), "devfs", target.as_str()])
}

/// An fstab entry, FreeBSD.
pub fn entry_freebsd(m: &Mount, target: &AbsPath) -> Cmd {
    let fstype = match m.fstype {
        FsType::Nullfs => "nullfs",
        FsType::Tmpfs => "tmpfs",
        FsType::Nfs => "nfs",
    };
    with_options(Cmd::new("mount").args(["-t", fstype]), &m.options)
        .args([m.source.as_str(), target.as_str()])
}

/// A bind mount, Linux.
pub fn bind(source: &str, target: &AbsPath, read_only: bool) -> Cmd {
    let options = if read_only { "bind,ro" } else { "bind" };
    Cmd::new("mount").args(["-o", options, source, target.as_str()])
}

/// An fstab entry, Linux.
pub fn entry_linux(m: &Mount, target: &AbsPath) -> Cmd {
    let cmd = match m.fstype {
        FsType::Nullfs => {
            let mut options = vec!["bind".to_string()];
            options.extend(m.options.iter().cloned());
            with_options(Cmd::new("mount"), &options)
        }
        FsType::Tmpfs => with_options(Cmd::new("mount").args(["-t", "tmpfs"]), &m.options),
        FsType::Nfs => with_options(Cmd::new("mount").args(["-t", "nfs"]), &m.options),
    };
    cmd.args([m.source.as_str(), target.as_str()])
}

fn with_options(cmd: Cmd, options: &[String]) -> Cmd {
    if options.is_empty() { cmd } else { cmd.arg("-o").arg(options.join(",")) }
}

/// How each platform unmounts what does not answer. For NFS with a process that waits inside it, FreeBSD has an option
/// of its own (umount(8), -N).
pub fn force(kind: PlatformKind, fstype: &str) -> &'static str {
    match (kind, fstype) {
        (PlatformKind::Freebsd, "nfs") => "-N",
        (PlatformKind::Freebsd, _) => "-f",
        (PlatformKind::Linux, _) => "-l",
    }
}

/// Unmounts with such an option.
pub fn umount_by(option: &str, target: &str) -> Cmd {
    Cmd::new("umount").args([option, target]).limit(30)
}

/// umount(8) of either platform. "Busy" passes when the last process has gone.
pub fn umount(target: &str) -> Cmd {
    Cmd::new("umount").arg(target).limit(30).retry_busy()
}

/// umount(8) of a thin root itself, when all below it is unmounted and its jail is gone. On FreeBSD by force: what the
/// jail wrote over NFS keeps its credentials with the NFS client, they keep the jail dying, and that keeps its root
/// busy until the NFS mount goes. A base is mounted read-only, so nothing can be lost.
pub fn umount_root(kind: PlatformKind, target: &str) -> Cmd {
    match kind {
        PlatformKind::Freebsd => Cmd::new("umount").args(["-f", target]).limit(30).retry_busy(),
        PlatformKind::Linux => umount(target),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_both_mount_tables() {
        let mounted = |source: &str, target: &str, fstype: &str, exported| Mounted {
            source: source.into(),
            target: target.into(),
            fstype: fstype.into(),
            exported,
        };
        let m = parse_table(r#"{"mount": {"mounted": [{"special":"/dev/gpt/rootfs","node":"/","fstype":"ufs", "opts": ["NFS exported","local"]}, {"special":"zroot/a b","node":"/a b","fstype":"zfs"}]}}"#).unwrap();
        assert_eq!(
            m,
            [mounted("/dev/gpt/rootfs", "/", "ufs", true), mounted("zroot/a b", "/a b", "zfs", false)]
        );
        let m =
            parse_mountinfo("42 27 0:39 / /tmp/a\\040b rw,relatime shared:1 - fuse.zfs tank rw,user_id=0\n")
                .unwrap();
        assert_eq!(m[0], mounted("tank", "/tmp/a b", "fuse.zfs", false));
        assert!(parse_mountinfo("junk").is_err() && parse_table("{}").is_err());
    }
}
