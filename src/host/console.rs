//! A console: the caller's terminal on one side, a socket or a terminal device on the other, until a key sequence or
//! either side ends it.

use super::unix;
use crate::error::{Error, Result};
use crate::model::name::AbsPath;
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::termios::{OptionalActions, Termios, isatty, tcgetattr, tcsetattr};
use std::fs::{File, OpenOptions};
use std::io::{ErrorKind, Read, Write};
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::fs::OpenOptionsExt;

/// The caller's terminal, as it was before; it is so again when this goes.
struct Raw(Termios);

impl Raw {
    fn begin() -> Option<Self> {
        let stdin = rustix::stdio::stdin();
        if !isatty(stdin) {
            return None;
        }
        let before = tcgetattr(stdin).ok()?;
        let mut raw = before.clone();
        raw.make_raw();
        tcsetattr(stdin, OptionalActions::Flush, &raw).ok()?;
        Some(Self(before))
    }
}

impl Drop for Raw {
    fn drop(&mut self) {
        let _ = tcsetattr(rustix::stdio::stdin(), OptionalActions::Flush, &self.0);
    }
}

/// What of the keys that were typed goes to the other side: all but the sequence that ends it, `~.` after Return, as in
/// ssh(1) and cu(1).
#[derive(Debug, Default)]
pub struct Keys {
    /// How much of `\r~.` was seen.
    seen: u8,
    begun: bool,
}

impl Keys {
    /// Returns what is to be sent, and whether the end was asked for.
    pub fn type_in(&mut self, typed: &[u8]) -> (Vec<u8>, bool) {
        let mut send = Vec::new();
        for &key in typed {
            let at_line = self.seen == 1 || !self.begun;
            self.begun = true;
            match (key, self.seen) {
                (b'~', _) if at_line => {
                    self.seen = 2;
                    continue;
                }
                (b'.', 2) => return (send, true),
                (b'~', 2) => {}
                (_, 2) => send.push(b'~'),
                _ => {}
            }
            self.seen = u8::from(key == b'\r' || key == b'\n');
            send.push(key);
        }
        (send, false)
    }
}

/// Opens the other side; `None` if nobody is there.
///
/// # Errors
/// The system says no.
pub fn open(path: &AbsPath) -> Result<Option<OwnedFd>> {
    use rustix::fs::{FileType, OFlags};
    let kind = rustix::fs::stat(path.as_path()).map(|s| FileType::from_raw_mode(s.st_mode));
    if kind == Ok(FileType::CharacterDevice) {
        // A terminal without a carrier would keep whoever opens it waiting.
        let flags = (OFlags::NOCTTY | OFlags::NONBLOCK | OFlags::CLOEXEC).bits();
        let file = OpenOptions::new().read(true).write(true).custom_flags(flags as i32).open(path.as_path());
        let file = file.map_err(|e| Error::io(path.as_path(), "opening it", e))?;
        if let Ok(mut mode) = tcgetattr(&file) {
            mode.make_raw();
            let _ = tcsetattr(&file, OptionalActions::Now, &mode);
        }
        return Ok(Some(file.into()));
    }
    Ok(unix::connect(path)?.map(OwnedFd::from))
}

/// How often it is asked whether the end was asked for: a signal that comes right before poll(2) does not interrupt that.
const TICK: Timespec = Timespec { tv_sec: 0, tv_nsec: 250_000_000 };

/// Connects the caller with it; returns when either side ends, the keys say so, or `stopped` does. `None`: nobody is
/// there.
///
/// # Errors
/// The system says no.
pub fn attach(path: &AbsPath, stopped: &dyn Fn() -> bool) -> Result<Option<()>> {
    let Some(other) = open(path)? else { return Ok(None) };
    let io = |e: std::io::Error| Error::io(path.as_path(), "speaking to it", e);
    let mut far = File::from(other);
    let raw = Raw::begin();
    let (mut keys, mut listening) = (Keys::default(), true);
    let mut buffer = [0; 4096];
    while !stopped() {
        let stdin = rustix::stdio::stdin();
        let mut waiting = vec![PollFd::from_borrowed_fd(far.as_fd(), PollFlags::IN)];
        if listening {
            waiting.push(PollFd::from_borrowed_fd(stdin, PollFlags::IN));
        }
        match poll(&mut waiting, Some(&TICK)) {
            Ok(0) | Err(rustix::io::Errno::INTR) => continue,
            Err(e) => return Err(io(e.into())),
            Ok(_) => {}
        }
        let [came, typed] = [0, 1].map(|i| waiting.get(i).is_some_and(|w| !w.revents().is_empty()));
        drop(waiting);
        if came {
            match far.read(&mut buffer) {
                Ok(0) => break,
                Ok(n) => {
                    let mut out = std::io::stdout();
                    if out.write_all(&buffer[..n]).and_then(|()| out.flush()).is_err() {
                        break;
                    }
                }
                Err(e) if matches!(e.kind(), ErrorKind::WouldBlock | ErrorKind::Interrupted) => {}
                Err(e) if e.kind() == ErrorKind::ConnectionReset => break,
                Err(e) => return Err(io(e)),
            }
        }
        if typed {
            match rustix::io::read(stdin, &mut buffer) {
                // What was piped in is all said; what comes back is still of interest.
                Ok(0) => listening = false,
                Ok(n) => {
                    let (send, end) = if raw.is_some() {
                        keys.type_in(&buffer[..n])
                    } else {
                        (buffer[..n].to_vec(), false)
                    };
                    far.write_all(&send).map_err(io)?;
                    if end {
                        break;
                    }
                }
                Err(_) => listening = false,
            }
        }
    }
    Ok(Some(()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_signal_that_came_before_is_heeded() {
        let dir = tempfile::tempdir().unwrap();
        let path: AbsPath = dir.path().join("s").to_str().unwrap().parse().unwrap();
        let _silent = std::os::unix::net::UnixListener::bind(path.as_path()).unwrap();
        let (done, wait) = std::sync::mpsc::channel();
        std::thread::spawn(move || done.send(attach(&path, &|| true).is_ok_and(|o| o.is_some())));
        assert_eq!(wait.recv_timeout(std::time::Duration::from_secs(60)), Ok(true));
    }

    #[test]
    fn only_the_sequence_at_the_head_of_a_line_ends_it() {
        for (typed, sent, end) in [
            (&b"~."[..], &b""[..], true),
            (b"ls\r~.", b"ls\r", true),
            (b"a~.", b"a~.", false),
            (b"\r~x", b"\r~x", false),
            (b"\r~~.", b"\r~.", false),
            (b"\r\r~.", b"\r\r", true),
        ] {
            assert_eq!(Keys::default().type_in(typed), (sent.to_vec(), end), "{typed:?}");
            // One key at a time it is the same.
            let (mut keys, mut all, mut ended) = (Keys::default(), Vec::new(), false);
            for key in typed {
                let (send, end) = keys.type_in(&[*key]);
                all.extend(send);
                ended |= end;
            }
            assert_eq!((all, ended), (sent.to_vec(), end), "{typed:?}");
        }
    }
}
