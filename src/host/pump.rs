//! A stream from one program to another, through jug: counted, held to a rate, and with what each end says kept apart.

use super::cmd::{Cmd, Output, RunError};
use super::process::{Stage, end_of_stream};
use super::signal;
use crate::error::os_text;
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::fs::{OFlags, fcntl_getfl, fcntl_setfl};
use std::fs::File;
use std::io::{ErrorKind, Read, Write};
use std::os::fd::{AsFd, OwnedFd};
use std::path::PathBuf;
use std::time::{Duration, Instant};

/// So much is moved at once, and so much a pipe is made to hold where it can be told (pipe(7) of Linux): each time that
/// one of three programs waits for another costs more than what is copied.
const CHUNK: usize = 1 << 20;

/// Where a stream comes from.
#[derive(Debug)]
pub enum From<'a> {
    /// What a program prints.
    Program(&'a Cmd),
    /// What this one reads.
    Reader(&'a mut Patient),
}

/// How a stream is moved.
#[expect(missing_debug_implementations, reason = "it holds a closure")]
pub struct How<'a> {
    /// What comes before it.
    pub head: &'a [u8],
    /// At most so many bytes a second.
    pub rate: Option<u64>,
    /// Is told how many bytes have been moved.
    pub tell: &'a mut dyn FnMut(u64),
}

/// What came of it.
#[derive(Debug)]
pub struct Moved {
    /// The bytes that were taken from the one and given to the other.
    pub bytes: u64,
    /// How the program that sent has ended, if it was one.
    pub sent: Option<Output>,
    /// How the one that received has.
    pub received: Output,
}

/// What this program reads, without being deaf to signals meanwhile.
#[derive(Debug)]
pub struct Patient(File);

impl Patient {
    /// Standard input, of which nothing may have been read yet.
    ///
    /// # Errors
    /// There is none.
    pub fn stdin() -> std::io::Result<Self> {
        Ok(Self(File::from(std::io::stdin().as_fd().try_clone_to_owned()?)))
    }

    /// A line without its end, of so many bytes at most, and not a byte more than that; `None` at the end.
    ///
    /// # Errors
    /// It is longer, or can't be read.
    pub fn line(&mut self, most: usize) -> std::io::Result<Option<String>> {
        let (mut line, mut byte) = (Vec::new(), [0]);
        loop {
            match self.read(&mut byte)? {
                0 if line.is_empty() => return Ok(None),
                0 => break,
                _ if byte[0] == b'\n' => break,
                _ if line.len() == most => return Err(std::io::Error::other("the line is too long")),
                _ => line.push(byte[0]),
            }
        }
        String::from_utf8(line).map(Some).map_err(|_| std::io::Error::other("the line is not UTF-8"))
    }
}

impl Read for Patient {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        ready(&self.0, PollFlags::IN)?;
        self.0.read(buffer)
    }
}

/// Waits until there is something to read or room to write, or the other end is gone.
fn ready(fd: &impl AsFd, what: PollFlags) -> std::io::Result<()> {
    let tick = Timespec { tv_sec: 0, tv_nsec: 200_000_000 };
    loop {
        if signal::stopped() {
            return Err(std::io::Error::other("interrupted"));
        }
        match poll(&mut [PollFd::new(fd, what)], Some(&tick)) {
            Ok(0) | Err(rustix::io::Errno::INTR) => {}
            Ok(_) => return Ok(()),
            Err(e) => return Err(e.into()),
        }
    }
}

/// Moves a stream to its end, and waits for both programs. What they say, and how they ended, is for the caller to judge:
/// a stream that is cut is the receiver's to notice.
///
/// # Errors
/// One can't be started; or jug was told to end, and has ended both.
pub fn run(mut from: From<'_>, to: &Cmd, dirs: &[PathBuf], how: How<'_>) -> Result<Moved, RunError> {
    let mut receiver = end_of_stream(to, dirs, true)?;
    let sender = match &from {
        From::Program(cmd) => match end_of_stream(cmd, dirs, false) {
            Ok(stage) => Some(stage),
            Err(e) => {
                let _ = receiver.finish(true);
                return Err(e);
            }
        },
        From::Reader(_) => None,
    };
    let fault = |e: std::io::Error| RunError::Start { program: to.program.clone(), reason: os_text(&e) };
    let (mut bytes, mut sender) = (0, sender);
    let moved = match (receiver.child.stdin.take(), &mut from) {
        (None, _) => Ok(()),
        (Some(sink), From::Reader(reader)) => pass(reader, sink.into(), how, &mut bytes),
        (Some(sink), From::Program(_)) => match sender.as_mut().and_then(|s| s.child.stdout.take()) {
            Some(source) => {
                pass(&mut Patient(File::from(OwnedFd::from(source))), sink.into(), how, &mut bytes)
            }
            None => Ok(()),
        },
    };
    // Whoever sends to one that is gone would wait for ever; where reading fails, both ends are ended.
    let gone = moved.as_ref().is_err_and(|e| e.kind() == ErrorKind::BrokenPipe);
    let broken = moved.is_err() && !gone;
    let sent = sender.map(|s: Stage| s.finish(broken || gone)).transpose().map_err(fault);
    let received = receiver.finish(broken).map_err(fault)?;
    let failed = broken || !received.ok() || sent.as_ref().is_ok_and(|s| s.as_ref().is_some_and(|o| !o.ok()));
    // `finish` ends what still runs when jug is told to end.
    if failed && signal::stopped() {
        return Err(RunError::Interrupted { cmd: to.words() });
    }
    match moved {
        Err(e) if !gone => Err(fault(e)),
        _ => Ok(Moved { bytes, sent: sent?, received }),
    }
}

/// Passes on what comes. The sink is closed at the end, whatever happens.
fn pass(source: &mut Patient, sink: OwnedFd, how: How<'_>, bytes: &mut u64) -> std::io::Result<()> {
    // A pipe with room for some of it would else hold jug until there is room for all.
    fcntl_setfl(&sink, fcntl_getfl(&sink)? | OFlags::NONBLOCK)?;
    let mut sink = File::from(sink);
    #[cfg(target_os = "linux")]
    for end in [&source.0, &sink] {
        // What is no pipe, or may not be so wide, stays as it is.
        let _ = rustix::pipe::fcntl_setpipe_size(end, CHUNK);
    }
    give(&mut sink, how.head)?;
    let size = how.rate.map_or(CHUNK, |r| usize::try_from(r / 10).unwrap_or(CHUNK).clamp(512, CHUNK));
    let (mut buffer, begun) = (vec![0; size], Instant::now());
    loop {
        let n = match source.read(&mut buffer) {
            Ok(0) => return Ok(()),
            Ok(n) => n,
            Err(e) if e.kind() == ErrorKind::Interrupted => continue,
            Err(e) => return Err(e),
        };
        give(&mut sink, &buffer[..n])?;
        *bytes += n as u64;
        (how.tell)(*bytes);
        if let Some(rate) = how.rate {
            let due = Duration::from_secs_f64(*bytes as f64 / rate as f64);
            while let Some(rest) = due.checked_sub(begun.elapsed()).filter(|r| !r.is_zero()) {
                if signal::stopped() {
                    return Err(std::io::Error::other("interrupted"));
                }
                std::thread::sleep(rest.min(Duration::from_millis(100)));
            }
        }
    }
}

fn give(sink: &mut File, mut bytes: &[u8]) -> std::io::Result<()> {
    while !bytes.is_empty() {
        match sink.write(bytes) {
            Ok(n) => bytes = &bytes[n..],
            Err(e) if e.kind() == ErrorKind::WouldBlock => ready(sink, PollFlags::OUT)?,
            Err(e) if e.kind() == ErrorKind::Interrupted => {}
            Err(e) => return Err(e),
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn moved(from: &str, to: &str, rate: Option<u64>) -> (Moved, Vec<u64>) {
        let dirs = ["/bin".into(), "/usr/bin".into()];
        let sh = |line: &str| Cmd::new("sh").args(["-c", line]);
        let mut told = Vec::new();
        let how = How { head: b"head\n", rate, tell: &mut |n| told.push(n) };
        let moved = run(From::Program(&sh(from)), &sh(to), &dirs, how).unwrap();
        (moved, told)
    }

    #[test]
    fn all_of_it_arrives_behind_its_head() {
        let (m, told) =
            moved("head -c 3000000 /dev/zero; echo done >&2", "head -n 1; wc -c; echo got >&2", None);
        assert_eq!((m.bytes, told.last()), (3_000_000, Some(&3_000_000)));
        let lines: Vec<&str> = m.received.stdout.lines().map(str::trim).collect();
        // head(1) may read further than its line.
        assert_eq!(lines[0], "head");
        let sent = m.sent.unwrap();
        assert_eq!((sent.stderr.trim(), m.received.stderr.trim()), ("done", "got"));
        let (m, _) = moved("head -c 3000000 /dev/zero", "wc -c", None);
        assert_eq!(m.received.stdout.trim(), "3000005");
    }

    #[test]
    fn what_each_end_says_is_kept_apart() {
        let (m, _) =
            moved("echo x; echo broken >&2; exit 3", "cat >/dev/null; echo refused >&2; exit 4", None);
        let sent = m.sent.unwrap();
        assert_eq!((sent.status, sent.stderr.trim()), (3, "broken"));
        assert_eq!((m.received.status, m.received.stderr.trim()), (4, "refused"));
        // One that is gone keeps nobody waiting.
        let begun = Instant::now();
        let (m, _) = moved("yes", "exit 5", None);
        assert_eq!(m.received.status, 5);
        assert_ne!(m.sent.unwrap().status, 0);
        assert!(begun.elapsed() < Duration::from_secs(30));
        let dirs = ["/bin".into()];
        let how = How { head: b"", rate: None, tell: &mut |_| {} };
        let e = run(From::Program(&Cmd::new("nosuch")), &Cmd::new("cat"), &dirs, how).unwrap_err();
        assert_eq!(e, RunError::Missing("nosuch".into()));
    }

    #[test]
    fn a_rate_is_kept() {
        // Never faster than that; how much slower is the machine's own affair.
        let begun = Instant::now();
        let (m, told) = moved("head -c 60000 /dev/zero", "cat >/dev/null", Some(100_000));
        assert_eq!(m.bytes, 60_000);
        assert!(begun.elapsed() >= Duration::from_millis(500) && told.len() >= 6);
    }
}
