//! A terminal that shows one picture after another, until a key ends it.

use rustix::termios::{LocalModes, OptionalActions, SpecialCodeIndex, Termios, isatty, tcgetattr, tcsetattr};
use std::io::{Read, Write};
use std::time::{Duration, Instant};

/// To the other screen, without a cursor; and back (xterm's control sequences).
const ENTER: &str = "\x1b[?1049h\x1b[?25l";
const LEAVE: &str = "\x1b[?25h\x1b[?1049l";
/// To the first line, and clear what is below.
const HOME: &str = "\x1b[H\x1b[J";
/// The byte of Ctrl-C.
const INTERRUPT: u8 = 3;

/// The terminal, as long as this lives.
#[derive(Debug)]
pub struct Screen {
    before: Termios,
}

impl Screen {
    /// Takes the terminal, if standard input and output are one. A read of it waits for `tenths` of a second.
    pub fn open(tenths: u8) -> Option<Self> {
        let stdin = rustix::stdio::stdin();
        if !isatty(stdin) || !isatty(rustix::stdio::stdout()) {
            return None;
        }
        let before = tcgetattr(stdin).ok()?;
        let mut now = before.clone();
        // Keys come at once and are not shown; Ctrl-C is one of them, so that the terminal is always given back.
        now.local_modes.remove(LocalModes::ICANON | LocalModes::ECHO | LocalModes::ISIG);
        now.special_codes[SpecialCodeIndex::VMIN] = 0;
        now.special_codes[SpecialCodeIndex::VTIME] = tenths;
        tcsetattr(stdin, OptionalActions::Now, &now).ok()?;
        let screen = Self { before };
        screen.print(ENTER);
        Some(screen)
    }

    fn print(&self, text: &str) {
        let mut out = std::io::stdout().lock();
        let _ = out.write_all(text.as_bytes()).and_then(|()| out.flush());
    }

    /// Shows a text, as much of it as there is room for.
    pub fn show(&self, text: &str) {
        // A serial line does not know its size, and says 0.
        let known = |n: u16, otherwise| if n == 0 { otherwise } else { usize::from(n) };
        let (rows, columns) = rustix::termios::tcgetwinsize(rustix::stdio::stdout())
            .map_or((24, 80), |w| (known(w.ws_row, 24), known(w.ws_col, 80)));
        let lines: Vec<String> = text.lines().take(rows).map(|l| l.chars().take(columns).collect()).collect();
        self.print(&format!("{HOME}{}", lines.join("\r\n")));
    }

    /// Waits for a key, at most as long as was said; whether to go on.
    pub fn wait(&self) -> bool {
        let (begun, mut key) = (Instant::now(), [0; 1]);
        match std::io::stdin().lock().read(&mut key) {
            Ok(1) => !matches!(key[0], b'q' | b'Q' | INTERRUPT),
            // Nothing was pressed; or the terminal is gone, which says so at once.
            Ok(_) => begun.elapsed() > Duration::from_millis(50),
            Err(e) => e.kind() == std::io::ErrorKind::Interrupted,
        }
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        self.print(LEAVE);
        let _ = tcsetattr(rustix::stdio::stdin(), OptionalActions::Now, &self.before);
    }
}
