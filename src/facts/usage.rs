//! What environments use of the host, and how much they may.

use crate::model::limits::{CpuSet, Limit};

/// What this host can hold an environment to.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Limiting {
    /// The limits that it can hold, of those that were asked about.
    pub can: Vec<Limit>,
    /// Its CPUs, where it was asked for them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cpus: Option<CpuSet>,
    /// The rules of jails that rctl(8) has, whoever made them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub rules: Vec<String>,
}

/// Numbers beside each other: used, or allowed. What is not known, or not limited, is `None`.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Amounts {
    /// Bytes.
    pub memory: Option<u64>,
    /// Bytes.
    pub swap: Option<u64>,
    /// Percent of one CPU.
    pub cpu: Option<f64>,
    /// Processes; on Linux threads as well.
    pub processes: Option<u64>,
    /// Open files.
    pub open_files: Option<u64>,
    /// Bytes a second.
    pub read_bps: Option<u64>,
    /// Bytes a second.
    pub write_bps: Option<u64>,
    /// Reads a second.
    pub read_iops: Option<u64>,
    /// Writes a second.
    pub write_iops: Option<u64>,
}

impl Amounts {
    /// Sets one of them.
    pub fn set(&mut self, limit: Limit, amount: u64) {
        let amount = Some(amount);
        match limit {
            Limit::Memory => self.memory = amount,
            Limit::Swap => self.swap = amount,
            Limit::Cpu => self.cpu = amount.map(|n| n as f64),
            Limit::Cpuset => {}
            Limit::Processes => self.processes = amount,
            Limit::OpenFiles => self.open_files = amount,
            Limit::ReadBps => self.read_bps = amount,
            Limit::WriteBps => self.write_bps = amount,
            Limit::ReadIops => self.read_iops = amount,
            Limit::WriteIops => self.write_iops = amount,
        }
    }

    /// One of them as a whole number.
    pub fn get(&self, limit: Limit) -> Option<u64> {
        match limit {
            Limit::Memory => self.memory,
            Limit::Swap => self.swap,
            Limit::Cpu => self.cpu.map(|n| n as u64),
            Limit::Cpuset => None,
            Limit::Processes => self.processes,
            Limit::OpenFiles => self.open_files,
            Limit::ReadBps => self.read_bps,
            Limit::WriteBps => self.write_bps,
            Limit::ReadIops => self.read_iops,
            Limit::WriteIops => self.write_iops,
        }
    }
}

/// One environment's.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Usage {
    /// What it uses.
    pub used: Amounts,
    /// What it may use.
    pub allowed: Amounts,
    /// Nanoseconds of CPU time so far, where the system says no rate: two of them give one.
    pub cpu_time: Option<u64>,
}

impl Usage {
    /// The rate since an earlier look, so many seconds ago.
    #[must_use]
    pub fn since(mut self, earlier: &Self, seconds: f64) -> Self {
        if let (Some(now), Some(then)) = (self.cpu_time, earlier.cpu_time)
            && seconds > 0.0
        {
            // One that was started again meanwhile counts from nothing.
            self.used.cpu = Some(now.saturating_sub(then) as f64 / 1e9 / seconds * 100.0);
        }
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rate_is_of_two_looks() {
        let at = |cpu_time| Usage { cpu_time, ..Usage::default() };
        assert_eq!(at(Some(3_000_000_000)).since(&at(Some(2_000_000_000)), 2.0).used.cpu, Some(50.0));
        assert_eq!(at(Some(1)).since(&at(Some(2)), 2.0).used.cpu, Some(0.0));
        assert_eq!(at(None).since(&at(Some(2)), 2.0).used.cpu, None);
        assert_eq!(at(Some(2)).since(&at(Some(2)), 0.0).used.cpu, None);
    }

    #[test]
    fn what_is_set_is_found() {
        for limit in Limit::ALL.into_iter().filter(|l| *l != Limit::Cpuset) {
            let mut all = Amounts::default();
            all.set(limit, 7);
            let found: Vec<Limit> = Limit::ALL.into_iter().filter(|l| all.get(*l) == Some(7)).collect();
            assert_eq!(found, [limit]);
        }
    }
}
