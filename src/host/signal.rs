//! SIGINT, SIGTERM and SIGHUP ask for an orderly end; SIGINFO (Ctrl-T on FreeBSD) and SIGUSR1 ask what is being done.

use std::cell::Cell;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};

static STOP: OnceLock<Arc<AtomicBool>> = OnceLock::new();
static INFO: OnceLock<Arc<AtomicBool>> = OnceLock::new();

/// SIGINFO's number on the BSDs (signal(3)); Linux has none, and SIGUSR1 serves.
#[cfg(target_os = "freebsd")]
const SIGINFO: i32 = 29;
#[cfg(not(target_os = "freebsd"))]
const SIGINFO: i32 = signal_hook::consts::SIGUSR1;

/// Begins to note the signals instead of dying of them.
pub fn install() {
    let stop = STOP.get_or_init(Arc::default);
    for signal in [signal_hook::consts::SIGINT, signal_hook::consts::SIGTERM, signal_hook::consts::SIGHUP] {
        let _ = signal_hook::flag::register(signal, Arc::clone(stop));
    }
    let _ = signal_hook::flag::register(SIGINFO, Arc::clone(INFO.get_or_init(Arc::default)));
}

thread_local! {
    static HELD: Cell<u32> = const { Cell::new(0) };
}

/// While this lives, its thread does not heed the signals: it is undoing, or past the point of no return.
#[derive(Debug)]
pub struct Held(());

/// Holds the signals off in this thread.
pub fn hold() -> Held {
    HELD.with(|h| h.set(h.get() + 1));
    Held(())
}

impl Drop for Held {
    fn drop(&mut self) {
        HELD.with(|h| h.set(h.get().saturating_sub(1)));
    }
}

/// Whether the end was asked for, and may be heeded.
pub fn stopped() -> bool {
    HELD.with(Cell::get) == 0 && STOP.get().is_some_and(|s| s.load(Ordering::Relaxed))
}

/// Whether a word on what is being done was asked for since the last time.
pub fn info_wanted() -> bool {
    INFO.get().is_some_and(|s| s.swap(false, Ordering::Relaxed))
}
