//! Sockets of the host's file system: a few lines out, a line back.

use crate::error::{Error, Result};
use crate::model::name::AbsPath;
use std::io::{BufRead, BufReader, ErrorKind, Read, Write};
use std::os::unix::net::UnixStream;
use std::time::Duration;

/// Seconds that an answer may take.
const PATIENCE: Duration = Duration::from_secs(5);
/// The longest answer that is read, in bytes.
const MAX: u64 = 1 << 20;

/// Connects; `None` if nobody listens.
///
/// # Errors
/// The system says no.
pub fn connect(socket: &AbsPath) -> Result<Option<UnixStream>> {
    match UnixStream::connect(socket.as_path()) {
        Ok(stream) => Ok(Some(stream)),
        Err(e) if matches!(e.kind(), ErrorKind::NotFound | ErrorKind::ConnectionRefused) => Ok(None),
        Err(e) => Err(Error::io(socket.as_path(), "connecting to it", e)),
    }
}

/// Sends lines and hands over what comes back, line by line, until `enough` has seen what it wants. `None` if nobody
/// listens, or the other one went away.
///
/// # Errors
/// No answer comes in time, or `enough` fails.
pub fn converse<T>(
    socket: &AbsPath,
    lines: &[String],
    enough: &mut dyn FnMut(&str) -> Result<Option<T>>,
) -> Result<Option<T>> {
    let Some(stream) = connect(socket)? else { return Ok(None) };
    let io = |e| Error::io(socket.as_path(), "speaking to it", e);
    stream.set_read_timeout(Some(PATIENCE)).map_err(io)?;
    stream.set_write_timeout(Some(PATIENCE)).map_err(io)?;
    let mut reader = BufReader::new(stream.try_clone().map_err(io)?.take(MAX));
    let mut writer = stream;
    for line in lines {
        writer.write_all(format!("{line}\n").as_bytes()).map_err(io)?;
    }
    let mut line = String::new();
    loop {
        line.clear();
        match reader.read_line(&mut line) {
            Ok(0) => return Ok(None),
            Ok(_) => {
                if let Some(it) = enough(line.trim_end())? {
                    return Ok(Some(it));
                }
            }
            Err(e) if e.kind() == ErrorKind::ConnectionReset => return Ok(None),
            Err(e) if matches!(e.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => {
                return Err(Error::failed(socket, format!("no answer within {} s", PATIENCE.as_secs())));
            }
            Err(e) => return Err(io(e)),
        }
    }
}
