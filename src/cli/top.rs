//! top

use super::session::Session;
use super::stats::{Look, Row, list, look};
use super::targets::Targets;
use crate::error::{Code, Result};
use crate::host::signal;
use crate::host::terminal::Screen;
use std::cmp::{Ordering, Reverse};

/// Show what jails use, again every two seconds, until q is pressed; once where there is no terminal
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(flatten)]
    targets: Targets,
    /// What stands first is what has most of this, or the first name
    #[arg(long, value_name = "COLUMN", default_value = "cpu")]
    sort: Sort,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum Sort {
    /// CPU time
    Cpu,
    /// Memory
    Memory,
    /// Processes
    Processes,
    /// The name
    Name,
}

/// Tenths of a second between two looks.
const INTERVAL: u8 = 20;

/// Runs it.
pub fn run(s: &Session, args: &Args) -> Result<Code> {
    let sorted = |mut look: Look| {
        look.rows.sort_by(|a, b| order(args.sort, a, b));
        look
    };
    let mut now = sorted(look(s, &args.targets, None)?);
    let plain = s.global.json || s.global.lines;
    let Some(screen) = (!plain).then(|| Screen::open(INTERVAL)).flatten() else {
        list(&now.rows).print(s.global.json, s.global.lines);
        return Ok(Code::Done);
    };
    loop {
        screen.show(&picture(&now, args.sort));
        if !screen.wait() || signal::stopped() {
            return Ok(Code::Done);
        }
        // An error ends it; the terminal is given back first, so that it is not lost with the screen.
        now = sorted(look(s, &args.targets, Some(&now))?);
    }
}

fn order(sort: Sort, a: &Row, b: &Row) -> Ordering {
    let (x, y) = (&a.usage.used, &b.usage.used);
    let most = match sort {
        Sort::Cpu => y.cpu.unwrap_or(-1.0).total_cmp(&x.cpu.unwrap_or(-1.0)),
        Sort::Memory => Reverse(x.memory).cmp(&Reverse(y.memory)),
        Sort::Processes => Reverse(x.processes).cmp(&Reverse(y.processes)),
        Sort::Name => Ordering::Equal,
    };
    most.then_with(|| a.name.cmp(&b.name))
}

fn picture(now: &Look, sort: Sort) -> String {
    let by = match sort {
        Sort::Cpu => "CPU",
        Sort::Memory => "memory",
        Sort::Processes => "processes",
        Sort::Name => "name",
    };
    let n = now.rows.len();
    format!("jug top: {n} running, by {by}; q ends\n\n{}", list(&now.rows).table())
}
