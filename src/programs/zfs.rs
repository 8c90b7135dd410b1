//! zfs(8). Numbers and properties are read with `zfs get -Hp`, which every ZFS has, zfs-fuse too.

use super::surprise;
use crate::error::Result;
use crate::facts::serving::Share;
use crate::host::Cmd;
use crate::model::export::Owner;
use crate::model::name::{AbsPath, DatasetName};
use crate::model::size::ByteSize;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;

/// The user property that says whose a dataset is. Only a *local* value proves it (F5.1).
pub const STAMP: &str = "jug:uuid";

/// What is known of one dataset.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Dataset {
    /// `filesystem` or `volume`.
    pub kind: String,
    /// A path, `none`, `legacy` or `-`.
    pub mountpoint: String,
    /// Whether it is mounted now.
    pub mounted: bool,
    /// The snapshot it is a clone of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub origin: Option<String>,
    /// Our stamp, if it is local.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub uuid: Option<uuid::Uuid>,
}

fn zfs() -> Cmd {
    Cmd::new("zfs")
}

/// Reads everything jug wants to know of `root` and all below it. `types` is whether this zfs has `get -t`
/// (OpenZFS; not zfs-fuse, which then prints snapshots as well).
pub fn get_tree(root: &DatasetName, types: bool) -> Cmd {
    let cmd = zfs().args(["get", "-Hp", "-r"]);
    let cmd = if types { cmd.args(["-t", "filesystem,volume"]) } else { cmd };
    cmd.args([
        "-o",
        "name,property,value,source",
        &format!("type,mountpoint,mounted,origin,{STAMP}"),
        root.as_str(),
    ])
}

/// Reads the output of [`get_tree`].
///
/// # Errors
/// A line that has not four columns, or a property nobody asked for.
pub fn parse_tree(text: &str) -> Result<BTreeMap<String, Dataset>> {
    let mut all: BTreeMap<String, Dataset> = BTreeMap::new();
    for line in text.lines().filter(|l| !l.is_empty()) {
        let columns: Vec<&str> = line.split('\t').collect();
        let [name, property, value, source] = columns[..] else {
            return Err(surprise("zfs get", format!("{line:?}")));
        };
        if name.contains(['@', '#']) {
            continue;
        }
        let dataset = all.entry(name.to_string()).or_default();
        match property {
            "type" => dataset.kind = value.to_string(),
            "mountpoint" => dataset.mountpoint = value.to_string(),
            "mounted" => dataset.mounted = value == "yes",
            "origin" => dataset.origin = (value != "-").then(|| value.to_string()),
            STAMP => dataset.uuid = if source == "local" { value.parse().ok() } else { None },
            other => return Err(surprise("zfs get", format!("the property {other}"))),
        }
    }
    Ok(all)
}

/// The local stamp of one dataset, and where it is mounted.
pub fn get_one(name: &DatasetName) -> Cmd {
    zfs().args([
        "get",
        "-Hp",
        "-o",
        "name,property,value,source",
        &format!("type,mountpoint,mounted,origin,{STAMP}"),
        name.as_str(),
    ])
}

/// The user property that says that jug set `sharenfs`, for what, and to which value: one that somebody has changed since
/// is his. Only a *local* value proves it.
pub const EXPORT: &str = "jug:export";

/// What it says of a value.
fn exported(owner: Owner, value: &str) -> String {
    let sum = Sha256::digest(value.as_bytes());
    format!("{owner}:{}", sum.iter().take(4).map(|b| format!("{b:02x}")).collect::<String>())
}

/// What every file system says of exports. `types` is whether this zfs has `get -t`.
pub fn get_shares(types: bool) -> Cmd {
    let cmd = zfs().args(["get", "-Hp"]);
    let cmd = if types { cmd.args(["-t", "filesystem"]) } else { cmd };
    cmd.args(["-o", "name,property,value,source", &format!("sharenfs,{EXPORT}")])
}

/// Reads the output of [`get_shares`]: the datasets that have a say in it. A value may hold tabs.
///
/// # Errors
/// A line that has not four columns.
pub fn parse_shares(text: &str) -> Result<BTreeMap<String, Share>> {
    let mut all: BTreeMap<String, Share> = BTreeMap::new();
    let mut stamps: BTreeMap<String, String> = BTreeMap::new();
    for line in text.lines().filter(|l| !l.is_empty()) {
        let bad = || surprise("zfs get", format!("{line:?}"));
        let (name, rest) = line.split_once('\t').ok_or_else(bad)?;
        let (property, rest) = rest.split_once('\t').ok_or_else(bad)?;
        let (value, source) = rest.rsplit_once('\t').ok_or_else(bad)?;
        if name.contains(['@', '#']) {
            continue;
        }
        let share = all.entry(name.to_string()).or_default();
        match property {
            "sharenfs" => (share.value, share.source) = (value.to_string(), source.to_string()),
            EXPORT if source == "local" => drop(stamps.insert(name.to_string(), value.to_string())),
            _ => {}
        }
    }
    for (name, stamp) in &stamps {
        let owner = stamp.split(':').next().and_then(|o| o.parse().ok());
        if let (Some(owner), Some(share)) = (owner, all.get_mut(name))
            && share.source == "local"
            && exported(owner, &share.value) == *stamp
        {
            share.owner = Some(owner);
        }
    }
    all.retain(|_, s| s.is_on() || s.is_own() || s.owner.is_some());
    Ok(all)
}

/// Exports a dataset, and puts jug's stamp on it in the same command.
pub fn share(name: &DatasetName, value: &str, owner: Owner) -> Cmd {
    let stamp = exported(owner, value);
    zfs().args(["set", &format!("sharenfs={value}"), &format!("{EXPORT}={stamp}"), name.as_str()])
}

/// Takes a property of a dataset's own away.
pub fn inherit(property: &str, name: &DatasetName) -> Cmd {
    zfs().args(["inherit", property, name.as_str()])
}

/// One snapshot; exit status 1 if it is not there.
pub fn list_snapshot(name: &str) -> Cmd {
    zfs().args(["list", "-H", "-t", "snapshot", "-o", "name", name])
}

/// The datasets there are, for a look whether a name is one.
pub fn list(name: &DatasetName) -> Cmd {
    zfs().args(["list", "-H", "-o", "name", name.as_str()])
}

/// Makes a file system that bears the stamp; `mountpoint` `None` is "none".
pub fn create(name: &DatasetName, uuid: &uuid::Uuid, mountpoint: Option<&AbsPath>) -> Cmd {
    zfs().args([
        "create",
        "-o",
        &format!("{STAMP}={uuid}"),
        "-o",
        &mountpoint_option(mountpoint),
        name.as_str(),
    ])
}

/// Makes a sparse volume that bears the stamp. It has no device yet: see [`show_volume`].
pub fn create_volume(name: &DatasetName, uuid: &uuid::Uuid, size: ByteSize) -> Cmd {
    let stamp = format!("{STAMP}={uuid}");
    zfs().args(["create", "-s", "-V", &size.0.to_string(), "-o", "volmode=none", "-o", &stamp, name.as_str()])
}

/// Makes a clone of a volume's snapshot, likewise.
pub fn clone_volume(snapshot: &str, name: &DatasetName, uuid: &uuid::Uuid) -> Cmd {
    let stamp = format!("{STAMP}={uuid}");
    zfs().args(["clone", "-o", "volmode=none", "-o", &stamp, snapshot, name.as_str()])
}

/// Gives a volume its device, which the host does not look into (zfsprops(7), volmode). FreeBSD 15.0 was seen to make none
/// for five of six volumes that had `volmode=dev` from the command that made them, and for all that got it after `none`.
pub fn show_volume(name: &DatasetName) -> Cmd {
    zfs().args(["set", "volmode=dev", name.as_str()])
}

/// Gives a volume another size.
pub fn set_volsize(name: &DatasetName, size: ByteSize) -> Cmd {
    zfs().args(["set", &format!("volsize={}", size.0), name.as_str()])
}

/// How large a volume is, in bytes; `-` for what is none.
pub fn volsize(name: &DatasetName) -> Cmd {
    zfs().args(["get", "-Hp", "-o", "value", "volsize", name.as_str()])
}

/// Makes a clone that bears the stamp.
pub fn clone(snapshot: &str, name: &DatasetName, uuid: &uuid::Uuid, mountpoint: &AbsPath) -> Cmd {
    zfs().args([
        "clone",
        "-o",
        &format!("{STAMP}={uuid}"),
        "-o",
        &mountpoint_option(Some(mountpoint)),
        snapshot,
        name.as_str(),
    ])
}

fn mountpoint_option(path: Option<&AbsPath>) -> String {
    format!("mountpoint={}", path.map_or("none", AbsPath::as_str))
}

/// Takes a snapshot.
pub fn snapshot(name: &DatasetName, label: &str) -> Cmd {
    zfs().args(["snapshot", &format!("{name}@{label}")])
}

/// Takes a snapshot of several at once: of all, or of none (F5.4).
pub fn snapshot_all(names: &[DatasetName], label: &str) -> Cmd {
    zfs().arg("snapshot").args(names.iter().map(|n| format!("{n}@{label}")))
}

/// Lets a clone and its origin change places, so that the origin can be destroyed.
pub fn promote(name: &DatasetName) -> Cmd {
    zfs().args(["promote", name.as_str()])
}

/// Renames a dataset with all below it.
pub fn rename(from: &DatasetName, to: &DatasetName) -> Cmd {
    zfs().args(["rename", from.as_str(), to.as_str()]).retry_busy()
}

/// Moves a dataset's mount point, and mounts it there.
pub fn set_mountpoint(name: &DatasetName, path: &AbsPath) -> Cmd {
    zfs().args(["set", &mountpoint_option(Some(path)), name.as_str()]).retry_busy()
}

/// Mounts a dataset; that it is mounted already is no failure.
pub fn mount(name: &DatasetName) -> Cmd {
    zfs().args(["mount", name.as_str()]).accept(1).retry_busy()
}

/// Unmounts a dataset.
pub fn unmount(name: &DatasetName) -> Cmd {
    zfs().args(["unmount", name.as_str()]).retry_busy()
}

/// Destroys one dataset and nothing below it. ZFS says "busy" for some 50 ms after an unmount (linux.md).
pub fn destroy(name: &DatasetName) -> Cmd {
    zfs().args(["destroy", name.as_str()]).retry_busy()
}

/// Destroys one snapshot.
pub fn destroy_snapshot(snapshot: &str) -> Cmd {
    zfs().args(["destroy", snapshot]).retry_busy()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_that_was_changed_since_is_not_jugs() {
        let set = share(&"tank/a".parse().unwrap(), "-ro 10.0.0.1", Owner::Own);
        assert_eq!(set.args[1], "sharenfs=-ro 10.0.0.1");
        let stamp = set.args[2].strip_prefix("jug:export=").unwrap();
        let owner = |value: &str, source: &str, stamp: &str, from: &str| {
            let text = format!("tank/a\tsharenfs\t{value}\t{source}\ntank/a\tjug:export\t{stamp}\t{from}\n");
            parse_shares(&text).unwrap()["tank/a"].owner
        };
        assert_eq!(owner("-ro 10.0.0.1", "local", stamp, "local"), Some(Owner::Own));
        for (value, source, stamp, from) in [
            ("on", "local", stamp, "local"),
            ("-ro 10.0.0.1", "local", stamp, "inherited from tank"),
            ("-ro 10.0.0.1", "local", stamp, "received"),
            ("-ro 10.0.0.1", "received", stamp, "local"),
            ("-ro 10.0.0.1", "local", "own", "local"),
            ("-ro 10.0.0.1", "local", "-", "-"),
        ] {
            assert_eq!(owner(value, source, stamp, from), None, "{value} {source} {stamp} {from}");
        }
        let text = "tank\tsharenfs\toff\tdefault\ntank\tjug:export\t-\t-\ntank@s\tsharenfs\t-\t-\n";
        assert!(parse_shares(text).unwrap().is_empty() && parse_shares("x\ty\n").is_err());
    }

    #[test]
    fn a_stamp_counts_only_if_local() {
        let u = "7f1c0a52-6d0e-4a53-9f4c-1d2c3b4a5f60";
        let text = format!(
            "t/a b\ttype\tfilesystem\t-\nt/a b\tmountpoint\t/x\tlocal\nt/a b\tmounted\tyes\t-\nt/a b\torigin\tt/b@s\t-\nt/a b\tjug:uuid\t{u}\tlocal\n\
             t/c\ttype\tvolume\t-\nt/c\tjug:uuid\t{u}\tinherited from t\nt/c@s\ttype\tsnapshot\t-\nt/d\tjug:uuid\t{u}\treceived\n"
        );
        let all = parse_tree(&text).unwrap();
        assert_eq!(all.len(), 3);
        let a = &all["t/a b"];
        assert!(
            a.mounted && a.uuid.is_some() && a.origin.as_deref() == Some("t/b@s") && a.mountpoint == "/x"
        );
        assert!(all["t/c"].uuid.is_none() && all["t/d"].uuid.is_none());
        assert!(parse_tree("t\ttype\tfilesystem").is_err());
        assert!(parse_tree("t\tquota\t0\t-").is_err());
    }

    #[test]
    fn argv_is_what_real_zfs_took() {
        let n: DatasetName = "zroot/jug/env/www/data".parse().unwrap();
        let p: AbsPath = "/usr/jails/jails-data/www-data".parse().unwrap();
        let u = uuid::Uuid::nil();
        assert_eq!(
            create(&n, &u, Some(&p)).to_string(),
            "zfs create -o 'jug:uuid=00000000-0000-0000-0000-000000000000' -o 'mountpoint=/usr/jails/jails-data/www-data' zroot/jug/env/www/data"
        );
        assert_eq!(destroy(&n).to_string(), "zfs destroy zroot/jug/env/www/data");
    }
}
