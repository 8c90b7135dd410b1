//! Disks written to as a whole: an image onto a new volume or file, or onto a device of somebody else's, which must be free
//! and empty; read back; and emptied again.

use super::stream::{CHUNK, Hasher, fill, heed, is_zero, open_disk, pour};
use super::{attributes, gpt};
use crate::error::{Error, Result};
use crate::model::size::ByteSize;
use crate::model::sum::Sum;
use rustix::fs::{Advice, OFlags};
use std::fs::{File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::num::NonZero;
use std::os::unix::fs::{FileExt, FileTypeExt};
use std::path::Path;

/// So much of a disk's head and of its end is zero where it counts as empty: tables of partitions, file systems, pools and
/// RAIDs have something in one or the other.
const EDGE: u64 = 1 << 20;

/// Copies a disk to one that is there. Where there is nothing yet, what is zero is left out, and blocks of files are shared
/// where the file system can; with `over`, all is written, whatever was there.
///
/// # Errors
/// It can't be read or written, somebody else uses it, or jug was told to end.
pub fn flash(from: &Path, to: &Path, over: bool, tick: &mut dyn FnMut(u64, u64)) -> Result<()> {
    let read = |e| Error::io(from, "reading it", e);
    let fail = |e| Error::io(to, "writing it", e);
    let mut source = File::open(from).map_err(read)?;
    let length = source.metadata().map_err(read)?.len();
    let mut out = if over {
        alone(to)?
    } else {
        open_disk(to, OpenOptions::new().write(true), OFlags::empty()).map_err(fail)?
    };
    let is_file = out.metadata().map_err(fail)?.is_file();
    if is_file && !over && attributes::share(&source, &out).map_err(fail)? {
        return out.sync_all().map_err(fail);
    }
    if over {
        let (mut buffer, mut at) = (vec![0u8; CHUNK], 0u64);
        loop {
            let n = fill(&mut source, &mut buffer).map_err(read)?;
            if n == 0 {
                break;
            }
            heed(&to.to_string_lossy())?;
            out.write_all(&buffer[..n]).map_err(fail)?;
            at += n as u64;
            tick(at, length);
        }
    } else {
        let at =
            pour(&mut source, &from.to_string_lossy(), (&mut out, to), u64::MAX, &mut |n| tick(n, length))?;
        if is_file {
            out.set_len(at).map_err(fail)?;
        }
    }
    out.sync_all().map_err(fail)
}

/// Whether a disk of somebody else's can be written to: nobody uses it, it is long enough, and, with `blank`, empty.
///
/// # Errors
/// It is not so.
pub fn check(path: &Path, length: u64, blank: bool) -> Result<()> {
    let fail = |e| Error::io(path, "reading it", e);
    let mut disk = alone(path)?;
    let have = disk.seek(SeekFrom::End(0)).map_err(fail)?;
    if have < length {
        let (have, want) = (ByteSize(have), ByteSize(length.next_multiple_of(1 << 20)));
        return Err(Error::usage(path.display(), format!("it has {have}, and the image needs {want}"))
            .next("a larger one"));
    }
    let mut edge = vec![0; usize::try_from(EDGE.min(have)).unwrap_or_default()];
    for at in [0, have - edge.len() as u64] {
        disk.read_exact_at(&mut edge, at).map_err(fail)?;
        if blank && !is_zero(&edge) {
            return Err(Error::conflict(path.display(), "it is not empty: there is something on it")
                .next("look what it is; --force overwrites it"));
        }
    }
    Ok(())
}

/// Reads so much of a disk and compares its sum.
///
/// # Errors
/// It is another one, it can't be read, or jug was told to end.
pub fn verify(path: &Path, length: u64, sum: &Sum, tick: &mut dyn FnMut(u64, u64)) -> Result<()> {
    let fail = |e| Error::io(path, "reading it back", e);
    let file = open_disk(path, OpenOptions::new().read(true), OFlags::empty()).map_err(fail)?;
    // What is still in memory says nothing of the disk. Where the system keeps it all the same, that is no error.
    let _ = rustix::fs::fadvise(&file, 0, NonZero::new(length), Advice::DontNeed);
    let (mut hash, mut buffer, mut done) = (Hasher::new(sum.algorithm), vec![0u8; CHUNK], 0u64);
    let mut from = file.take(length);
    loop {
        let n = fill(&mut from, &mut buffer).map_err(fail)?;
        if n == 0 {
            break;
        }
        heed(&path.to_string_lossy())?;
        hash.update(&buffer[..n]);
        done += n as u64;
        tick(done, length);
    }
    if done == length && hash.sum() == *sum {
        return Ok(());
    }
    Err(Error::failed(path.display(), "what was read back is not what was written")
        .next("its hardware loses what it is given: look at the system's log, and take another disk"))
}

/// Empties a disk on which that image was written, so far as it was. What has another beginning was not, or is somebody
/// else's by now.
///
/// # Errors
/// It can't be read or written, or somebody uses it.
pub fn wipe(path: &Path, image: &Path) -> Result<bool> {
    let fail = |e| Error::io(path, "emptying it", e);
    let head = |file: &File, path: &Path| {
        let mut bytes = [0u8; 4096];
        file.read_exact_at(&mut bytes, 0).map_err(|e| Error::io(path, "reading it", e))?;
        gpt::MOVED.iter().for_each(|r| bytes[r.clone()].fill(0));
        Ok::<_, Error>(bytes)
    };
    let mut disk = alone(path)?;
    let source = File::open(image).map_err(|e| Error::io(image, "reading it", e))?;
    if head(&disk, path)? != head(&source, image)? {
        return Ok(false);
    }
    let have = disk.seek(SeekFrom::End(0)).map_err(fail)?;
    let edge = vec![0; usize::try_from(EDGE.min(have)).unwrap_or_default()];
    for at in [0, have - edge.len() as u64] {
        disk.write_all_at(&edge, at).map_err(fail)?;
    }
    disk.sync_all().map_err(fail).map(|()| true)
}

/// Opens a disk that nobody else uses: Linux lets a block device be claimed (open(2), O_EXCL), and FreeBSD refuses to write
/// to one that is mounted or in a pool (geom(4), "DIAGNOSTICS").
fn alone(path: &Path) -> Result<File> {
    let fail = |e: io::Error| match e.raw_os_error().map(rustix::io::Errno::from_raw_os_error) {
        Some(rustix::io::Errno::BUSY | rustix::io::Errno::PERM) => {
            Error::busy(path.display(), "this host uses it: it is mounted, or in a pool or a RAID")
                .next("see which: mount, zpool status, lsblk or geom disk list")
        }
        _ => Error::io(path, "opening it", e),
    };
    let file = open_disk(path, OpenOptions::new().read(true).write(true), OFlags::EXCL).map_err(fail)?;
    let kind = file.metadata().map_err(fail)?.file_type();
    // Disks of FreeBSD are character devices.
    if kind.is_file() || kind.is_block_device() || (kind.is_char_device() && has_end(&file)) {
        return Ok(file);
    }
    Err(Error::usage(path.display(), "it is neither a disk nor a file"))
}

/// A disk has an end, and a terminal has none. It is at its beginning again after that.
fn has_end(mut file: &File) -> bool {
    file.seek(SeekFrom::End(0)).is_ok_and(|n| n > 0) && file.rewind().is_ok()
}

#[cfg(test)]
mod tests {
    use super::super::stream::BLOCK;
    use super::*;
    use crate::error::Code;
    use crate::model::sum::Algorithm;

    /// Two and a bit MiB with holes.
    fn image(dir: &Path) -> (std::path::PathBuf, Vec<u8>) {
        let mut bytes = vec![0u8; (2 << 20) + 4096];
        bytes[..8].copy_from_slice(b"an image");
        bytes[BLOCK * 3 + 5] = 1;
        bytes[CHUNK + BLOCK] = 2;
        *bytes.last_mut().unwrap() = 3;
        let path = dir.join("image");
        std::io::Write::write_all(&mut File::create_new(&path).unwrap(), &bytes).unwrap();
        (path, bytes)
    }

    fn file(dir: &Path, length: u64) -> std::path::PathBuf {
        let path = dir.join("disk");
        let _ = std::fs::remove_file(&path);
        File::create_new(&path).unwrap().set_len(length).unwrap();
        path
    }

    #[test]
    fn what_is_written_is_the_image_whatever_was_there() {
        let t = tempfile::tempdir().unwrap();
        let (image, bytes) = image(t.path());
        let sum = |path: &Path| {
            super::super::stream::sums(path, &[Algorithm::Sha256], &mut |_| {}).unwrap().remove(0)
        };
        for over in [false, true] {
            let to = file(t.path(), 4 << 20);
            if over {
                File::options().write(true).open(&to).unwrap().write_all_at(&vec![9u8; 4 << 20], 0).unwrap();
            }
            let mut last = (0, 0);
            flash(&image, &to, over, &mut |n, of| last = (n, of)).unwrap();
            let written = std::fs::read(&to).unwrap();
            assert!(written[..bytes.len()] == bytes[..], "over: {over}");
            let n = bytes.len() as u64;
            assert_eq!(written.len() as u64, if over { 4 << 20 } else { n }, "over: {over}");
            assert!(!over || last == (n, n));
            verify(&to, n, &sum(&image), &mut |_, _| {}).unwrap();
            File::options().write(true).open(&to).unwrap().write_all_at(b"x", 100).unwrap();
            let e = verify(&to, n, &sum(&image), &mut |_, _| {}).unwrap_err();
            assert!(e.reason.contains("read back"), "{e}");
            assert!(verify(&to, 5 << 20, &sum(&image), &mut |_, _| {}).is_err(), "it is shorter");
        }
    }

    #[test]
    fn what_holds_something_or_is_too_small_is_refused() {
        let t = tempfile::tempdir().unwrap();
        let path = file(t.path(), 4 << 20);
        check(&path, 4 << 20, true).unwrap();
        assert_eq!(check(&path, (4 << 20) + 1, false).unwrap_err().code, Code::Usage);
        for at in [0u64, (1 << 20) - 1, 3 << 20, (4 << 20) - 1] {
            let path = file(t.path(), 4 << 20);
            File::options().write(true).open(&path).unwrap().write_all_at(b"x", at).unwrap();
            assert_eq!(check(&path, 1 << 20, true).unwrap_err().code, Code::Conflict, "at {at}");
            check(&path, 1 << 20, false).unwrap();
        }
        assert_eq!(check(Path::new("/dev/null"), 0, true).unwrap_err().code, Code::Usage);
        std::os::unix::fs::symlink(&path, t.path().join("link")).unwrap();
        assert!(check(&t.path().join("link"), 0, false).is_err(), "a link was followed");
    }

    #[test]
    fn only_what_begins_as_the_image_does_is_emptied() {
        let t = tempfile::tempdir().unwrap();
        let (image, _) = image(t.path());
        let to = file(t.path(), 4 << 20);
        File::options().write(true).open(&to).unwrap().write_all_at(b"theirs", 0).unwrap();
        assert!(!wipe(&to, &image).unwrap());
        assert!(std::fs::read(&to).unwrap().starts_with(b"theirs"));
        flash(&image, &to, true, &mut |_, _| {}).unwrap();
        // As a table of partitions is changed whose backup goes to the end.
        File::options()
            .write(true)
            .open(&to)
            .unwrap()
            .write_all_at(b"moved", gpt::MOVED[2].start as u64)
            .unwrap();
        assert!(wipe(&to, &image).unwrap());
        check(&to, 4 << 20, true).unwrap();
        assert!(!wipe(&to, &image).unwrap());
    }
}
