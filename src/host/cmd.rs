//! An argument vector and how it is to be run, as plain data that a journal can keep.

use std::fmt;
use std::time::Duration;

/// The time a program may take unless something else is said.
pub const DEFAULT_LIMIT: u64 = 120;

/// One program with its arguments. There is no shell between this and the kernel.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Cmd {
    /// A bare name, looked up in the fixed directories, or an absolute path.
    pub program: String,
    /// The arguments.
    pub args: Vec<String>,
    /// Variables beside PATH, LC_ALL and HOME.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub env: Vec<(String, String)>,
    /// Seconds it may take; 0 is no limit.
    pub limit: u64,
    /// Exit statuses beside 0 that are no failure.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub accept: Vec<i32>,
    /// What it has to say with one of these, where the status alone may mean something else.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub saying: Option<String>,
    /// Whether its failing, or its running out of time, is only worth a warning.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub lenient: bool,
    /// A file that gets what it prints, appended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub log: Option<String>,
    /// Whether "busy" is worth a few more tries (ZFS and umount say so for some 50 ms after a use).
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub retry_busy: bool,
    /// What it reads from its standard input, which others can't see as they see its arguments; without it, nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub input: Option<String>,
}

impl Cmd {
    /// A program without arguments.
    pub fn new(program: impl Into<String>) -> Self {
        Self {
            program: program.into(),
            args: Vec::new(),
            env: Vec::new(),
            limit: DEFAULT_LIMIT,
            accept: Vec::new(),
            saying: None,
            lenient: false,
            log: None,
            retry_busy: false,
            input: None,
        }
    }
    /// With another argument.
    #[must_use]
    pub fn arg(mut self, arg: impl Into<String>) -> Self {
        self.args.push(arg.into());
        self
    }
    /// With more arguments.
    #[must_use]
    pub fn args<S: Into<String>>(mut self, args: impl IntoIterator<Item = S>) -> Self {
        self.args.extend(args.into_iter().map(Into::into));
        self
    }
    /// With a time limit in seconds; 0 is none.
    #[must_use]
    pub fn limit(mut self, seconds: u64) -> Self {
        self.limit = seconds;
        self
    }
    /// With another exit status that is no failure.
    #[must_use]
    pub fn accept(mut self, status: i32) -> Self {
        self.accept.push(status);
        self
    }
    /// With another exit status that is no failure if it says this.
    #[must_use]
    pub fn accept_saying(self, status: i32, words: &str) -> Self {
        Self { saying: Some(words.to_string()), ..self.accept(status) }
    }
    /// Whether it has not failed.
    pub fn accepts(&self, out: &Output) -> bool {
        let said = |words: &String| out.stderr.contains(words.as_str());
        out.ok() || (self.accept.contains(&out.status) && self.saying.as_ref().is_none_or(said))
    }
    /// Its failure is only worth a warning.
    #[must_use]
    pub fn lenient(mut self) -> Self {
        self.lenient = true;
        self
    }
    /// "Busy" is worth a few more tries.
    #[must_use]
    pub fn retry_busy(mut self) -> Self {
        self.retry_busy = true;
        self
    }
    /// What it prints goes to this file.
    #[must_use]
    pub fn log(mut self, path: impl Into<String>) -> Self {
        self.log = Some(path.into());
        self
    }
    /// It reads this.
    #[must_use]
    pub fn input(mut self, text: impl Into<String>) -> Self {
        self.input = Some(text.into());
        self
    }
    /// With another variable.
    #[must_use]
    pub fn env(mut self, key: impl Into<String>, value: impl Into<String>) -> Self {
        self.env.push((key.into(), value.into()));
        self
    }
    /// The time limit as a duration.
    pub fn duration(&self) -> Option<Duration> {
        (self.limit > 0).then(|| Duration::from_secs(self.limit))
    }
}

impl Cmd {
    /// Its words as sh(1) would read them, without its variables: for errors, whose reason must not drown in them.
    pub fn words(&self) -> String {
        let mut text = quote(&self.program);
        for a in &self.args {
            text.push(' ');
            text.push_str(&quote(a));
        }
        text
    }
}

impl fmt::Display for Cmd {
    /// As sh(1) would read it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (k, v) in &self.env {
            write!(f, "{k}={} ", quote(v))?;
        }
        f.write_str(&self.words())
    }
}

/// One word as sh(1) would read it back.
pub fn quote(s: &str) -> String {
    shlex::try_quote(s).map_or_else(|_| format!("'{}'", s.replace('\0', "")), |q| q.into_owned())
}

/// What a program printed, and how it ended.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Output {
    /// Exit status; 128 and the signal's number if a signal ended it.
    pub status: i32,
    /// Standard output.
    pub stdout: String,
    /// The tail of standard error.
    pub stderr: String,
}

impl Output {
    /// Whether it exited with 0.
    pub fn ok(&self) -> bool {
        self.status == 0
    }
    /// The last words of what it printed, for an error.
    pub fn tail(&self) -> String {
        let text = if self.stderr.trim().is_empty() { &self.stdout } else { &self.stderr };
        let lines: Vec<&str> = text.lines().map(str::trim).filter(|l| !l.is_empty()).collect();
        let from = lines.len().saturating_sub(4);
        lines[from..].iter().map(|l| crate::model::name::printable_end(l)).collect::<Vec<_>>().join("; ")
    }
}

/// Why a program did not do what it should.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RunError {
    /// It is not there.
    #[error("{0}: not found")]
    Missing(String),
    /// It could not be started.
    #[error("{program}: {reason}")]
    Start {
        /// The program.
        program: String,
        /// What the system said.
        reason: String,
    },
    /// It took too long, and was ended with its whole process group.
    #[error("{cmd}: took longer than {seconds} s and was ended")]
    Timeout {
        /// The command as sh would read it.
        cmd: String,
        /// Its limit.
        seconds: u64,
    },
    /// jug itself was told to end.
    #[error("{cmd}: interrupted")]
    Interrupted {
        /// The command as sh would read it.
        cmd: String,
    },
    /// It said no.
    #[error("{}exit status {status} of {cmd}", if .stderr.is_empty() { String::new() } else { format!("{}; ", .stderr) })]
    Failed {
        /// The command as sh would read it.
        cmd: String,
        /// Its exit status.
        status: i32,
        /// The tail of what it printed.
        stderr: String,
    },
}

impl RunError {
    /// The error for a program that exited with a status that means failure.
    pub fn failed(cmd: &Cmd, out: &Output) -> Self {
        Self::Failed { cmd: cmd.words(), status: out.status, stderr: out.tail() }
    }
}

impl From<RunError> for crate::error::Error {
    fn from(e: RunError) -> Self {
        use crate::error::Code;
        let code = match &e {
            RunError::Missing(_) => Code::HostLacks,
            RunError::Timeout { .. } => Code::Timeout,
            RunError::Interrupted { .. } => Code::Interrupted,
            _ => Code::Failed,
        };
        let next = match &e {
            RunError::Missing(program) => crate::programs::package(program),
            _ => None,
        };
        Self { next: next.map(str::to_string), ..Self::new(code, "", e) }
    }
}
