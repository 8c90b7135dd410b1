//! What a supervisor does when its hypervisor has ended.

use crate::model::vm::OnCrash;
use crate::platform::PlatformKind;
use crate::store::orders::Orders;
use std::time::Duration;

/// How long crashes count.
pub const HOUR: Duration = Duration::from_secs(3600);
/// The shortest pause between two runs, so that a guest which resets itself for ever leaves the host some of its time.
const PAUSE: Duration = Duration::from_secs(1);

/// Why a hypervisor ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// The guest was reset: it goes on.
    Reset,
    /// The guest powered itself off, or halted.
    Off,
    /// Anything else.
    Crash,
}

/// What is next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Next {
    /// It is run again, after so long.
    Again(Duration),
    /// It stays off.
    Stay,
}

/// What an exit status means (bhyve(8), "EXIT STATUS"; freebsd/bhyve-run.txt). QEMU resets its guest by itself, and
/// exits with 0 when that powers off.
pub fn why(platform: PlatformKind, status: i32) -> End {
    match (platform, status) {
        (PlatformKind::Freebsd, 0) => End::Reset,
        (PlatformKind::Freebsd, 1 | 2) | (PlatformKind::Linux, 0) => End::Off,
        _ => End::Crash,
    }
}

/// An exit status in words.
pub fn words(platform: PlatformKind, status: i32) -> String {
    match (why(platform, status), status) {
        (End::Reset, _) => "the guest was reset".into(),
        (End::Off, 2) => "the guest halted".into(),
        (End::Off, _) => "the guest powered itself off".into(),
        (End::Crash, 3) if platform == PlatformKind::Freebsd => {
            "the guest failed beyond hope (triple fault)".into()
        }
        (End::Crash, s) if s > 128 => format!("the hypervisor was ended by signal {}", s - 128),
        (End::Crash, s) => format!("the hypervisor failed with exit status {s}"),
    }
}

/// What is next; `crashes` is how often it has crashed within an hour, this time included.
pub fn next(orders: &Orders, end: End, stopping: bool, crashes: u32) -> Next {
    match end {
        _ if stopping => Next::Stay,
        End::Reset => Next::Again(PAUSE),
        End::Off => Next::Stay,
        End::Crash if orders.on_crash == OnCrash::Restart && crashes <= orders.restarts => {
            Next::Again(PAUSE * 2u32.saturating_pow(crashes.min(6)))
        }
        End::Crash => Next::Stay,
    }
}

/// A password for a screen, of as many characters as VNC looks at (RFC 6143, 7.2.2).
pub fn password(random: [uuid::Uuid; 2]) -> String {
    const LETTERS: &[u8; 32] = b"abcdefghijkmnpqrstuvwxyz23456789";
    let bytes = random.iter().flat_map(|u| u.as_bytes()[..4].to_vec());
    bytes.map(|b| char::from(LETTERS[usize::from(b) % LETTERS.len()])).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::host::Cmd;

    fn orders(on_crash: OnCrash) -> Orders {
        Orders {
            version: 1,
            platform: PlatformKind::Freebsd,
            prepare: Vec::new(),
            run: Cmd::new("bhyve"),
            on_crash,
            restarts: 2,
            secret: None,
            log: "/l".parse().unwrap(),
        }
    }

    #[test]
    fn each_exit_status_has_its_consequence() {
        let (stop, restart) = (orders(OnCrash::Stop), orders(OnCrash::Restart));
        let bhyve = |status| why(PlatformKind::Freebsd, status);
        for (status, end) in [
            (0, End::Reset),
            (1, End::Off),
            (2, End::Off),
            (3, End::Crash),
            (4, End::Crash),
            (137, End::Crash),
        ] {
            assert_eq!(bhyve(status), end);
            assert!(!words(PlatformKind::Freebsd, status).is_empty());
        }
        assert_eq!((why(PlatformKind::Linux, 0), why(PlatformKind::Linux, 1)), (End::Off, End::Crash));
        for orders in [&stop, &restart] {
            assert!(matches!(next(orders, End::Reset, false, 0), Next::Again(_)));
            assert_eq!(next(orders, End::Reset, true, 0), Next::Stay);
            assert_eq!(next(orders, End::Off, false, 0), Next::Stay);
        }
        assert_eq!(next(&stop, End::Crash, false, 1), Next::Stay);
        assert!(matches!(next(&restart, End::Crash, false, 2), Next::Again(p) if p > PAUSE));
        assert_eq!(next(&restart, End::Crash, false, 3), Next::Stay);
        assert_eq!(next(&restart, End::Crash, true, 1), Next::Stay);
    }

    #[test]
    fn passwords_differ_and_fit() {
        let it = || password([uuid::Uuid::new_v4(), uuid::Uuid::new_v4()]);
        assert!(it().len() == 8 && it() != it());
    }
}
