//! What a step does, what undoes it, and when: plain data that the journal keeps and `-n` prints.

use super::guard::Guard;
use super::seed::LaidOut;
use crate::host::Cmd;
use crate::model::hook::Policy;
use crate::model::name::{AbsPath, EnvName};
use crate::model::sum::Sum;
use crate::platform::nfs::Served;
use crate::programs::qmp::Request;
use crate::store::owner::Epoch;

/// One change.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Effect {
    /// A program, which must exit 0.
    Run(Cmd),
    /// The first of these programs that exits with 0; one that takes too long is the last that is tried.
    Try {
        /// In this order.
        cmds: Vec<Cmd>,
        /// Seconds that all of them may take together.
        seconds: u64,
    },
    /// A directory with this mode, its parent being there; if it is there already, nothing.
    MakeDir {
        /// Which.
        path: AbsPath,
        /// Its mode.
        mode: u32,
    },
    /// Away with an empty directory.
    RemoveDir {
        /// Which.
        path: AbsPath,
    },
    /// A file, all or nothing.
    Write {
        /// Which.
        path: AbsPath,
        /// Its content.
        text: String,
        /// Its mode.
        mode: u32,
    },
    /// An empty file that was not there before.
    Fresh {
        /// Which.
        path: AbsPath,
        /// Its mode.
        mode: u32,
    },
    /// A file inside an environment's root, reached through no link.
    WriteIn {
        /// The root.
        root: AbsPath,
        /// The path inside.
        path: AbsPath,
        /// Its content.
        text: String,
        /// Its mode.
        mode: u32,
    },
    /// A block of jug's own at the head of a file inside an environment's root, in the place of the one that is there;
    /// without text it goes. What is no plain file, such as a link, is left as it is.
    Block {
        /// The root.
        root: AbsPath,
        /// The path inside.
        path: AbsPath,
        /// The lines.
        text: String,
    },
    /// Away with a file.
    Remove {
        /// Which.
        path: AbsPath,
    },
    /// A copy of a tree, or of some entries of it, into a directory that is there.
    CopyTree {
        /// From here.
        from: AbsPath,
        /// To here.
        to: AbsPath,
        /// Only these, if any; those that are not there are left out.
        only: Vec<String>,
    },
    /// Away with a tree. Refused while anything is mounted below it.
    RemoveTree {
        /// Which.
        path: AbsPath,
    },
    /// Away with everything in a directory that stays itself: it may be a mount point.
    EmptyTree {
        /// Which.
        path: AbsPath,
    },
    /// Takes the next epoch of an environment, exclusively; a nil node gives it up.
    TakeEpoch {
        /// `owner.d`.
        dir: AbsPath,
        /// Which.
        number: u64,
        /// What is written into it.
        epoch: Epoch,
    },
    /// A copy of a tree into a directory that is there, by the storage's own means if a hook has some: 0 is done,
    /// 1 asks for an ordinary copy, anything else is a failure.
    CloneTree {
        /// From here.
        from: AbsPath,
        /// To here.
        to: AbsPath,
        /// The hooks, tried in order.
        hooks: Vec<Cmd>,
    },
    /// Renames a directory.
    Rename {
        /// From here.
        from: AbsPath,
        /// To here.
        to: AbsPath,
    },
    /// Unmounts all that the mount table has at and below these directories but what was there before.
    UnmountGained {
        /// The directories.
        dirs: Vec<AbsPath>,
        /// What was mounted before.
        before: Vec<String>,
        /// Whether what does not answer goes by force: what was not written yet is lost then.
        #[serde(default = "by_force")]
        force: bool,
    },
    /// Each of these, inside `root`, is a directory that is reached through no link.
    CheckTargets {
        /// The root.
        root: AbsPath,
        /// The paths inside.
        paths: Vec<AbsPath>,
        /// Whether missing ones are made.
        make: bool,
    },
    /// Something must hold, or the plan fails.
    Expect(Guard),
    /// A hook: its owner and mode are checked, then it is run.
    Hook {
        /// How it is run.
        cmd: Cmd,
        /// What its failure means.
        policy: Policy,
    },
    /// Runs what is in one of CBSD's hook directories, if it is there: sorted by name, and with a warning for each that
    /// fails. It is looked at no sooner, since its storage may have been mounted by an earlier step.
    HookDir {
        /// Which.
        dir: AbsPath,
        /// How each is run.
        how: HookHow,
        /// Seconds that its storage may take, where that may hang: each is then run by a process of its own.
        patience: Option<u64>,
    },
    /// Runs a copy of a script inside a root, and removes it.
    HookInside {
        /// Which; it is no link.
        file: AbsPath,
        /// The root.
        root: AbsPath,
        /// The path of the copy in it.
        copy: AbsPath,
        /// How that is run.
        cmd: Cmd,
    },
    /// Warns if there is something to run in hook directories that are not trusted.
    HookDirsLeftOut {
        /// Which.
        dirs: Vec<AbsPath>,
        /// How to trust them.
        next: String,
        /// Seconds that their storage may take, where that may hang.
        patience: Option<u64>,
    },
    /// Waits until `probe` no longer exits 0, at most so many seconds.
    AwaitEnd {
        /// Exits 0 while there is something to wait for.
        probe: Cmd,
        /// At most so long.
        seconds: u64,
    },
    /// Waits until the NFS server exports what was asked, and no longer what was taken back, as far as that can be seen;
    /// fails if it does not, or complains of it.
    Served(Served),
    /// Runs a VM under a supervisor, which goes on by itself (`jug supervise`).
    Supervise {
        /// Its name.
        name: EnvName,
    },
    /// Asks a VM's hypervisor for something; one that does not listen any more need not be asked.
    Control {
        /// Its socket.
        socket: AbsPath,
        /// What.
        request: Request,
        /// Whether its refusing is only worth a warning.
        lenient: bool,
    },
    /// Waits until nobody holds a lock, at most so many seconds.
    AwaitFree {
        /// Its file.
        lock: AbsPath,
        /// At most so long.
        seconds: u64,
    },
    /// Waits until there is something at this path: the device of a new volume comes a moment later (F9.1).
    AwaitPath {
        /// Which.
        path: AbsPath,
        /// At most so long.
        seconds: u64,
    },
    /// Copies a disk into a file or a device that is there.
    Flash {
        /// From here.
        from: AbsPath,
        /// To here.
        to: AbsPath,
        /// Whether there may be something in it: then what is zero is written as well, and nobody else may use it.
        #[serde(default)]
        over: bool,
    },
    /// A disk of somebody else's is not used by this host, and long enough; or the plan fails.
    FreeDisk {
        /// Which.
        path: AbsPath,
        /// So many bytes.
        length: u64,
        /// Whether it must be empty.
        blank: bool,
    },
    /// Empties a disk on which an image was written; one with another beginning is left as it is.
    WipeDisk {
        /// Which.
        path: AbsPath,
        /// The image.
        image: AbsPath,
    },
    /// So much of a disk has this sum when it is read again, or the plan fails.
    ReadBack {
        /// Which.
        path: AbsPath,
        /// So many bytes.
        length: u64,
        /// The sum.
        sum: Sum,
    },
    /// Puts the backup of a disk's partition table where the disk ends; what has none is left as it is.
    EndTable {
        /// The disk.
        path: AbsPath,
    },
    /// Copies a text, all or nothing, closed to others.
    Keep {
        /// From here.
        from: AbsPath,
        /// To here.
        to: AbsPath,
    },
    /// Lays out what a VM's guest is told at its first boot.
    Seed(Box<LaidOut>),
    /// Renames a log that has grown past `max` bytes.
    Rotate {
        /// Which.
        path: AbsPath,
        /// So many bytes.
        max: u64,
        /// So many old ones are kept.
        keep: u32,
    },
}

fn by_force() -> bool {
    true
}

/// How what lies in a hook directory is run.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum HookHow {
    /// As the program of this command.
    OnHost(Cmd),
    /// As a copy inside an environment.
    Inside {
        /// The environment's root.
        root: AbsPath,
        /// The path of the copy in it.
        copy: AbsPath,
        /// Runs the copy.
        cmd: Cmd,
    },
}

/// An effect that happens only if something holds.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Action {
    /// What.
    pub effect: Effect,
    /// Only if.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub when: Option<Guard>,
    /// Seconds it may take, where it touches storage that may hang: it is then done by a process of its own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<u64>,
}

impl From<Effect> for Action {
    fn from(effect: Effect) -> Self {
        Self { effect, when: None, limit: None }
    }
}

/// One step of a plan.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Step {
    /// For people: `mounts the base read-only`.
    pub title: String,
    /// What is done.
    pub action: Action,
    /// What undoes it, in order; each must bear that there is nothing to undo.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub undo: Vec<Action>,
}

impl Step {
    /// A step without undo.
    pub fn new(title: impl Into<String>, effect: Effect) -> Self {
        Self { title: title.into(), action: effect.into(), undo: Vec::new() }
    }
    /// A program as a step.
    pub fn run(title: impl Into<String>, cmd: Cmd) -> Self {
        Self::new(title, Effect::Run(cmd))
    }
    /// Only if something holds.
    #[must_use]
    pub fn when(mut self, guard: Guard) -> Self {
        self.action.when = Some(guard);
        self
    }
    /// Within so many seconds, the undo too.
    #[must_use]
    pub fn within(mut self, seconds: Option<u64>) -> Self {
        for action in std::iter::once(&mut self.action).chain(&mut self.undo) {
            action.limit = seconds;
        }
        self
    }
    /// What undoes it.
    #[must_use]
    pub fn undo(mut self, effect: Effect) -> Self {
        self.undo.push(effect.into());
        self
    }
    /// What undoes it, if something holds.
    #[must_use]
    pub fn undo_when(mut self, guard: Guard, effect: Effect) -> Self {
        self.undo.push(Action { effect, when: Some(guard), limit: None });
        self
    }
}

/// Steps, and from which one on there is no way back.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Plan {
    /// The verb: `jcreate`, `jstart`, ...
    pub verb: String,
    /// The object.
    pub name: String,
    /// The steps.
    pub steps: Vec<Step>,
    /// What was decided and why, for those who read it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<String>,
    /// What will not be as it was wanted, and is no reason to refuse.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub warnings: Vec<String>,
    /// The first step that can't be undone; from it on a broken plan is carried to its end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub no_return: Option<usize>,
}

impl Plan {
    /// An empty plan.
    pub fn new(verb: impl Into<String>, name: impl std::fmt::Display) -> Self {
        Self {
            verb: verb.into(),
            name: name.to_string(),
            steps: Vec::new(),
            notes: Vec::new(),
            warnings: Vec::new(),
            no_return: None,
        }
    }
    /// Adds a step.
    pub fn push(&mut self, step: Step) {
        self.steps.push(step);
    }
    /// From the next step on there is no way back.
    pub fn point_of_no_return(&mut self) {
        self.no_return.get_or_insert(self.steps.len());
    }
    /// A directory that is made and, on undo, removed if empty.
    pub fn make_dir(&mut self, title: impl Into<String>, path: &AbsPath, mode: u32) {
        self.push(
            Step::new(title, Effect::MakeDir { path: path.clone(), mode })
                .undo(Effect::RemoveDir { path: path.clone() }),
        );
    }
}
