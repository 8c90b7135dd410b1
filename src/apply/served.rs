//! Waits for the NFS server: it acknowledges nothing, takes half of what it reads, and says so in the system's log only
//! (F4.3, F4.4).

use super::Ctx;
use crate::error::{Error, Result};
use crate::host::deadline;
use crate::platform::nfs::{self, Served};
use std::time::{Duration, Instant};

/// The longest pause between two looks.
const PAUSE: Duration = Duration::from_secs(1);

/// Waits until what was asked is so.
pub fn wait(ctx: &Ctx<'_>, it: &Served, warnings: &mut Vec<String>) -> Result<()> {
    let limit = Duration::from_secs(it.seconds);
    let (begun, limit) = (Instant::now(), deadline::cut(Some(limit)).unwrap_or(limit));
    let (mut waited, mut pause) = (Duration::ZERO, Duration::from_millis(50));
    let mut seen = nfs::look(ctx.host, ctx.platform, it)?;
    while !seen.wrong.is_empty() && waited.max(begun.elapsed()) < limit {
        ctx.host.pause(pause);
        waited += pause;
        pause = (pause * 2).min(PAUSE);
        seen = nfs::look(ctx.host, ctx.platform, it)?;
    }
    // After all is as it should be, a moment for what it still has to say: not every change can be seen from outside.
    ctx.host.pause(it.server.moment());
    let (mut ours, mut others) = nfs::complaints(ctx.host, it);
    if !it.firm {
        others.append(&mut ours);
    }
    let missing = seen.wrong;
    if missing.is_empty() && ours.is_empty() {
        warnings.extend(seen.unasked.map(|why| format!("what NFSv3 is served could not be asked: {why}")));
        warnings.extend(nfs::unheard(ctx.host, it));
        // What it complains of elsewhere was so before, and is not undone by undoing this.
        warnings.extend(others.into_iter().map(|c| format!("the NFS server also says: {c}")));
        return Ok(());
    }
    let said = |all: &[String]| all.join("; ");
    let reason = match (missing.is_empty(), ours.is_empty()) {
        (true, _) => format!("the NFS server does not take it: {}", said(&ours)),
        (false, true) => said(&missing),
        (false, false) => format!("{}; the NFS server says: {}", said(&missing), said(&ours)),
    };
    let e = Error::failed("", reason);
    Err(match others.is_empty() {
        true => e,
        false => e.next(format!("it also says: {}", said(&others))),
    })
}
