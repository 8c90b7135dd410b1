//! tar(5), read member by member: what an archive of jug's is made of, and what is in it.
//!
//! The `tar` crate knows the numbers and sums of a header. What stands around it is here: its reader takes a long name
//! into memory whatever its length, splits pax records at line ends, which values may hold, and does not mind what comes
//! after the end.

use super::stream::fill;
use crate::error::{Error, Result, os_text};
use std::io::Read;
use tar::{EntryType, Header};

/// A block.
pub const BLOCK: usize = 512;
/// What long names and pax headers may take together for one member.
const MOST: u64 = 1 << 20;
/// How much may follow the end mark: tar(1) fills its last record, of 10 KiB, with zeros.
const FILLING: usize = 1 << 20;

/// What a member is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A regular file.
    File,
    /// A directory.
    Dir,
    /// A symbolic link.
    Link,
    /// Another name of a file that came before.
    Name,
}

/// One member, without its bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    /// Its name, as it stands there.
    pub path: Vec<u8>,
    /// What it is.
    pub kind: Kind,
    /// Where a link leads.
    pub link: Vec<u8>,
    /// How many bytes follow.
    pub size: u64,
    /// The bits that chmod(2) takes.
    pub mode: u32,
    /// Its owner.
    pub uid: u32,
    /// Its group.
    pub gid: u32,
    /// When it was changed, in seconds and nanoseconds.
    pub mtime: (i64, u32),
    /// Extended attributes.
    pub attributes: Vec<(Vec<u8>, Vec<u8>)>,
    /// File flags (chflags(1)), as words.
    pub flags: String,
}

impl Member {
    /// A file of root's alone, changed at no time.
    pub fn plain(path: &str, size: u64) -> Self {
        Self {
            path: path.into(),
            kind: Kind::File,
            link: Vec::new(),
            size,
            mode: 0o600,
            uid: 0,
            gid: 0,
            mtime: (0, 0),
            attributes: Vec::new(),
            flags: String::new(),
        }
    }
    /// Its name for people.
    pub fn shown(&self) -> String {
        crate::model::name::printable(&String::from_utf8_lossy(&self.path))
    }
}

fn bad(why: impl std::fmt::Display) -> Error {
    Error::usage("", format!("it is no archive, or a damaged one: {why}"))
}

fn io(e: &std::io::Error) -> Error {
    match e.kind() {
        std::io::ErrorKind::UnexpectedEof => Error::usage("", "it is cut off: its end is missing"),
        std::io::ErrorKind::Interrupted => {
            Error::new(crate::error::Code::Interrupted, "", "interrupted by a signal")
        }
        _ => Error::failed("", format!("reading it: {}", os_text(e))),
    }
}

/// Reads members from a stream.
#[derive(Debug)]
pub struct Reader<R> {
    from: R,
    left: u64,
    padding: u64,
    ended: bool,
}

impl<R: Read> Reader<R> {
    /// A reader at the begin of an archive.
    pub fn new(from: R) -> Self {
        Self { from, left: 0, padding: 0, ended: false }
    }

    /// The next member; what was not read of the one before is passed over. None at the end mark.
    ///
    /// # Errors
    /// What is there is no member, one of a kind that is not taken, or it is cut off.
    pub fn member(&mut self) -> Result<Option<Member>> {
        let mut pax = Pax::default();
        let (mut path, mut link, mut taken) = (None, None, 0);
        loop {
            if self.ended {
                return Ok(None);
            }
            self.pass(self.left + self.padding)?;
            (self.left, self.padding) = (0, 0);
            let block = self.block()?;
            if block.iter().all(|b| *b == 0) {
                if self.block()?.iter().any(|b| *b != 0) {
                    return Err(bad("a single block of zeros"));
                }
                self.ended = true;
                return if path.is_some() || link.is_some() || pax != Pax::default() {
                    Err(bad("a name without a member"))
                } else {
                    Ok(None)
                };
            }
            let header = Header::from_byte_slice(&block);
            checked(header)?;
            let size = header.entry_size().map_err(|e| bad(os_text(&e)))?;
            let kind = header.entry_type();
            let mut text = || -> Result<Vec<u8>> {
                taken += size;
                if taken > MOST {
                    return Err(bad("a name or its attributes are longer than any ought to be"));
                }
                let mut bytes = vec![0; usize::try_from(size).unwrap_or(0)];
                self.from.read_exact(&mut bytes).map_err(|e| io(&e))?;
                self.padding = padding(size);
                Ok(bytes)
            };
            match kind {
                EntryType::GNULongName => path = Some(until_zero(text()?)),
                EntryType::GNULongLink => link = Some(until_zero(text()?)),
                EntryType::XHeader => pax.read(&text()?)?,
                // What holds for all members is a comment where git(1) and the like write it, and nothing else is taken.
                EntryType::XGlobalHeader => {
                    let mut all = Pax::default();
                    all.read(&text()?)?;
                    if all != Pax::default() {
                        return Err(bad("a header for all members"));
                    }
                }
                _ => {
                    let member = of_header(header, kind, path, link, pax)?;
                    self.left = member.size;
                    self.padding = padding(member.size);
                    return Ok(Some(member));
                }
            }
        }
    }

    /// Sees that nothing follows the end but what fills tar's last record.
    ///
    /// # Errors
    /// Something does.
    pub fn finish(mut self) -> Result<R> {
        let mut buffer = vec![0u8; FILLING + 1];
        let n = fill(&mut self.from, &mut buffer).map_err(|e| io(&e))?;
        if n > FILLING || buffer[..n].iter().any(|b| *b != 0) {
            return Err(bad("something follows its end"));
        }
        Ok(self.from)
    }

    /// All bytes of a member that is short.
    ///
    /// # Errors
    /// It is longer than `most`, or cut off.
    pub fn short(&mut self, most: u64) -> Result<Vec<u8>> {
        if self.left > most {
            return Err(bad("a part of it is longer than it ought to be"));
        }
        let mut bytes = vec![0; usize::try_from(self.left).unwrap_or(0)];
        self.read_exact(&mut bytes).map_err(|e| io(&e))?;
        Ok(bytes)
    }

    fn block(&mut self) -> Result<[u8; BLOCK]> {
        let mut block = [0; BLOCK];
        self.from.read_exact(&mut block).map_err(|e| io(&e)).map(|()| block)
    }

    fn pass(&mut self, mut bytes: u64) -> Result<()> {
        let mut buffer = [0u8; 8 << 10];
        while bytes > 0 {
            let n = bytes.min(buffer.len() as u64) as usize;
            self.from.read_exact(&mut buffer[..n]).map_err(|e| io(&e))?;
            bytes -= n as u64;
        }
        Ok(())
    }
}

impl<R: Read> Read for Reader<R> {
    /// Bytes of the member that came last.
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let most = (buffer.len() as u64).min(self.left) as usize;
        if most == 0 {
            return Ok(0);
        }
        match self.from.read(&mut buffer[..most])? {
            0 => Err(std::io::ErrorKind::UnexpectedEof.into()),
            n => {
                self.left -= n as u64;
                Ok(n)
            }
        }
    }
}

pub(super) fn padding(size: u64) -> u64 {
    (BLOCK as u64 - size % BLOCK as u64) % BLOCK as u64
}

fn until_zero(mut bytes: Vec<u8>) -> Vec<u8> {
    if let Some(end) = bytes.iter().position(|b| *b == 0) {
        bytes.truncate(end);
    }
    bytes
}

fn checked(header: &Header) -> Result<()> {
    let bytes = header.as_bytes();
    // The sum is made as if its own field held blanks.
    let sum: u32 = bytes
        .iter()
        .enumerate()
        .map(|(i, b)| u32::from(if (148..156).contains(&i) { b' ' } else { *b }))
        .sum();
    match header.cksum() {
        Ok(said) if said == sum => Ok(()),
        _ => Err(bad("the sum of a header is wrong")),
    }
}

fn of_header(
    header: &Header,
    kind: EntryType,
    path: Option<Vec<u8>>,
    link: Option<Vec<u8>>,
    pax: Pax,
) -> Result<Member> {
    let number = |n: std::io::Result<u64>| n.map_err(|e| bad(os_text(&e)));
    let small = |n: u64| u32::try_from(n).map_err(|_| bad("an owner beyond what there can be"));
    let path = pax.path.or(path).unwrap_or_else(|| header.path_bytes().into_owned());
    let shown = crate::model::name::printable(&String::from_utf8_lossy(&path));
    let refuse = |what: &str| Err(Error::usage("", format!("`{shown}` in it is {what}, which is not taken")));
    if pax.sparse {
        return refuse("a sparse file as bsdtar --read-sparse and tar --sparse write it");
    }
    let kind = match kind {
        // tar(5): before ustar, a directory was a file whose name ends with a slash.
        EntryType::Regular | EntryType::Continuous if path.ends_with(b"/") => Kind::Dir,
        EntryType::Regular | EntryType::Continuous => Kind::File,
        EntryType::Directory => Kind::Dir,
        EntryType::Symlink => Kind::Link,
        EntryType::Link => Kind::Name,
        EntryType::Char | EntryType::Block => return refuse("a device node"),
        EntryType::Fifo => return refuse("a named pipe"),
        EntryType::GNUSparse => return refuse("a sparse file as tar --sparse writes it"),
        other => return refuse(&format!("of the kind {:?}", char::from(other.as_byte()))),
    };
    let size = match pax.size {
        Some(size) => size,
        None => number(header.entry_size())?,
    };
    let link = pax.link.or(link).or_else(|| header.link_name_bytes().map(std::borrow::Cow::into_owned));
    Ok(Member {
        path,
        kind,
        link: link.unwrap_or_default(),
        size,
        mode: header.mode().map_err(|e| bad(os_text(&e)))? & 0o7777,
        uid: small(pax.uid.map_or_else(|| number(header.uid()), Ok)?)?,
        gid: small(pax.gid.map_or_else(|| number(header.gid()), Ok)?)?,
        mtime: match pax.mtime {
            Some(time) => time,
            None => (i64::try_from(number(header.mtime())?).unwrap_or(0), 0),
        },
        attributes: pax.attributes,
        flags: pax.flags,
    })
}

/// What extended headers say (pax(1), "pax Extended Header"): records of `LENGTH KEY=VALUE` and a line end.
#[derive(Debug, Default, PartialEq, Eq)]
struct Pax {
    path: Option<Vec<u8>>,
    link: Option<Vec<u8>>,
    size: Option<u64>,
    uid: Option<u64>,
    gid: Option<u64>,
    mtime: Option<(i64, u32)>,
    attributes: Vec<(Vec<u8>, Vec<u8>)>,
    flags: String,
    sparse: bool,
}

/// Where GNU tar and bsdtar keep extended attributes, and star and bsdtar file flags.
pub(super) const ATTRIBUTE: &str = "SCHILY.xattr.";
pub(super) const FLAGS: &str = "SCHILY.fflags";

impl Pax {
    fn read(&mut self, mut text: &[u8]) -> Result<()> {
        while !text.is_empty() {
            let (length, record) = record(text).ok_or_else(|| bad("an extended header that is none"))?;
            text = &text[length..];
            let at = record
                .iter()
                .position(|b| *b == b'=')
                .ok_or_else(|| bad("an extended header without a value"))?;
            let (key, value) = (String::from_utf8_lossy(&record[..at]), &record[at + 1..]);
            let word = String::from_utf8_lossy(value);
            let number = || word.parse().map_err(|_| bad(format!("{key} is no number")));
            match key.as_ref() {
                "path" => self.path = Some(value.to_vec()),
                "linkpath" => self.link = Some(value.to_vec()),
                "size" => self.size = Some(number()?),
                "uid" => self.uid = Some(number()?),
                "gid" => self.gid = Some(number()?),
                "mtime" => self.mtime = Some(time(&word).ok_or_else(|| bad("mtime is no time"))?),
                FLAGS => self.flags = word.into_owned(),
                key if key.starts_with("GNU.sparse.") => self.sparse = true,
                // Others say nothing that is kept: names of users, times of reading.
                key => {
                    if let Some(name) = key.strip_prefix(ATTRIBUTE) {
                        self.attributes.push((name.into(), value.to_vec()));
                    }
                }
            }
        }
        Ok(())
    }
}

/// The length of the first record, and its `KEY=VALUE`.
fn record(text: &[u8]) -> Option<(usize, &[u8])> {
    let blank = text.iter().take(20).position(|b| *b == b' ')?;
    let length: usize = std::str::from_utf8(&text[..blank]).ok()?.parse().ok()?;
    let end = length.checked_sub(1).filter(|end| *end > blank && text.get(*end) == Some(&b'\n'))?;
    Some((length, &text[blank + 1..end]))
}

/// Seconds with a fraction, which before 1970 is counted backwards.
fn time(text: &str) -> Option<(i64, u32)> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let seconds: i64 = whole.parse().ok()?;
    if !fraction.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let nanos: u32 = format!("{fraction:0<9}").get(..9)?.parse().ok()?;
    Some(if whole.starts_with('-') && nanos > 0 {
        (seconds.checked_sub(1)?, 1_000_000_000 - nanos)
    } else {
        (seconds, nanos)
    })
}
