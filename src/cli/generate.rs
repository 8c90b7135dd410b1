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
    let command = Cli::command();
    for sub in command.get_subcommands().filter(|s| !s.is_hide_set()) {
        let name = format!("jug-{}", sub.get_name());
        // clap's own way to say `-` in a page's name.
        let page = clap_mangen::Man::new(sub.clone().name(name.clone()).bin_name(name.replacen('-', " ", 1)))
            .title(name.to_uppercase())
            .section("8")
            .date(DATE)
            .source("jug")
            .manual("System Manager's Manual");
        let mut bytes = Vec::new();
        page.render(&mut bytes).with_context(|| format!("making the page {name}"))?;
        files.push((format!("man/{name}.8"), String::from_utf8_lossy(&bytes).into_owned()));
    }
    for (shell, file) in [(Shell::Bash, "jug.bash"), (Shell::Zsh, "_jug"), (Shell::Fish, "jug.fish")] {
        let mut bytes = Vec::new();
        clap_complete::generate(shell, &mut Cli::command(), "jug", &mut bytes);
        files.push((format!("completions/{file}"), String::from_utf8_lossy(&bytes).into_owned()));
    }
    Ok(files)
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
