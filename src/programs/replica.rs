//! zfs(8) for replication: what a side has, send and receive, and what keeps the last common snapshot. zfs-fuse 0.7.0
//! knows no guids, bookmarks, resume tokens and estimates, and takes no properties while it receives.

use super::surprise;
use super::zfs::STAMP;
use super::zfs_snapshot::{COMMON, MARK};
use crate::error::Result;
use crate::host::Cmd;
use crate::model::name::DatasetName;
use crate::model::replica::Target;
use crate::model::side::{Point, Side};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;

/// The user property of a dataset that says of which environment it is a replica. Only a *local* value proves it.
pub const REPLICA: &str = "jug:replica";

/// The tag of jug's holds on what replications need.
pub const TAG: &str = "jug-replica";

/// What `jug:common` says on the receiving side.
pub const SOURCE: &str = "source";

/// Seconds for what takes its time where there is much of it.
const LONG: u64 = 3600;

/// A dataset below another; the other itself where the name is empty.
///
/// # Errors
/// It is no name of a dataset.
pub fn below(root: &DatasetName, child: &str) -> Result<DatasetName> {
    if child.is_empty() { Ok(root.clone()) } else { format!("{root}/{child}").parse() }
}

fn zfs() -> Cmd {
    Cmd::new("zfs")
}

/// Reads all that replication has to know of these datasets and of what is below each.
pub fn get_sides(roots: &[DatasetName], openzfs: bool) -> Cmd {
    let common = format!("type,creation,readonly,canmount,{STAMP},{REPLICA},{MARK},{COMMON}");
    let cmd = zfs().args(["get", "-Hp", "-r"]);
    let cmd = match openzfs {
        true => cmd.args(["-t", "filesystem,volume,snapshot,bookmark"]),
        false => cmd,
    };
    let more = if openzfs { ",guid,encryption,receive_resume_token,written" } else { "" };
    cmd.args(["-o", "name,property,value,source", &format!("{common}{more}")])
        .args(roots.iter().map(DatasetName::as_str))
        .limit(LONG)
}

/// Reads the output of [`get_sides`]: a side for each, which has no datasets where there are none.
///
/// # Errors
/// A line that has not four columns, a dataset or a property nobody asked for, or no number where one belongs.
pub fn parse_sides<'r>(roots: &'r [DatasetName], text: &str) -> Result<BTreeMap<&'r DatasetName, Side>> {
    let mut sides: BTreeMap<&DatasetName, Side> = roots.iter().map(|r| (r, Side::default())).collect();
    let names: BTreeMap<&str, &DatasetName> = roots.iter().map(|r| (r.as_str(), r)).collect();
    for line in text.lines().filter(|l| !l.is_empty()) {
        let bad = || surprise("zfs get", format!("{line:?}"));
        let columns: Vec<&str> = line.split('\t').collect();
        let [name, property, value, source] = columns[..] else { return Err(bad()) };
        let end = name.find(['@', '#']).unwrap_or(name.len());
        let up = |d: &'_ str| d.rsplit_once('/').map(|(parent, _)| parent.len());
        let above = std::iter::successors(Some(end), |to| up(&name[..*to]));
        let root = above.into_iter().find_map(|to| names.get(&name[..to])).ok_or_else(bad)?;
        let child = name[root.as_str().len()..end].trim_start_matches('/');
        let state = sides.entry(root).or_default().datasets.entry(child.to_string()).or_default();
        let local = || (source == "local").then(|| value.parse().ok()).flatten();
        let Some(label) = name.get(end + 1..) else {
            match property {
                "type" => state.kind = value.to_string(),
                "readonly" => state.readonly = value == "on",
                "canmount" => state.noauto = value != "on",
                "encryption" => state.encrypted = !matches!(value, "off" | "-"),
                "receive_resume_token" => state.token = (value != "-").then(|| value.to_string()),
                "written" => state.written = value.parse().ok(),
                STAMP => state.uuid = local(),
                REPLICA => state.replica = local(),
                "creation" | "guid" | MARK | COMMON => {}
                _ => return Err(bad()),
            }
            continue;
        };
        let points = if name[end..].starts_with('@') { &mut state.snapshots } else { &mut state.bookmarks };
        if points.last().is_none_or(|p| p.name != label) {
            points.push(Point { name: label.to_string(), ..Point::default() });
        }
        let Some(point) = points.last_mut() else { continue };
        match property {
            "creation" => point.created = value.parse().map_err(|_| bad())?,
            "guid" => point.guid = Some(value.parse().map_err(|_| bad())?),
            "written" => point.written = value.parse().ok(),
            MARK => point.mark = matches!(source, "local" | "received").then(|| value.parse().ok()).flatten(),
            COMMON => point.common = (source == "local").then(|| value.to_string()),
            "type" | "readonly" | "canmount" | "encryption" | "receive_resume_token" | STAMP | REPLICA => {}
            _ => return Err(bad()),
        }
    }
    Ok(sides)
}

/// Sends a snapshot: all of it, or what has changed since one of its dataset's snapshots (`@x`) or bookmarks (`#x`).
/// Encrypted data goes as it lies there, other data in the blocks and the compression that it has (zfs-send(8)).
pub fn send(dataset: &DatasetName, to: &str, from: Option<&str>, encrypted: bool, openzfs: bool) -> Cmd {
    let cmd = zfs().arg("send").limit(0);
    let cmd = match (encrypted, openzfs) {
        (true, _) => cmd.arg("-w"),
        (false, true) => cmd.arg("-Lec"),
        (false, false) => cmd,
    };
    let cmd = match from {
        Some(from) => cmd.args(["-i", &format!("{dataset}{from}")]),
        None => cmd,
    };
    cmd.arg(format!("{dataset}@{to}"))
}

/// Sends the rest of a stream that broke off.
pub fn resume(token: &str) -> Cmd {
    zfs().args(["send", "-t", token]).limit(0)
}

/// The same command, asked how much it would send.
pub fn estimate(send: &Cmd) -> Cmd {
    let mut args = vec!["send".to_string(), "-nvP".into()];
    args.extend(send.args.iter().skip(1).cloned());
    zfs().args(args)
}

/// Reads the last line of the answer, `size BYTES`.
pub fn parse_estimate(text: &str) -> Option<u64> {
    text.lines().rev().find_map(|l| l.strip_prefix("size")?.trim().parse().ok())
}

/// Receives into a dataset that is not mounted then. `new` is the identity of what it becomes a replica of, where it is
/// not there yet, and whether it is a file system. The snapshot gets the name that it has in the stream.
pub fn receive(dataset: &DatasetName, new: Option<(uuid::Uuid, bool)>, openzfs: bool) -> Cmd {
    let cmd = zfs().args(["receive", "-u"]).limit(0);
    let cmd = if openzfs { cmd.arg("-s") } else { cmd };
    let cmd = match new {
        Some((uuid, filesystem)) if openzfs => {
            let cmd = cmd.args(["-o", "readonly=on", "-o", &format!("{REPLICA}={uuid}")]);
            if filesystem { cmd.args(["-o", "canmount=noauto"]) } else { cmd }
        }
        _ => cmd,
    };
    cmd.arg(dataset.as_str())
}

/// Gives up what was received of a stream that broke off.
pub fn abort(dataset: &DatasetName) -> Cmd {
    zfs().args(["receive", "-A", dataset.as_str()])
}

/// Sets a property of a dataset or snapshot.
pub fn set(property: &str, value: &str, name: &str) -> Cmd {
    zfs().args(["set", &format!("{property}={value}"), name])
}

/// The property of an uppermost dataset that says what became of the last move of it to this node.
const MOVE: &str = "jug:move";

/// What it says; nothing if it or the dataset is not there.
pub fn get_move(root: &DatasetName) -> Cmd {
    zfs().args(["get", "-Hp", "-s", "local", "-o", "value", MOVE, root.as_str()])
}

/// What it says of a move that was declined, or adopted.
pub fn verdict(id: uuid::Uuid, adopted: bool) -> String {
    format!("{}:{id}", if adopted { "adopted" } else { "declined" })
}

/// Says so.
pub fn set_move(root: &DatasetName, id: uuid::Uuid, adopted: bool) -> Cmd {
    set(MOVE, &verdict(id, adopted), root.as_str())
}

/// A property that is a number, of one dataset.
pub fn number(property: &str, name: &DatasetName) -> Cmd {
    zfs().args(["get", "-Hp", "-o", "value", property, name.as_str()])
}

/// Makes the dataset below which replicas lie.
pub fn create_root(name: &DatasetName) -> Cmd {
    zfs().args(["create", "-o", "mountpoint=none", "-o", "canmount=off", name.as_str()])
}

/// Says who needs a snapshot.
pub fn set_common(snapshot: &str, text: &str) -> Cmd {
    set(COMMON, text, snapshot)
}

/// Nobody needs it any more.
pub fn unset_common(snapshot: &str) -> Cmd {
    zfs().args(["inherit", COMMON, snapshot])
}

/// Holds a snapshot. "tag already exists on this dataset" is exit status 1 (both ZFS): it is held then.
pub fn hold(snapshot: &str) -> Cmd {
    zfs().args(["hold", TAG, snapshot]).accept_saying(1, "tag already exists")
}

/// Releases it. "no such tag on this dataset" is exit status 1.
pub fn release(snapshot: &str) -> Cmd {
    zfs().args(["release", TAG, snapshot]).accept_saying(1, "no such tag")
}

/// Makes a bookmark; one of that name is the same, since only replications give such (zfs-bookmark(8)).
pub fn bookmark(snapshot: &str, bookmark: &str) -> Cmd {
    zfs().args(["bookmark", snapshot, bookmark]).accept_saying(1, "bookmark exists")
}

/// Destroys one, if it is there.
pub fn destroy_bookmark(bookmark: &str) -> Cmd {
    zfs().args(["destroy", bookmark]).accept_saying(1, "does not exist")
}

/// The name of the bookmark for a target, whose own may be longer than a name may be.
pub fn bookmark_name(target: &Target) -> String {
    let sum = Sha256::digest(target.to_string().as_bytes());
    format!("jug-common-{:02x}{:02x}{:02x}{:02x}", sum[0], sum[1], sum[2], sum[3])
}

/// How the stream that is received must begin.
pub const HEAD: usize = 312;

/// Refuses what is not the stream of one snapshot without properties: such as `zfs send -p` and `-R` make could set
/// mount points and make datasets. The layout is that of `dmu_replay_record` (sys/zfs_ioctl.h): type, payload length,
/// magic, and the version, whose lowest two bits are 1 for a stream of that kind and 2 for a package of several.
///
/// # Errors
/// It is another one, or none at all.
pub fn check_head(head: &[u8]) -> std::result::Result<(), &'static str> {
    const MAGIC: u64 = 0x2_f5ba_cbac;
    let word = |at: usize| head.get(at..at + 8).and_then(|b| b.try_into().ok()).map_or(0, u64::from_le_bytes);
    let (magic, version) = (word(8), word(16));
    let (own, version) = match magic {
        MAGIC => (true, version),
        m if m.swap_bytes() == MAGIC => (true, version.swap_bytes()),
        _ => (false, 0),
    };
    match (own, version & 3) {
        (false, _) => Err("what came is no stream of zfs send"),
        (true, 1) => Ok(()),
        (true, _) => Err("the stream brings properties or more than one snapshot, which is not accepted"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const U: &str = "7f1c0a52-6d0e-4a53-9f4c-1d2c3b4a5f60";

    #[test]
    fn a_side() {
        let roots: [DatasetName; 3] = ["t/www", "t/www2", "t/gone"].map(|n| n.parse().unwrap());
        let text = format!(
            "t/www\ttype\tfilesystem\t-\nt/www\tcreation\t5\t-\nt/www\treadonly\ton\tlocal\nt/www\tcanmount\tnoauto\tlocal\n\
             t/www\t{STAMP}\t{U}\tinherited from t\nt/www\t{REPLICA}\t{U}\tlocal\nt/www\tencryption\taes-256-gcm\t-\n\
             t/www\treceive_resume_token\t1-a-b\t-\nt/www\tguid\t77\t-\nt/www\twritten\t512\t-\n\
             t/www@b\ttype\tsnapshot\t-\nt/www@b\tcreation\t7\t-\nt/www@b\t{MARK}\t{U}\tlocal\nt/www@b\t{COMMON}\tnas,+b/c\tlocal\nt/www@b\tguid\t9\t-\nt/www@b\twritten\t24576\t-\n\
             t/www@a\tcreation\t8\t-\nt/www@a\t{COMMON}\tx\tinherited from t/www\n\
             t/www#m\tcreation\t6\t-\nt/www#m\tguid\t18446744073709551615\t-\nt/www#m\twritten\t-\t-\n\
             t/www/d\ttype\tvolume\t-\nt/www/d\tcanmount\t-\t-\nt/www/d\tencryption\toff\tdefault\nt/www/d\treceive_resume_token\t-\t-\n\
             t/www2\ttype\tfilesystem\t-\nt/www2/a/b@x\tcreation\t9\t-\n"
        );
        let sides = parse_sides(&roots, &text).unwrap();
        let side = &sides[&roots[0]];
        assert_eq!(sides[&roots[1]].datasets["a/b"].snapshots[0].created, 9);
        assert_eq!(sides[&roots[2]], Side::default());
        let state = &side.datasets[""];
        assert!(state.readonly && state.noauto && state.encrypted && state.uuid.is_none());
        assert_eq!((state.replica, state.token.as_deref()), (U.parse().ok(), Some("1-a-b")));
        let names: Vec<&str> = state.snapshots.iter().map(|s| s.name.as_str()).collect();
        assert_eq!((names, state.snapshots[0].guid), (vec!["b", "a"], Some(9)));
        assert_eq!(
            (state.snapshots[0].common.as_deref(), &state.snapshots[1].common),
            (Some("nas,+b/c"), &None)
        );
        assert_eq!((state.bookmarks[0].name.as_str(), state.bookmarks[0].guid), ("m", Some(u64::MAX)));
        assert_eq!((state.written, state.snapshots[0].written), (Some(512), Some(24_576)));
        let volume = &side.datasets["d"];
        assert!(volume.kind == "volume" && volume.noauto && !volume.encrypted && volume.token.is_none());
        for bad in
            ["t/www\ttype", "t/www\tquota\t0\t-", "t/www@a\tguid\tx\t-", "t/other\ttype\tfilesystem\t-"]
        {
            assert!(parse_sides(&roots, bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn argv() {
        let d: DatasetName = "t/a b".parse().unwrap();
        let new = Some((U.parse().unwrap(), true));
        for (cmd, words) in [
            (send(&d, "y", None, false, false), "zfs send 't/a b@y'".into()),
            (send(&d, "y", Some("@x"), false, true), "zfs send -Lec -i 't/a b@x' 't/a b@y'".into()),
            (send(&d, "y", Some("#x"), true, true), "zfs send -w -i 't/a b#x' 't/a b@y'".into()),
            (estimate(&send(&d, "y", None, false, true)), "zfs send -nvP -Lec 't/a b@y'".into()),
            (receive(&d, new, false), "zfs receive -u 't/a b'".into()),
            (
                receive(&d, new, true),
                format!(
                    "zfs receive -u -s -o 'readonly=on' -o 'jug:replica={U}' -o 'canmount=noauto' 't/a b'"
                ),
            ),
            (receive(&d, None, true), "zfs receive -u -s 't/a b'".into()),
        ] {
            assert_eq!(cmd.to_string(), words);
        }
        // As zfs-send.txt has it.
        let said = "incremental\tzroot/jails/web@a\tzroot/jails/web@b\t533840\nsize\t533840\n";
        assert_eq!(parse_estimate(said), Some(533_840));
        assert_eq!(parse_estimate(""), None);
    }

    #[test]
    fn only_a_plain_stream_is_received() {
        // The beginning of a stream of zfs-fuse 0.7.0, and what others would differ in.
        let head = |magic: u64, version: u64| {
            let mut head = vec![0; HEAD];
            head[8..16].copy_from_slice(&magic.to_le_bytes());
            head[16..24].copy_from_slice(&version.to_le_bytes());
            head
        };
        assert!(check_head(&head(0x2_f5ba_cbac, 1)).is_ok());
        assert!(check_head(&head(0x2_f5ba_cbac_u64.swap_bytes(), 0x1405_u64.swap_bytes())).is_ok());
        for bad in [
            head(0x2_f5ba_cbac, 2),
            head(0x2_f5ba_cbac, 0x1406),
            head(7, 1),
            Vec::new(),
            b"garbage\n".to_vec(),
        ] {
            assert!(check_head(&bad).is_err());
        }
    }
}
