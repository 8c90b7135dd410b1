//! Disk images: what they are packed and written in, and what jug knows of one it has.

use super::sum::Sum;
use super::text::as_text;
use std::fmt;
use std::str::FromStr;

/// What an image is packed in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Packing {
    /// gzip(1).
    Gzip,
    /// xz(1).
    Xz,
    /// zstd(1).
    Zstd,
    /// bzip2(1).
    Bzip2,
}

impl Packing {
    const ALL: [(Self, &'static str, &'static [u8]); 4] = [
        (Self::Gzip, "gz", &[0x1f, 0x8b]),
        (Self::Xz, "xz", b"\xfd7zXZ\0"),
        (Self::Zstd, "zst", &[0x28, 0xb5, 0x2f, 0xfd]),
        (Self::Bzip2, "bz2", b"BZh"),
    ];
    /// The end of names of files so packed.
    pub fn as_str(self) -> &'static str {
        Self::ALL.iter().find(|(p, ..)| *p == self).map_or("", |(_, word, _)| word)
    }
}

/// What a disk is written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Disk {
    /// Sector after sector.
    Raw,
    /// QEMU's.
    Qcow2,
    /// VMware's, in one file.
    Vmdk,
}

impl Disk {
    /// As qemu-img(1) calls it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Raw => "raw",
            Self::Qcow2 => "qcow2",
            Self::Vmdk => "vmdk",
        }
    }
}

/// What an image came in: `raw`, `raw.xz`, `qcow2`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Format {
    /// The disk.
    pub disk: Disk,
    /// What that is packed in.
    pub packing: Option<Packing>,
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.disk.as_str())?;
        self.packing.map_or(Ok(()), |p| write!(f, ".{}", p.as_str()))
    }
}

impl FromStr for Format {
    type Err = String;
    fn from_str(s: &str) -> Result<Self, String> {
        let (disk, packing) = s.split_once('.').map_or((s, None), |(d, p)| (d, Some(p)));
        let disk = [Disk::Raw, Disk::Qcow2, Disk::Vmdk].into_iter().find(|d| d.as_str() == disk);
        let known = |p| Packing::ALL.iter().find(|(_, word, _)| *word == p).map(|(p, ..)| *p);
        match (disk, packing.map(known)) {
            (Some(disk), None) => Ok(Self { disk, packing: None }),
            (Some(disk), Some(Some(p))) => Ok(Self { disk, packing: Some(p) }),
            _ => Err(format!("unknown format `{}`", super::name::printable(s))),
        }
    }
}

/// What a file is, by how it begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Content {
    /// Something packed.
    Packed(Packing),
    /// A disk.
    Disk(Disk),
}

/// How much of the beginning of a file tells what it is, and what else it would have read.
pub const HEAD: usize = 64 << 10;

/// Contents that could be taken for a raw disk and are none that jug reads: where which bytes stand, and what it is.
const OTHERS: [(usize, &[u8], &str); 9] = [
    (257, b"ustar", "a tar archive (an OVA is one): take the disk out of it with tar(1)"),
    (0, b"PK\x03\x04", "a zip archive: take the disk out of it with unzip(1)"),
    (0, b"# Disk DescriptorFile", "a VMDK whose data lie in other files: only one in a single file is taken"),
    (0, b"COWD", "a VMDK of an old kind: convert it with qemu-img(1)"),
    (0, b"vhdxfile", "a VHDX: convert it with qemu-img(1)"),
    (0, b"conectix", "a VHD: convert it with qemu-img(1)"),
    (64, b"\x7f\x10\xda\xbe", "a VDI: convert it with qemu-img(1)"),
    (0, b"<!DOCTYPE", "a page of a web server, and no disk"),
    (0, b"<html", "a page of a web server, and no disk"),
];

/// Says what a file of `length` bytes that begins so is.
///
/// # Errors
/// It is no disk, or one that would read other files of this host: a backing file, or extents of its own choice.
pub fn content(head: &[u8], length: u64) -> Result<Content, String> {
    let at = |at: usize, magic: &[u8]| head.get(at..).is_some_and(|h| h.starts_with(magic));
    if let Some((packing, ..)) = Packing::ALL.iter().find(|(_, _, magic)| at(0, magic)) {
        return Ok(Content::Packed(*packing));
    }
    if let Some((_, _, what)) = OTHERS.iter().find(|(place, magic, _)| at(*place, magic)) {
        return Err(format!("it is {what}"));
    }
    if at(0, b"QFI\xfb") {
        return qcow2(head).map(|()| Content::Disk(Disk::Qcow2));
    }
    if at(0, b"KDMV") {
        return vmdk(head).map(|()| Content::Disk(Disk::Vmdk));
    }
    if length == 0 || !length.is_multiple_of(512) {
        return Err(format!(
            "{length} bytes are no whole number of sectors: it is no disk, or not all of one"
        ));
    }
    Ok(Content::Disk(Disk::Raw))
}

/// The header of a qcow2 (docs/interop/qcow2.txt of QEMU): numbers are big-endian.
fn qcow2(head: &[u8]) -> Result<(), String> {
    let number = |at: usize, bytes: usize| {
        head.get(at..at + bytes).map(|b| b.iter().fold(0u64, |n, b| n << 8 | u64::from(*b)))
    };
    let (Some(version), Some(backing), Some(crypt)) = (number(4, 4), number(8, 8), number(32, 4)) else {
        return Err("it is a qcow2 that breaks off in its header".into());
    };
    if !matches!(version, 2 | 3) {
        return Err(format!("it is a qcow2 of version {version}, which is not known"));
    }
    if backing != 0 {
        return Err("it is a qcow2 with a backing file, which would be another file of this host".into());
    }
    if crypt != 0 {
        return Err("it is an encrypted qcow2".into());
    }
    // Incompatible features, bit 2: the data lie in another file.
    if version == 3 && number(72, 8).is_none_or(|features| features & 4 != 0) {
        return Err("it is a qcow2 whose data lie in another file of this host".into());
    }
    Ok(())
}

/// The header of a sparse extent (VMware's Virtual Disk Format 5.0): numbers are little-endian. QEMU looks for other files
/// in the descriptor inside, for all of the data where the capacity is 0, and for a parent everywhere else.
fn vmdk(head: &[u8]) -> Result<(), String> {
    let number =
        |at: usize| head.get(at..at + 8).map(|b| b.iter().rev().fold(0u64, |n, b| n << 8 | u64::from(*b)));
    let (Some(capacity), Some(descriptor), Some(sectors)) = (number(12), number(28), number(36)) else {
        return Err("it is a VMDK that breaks off in its header".into());
    };
    if capacity == 0 {
        return Err("it is a VMDK whose data lie in other files of this host".into());
    }
    // QEMU reads 20 sectors, whatever the header says.
    let from = usize::try_from(descriptor).ok().and_then(|d| d.checked_mul(512));
    let most = usize::try_from(sectors).ok().and_then(|s| s.max(20).checked_mul(512));
    let inside = from.zip(most).and_then(|(from, most)| Some(from..from.checked_add(most)?));
    let text = match inside {
        Some(r) if r.start >= 512 && r.end <= HEAD => {
            head.get(r.start..r.end.min(head.len())).unwrap_or_default()
        }
        _ => return Err("it is a VMDK whose descriptor is not where it ought to be".into()),
    };
    let has = |word: &[u8]| text.windows(word.len()).any(|w| w.eq_ignore_ascii_case(word));
    if has(b"parentFileNameHint") {
        return Err("it is a VMDK with a parent, which would be another file of this host".into());
    }
    Ok(())
}

/// `images/<name>/image.toml`: the image beside it is raw, whatever it came in.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Image {
    /// The format of this file.
    pub version: u32,
    /// Its identity.
    pub uuid: uuid::Uuid,
    /// When it came.
    pub created: jiff::Timestamp,
    /// The address or file it came from.
    pub source: String,
    /// What it came in.
    pub format: Format,
    /// The sum by which what came was checked; nothing if it was taken without.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source_sum: Option<Sum>,
    /// Bytes of the image.
    pub size: u64,
    /// The sum of the image itself.
    pub sum: Sum,
    /// When the image was last written, to the nanosecond: while that and its size stay, it is not read again.
    pub mtime: jiff::Timestamp,
    /// When it was last read and had its sum.
    pub verified: jiff::Timestamp,
}

as_text!(Format);

#[cfg(test)]
mod tests {
    use super::*;

    fn with(length: usize, parts: &[(usize, &[u8])]) -> Vec<u8> {
        let mut all = vec![0; length];
        for (at, bytes) in parts {
            all[*at..*at + bytes.len()].copy_from_slice(bytes);
        }
        all
    }
    fn told(head: &[u8]) -> Result<Content, String> {
        content(head, head.len() as u64)
    }

    #[test]
    fn formats_read_back() {
        for text in ["raw", "raw.xz", "raw.zst", "raw.gz", "qcow2", "vmdk", "qcow2.bz2"] {
            assert_eq!(text.parse::<Format>().unwrap().to_string(), text);
        }
        for bad in ["", "raw.", "raw.rar", "iso", "qcow2.xz.xz"] {
            assert!(bad.parse::<Format>().is_err(), "{bad} was taken");
        }
    }

    #[test]
    fn content_is_known_by_how_it_begins() {
        assert_eq!(told(&with(512, &[])), Ok(Content::Disk(Disk::Raw)));
        assert_eq!(told(b"\xfd7zXZ\0rest"), Ok(Content::Packed(Packing::Xz)));
        assert_eq!(told(b"\x28\xb5\x2f\xfdrest"), Ok(Content::Packed(Packing::Zstd)));
        assert_eq!(told(b"\x1f\x8brest"), Ok(Content::Packed(Packing::Gzip)));
        for (head, why) in [
            (with(1024, &[(257, b"ustar")]), "tar archive"),
            (with(513, &[]), "no whole number of sectors"),
            (Vec::new(), "0 bytes"),
            (with(512, &[(0, b"<!DOCTYPE html>")]), "web server"),
            (with(512, &[(0, b"# Disk DescriptorFile")]), "other files"),
            (with(1024, &[(64, b"\x7f\x10\xda\xbe")]), "VDI"),
        ] {
            assert!(told(&head).unwrap_err().contains(why), "{why}");
        }
    }

    #[test]
    fn a_qcow2_that_would_read_other_files_is_refused() {
        let good = with(512, &[(0, b"QFI\xfb\0\0\0\x03")]);
        assert_eq!(told(&good), Ok(Content::Disk(Disk::Qcow2)));
        for (part, why) in [
            ((15, &[1u8][..]), "backing file"),
            ((35, &[1][..]), "encrypted"),
            ((79, &[4][..]), "another file"),
            ((7, &[9][..]), "version 9"),
        ] {
            let bad = with(512, &[(0, b"QFI\xfb\0\0\0\x03"), part]);
            assert!(told(&bad).unwrap_err().contains(why), "{why}");
        }
        assert!(told(b"QFI\xfb\0\0\0\x03").unwrap_err().contains("breaks off"));
        assert!(told(&with(76, &[(0, b"QFI\xfb\0\0\0\x03")])).is_err());
    }

    #[test]
    fn a_vmdk_that_would_read_other_files_is_refused() {
        let head = |capacity: u8, descriptor: u8, text: &'static [u8]| {
            with(HEAD, &[(0, b"KDMV\x03"), (12, &[capacity]), (28, &[descriptor]), (36, &[20]), (512, text)])
        };
        assert_eq!(told(&head(8, 1, b"# Disk DescriptorFile\n")), Ok(Content::Disk(Disk::Vmdk)));
        for (bad, why) in [
            (head(0, 1, b""), "other files"),
            (head(8, 1, b"parentfilenameHINT=\"/etc/passwd\""), "parent"),
            (head(8, 0, b""), "descriptor"),
            (head(8, 200, b""), "descriptor"),
        ] {
            assert!(told(&bad).unwrap_err().contains(why), "{why}");
        }
    }
}
