//! An archive of jug's: a tar(5) that any tar(1) lists, made and read in one pass.
//!
//! `jug.toml` comes first and says what it is. The data follow as `data/00000000` and so on, each of a few megabytes, so
//! that how much there is need not be known before; put together, they are what zstd(1) unpacks. The disks of a VM follow
//! likewise, each under a name of its own. `sums.toml` comes last, with the length and sum of all, so that what is cut off
//! anywhere has none.

use super::stream::{Hasher, fill, heed};
use super::tar::{BLOCK, Member, Reader as Members};
use super::tar_write;
use crate::error::{Error, Result};
use crate::model::archive::DATA;
use crate::model::sum::{Algorithm, Sum};
use std::collections::BTreeMap;
use std::io::{Read, Write};

/// The name of the first member.
pub const MANIFEST: &str = "jug.toml";
const SUMS: &str = "sums.toml";
/// The length of each piece of a part but the last.
const PIECE: usize = if cfg!(test) { 16 << 10 } else { 4 << 20 };
/// How long the first and the last may be.
const TEXT: u64 = 1 << 20;

/// What the last member says.
#[derive(Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Sums {
    version: u32,
    manifest: Part,
    data: Part,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    disks: BTreeMap<String, Part>,
}

#[derive(Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Part {
    size: u64,
    sum: Sum,
}

impl Sums {
    fn new(manifest: &[u8]) -> Self {
        let part = |text: &[u8]| {
            let mut hash = Hasher::new(Algorithm::Sha256);
            hash.update(text);
            Part { size: text.len() as u64, sum: hash.sum() }
        };
        Self { version: 1, manifest: part(manifest), data: part(b""), disks: BTreeMap::new() }
    }
    fn add(&mut self, name: &str, size: u64, hash: Hasher) {
        let part = Part { size, sum: hash.sum() };
        match name {
            DATA => self.data = part,
            name => drop(self.disks.insert(name.into(), part)),
        }
    }
}

fn piece(name: &str, number: u32) -> String {
    format!("{name}/{number:08}")
}

/// Writes an archive.
#[expect(missing_debug_implementations, reason = "what it writes to has none")]
pub struct Writer<'a> {
    to: &'a mut dyn Write,
    tick: &'a mut dyn FnMut(u64),
    length: u64,
    sums: Sums,
}

impl<'a> Writer<'a> {
    /// Writes the manifest. `tick` is told how long the archive is so far.
    ///
    /// # Errors
    /// `to` can't be written.
    pub fn new(manifest: &str, to: &'a mut dyn Write, tick: &'a mut dyn FnMut(u64)) -> Result<Self> {
        let mut it = Self { to, tick, length: 0, sums: Sums::new(manifest.as_bytes()) };
        it.put(MANIFEST, manifest.as_bytes())?;
        Ok(it)
    }

    /// Writes all that `from` gives as the part of that name.
    ///
    /// # Errors
    /// `from` can't be read, or the archive can't be written.
    pub fn part(&mut self, name: &str, from: &mut dyn Read) -> Result<()> {
        let (mut hash, mut size, mut buffer) = (Hasher::new(Algorithm::Sha256), 0, vec![0u8; PIECE]);
        for number in 0.. {
            heed("archive")?;
            let n =
                fill(from, &mut buffer).map_err(|e| Error::io("archive", "reading what goes into it", e))?;
            if n == 0 {
                break;
            }
            hash.update(&buffer[..n]);
            size += n as u64;
            self.put(&piece(name, number), &buffer[..n])?;
        }
        self.sums.add(name, size, hash);
        Ok(())
    }

    /// Writes the sums, and returns the archive's length.
    ///
    /// # Errors
    /// It can't be written.
    pub fn end(mut self) -> Result<u64> {
        let sums = crate::model::schema::to_text(&self.sums)?;
        self.put(SUMS, sums.as_bytes())?;
        tar_write::end(self.to).and_then(|()| self.to.flush()).map_err(failed)?;
        Ok(self.length + 2 * BLOCK as u64)
    }

    fn put(&mut self, name: &str, bytes: &[u8]) -> Result<()> {
        tar_write::header(self.to, &Member::plain(name, bytes.len() as u64))
            .and_then(|()| self.to.write_all(bytes))
            .and_then(|()| tar_write::pad(self.to, bytes.len() as u64))
            .map_err(failed)?;
        self.length += (BLOCK + bytes.len().next_multiple_of(BLOCK)) as u64;
        (self.tick)(self.length);
        Ok(())
    }
}

fn failed(e: std::io::Error) -> Error {
    Error::io("archive", "writing it", e)
}

/// Reads an archive.
#[derive(Debug)]
pub struct Reader<R> {
    members: Members<R>,
    /// The one after the part that was read.
    next: Option<Member>,
    found: Sums,
}

impl<R: Read> Reader<R> {
    /// Reads the manifest.
    ///
    /// # Errors
    /// It does not begin as archives of jug's do.
    pub fn open(from: R) -> Result<(Self, String)> {
        let mut members = Members::new(from);
        let text = match members.member()? {
            Some(m) if m == Member::plain(MANIFEST, m.size) => members.short(TEXT)?,
            _ => return Err(Error::usage("", "it does not begin as an archive of jug's")),
        };
        let found = Sums::new(&text);
        let text = String::from_utf8(text).map_err(|_| Error::usage("", "its manifest is not UTF-8"))?;
        Ok((Self { members, next: None, found }, text))
    }

    /// Hands the part of that name on, which must be what comes next. Whether it is as it was written is known at the
    /// end of all.
    ///
    /// # Errors
    /// It is not there or cut off, its pieces are not those that were written, or `to` takes no more.
    pub fn part(&mut self, name: &str, to: &mut dyn Write) -> Result<()> {
        let (mut hash, mut size, mut number) = (Hasher::new(Algorithm::Sha256), 0, 0);
        let (mut whole, mine) = (true, format!("{name}/"));
        loop {
            heed("archive")?;
            let Some(member) = self.member()? else { return Err(without_sums()) };
            if !member.path.starts_with(mine.as_bytes()) {
                if number == 0 {
                    return Err(Error::usage("", format!("there is no `{name}` where it ought to be in it")));
                }
                self.next = Some(member);
                break;
            }
            if !whole || member.size == 0 || member != Member::plain(&piece(name, number), member.size) {
                return Err(odd(&member));
            }
            let bytes = self.members.short(PIECE as u64)?;
            hash.update(&bytes);
            size += bytes.len() as u64;
            whole = bytes.len() == PIECE;
            number += 1;
            to.write_all(&bytes).map_err(|e| Error::io("archive", "handing it on", e))?;
        }
        self.found.add(name, size, hash);
        Ok(())
    }

    /// Compares all with the sums, which must come next, and last.
    ///
    /// # Errors
    /// Something else does, it goes on after its end, or a sum is another.
    pub fn end(mut self) -> Result<()> {
        match self.member()? {
            Some(member) if member == Member::plain(SUMS, member.size) => {}
            Some(member) => return Err(odd(&member)),
            None => return Err(without_sums()),
        }
        let text = self.members.short(TEXT)?;
        let text = String::from_utf8(text).map_err(|_| Error::usage("", "its sums are not UTF-8"))?;
        let said: Sums = crate::model::schema::read(&text, "its sums")?;
        if self.members.member()?.is_some() {
            return Err(Error::usage("", "something follows its sums"));
        }
        self.members.finish()?;
        if said != self.found {
            return Err(Error::failed(
                "",
                "what is in it has not the length and the sum that it ought to have",
            )
            .next("get it again: it was changed or damaged on the way"));
        }
        Ok(())
    }

    fn member(&mut self) -> Result<Option<Member>> {
        match self.next.take() {
            Some(member) => Ok(Some(member)),
            None => self.members.member(),
        }
    }
}

fn odd(member: &Member) -> Error {
    Error::usage("", format!("`{}` is not what comes next in an archive of jug's", member.shown()))
}

fn without_sums() -> Error {
    Error::usage("", "it has no sums")
}

#[cfg(test)]
mod tests {
    use super::*;

    const DISK: &str = "disk0.raw";

    fn made(data: &[u8]) -> Vec<u8> {
        let (mut to, mut last) = (Vec::new(), 0);
        let mut tick = |n| last = n;
        let mut archive = Writer::new("name = \"www\"\n", &mut to, &mut tick).unwrap();
        archive.part(DATA, &mut &data[..]).unwrap();
        archive.part(DISK, &mut &b"a disk"[..]).unwrap();
        let length = archive.end().unwrap();
        assert_eq!((length, last + 1024), (to.len() as u64, length));
        to
    }

    fn parts(archive: &[u8], names: &[&str]) -> Result<(String, Vec<u8>)> {
        let (mut reader, manifest) = Reader::open(archive)?;
        let mut data = Vec::new();
        names.iter().try_for_each(|name| reader.part(name, &mut data))?;
        reader.end().map(|()| (manifest, data))
    }

    fn read(archive: &[u8]) -> Result<(String, Vec<u8>)> {
        parts(archive, &[DATA, DISK])
    }

    #[test]
    fn whatever_its_length_it_comes_back() {
        for length in [1, 511, 512, PIECE - 1, PIECE, PIECE + 1, 2 * PIECE + 7] {
            let data: Vec<u8> = (0..length).map(|i| (i % 251) as u8).collect();
            let (manifest, found) = read(&made(&data)).unwrap();
            assert_eq!(manifest, "name = \"www\"\n");
            assert!(found == [&data, &b"a disk"[..]].concat(), "{length}");
        }
    }

    #[test]
    fn a_part_that_is_not_there_or_not_asked_for_is_refused() {
        for (archive, names) in [
            (made(b"data"), &[DATA][..]),
            (made(b"data"), &[DISK]),
            (made(b"data"), &[DISK, DATA]),
            (made(b"data"), &[DATA, DISK, "disk1.raw"]),
            (made(b"data"), &[DATA, "disk0.zfs"]),
            (made(b""), &[DATA, DISK]),
        ] {
            assert!(parts(&archive, names).is_err(), "{names:?}");
        }
    }

    #[test]
    fn cut_off_anywhere_it_is_refused() {
        let archive = made(&vec![7u8; PIECE + 9000]);
        for cut in (0..archive.len()).step_by(4999).chain(archive.len() - 1030..archive.len()) {
            let e = read(&archive[..cut]).unwrap_err();
            assert!(e.reason.contains("cut off"), "{cut}: {e}");
        }
        // What fills tar's last record is no damage, and anything else is.
        let longer = |more: &[u8]| read(&[&archive[..], more].concat());
        assert!(longer(&[0; 9000]).is_ok());
        for more in [&b"x"[..], &archive[..], &[0; 2 << 20][..]] {
            assert!(longer(more).unwrap_err().reason.contains("follows its end"));
        }
    }

    #[test]
    fn whatever_byte_is_changed_it_is_refused_or_means_the_same() {
        let archive = made(b"some data");
        for at in 0..archive.len() {
            let mut changed = archive.clone();
            changed[at] ^= 0x10;
            // What fills blocks means nothing, and a blank is as good as a leading zero.
            if let Ok(found) = read(&changed) {
                assert!([b'0', 0].contains(&archive[at]), "{at}: {:?}", char::from(archive[at]));
                assert_eq!(found, ("name = \"www\"\n".to_string(), b"some dataa disk".to_vec()));
            }
        }
    }

    /// Each has headers with their sums, and says something that is not so.
    #[test]
    fn one_that_lies_is_refused() {
        type Parts<'a> = Vec<(&'a str, Vec<u8>)>;
        let of = |parts: &Parts<'_>| {
            let mut to = Vec::new();
            for (name, bytes) in parts {
                tar_write::header(&mut to, &Member::plain(name, bytes.len() as u64)).unwrap();
                to.extend_from_slice(bytes);
                tar_write::pad(&mut to, bytes.len() as u64).unwrap();
            }
            tar_write::end(&mut to).unwrap();
            to
        };
        let manifest = b"m".to_vec();
        let sums = |manifest: &[u8], data: &[u8], disk: &[u8]| {
            let mut sums = Sums::new(manifest);
            for (name, bytes) in [(DATA, data), (DISK, disk)] {
                let mut hash = Hasher::new(Algorithm::Sha256);
                hash.update(bytes);
                sums.add(name, bytes.len() as u64, hash);
            }
            crate::model::schema::to_text(&sums).unwrap().into_bytes()
        };
        let good: Parts<'_> = vec![
            ("jug.toml", manifest.clone()),
            ("data/00000000", b"abc".to_vec()),
            ("disk0.raw/00000000", b"def".to_vec()),
            ("sums.toml", sums(&manifest, b"abc", b"def")),
        ];
        assert_eq!(read(&of(&good)).unwrap().1, b"abcdef");
        let with = |at: usize, part: (&'static str, Vec<u8>)| {
            let mut parts = good.clone();
            parts[at] = part;
            parts
        };
        let mut lies = vec![
            with(0, ("jug.toml", b"other".to_vec())),
            with(0, ("../jug.toml", manifest.clone())),
            with(1, ("data/00000000", b"abd".to_vec())),
            with(1, ("data/00000000", b"abcd".to_vec())),
            with(1, ("data/00000001", b"abc".to_vec())),
            with(1, ("data/00000000", Vec::new())),
            with(2, ("disk0.raw/00000000", b"dee".to_vec())),
            with(2, ("disk0.raw/00000001", b"def".to_vec())),
            with(2, ("disk0.zfs/00000000", b"def".to_vec())),
            with(2, ("data/00000001", b"def".to_vec())),
            with(3, ("sums.toml", sums(b"x", b"abc", b"def"))),
            with(3, ("sums.toml", sums(&manifest, b"abc", b"dee"))),
            with(3, ("sums.toml", b"version = 1\n".to_vec())),
            with(3, ("sums.toml", vec![b'#'; 2 << 20])),
            with(3, ("etc/passwd", sums(&manifest, b"abc", b"def"))),
            good[..3].to_vec(),
            [&good[..2], &good[3..]].concat(),
            good[1..].to_vec(),
        ];
        for again in 0..4 {
            let mut parts = good.clone();
            parts.insert(again + 1, good[again].clone());
            lies.push(parts);
        }
        for parts in &lies {
            let names: Vec<&str> = parts.iter().map(|(n, _)| *n).collect();
            assert!(read(&of(parts)).is_err(), "{names:?} was taken");
        }
    }
}
