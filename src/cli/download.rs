//! Downloads: by the platform's own program, resumed, watched while they run.

use super::session::Session;
use crate::error::{Code, Error, Result};
use crate::host::process::end_group;
use crate::host::{Cmd, Host, Output, RunError, fs, stream};
use crate::model::name::AbsPath;
use crate::model::url::Url;
use crate::platform::PlatformKind;
use crate::programs::fetch::{self, Trouble};
use std::fs::Metadata;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::time::Duration;

/// The longest file of sums, in bytes.
const MAX_LIST: u64 = 1 << 20;

/// The command that fetches an address.
pub fn command(s: &Session, url: &Url, to: &AbsPath, resume: bool) -> Cmd {
    let seconds = s.config.fetch.timeout;
    match s.platform.kind() {
        PlatformKind::Freebsd => fetch::fetch(url, to.as_str(), resume, seconds),
        PlatformKind::Linux => fetch::curl(url, to.as_str(), resume, seconds),
    }
}

/// Fetches a file of at most `most` bytes that nothing will tell from two halves of different ones.
///
/// # Errors
/// It did not come as a whole. What came is thrown away.
pub fn at_once(s: &Session, url: &Url, to: &AbsPath, most: u64) -> Result<()> {
    fs::remove_file(to.as_path())?;
    transfer(s, url, to, false, most).map_err(|e| {
        // That this fails too is nobody's concern: the next try begins with it.
        let _ = fs::remove_file(to.as_path());
        again(url, to, e)
    })
}

/// Fetches a file of at most `most` bytes whose sum is known, going on where an earlier try stopped; if the rest does not
/// fit, from the beginning.
///
/// # Errors
/// It did not come as a whole. What came is kept for the next try.
pub fn file(s: &Session, url: &Url, part: &AbsPath, most: u64) -> Result<()> {
    let before = length(part);
    if before > 0 {
        let resumed = transfer(s, url, part, true, most);
        // What has grown broke off; what has not may be of a server that can't go on in the middle.
        match resumed {
            Ok(()) => return Ok(()),
            Err(e) if length(part) > before || e.code == Code::Timeout => return Err(again(url, part, e)),
            Err(_) => {}
        }
        if crate::host::signal::stopped() {
            return Err(Error::new(Code::Interrupted, url, "interrupted by a signal"));
        }
    }
    // What had come is let go only for more: the mirror may just be out of reach.
    let to = if before > 0 { format!("{part}.new").parse()? } else { part.clone() };
    fs::remove_file(to.as_path())?;
    let done = transfer(s, url, &to, false, most);
    if before > 0 && (done.is_ok() || length(&to) > length(part)) {
        fs::move_file(to.as_path(), part.as_path())?;
    } else if before > 0 {
        fs::remove_file(to.as_path())?;
    }
    done.map_err(|e| again(url, part, e))
}

/// Fetches a short text, such as a list of sums.
///
/// # Errors
/// It did not come as a whole.
pub fn text(s: &Session, url: &Url, to: &AbsPath) -> Result<String> {
    let text = at_once(s, url, to, MAX_LIST)
        .and_then(|()| fs::read_text(to.as_path(), MAX_LIST as usize))
        .map_err(|e| Error { object: url.to_string(), ..e });
    fs::remove_file(to.as_path())?;
    text
}

fn length(path: &AbsPath) -> u64 {
    std::fs::metadata(path.as_path()).map_or(0, |m| m.len())
}

fn again(url: &Url, part: &AbsPath, e: Error) -> Error {
    let next = match e.next {
        Some(next) => Some(next),
        None if length(part) > 0 => Some("give the command again: it goes on where it stopped".into()),
        None if e.code == Code::Interrupted => None,
        None => Some("see that the address is right, and that this host reaches it".into()),
    };
    Error { object: url.to_string(), next, ..e }
}

fn transfer(s: &Session, url: &Url, to: &AbsPath, resume: bool, most: u64) -> Result<()> {
    let cmd = command(s, url, to, resume);
    let dir = to.as_path().parent().unwrap_or(to.as_path());
    let room = stream::room(dir)?.saturating_add(length(to));
    let (out, stopped) = watched(s, &cmd, to, &|m| m.len() > most.min(room))?;
    let thrown_away = |e: Error| fs::remove_file(to.as_path()).and(Err(e));
    match fetch::trouble(url, &out) {
        _ if stopped && most <= room => thrown_away(stream::too_long(url, most)),
        _ if stopped => Err(stream::no_room(url)),
        None => Ok(()),
        Some(Trouble::SentOn(to)) => thrown_away(
            Error::failed(url, format!("the server sends on to where nothing is taken from: {to}"))
                .next("from https only https is gone to, and never a file; give the right address itself"),
        ),
        Some(Trouble::Stalled) => Err(Error::new(
            Code::Timeout,
            url,
            format!("nothing came for {} s (fetch.timeout of jug.toml)", s.config.fetch.timeout),
        )),
        // Of a program that was killed nothing is known but that.
        Some(Trouble::Other(said)) => Err(match said.trim().lines().last() {
            Some(last) => Error::failed(url, last),
            None => RunError::failed(&cmd, &out).into(),
        }),
    }
}

/// Runs a program that writes a file, shows how far it has come, and ends it once the file is `over` what it may be.
/// Returns what the program printed, and whether it was ended.
pub fn watched(
    s: &Session,
    cmd: &Cmd,
    file: &AbsPath,
    over: &(dyn Fn(&Metadata) -> bool + Sync),
) -> Result<(Output, bool)> {
    let (ended, stopped, pid) = (AtomicBool::new(false), AtomicBool::new(false), AtomicU32::new(0));
    let out = std::thread::scope(|scope| {
        scope.spawn(|| {
            while !ended.load(Ordering::Relaxed) {
                if let Ok(m) = std::fs::metadata(file.as_path()) {
                    s.progress(true).fetched(m.len());
                    let child = pid.load(Ordering::Relaxed);
                    if over(&m) && child != 0 && !stopped.swap(true, Ordering::Relaxed) {
                        end_group(child, || ended.load(Ordering::Relaxed));
                    }
                }
                std::thread::sleep(Duration::from_millis(50));
            }
        });
        let out = s.host.change(cmd, &mut |child| pid.store(child.pid, Ordering::Relaxed));
        ended.store(true, Ordering::Relaxed);
        out
    })?;
    // It may have been quicker than whoever watches.
    let over = std::fs::metadata(file.as_path()).is_ok_and(|m| over(&m));
    Ok((out, over || stopped.load(Ordering::Relaxed)))
}
