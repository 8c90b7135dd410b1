//! How programs are run, and what is asked of what they left.

use std::fs::File;
use std::io::Write;
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::path::Path;
use std::process::{Child, Command};
use std::time::{Duration, Instant};

#[expect(clippy::disallowed_methods, reason = "the one place of these tests that starts programs")]
pub fn command(program: &str) -> Command {
    Command::new(program)
}

/// What a command left.
pub struct Out {
    pub what: String,
    pub code: i32,
    pub out: String,
    pub err: String,
    pub took: Duration,
}

impl std::fmt::Debug for Out {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let some = |s: &str| s.chars().take(3000).collect::<String>();
        write!(f, "{}\n exit status {} after {:?}\n", self.what, self.code, self.took)?;
        write!(f, "--- out\n{}\n--- err\n{}", some(&self.out), some(&self.err))
    }
}

impl Out {
    /// It exited so.
    #[track_caller]
    pub fn code(self, code: i32) -> Self {
        assert!(self.code == code, "expected exit status {code}: {self:#?}");
        self
    }
    /// It exited with one of these.
    #[track_caller]
    pub fn exits_with(self, codes: &[i32]) -> Self {
        assert!(codes.contains(&self.code), "expected one of {codes:?}: {self:#?}");
        self
    }
    #[track_caller]
    pub fn ok(self) -> Self {
        self.code(0)
    }
    /// Standard output or error holds this.
    #[track_caller]
    pub fn says(self, text: &str) -> Self {
        assert!(self.out.contains(text) || self.err.contains(text), "expected {text:?}: {self:#?}");
        self
    }
    #[track_caller]
    pub fn says_not(self, text: &str) -> Self {
        assert!(!self.out.contains(text) && !self.err.contains(text), "did not expect {text:?}: {self:#?}");
        self
    }
    /// Standard output without its last newline.
    pub fn text(&self) -> &str {
        self.out.trim_end_matches('\n')
    }
    #[track_caller]
    pub fn is(self, text: &str) -> Self {
        assert!(self.text() == text, "expected exactly {text:?}: {self:#?}");
        self
    }
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.out).unwrap_or_else(|e| panic!("{e}: {self:#?}"))
    }
}

/// Runs a command to its end with its output in files: daemons that inherit it keep nobody waiting.
pub fn run(mut c: Command, dir: &Path, input: &str, seconds: u64) -> Out {
    let file = || tempfile::tempfile_in(dir).or_else(|_| tempfile::tempfile()).unwrap();
    let (mut out, mut err, mut stdin) = (file(), file(), file());
    stdin.write_all(input.as_bytes()).unwrap();
    let rewind = |f: &mut File| std::io::Seek::rewind(f).unwrap();
    rewind(&mut stdin);
    let what = format!("{:?} {:?}", c.get_program(), c.get_args().collect::<Vec<_>>());
    c.stdin(stdin).stdout(out.try_clone().unwrap()).stderr(err.try_clone().unwrap()).process_group(0);
    let begun = Instant::now();
    let mut child = c.spawn().unwrap_or_else(|e| panic!("{what}: {e}"));
    let code = wait(&mut child, seconds).unwrap_or_else(|| {
        let group = format!("-{}", child.id());
        let _ = command("kill").args(["-KILL", "--", &group]).status();
        let _ = child.wait();
        -1
    });
    let read = |f: &mut File| {
        rewind(f);
        let mut bytes = Vec::new();
        std::io::Read::read_to_end(f, &mut bytes).unwrap();
        String::from_utf8_lossy(&bytes).into_owned()
    };
    Out { what, code, out: read(&mut out), err: read(&mut err), took: begun.elapsed() }
}

/// Waits for a child; `None` if it takes too long. A signal is 128 and its number.
pub fn wait(child: &mut Child, seconds: u64) -> Option<i32> {
    let begun = Instant::now();
    while begun.elapsed() < Duration::from_secs(seconds) {
        if let Some(s) = child.try_wait().unwrap() {
            return Some(s.code().unwrap_or_else(|| 128 + s.signal().unwrap_or(0)));
        }
        std::thread::sleep(Duration::from_millis(3));
    }
    None
}

/// Until something holds, for some seconds.
#[track_caller]
pub fn until(what: &str, mut holds: impl FnMut() -> bool) {
    let begun = Instant::now();
    while !holds() {
        assert!(begun.elapsed() < Duration::from_secs(20), "it never came to be: {what}");
        std::thread::sleep(Duration::from_millis(20));
    }
}
