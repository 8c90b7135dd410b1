//! A tree as tar(5), for archives: no link is followed, and what is mounted in the tree stays out.

use super::tar::{Kind, Member};
use super::tree::Copied;
use super::{attributes, beneath, stream, tar_write};
use crate::error::{Error, Result};
use crate::model::size::ByteSize;
use rustix::fs::{AtFlags, Dir, FileType, Mode, OFlags, Stat, openat, readlinkat, statat};
use std::collections::HashMap;
use std::ffi::{CStr, CString};
use std::fs::File;
use std::io::{Read, Write};
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

/// Writes the tree below `root` to `to`: owners, modes, times, links, names of one file, extended attributes and file
/// flags. Sockets, pipes and devices are left out, as by a copy. Always in the same order.
///
/// # Errors
/// It can't be read, or `to` can't be written.
pub fn pack(root: &Path, to: &mut dyn Write) -> Result<Copied> {
    let top = beneath::open_root(root)?;
    let device = rustix::fs::fstat(&top).map_err(|e| Error::io(root, "reading it", e))?.st_dev;
    let mut packer = Packer { to, seen: HashMap::new(), device, done: Copied::default(), root };
    packer.dir(&top, Path::new(""))?;
    tar_write::end(packer.to).map_err(|e| Error::io("archive", "writing it", e))?;
    Ok(packer.done)
}

/// Writes these files below `root` to `to`, as far as they are there: their bytes, and nothing of whose they are.
///
/// # Errors
/// One is no plain file or longer than `most`, can't be read, or `to` can't be written.
pub fn files(root: &Path, names: &[String], most: u64, to: &mut dyn Write) -> Result<()> {
    let fail = |e| Error::io("archive", "writing it", e);
    for name in names.iter().filter(|name| super::fs::kind(&root.join(name)).is_some()) {
        let shown = root.join(name);
        let mut bytes = Vec::new();
        beneath::open_file(root, name)?
            .take(most + 1)
            .read_to_end(&mut bytes)
            .map_err(|e| Error::io(&shown, "reading it", e))?;
        if bytes.len() as u64 > most {
            return Err(Error::failed(shown.display(), format!("it is longer than {}", ByteSize(most))));
        }
        tar_write::header(to, &Member::plain(name, bytes.len() as u64))
            .and_then(|()| to.write_all(&bytes))
            .and_then(|()| tar_write::pad(to, bytes.len() as u64))
            .map_err(fail)?;
    }
    tar_write::end(to).map_err(fail)
}

struct Packer<'a> {
    to: &'a mut dyn Write,
    /// Files with several names that are in it already, by inode.
    seen: HashMap<u64, Vec<u8>>,
    device: rustix::fs::Dev,
    done: Copied,
    root: &'a Path,
}

impl Packer<'_> {
    /// A directory, then what is in it.
    fn dir(&mut self, dir: &OwnedFd, rel: &Path) -> Result<()> {
        let shown = self.root.join(rel);
        let fail = |e: rustix::io::Errno| Error::io(&shown, "reading the directory", e);
        let meta = rustix::fs::fstat(dir).map_err(fail)?;
        let mut path = Path::new(".").join(rel).into_os_string().as_bytes().to_vec();
        path.push(b'/');
        let mut member = member(path, Kind::Dir, &meta);
        decorate(&mut member, dir, &shown)?;
        self.put(&member, &shown)?;
        if meta.st_dev != self.device {
            return Ok(());
        }
        let mut names: Vec<CString> = Vec::new();
        for entry in Dir::read_from(dir).map_err(fail)? {
            let name = entry.map_err(fail)?.file_name().to_owned();
            if name.as_bytes() != b"." && name.as_bytes() != b".." {
                names.push(name);
            }
        }
        names.sort();
        names.iter().try_for_each(|name| self.entry(dir, name, rel))
    }

    fn entry(&mut self, dir: &OwnedFd, name: &CStr, rel: &Path) -> Result<()> {
        let rel: PathBuf = rel.join(std::ffi::OsStr::from_bytes(name.to_bytes()));
        let shown = self.root.join(&rel);
        stream::heed(&shown.to_string_lossy())?;
        let fail = |e: rustix::io::Errno| Error::io(&shown, "reading it", e);
        let meta = statat(dir, name, AtFlags::SYMLINK_NOFOLLOW).map_err(fail)?;
        let path = Path::new(".").join(&rel).into_os_string().as_bytes().to_vec();
        let flags = OFlags::CLOEXEC | OFlags::NOFOLLOW;
        match FileType::from_raw_mode(meta.st_mode) {
            FileType::Directory => {
                let below = openat(dir, name, flags | OFlags::DIRECTORY, Mode::empty()).map_err(fail)?;
                self.dir(&below, &rel)
            }
            FileType::Symlink => {
                let mut it = member(path, Kind::Link, &meta);
                it.link = readlinkat(dir, name, Vec::new()).map_err(fail)?.into_bytes();
                self.put(&it, &shown)
            }
            FileType::RegularFile => {
                if let Some(first) = self.seen.get(&meta.st_ino) {
                    let it = Member { link: first.clone(), size: 0, ..member(path, Kind::Name, &meta) };
                    return self.put(&it, &shown);
                }
                let file = openat(dir, name, flags | OFlags::NONBLOCK, Mode::empty()).map_err(fail)?;
                self.file(File::from(file), path, &shown)
            }
            _ => Ok(()),
        }
    }

    fn file(&mut self, file: File, path: Vec<u8>, shown: &Path) -> Result<()> {
        let meta = rustix::fs::fstat(&file).map_err(|e| Error::io(shown, "reading it", e))?;
        let mut it = member(path, Kind::File, &meta);
        it.size = u64::try_from(meta.st_size).unwrap_or(0);
        decorate(&mut it, &file, shown)?;
        if meta.st_nlink > 1 {
            self.seen.insert(meta.st_ino, it.path.clone());
        }
        self.put(&it, shown)?;
        let copied =
            std::io::copy(&mut file.take(it.size), self.to).map_err(|e| Error::io(shown, "copying it", e))?;
        if copied != it.size {
            return Err(Error::failed(shown.display(), "it became shorter while it was read"));
        }
        self.done.bytes += copied;
        tar_write::pad(self.to, it.size).map_err(|e| Error::io(shown, "copying it", e))
    }

    fn put(&mut self, member: &Member, shown: &Path) -> Result<()> {
        self.done.entries += 1;
        tar_write::header(self.to, member).map_err(|e| Error::io(shown, "copying it", e))
    }
}

/// What only an open file says of itself.
fn decorate(member: &mut Member, file: impl AsFd, shown: &Path) -> Result<()> {
    member.attributes = attributes::read(file.as_fd());
    let flags = attributes::flags(file.as_fd()).map_err(|e| Error::io(shown, "reading its file flags", e))?;
    member.flags = attributes::words(flags);
    Ok(())
}

fn member(path: Vec<u8>, kind: Kind, meta: &Stat) -> Member {
    Member {
        path,
        kind,
        link: Vec::new(),
        size: 0,
        // Of 16 bits on FreeBSD.
        mode: u64::from(meta.st_mode & 0o7777) as u32,
        uid: meta.st_uid,
        gid: meta.st_gid,
        mtime: (meta.st_mtime as _, u32::try_from(meta.st_mtime_nsec).unwrap_or(0)),
        attributes: Vec::new(),
        flags: String::new(),
    }
}
