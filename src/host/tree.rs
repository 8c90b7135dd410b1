//! Copying and removing trees. Links are copied as links and never followed, so a tree may be hostile.

use super::{attributes as platform, beneath};
use crate::error::{Error, Result};
use rustix::fs::{AtFlags, Dir, FileType, Gid, Mode, OFlags, Stat, Timespec, Timestamps, Uid};
use rustix::fs::{
    chownat, fchmod, fchown, futimens, linkat, mkdirat, openat, readlinkat, renameat, statat, symlinkat,
    unlinkat,
};
use std::collections::HashMap;
use std::ffi::{CStr, CString};
use std::fs::File;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::path::{Path, PathBuf};

/// What a copy has done so far, for a progress bar.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Copied {
    /// Files, directories and links.
    pub entries: u64,
    /// Bytes of files, whether copied or cloned.
    pub bytes: u64,
}

/// How a tree is copied.
struct Copier<'a> {
    /// Files with several names that were copied already, by device and inode, as paths below `links`.
    seen: HashMap<(rustix::fs::Dev, u64), PathBuf>,
    /// The copy's root, if names of one file are to stay names of one file.
    links: Option<OwnedFd>,
    /// Whether owner, times, attributes and file flags are kept.
    archive: bool,
    /// File flags still to be given, by path below the copy's root: they forbid more names and more entries, so
    /// they come when all else is there.
    flags: Vec<(PathBuf, u32)>,
    done: Copied,
    progress: &'a mut dyn FnMut(Copied),
}

/// Copies `only` (all if empty) of the tree `from` into the directory `to`, as `cp -a` would: owners, modes, times (not
/// those of links), hard links, file flags, and by block cloning where the file system can. Sockets and devices are left out;
/// an entry of `only` that is not there is no error.
pub fn copy(from: &Path, to: &Path, only: &[String], progress: &mut dyn FnMut(Copied)) -> Result<Copied> {
    let to_fd = beneath::open_root(to)?;
    let links = Some(beneath::open_root(to)?);
    let mut copier = Copier {
        seen: HashMap::new(),
        links,
        archive: true,
        flags: Vec::new(),
        done: Copied::default(),
        progress,
    };
    if only.is_empty() {
        let from_fd = beneath::open_root(from)?;
        copier.dir(&from_fd, &to_fd, from, Path::new(""))?;
        copier.finish(&from_fd, &to_fd, from, Path::new(""))?;
    }
    for entry in only {
        let (dir, last) = match beneath::open_parent(from, entry, false) {
            Err(e) if e.code == crate::error::Code::NotFound => continue,
            other => other?,
        };
        let parent = entry.trim_end_matches(last).trim_end_matches('/');
        let target = beneath::open_dir(to, parent, true)?;
        copier.entry(&dir, &target, &c(last), &from.join(parent), Path::new(parent), true)?;
    }
    for (rel, flags) in &copier.flags {
        let path = to.join(rel);
        match platform::set_flags(&path, *flags) {
            // NFS has none: what lies there is without them, as tar(1) and cp(1) would leave it.
            Err(e) if e.kind() == std::io::ErrorKind::Unsupported => break,
            other => other.map_err(|e| Error::io(&path, "giving the copy its file flags", e))?,
        }
    }
    Ok(copier.done)
}

/// Copies one file or tree between two directories that are open already, under the name `to_name`; what stands
/// there is replaced. For copies into and out of environments: owners are not kept.
pub fn copy_entry(from: &OwnedFd, name: &str, to: &OwnedFd, to_name: &str, shown: &Path) -> Result<Copied> {
    let mut copier = Copier {
        seen: HashMap::new(),
        links: None,
        archive: false,
        flags: Vec::new(),
        done: Copied::default(),
        progress: &mut |_| {},
    };
    copier.renamed(from, to, &c(name), &c(to_name), shown, Path::new(""), false)?;
    Ok(copier.done)
}

fn c(s: &str) -> CString {
    CString::new(s.replace('\0', "")).unwrap_or_default()
}

fn stat(dir: impl AsFd, name: &CStr) -> rustix::io::Result<Stat> {
    statat(dir, name, AtFlags::SYMLINK_NOFOLLOW)
}

impl Copier<'_> {
    fn dir(&mut self, from: &OwnedFd, to: &OwnedFd, shown: &Path, rel: &Path) -> Result<()> {
        let read = |e: rustix::io::Errno| Error::io(shown, "reading the directory", e);
        let mut names: Vec<CString> = Vec::new();
        for entry in Dir::read_from(from).map_err(read)? {
            let name = entry.map_err(read)?.file_name().to_owned();
            if name.as_bytes() != b"." && name.as_bytes() != b".." {
                names.push(name);
            }
        }
        names.sort();
        for name in names {
            self.entry(from, to, &name, shown, rel, false)?;
        }
        Ok(())
    }

    fn entry(
        &mut self,
        from: &OwnedFd,
        to: &OwnedFd,
        name: &CStr,
        shown: &Path,
        rel: &Path,
        optional: bool,
    ) -> Result<()> {
        self.renamed(from, to, name, name, shown, rel, optional)
    }

    #[expect(
        clippy::too_many_arguments,
        reason = "a directory walk by descriptors needs both sides and both names"
    )]
    fn renamed(
        &mut self,
        from: &OwnedFd,
        to: &OwnedFd,
        name: &CStr,
        new: &CStr,
        shown: &Path,
        rel: &Path,
        optional: bool,
    ) -> Result<()> {
        if super::signal::stopped() {
            return Err(Error::new(
                crate::error::Code::Interrupted,
                shown.display(),
                "interrupted by a signal",
            ));
        }
        let text = name.to_string_lossy();
        let (shown, rel) = (shown.join(&*text), rel.join(new.to_string_lossy().as_ref()));
        let fail = |doing: &str, e: rustix::io::Errno| Error::io(&shown, doing, e);
        let meta = match stat(from, name) {
            Err(rustix::io::Errno::NOENT) if optional => return Ok(()),
            other => other.map_err(|e| fail("reading it", e))?,
        };
        match FileType::from_raw_mode(meta.st_mode) {
            FileType::Directory => {
                match mkdirat(to, new, Mode::from_raw_mode(0o700)) {
                    Err(rustix::io::Errno::EXIST) => {}
                    other => other.map_err(|e| fail("making the copy", e))?,
                }
                let flags = OFlags::DIRECTORY | OFlags::CLOEXEC | OFlags::NOFOLLOW;
                let from_fd = openat(from, name, flags, Mode::empty()).map_err(|e| fail("opening it", e))?;
                let to_fd = openat(to, new, flags, Mode::empty()).map_err(|e| fail("opening the copy", e))?;
                self.dir(&from_fd, &to_fd, &shown, &rel)?;
                self.finish(&from_fd, &to_fd, &shown, &rel)?;
            }
            FileType::RegularFile => self.file(from, to, name, new, &meta, &shown, &rel)?,
            FileType::Symlink => {
                let target = readlinkat(from, name, Vec::new()).map_err(|e| fail("reading the link", e))?;
                let _ = unlinkat(to, new, AtFlags::empty());
                symlinkat(target.as_c_str(), to, new).map_err(|e| fail("making the copy", e))?;
                if self.archive {
                    // SFTP follows the link, so over sshfs this must not be done where there is no need.
                    let made = stat(to, new).map_err(|e| fail("reading the copy", e))?;
                    if (made.st_uid, made.st_gid) != (meta.st_uid, meta.st_gid) {
                        let (uid, gid) = owner(&meta);
                        chownat(to, new, uid, gid, AtFlags::SYMLINK_NOFOLLOW)
                            .map_err(|e| fail("giving the copy its owner", e))?;
                    }
                }
            }
            _ => return Ok(()),
        }
        self.done.entries += 1;
        (self.progress)(self.done);
        Ok(())
    }

    #[expect(clippy::too_many_arguments, reason = "see `renamed`")]
    fn file(
        &mut self,
        from: &OwnedFd,
        to: &OwnedFd,
        name: &CStr,
        new: &CStr,
        meta: &Stat,
        shown: &Path,
        rel: &Path,
    ) -> Result<()> {
        let fail = |doing: &str, e: rustix::io::Errno| Error::io(shown, doing, e);
        let key = (meta.st_dev, meta.st_ino);
        if let (Some(root), Some(first)) = (&self.links, self.seen.get(&key)) {
            let _ = unlinkat(to, new, AtFlags::empty());
            return linkat(root, first, to, new, AtFlags::empty()).map_err(|e| fail("linking the copy", e));
        }
        let flags = OFlags::RDONLY | OFlags::CLOEXEC | OFlags::NOFOLLOW | OFlags::NONBLOCK;
        let source = File::from(openat(from, name, flags, Mode::empty()).map_err(|e| fail("opening it", e))?);
        // Under another name until it is whole: what stood there may be all there is.
        let temp = c(&format!(".jug-{}", uuid::Uuid::new_v4().simple()));
        let flags = OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL | OFlags::CLOEXEC | OFlags::NOFOLLOW;
        let copy = File::from(
            openat(to, &temp, flags, Mode::from_raw_mode(0o600)).map_err(|e| fail("making the copy", e))?,
        );
        let whole =
            content(&source, &copy).map_err(|e| Error::io(shown, "copying it", e)).and_then(|bytes| {
                renameat(to, &temp, to, new).map_err(|e| fail("giving the copy its name", e)).map(|()| bytes)
            });
        let bytes = whole.inspect_err(|_| {
            let _ = unlinkat(to, &temp, AtFlags::empty());
        })?;
        self.done.bytes += bytes;
        if self.archive && meta.st_nlink > 1 {
            self.seen.insert(key, rel.to_path_buf());
        }
        self.attributes(source.as_fd(), copy.as_fd(), meta, shown, rel)
    }

    fn finish(&mut self, from: &OwnedFd, to: &OwnedFd, shown: &Path, rel: &Path) -> Result<()> {
        let meta = rustix::fs::fstat(from).map_err(|e| Error::io(shown, "reading it", e))?;
        self.attributes(from.as_fd(), to.as_fd(), &meta, shown, rel)
    }

    /// Owner before mode (changing the owner clears set-id bits).
    fn attributes(
        &mut self,
        from: BorrowedFd<'_>,
        to: BorrowedFd<'_>,
        meta: &Stat,
        shown: &Path,
        rel: &Path,
    ) -> Result<()> {
        let fail = |doing: &str, e: rustix::io::Errno| Error::io(shown, doing, e);
        let mut mode = Mode::from_raw_mode(meta.st_mode);
        if self.archive {
            let (uid, gid) = owner(meta);
            match fchown(to, uid, gid) {
                Err(rustix::io::Errno::PERM) if !rustix::process::geteuid().is_root() => {}
                other => other.map_err(|e| fail("giving the copy its owner", e))?,
            }
            platform::attributes(from, to).map_err(|e| Error::io(shown, "copying its attributes", e))?;
        } else {
            mode &= Mode::from_raw_mode(0o777);
        }
        fchmod(to, mode).map_err(|e| fail("giving the copy its mode", e))?;
        if self.archive {
            let time = |sec, nsec| Timespec { tv_sec: sec as _, tv_nsec: nsec as _ };
            let times = Timestamps {
                last_access: time(meta.st_atime, meta.st_atime_nsec),
                last_modification: time(meta.st_mtime, meta.st_mtime_nsec),
            };
            futimens(to, &times).map_err(|e| fail("giving the copy its times", e))?;
            let flags = platform::flags(from).map_err(|e| Error::io(shown, "reading its file flags", e))?;
            if flags != 0 {
                self.flags.push((rel.to_path_buf(), flags));
            }
        }
        Ok(())
    }
}

fn owner(meta: &Stat) -> (Option<Uid>, Option<Gid>) {
    (Some(Uid::from_raw(meta.st_uid)), Some(Gid::from_raw(meta.st_gid)))
}

/// The bytes of a file: a clone of its blocks, else copied in the kernel, else through here.
fn content(from: &File, to: &File) -> std::io::Result<u64> {
    if platform::clone(from, to) {
        return Ok(from.metadata()?.len());
    }
    let mut total = 0u64;
    loop {
        match nix::fcntl::copy_file_range(from, None, to, None, 64 << 20) {
            Ok(0) => break,
            Ok(n) => total += n as u64,
            Err(nix::errno::Errno::EINTR) => {}
            Err(e) if total == 0 && e != nix::errno::Errno::ENOSPC => break,
            Err(e) => return Err(e.into()),
        }
    }
    // Some file systems say 0 for files that are not empty (those that make their content as it is read).
    if total == 0 {
        total = std::io::copy(&mut &*from, &mut &*to)?;
    }
    Ok(total)
}

/// What an error says whose tree is too deep for this process.
pub const DEEP: &str = "removing the tree, which is too deep";

/// Removes a tree without following links. The caller has made sure that nothing is mounted below it.
pub fn remove(path: &Path) -> Result<bool> {
    match std::fs::symlink_metadata(path) {
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => return Ok(false),
        Err(e) => return Err(Error::io(path, "removing it", e)),
        Ok(m) if !m.is_dir() => return super::fs::remove_file(path),
        Ok(_) => {}
    }
    // Over NFS names move while a directory is read and emptied, so that a pass may leave some of them.
    let mut tries = 0;
    let removed = loop {
        match std::fs::remove_dir_all(path) {
            Err(e) if e.kind() == std::io::ErrorKind::DirectoryNotEmpty && tries < 5 => tries += 1,
            other => break other,
        }
    };
    match removed {
        Ok(()) => Ok(true),
        // A tree as deep as there are descriptors: rm(1) goes through it another way.
        // So does it through links over NFS, where names come without types: FreeBSD answers EMLINK to opening one as a
        // directory, which the standard library does not know.
        Err(e)
            if [rustix::io::Errno::MFILE, rustix::io::Errno::MLINK]
                .iter()
                .any(|n| e.raw_os_error() == Some(n.raw_os_error())) =>
        {
            Err(Error::io(path, DEEP, e))
        }
        Err(e) => Err(Error::io(path, "removing the tree", e)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};

    #[test]
    fn copies_links_modes_and_names_of_one_file() {
        let t = tempfile::tempdir().unwrap();
        let (from, to) = (t.path().join("a"), t.path().join("b"));
        std::fs::create_dir_all(from.join("d/e")).unwrap();
        std::fs::create_dir(&to).unwrap();
        crate::host::fs::write_atomic(&from.join("d/f"), "hello", 0o4755).unwrap();
        std::fs::hard_link(from.join("d/f"), from.join("d/e/g")).unwrap();
        symlink("/nowhere", from.join("l")).unwrap();
        std::fs::set_permissions(from.join("d/e"), std::fs::Permissions::from_mode(0o1777)).unwrap();
        let done = copy(&from, &to, &[], &mut |_| {}).unwrap();
        assert_eq!((done.entries, done.bytes), (5, 5));
        let (f, g) =
            (std::fs::metadata(to.join("d/f")).unwrap(), std::fs::metadata(to.join("d/e/g")).unwrap());
        assert_eq!((f.ino(), f.mode() & 0o7777), (g.ino(), 0o4755));
        assert_eq!(std::fs::read_link(to.join("l")).unwrap(), Path::new("/nowhere"));
        assert_eq!(std::fs::metadata(to.join("d/e")).unwrap().mode() & 0o7777, 0o1777);
        let part = t.path().join("c");
        std::fs::create_dir(&part).unwrap();
        copy(&from, &part, &["d/e".into(), "missing".into(), "l".into()], &mut |_| {}).unwrap();
        assert!(part.join("d/e/g").exists() && !part.join("d/f").exists() && part.join("l").is_symlink());
        assert!(remove(&part).unwrap() && !remove(&part).unwrap());
    }
}
