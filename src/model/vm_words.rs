//! The small values of a VM: processors, screen, devices passed through, shares, flags of bhyve(8).

use super::name::{AbsPath, printable};
use super::text::as_text;
use crate::error::{Error, Result};
use std::fmt;
use std::net::SocketAddr;
use std::str::FromStr;

/// How many processors a VM may have: hw.vmm.maxcpu may be less on a host.
const MAX_CPUS: u32 = 256;

/// Processors: `4`, or `8,sockets=2,cores=2,threads=2`. What is not said is one, but for the cores, which are the rest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(try_from = "CpusText", into = "CpusText")]
pub struct Cpus {
    /// All together.
    pub count: u32,
    /// Sockets, cores in each, threads in each of those, where they were said.
    pub topology: Option<[u32; 3]>,
}

#[derive(serde::Serialize, serde::Deserialize)]
#[serde(untagged)]
enum CpusText {
    Number(u32),
    Text(String),
}

impl Default for Cpus {
    fn default() -> Self {
        Self { count: 1, topology: None }
    }
}

impl TryFrom<CpusText> for Cpus {
    type Error = Error;
    fn try_from(v: CpusText) -> Result<Self> {
        match v {
            CpusText::Number(count) => Ok(Self { count, topology: None }),
            CpusText::Text(s) => s.parse(),
        }
    }
}

impl From<Cpus> for CpusText {
    fn from(c: Cpus) -> Self {
        if c.topology.is_some() { Self::Text(c.to_string()) } else { Self::Number(c.count) }
    }
}

impl FromStr for Cpus {
    type Err = Error;
    fn from_str(s: &str) -> Result<Self> {
        let bad = |why: String| {
            Error::usage(printable(s), why)
                .next("write a number, such as 4, or 8,sockets=2,cores=2,threads=2")
        };
        let number = |t: &str| t.parse().map_err(|_| bad(format!("{} is not a number", printable(t))));
        let mut words = s.split(',');
        let count = number(words.next().unwrap_or_default())?;
        let mut said: [Option<u32>; 3] = [None; 3];
        for word in words {
            let (key, value) = word.split_once('=').unwrap_or((word, ""));
            let at = ["sockets", "cores", "threads"].iter().position(|k| *k == key);
            match at.map(|i| &mut said[i]) {
                Some(place @ None) => *place = Some(number(value)?),
                _ => return Err(bad(format!("{} is not understood", printable(word)))),
            }
        }
        let mut cpus = Self { count, topology: None };
        if said.iter().any(Option::is_some) {
            let (sockets, threads) = (said[0].unwrap_or(1), said[2].unwrap_or(1));
            let rest = count.checked_div(sockets.saturating_mul(threads)).unwrap_or(0);
            cpus.topology = Some([sockets, said[1].unwrap_or(rest), threads]);
        }
        cpus.check().map_err(bad)?;
        Ok(cpus)
    }
}

impl fmt::Display for Cpus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.count)?;
        if let Some([s, c, t]) = self.topology {
            write!(f, ",sockets={s},cores={c},threads={t}")?;
        }
        Ok(())
    }
}

impl Cpus {
    /// Refuses what no machine can have.
    pub fn check(&self) -> std::result::Result<(), String> {
        if !(1..=MAX_CPUS).contains(&self.count) {
            return Err(format!("a VM has 1 to {MAX_CPUS} processors, not {}", self.count));
        }
        let [s, c, t] = self.parts();
        if u64::from(s) * u64::from(c) * u64::from(t) != u64::from(self.count) {
            return Err(format!("{s} sockets x {c} cores x {t} threads are not {} processors", self.count));
        }
        Ok(())
    }
    /// Sockets, cores, threads.
    pub fn parts(&self) -> [u32; 3] {
        self.topology.unwrap_or([1, self.count, 1])
    }
}

/// A screen: `127.0.0.1:5901`, then `,w=1024`, `,h=768`, `,wait` or `,password=none` if need be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Vnc {
    /// Where it is shown.
    pub listen: SocketAddr,
    /// Its size in pixels.
    pub size: Option<(u16, u16)>,
    /// Whether the guest begins only once somebody looks.
    pub wait: bool,
    /// Whether a password is asked for.
    pub password: bool,
}

/// The first port of VNC (RFC 6143): screen 0.
pub const VNC_PORT: u16 = 5900;

impl FromStr for Vnc {
    type Err = Error;
    fn from_str(s: &str) -> Result<Self> {
        let bad = |why: String| {
            Error::usage(printable(s), why)
                .next("write ADDRESS:PORT, such as 127.0.0.1:5901, then ,w=1024,h=768 or ,wait if need be")
        };
        let mut words = s.split(',');
        let listen = words.next().unwrap_or_default();
        let listen: SocketAddr =
            listen.parse().map_err(|_| bad(format!("{} is no address with a port", printable(listen))))?;
        let mut vnc = Self { listen, size: None, wait: false, password: true };
        let (mut w, mut h) = (None, None);
        for word in words {
            let pixels = |v: &str| v.parse::<u16>().ok().filter(|p| (320..=4096).contains(p));
            match word.split_once('=') {
                Some(("w", v)) if w.is_none() => {
                    w = Some(pixels(v).ok_or_else(|| bad("w is 320 to 4096".into()))?)
                }
                Some(("h", v)) if h.is_none() => {
                    h = Some(pixels(v).ok_or_else(|| bad("h is 320 to 4096".into()))?)
                }
                Some(("password", "none")) => vnc.password = false,
                None if word == "wait" => vnc.wait = true,
                _ => return Err(bad(format!("{} is not understood", printable(word)))),
            }
        }
        vnc.size = match (w, h) {
            (None, None) => None,
            (Some(w), Some(h)) => Some((w, h)),
            _ => return Err(bad("w and h go together".into())),
        };
        vnc.check().map_err(bad)?;
        Ok(vnc)
    }
}

impl Vnc {
    /// Refuses what would show a screen to everybody.
    pub fn check(&self) -> std::result::Result<(), String> {
        if self.listen.port() < VNC_PORT {
            return Err(format!("its port is {VNC_PORT} or more"));
        }
        if !self.password && !self.listen.ip().is_loopback() {
            return Err(format!(
                "without a password it is for 127.0.0.1 or ::1 only, not {}",
                self.listen.ip()
            ));
        }
        Ok(())
    }
}

impl fmt::Display for Vnc {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.listen)?;
        if let Some((w, h)) = self.size {
            write!(f, ",w={w},h={h}")?;
        }
        f.write_str(if self.wait { ",wait" } else { "" })?;
        f.write_str(if self.password { "" } else { ",password=none" })
    }
}

/// A device of the host as bhyve(8) names it: `bus/slot/function`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pci {
    /// Bus, slot, function.
    pub at: [u8; 3],
}

impl FromStr for Pci {
    type Err = Error;
    fn from_str(s: &str) -> Result<Self> {
        let parts: Vec<u8> = s.split('/').filter_map(|p| p.parse().ok()).collect();
        match parts[..] {
            [bus, slot, function] if s.matches('/').count() == 2 && slot < 32 && function < 8 => {
                Ok(Self { at: [bus, slot, function] })
            }
            _ => Err(Error::usage(printable(s), "not a PCI device")
                .next("write bus/slot/function, such as 5/0/0 (pciconf -l, lspci)")),
        }
    }
}

impl fmt::Display for Pci {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}/{}", self.at[0], self.at[1], self.at[2])
    }
}

/// A directory of the host that the guest can mount over 9P: `TAG=/path`, then `,ro` if need be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Share {
    /// What the guest calls it.
    pub tag: super::disk::DiskName,
    /// Which.
    pub path: AbsPath,
    /// Whether the guest may not write to it.
    pub read_only: bool,
}

impl FromStr for Share {
    type Err = Error;
    fn from_str(s: &str) -> Result<Self> {
        let bad =
            |why: String| Error::usage(printable(s), why).next("write TAG=/DIRECTORY, then ,ro if need be");
        let (tag, rest) = s.split_once('=').ok_or_else(|| bad("its tag is not said".into()))?;
        let (path, read_only) = rest.strip_suffix(",ro").map_or((rest, false), |p| (p, true));
        // Both hypervisors split their own options at commas.
        if path.contains(',') {
            return Err(bad("a shared directory's path can't hold a comma".into()));
        }
        let tag = tag.parse().map_err(|e: Error| bad(e.reason))?;
        Ok(Self { tag, path: path.parse().map_err(|e: Error| bad(e.reason))?, read_only })
    }
}

impl fmt::Display for Share {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}={}{}", self.tag, self.path, if self.read_only { ",ro" } else { "" })
    }
}

/// A flag of bhyve(8) that somebody may need. Those that jug itself decides are not among them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum BhyveFlag {
    /// `-C`: guest memory in a core file.
    GuestInCore,
    /// `-e`: exit on an I/O port that is not emulated.
    StrictIo,
    /// `-S`: wire guest memory.
    Wired,
    /// `-w`: ignore MSRs that are not emulated.
    IgnoreMsr,
    /// `-W`: MSI instead of MSI-X for VirtIO.
    Msi,
    /// `-x`: the local APIC in x2APIC mode.
    X2apic,
    /// `-Y`: no MPtable.
    NoMptable,
}

impl BhyveFlag {
    /// All, each with its letter and its variable (bhyve(8), bhyve_config(5)).
    pub const ALL: [(Self, &'static str, &'static str, &'static str); 7] = [
        (Self::GuestInCore, "-C", "memory.guest_in_core", "true"),
        (Self::StrictIo, "-e", "x86.strictio", "true"),
        (Self::Wired, "-S", "memory.wired", "true"),
        (Self::IgnoreMsr, "-w", "x86.strictmsr", "false"),
        (Self::Msi, "-W", "virtio_msix", "false"),
        (Self::X2apic, "-x", "x86.x2apic", "true"),
        (Self::NoMptable, "-Y", "x86.mptable", "false"),
    ];
}

impl FromStr for BhyveFlag {
    type Err = Error;
    fn from_str(s: &str) -> Result<Self> {
        Self::ALL.iter().find(|f| f.1 == s).map(|f| f.0).ok_or_else(|| {
            Error::usage(printable(s), "not a flag of bhyve(8) that can be given")
                .next(format!("these can: {}", Self::ALL.map(|f| f.1).join(" ")))
        })
    }
}

impl fmt::Display for BhyveFlag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(Self::ALL.iter().find(|a| a.0 == *self).map_or("", |a| a.1))
    }
}

as_text!(Vnc, Pci, Share, BhyveFlag);

#[cfg(test)]
mod tests {
    use super::*;

    /// Reads all of these back as they were, and none of those.
    fn table<T: FromStr + fmt::Display>(good: &[&str], bad: &[&str]) {
        for s in good {
            assert_eq!(s.parse::<T>().ok().unwrap_or_else(|| panic!("{s} was refused")).to_string(), *s);
        }
        for s in bad {
            assert!(s.parse::<T>().is_err(), "{s:?} was taken");
        }
    }

    #[test]
    fn values_are_read_and_printed() {
        table::<Cpus>(
            &["1", "16", "8,sockets=2,cores=2,threads=2"],
            &[
                "",
                "0",
                "257",
                "16,sockets=3,cores=5",
                "4,sockets=0",
                "4,cores=2,cores=2",
                "4,x=1",
                "-1",
                "4294967295,cores=1",
            ],
        );
        assert_eq!("16,sockets=2".parse::<Cpus>().unwrap().parts(), [2, 8, 1]);
        assert!("16,sockets=3".parse::<Cpus>().is_err());
        table::<Vnc>(
            &["127.0.0.1:5901", "0.0.0.0:5900,w=1024,h=768,wait", "[::1]:5999,password=none"],
            &[
                "",
                "5901",
                "127.0.0.1",
                "127.0.0.1:80",
                "0.0.0.0:5900,password=none",
                "127.0.0.1:5901,w=1024",
                "127.0.0.1:5901,x",
                "127.0.0.1:5901,w=1,h=1",
            ],
        );
        table::<Pci>(&["5/0/0", "255/31/7"], &["", "5/0", "5/32/0", "5/0/8", "5/0/0/0", "a/b/c", "-1/0/0"]);
        table::<Share>(&["src=/usr/src", "d=/data,ro"], &["", "x", "x=rel", "x=/a,b", "../x=/a"]);
        table::<BhyveFlag>(&["-S", "-w", "-Y"], &["", "S", "-c", "-l", "-S -w"]);
    }
}
