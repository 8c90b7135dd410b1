//! tar(5), written member by member: ustar, with a pax record for whatever does not fit.

use super::tar::{ATTRIBUTE, BLOCK, FLAGS, Kind, Member, padding};
use std::io::Write;
use tar::{EntryType, Header};

/// Writes the header of a member, whose bytes are to follow.
///
/// # Errors
/// It can't be written.
pub fn header(to: &mut dyn Write, member: &Member) -> std::io::Result<()> {
    let mut it = Header::new_ustar();
    let mut more: Vec<u8> = Vec::new();
    let mut add = |key: &str, value: &[u8]| put(&mut more, key, value);
    if !fits(&member.path, &mut |h, p| h.set_path(p), &mut it) {
        add("path", &member.path);
    }
    if !member.link.is_empty() && (member.link.len() > 99 || it.set_link_name_literal(&member.link).is_err())
    {
        add("linkpath", &member.link);
    }
    // What an octal field of ustar holds; beyond it, the record counts.
    it.set_size(member.size.min(0o777_7777_7777));
    if member.size > 0o777_7777_7777 {
        add("size", member.size.to_string().as_bytes());
    }
    for (key, id) in [("uid", member.uid), ("gid", member.gid)] {
        if id > 0o777_7777 {
            add(key, id.to_string().as_bytes());
        }
    }
    it.set_uid(member.uid.min(0o777_7777).into());
    it.set_gid(member.gid.min(0o777_7777).into());
    let (seconds, nanos) = member.mtime;
    it.set_mtime(u64::try_from(seconds).unwrap_or(0).min(0o777_7777_7777));
    if nanos > 0 || !(0..0o777_7777_7777).contains(&seconds) {
        let before = seconds < 0 && nanos > 0;
        let (sign, seconds, nanos) = match before {
            true => ("-", seconds.unsigned_abs() - 1, 1_000_000_000 - nanos),
            false => (if seconds < 0 { "-" } else { "" }, seconds.unsigned_abs(), nanos),
        };
        add("mtime", format!("{sign}{seconds}.{nanos:09}").as_bytes());
    }
    for (name, value) in &member.attributes {
        add(&format!("{ATTRIBUTE}{}", String::from_utf8_lossy(name)), value);
    }
    if !member.flags.is_empty() {
        add(FLAGS, member.flags.as_bytes());
    }
    it.set_mode(member.mode);
    it.set_entry_type(match member.kind {
        Kind::File => EntryType::Regular,
        Kind::Dir => EntryType::Directory,
        Kind::Link => EntryType::Symlink,
        Kind::Name => EntryType::Link,
    });
    it.set_cksum();
    if !more.is_empty() {
        let mut head = Header::new_ustar();
        head.set_path("pax")?;
        head.set_size(more.len() as u64);
        head.set_mode(0o600);
        head.set_entry_type(EntryType::XHeader);
        head.set_cksum();
        to.write_all(head.as_bytes())?;
        to.write_all(&more)?;
        pad(to, more.len() as u64)?;
    }
    to.write_all(it.as_bytes())
}

/// Writes a name into the header; false where it has to stand in a record.
fn fits(
    path: &[u8],
    set: &mut dyn FnMut(&mut Header, &std::path::Path) -> std::io::Result<()>,
    it: &mut Header,
) -> bool {
    use std::os::unix::ffi::OsStrExt;
    let plain = std::path::Path::new(std::ffi::OsStr::from_bytes(path));
    // A name that the crate would write otherwise than it is stands in a record.
    set(it, plain).is_ok() && it.path_bytes().as_ref() == path
}

/// Fills the last block of so many bytes.
pub fn pad(to: &mut dyn Write, size: u64) -> std::io::Result<()> {
    to.write_all(&[0; BLOCK][..padding(size) as usize])
}

/// Writes the end mark.
pub fn end(to: &mut dyn Write) -> std::io::Result<()> {
    to.write_all(&[0; 2 * BLOCK])
}

/// A record's length counts its own digits.
fn put(to: &mut Vec<u8>, key: &str, value: &[u8]) {
    let rest = key.len() + value.len() + 3;
    let mut length = rest + 1;
    while length != rest + length.to_string().len() {
        length = rest + length.to_string().len();
    }
    to.extend_from_slice(format!("{length} {key}=").as_bytes());
    to.extend_from_slice(value);
    to.push(b'\n');
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::host::tar::Reader;
    use proptest::prelude::*;
    use std::io::Read;

    fn kinds() -> impl Strategy<Value = Kind> {
        prop_oneof![Just(Kind::File), Just(Kind::Dir), Just(Kind::Link), Just(Kind::Name)]
    }

    fn members() -> impl Strategy<Value = (Member, Vec<u8>)> {
        let name = || proptest::collection::vec(1u8..=255, 1..300);
        let attribute = ("user\\.[a-z]{1,9}", proptest::collection::vec(any::<u8>(), 0..40));
        (
            (kinds(), name(), name(), proptest::collection::vec(any::<u8>(), 0..1500)),
            (
                0u32..0o10000,
                any::<u32>(),
                any::<u32>(),
                -4_000_000_000i64..4_000_000_000,
                0u32..1_000_000_000,
            ),
            proptest::collection::vec(attribute, 0..3),
            prop_oneof![Just(String::new()), Just("schg,nodump".to_string())],
        )
            .prop_map(
                |((kind, path, link, bytes), (mode, uid, gid, seconds, nanos), attributes, flags)| {
                    let bytes = if kind == Kind::File { bytes } else { Vec::new() };
                    let mut path = path;
                    // A file whose name ends with a slash is a directory (tar(5)).
                    if path.last() == Some(&b'/') {
                        path.push(b'x');
                    }
                    let link = if matches!(kind, Kind::Link | Kind::Name) { link } else { Vec::new() };
                    let attributes =
                        attributes.into_iter().map(|(n, v): (String, _)| (n.into_bytes(), v)).collect();
                    let size = bytes.len() as u64;
                    let mtime = (seconds, nanos);
                    (Member { path, kind, link, size, mode, uid, gid, mtime, attributes, flags }, bytes)
                },
            )
    }

    proptest! {
        #[test]
        fn what_is_written_reads_back(all in proptest::collection::vec(members(), 0..6), skip in any::<bool>()) {
            let mut text = Vec::new();
            for (m, bytes) in &all {
                header(&mut text, m).unwrap();
                text.extend_from_slice(bytes);
                pad(&mut text, m.size).unwrap();
            }
            end(&mut text).unwrap();
            let mut reader = Reader::new(&text[..]);
            for (m, bytes) in &all {
                prop_assert_eq!(&reader.member().unwrap().unwrap(), m);
                if !skip {
                    let mut found = Vec::new();
                    reader.read_to_end(&mut found).unwrap();
                    prop_assert_eq!(&found, bytes);
                }
            }
            prop_assert!(reader.member().unwrap().is_none());
            reader.finish().unwrap();
        }

        #[test]
        fn what_is_no_archive_is_refused_and_nothing_panics(mut text in proptest::collection::vec(any::<u8>(), 0..2000)) {
            let read = |text: &[u8]| {
                let mut reader = Reader::new(text);
                while reader.member()?.is_some() {}
                reader.finish().map(|_| ())
            };
            let whole = text.len() >= 1024 && text.iter().all(|b| *b == 0);
            prop_assert_eq!(read(&text).is_ok(), whole);
            // One whose header has its sum.
            if text.len() > 512 {
                let mut header = [0u8; 512];
                header.copy_from_slice(&text[..512]);
                let mut header = tar::Header::from_byte_slice(&header).clone();
                header.set_cksum();
                text[..512].copy_from_slice(header.as_bytes());
                let _ = read(&text);
            }
        }
    }
}
