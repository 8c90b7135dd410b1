//! The outcome of a change, for each target: `changed`, `unchanged` or `failed`.

use crate::error::{Code, Error, Result, fold};
use serde_json::json;

/// How one target ended.
#[derive(Debug)]
pub struct Outcome {
    /// The target.
    pub name: String,
    /// A word on what was done (`started`), or why it failed.
    pub result: Result<Done>,
    /// What is worth saying beside it.
    pub warnings: Vec<String>,
}

/// A change that did not fail.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Done {
    /// Whether anything was changed.
    pub changed: bool,
    /// What was done, or why nothing had to be.
    pub what: String,
}

impl Done {
    /// Something was changed.
    pub fn changed(what: impl Into<String>) -> Self {
        Self { changed: true, what: what.into() }
    }
    /// It was so already.
    pub fn unchanged(what: impl Into<String>) -> Self {
        Self { changed: false, what: what.into() }
    }
}

impl Outcome {
    /// `changed`, `unchanged` or `failed`.
    pub fn word(&self) -> &'static str {
        match &self.result {
            Ok(d) if d.changed => "changed",
            Ok(_) => "unchanged",
            Err(_) => "failed",
        }
    }
    /// The exit code of this target.
    pub fn code(&self) -> Code {
        self.result.as_ref().map_or_else(|e| e.code, |_| Code::Done)
    }
}

/// How results are printed.
#[derive(Clone, Copy, Debug, Default)]
pub struct Style {
    /// As JSON.
    pub json: bool,
    /// As tab-separated lines: name, result, word.
    pub lines: bool,
    /// Only errors.
    pub quiet: bool,
}

/// Prints what became of each target; returns the exit code of all together.
pub fn print(outcomes: &[Outcome], style: Style) -> Code {
    for o in outcomes {
        for w in &o.warnings {
            eprintln!("jug: {}: warning: {w}", o.name);
        }
        if let Err(e) = &o.result {
            error(e);
        }
    }
    if style.json {
        let rows: Vec<_> = outcomes
            .iter()
            .map(|o| {
                let (reason, next) = match &o.result {
                    Ok(d) => (Some(d.what.clone()), None),
                    Err(e) => (Some(e.reason.clone()), e.next.clone()),
                };
                json!({"name": o.name, "result": o.word(), "code": o.code() as u8, "reason": reason, "next": next})
            })
            .collect();
        super::table::out(&format!("{}\n", json!({"version": 1, "results": rows})));
    } else if !style.quiet {
        for o in outcomes {
            if let Ok(d) = &o.result {
                let line = match style.lines {
                    true => format!("{}\t{}\t{}\n", o.name, o.word(), d.what.replace(['\t', '\n'], " ")),
                    false => format!("{}: {} ({})\n", o.name, o.word(), d.what),
                };
                super::table::out(&line);
            }
        }
    }
    fold(outcomes.iter().map(Outcome::code))
}

/// Prints an error as people get it: the object, the reason, the next step.
pub fn error(e: &Error) {
    eprintln!("jug: {e}");
    if let Some(next) = &e.next {
        eprintln!("jug: next: {next}");
    }
}
