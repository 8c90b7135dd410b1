//! Reaching files inside an environment's root, which its own root user may have filled with links.
//!
//! Every component is opened by itself from the directory before it, with O_NOFOLLOW: a link anywhere is refused,
//! on FreeBSD (EMLINK) as on Linux (ELOOP), and no race can put one in between.

use crate::error::{Error, Result};
use rustix::fs::{AtFlags, Mode, OFlags, mkdirat, openat, renameat, unlinkat};
use rustix::io::Errno;
use std::fs::File;
use std::io::Write;
use std::os::fd::OwnedFd;
use std::os::unix::fs::{MetadataExt, fchown};
use std::path::Path;

/// Opens a directory of the host's own.
pub fn open_root(root: &Path) -> Result<OwnedFd> {
    let flags = OFlags::DIRECTORY | OFlags::CLOEXEC | OFlags::NOFOLLOW;
    rustix::fs::open(root, flags, Mode::empty()).map_err(|e| Error::io(root, "opening it", e))
}

fn refusal(root: &Path, rel: &str, part: &str, e: Errno) -> Error {
    let whole = root.join(rel.trim_start_matches('/'));
    if matches!(e, Errno::LOOP | Errno::MLINK | Errno::NOTDIR) {
        return Error::conflict(
            whole.display(),
            format!("`{part}` is a link or no directory, and jug follows no links inside an environment"),
        );
    }
    let missing = e == Errno::NOENT;
    let e = Error::io(whole, "opening it", e);
    if missing { e.code(crate::error::Code::NotFound) } else { e }
}

fn parts(rel: &str) -> Result<Vec<&str>> {
    let parts: Vec<&str> = rel.split('/').filter(|p| !p.is_empty() && *p != ".").collect();
    if parts.contains(&"..") {
        return Err(Error::usage(crate::model::name::printable(rel), "the path holds `..`"));
    }
    Ok(parts)
}

/// Opens the directory `rel` below `root`; with `make`, missing components are made (0755).
pub fn open_dir(root: &Path, rel: &str, make: bool) -> Result<OwnedFd> {
    let mut dir = open_root(root)?;
    for part in parts(rel)? {
        let flags = OFlags::DIRECTORY | OFlags::CLOEXEC | OFlags::NOFOLLOW;
        dir = match openat(&dir, part, flags, Mode::empty()) {
            Err(Errno::NOENT) if make => {
                match mkdirat(&dir, part, Mode::from_raw_mode(0o755)) {
                    Ok(()) | Err(Errno::EXIST) => {}
                    Err(e) => return Err(refusal(root, rel, part, e)),
                }
                openat(&dir, part, flags, Mode::empty())
            }
            other => other,
        }
        .map_err(|e| refusal(root, rel, part, e))?;
    }
    Ok(dir)
}

/// The directory of `rel` and its last component.
pub fn open_parent<'a>(root: &Path, rel: &'a str, make: bool) -> Result<(OwnedFd, &'a str)> {
    let all = parts(rel)?;
    let Some((last, _)) = all.split_last() else {
        return Err(Error::usage(root.display(), "a file name is missing"));
    };
    let end = rel.trim_end_matches('/').len() - last.len();
    Ok((open_dir(root, &rel[..end], make)?, last))
}

/// Opens the regular file `rel` below `root` for reading.
pub fn open_file(root: &Path, rel: &str) -> Result<File> {
    let (dir, last) = open_parent(root, rel, false)?;
    let flags = OFlags::RDONLY | OFlags::CLOEXEC | OFlags::NOFOLLOW | OFlags::NONBLOCK;
    let file = File::from(openat(&dir, last, flags, Mode::empty()).map_err(|e| refusal(root, rel, last, e))?);
    match file.metadata() {
        Ok(m) if m.is_file() => Ok(file),
        _ => Err(Error::conflict(root.join(rel.trim_start_matches('/')).display(), "not a regular file")),
    }
}

/// Writes the file `rel` below `root`, all or nothing; whatever stood there, a link too, is replaced, not followed.
pub fn write(root: &Path, rel: &str, text: &str, mode: u32) -> Result<()> {
    write_of(root, rel, text, mode, None)
}

/// The same for a file that is somebody else's: it keeps its owner and its group.
pub fn write_of(root: &Path, rel: &str, text: &str, mode: u32, owner: Option<(u32, u32)>) -> Result<()> {
    let (dir, last) = open_parent(root, rel, true)?;
    let whole = root.join(rel.trim_start_matches('/'));
    let fail = |e: std::io::Error| Error::io(&whole, "writing it", e);
    // Always the same, so that what a crash leaves is replaced by the next write, which its undo is as well.
    let temp = format!(".{last}.jug");
    let _ = unlinkat(&dir, temp.as_str(), AtFlags::empty());
    let flags = OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL | OFlags::CLOEXEC | OFlags::NOFOLLOW;
    let mut file = File::from(
        openat(&dir, temp.as_str(), flags, Mode::from_raw_mode(mode as _)).map_err(|e| fail(e.into()))?,
    );
    let written = file
        .write_all(text.as_bytes())
        .and_then(|()| owner.map_or(Ok(()), |owner| give(&file, owner)))
        .and_then(|()| rustix::fs::fchmod(&file, Mode::from_raw_mode(mode as _)).map_err(Into::into))
        .and_then(|()| file.sync_all())
        .and_then(|()| renameat(&dir, temp.as_str(), &dir, last).map_err(Into::into));
    written.map_err(|e| {
        let _ = unlinkat(&dir, temp.as_str(), AtFlags::empty());
        fail(e)
    })
}

/// Gives a new file an owner and a group, if it has not got them. Storage on which root may not is no reason to fail.
fn give(file: &File, (uid, gid): (u32, u32)) -> std::io::Result<()> {
    let meta = file.metadata()?;
    if (meta.uid(), meta.gid()) == (uid, gid) {
        return Ok(());
    }
    match fchown(file, Some(uid), Some(gid)) {
        Err(e) if matches!(Errno::from_io_error(&e), Some(Errno::PERM | Errno::OPNOTSUPP | Errno::INVAL)) => {
            Ok(())
        }
        other => other,
    }
}

/// Removes the file `rel` below `root`; a link goes itself, and nothing there is no error.
pub fn remove(root: &Path, rel: &str) -> Result<()> {
    let (dir, last) = open_parent(root, rel, false)?;
    match unlinkat(&dir, last, AtFlags::empty()) {
        Ok(()) | Err(Errno::NOENT) => Ok(()),
        Err(e) => Err(Error::io(root.join(rel.trim_start_matches('/')), "removing it", e)),
    }
}

/// Checks that `rel` below `root` is a directory reached through no link; with `make`, it is made.
pub fn check_target(root: &Path, rel: &str, make: bool) -> Result<()> {
    open_dir(root, rel, make).map(|_| ())
}

/// Checks that `rel` below `root` exists, of any kind but a link.
pub fn exists(root: &Path, rel: &str) -> bool {
    let Ok((dir, last)) = open_parent(root, rel, false) else { return false };
    rustix::fs::statat(&dir, last, AtFlags::SYMLINK_NOFOLLOW).is_ok()
}

/// Whether `path` is a directory (or, with `file`, anything) as a process with that root sees it: links are followed,
/// and none leads out of the root. Where the kernel can't tell, the answer is yes.
#[cfg(target_os = "linux")]
pub fn seen_inside(root: &Path, path: &str, file: bool) -> bool {
    use rustix::fs::{ResolveFlags, openat2};
    let flags = OFlags::PATH | OFlags::CLOEXEC | if file { OFlags::empty() } else { OFlags::DIRECTORY };
    let Ok(dir) = rustix::fs::open(root, OFlags::PATH | OFlags::DIRECTORY | OFlags::CLOEXEC, Mode::empty())
    else {
        return true;
    };
    match openat2(&dir, path, flags, Mode::empty(), ResolveFlags::IN_ROOT | ResolveFlags::NO_MAGICLINKS) {
        Err(e) => !matches!(e, Errno::NOENT | Errno::NOTDIR | Errno::LOOP),
        Ok(_) => true,
    }
}

/// The same where the kernel has no such walk.
#[cfg(not(target_os = "linux"))]
pub fn seen_inside(root: &Path, path: &str, file: bool) -> bool {
    walk_inside(root, path, file)
}

/// Follows links by hand, each from the root it was found in. What changes meanwhile makes the answer wrong, not unsafe.
#[cfg(any(test, not(target_os = "linux")))]
fn walk_inside(root: &Path, path: &str, file: bool) -> bool {
    let reversed = |p: &str| p.split('/').rev().map(str::to_string).collect::<Vec<_>>();
    let (mut todo, mut at, mut links) = (reversed(path), Vec::<String>::new(), 0);
    while let Some(part) = todo.pop() {
        match part.as_str() {
            "" | "." => continue,
            ".." => drop(at.pop()),
            _ => at.push(part),
        }
        let rel = at.join("/");
        let Ok((dir, last)) = open_parent(root, &rel, false) else { continue };
        let Ok(target) = rustix::fs::readlinkat(&dir, last, Vec::new()) else { continue };
        links += 1;
        let target = target.to_string_lossy().into_owned();
        if links > 32 {
            return false;
        }
        drop(at.pop());
        if target.starts_with('/') {
            at.clear();
        }
        todo.extend(reversed(&target));
    }
    let rel = at.join("/");
    open_dir(root, &rel, false).is_ok() || (file && exists(root, &rel))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::symlink;

    #[test]
    fn what_is_inside_is_seen_through_links() {
        let t = tempfile::tempdir().unwrap();
        let root = t.path().join("root");
        std::fs::create_dir_all(root.join("usr/home/me")).unwrap();
        crate::host::fs::write_atomic(&root.join("usr/env"), "", 0o755).unwrap();
        symlink("usr/home", root.join("home")).unwrap();
        symlink("/home/../../..", root.join("up")).unwrap();
        symlink("loop", root.join("loop")).unwrap();
        symlink(t.path(), root.join("out")).unwrap();
        for (path, file, yes) in [
            ("/home/me", false, true),
            ("/", false, true),
            ("/up/usr/home", false, true),
            ("/home/you", false, false),
            ("/usr/env", false, false),
            ("/usr/env", true, true),
            ("/loop", true, false),
            ("/out/root", false, false),
            ("/usr/env/x", true, false),
        ] {
            assert_eq!(walk_inside(&root, path, file), yes, "{path}");
            #[cfg(target_os = "linux")]
            assert_eq!(seen_inside(&root, path, file), yes, "{path}");
        }
    }

    #[test]
    fn links_are_refused_and_replaced_never_followed() {
        let t = tempfile::tempdir().unwrap();
        let (root, outside) = (t.path().join("root"), t.path().join("outside"));
        std::fs::create_dir_all(root.join("etc")).unwrap();
        std::fs::create_dir(&outside).unwrap();
        symlink(&outside, root.join("usr")).unwrap();
        symlink(outside.join("victim"), root.join("etc/rc.conf")).unwrap();
        assert_eq!(open_dir(&root, "usr/local", true).unwrap_err().code, crate::error::Code::Conflict);
        assert!(write(&root, "usr/x", "a", 0o644).is_err());
        assert!(open_file(&root, "etc/rc.conf").is_err());
        assert!(open_dir(&root, "../outside", false).is_err());
        assert!(remove(&root, "usr/x").is_err() && remove(&root, "etc/none").is_ok());
        write(&root, "/etc/rc.conf", "mine", 0o640).unwrap();
        assert_eq!(std::fs::read_to_string(root.join("etc/rc.conf")).unwrap(), "mine");
        assert!(std::fs::read_dir(&outside).unwrap().next().is_none(), "something was written outside");
        assert!(check_target(&root, "a/b/c", true).is_ok() && root.join("a/b/c").is_dir());
        assert!(exists(&root, "a/b") && !exists(&root, "a/x"));
    }
}
