//! The journal of an operation under way: the whole plan first, then a line for each thing that happens, each synced
//! before the thing itself. A crash leaves what is needed to undo or to finish.

use super::layout::Layout;
use crate::error::{Code, Error, Result};
use crate::host::{Child, fs};
use crate::plan::{Plan, Step};
use std::collections::BTreeMap;
use std::fs::{File, OpenOptions};
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;

/// The most a journal may be read, in bytes, and an action of it.
pub const MAX: usize = 32 << 20;

#[derive(Debug, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
enum Line {
    Plan { version: u32, plan: Plan },
    Begin(usize),
    Child(Child),
    Done { step: usize, changed: bool },
    Undone(usize),
    More { steps: Vec<Step>, no_return: Option<usize> },
}

/// A journal that is being written.
#[derive(Debug)]
pub struct Journal {
    file: File,
    path: std::path::PathBuf,
}

/// What a journal says.
#[derive(Clone, Debug)]
pub struct Progress {
    /// The plan.
    pub plan: Plan,
    /// The last step that was begun.
    pub begun: Option<usize>,
    /// Steps that were done, and whether they changed anything.
    pub done: BTreeMap<usize, bool>,
    /// Steps that were undone again.
    pub undone: Vec<usize>,
    /// The program of the step that was begun last.
    pub child: Option<Child>,
}

impl Progress {
    /// Whether the way leads on and not back.
    pub fn past_return(&self) -> bool {
        match (self.plan.no_return, self.begun) {
            (Some(limit), Some(begun)) => begun >= limit && self.undone.is_empty(),
            _ => false,
        }
    }
}

impl Journal {
    /// Begins the journal of a plan. One that is there already belongs to an interrupted operation.
    pub fn begin(layout: &Layout, object: &str, plan: &Plan) -> Result<Self> {
        let path = layout.journal(object);
        if path.as_path().exists() {
            return Err(Error::busy(super::shown(object), "an earlier operation on it was interrupted")
                .next("jug doctor --fix"));
        }
        let head = serde_json::to_string(&Line::Plan { version: 1, plan: plan.clone() })
            .map_err(|e| Error::failed(&path, e))?;
        fs::write_atomic(path.as_path(), &format!("{head}\n"), 0o600)?;
        Self::open(layout, object)
    }

    /// Opens a journal to go on with it.
    pub fn open(layout: &Layout, object: &str) -> Result<Self> {
        let path = layout.journal(object).as_path().to_path_buf();
        let file = OpenOptions::new()
            .append(true)
            .mode(0o600)
            .open(&path)
            .map_err(|e| Error::io(&path, "opening the journal", e))?;
        // What a crash tore off must not swallow the next line.
        let torn = fs::read_text(&path, MAX).is_ok_and(|t| !t.ends_with('\n'));
        let journal = Self { file, path };
        if torn {
            journal.text("\n")?;
        }
        Ok(journal)
    }

    fn line(&self, line: &Line) -> Result<()> {
        let text = serde_json::to_string(line).map_err(|e| Error::failed(self.path.display(), e))?;
        self.text(&format!("{text}\n"))
    }

    fn text(&self, text: &str) -> Result<()> {
        let mut file = &self.file;
        file.write_all(text.as_bytes())
            .and_then(|()| file.sync_data())
            .map_err(|e| Error::io(&self.path, "writing the journal", e))
    }

    /// A step is about to begin.
    pub fn begin_step(&self, step: usize) -> Result<()> {
        self.line(&Line::Begin(step))
    }
    /// The step's program runs. Its own failing to be written is told by the step's end.
    pub fn child(&self, child: Child) {
        let _ = self.line(&Line::Child(child));
    }
    /// A step is done.
    pub fn done(&self, step: usize, changed: bool) -> Result<()> {
        self.line(&Line::Done { step, changed })
    }
    /// A step is undone.
    pub fn undone(&self, step: usize) -> Result<()> {
        self.line(&Line::Undone(step))
    }
    /// The plan has more steps, which could not be known before the others were done.
    pub fn more(&self, steps: &[Step], no_return: Option<usize>) -> Result<()> {
        self.line(&Line::More { steps: steps.to_vec(), no_return })
    }
    /// The operation has ended, one way or the other.
    pub fn end(self) -> Result<()> {
        fs::remove_file(&self.path).map(|_| ())
    }
}

/// Reads an object's journal, if there is one.
pub fn read(layout: &Layout, object: &str) -> Result<Option<Progress>> {
    let path = layout.journal(object);
    let text = match fs::read_text(path.as_path(), MAX) {
        Ok(text) => text,
        Err(e) if e.code == Code::NotFound => return Ok(None),
        Err(e) => return Err(e),
    };
    parse(&text).map(Some).ok_or_else(|| {
        Error::new(Code::Left, &path, "the journal of an interrupted operation can't be read")
            .next(format!("look at {path}; when the host is in order, remove it"))
    })
}

fn parse(text: &str) -> Option<Progress> {
    let mut lines = text.lines();
    let Line::Plan { plan, .. } = serde_json::from_str(lines.next()?).ok()? else { return None };
    let mut p = Progress { plan, begun: None, done: BTreeMap::new(), undone: Vec::new(), child: None };
    for line in lines {
        // A line may be torn by a crash: it was not synced, so what it says had not happened yet.
        let Ok(line) = serde_json::from_str(line) else { continue };
        match line {
            Line::Plan { .. } => return None,
            Line::Begin(i) => (p.begun, p.child) = (Some(i), None),
            Line::Child(c) => p.child = Some(c),
            Line::Done { step, changed } => {
                p.done.insert(step, changed);
                p.child = None;
            }
            Line::Undone(i) => p.undone.push(i),
            Line::More { steps, no_return } => {
                p.plan.steps.extend(steps);
                p.plan.no_return = no_return;
            }
        }
    }
    Some(p)
}

/// Objects with a journal: those whose last operation was interrupted, or is under way.
pub fn all(layout: &Layout) -> Vec<String> {
    let Ok(dir) = std::fs::read_dir(layout.workdir.join("journal").as_path()) else { return Vec::new() };
    let mut names: Vec<String> = dir
        .flatten()
        .filter_map(|e| e.file_name().to_str().and_then(|n| n.strip_suffix(".jsonl")).map(str::to_string))
        .collect();
    names.sort();
    names
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::{Effect, Step};

    #[test]
    fn says_how_far_it_came_even_with_a_torn_end() {
        let t = tempfile::tempdir().unwrap();
        let layout = Layout::new(&t.path().to_string_lossy().parse().unwrap()).unwrap().ensure().unwrap();
        let mut plan = Plan::new("jcreate", "www");
        plan.push(Step::new("a", Effect::RemoveDir { path: "/x".parse().unwrap() }));
        let j = Journal::begin(&layout, "www", &plan).unwrap();
        assert_eq!(Journal::begin(&layout, "www", &plan).unwrap_err().code, Code::Busy);
        j.begin_step(0).unwrap();
        j.child(Child { pid: 7, started: 8 });
        j.more(&[Step::new("b", Effect::RemoveDir { path: "/y".parse().unwrap() })], Some(1)).unwrap();
        (&j.file).write_all(b"{\"done\":{\"st").unwrap();
        let p = read(&layout, "www").unwrap().unwrap();
        assert_eq!((p.begun, p.child.unwrap().pid, p.done.len(), p.past_return()), (Some(0), 7, 0, false));
        assert_eq!((p.plan.steps.len(), p.plan.no_return), (2, Some(1)));
        assert_eq!(all(&layout), ["www"]);
        j.end().unwrap();
        assert!(read(&layout, "www").unwrap().is_none());
    }
}
