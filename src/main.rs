//! Parses, runs, prints the error, exits.

use clap::error::{ContextKind, ErrorKind};
use clap::{ColorChoice, FromArgMatches};
use jug::cli::{self, Cli, examples};
use jug::error::Code;
use jug::host::signal;
use jug::report::{results, table};
use std::error::Error as _;
use std::ffi::OsString;
use std::process::ExitCode;

fn main() -> ExitCode {
    // Files get the modes that are said for them, whatever the caller's umask.
    rustix::process::umask(rustix::fs::Mode::from_raw_mode(0o022));
    let is_jexec =
        std::env::args().take_while(|a| a != "--").any(|a| a == "jexec" || a == "jlogin" || a == "vm-exec");
    let plain = std::env::args_os().any(|a| a == "--no-color");
    let colour = if plain { ColorChoice::Never } else { ColorChoice::Auto };
    let cli = match examples::command()
        .color(colour)
        .try_get_matches_from(words())
        .and_then(|m| Cli::from_arg_matches(&m))
    {
        Ok(cli) => cli,
        Err(e) => {
            match typed(&e) {
                Some(e) => results::error(&e),
                None => drop(e.print()),
            }
            return match e.kind() {
                ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => ExitCode::SUCCESS,
                _ if is_jexec => ExitCode::from(Code::Exec as u8),
                _ => ExitCode::from(Code::Usage as u8),
            };
        }
    };
    signal::install();
    match cli::run(cli) {
        Ok(0) if table::lost() => ExitCode::from(Code::Failed as u8),
        Ok(code) => ExitCode::from(u8::try_from(code).unwrap_or(1)),
        Err(e) => {
            results::error(&e);
            ExitCode::from(if is_jexec { Code::Exec } else { e.code } as u8)
        }
    }
}

/// The command line. `jug help CMD` is `jug CMD --help`: a subcommand of clap's would stand in each completion once more
/// with all commands below it.
fn words() -> Vec<OsString> {
    let mut words: Vec<OsString> = std::env::args_os().collect();
    if words.get(1).is_some_and(|w| w == "help") {
        words.remove(1);
        words.push("--help".into());
    }
    words
}

/// A value that one of jug's own types refused: its reason and its hint, under the option's name.
fn typed(e: &clap::Error) -> Option<jug::error::Error> {
    let inner = e.source()?.downcast_ref::<jug::error::Error>()?;
    let option = e.get(ContextKind::InvalidArg).map(ToString::to_string).unwrap_or_default();
    let option = option.split_whitespace().next().unwrap_or_default();
    Some(jug::error::Error { next: inner.next.clone(), ..jug::error::Error::usage(option, inner) })
}
