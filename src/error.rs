//! Errors of the whole program: what went wrong, with which object, what to do next, and the exit code.

use std::fmt;

/// How a command ended, as scripts see it (the exit status of `jug`). The table stands in jug(8).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
#[repr(u8)]
pub enum Code {
    /// Done, or it already was so.
    Done = 0,
    /// Failed; the host is as it was before.
    Failed = 1,
    /// Wrong usage or invalid configuration.
    Usage = 2,
    /// Failed, and something is left that the message names.
    Left = 3,
    /// No such object.
    NotFound = 4,
    /// The object exists already, or conflicts with another.
    Conflict = 5,
    /// Busy: locked, running, mounted or interrupted.
    Busy = 6,
    /// The host lacks something; the message says what and how to mend it.
    HostLacks = 7,
    /// Several targets that did not end alike.
    Mixed = 8,
    /// A time limit passed.
    Timeout = 124,
    /// jexec itself failed, not the command it was to run.
    Exec = 125,
    /// Ended by a signal.
    Interrupted = 130,
}

impl Code {
    /// The code of an exit status of jug's own.
    pub fn from_status(status: i32) -> Self {
        [
            Self::Done,
            Self::Usage,
            Self::Left,
            Self::NotFound,
            Self::Conflict,
            Self::Busy,
            Self::HostLacks,
            Self::Timeout,
            Self::Interrupted,
        ]
        .into_iter()
        .find(|c| *c as i32 == status)
        .unwrap_or(Self::Failed)
    }
}

/// An error that names its object, the reason and, where there is one, the next step.
#[derive(Debug)]
pub struct Error {
    /// What scripts get as exit status.
    pub code: Code,
    /// The object, for example `www` or `/etc/jug.toml`; may be empty.
    pub object: String,
    /// One sentence without a full stop.
    pub reason: String,
    /// What to do about it: a command line or a sentence.
    pub next: Option<String>,
}

/// The result of everything that can fail in jug.
pub type Result<T> = std::result::Result<T, Error>;

impl Error {
    /// An error of the given kind about `object`.
    pub fn new(code: Code, object: impl fmt::Display, reason: impl fmt::Display) -> Self {
        Self { code, object: object.to_string(), reason: reason.to_string(), next: None }
    }
    /// Wrong usage or invalid configuration (exit 2).
    pub fn usage(object: impl fmt::Display, reason: impl fmt::Display) -> Self {
        Self::new(Code::Usage, object, reason)
    }
    /// A failure that left the host as it was (exit 1).
    pub fn failed(object: impl fmt::Display, reason: impl fmt::Display) -> Self {
        Self::new(Code::Failed, object, reason)
    }
    /// There is no such object (exit 4).
    pub fn not_found(object: impl fmt::Display, reason: impl fmt::Display) -> Self {
        Self::new(Code::NotFound, object, reason)
    }
    /// The object exists or conflicts (exit 5).
    pub fn conflict(object: impl fmt::Display, reason: impl fmt::Display) -> Self {
        Self::new(Code::Conflict, object, reason)
    }
    /// The object is busy (exit 6).
    pub fn busy(object: impl fmt::Display, reason: impl fmt::Display) -> Self {
        Self::new(Code::Busy, object, reason)
    }
    /// The host lacks something (exit 7).
    pub fn lacks(object: impl fmt::Display, reason: impl fmt::Display) -> Self {
        Self::new(Code::HostLacks, object, reason)
    }
    /// An operating-system error on `path`.
    pub fn io(path: impl AsRef<std::path::Path>, doing: &str, e: impl Into<std::io::Error>) -> Self {
        let e: std::io::Error = e.into();
        let path = path.as_ref().display();
        let mut err = Self::failed(path, format!("{doing}: {}", os_text(&e)));
        if e.kind() == std::io::ErrorKind::PermissionDenied {
            err.code = if rustix::process::geteuid().is_root() { Code::Failed } else { Code::HostLacks };
            if err.code == Code::HostLacks {
                err.next = Some("run it as root".into());
            }
        }
        err
    }
    /// The same error with the next step said.
    #[must_use]
    pub fn next(mut self, next: impl fmt::Display) -> Self {
        self.next = Some(next.to_string());
        self
    }
    /// The same error with another exit code.
    #[must_use]
    pub fn code(mut self, code: Code) -> Self {
        self.code = code;
        self
    }
}

/// The text of an operating-system error without Rust's "(os error N)".
pub fn os_text(e: &std::io::Error) -> String {
    let text = e.to_string();
    match text.find(" (os error ") {
        Some(at) => text[..at].to_string(),
        None => text,
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.object.is_empty() {
            write!(f, "{}: ", self.object)?;
        }
        f.write_str(&self.reason)
    }
}

impl std::error::Error for Error {}

impl From<anyhow::Error> for Error {
    fn from(e: anyhow::Error) -> Self {
        Self::failed("", format!("{e:#}"))
    }
}

/// Folds the codes of several targets into one: all alike gives that code, otherwise [`Code::Mixed`].
pub fn fold(codes: impl IntoIterator<Item = Code>) -> Code {
    let mut codes = codes.into_iter();
    let Some(first) = codes.next() else { return Code::Done };
    if codes.all(|c| c == first) { first } else { Code::Mixed }
}
