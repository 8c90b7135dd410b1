//! A time by which all that a thread runs is to have ended, whatever limits it has of its own: a host that goes down
//! does not wait.

use std::cell::Cell;
use std::time::{Duration, Instant};

/// What a program may still take when the time is up: most need less, and what kills and unmounts must run at all.
const LAST: Duration = Duration::from_secs(1);

thread_local! {
    static BY: Cell<Option<Instant>> = const { Cell::new(None) };
}

/// While this lives, its thread has a deadline.
#[derive(Debug)]
pub struct Due(());

/// Gives this thread a deadline.
pub fn by(at: Instant) -> Due {
    BY.with(|b| b.set(Some(at)));
    Due(())
}

impl Drop for Due {
    fn drop(&mut self) {
        BY.with(|b| b.set(None));
    }
}

/// A limit of time, cut to what is left until the deadline; the limit itself where there is none.
pub fn cut(limit: Option<Duration>) -> Option<Duration> {
    let left = BY.with(Cell::get).map(|at| at.saturating_duration_since(Instant::now()).max(LAST));
    match (limit, left) {
        (Some(limit), Some(left)) => Some(limit.min(left)),
        (limit, left) => limit.or(left),
    }
}

/// Whether the deadline has passed.
pub fn passed() -> bool {
    BY.with(Cell::get).is_some_and(|at| at <= Instant::now())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits_are_cut_while_there_is_a_deadline() {
        let (short, long) = (Duration::from_secs(2), Duration::from_secs(600));
        assert_eq!((cut(Some(long)), cut(None), passed()), (Some(long), None, false));
        {
            let _due = by(Instant::now() + Duration::from_secs(60));
            assert_eq!(cut(Some(short)), Some(short));
            assert!(cut(Some(long)).is_some_and(|d| d < long) && cut(None).is_some() && !passed());
            let _due = by(Instant::now());
            assert!(cut(Some(long)) == Some(LAST) && passed());
        }
        assert_eq!(cut(None), None);
    }
}
