//! `limits.*`: how much of the host an environment may use.

use super::size::ByteSize;
use super::text::as_text;
use crate::error::Error;
use std::fmt;
use std::str::FromStr;

/// The least memory that is of any use: the OCI runtime's own first process needs more than this.
const MIN_MEMORY: u64 = 1 << 20;
/// What a kernel's signed numbers hold, memory and swap together too.
const MAX: u64 = 1 << 61;
/// CPUs have lower numbers than this (cpuset(2) of FreeBSD 15.0, CPU_MAXSIZE).
const CPUS: u16 = 1024;

/// The table `[limits]`; what is not there is not limited.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Limits {
    /// Memory.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub memory: Option<ByteSize>,
    /// Swap beside the memory.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub swap: Option<ByteSize>,
    /// Percent of one CPU: 150 is one and a half.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cpu: Option<u64>,
    /// The CPUs that it may run on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cpuset: Option<CpuSet>,
    /// Processes; on Linux threads as well.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub processes: Option<u64>,
    /// Open files: of all processes on FreeBSD, of each on Linux.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub open_files: Option<u64>,
    /// Bytes a second that are read from file systems.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub read_bps: Option<ByteSize>,
    /// Bytes a second that are written.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub write_bps: Option<ByteSize>,
    /// Reads a second.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub read_iops: Option<u64>,
    /// Writes a second.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub write_iops: Option<u64>,
    /// Whether a host that can't hold them is refused; otherwise there is a warning.
    pub required: bool,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            memory: None,
            swap: None,
            cpu: None,
            cpuset: None,
            processes: None,
            open_files: None,
            read_bps: None,
            write_bps: None,
            read_iops: None,
            write_iops: None,
            required: true,
        }
    }
}

/// One of the limits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "they are the fields of `Limits`")]
pub enum Limit {
    Memory,
    Swap,
    Cpu,
    Cpuset,
    Processes,
    OpenFiles,
    ReadBps,
    WriteBps,
    ReadIops,
    WriteIops,
}

impl Limit {
    /// All of them, in the order in which they are set.
    pub const ALL: [Self; 10] = [
        Self::Memory,
        Self::Swap,
        Self::Cpu,
        Self::Cpuset,
        Self::Processes,
        Self::OpenFiles,
        Self::ReadBps,
        Self::WriteBps,
        Self::ReadIops,
        Self::WriteIops,
    ];

    /// The key in an environment's TOML.
    pub fn key(self) -> &'static str {
        match self {
            Self::Memory => "limits.memory",
            Self::Swap => "limits.swap",
            Self::Cpu => "limits.cpu",
            Self::Cpuset => "limits.cpuset",
            Self::Processes => "limits.processes",
            Self::OpenFiles => "limits.open_files",
            Self::ReadBps => "limits.read_bps",
            Self::WriteBps => "limits.write_bps",
            Self::ReadIops => "limits.read_iops",
            Self::WriteIops => "limits.write_iops",
        }
    }
}

impl Limits {
    /// The number of a limit that has one; a size is bytes.
    pub fn amount(&self, limit: Limit) -> Option<u64> {
        let bytes = |s: Option<ByteSize>| s.map(|b| b.0);
        match limit {
            Limit::Memory => bytes(self.memory),
            Limit::Swap => bytes(self.swap),
            Limit::Cpu => self.cpu,
            Limit::Cpuset => None,
            Limit::Processes => self.processes,
            Limit::OpenFiles => self.open_files,
            Limit::ReadBps => bytes(self.read_bps),
            Limit::WriteBps => bytes(self.write_bps),
            Limit::ReadIops => self.read_iops,
            Limit::WriteIops => self.write_iops,
        }
    }

    /// Memory and swap together, where swap is limited: what OCI calls swap, and what FreeBSD counts as swapuse.
    pub fn memory_and_swap(&self) -> Option<u64> {
        Some(self.memory?.0.saturating_add(self.swap?.0))
    }

    /// Those that are set.
    pub fn set(&self) -> Vec<Limit> {
        let there = |l: &Limit| match l {
            Limit::Cpuset => self.cpuset.is_some(),
            other => self.amount(*other).is_some(),
        };
        Limit::ALL.into_iter().filter(there).collect()
    }

    /// Without this one.
    pub fn clear(&mut self, limit: Limit) {
        match limit {
            Limit::Memory => self.memory = None,
            Limit::Swap => self.swap = None,
            Limit::Cpu => self.cpu = None,
            Limit::Cpuset => self.cpuset = None,
            Limit::Processes => self.processes = None,
            Limit::OpenFiles => self.open_files = None,
            Limit::ReadBps => self.read_bps = None,
            Limit::WriteBps => self.write_bps = None,
            Limit::ReadIops => self.read_iops = None,
            Limit::WriteIops => self.write_iops = None,
        }
    }

    /// With those of another that are not set here.
    #[must_use]
    pub fn or(self, other: &Self) -> Self {
        Self {
            memory: self.memory.or(other.memory),
            swap: self.swap.or(other.swap),
            cpu: self.cpu.or(other.cpu),
            cpuset: self.cpuset.or_else(|| other.cpuset.clone()),
            processes: self.processes.or(other.processes),
            open_files: self.open_files.or(other.open_files),
            read_bps: self.read_bps.or(other.read_bps),
            write_bps: self.write_bps.or(other.write_bps),
            read_iops: self.read_iops.or(other.read_iops),
            write_iops: self.write_iops.or(other.write_iops),
            required: self.required,
        }
    }

    /// Numbers that mean nothing. The first part of the answer is the key.
    ///
    /// # Errors
    /// A limit of nothing at all, one that no kernel holds, or swap without memory.
    pub fn check(&self) -> Result<(), (&'static str, String)> {
        for limit in self.set() {
            let Some(amount) = self.amount(limit) else { continue };
            let least = match limit {
                Limit::Memory => MIN_MEMORY,
                Limit::Swap => 0,
                _ => 1,
            };
            if amount < least {
                return Err((limit.key(), {
                    let hint =
                        if limit == Limit::Memory { ByteSize(amount).too_small('M') } else { String::new() };
                    format!("it is at least {}{hint}", ByteSize(least))
                }));
            }
            // A CPU quota is microseconds in a tenth of a second, and still has to fit.
            let most = if limit == Limit::Cpu { u64::from(CPUS) * 100 } else { MAX };
            if amount > most {
                return Err((limit.key(), format!("it is at most {}", ByteSize(most))));
            }
        }
        if self.swap.is_some() && self.memory.is_none() {
            return Err(("limits.swap", "it needs limits.memory beside it".into()));
        }
        Ok(())
    }
}

/// A set of CPUs, as cpuset(1) and the kernel of Linux write it: `0-3,5`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CpuSet(Vec<(u16, u16)>);

impl CpuSet {
    /// Whether all of these are among the others.
    pub fn within(&self, others: &Self) -> bool {
        self.0.iter().all(|(first, last)| others.0.iter().any(|(a, b)| a <= first && last <= b))
    }
}

impl FromStr for CpuSet {
    type Err = Error;
    fn from_str(s: &str) -> Result<Self, Error> {
        let bad = |why: &str| Error::usage(super::name::printable(s), why);
        let number = |w: &str| {
            let plain = !w.is_empty() && w.len() <= 4 && w.bytes().all(|b| b.is_ascii_digit());
            w.parse::<u16>()
                .ok()
                .filter(|n| plain && *n < CPUS)
                .ok_or_else(|| bad("not a list of CPUs, such as 0-3,5"))
        };
        let mut ranges = Vec::new();
        for part in s.split(',') {
            let (first, last) = part.split_once('-').unwrap_or((part, part));
            let (first, last) = (number(first)?, number(last)?);
            if first > last {
                return Err(bad("a range of CPUs runs backwards"));
            }
            ranges.push((first, last));
        }
        ranges.sort_unstable();
        // What overlaps or touches is one range, so that two texts of one set are equal.
        let mut merged: Vec<(u16, u16)> = Vec::new();
        for (first, last) in ranges {
            match merged.last_mut() {
                Some(before) if first <= before.1 + 1 => before.1 = before.1.max(last),
                _ => merged.push((first, last)),
            }
        }
        Ok(Self(merged))
    }
}

impl fmt::Display for CpuSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, (first, last)) in self.0.iter().enumerate() {
            let comma = if i > 0 { "," } else { "" };
            match first == last {
                true => write!(f, "{comma}{first}")?,
                false => write!(f, "{comma}{first}-{last}")?,
            }
        }
        Ok(())
    }
}

as_text!(CpuSet);

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn sets_of_cpus() {
        for (text, means) in
            [("0", "0"), ("0-3,5", "0-3,5"), ("5,0-3", "0-3,5"), ("1,2,3", "1-3"), ("0-2,1-4", "0-4")]
        {
            assert_eq!(text.parse::<CpuSet>().unwrap().to_string(), means, "{text}");
        }
        for bad in
            ["", ",", "0,", "a", "-1", "1-", "3-1", "0-1024", "1 ", "0x1", "all", "+1", "1--2", "00001"]
        {
            assert!(bad.parse::<CpuSet>().is_err(), "{bad:?} was taken");
        }
        let set = |s: &str| s.parse::<CpuSet>().unwrap();
        assert!(set("1,3").within(&set("0-3")) && !set("1,4").within(&set("0-3")));
    }

    #[test]
    fn what_means_nothing_is_refused() {
        let read = |text: &str| toml::from_str::<Limits>(text).unwrap();
        for (text, key) in [
            ("memory = \"1K\"", "limits.memory"),
            ("memory = \"4E\"", "limits.memory"),
            ("cpu = 0", "limits.cpu"),
            ("cpu = 1000000", "limits.cpu"),
            ("processes = 0", "limits.processes"),
            ("swap = \"1G\"", "limits.swap"),
            ("read_bps = 0", "limits.read_bps"),
        ] {
            assert_eq!(read(text).check().unwrap_err().0, key, "{text}");
        }
        let all = read("memory = \"512M\"\nswap = 0\ncpu = 150\ncpuset = \"0-3,5\"\nwrite_iops = 7");
        all.check().unwrap();
        assert_eq!(all.set(), [Limit::Memory, Limit::Swap, Limit::Cpu, Limit::Cpuset, Limit::WriteIops]);
        assert_eq!(all.memory_and_swap(), Some(512 << 20));
        let both = read("cpu = 7\nread_iops = 9").or(&all);
        assert_eq!((both.cpu, both.read_iops, both.memory), (Some(7), Some(9), all.memory));
        assert_eq!(both.set().len(), 6);
        assert!(all.required && toml::from_str::<Limits>("memry = 1").is_err());
    }

    proptest! {
        #[test]
        fn a_set_reads_back(ranges in proptest::collection::vec((0u16..1024, 0u16..1024), 1..20)) {
            let text: Vec<String> =
                ranges.iter().map(|(a, b)| format!("{}-{}", a.min(b), a.max(b))).collect();
            let set: CpuSet = text.join(",").parse().unwrap();
            prop_assert_eq!(&set.to_string().parse::<CpuSet>().unwrap(), &set);
            let holds = |set: &[(u16, u16)], n: u16| set.iter().any(|(a, b)| (*a..=*b).contains(&n));
            for n in 0..1024 {
                let meant = ranges.iter().any(|(a, b)| (*a.min(b)..=*a.max(b)).contains(&n));
                prop_assert_eq!(holds(&set.0, n), meant);
            }
        }
        #[test]
        fn parsing_never_panics(s in "[0-9,-]{0,20}|\\PC{0,20}") {
            let _ = s.parse::<CpuSet>();
        }
        #[test]
        fn clearing_all_leaves_none(memory in proptest::option::of(any::<u64>()), cpu in proptest::option::of(any::<u64>())) {
            let mut limits = Limits { memory: memory.map(ByteSize), cpu, ..Limits::default() };
            for l in limits.set() {
                limits.clear(l);
            }
            prop_assert_eq!(limits, Limits::default());
        }
    }
}
