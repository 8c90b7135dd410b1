//! generate: man pages and completions, from the command line's own definition. Hidden; packagers and a test use it.

use super::Cli;
use crate::error::Code;
use crate::host::fs;
use anyhow::{Context, Result};
use clap::CommandFactory;
use clap_complete::Shell;
use std::path::{Path, PathBuf};

/// Write man pages and completions into a directory
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Gets man/ and completions/
    #[arg(value_name = "DIR")]
    dir: PathBuf,
}

/// The date of the generated pages; mandoc wants one, and it must not change by itself.
const DATE: &str = "November 20, 2026";

/// All generated files: path below the directory, and content.
pub fn files() -> Result<Vec<(String, String)>> {
    let mut files = Vec::new();
    for sub in Cli::command().get_subcommands().filter(|s| !s.is_hide_set()) {
        files.push((format!("man/jug-{}.8", sub.get_name()), page(sub)?));
    }
    // clap_complete would offer hidden commands too.
    let whole = Cli::command();
    let shown = clap::Command::new("jug")
        .args(whole.get_arguments().cloned())
        .subcommands(whole.get_subcommands().filter(|s| !s.is_hide_set()).cloned());
    for (shell, file) in [(Shell::Bash, "jug.bash"), (Shell::Zsh, "_jug"), (Shell::Fish, "jug.fish")] {
        let mut bytes = Vec::new();
        clap_complete::generate(shell, &mut shown.clone(), "jug", &mut bytes);
        files.push((format!("completions/{file}"), String::from_utf8_lossy(&bytes).into_owned()));
    }
    Ok(files)
}

/// A command's page: clap's part, then what all commands share.
fn page(sub: &clap::Command) -> Result<String> {
    let name = format!("jug-{}", sub.get_name());
    // A page's name has a `-` where the command line has a blank.
    let man = clap_mangen::Man::new(sub.clone().name(name.clone()).bin_name(name.replacen('-', " ", 1)))
        .title(name.to_uppercase())
        .section("8")
        .date(DATE)
        .source("jug")
        .manual("System Manager's Manual");
    let mut bytes = Vec::new();
    man.render(&mut bytes).with_context(|| format!("making the page {name}"))?;
    // An empty line breaks the paragraph by itself; mandoc warns of another break beside it.
    let mut text = String::from_utf8_lossy(&bytes).replace(".br\n\n.br\n", ".sp\n");
    text.push_str(".PP\nThe options of every command stand in\n.BR jug (8).\n");
    if matches!(sub.get_name(), "jexec" | "jlogin" | "vm-exec") {
        text.push_str(".SH \"EXIT STATUS\"\nThe command's own; 126 if it can't be run, 127 if it is not there, 125 if jug itself fails.\n");
    } else {
        text.push_str(".SH \"EXIT STATUS\"\nSee the table in\n.BR jug (8).\n");
    }
    let examples = super::examples::of(sub.get_name());
    if !examples.is_empty() {
        text.push_str(".SH EXAMPLES\n");
    }
    for (i, (what, line)) in examples.iter().enumerate() {
        let break_ = if i > 0 { ".PP\n" } else { "" };
        let line = line.replace('\\', "\\e").replace('-', "\\-").replace('\'', "\\(aq");
        text.push_str(&format!("{break_}{what}:\n.PP\n.RS 4\n.nf\n{line}\n.fi\n.RE\n"));
    }
    text.push_str(".SH \"SEE ALSO\"\n.BR jug (8),\n.BR jug.toml (5)\n");
    Ok(text)
}

/// Runs it.
pub fn run(args: &Args) -> Result<Code> {
    for dir in ["man", "completions"] {
        fs::make_dir(&args.dir.join(dir), 0o755)?;
    }
    for (path, text) in files()? {
        fs::write_atomic(&args.dir.join(Path::new(&path)), &text, 0o644)?;
    }
    Ok(Code::Done)
}
