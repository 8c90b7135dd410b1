//! Long files: copied and hashed in one pass, within bounds, in little memory.

use super::signal;
use crate::error::{Code, Error, Result};
use crate::model::size::ByteSize;
use crate::model::sum::{Algorithm, Sum};
use rustix::fs::OFlags;
use sha2::{Digest, Sha256, Sha512};
use std::fs::{File, OpenOptions};
use std::io::{Read, Seek, SeekFrom, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

/// What is read and written at once.
pub(super) const CHUNK: usize = 1 << 20;
/// The unit in which holes are made.
pub(super) const BLOCK: usize = 64 << 10;
/// What is left free of a file system, at most; of a small one, a twentieth.
const RESERVE: u64 = 1 << 30;

/// Makes sums while bytes pass by.
#[derive(Debug)]
pub struct Hasher(Kind);

#[derive(Debug)]
enum Kind {
    Sha256(Sha256),
    Sha512(Sha512),
}

impl Hasher {
    /// One of a kind.
    pub fn new(algorithm: Algorithm) -> Self {
        Self(match algorithm {
            Algorithm::Sha256 => Kind::Sha256(Sha256::new()),
            Algorithm::Sha512 => Kind::Sha512(Sha512::new()),
        })
    }
    /// Takes bytes in.
    pub fn update(&mut self, bytes: &[u8]) {
        match &mut self.0 {
            Kind::Sha256(h) => h.update(bytes),
            Kind::Sha512(h) => h.update(bytes),
        }
    }
    /// The sum of all.
    pub fn sum(self) -> Sum {
        match self.0 {
            Kind::Sha256(h) => Sum::new(Algorithm::Sha256, &h.finalize()),
            Kind::Sha512(h) => Sum::new(Algorithm::Sha512, &h.finalize()),
        }
    }
}

/// How much may be written.
#[derive(Clone, Copy, Debug)]
pub struct Bounds {
    /// Bytes that the file may be long.
    pub most: u64,
    /// Bytes that it may take of its file system.
    pub room: u64,
}

/// Bytes that may be written below `dir` so that something is left for others.
///
/// # Errors
/// The file system can't be asked.
pub fn room(dir: &Path) -> Result<u64> {
    let it = rustix::fs::statvfs(dir).map_err(|e| Error::io(dir, "asking how much is free", e))?;
    let reserve = (it.f_blocks.saturating_mul(it.f_frsize) / 20).min(RESERVE);
    Ok(it.f_bavail.saturating_mul(it.f_frsize).saturating_sub(reserve))
}

/// What is said where a file would not fit.
pub fn no_room(object: impl std::fmt::Display) -> Error {
    Error::failed(
        object,
        "it does not fit: hardly anything would be left free on the file system of the workdir",
    )
    .next("make room (df -h), and give the command again")
}

/// What is said where something is longer than was asked for.
pub fn too_long(object: impl std::fmt::Display, most: u64) -> Error {
    Error::failed(object, format!("it is longer than {}, and was not taken", ByteSize(most)))
        .next("if it ought to be that long: --max-size SIZE")
}

/// Copies `from`, which is called `object`, to a new file, with holes for what is zero, and syncs it. `tick` is told how
/// far it is. Returns the length and the sum.
///
/// # Errors
/// It is beyond the bounds, can't be read or written, or jug was told to end.
pub fn copy(
    from: &mut dyn Read,
    object: &str,
    to: &Path,
    (algorithm, bounds): (Algorithm, Bounds),
    tick: &mut dyn FnMut(u64),
) -> Result<(u64, Sum)> {
    let fail = |e| Error::io(to, "writing it", e);
    let mut out = super::fs::create_private(to)?;
    let (mut hash, mut buffer) = (Hasher::new(algorithm), vec![0u8; CHUNK]);
    let (mut length, mut taken) = (0u64, 0u64);
    loop {
        let n = fill(from, &mut buffer).map_err(|e| Error::io(object, "reading it", e))?;
        if n == 0 {
            break;
        }
        heed(object)?;
        hash.update(&buffer[..n]);
        length += n as u64;
        if length > bounds.most {
            return Err(too_long(object, bounds.most));
        }
        for block in buffer[..n].chunks(BLOCK) {
            if is_zero(block) {
                out.seek(SeekFrom::Current(block.len() as i64)).map_err(fail)?;
                continue;
            }
            taken += block.len() as u64;
            if taken > bounds.room {
                return Err(no_room(object));
            }
            out.write_all(block).map_err(fail)?;
        }
        tick(length);
    }
    // A hole at the end is none before the length says so.
    out.set_len(length).and_then(|()| out.sync_all()).map_err(fail)?;
    Ok((length, hash.sum()))
}

/// Opens a disk. Others may write to what a file lies on, and a link there would lead anywhere. On Linux the names of
/// volumes are links, and those of disks by what they are, which udev(7) makes.
///
/// # Errors
/// It is not there, or a link.
pub(super) fn open_disk(path: &Path, how: &mut OpenOptions, more: OFlags) -> std::io::Result<File> {
    let device = path.starts_with("/dev") && !path.starts_with("/dev/shm");
    let links = if device { OFlags::empty() } else { OFlags::NOFOLLOW };
    how.custom_flags((links | OFlags::CLOEXEC | more).bits() as i32).open(path)
}

/// Writes what comes to a file or device in which there is nothing yet: what is zero is left out. Returns how far it came.
pub(super) fn pour(
    from: &mut dyn Read,
    object: &str,
    (out, to): (&mut File, &Path),
    room: u64,
    tick: &mut dyn FnMut(u64),
) -> Result<u64> {
    let (mut buffer, mut at, mut taken) = (vec![0u8; CHUNK], 0u64, 0u64);
    loop {
        let n = fill(from, &mut buffer).map_err(|e| Error::io(object, "reading it", e))?;
        if n == 0 {
            return Ok(at);
        }
        heed(&to.to_string_lossy())?;
        for block in buffer[..n].chunks(BLOCK) {
            if !is_zero(block) {
                taken += block.len() as u64;
                if taken > room {
                    return Err(no_room(object));
                }
                out.seek(SeekFrom::Start(at))
                    .and_then(|_| out.write_all(block))
                    .map_err(|e| Error::io(to, "writing it", e))?;
            }
            at += block.len() as u64;
        }
        tick(at);
    }
}

/// Reads a disk of a VM, which has that size, to its end.
///
/// # Errors
/// It is a link, has another size, or can't be read; or `to` takes no more.
pub fn read_disk(path: &Path, size: u64, to: &mut dyn Write) -> Result<()> {
    let fail = |e| Error::io(path, "reading it", e);
    let mut disk = open_disk(path, OpenOptions::new().read(true), OFlags::empty()).map_err(fail)?;
    let length = disk.seek(SeekFrom::End(0)).and_then(|n| disk.rewind().map(|()| n)).map_err(fail)?;
    if length != size {
        let reason = format!("it has {}, and the VM's TOML says {}", ByteSize(length), ByteSize(size));
        return Err(
            Error::failed(path.display(), reason).next("truncate(1), or zfs set volsize, makes it that long")
        );
    }
    let (mut buffer, mut left) = (vec![0u8; CHUNK], size);
    while left > 0 {
        heed(&path.to_string_lossy())?;
        let most = usize::try_from(left).unwrap_or(usize::MAX).min(CHUNK);
        disk.read_exact(&mut buffer[..most]).map_err(fail)?;
        to.write_all(&buffer[..most]).map_err(|e| Error::io(path, "handing it on", e))?;
        left -= most as u64;
    }
    Ok(())
}

/// Writes a disk of a VM, called `object`, to the file or device of that size that was made for it.
///
/// # Errors
/// There is more or less of it than that, it does not fit, or can't be written.
pub fn write_disk(
    from: &mut dyn Read,
    object: &str,
    (to, size): (&Path, u64),
    room: u64,
    tick: &mut dyn FnMut(u64),
) -> Result<()> {
    let fail = |e| Error::io(to, "writing it", e);
    let mut out = open_disk(to, OpenOptions::new().write(true), OFlags::empty()).map_err(fail)?;
    let came = pour(&mut from.take(size), object, (&mut out, to), room, tick)?;
    let more = fill(from, &mut [0]).map_err(|e| Error::io(object, "reading it", e))?;
    if came != size || more > 0 {
        let what = if more > 0 { "longer" } else { "shorter" };
        return Err(Error::usage(
            "",
            format!("{object} in it is {what} than the {} it says", ByteSize(size)),
        ));
    }
    out.sync_all().map_err(fail)
}

/// The sums of a file, read once.
///
/// # Errors
/// It can't be read, or jug was told to end.
pub fn sums(path: &Path, algorithms: &[Algorithm], tick: &mut dyn FnMut(u64)) -> Result<Vec<Sum>> {
    let fail = |e| Error::io(path, "reading it", e);
    let mut file = File::open(path).map_err(fail)?;
    let mut all: Vec<Hasher> = algorithms.iter().map(|a| Hasher::new(*a)).collect();
    let (mut buffer, mut length) = (vec![0u8; CHUNK], 0u64);
    loop {
        let n = fill(&mut file, &mut buffer).map_err(fail)?;
        if n == 0 {
            return Ok(all.into_iter().map(Hasher::sum).collect());
        }
        heed(&path.to_string_lossy())?;
        all.iter_mut().for_each(|h| h.update(&buffer[..n]));
        length += n as u64;
        tick(length);
    }
}

/// Ends where jug was told to end.
pub fn heed(object: &str) -> Result<()> {
    match signal::stopped() {
        true => Err(Error::new(Code::Interrupted, object, "interrupted by a signal")),
        false => Ok(()),
    }
}

/// Reads until the buffer is full or there is no more: a pipe gives little at once.
pub fn fill(from: &mut dyn Read, buffer: &mut [u8]) -> std::io::Result<usize> {
    let mut have = 0;
    while have < buffer.len() {
        match from.read(&mut buffer[have..]) {
            Ok(0) => break,
            Ok(n) => have += n,
            Err(e) if e.kind() == std::io::ErrorKind::Interrupted => {}
            Err(e) => return Err(e),
        }
    }
    Ok(have)
}

pub(super) fn is_zero(block: &[u8]) -> bool {
    // Each part is looked at as a whole, which compilers make wide instructions of.
    block.chunks(128).all(|part| part.iter().fold(0, |a, b| a | b) == 0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::MetadataExt;

    const WIDE: Bounds = Bounds { most: 1 << 30, room: 1 << 30 };

    #[test]
    fn a_copy_has_holes_the_length_and_the_sum() {
        let t = tempfile::tempdir().unwrap();
        let to = t.path().join("x");
        let mut text = vec![0u8; 3 * CHUNK + 100];
        text[CHUNK + 5] = 7;
        let (length, sum) = copy(&mut &text[..], "x", &to, (Algorithm::Sha256, WIDE), &mut |_| {}).unwrap();
        assert_eq!(length, text.len() as u64);
        assert_eq!(std::fs::read(&to).unwrap(), text);
        let meta = std::fs::metadata(&to).unwrap();
        assert!(meta.blocks() * 512 <= 2 * BLOCK as u64 && meta.mode() & 0o777 == 0o600, "{meta:?}");
        let both = sums(&to, &[Algorithm::Sha256, Algorithm::Sha512], &mut |_| {}).unwrap();
        assert_eq!(both[0], sum);
        assert_eq!(both[1].algorithm, Algorithm::Sha512);
    }

    #[test]
    fn known_sums() {
        let t = tempfile::tempdir().unwrap();
        let to = t.path().join("x");
        let (_, sum) = copy(&mut &b"abc"[..], "x", &to, (Algorithm::Sha512, WIDE), &mut |_| {}).unwrap();
        // FIPS 180-2, appendix C.1.
        assert!(
            sum.hex().starts_with("ddaf35a193617abacc417349ae204131")
                && sum.hex().ends_with("2a9ac94fa54ca49f")
        );
    }

    #[test]
    fn bounds_hold() {
        let t = tempfile::tempdir().unwrap();
        let to = t.path().join("x");
        let tell = |from: &mut dyn Read, bounds| {
            copy(from, "it", &to, (Algorithm::Sha256, bounds), &mut |_| {}).unwrap_err().reason
        };
        let few = Bounds { most: 2 << 20, ..WIDE };
        assert!(tell(&mut std::io::repeat(0), few).contains("longer than 2M"));
        let full = Bounds { room: 2 << 20, ..WIDE };
        assert!(tell(&mut std::io::repeat(1), full).contains("does not fit"));
        assert!(room(t.path()).unwrap() > 0);
    }

    #[test]
    fn a_disk_has_the_size_it_says_and_is_no_link() {
        let dir = tempfile::tempdir().unwrap();
        let (disk, link) = (dir.path().join("disk"), dir.path().join("link"));
        let bytes = [vec![0u8; 2 * BLOCK], b"some data".to_vec(), vec![0; BLOCK]].concat();
        let size = bytes.len() as u64;
        let made = |size: u64| {
            let file = super::super::fs::create_private(&disk).unwrap();
            file.set_len(size).unwrap();
        };
        let put = |from: &[u8], room: u64| {
            made(size);
            write_disk(&mut &from[..], "disk0.raw", (&disk, size), room, &mut |_| {})
        };
        assert!(put(&bytes[1..], u64::MAX).unwrap_err().reason.contains("shorter"));
        assert!(put(&[&bytes[..], b"x"].concat(), u64::MAX).unwrap_err().reason.contains("longer"));
        assert!(put(&bytes, 8).unwrap_err().reason.contains("does not fit"));
        put(&bytes, 2 * BLOCK as u64).unwrap();
        let mut back = Vec::new();
        read_disk(&disk, size, &mut back).unwrap();
        assert!(back == bytes);
        for wrong in [size - 1, size + 1] {
            let e = read_disk(&disk, wrong, &mut Vec::new()).unwrap_err();
            assert!(e.reason.contains("TOML says") && e.next.is_some(), "{e}");
        }
        std::os::unix::fs::symlink(&disk, &link).unwrap();
        assert!(read_disk(&link, size, &mut Vec::new()).is_err());
        assert!(write_disk(&mut &bytes[..], "disk0.raw", (&link, size), u64::MAX, &mut |_| {}).is_err());
    }
}
