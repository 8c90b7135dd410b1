//! Archives that are given to jimport and vm-import: what each is by how it begins, and what comes out of it.

use super::session::Session;
use crate::error::{Code, Error, Result};
use crate::host::archive::{self, MANIFEST};
use crate::host::stream::{Bounds, fill};
use crate::host::tar::{Kind, Member, Reader};
use crate::host::tree::Copied;
use crate::host::unpack::{Unpacker, parts};
use crate::host::{Host, signal, stream};
use crate::model::archive::Manifest;
use crate::model::bastille::Found;
use crate::model::image::{Content, Packing, content};
use crate::model::name::DatasetName;
use crate::programs::{unpack as programs, zfs_snapshot};
use std::ffi::CString;
use std::fs::File;
use std::io::{Cursor, Read, Write};
use std::os::fd::AsFd;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

type From = Box<dyn Read + Send>;

/// An archive of jug's, read on by whoever writes to a program. None once its sums are compared.
#[derive(Clone)]
struct Own(Arc<Mutex<Option<archive::Reader<From>>>>);

impl Own {
    fn part(&self, name: &str, to: &mut dyn Write) -> Result<()> {
        match self.0.lock().as_deref_mut() {
            Ok(Some(reader)) => reader.part(name, to),
            _ => Err(Error::failed("archive", "it was read already")),
        }
    }
}

/// How the bytes of a tar come out of what is given.
enum Way {
    Own(Own, Box<Manifest>),
    Packed(Packing, From),
    Plain(From),
}

/// An archive of which the begin was read.
#[expect(missing_debug_implementations, reason = "it holds a stream")]
pub struct Given(Way);

impl Given {
    /// What an archive of jug's says of itself.
    pub fn manifest(&self) -> Option<&Manifest> {
        match &self.0 {
            Way::Own(_, manifest) => Some(manifest),
            _ => None,
        }
    }
}

/// Standard input, which is not waited for once jug is to end.
struct Patient(std::io::Stdin);

impl Read for Patient {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        use rustix::event::{PollFd, PollFlags, Timespec, poll};
        let limit = Timespec { tv_sec: 0, tv_nsec: 200_000_000 };
        loop {
            if signal::stopped() {
                return Err(std::io::ErrorKind::Interrupted.into());
            }
            let fd = self.0.as_fd();
            match poll(&mut [PollFd::new(&fd, PollFlags::IN)], Some(&limit)) {
                Ok(0) | Err(rustix::io::Errno::INTR) => {}
                Ok(_) => return self.0.lock().read(buffer),
                Err(e) => return Err(e.into()),
            }
        }
    }
}

/// Opens a file, or standard input for `-`, and looks what it is.
///
/// # Errors
/// It is not there, or nothing that can be taken.
pub fn open(s: &Session, file: &str) -> Result<Given> {
    let mut from: From = match file {
        "-" => Box::new(Patient(std::io::stdin())),
        _ => {
            let path = super::absolute(Path::new(file))?;
            let missing = |e: std::io::Error| {
                let code =
                    if e.kind() == std::io::ErrorKind::NotFound { Code::NotFound } else { Code::Failed };
                Error::io(path.as_path(), "opening it", e).code(code)
            };
            Box::new(File::open(path.as_path()).map_err(missing)?)
        }
    };
    let mut head = vec![0u8; 512];
    let n = fill(&mut from, &mut head).map_err(|e| Error::io(file, "reading it", e))?;
    head.truncate(n);
    let kind = kind(&head).map_err(|e| Error { object: file.to_string(), ..e })?;
    let from: From = Box::new(Cursor::new(head).chain(from));
    Ok(Given(match kind {
        None if !s.host.has("zstd") => {
            return Err(Error::lacks(file, "there is no zstd(1) to unpack it").next("apt-get install zstd"));
        }
        None => {
            let named =
                |e: Error| if e.object.is_empty() { Error { object: file.to_string(), ..e } } else { e };
            let (reader, text) = archive::Reader::open(from).map_err(named)?;
            Way::Own(Own(Arc::new(Mutex::new(Some(reader)))), Box::new(Manifest::read(&text)?))
        }
        Some(Content::Packed(packing)) => Way::Packed(packing, from),
        Some(Content::Disk(_)) => Way::Plain(from),
    }))
}

/// What begins so; none for jug's own.
fn kind(head: &[u8]) -> Result<Option<Content>> {
    stream_of_zfs(head)?;
    if head.starts_with(MANIFEST.as_bytes()) && head.get(MANIFEST.len()) == Some(&0) {
        return Ok(None);
    }
    if head.starts_with(b"PK\x03\x04") {
        return Err(Error::usage("", "it is a zip, as iocage exports it, of streams of ZFS").next(
            "unzip it; zfs receive -u POOL/x <NAME_DATE_root and zfs mount POOL/x; then \
             tar -C /POOL/x -cf - . | jug jimport - --as NAME",
        ));
    }
    match content(head, 0) {
        Ok(Content::Packed(packing)) => Ok(Some(Content::Packed(packing))),
        _ if head.get(257..262) == Some(b"ustar") => Ok(Some(Content::Disk(crate::model::image::Disk::Raw))),
        _ => {
            Err(Error::usage("", "it is no archive that is known: neither jug's nor a tar(1), packed or not"))
        }
    }
}

/// Refuses what `zfs send` writes: DMU_BACKUP_MAGIC stands in the second 8 bytes (sys/zfs_ioctl.h), in the byte order of
/// who wrote it.
fn stream_of_zfs(head: &[u8]) -> Result<()> {
    let magic = 0x0002_f5ba_cbac_u64;
    let found = head.get(8..16).and_then(|b| b.try_into().ok()).map(u64::from_le_bytes);
    match found {
        Some(n) if n == magic || n.swap_bytes() == magic => Err(Error::usage(
            "",
            "it is a stream of ZFS, as pot and Bastille (without --txz) export it",
        )
        .next(
            "unpack it and zfs receive -u POOL/x <it; zfs mount -a; then tar -C its root (pot: /POOL/x/m) \
                 -cf - . | jug jimport - --as NAME",
        )),
        _ => Ok(()),
    }
}

/// Hands a part of what is in an archive on; what jug did not write is one part.
///
/// # Errors
/// What `take` says, or that it is damaged.
pub fn unpack<T>(
    s: &Session,
    given: &mut Given,
    part: &str,
    take: &mut dyn FnMut(&mut dyn Read) -> Result<T>,
) -> Result<T> {
    let (packing, mut from) = match &mut given.0 {
        Way::Own(own, _) => {
            let (own, part) = (own.clone(), part.to_string());
            let feed = Box::new(move |to: &mut dyn Write| own.part(&part, to));
            return s.host.through(&programs::unpack(Packing::Zstd), feed, take);
        }
        Way::Plain(from) => return take(from),
        Way::Packed(packing, from) => (*packing, std::mem::replace(from, Box::new(std::io::empty()))),
    };
    let feed = Box::new(move |to: &mut dyn Write| {
        std::io::copy(&mut from, to).map(drop).map_err(|e| Error::io("archive", "reading it", e))
    });
    s.host.through(&programs::unpack(packing), feed, take)
}

/// Sees, once all parts were read, that all of it came, and as it was written.
///
/// # Errors
/// It did not.
pub fn end(given: Given) -> Result<()> {
    match given.0 {
        Way::Own(own, _) => match own.0.lock().map(|mut reader| reader.take()) {
            Ok(Some(reader)) => reader.end(),
            _ => Err(Error::failed("archive", "it was read already")),
        },
        _ => Ok(()),
    }
}

/// Gives a stream of ZFS to zfs(8), which puts it in the place of what is in the dataset.
///
/// # Errors
/// It is damaged, or zfs(8) does not take it.
pub fn receive(s: &Session, given: &Given, part: &str, set: &DatasetName) -> Result<u64> {
    let (host, count) = (s.host.clone(), Arc::new(AtomicU64::new(0)));
    let counted = Arc::clone(&count);
    let Way::Own(own, _) = &given.0 else {
        return Err(Error::failed(set, "only an archive of jug's has a stream of ZFS"));
    };
    let (own, part) = (own.clone(), part.to_string());
    let feed = Box::new(move |to: &mut dyn Write| {
        let packed = Box::new(move |to: &mut dyn Write| own.part(&part, to));
        host.through(&programs::unpack(Packing::Zstd), packed, &mut |from| {
            let n = std::io::copy(from, to).map_err(|e| Error::io("archive", "handing it to zfs", e))?;
            counted.store(n, Ordering::Relaxed);
            Ok(())
        })
    });
    s.host.through(&zfs_snapshot::receive(set), feed, &mut |said| {
        std::io::copy(said, &mut std::io::sink()).map(drop).map_err(|e| Error::io("zfs", "reading it", e))
    })?;
    Ok(count.load(Ordering::Relaxed))
}

/// Unpacks a tar that jug did not write: a root as it is, or what Bastille exports, `NAME/root` with files beside it.
///
/// # Errors
/// It is damaged, hostile, or there is no userland in it.
pub fn foreign(
    from: &mut dyn Read,
    to: &Path,
    bounds: Bounds,
    tick: &mut dyn FnMut(Copied),
) -> Result<(Copied, Option<Found>)> {
    let mut head = vec![0u8; 512];
    let n = fill(from, &mut head).map_err(|e| Error::io("archive", "reading it", e))?;
    stream_of_zfs(&head[..n])?;
    let mut members = Reader::new(Cursor::new(&head[..n]).chain(from));
    let first = members.member()?;
    let second = if first.is_some() { members.member()? } else { None };
    let found = match (&first, &second) {
        (Some(a), Some(b)) => bastille(a, b)?,
        _ => None,
    };
    let mut all = Unpacker::new(to, bounds, if found.is_some() { 2 } else { 0 })?;
    let mut found = found.map(|top| (top, Found::default()));
    // The first one's bytes are passed over already: that of Bastille's is a directory, and another is no root.
    if let Some(first) = first {
        if first.kind == Kind::File && first.size > 0 {
            return Err(
                Error::usage("", "it begins with a file, as no root does").next("tar -C ROOT -cf - .")
            );
        }
        each(&first, &mut members, &mut all, &mut found)?;
    }
    let mut next = second;
    while let Some(member) = next {
        each(&member, &mut members, &mut all, &mut found)?;
        tick(all.done());
        next = members.member()?;
    }
    members.finish()?;
    let done = all.finish()?;
    match std::fs::symlink_metadata(to.join("bin")) {
        Ok(_) => Ok((done, found.map(|(_, found)| found))),
        Err(_) => Err(Error::usage("", "there is no userland in it: /bin is missing")
            .next("give the tar of a root, made with tar -C ROOT -cf - .")),
    }
}

/// The name of the directory that all of it lies in, if it is Bastille's.
fn bastille(first: &Member, second: &Member) -> Result<Option<CString>> {
    let (a, b) = (parts(&first.path)?, parts(&second.path)?);
    let beside = ["root", "jail.conf", "fstab", "settings.conf", "rctl.conf", "cpuset.conf"];
    let it = first.kind == Kind::Dir
        && a.len() == 1
        && b.len() == 2
        && a[0] == b[0]
        && beside.iter().any(|f| b[1].as_bytes() == f.as_bytes());
    Ok(a.into_iter().next().filter(|_| it))
}

fn each<R: Read>(
    member: &Member,
    from: &mut Reader<R>,
    all: &mut Unpacker,
    found: &mut Option<(CString, Found)>,
) -> Result<()> {
    let Some((top, found)) = found else { return all.take(member, from) };
    let at = parts(&member.path)?;
    let name: Vec<&[u8]> = at.iter().map(|p| p.as_bytes()).collect();
    match name[..] {
        [other, ..] if other != top.as_bytes() => {
            Err(Error::usage("", format!("`{}` in it is not where Bastille puts anything", member.shown())))
        }
        [_, b"root", ..] => {
            if member.kind == Kind::Name
                && parts(&member.link)?.get(1).is_none_or(|p| p.as_bytes() != b"root")
            {
                return Err(Error::usage(
                    "",
                    format!("`{}` in it is another name of what is not in its root", member.shown()),
                ));
            }
            all.take(member, from)
        }
        [_, file] if member.kind == Kind::File => {
            stream::heed("archive")?;
            let text = String::from_utf8_lossy(&from.short(1 << 20)?).into_owned();
            found.file(&String::from_utf8_lossy(file), text);
            Ok(())
        }
        [_, other, ..] => {
            found.left_out(&String::from_utf8_lossy(other));
            Ok(())
        }
        _ => Ok(()),
    }
}
