//! An archive of jug's: a tar(5) that any tar(1) lists, made and read in one pass.
//!
//! `jug.toml` comes first and says what it is. The data follow as `data/00000000` and so on, each of a few megabytes, so
//! that how much there is need not be known before; put together, they are what zstd(1) unpacks. `sums.toml` comes last,
//! with the length and sum of both, so that what is cut off anywhere has none.

use super::stream::{Hasher, fill, heed};
use super::tar::{BLOCK, Member, Reader as Members};
use super::tar_write;
use crate::error::{Error, Result};
use crate::model::sum::{Algorithm, Sum};
use std::io::{Read, Write};

/// The name of the first member.
pub const MANIFEST: &str = "jug.toml";
const SUMS: &str = "sums.toml";
/// The length of each part of the data but the last.
const PART: usize = if cfg!(test) { 16 << 10 } else { 4 << 20 };
/// How long the first and the last may be.
const TEXT: u64 = 1 << 20;

/// What the last member says.
#[derive(Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Sums {
    version: u32,
    manifest: Part,
    data: Part,
}

#[derive(Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Part {
    size: u64,
    sum: Sum,
}

fn part(text: &[u8]) -> Part {
    let mut hash = Hasher::new(Algorithm::Sha256);
    hash.update(text);
    Part { size: text.len() as u64, sum: hash.sum() }
}

fn data(number: u32) -> String {
    format!("data/{number:08}")
}

/// Writes an archive: the manifest, all that `from` gives, the sums. Returns its length.
///
/// # Errors
/// `from` can't be read, or `to` can't be written.
pub fn write(
    manifest: &str,
    from: &mut dyn Read,
    to: &mut dyn Write,
    tick: &mut dyn FnMut(u64),
) -> Result<u64> {
    let fail = |e| Error::io("archive", "writing it", e);
    let mut length = 0;
    let mut put = |name: &str, bytes: &[u8]| -> Result<()> {
        tar_write::header(to, &Member::plain(name, bytes.len() as u64))
            .and_then(|()| to.write_all(bytes))
            .and_then(|()| tar_write::pad(to, bytes.len() as u64))
            .map_err(fail)?;
        length += (BLOCK + bytes.len().next_multiple_of(BLOCK)) as u64;
        tick(length);
        Ok(())
    };
    put(MANIFEST, manifest.as_bytes())?;
    let (mut hash, mut size, mut buffer) = (Hasher::new(Algorithm::Sha256), 0, vec![0u8; PART]);
    for number in 0.. {
        heed("archive")?;
        let n = fill(from, &mut buffer).map_err(|e| Error::io("archive", "reading what goes into it", e))?;
        if n == 0 {
            break;
        }
        hash.update(&buffer[..n]);
        size += n as u64;
        put(&data(number), &buffer[..n])?;
    }
    let sums = Sums { version: 1, manifest: part(manifest.as_bytes()), data: Part { size, sum: hash.sum() } };
    put(SUMS, crate::model::schema::to_text(&sums)?.as_bytes())?;
    tar_write::end(to).and_then(|()| to.flush()).map_err(fail)?;
    Ok(length + 2 * BLOCK as u64)
}

/// Reads an archive.
#[derive(Debug)]
pub struct Reader<R> {
    members: Members<R>,
    manifest: Part,
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
        let manifest = part(&text);
        let text = String::from_utf8(text).map_err(|_| Error::usage("", "its manifest is not UTF-8"))?;
        Ok((Self { members, manifest }, text))
    }

    /// Hands the data on, and at the end compares both sums: `to` has had all of it by then.
    ///
    /// # Errors
    /// It is cut off, goes on after its end, its parts are not those that were written, or a sum is another. `to` takes no more.
    pub fn data(mut self, to: &mut dyn Write) -> Result<()> {
        let odd = |m: &Member| {
            Error::usage("", format!("`{}` is not what comes next in an archive of jug's", m.shown()))
        };
        let (mut hash, mut size, mut number) = (Hasher::new(Algorithm::Sha256), 0, 0);
        let mut whole = true;
        loop {
            heed("archive")?;
            let Some(member) = self.members.member()? else {
                return Err(Error::usage("", "it has no sums"));
            };
            if member == Member::plain(SUMS, member.size) {
                break;
            }
            if !whole || member.size == 0 || member != Member::plain(&data(number), member.size) {
                return Err(odd(&member));
            }
            let bytes = self.members.short(PART as u64)?;
            hash.update(&bytes);
            size += bytes.len() as u64;
            whole = bytes.len() == PART;
            number += 1;
            to.write_all(&bytes).map_err(|e| Error::io("archive", "handing it on", e))?;
        }
        let text = self.members.short(TEXT)?;
        let text = String::from_utf8(text).map_err(|_| Error::usage("", "its sums are not UTF-8"))?;
        let said: Sums = crate::model::schema::read(&text, "its sums")?;
        let found = Sums { version: 1, manifest: self.manifest, data: Part { size, sum: hash.sum() } };
        if self.members.member()?.is_some() {
            return Err(Error::usage("", "something follows its sums"));
        }
        self.members.finish()?;
        if said != found {
            return Err(Error::failed(
                "",
                "what is in it has not the length and the sum that it ought to have",
            )
            .next("get it again: it was changed or damaged on the way"));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn made(data: &[u8]) -> Vec<u8> {
        let mut to = Vec::new();
        let length = write("name = \"www\"\n", &mut &data[..], &mut to, &mut |_| {}).unwrap();
        assert_eq!(length, to.len() as u64);
        to
    }

    fn read(archive: &[u8]) -> Result<(String, Vec<u8>)> {
        let (reader, manifest) = Reader::open(archive)?;
        let mut data = Vec::new();
        reader.data(&mut data).map(|()| (manifest, data))
    }

    #[test]
    fn whatever_its_length_it_comes_back() {
        for length in [0, 1, 511, 512, PART - 1, PART, PART + 1, 2 * PART + 7] {
            let data: Vec<u8> = (0..length).map(|i| (i % 251) as u8).collect();
            let (manifest, found) = read(&made(&data)).unwrap();
            assert_eq!(manifest, "name = \"www\"\n");
            assert!(found == data, "{length}");
        }
    }

    #[test]
    fn cut_off_anywhere_it_is_refused() {
        let archive = made(&vec![7u8; PART + 9000]);
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
                assert_eq!(found, ("name = \"www\"\n".to_string(), b"some data".to_vec()));
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
        let sums = |manifest: &[u8], data: &[u8]| {
            let sums = Sums { version: 1, manifest: part(manifest), data: part(data) };
            crate::model::schema::to_text(&sums).unwrap().into_bytes()
        };
        let good: Parts<'_> = vec![
            ("jug.toml", manifest.clone()),
            ("data/00000000", b"abc".to_vec()),
            ("sums.toml", sums(&manifest, b"abc")),
        ];
        assert_eq!(read(&of(&good)).unwrap().1, b"abc");
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
            with(2, ("sums.toml", sums(b"x", b"abc"))),
            with(2, ("sums.toml", b"version = 1\n".to_vec())),
            with(2, ("sums.toml", vec![b'#'; 2 << 20])),
            with(2, ("etc/passwd", sums(&manifest, b"abc"))),
            good[..2].to_vec(),
            good[1..].to_vec(),
        ];
        for again in 0..3 {
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
