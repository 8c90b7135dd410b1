//! zfs(8) on snapshots. What lacks in zfs-fuse is told where it is used: several names in one command, `holds`, `diff`.

use super::surprise;
use crate::error::Result;
use crate::host::{Cmd, Output};
use crate::model::name::{DatasetName, SnapshotName};
use std::collections::BTreeMap;

/// The user property that jug gives a snapshot in the command that takes it, with the identity of that taking. The
/// snapshot has it itself, or has received it; what its dataset hands down proves nothing (F5.1).
pub const MARK: &str = "jug:snapshot";

/// The user property of a snapshot that is the last which a replication has on both sides: the names of its targets.
pub const COMMON: &str = "jug:common";

/// The tag of holds that users ask for.
pub const TAG: &str = "jug";

/// Seconds for what takes its time where there is much of it.
const LONG: u64 = 3600;

/// What is known of one snapshot of one dataset.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Snapshot {
    /// `dataset@name`.
    pub name: String,
    /// When it was taken, in seconds since the epoch.
    pub created: i64,
    /// Bytes that only it has.
    pub used: u64,
    /// Bytes that it shows.
    pub referenced: u64,
    /// How many hold it.
    #[serde(default)]
    pub holds: u64,
    /// jug's mark.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mark: Option<uuid::Uuid>,
    /// The targets of replications that have it in common with this side as the last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub common: Option<String>,
}

impl Snapshot {
    /// Its dataset, and its own name.
    pub fn parts(&self) -> (&str, &str) {
        self.name.split_once('@').unwrap_or((&self.name, ""))
    }
}

fn zfs() -> Cmd {
    Cmd::new("zfs")
}

/// Reads all snapshots at and below datasets. `openzfs` is whether this zfs has `get -t`; without it datasets are
/// printed as well. Snapshots of one dataset come in the order in which they were taken, in both (zfs-snapshot.txt).
pub fn get_tree(roots: &[DatasetName], openzfs: bool) -> Cmd {
    let cmd = zfs().args(["get", "-Hp", "-r"]);
    let cmd = if openzfs { cmd.args(["-t", "snapshot"]) } else { cmd };
    cmd.args([
        "-o",
        "name,property,value,source",
        &format!("creation,used,referenced,userrefs,{MARK},{COMMON}"),
    ])
    .args(roots.iter().map(DatasetName::as_str))
    .limit(LONG)
}

/// Reads the output of [`get_tree`], in its order.
///
/// # Errors
/// A line that has not four columns, a property nobody asked for, or no number where one belongs.
pub fn parse_tree(text: &str) -> Result<Vec<Snapshot>> {
    let mut all: Vec<Snapshot> = Vec::new();
    for line in text.lines().filter(|l| !l.is_empty()) {
        let columns: Vec<&str> = line.split('\t').collect();
        let [name, property, value, source] = columns[..] else {
            return Err(surprise("zfs get", format!("{line:?}")));
        };
        if !name.contains('@') {
            continue;
        }
        if all.last().is_none_or(|s| s.name != name) {
            all.push(Snapshot { name: name.to_string(), ..Snapshot::default() });
        }
        let Some(snapshot) = all.last_mut() else { continue };
        let bad = || surprise("zfs get", format!("{line:?}"));
        let number = || value.parse::<u64>().map_err(|_| bad());
        let own = matches!(source, "local" | "received");
        match property {
            "creation" => snapshot.created = value.parse().map_err(|_| bad())?,
            "used" => snapshot.used = number()?,
            "referenced" => snapshot.referenced = number()?,
            // Pools of before version 18 have no holds.
            "userrefs" => snapshot.holds = if value == "-" { 0 } else { number()? },
            MARK => snapshot.mark = own.then(|| value.parse().ok()).flatten(),
            COMMON => snapshot.common = (source == "local").then(|| value.to_string()),
            other => return Err(surprise("zfs get", format!("the property {other}"))),
        }
    }
    Ok(all)
}

/// Whose some snapshots of a dataset are; exit status 1 if one of them is not there, with an answer for the others.
pub fn marks(dataset: &DatasetName, names: &[SnapshotName]) -> Cmd {
    zfs()
        .args(["get", "-Hp", "-o", "name,property,value,source", &format!("{},{MARK}", super::zfs::STAMP)])
        .args(names.iter().map(|n| format!("{dataset}@{n}")))
}

/// Reads the answer: for each snapshot that is there, the identity of its dataset and jug's mark.
///
/// # Errors
/// A line that has not four columns, or a property nobody asked for.
pub fn parse_marks(text: &str) -> Result<BTreeMap<String, [Option<uuid::Uuid>; 2]>> {
    let mut all: BTreeMap<String, [Option<uuid::Uuid>; 2]> = BTreeMap::new();
    for line in text.lines().filter(|l| !l.is_empty()) {
        let columns: Vec<&str> = line.split('\t').collect();
        let [name, property, value, source] = columns[..] else {
            return Err(surprise("zfs get", format!("{line:?}")));
        };
        let entry = all.entry(name.to_string()).or_default();
        match property {
            super::zfs::STAMP => entry[0] = value.parse().ok(),
            MARK if matches!(source, "local" | "received") => entry[1] = value.parse().ok(),
            MARK => entry[1] = None,
            other => return Err(surprise("zfs get", format!("the property {other}"))),
        }
    }
    Ok(all)
}

/// Takes snapshots of datasets and of all below each, at one moment: either all are taken or none (F5.4).
pub fn take(snapshots: &[(&DatasetName, &SnapshotName)], mark: &uuid::Uuid) -> Cmd {
    zfs()
        .args(["snapshot", "-r", "-o", &format!("{MARK}={mark}")])
        .args(snapshots.iter().map(|(d, n)| format!("{d}@{n}")))
        .retry_busy()
}

/// Destroys snapshots of a dataset, `deep` also those of the same names below it: either all go or none. Of several
/// names, those that are gone are no failure where one is there (zfs-destroy(8)).
pub fn destroy(dataset: &DatasetName, names: &[SnapshotName], deep: bool) -> Cmd {
    let list: Vec<&str> = names.iter().map(SnapshotName::as_str).collect();
    let cmd = zfs().arg("destroy");
    let cmd = if deep { cmd.arg("-r") } else { cmd };
    cmd.arg(format!("{dataset}@{}", list.join(","))).retry_busy().limit(LONG)
}

/// Sets a dataset back to a snapshot. What is newer, bookmarks too, must be gone, or goes with `newer` (zfs-rollback(8)).
pub fn rollback(dataset: &DatasetName, name: &SnapshotName, newer: bool) -> Cmd {
    let cmd = zfs().arg("rollback");
    let cmd = if newer { cmd.arg("-r") } else { cmd };
    cmd.arg(format!("{dataset}@{name}")).retry_busy().limit(LONG)
}

/// Holds a snapshot, and those of the same name below.
pub fn hold(dataset: &DatasetName, name: &SnapshotName, deep: bool) -> Cmd {
    tagged("hold", dataset, name, deep)
}

/// Releases it again.
pub fn release(dataset: &DatasetName, name: &SnapshotName, deep: bool) -> Cmd {
    tagged("release", dataset, name, deep)
}

fn tagged(verb: &str, dataset: &DatasetName, name: &SnapshotName, deep: bool) -> Cmd {
    let cmd = zfs().arg(verb);
    let cmd = if deep { cmd.arg("-r") } else { cmd };
    cmd.args([TAG, &format!("{dataset}@{name}")])
}

/// Who holds a snapshot. zfs-fuse has the word and not the program that it needs.
pub fn holds(dataset: &DatasetName, name: &SnapshotName) -> Cmd {
    zfs().args(["holds", "-H", &format!("{dataset}@{name}")])
}

/// Whether this zfs can't say who holds: zfs-fuse 0.7.0, "internal error: /usr/lib/zfs/pyzfs.py not found", exit 255.
pub fn cannot_tell(out: &Output) -> bool {
    [&out.stdout, &out.stderr].iter().any(|s| s.contains("pyzfs.py not found")) || lacks_verb(out)
}

/// Whether this zfs has not got the verb at all.
pub fn lacks_verb(out: &Output) -> bool {
    out.status == 2 && out.stderr.contains("unrecognized command")
}

/// Whether [`TAG`] is among the holders.
pub fn is_held(text: &str) -> bool {
    text.lines().any(|l| l.split('\t').nth(1) == Some(TAG))
}

/// How many hold a snapshot, for a zfs that can't say who.
pub fn count_holds(dataset: &DatasetName, name: &SnapshotName) -> Cmd {
    zfs().args(["get", "-Hp", "-o", "value", "userrefs", &format!("{dataset}@{name}")])
}

/// Writes a snapshot as a stream, without properties and without what came before it.
pub fn send(dataset: &DatasetName, name: &SnapshotName) -> Cmd {
    zfs().args(["send", &format!("{dataset}@{name}")]).limit(0)
}

/// Reads a stream in the place of all that is in a dataset, which has no snapshots and is not mounted: zfs-fuse says "I/O
/// error" now and then where it has to unmount it itself.
pub fn receive(dataset: &DatasetName) -> Cmd {
    zfs().args(["receive", "-F", "-u", dataset.as_str()]).limit(0)
}

/// What has changed in a dataset since a snapshot, until another one or until now.
pub fn diff(dataset: &DatasetName, from: &SnapshotName, to: Option<&SnapshotName>) -> Cmd {
    let to = to.map_or_else(|| dataset.to_string(), |t| format!("{dataset}@{t}"));
    zfs().args(["diff", "-FH", &format!("{dataset}@{from}"), &to]).limit(LONG)
}

/// One line of `zfs diff -FH`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// `+`, `-`, `M` or `R`.
    pub change: char,
    /// As find(1) names kinds: `F` a file, `/` a directory, `@` a link, and others.
    pub kind: char,
    /// The path, with octal escapes for what is no plain character.
    pub path: String,
    /// Its new path, if it was renamed.
    pub to: Option<String>,
}

/// Reads what [`diff`] prints.
///
/// # Errors
/// A line that is not one of the four kinds that zfs-diff(8) names.
pub fn parse_diff(text: &str) -> Result<Vec<Change>> {
    text.lines()
        .filter(|l| !l.is_empty())
        .map(|line| {
            let columns: Vec<&str> = line.split('\t').collect();
            let one = |s: &str| s.chars().next().filter(|c| s.len() == c.len_utf8());
            let (change, kind, path, to) = match columns[..] {
                [change @ ("+" | "-" | "M"), kind, path] => (change, kind, path, None),
                ["R", kind, path, to] => ("R", kind, path, Some(to.to_string())),
                _ => return Err(surprise("zfs diff", format!("{line:?}"))),
            };
            let (Some(change), Some(kind)) = (one(change), one(kind)) else {
                return Err(surprise("zfs diff", format!("{line:?}")));
            };
            Ok(Change { change, kind, path: path.to_string(), to })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const U: &str = "7f1c0a52-6d0e-4a53-9f4c-1d2c3b4a5f60";

    #[test]
    fn only_a_mark_of_its_own_counts() {
        let lines = |name: &str, mark: &str, source: &str| {
            format!(
                "{name}\tcreation\t1795179640\t-\n{name}\tused\t7\t-\n{name}\treferenced\t9\t-\n{name}\tuserrefs\t1\t-\n{name}\t{MARK}\t{mark}\t{source}\n{name}\t{COMMON}\t-\t-\n"
            )
        };
        // Of a zfs without `get -t`, and in the order in which they were taken.
        let text = format!(
            "t/www\tcreation\t1\t-\nt/www\tuserrefs\t-\t-\n{}{}{}{}",
            lines("t/www@b", U, "local"),
            lines("t/www@a", U, "inherited from t/www"),
            lines("t/www@c", "-", "-"),
            lines("t/www/data@b", U, "received")
        );
        let all = parse_tree(&text).unwrap();
        let marked: Vec<(&str, bool)> = all.iter().map(|s| (s.name.as_str(), s.mark.is_some())).collect();
        assert_eq!(
            marked,
            [("t/www@b", true), ("t/www@a", false), ("t/www@c", false), ("t/www/data@b", true)]
        );
        assert_eq!((all[0].created, all[0].used, all[0].referenced, all[0].holds), (1_795_179_640, 7, 9, 1));
        assert_eq!((all[0].parts(), all[0].common.as_deref()), (("t/www", "b"), None));
        for bad in ["t@a\tused", "t@a\tused\tmuch\t-", "t@a\tquota\t0\t-"] {
            assert!(parse_tree(bad).is_err(), "{bad}");
        }
        let marks = parse_marks(&format!("t@a\tjug:uuid\t{U}\tinherited from t\nt@a\t{MARK}\t{U}\tlocal\nt@b\tjug:uuid\t-\t-\nt@b\t{MARK}\t{U}\tinherited from t\n")).unwrap();
        assert!(marks["t@a"].iter().all(Option::is_some) && marks["t@b"].iter().all(Option::is_none));
    }

    #[test]
    fn differences() {
        let text =
            "M\t/\t/tank/x/\n+\tF\t/tank/x/a\\0040b\nR\tF\t/tank/x/old\t/tank/x/new\n-\t@\t/tank/x/l\n";
        let all = parse_diff(text).unwrap();
        assert_eq!(all.len(), 4);
        assert_eq!((all[1].change, all[1].kind, all[1].path.as_str()), ('+', 'F', "/tank/x/a\\0040b"));
        assert_eq!(all[2].to.as_deref(), Some("/tank/x/new"));
        for bad in ["M\t/x", "R\tF\t/x", "X\tF\t/x", "M\tFF\t/x"] {
            assert!(parse_diff(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn argv() {
        let d: DatasetName = "tank/jug/env/a b".parse().unwrap();
        let [x, y]: [SnapshotName; 2] = ["x", "y"].map(|n| n.parse().unwrap());
        let u: uuid::Uuid = U.parse().unwrap();
        for (cmd, words) in [
            (
                take(&[(&d, &x), (&d, &y)], &u),
                format!("zfs snapshot -r -o 'jug:snapshot={U}' 'tank/jug/env/a b@x' 'tank/jug/env/a b@y'"),
            ),
            (destroy(&d, &[x.clone(), y.clone()], true), "zfs destroy -r 'tank/jug/env/a b@x,y'".into()),
            (rollback(&d, &x, false), "zfs rollback 'tank/jug/env/a b@x'".into()),
            (hold(&d, &x, true), "zfs hold -r jug 'tank/jug/env/a b@x'".into()),
            (diff(&d, &x, None), "zfs diff -FH 'tank/jug/env/a b@x' 'tank/jug/env/a b'".into()),
        ] {
            assert_eq!(cmd.to_string(), words);
        }
        assert!(is_held("zroot/jails/web@s1\tjug\t1795153690\n") && !is_held("zroot/jug@s1\tkeep\t1\n"));
    }
}
