//! Actions in a process of their own, `jug perform`, so that storage which does not answer can't hold this one for ever.

use super::Ctx;
use crate::error::{Code, Error, Result};
use crate::host::{Child, Cmd, Output};
use crate::plan::Action;

/// Does an action in a process of its own, so that storage which does not answer can't hold this one for ever.
pub(super) fn apart(
    ctx: &Ctx<'_>,
    program: Cmd,
    action: &Action,
    seconds: u64,
    started: &mut dyn FnMut(Child),
) -> Result<bool> {
    let alone = Action { limit: None, ..action.clone() };
    let json = serde_json::to_string(&alone).map_err(|e| Error::failed("effect", e))?;
    // Not as an argument: those are limited in length, and every user sees them.
    let cmd = program.arg("perform").input(json).limit(seconds);
    let out = ctx.host.change(&cmd, started).map_err(Error::from)?;
    match out.status {
        0 => Ok(true),
        CHANGED_NOTHING => Ok(false),
        _ => Err(told(&out)),
    }
}

/// The error that `jug perform` ended with.
pub fn told(out: &Output) -> Error {
    let said: Vec<&str> = out.stderr.lines().filter_map(|l| l.strip_prefix("jug: ")).collect();
    let mut error =
        Error::new(Code::from_status(out.status), "", *said.first().unwrap_or(&"it failed without a word"));
    error.next = said.iter().find_map(|l| l.strip_prefix("next: ")).map(str::to_string);
    error
}

/// The exit status of `jug perform` for an effect that had nothing to do.
pub const CHANGED_NOTHING: i32 = 64;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::apply::perform::action;
    use crate::host::Host;
    use crate::host::RunError;
    use crate::plan::Effect;
    use crate::platform::{PlatformKind, of};
    use crate::programs::runc::Runtime;
    use crate::store::layout::Layout;
    use std::path::Path;
    use std::sync::Mutex;

    /// Notes what it is to run.
    struct Notes(Mutex<Option<Cmd>>);

    impl Host for Notes {
        fn query(&self, _: &Cmd) -> std::result::Result<Output, RunError> {
            panic!("there is nothing to ask")
        }
        fn change(&self, cmd: &Cmd, _: &mut dyn FnMut(Child)) -> std::result::Result<Output, RunError> {
            *self.0.lock().unwrap() = Some(cmd.clone());
            Ok(Output::default())
        }
        fn mountinfo(&self) -> Option<String> {
            None
        }
        fn has(&self, _: &str) -> bool {
            true
        }
        fn read(&self, _: &Path) -> Option<String> {
            None
        }
        fn own_program(&self) -> Option<Cmd> {
            Some(Cmd::new("jug"))
        }
        fn now(&self) -> jiff::Timestamp {
            jiff::Timestamp::UNIX_EPOCH
        }
        fn uuid(&self) -> uuid::Uuid {
            uuid::Uuid::nil()
        }
    }

    #[test]
    fn what_is_written_apart_is_in_no_argument() {
        let platform = of(PlatformKind::Linux, Runtime { program: "runc".into(), root: String::new() });
        let layout = Layout { workdir: "/w".parse().unwrap() };
        let host = Notes(Mutex::default());
        let ctx = Ctx {
            host: &host,
            platform: platform.as_ref(),
            layout: &layout,
            progress: &crate::report::progress::Silent,
            force: false,
        };
        let text = "secret\n".repeat(50_000);
        let write = Effect::Write { path: "/w/x".parse().unwrap(), text, mode: 0o600 };
        let it = Action { effect: write.clone(), when: None, limit: Some(30) };
        assert!(action(&ctx, &it, &mut |_| {}, &mut Vec::new()).unwrap());
        let cmd = host.0.lock().unwrap().take().unwrap();
        assert_eq!((cmd.to_string().as_str(), cmd.limit), ("jug perform", 30));
        let read: Action = serde_json::from_str(&cmd.input.unwrap()).unwrap();
        assert_eq!(read, Action::from(write));
    }

    #[test]
    fn what_a_child_says_is_passed_on_whole() {
        let stderr = "jug: www: it is fenced\njug: next: jug owner www\n".into();
        let e = told(&Output { status: 6, stdout: String::new(), stderr });
        assert_eq!((e.code, e.reason.as_str()), (Code::Busy, "www: it is fenced"));
        assert_eq!(e.next.as_deref(), Some("jug owner www"));
        let e = told(&Output { status: 1, stdout: String::new(), stderr: String::new() });
        assert!(e.code == Code::Failed && e.next.is_none());
    }
}
