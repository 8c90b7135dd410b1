//! How much of a shutdown's time each environment may take, and its stop cut to that.

use super::stop::{KILL_TIMEOUT, STOP_TIMEOUT};
use crate::model::env::Env;
use std::time::Duration;

/// What an ordinary stop takes at most, kept back for each turn that is still to come.
const RESERVE: Duration = Duration::from_secs(5);

/// How much of what is left one may take, if so many turns are to come after its own.
pub fn share(left: Duration, turns: usize) -> Duration {
    let turns = u32::try_from(turns).unwrap_or(u32::MAX - 1);
    left.saturating_sub(RESERVE.min(left / (turns + 1)) * turns)
}

/// Cuts what an environment's stop may take to so many seconds: its rc.shutdown gets what its processes after TERM,
/// and unmounting with all hooks, do not need.
pub fn hurry(env: &mut Env, seconds: u64) {
    let cut = |limit: u64, to: u64| if limit == 0 { to.max(1) } else { limit.min(to.max(1)) };
    let part = seconds / 5;
    let kill = env.exec.kill_timeout.unwrap_or(KILL_TIMEOUT).min(part.max(1));
    let stop = seconds.saturating_sub(kill + part);
    env.exec.stop_timeout = Some(cut(env.exec.stop_timeout.unwrap_or(STOP_TIMEOUT), stop));
    env.exec.kill_timeout = Some(kill);
    if let Some(vm) = &mut env.vm {
        // Taking its power away is quick.
        vm.stop_timeout = vm.stop_timeout.min(seconds.saturating_sub(part).max(1));
    }
    env.hook_timeout = cut(env.hook_timeout, part);
    for hook in env.hooks.values_mut().flatten() {
        hook.timeout = hook.timeout.map(|t| cut(t, part));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn the_shares_of_a_chain_fit(left in 0u64..300, turns in 0usize..40) {
            let mut rest = Duration::from_secs(left);
            for behind in (0..=turns).rev() {
                let one = share(rest, behind);
                prop_assert!(one <= rest && (behind == 0) == (one == rest) || rest.is_zero());
                rest -= one;
            }
        }

        #[test]
        fn a_hurried_stop_keeps_within_its_time(
            seconds in 5u64..300, stop in prop::option::of(0u64..600), kill in prop::option::of(0u64..600)
        ) {
            let mut env = Env::new(uuid::Uuid::nil(), jiff::Timestamp::UNIX_EPOCH, "host".parse().unwrap());
            (env.exec.stop_timeout, env.exec.kill_timeout, env.hook_timeout) = (stop, kill, 0);
            hurry(&mut env, seconds);
            let (s, k) = (env.exec.stop_timeout.unwrap(), env.exec.kill_timeout.unwrap());
            prop_assert!(s > 0 && env.hook_timeout > 0 && s + k + env.hook_timeout <= seconds);
            prop_assert!(stop.is_none_or(|was| was == 0 || s <= was) && kill.is_none_or(|was| k <= was));
        }
    }
}
