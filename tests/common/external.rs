//! A server of the test's own, and two hooks that mount what it keeps of an environment: what lies there is in
//! `store/server`, and while it is mounted, where it is mounted.

use super::fake::{Mount, State, fine, no};
use jug::host::Output;
use jug::platform::PlatformKind;
use std::path::{Path, PathBuf};

/// How the sources of its mounts begin.
const SERVER: &str = "server:/";

/// What follows each option, without the name.
fn dirs<'a>(words: &'a [&str]) -> Vec<(&'a str, &'a str)> {
    words.chunks(2).filter(|c| c[0] != "-j").map(|c| (c[0], c[1])).collect()
}

/// mnt_start: all four, or those that are not mounted yet.
pub fn start(s: &mut State, words: &[&str]) -> Output {
    for (option, target) in dirs(words) {
        if s.mounts.iter().any(|m| m.target == target) {
            continue;
        }
        if !Path::new(target).is_dir() {
            return no(1, format!("mount_nfs: {target}: No such file or directory"));
        }
        let name = words.chunks(2).find(|c| c[0] == "-j").map_or("", |c| c[1]);
        let source = format!("{SERVER}{}/{name}", option.trim_start_matches('-'));
        mounted(s, &source, target, "nfs");
    }
    fine("")
}

/// mount_nfs(8) and mount.nfs(8).
pub fn nfs(s: &mut State, words: &[&str]) -> Output {
    let linux = s.kind == PlatformKind::Linux;
    let (source, target) = if linux { (words[0], words[1]) } else { (words[2], words[3]) };
    if !Path::new(target).is_dir() {
        return match linux {
            true => no(32, format!("mount.nfs: mount point {target} does not exist")),
            false => no(1, format!("mount_nfs: {target}: No such file or directory")),
        };
    }
    mounted(s, source, target, if linux { "nfs4" } else { "nfs" });
    fine("")
}

fn mounted(s: &mut State, source: &str, target: &str, fstype: &str) {
    let kept = place(s, source);
    std::fs::create_dir_all(&kept).unwrap();
    shift(&kept, Path::new(target));
    s.mounts.push(Mount { source: source.into(), target: target.into(), fstype: fstype.into() });
}

/// mnt_stop: those that are mounted, in reverse.
pub fn stop(s: &mut State, words: &[&str]) -> Output {
    for (_, target) in dirs(words).into_iter().rev() {
        let Some(at) = s.mounts.iter().position(|m| m.target == target) else { continue };
        let gone = s.mounts.remove(at);
        unmounted(s, &gone);
    }
    fine("")
}

/// What was mounted is the server's again.
pub fn unmounted(s: &State, gone: &Mount) {
    // A mount point can't be removed; this one is but a directory, and if it was empty it may have been.
    if gone.source.starts_with(SERVER) && Path::new(&gone.target).is_dir() {
        shift(Path::new(&gone.target), &place(s, &gone.source));
    }
}

fn place(s: &State, source: &str) -> PathBuf {
    s.store.join("server").join(source.trim_start_matches(SERVER))
}

#[expect(clippy::disallowed_methods, reason = "what a server does")]
pub fn shift(from: &Path, to: &Path) {
    for entry in std::fs::read_dir(from).unwrap().flatten() {
        std::fs::rename(entry.path(), to.join(entry.file_name())).unwrap();
    }
}
