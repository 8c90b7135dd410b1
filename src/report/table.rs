//! Lists: one row type gives a table for people, tab-separated lines for scripts (`-H`), and JSON.

use serde_json::{Value, json};
use std::io::Write;

/// A list that can be printed three ways.
#[derive(Debug)]
pub struct List {
    /// The array's name in JSON: `environments`, `bases`, ...
    pub name: &'static str,
    /// Column headings of the table.
    pub headings: Vec<&'static str>,
    /// Rows of the table.
    pub rows: Vec<Vec<String>>,
    /// Rows of `-H`, whose columns are part of the contract.
    pub fields: Vec<Vec<String>>,
    /// Rows of JSON.
    pub json: Vec<Value>,
}

impl List {
    /// Prints it.
    pub fn print(&self, as_json: bool, as_lines: bool) {
        if as_json {
            out(&format!("{}\n", json!({"version": 1, self.name: self.json})));
        } else if as_lines {
            for row in &self.fields {
                let row: Vec<String> = row.iter().map(|f| field(f)).collect();
                out(&format!("{}\n", row.join("\t")));
            }
        } else if !self.rows.is_empty() {
            out(&self.table());
        }
    }

    /// The table for people.
    pub fn table(&self) -> String {
        let mut builder = tabled::builder::Builder::default();
        builder.push_record(self.headings.iter().map(|h| h.to_string()));
        for row in &self.rows {
            builder.push_record(
                row.iter().map(|c| crate::model::name::printable(if c.is_empty() { "-" } else { c })),
            );
        }
        let mut table = builder.build();
        table.with(tabled::settings::Style::blank()).with(tabled::settings::Padding::new(0, 1, 0, 0));
        table.to_string().lines().map(|line| format!("{}\n", line.trim_end())).collect()
    }
}

/// A field of a `-H` line: `-` for nothing, and no tab or newline in it.
fn field(s: &str) -> String {
    if s.is_empty() { "-".into() } else { s.replace(['\t', '\n'], " ") }
}

/// Writes to standard output. A closed pipe is no error: whoever read it has had enough. Anything else is: what was to
/// be told is lost.
pub fn out(text: &str) {
    let mut stdout = std::io::stdout().lock();
    match stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush()) {
        Err(e) if e.kind() != std::io::ErrorKind::BrokenPipe => {
            eprintln!("jug: standard output: {}", crate::error::os_text(&e));
            LOST.store(true, std::sync::atomic::Ordering::Relaxed);
        }
        _ => {}
    }
}

static LOST: std::sync::atomic::AtomicBool = std::sync::atomic::AtomicBool::new(false);

/// Whether something could not be told.
pub fn lost() -> bool {
    LOST.load(std::sync::atomic::Ordering::Relaxed)
}
