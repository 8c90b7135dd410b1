//! zfs(8), as zfs-create.txt, zfs-destroy.txt and zfs-get.txt have it.

use super::fake::{Dataset, Mount, State, fine, no};
use super::zfs_snapshot;
use jug::host::Output;
use std::path::{Path, PathBuf};

pub fn run(s: &mut State, args: &[String]) -> Output {
    let words: Vec<&str> = args.iter().map(String::as_str).collect();
    let (verb, rest) = words.split_first().unwrap();
    let name = *rest.last().unwrap();
    match *verb {
        "create" => create(s, rest, name, None),
        "clone" => {
            let origin = rest[rest.len() - 2];
            let Some(tree) = s.snapshots.get(origin).map(|o| o.tree.clone()) else {
                return no(1, format!("cannot open '{origin}': dataset does not exist"));
            };
            create(s, rest, name, Some((origin, tree)))
        }
        "snapshot" => zfs_snapshot::take(s, rest),
        "rollback" => zfs_snapshot::rollback(s, rest),
        "hold" | "release" | "holds" => zfs_snapshot::hold(s, verb, rest),
        "rename" => rename(s, rest[0], name),
        "set" if rest[0].starts_with("sharenfs=") => super::mountd::share(s, &rest[..rest.len() - 1], name),
        "set" | "inherit" if name.contains('@') => zfs_snapshot::say(s, rest[0], name),
        "bookmark" => zfs_snapshot::bookmark(s, rest[0], name),
        "destroy" if name.contains('#') => zfs_snapshot::destroy_bookmark(s, name),
        "inherit" => super::mountd::inherit(s, rest[0], name),
        "get" if name.starts_with("sharenfs,") => super::mountd::shares(s),
        "set" if rest[0].starts_with("vol") && !s.datasets.contains_key(name) => {
            no(1, format!("cannot open '{name}': dataset does not exist"))
        }
        "set" if rest[0].starts_with("volsize=") => super::machine::resize(s, name, &rest[0][8..]),
        "set" if rest[0] == "volmode=dev" => super::machine::show(s, name),
        "set" => set(s, rest[0].strip_prefix("mountpoint=").unwrap(), name),
        "mount" => mount(s, name),
        "unmount" => unmount(s, name),
        "destroy" if name.contains('@') => zfs_snapshot::destroy(s, rest),
        "destroy" => destroy(s, name),
        "get" => zfs_snapshot::get(s, rest),
        "list" => list(s, rest, name),
        other => no(2, format!("unrecognized command '{other}'")),
    }
}

fn option<'a>(words: &[&'a str], key: &str) -> Option<&'a str> {
    words
        .windows(2)
        .filter(|w| w[0] == "-o")
        .find_map(|w| w[1].split_once('=').filter(|(k, _)| *k == key).map(|(_, v)| v))
}

fn parent(name: &str) -> Option<&str> {
    name.rsplit_once('/').map(|(p, _)| p)
}

fn unmount(s: &mut State, name: &str) -> Output {
    match s.datasets.get_mut(name) {
        None => no(1, format!("cannot open '{name}': dataset does not exist")),
        Some(d) if !d.mounted => no(1, format!("cannot unmount '{name}': not currently mounted")),
        Some(d) => {
            d.mounted = false;
            s.mounts.retain(|m| m.source != name);
            fine("")
        }
    }
}

fn create(s: &mut State, words: &[&str], name: &str, from: Option<(&str, PathBuf)>) -> Output {
    if s.datasets.contains_key(name) {
        return no(1, format!("cannot create '{name}': dataset already exists"));
    }
    if parent(name).is_none_or(|p| !s.datasets.contains_key(p)) {
        return no(1, format!("cannot create '{name}': parent does not exist"));
    }
    let mountpoint = option(words, "mountpoint").unwrap_or("none").to_string();
    let mut dataset = Dataset {
        stamp: option(words, "jug:uuid").map(str::to_string),
        mountpoint: mountpoint.clone(),
        mounted: false,
        origin: from.as_ref().map(|f| f.0.to_string()),
    };
    let mut out = fine("");
    if option(words, "volmode").is_some() {
        let size = words.windows(2).find(|w| w[0] == "-V").map(|w| w[1]);
        super::machine::volume(s, name, size, from.as_ref().map(|f| f.0));
    }
    if mountpoint.starts_with('/') {
        let wont = std::mem::take(&mut s.wont_mount);
        let path = Path::new(&mountpoint);
        if wont || std::fs::create_dir_all(path).is_err() {
            out.stderr = "filesystem successfully created, but not mounted\n".into();
        } else {
            dataset.mounted = true;
            s.mounts.push(Mount { source: name.into(), target: mountpoint.clone(), fstype: "zfs".into() });
            if let Some((_, tree)) = from {
                copy(&tree, path, true);
            }
        }
    }
    s.datasets.insert(name.into(), dataset);
    out
}

/// With all below it; what is mounted stays mounted, and shows its new name.
fn rename(s: &mut State, from: &str, to: &str) -> Output {
    if !s.datasets.contains_key(from) {
        return no(1, format!("cannot open '{from}': dataset does not exist"));
    }
    if s.datasets.contains_key(to) {
        return no(1, format!("cannot rename '{from}': another dataset with that name already exists"));
    }
    let renamed = |n: &str| match n.strip_prefix(from) {
        Some(rest) if rest.is_empty() || rest.starts_with(['/', '@']) => format!("{to}{rest}"),
        _ => n.to_string(),
    };
    s.datasets = std::mem::take(&mut s.datasets).into_iter().map(|(n, d)| (renamed(&n), d)).collect();
    s.snapshots = std::mem::take(&mut s.snapshots).into_iter().map(|(n, d)| (renamed(&n), d)).collect();
    for d in s.datasets.values_mut() {
        d.origin = d.origin.as_deref().map(renamed);
    }
    for m in &mut s.mounts {
        m.source = renamed(&m.source);
    }
    fine("")
}

fn set(s: &mut State, path: &str, name: &str) -> Output {
    let Some(d) = s.datasets.get_mut(name) else {
        return no(1, format!("cannot open '{name}': dataset does not exist"));
    };
    let before = std::mem::replace(&mut d.mountpoint, path.to_string());
    if d.mounted && before != path {
        std::fs::create_dir_all(path).unwrap();
        copy(Path::new(&before), Path::new(path), true);
        clear(Path::new(&before));
        for m in s.mounts.iter_mut().filter(|m| m.source == name) {
            m.target = path.to_string();
        }
    }
    fine("")
}

fn mount(s: &State, name: &str) -> Output {
    match s.datasets.get(name) {
        Some(d) if d.mounted => no(1, format!("cannot mount '{name}': filesystem already mounted")),
        Some(_) => no(1, format!("cannot mount '{name}': no luck")),
        None => no(1, format!("cannot open '{name}': dataset does not exist")),
    }
}

fn destroy(s: &mut State, name: &str) -> Output {
    let Some(d) = s.datasets.get(name).cloned() else {
        return no(1, format!("cannot open '{name}': dataset does not exist"));
    };
    let below = |n: &String| n.starts_with(&format!("{name}/")) || n.starts_with(&format!("{name}@"));
    if let Some(child) = s.datasets.keys().chain(s.snapshots.keys()).find(|n| below(n)) {
        return no(
            1,
            format!(
                "cannot destroy '{name}': filesystem has children\nuse '-r' to destroy the following datasets:\n{child}"
            ),
        );
    }
    if d.mounted {
        // A mount inside, or a nullfs of something inside (F5.3, F1.6).
        let p = format!("{}/", d.mountpoint);
        if s.mounts.iter().any(|m| m.target.starts_with(&p) || format!("{}/", m.source).starts_with(&p)) {
            return no(1, format!("cannot unmount '{}': pool or dataset is busy", d.mountpoint));
        }
        s.mounts.retain(|m| m.source != name);
        clear(Path::new(&d.mountpoint));
    }
    super::machine::no_volume(s, name);
    s.datasets.remove(name);
    fine("")
}

/// A user property: local, or inherited from the nearest above (F5.1).
pub fn stamp(s: &State, name: &str) -> (String, String) {
    let mut at = Some(name);
    while let Some(n) = at {
        if let Some(value) = s.datasets.get(n).and_then(|d| d.stamp.clone()) {
            return (value, if n == name { "local".into() } else { format!("inherited from {n}") });
        }
        at = parent(n);
    }
    ("-".into(), "-".into())
}

fn list(s: &State, words: &[&str], name: &str) -> Output {
    if !s.datasets.contains_key(name) && !s.snapshots.contains_key(name) {
        return no(1, format!("cannot open '{name}': dataset does not exist"));
    }
    if !words.contains(&"snapshot") {
        return fine(format!("{name}\n"));
    }
    let ours =
        |n: &&String| *n == name || n.starts_with(&format!("{name}/")) || n.starts_with(&format!("{name}@"));
    fine(s.snapshots.keys().filter(ours).map(|n| format!("{n}\n")).collect::<String>())
}

/// Copies a small tree; of files only if wanted.
pub fn copy(from: &Path, to: &Path, files: bool) {
    for entry in std::fs::read_dir(from).into_iter().flatten().flatten() {
        let (path, target) = (entry.path(), to.join(entry.file_name()));
        let kind = entry.file_type().unwrap();
        if kind.is_dir() {
            let _ = std::fs::create_dir(&target);
            copy(&path, &target, files);
        } else if kind.is_symlink() {
            let _ = std::os::unix::fs::symlink(std::fs::read_link(&path).unwrap(), &target);
        } else if files {
            std::fs::copy(&path, &target).unwrap();
        }
    }
}

/// What was mounted is gone, and with it what was seen there.
pub fn clear(dir: &Path) {
    for entry in std::fs::read_dir(dir).into_iter().flatten().flatten() {
        if entry.file_type().unwrap().is_dir() {
            std::fs::remove_dir_all(entry.path()).unwrap();
        } else {
            std::fs::remove_file(entry.path()).unwrap();
        }
    }
}
