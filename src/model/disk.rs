//! A disk of a VM: `disk0:10G`, `disk1:20G,bus=nvme,type=raw`, or `shared:/dev/da1`.

use super::name::{AbsPath, printable};
use super::size::ByteSize;
use super::text::as_text;
use crate::error::{Error, Result};
use std::fmt;
use std::str::FromStr;

/// The name of a disk: it names a file, a volume below the VM's dataset, and the serial number that the guest sees.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DiskName(String);

/// The device that a guest sees.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize, clap::ValueEnum,
)]
#[serde(rename_all = "kebab-case")]
pub enum Bus {
    /// VirtIO.
    #[default]
    VirtioBlk,
    /// NVM Express.
    Nvme,
    /// SATA.
    Ahci,
}

/// How a disk of jug's own is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize, clap::ValueEnum)]
#[serde(rename_all = "lowercase")]
pub enum DiskKind {
    /// A volume below the VM's dataset.
    Zvol,
    /// A sparse file among its data.
    Raw,
}

/// Where a disk's blocks are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Blocks {
    /// jug made it, and removes it with its VM.
    Own {
        /// So large.
        size: ByteSize,
        /// As this; by default a volume with storage zfs, else a file.
        kind: Option<DiskKind>,
    },
    /// A device or file of somebody else's, such as an iSCSI disk: jug neither makes nor removes it.
    Theirs(AbsPath),
}

/// One disk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Disk {
    /// Its name.
    pub name: DiskName,
    /// Where its blocks are.
    pub blocks: Blocks,
    /// What the guest sees it as.
    pub bus: Bus,
    /// Whether the guest may not write to it.
    pub read_only: bool,
}

impl DiskName {
    /// The name of the disk of that number.
    pub fn numbered(n: usize) -> Self {
        Self(format!("disk{n}"))
    }
    /// Its text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for DiskName {
    type Err = Error;
    fn from_str(s: &str) -> Result<Self> {
        let bad = |why: &str| Error::usage(printable(s), why.to_string());
        let mut all = s.bytes();
        // The serial number of a disk of ahci(4) has 20 characters (bhyve_config(5)).
        if s.len() > 20 || !all.next().is_some_and(|b| b.is_ascii_lowercase()) {
            return Err(bad("the name of a disk begins with a small letter and has at most 20 characters"));
        }
        if !all.all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_' || b == b'-') {
            return Err(bad("the name of a disk holds small letters, digits, `-` and `_` only"));
        }
        if matches!(s, "data" | "system" | "seed" | "cd" | "export") {
            return Err(bad(
                "data, system, seed, cd and export have a meaning of their own beside a VM's disks",
            ));
        }
        Ok(Self(s.to_string()))
    }
}

impl fmt::Display for DiskName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl Bus {
    /// The word in TOML.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::VirtioBlk => "virtio-blk",
            Self::Nvme => "nvme",
            Self::Ahci => "ahci",
        }
    }
}

impl DiskKind {
    /// The word in TOML.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Zvol => "zvol",
            Self::Raw => "raw",
        }
    }
}

impl FromStr for Disk {
    type Err = Error;
    fn from_str(s: &str) -> Result<Self> {
        let bad = |why: String| {
            Error::usage(format!("disk {}", printable(s)), why).next(
                "write NAME:SIZE or NAME:/dev/DEVICE, then ,bus=virtio-blk|nvme|ahci ,type=zvol|raw and ,ro if need be",
            )
        };
        let mut words = s.split(',');
        let (name, place) = words
            .next()
            .and_then(|w| w.split_once(':'))
            .ok_or_else(|| bad("what it is called, or how large it is, is not said".into()))?;
        let name = name.parse().map_err(|e: Error| bad(e.reason))?;
        let mut blocks = if place.starts_with('/') {
            Blocks::Theirs(place.parse().map_err(|e: Error| bad(e.reason))?)
        } else {
            Blocks::Own { size: disk_size(place).map_err(|e| bad(e.reason))?, kind: None }
        };
        let (mut bus, mut read_only) = (None, false);
        for word in words {
            match (word.split_once('='), &mut blocks) {
                (Some(("bus", value)), _) if bus.is_none() => {
                    let found =
                        [Bus::VirtioBlk, Bus::Nvme, Bus::Ahci].into_iter().find(|b| b.as_str() == value);
                    bus = Some(found.ok_or_else(|| bad(format!("there is no bus {}", printable(value))))?);
                }
                (Some(("type", value)), Blocks::Own { kind: kind @ None, .. }) => {
                    let found = [DiskKind::Zvol, DiskKind::Raw].into_iter().find(|k| k.as_str() == value);
                    *kind = Some(found.ok_or_else(|| bad(format!("there is no type {}", printable(value))))?);
                }
                (None, _) if word == "ro" => read_only = true,
                _ => return Err(bad(format!("{} is not understood", printable(word)))),
            }
        }
        Ok(Self { name, blocks, bus: bus.unwrap_or_default(), read_only })
    }
}

/// A size that a disk can have: whole sectors of 4096 bytes, and at least one MiB.
///
/// # Errors
/// It is none.
pub fn disk_size(s: &str) -> Result<ByteSize> {
    let size: ByteSize = s.parse()?;
    if size.0 < 1 << 20 || !size.0.is_multiple_of(4096) {
        let hint = size.too_small('G');
        return Err(Error::usage(
            printable(s),
            format!("a disk has at least 1M, in whole sectors of 4096 bytes{hint}"),
        ));
    }
    Ok(size)
}

impl fmt::Display for Disk {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.blocks {
            Blocks::Own { size, .. } => write!(f, "{}:{size}", self.name)?,
            Blocks::Theirs(path) => write!(f, "{}:{path}", self.name)?,
        }
        if self.bus != Bus::default() {
            write!(f, ",bus={}", self.bus.as_str())?;
        }
        if let Blocks::Own { kind: Some(kind), .. } = self.blocks {
            write!(f, ",type={}", kind.as_str())?;
        }
        f.write_str(if self.read_only { ",ro" } else { "" })
    }
}

as_text!(DiskName, Disk);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn disks_are_read_and_printed() {
        for s in ["disk0:10G", "db:512M,bus=nvme,type=raw", "x:/dev/da1,bus=ahci,ro", "disk1:1T,type=zvol"] {
            assert_eq!(s.parse::<Disk>().unwrap().to_string(), s);
        }
        for bad in [
            "",
            "disk0",
            "disk0:",
            "disk0:0",
            "disk0:1000",
            "Disk:1G",
            "data:1G",
            "export:1G",
            "../x:1G",
            "a/b:1G",
            "disk0:1G,bus=ide",
            "disk0:1G,bus=nvme,bus=ahci",
            "disk0:/dev/da1,type=raw",
            "disk0:dev/da1",
            "disk0:1G,x",
            "averyveryverylongname1:1G",
        ] {
            assert!(bad.parse::<Disk>().is_err(), "{bad:?} was taken");
        }
        let told = |s: &str| disk_size(s).unwrap_err().reason;
        assert!(told("20").ends_with("20 is bytes: did you mean 20G?"), "{}", told("20"));
        assert!(!told("1048577").contains("did you mean"), "{}", told("1048577"));
        assert!("cd:1G".parse::<Disk>().unwrap_err().reason.contains("data, system, seed, cd and export"));
    }
}
