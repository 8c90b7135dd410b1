//! Who owns an environment on shared storage: `jails-system/<name>/owner.d/<epoch>`, each made exclusively and synced.
//! The highest epoch owns. flock(2) does not reach across nodes; only exclusive create does (F7).

use crate::error::{Error, Result};
use crate::host::fs;
use crate::model::name::printable;
use rustix::fs::{Mode, OFlags};
use std::fs::File;
use std::io::Write;
use std::path::Path;

/// The content of one epoch's file.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Epoch {
    /// The format; 1.
    pub version: u32,
    /// The node's id; nil once it was given up, so that anybody may take it.
    pub node: uuid::Uuid,
    /// The node's name, for people.
    pub name: String,
    /// When it was taken or given up.
    pub at: jiff::Timestamp,
}

impl Epoch {
    /// Whether nobody owns it.
    pub fn released(&self) -> bool {
        self.node.is_nil()
    }
}

/// The largest file of an epoch that is read, in bytes.
const MAX: usize = 4096;

/// The numbers of all epochs, in order.
fn numbers(dir: &Path) -> Result<Vec<u64>> {
    let entries = match std::fs::read_dir(dir) {
        Ok(entries) => entries,
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(e) => return Err(Error::io(dir, "reading it", e)),
    };
    let mut numbers = Vec::new();
    for entry in entries {
        let file = entry.map_err(|e| Error::io(dir, "reading it", e))?.file_name();
        let Some(number) = file.to_str().and_then(|n| n.parse::<u64>().ok()) else { continue };
        // `+7` and `007` are no names that jug gives.
        if file == *number.to_string() {
            numbers.push(number);
        }
    }
    numbers.sort_unstable();
    Ok(numbers)
}

/// What an epoch's file says. One that can't be read, torn by a crash of its maker, still counts as taken.
fn read(dir: &Path, number: u64) -> (u64, Option<Epoch>) {
    let text = fs::read_foreign(&dir.join(number.to_string()), MAX);
    (number, text.ok().and_then(|t| toml::from_str(&t).ok()))
}

/// All epochs, the oldest first.
pub fn all(dir: &Path) -> Result<Vec<(u64, Option<Epoch>)>> {
    Ok(numbers(dir)?.into_iter().map(|n| read(dir, n)).collect())
}

/// The highest epoch, which owns. Only its file is read: there is one for every move that ever was.
pub fn current(dir: &Path) -> Result<Option<(u64, Option<Epoch>)>> {
    Ok(numbers(dir)?.last().map(|n| read(dir, *n)))
}

/// Takes an epoch. Of two nodes that take the same one, one is refused (exit 6).
pub fn take(dir: &Path, number: u64, epoch: &Epoch) -> Result<()> {
    fs::make_dir(dir, 0o755)?;
    let path = dir.join(number.to_string());
    let fail = |e: std::io::Error| Error::io(&path, "taking the epoch", e);
    let text = toml::to_string(epoch).map_err(|e| Error::failed(path.display(), e))?;
    let flags = OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL | OFlags::CLOEXEC | OFlags::NOFOLLOW;
    let mut file = match rustix::fs::open(&path, flags, Mode::from_raw_mode(0o644)) {
        Ok(fd) => File::from(fd),
        Err(rustix::io::Errno::EXIST) => {
            let by = current(dir)?.and_then(|(_, e)| e).map_or("another node".into(), |e| printable(&e.name));
            return Err(Error::busy(path.display(), format!("{by} was faster and owns it"))
                .next("jug owner NAME shows who has it"));
        }
        Err(e) => return Err(fail(e.into())),
    };
    file.write_all(text.as_bytes()).and_then(|()| file.sync_all()).map_err(fail)?;
    fs::sync_dir(dir).map_err(fail)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn epoch(name: &str) -> Epoch {
        Epoch { version: 1, node: uuid::Uuid::new_v4(), name: name.into(), at: jiff::Timestamp::UNIX_EPOCH }
    }

    #[test]
    fn of_two_that_take_one_epoch_one_gets_it() {
        let t = tempfile::tempdir().unwrap();
        let dir = t.path().join("owner.d");
        assert!(current(&dir).unwrap().is_none());
        take(&dir, 1, &epoch("a")).unwrap();
        let wins: Vec<bool> = std::thread::scope(|s| {
            let threads: Vec<_> = (0..8)
                .map(|i| {
                    s.spawn({
                        let dir = &dir;
                        move || take(dir, 2, &epoch(&format!("n{i}"))).is_ok()
                    })
                })
                .collect();
            threads.into_iter().map(|t| t.join().unwrap()).collect()
        });
        assert_eq!(wins.iter().filter(|w| **w).count(), 1);
        assert_eq!(current(&dir).unwrap().unwrap().0, 2);
        assert_eq!(take(&dir, 2, &epoch("b")).unwrap_err().code, crate::error::Code::Busy);
    }
}
