//! Disks: an image onto one, with progress, and what must hold before and after.

use super::Ctx;
use crate::error::Result;
use crate::host::flash;
use crate::plan::Effect;
use std::time::Instant;

/// Performs an effect on a whole disk; others are none of its business. Returns whether it changed anything.
pub fn perform(ctx: &Ctx<'_>, effect: &Effect) -> Result<bool> {
    let begun = Instant::now();
    let mut tick = |n: u64, of: u64| ctx.progress.sent(n, Some(of), begun.elapsed());
    match effect {
        Effect::Flash { from, to, over } => {
            flash::flash(from.as_path(), to.as_path(), *over, &mut tick).map(|()| true)
        }
        Effect::FreeDisk { path, length, blank } => {
            flash::check(path.as_path(), *length, *blank).map(|()| false)
        }
        Effect::WipeDisk { path, image } => flash::wipe(path.as_path(), image.as_path()),
        Effect::ReadBack { path, length, sum } => {
            flash::verify(path.as_path(), *length, sum, &mut tick).map(|()| false)
        }
        _ => Ok(false),
    }
}
