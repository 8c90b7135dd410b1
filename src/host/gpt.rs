//! The GUID partition table of a disk whose length has changed: its backup has to be at the end (UEFI specification, 5.3).
//! A guest that finds it elsewhere says that its disk is corrupt, and lets nothing grow.

use super::stream::open_disk;
use crate::error::{Error, Result};
use rustix::fs::OFlags;
use std::fs::{File, OpenOptions};
use std::io::{self, Seek, SeekFrom};
use std::os::unix::fs::FileExt;
use std::path::Path;

/// The longest array of entries that is taken; the usual one has 16 KiB.
const MAX_ENTRIES: u64 = 1 << 20;

/// What putting the backup right changes in the first 4096 bytes of a disk with sectors of 512: the length of the partition
/// that protects the table; the table's sum, where its backup is, and the last sector for partitions.
pub const MOVED: [std::ops::Range<usize>; 4] = [458..462, 528..532, 544..552, 560..568];

/// A table, as the head of a disk has it.
struct Table {
    /// Bytes of a sector.
    sector: u64,
    header: Vec<u8>,
    entries: Vec<u8>,
}

/// Puts the backup where the disk ends, and says so in the table; the table itself is written last. A disk without a
/// table, or with one that is broken, is left as it is. Returns whether anything was written.
///
/// # Errors
/// It can't be read or written, or ends before its last partition does.
pub fn end(path: &Path) -> Result<bool> {
    let fail = |e| Error::io(path, "putting the end of its partition table right", e);
    let mut disk =
        open_disk(path, OpenOptions::new().read(true).write(true), OFlags::empty()).map_err(fail)?;
    let length = disk.seek(SeekFrom::End(0)).map_err(fail)?;
    let Some(table) = Table::read(&disk, length).map_err(fail)? else { return Ok(false) };
    let (last, rows) = (length / table.sector - 1, (table.entries.len() as u64).div_ceil(table.sector));
    if number(&table.header, 32) == last {
        return Ok(false);
    }
    let usable = last.saturating_sub(rows + 1);
    if table.end() > usable {
        return Err(Error::failed(path.display(), "it ends before its last partition does"));
    }
    let entries = table.padded(rows);
    let at = last - rows;
    disk.write_all_at(&entries, at * table.sector)
        .and_then(|()| disk.write_all_at(&table.header([last, 1, usable, at]), last * table.sector))
        .and_then(|()| disk.sync_all())
        .and_then(|()| protect(&disk, table.sector, last))
        .and_then(|()| {
            let first = [1, last, usable, number(&table.header, 72)];
            disk.write_all_at(&table.header(first), table.sector)
        })
        .and_then(|()| disk.sync_all())
        .map_err(fail)?;
    Ok(true)
}

impl Table {
    fn read(disk: &File, length: u64) -> io::Result<Option<Self>> {
        for sector in [512u64, 4096] {
            if length < sector * 64 {
                continue;
            }
            let mut header = vec![0; usize::try_from(sector).unwrap_or(512)];
            disk.read_exact_at(&mut header, sector)?;
            let size = u64::from(half(&header, 12));
            if !header.starts_with(b"EFI PART") || !(92..=sector).contains(&size) || number(&header, 24) != 1
            {
                continue;
            }
            let sum = half(&header, 16);
            let mut bare = header[..size as usize].to_vec();
            bare[16..20].fill(0);
            let rows = u64::from(half(&header, 80)) * u64::from(half(&header, 84));
            let at = number(&header, 72).saturating_mul(sector);
            if crc(&bare) != sum || !(128..=MAX_ENTRIES).contains(&rows) || at.saturating_add(rows) > length {
                continue;
            }
            // Whole sectors: a device of FreeBSD reads nothing else.
            let mut entries = vec![0; rows.next_multiple_of(sector) as usize];
            disk.read_exact_at(&mut entries, at)?;
            entries.truncate(rows as usize);
            if crc(&entries) == half(&header, 88) {
                return Ok(Some(Self { sector, header, entries }));
            }
        }
        Ok(None)
    }

    /// The last sector of the last partition.
    fn end(&self) -> u64 {
        let size = half(&self.header, 84).max(128) as usize;
        let used = self.entries.chunks_exact(size).filter(|e| e[..16].iter().any(|b| *b != 0));
        used.map(|e| number(e, 40)).max().unwrap_or(0)
    }

    fn padded(&self, rows: u64) -> Vec<u8> {
        let mut entries = self.entries.clone();
        entries.resize((rows * self.sector) as usize, 0);
        entries
    }

    /// The header with other places: its own, the other one's, the last sector for partitions, the entries'.
    fn header(&self, [own, other, usable, entries]: [u64; 4]) -> Vec<u8> {
        let mut header = self.header.clone();
        for (at, value) in [(24, own), (32, other), (48, usable), (72, entries)] {
            header[at..at + 8].copy_from_slice(&value.to_le_bytes());
        }
        header[16..20].fill(0);
        let sum = crc(&header[..half(&header, 12) as usize]);
        header[16..20].copy_from_slice(&sum.to_le_bytes());
        header
    }
}

/// Lets the partition that protects the table from what knows only the older one end where the disk does (5.2.3).
fn protect(disk: &File, sector: u64, last: u64) -> io::Result<()> {
    let mut first = vec![0; sector as usize];
    disk.read_exact_at(&mut first, 0)?;
    if first[510..512] == [0x55, 0xaa] && first[450] == 0xee {
        let sectors = u32::try_from(last).unwrap_or(u32::MAX);
        first[458..462].copy_from_slice(&sectors.to_le_bytes());
        disk.write_all_at(&first, 0)?;
    }
    Ok(())
}

fn number(bytes: &[u8], at: usize) -> u64 {
    bytes.get(at..at + 8).and_then(|b| b.try_into().ok()).map_or(0, u64::from_le_bytes)
}

fn half(bytes: &[u8], at: usize) -> u32 {
    bytes.get(at..at + 4).and_then(|b| b.try_into().ok()).map_or(0, u32::from_le_bytes)
}

/// CRC-32 as the specification has it (4.2): that of ISO 3309, lowest bit first.
fn crc(bytes: &[u8]) -> u32 {
    let step = |sum: u32, _| if sum & 1 == 1 { (sum >> 1) ^ 0xedb8_8320 } else { sum >> 1 };
    !bytes.iter().fold(u32::MAX, |sum, b| (0..8).fold(sum ^ u32::from(*b), step))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A disk of so many sectors with a table whose last partition ends there.
    fn disk(path: &Path, sectors: u64, ends: u64) -> File {
        let file = OpenOptions::new().read(true).write(true).create(true).truncate(false).open(path).unwrap();
        file.set_len(sectors * 512).unwrap();
        let mut entries = vec![0u8; 128 * 128];
        entries[..16].fill(7);
        entries[32..40].copy_from_slice(&40u64.to_le_bytes());
        entries[40..48].copy_from_slice(&ends.to_le_bytes());
        let mut header = vec![0u8; 512];
        header[..8].copy_from_slice(b"EFI PART");
        for (at, value) in [(12, 92u32), (80, 128), (84, 128), (88, crc(&entries))] {
            header[at..at + 4].copy_from_slice(&value.to_le_bytes());
        }
        let table = Table { sector: 512, header, entries };
        file.write_all_at(&table.header([1, sectors - 1, sectors - 34, 2]), 512).unwrap();
        file.write_all_at(&table.entries, 1024).unwrap();
        file.write_all_at(&[0, 0, 2, 0, 0xee, 0, 0, 0, 1, 0, 0, 0, 9, 9, 9, 9], 446).unwrap();
        file.write_all_at(&[0x55, 0xaa], 510).unwrap();
        file
    }

    fn at(file: &File, sector: u64) -> Vec<u8> {
        let mut header = vec![0; 512];
        file.read_exact_at(&mut header, sector * 512).unwrap();
        header
    }

    #[test]
    fn a_known_sum() {
        assert_eq!(crc(b"123456789"), 0xcbf4_3926);
    }

    #[test]
    fn the_backup_follows_the_end_both_ways() {
        let t = tempfile::tempdir().unwrap();
        let path = t.path().join("disk");
        let file = disk(&path, 4096, 4000);
        assert!(!end(&path).unwrap(), "what is right was written");
        for sectors in [8192u64, 4096] {
            file.set_len(sectors * 512).unwrap();
            assert!(end(&path).unwrap());
            assert!(!end(&path).unwrap(), "not whole: it was written twice");
            let (first, backup) = (at(&file, 1), at(&file, sectors - 1));
            assert_eq!([24, 32, 48, 72].map(|f| number(&first, f)), [1, sectors - 1, sectors - 34, 2]);
            assert_eq!(
                [24, 32, 48, 72].map(|f| number(&backup, f)),
                [sectors - 1, 1, sectors - 34, sectors - 33]
            );
            assert_eq!(at(&file, sectors - 33), at(&file, 2), "the entries are not there");
            assert_eq!(u64::from(half(&at(&file, 0), 458)), sectors - 1);
            // Read by the same rules, the backup is a table too.
            let mut bare = backup[..92].to_vec();
            bare[16..20].fill(0);
            assert_eq!(crc(&bare), half(&backup, 16));
        }
        file.set_len(4010 * 512).unwrap();
        assert!(end(&path).unwrap_err().reason.contains("last partition"));
    }

    #[test]
    fn what_has_no_table_is_left() {
        let t = tempfile::tempdir().unwrap();
        let path = t.path().join("disk");
        let file = disk(&path, 4096, 4000);
        file.set_len(8192 * 512).unwrap();
        for (place, byte) in [(1024, 1u8), (512 + 56, 1), (512, b'X')] {
            file.write_all_at(&[byte], place).unwrap();
            let before = std::fs::read(&path).unwrap();
            assert!(!end(&path).unwrap(), "a broken table was taken at {place}");
            assert!(std::fs::read(&path).unwrap() == before);
        }
        file.set_len(100).unwrap();
        assert!(!end(&path).unwrap());
    }
}
