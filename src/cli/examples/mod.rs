//! Examples of the commands, for --help and the man pages. A test reads each with the command line's own parser.

mod data;
mod host;
mod jails;
mod sharing;
mod vms;

use super::Cli;
use clap::{Command, CommandFactory};

/// What is done, and the line that does it.
pub type Example = (&'static str, &'static str);

/// The commands that have examples.
fn all() -> impl Iterator<Item = (&'static str, &'static [Example])> {
    [host::EXAMPLES, jails::EXAMPLES, sharing::EXAMPLES, data::EXAMPLES, vms::EXAMPLES]
        .into_iter()
        .flatten()
        .copied()
}

/// The examples of a command.
pub fn of(command: &str) -> &'static [Example] {
    all().find(|(c, _)| *c == command).map_or(&[], |(_, e)| e)
}

/// The command line with the examples in its help.
pub fn command() -> Command {
    all().fold(Cli::command(), |cli, (name, examples)| {
        let lines: Vec<String> =
            examples.iter().map(|(what, line)| format!("  {what}:\n    {line}")).collect();
        cli.mut_subcommand(name, |c| c.after_help(format!("Examples:\n{}", lines.join("\n"))))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_example_is_one() {
        for (name, examples) in all() {
            for (_, line) in examples {
                let mut words = shlex::split(line).unwrap();
                // What the shell does with them is no part of jug's command line.
                words.retain(|w| !w.starts_with('>'));
                let matches = Cli::command().try_get_matches_from(&words);
                let matches = matches.unwrap_or_else(|e| panic!("{line}: {e}"));
                assert!(matches.subcommand_name().is_some(), "{line}");
                assert!(words.iter().any(|w| *w == name) || line.contains("--facts"), "{name}: {line}");
            }
        }
    }

    #[test]
    fn every_command_has_examples_or_needs_none() {
        let bare = ["ls", "base-ls", "deinit", "generate", "perform", "supervise"];
        for c in Cli::command().get_subcommands() {
            assert!(
                bare.contains(&c.get_name()) || !of(c.get_name()).is_empty(),
                "{} has no example",
                c.get_name()
            );
        }
    }
}
