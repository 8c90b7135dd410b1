//! A tar(5) of somebody else's as a tree: whatever it says, nothing outside of its root is made, changed or read.
//!
//! Not tar(1): GNU tar and bsdtar differ in what they refuse, neither has a bound, and both make device nodes. Here a
//! name is walked component by component from the root's own descriptor, a link on the way is refused, nothing that is
//! there is opened for writing or replaced, and what is done is what was checked.

use super::stream::{self, Bounds};
use super::tar::{BLOCK, Kind, Member, Reader};
use super::tree::Copied;
use super::{attributes, beneath};
use crate::error::{Error, Result};
use rustix::fs::{AtFlags, Gid, Mode, OFlags, Timespec, Timestamps, Uid};
use rustix::fs::{chownat, fchmod, fchown, futimens, linkat, mkdirat, openat, statat, symlinkat, utimensat};
use rustix::io::Errno;
use std::collections::HashSet;
use std::ffi::CString;
use std::fs::File;
use std::io::{Read, Seek, SeekFrom, Write};
use std::os::fd::{AsFd, OwnedFd};
use std::path::{Path, PathBuf};

/// The longest name that is taken, and the longest part of one.
const PATH: usize = 4095;
const PART: usize = 255;

/// Puts members into a directory that is empty.
#[derive(Debug)]
pub struct Unpacker {
    root: OwnedFd,
    path: PathBuf,
    bounds: Bounds,
    /// How many leading parts of names are left out.
    strip: usize,
    /// The directory that was used last.
    last: Option<(Vec<CString>, OwnedFd)>,
    /// Directories get their modes and times when all else is there.
    dirs: Vec<(Vec<CString>, Member)>,
    named: HashSet<Vec<CString>>,
    flags: Vec<(Vec<CString>, u32)>,
    done: Copied,
}

/// The parts of a name in an archive.
///
/// # Errors
/// It is absolute, leads upwards, or is longer than any.
pub fn parts(path: &[u8]) -> Result<Vec<CString>> {
    let refuse = |why: &str| {
        let shown = crate::model::name::printable(&String::from_utf8_lossy(&path[..path.len().min(PATH)]));
        Err(Error::usage("", format!("`{shown}` in it {why}: nothing outside of its root is touched")))
    };
    if path.starts_with(b"/") {
        return refuse("is an absolute path");
    }
    if path.len() > PATH || path.split(|b| *b == b'/').any(|p| p.len() > PART) {
        return refuse("is longer than a path can be");
    }
    let mut all = Vec::new();
    for part in path.split(|b| *b == b'/') {
        match part {
            b"" | b"." => {}
            b".." => return refuse("leads upwards"),
            _ => match CString::new(part) {
                Ok(part) => all.push(part),
                Err(_) => return refuse("holds a zero"),
            },
        }
    }
    Ok(all)
}

impl Unpacker {
    /// For a directory that is empty.
    ///
    /// # Errors
    /// It is not there.
    pub fn new(path: &Path, bounds: Bounds, strip: usize) -> Result<Self> {
        Ok(Self {
            root: beneath::open_root(path)?,
            path: path.to_path_buf(),
            bounds,
            strip,
            last: None,
            dirs: Vec::new(),
            named: HashSet::new(),
            flags: Vec::new(),
            done: Copied::default(),
        })
    }

    /// Takes the member that `from` is at.
    ///
    /// # Errors
    /// It would be outside, is there already, does not fit, or can't be written.
    pub fn take<R: Read>(&mut self, member: &Member, from: &mut Reader<R>) -> Result<()> {
        let shown = member.shown();
        stream::heed(&shown)?;
        // What is empty takes room as well.
        self.done.bytes = self.done.bytes.saturating_add(member.size);
        self.done.entries += 1;
        if self.done.bytes > self.bounds.most {
            return Err(stream::too_long("", self.bounds.most));
        }
        if self.done.bytes.saturating_add(self.done.entries * BLOCK as u64) > self.bounds.room {
            return Err(stream::no_room(""));
        }
        let mut at = self.inside(&member.path)?;
        let Some(name) = at.pop() else {
            return match member.kind {
                Kind::Dir if self.named.insert(Vec::new()) => {
                    self.dirs.push((Vec::new(), member.clone()));
                    Ok(())
                }
                Kind::Dir => Err(twice(&shown)),
                _ => Err(Error::usage("", "its root is no directory")),
            };
        };
        let dir = self.directory(&at, true, &shown)?;
        let made = |e: Errno| match e {
            Errno::EXIST => twice(&shown),
            e => Error::io(&shown, "making it", e),
        };
        match member.kind {
            Kind::Dir => {
                at.push(name.clone());
                if !self.named.insert(at.clone()) {
                    return Err(twice(&shown));
                }
                match mkdirat(&dir, &name, Mode::from_raw_mode(0o700)) {
                    // A member in it came before.
                    Err(Errno::EXIST) => drop(self.directory(&at, false, &shown)?),
                    other => other.map_err(made)?,
                }
                self.dirs.push((at, member.clone()));
            }
            Kind::File => {
                let flags =
                    OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL | OFlags::CLOEXEC | OFlags::NOFOLLOW;
                let file = openat(&dir, &name, flags, Mode::from_raw_mode(0o600)).map_err(made)?;
                let mut file = File::from(file);
                content(from, &mut file, member.size, &shown)?;
                attribute(&file, member, &shown)?;
                at.push(name);
                self.flag(at, member);
            }
            Kind::Link => {
                let target = CString::new(member.link.as_slice()).ok().filter(|t| !t.is_empty());
                let target = target
                    .ok_or_else(|| Error::usage("", format!("the link `{shown}` in it leads nowhere")))?;
                symlinkat(&target, &dir, &name).map_err(made)?;
                let nofollow = AtFlags::SYMLINK_NOFOLLOW;
                let (uid, gid) = owner(member);
                chownat(&dir, &name, uid, gid, nofollow)
                    .map_err(|e| Error::io(&shown, "giving it its owner", e))?;
                // Not every file system keeps times of links.
                let _ = utimensat(&dir, &name, &times(member), nofollow);
            }
            Kind::Name => {
                let mut target = self.inside(&member.link)?;
                let other = target
                    .pop()
                    .ok_or_else(|| Error::usage("", format!("`{shown}` in it names its root")))?;
                let from = self.directory(&target, false, &shown)?;
                let meta = statat(&from, &other, AtFlags::SYMLINK_NOFOLLOW);
                if !meta.is_ok_and(|m| rustix::fs::FileType::from_raw_mode(m.st_mode).is_file()) {
                    return Err(Error::usage(
                        "",
                        format!("`{shown}` in it is another name of what is no file before it"),
                    ));
                }
                linkat(&from, &other, &dir, &name, AtFlags::empty()).map_err(made)?;
            }
        }
        Ok(())
    }

    /// How much has come so far.
    pub fn done(&self) -> Copied {
        self.done
    }

    /// Gives the directories what they get when they are full, and all their file flags.
    ///
    /// # Errors
    /// That can't be done.
    pub fn finish(mut self) -> Result<Copied> {
        let dirs = std::mem::take(&mut self.dirs);
        // What is below comes later in the list as in the tree, or by itself.
        for (at, member) in dirs.iter().rev() {
            let shown = member.shown();
            let dir = self.directory(at, false, &shown)?;
            attribute(&dir, member, &shown)?;
            self.flag(at.clone(), member);
        }
        for (at, flags) in &self.flags {
            use std::os::unix::ffi::OsStrExt;
            let parts = at.iter().map(|p| std::ffi::OsStr::from_bytes(p.to_bytes()));
            // No part of it is a link, and nobody else was here.
            let path: PathBuf = std::iter::once(self.path.as_os_str()).chain(parts).collect();
            match attributes::set_flags(&path, *flags) {
                Err(e) if e.kind() == std::io::ErrorKind::Unsupported => break,
                other => other.map_err(|e| Error::io(&path, "giving it its file flags", e))?,
            }
        }
        Ok(self.done)
    }

    fn flag(&mut self, at: Vec<CString>, member: &Member) {
        let flags = attributes::of_words(&member.flags);
        if flags != 0 {
            self.flags.push((at, flags));
        }
    }

    fn inside(&self, path: &[u8]) -> Result<Vec<CString>> {
        Ok(parts(path)?.into_iter().skip(self.strip).collect())
    }

    /// Opens a directory below the root; with `make`, missing ones are made.
    fn directory(&mut self, at: &[CString], make: bool, shown: &str) -> Result<OwnedFd> {
        let again = |fd: &OwnedFd| fd.try_clone().map_err(|e| Error::io(shown, "opening its directory", e));
        if let Some((last, fd)) = &self.last
            && last == at
        {
            return again(fd);
        }
        let flags = OFlags::DIRECTORY | OFlags::CLOEXEC | OFlags::NOFOLLOW;
        let mut dir = again(&self.root)?;
        for part in at {
            if make {
                match mkdirat(&dir, part, Mode::from_raw_mode(0o755)) {
                    Ok(()) | Err(Errno::EXIST) => {}
                    Err(e) => return Err(Error::io(shown, "making its directory", e)),
                }
            }
            dir = openat(&dir, part, flags, Mode::empty()).map_err(|e| match e {
                Errno::LOOP | Errno::MLINK | Errno::NOTDIR | Errno::NOENT => Error::usage(
                    "",
                    format!("`{shown}` in it leads through a link, or through what is no directory"),
                ),
                e => Error::io(shown, "opening its directory", e),
            })?;
        }
        self.last = Some((at.to_vec(), again(&dir)?));
        Ok(dir)
    }
}

/// Unpacks a tar that jug has written; `tick` is told how far it is.
///
/// # Errors
/// It is damaged, or does what [`Unpacker::take`] refuses.
pub fn tree(from: &mut dyn Read, to: &Path, bounds: Bounds, tick: &mut dyn FnMut(Copied)) -> Result<Copied> {
    let (mut members, mut all) = (Reader::new(from), Unpacker::new(to, bounds, 0)?);
    while let Some(member) = members.member()? {
        all.take(&member, &mut members)?;
        tick(all.done());
    }
    members.finish()?;
    all.finish()
}

/// Takes files that [`super::pack::files`] has written: just these names, each closed to others, none longer than `most`.
/// Returns how many bytes they have.
///
/// # Errors
/// It is damaged, or there is anything else in it.
pub fn files(from: &mut dyn Read, to: &Path, names: &[String], most: u64) -> Result<u64> {
    let (mut members, mut length) = (Reader::new(from), 0);
    while let Some(member) = members.member()? {
        let name = names.iter().find(|name| member == Member::plain(name, member.size));
        let Some(name) = name.map(|name| to.join(name)) else {
            return Err(Error::usage(
                "",
                format!("`{}` in it is nothing that belongs to a VM", member.shown()),
            ));
        };
        let bytes = members.short(most)?;
        if let Some(dir) = name.parent().filter(|dir| *dir != to) {
            super::fs::make_dir(dir, 0o700)?;
        }
        if super::fs::kind(&name).is_some() {
            return Err(twice(&member.shown()));
        }
        let mut file = super::fs::create_private(&name)?;
        file.write_all(&bytes).map_err(|e| Error::io(&name, "writing it", e))?;
        length += member.size;
    }
    members.finish().map(|_| length)
}

fn twice(shown: &str) -> Error {
    Error::usage("", format!("`{shown}` is in it twice"))
}

fn owner(member: &Member) -> (Option<Uid>, Option<Gid>) {
    (Some(Uid::from_raw(member.uid)), Some(Gid::from_raw(member.gid)))
}

fn times(member: &Member) -> Timestamps {
    let time = Timespec { tv_sec: member.mtime.0 as _, tv_nsec: member.mtime.1 as _ };
    Timestamps { last_access: time, last_modification: time }
}

/// The bytes of a file, with holes for what is zero.
fn content(from: &mut dyn Read, to: &mut File, size: u64, shown: &str) -> Result<()> {
    let mut buffer = vec![0u8; 1 << 20];
    let (mut left, mut hole) = (size, false);
    while left > 0 {
        stream::heed(shown)?;
        let most = usize::try_from(left).unwrap_or(usize::MAX).min(buffer.len());
        let n = stream::fill(from, &mut buffer[..most]).map_err(|e| match e.kind() {
            std::io::ErrorKind::UnexpectedEof => Error::usage("", "it is cut off: its end is missing"),
            _ => Error::io(shown, "reading it", e),
        })?;
        left -= n as u64;
        for block in buffer[..n].chunks(stream::BLOCK) {
            hole = stream::is_zero(block);
            let put = match hole {
                true => to.seek(SeekFrom::Current(block.len() as i64)).map(drop),
                false => to.write_all(block),
            };
            put.map_err(|e| Error::io(shown, "writing it", e))?;
        }
    }
    if hole {
        to.set_len(size).map_err(|e| Error::io(shown, "writing it", e))?;
    }
    Ok(())
}

/// Owner first: changing it clears set-id bits and capabilities.
fn attribute(file: impl AsFd, member: &Member, shown: &str) -> Result<()> {
    let fail = |doing: &str, e: std::io::Error| Error::io(shown, doing, e);
    let (uid, gid) = owner(member);
    fchown(&file, uid, gid).map_err(|e| fail("giving it its owner", e.into()))?;
    for (name, value) in member.attributes.iter().filter(|(name, _)| attributes::is_taken(name)) {
        attributes::write(file.as_fd(), name, value).map_err(|e| fail("giving it its attributes", e))?;
    }
    fchmod(&file, Mode::from_raw_mode(member.mode as _)).map_err(|e| fail("giving it its mode", e.into()))?;
    futimens(&file, &times(member)).map_err(|e| fail("giving it its times", e.into()))
}

#[cfg(test)]
#[path = "unpack_tests.rs"]
mod tests;
