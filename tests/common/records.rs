//! Reads the records of a real FreeBSD 15.0: `$ command`, `--- stdout`, `--- stderr`, `--- exit N`.

/// One command and what came of it.
#[derive(Debug, Default, Clone)]
pub struct Record {
    pub command: String,
    pub stdout: String,
    pub stderr: String,
    pub exit: i32,
}

/// All of one file below `tests/records`.
pub fn records(file: &str) -> Vec<Record> {
    let path = format!("{}/tests/records/{file}", env!("CARGO_MANIFEST_DIR"));
    parse(&std::fs::read_to_string(&path).unwrap_or_else(|e| panic!("{path}: {e}")))
}

/// The record of one command.
pub fn record(file: &str, command: &str) -> Record {
    records(file)
        .into_iter()
        .find(|r| r.command == command)
        .unwrap_or_else(|| panic!("{file} has no {command}"))
}

fn parse(text: &str) -> Vec<Record> {
    let (mut all, mut now, mut part) = (Vec::new(), Record::default(), "");
    for line in text.lines() {
        // A file that is shown may have lines that begin with `$` as well: a record begins between records only.
        match (part, line) {
            ("", l) if l.starts_with("$ ") => (now, part) = (Record { command: l[2..].into(), ..now }, "$"),
            (_, "--- stdout") => part = "out",
            (_, "--- stderr") => part = "err",
            (_, l) if l.starts_with("--- exit ") => {
                now.exit = l[9..].trim().parse().unwrap();
                all.push(std::mem::take(&mut now));
                part = "";
            }
            ("out", l) => now.stdout.push_str(&format!("{l}\n")),
            ("err", l) => now.stderr.push_str(&format!("{l}\n")),
            (_, l) => assert!(l.is_empty(), "{l:?} belongs to no record"),
        }
    }
    all
}
