//! Works on environments as their turns come: some at once, each as soon as what it waits for is done. What takes long
//! without doing anything (waiting for the host, a delay) takes no one's place among those that work.

use super::change;
use super::session::Session;
use crate::error::{Code, Error, fold};
use crate::host::signal;
use crate::model::name::EnvName;
use crate::plan::boot::{Queue, Rank, Skipped};
use crate::report::results::Outcome;
use std::collections::BTreeSet;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread::Scope;
use std::time::{Duration, Instant};

/// How often the loop looks whether a signal has come.
const LOOK: Duration = Duration::from_millis(200);

/// What is done with each.
pub trait Turns: Sync {
    /// The run of jug that all of it is part of.
    fn session(&self) -> &Session;
    /// The command, for the log.
    fn verb(&self) -> &'static str;
    /// Works on it.
    fn work(&self, name: &EnvName) -> Outcome;
    /// The time from its end until those behind it have their turn; nothing if they lose it.
    fn leave(&self, name: &EnvName, outcome: &Outcome) -> Option<Duration>;

    /// Whether nothing more is to be begun, and what is said then of those whose turn has not come.
    fn halt(&self) -> Option<fn(&EnvName) -> Error> {
        signalled()
    }
    /// Whether there is something to do; if not, those behind it have their turn at once.
    fn concerns(&self, _: &EnvName) -> bool {
        true
    }
    /// Whether [`Turns::wait`] has something to wait for.
    fn waits(&self, _: &EnvName) -> bool {
        false
    }
    /// Waits until it can be worked on; what ends that is its outcome.
    fn wait(&self, _: &EnvName) -> Option<Outcome> {
        None
    }
    /// What is said of one that is not worked on.
    fn refused(&self, name: &EnvName, error: Error) -> Outcome {
        change::finish(self.session(), self.verb(), name.as_str(), Err(error), Vec::new())
    }
    /// What is said of one that lost its turn.
    fn skip(&self, skipped: &Skipped) -> Outcome {
        let Skipped { name, because, by_way_of } = skipped;
        let way = by_way_of.as_ref().map(|w| format!(" (it comes after {w})")).unwrap_or_default();
        let error = Error::busy(name, format!("skipped: {because} did not start{way}"));
        self.refused(name, error.next(format!("jug {} {name}, once {because} can start", self.verb())))
    }
    /// Tells what became of one, as soon as that is known. JSON is for the end.
    fn tell(&self, outcome: &Outcome) {
        if !self.session().global.json {
            change::tell(self.session(), std::slice::from_ref(outcome));
        }
    }
}

/// What is left to be told at the end.
pub fn end(s: &Session, outcomes: &[Outcome]) -> Code {
    match s.global.json {
        true => change::tell(s, outcomes),
        false => fold(outcomes.iter().map(Outcome::code)),
    }
}

/// Whether a signal has come, and what is said of one whose turn it took.
pub fn signalled() -> Option<fn(&EnvName) -> Error> {
    signal::stopped().then_some(interrupted)
}

fn interrupted(name: &EnvName) -> Error {
    Error::new(Code::Interrupted, name, "interrupted by a signal before its turn came")
}

enum Event {
    Waited(Rank, EnvName, Option<Outcome>),
    Worked(EnvName, Outcome),
}

/// All that is under way.
struct Flow<'a, T: Turns> {
    turns: &'a T,
    queue: Queue,
    jobs: usize,
    ready: BTreeSet<(Rank, EnvName)>,
    /// Those whose delay is not over, and when it will be.
    resting: Vec<(Instant, EnvName)>,
    working: usize,
    waiting: usize,
    outcomes: Vec<Outcome>,
}

/// Goes through a queue with at most so many at work at once; returns the outcomes in the order in which they came.
pub fn run(queue: Queue, jobs: usize, turns: &impl Turns) -> Vec<Outcome> {
    let mut flow = Flow {
        turns,
        queue,
        jobs: jobs.max(1),
        ready: BTreeSet::new(),
        resting: Vec::new(),
        working: 0,
        waiting: 0,
        outcomes: Vec::new(),
    };
    let (tell, hear) = channel();
    std::thread::scope(|scope| {
        while flow.begin(scope, &tell) {
            flow.listen(&hear);
        }
    });
    flow.outcomes
}

impl<'a, T: Turns> Flow<'a, T> {
    /// Begins all that can be; false if there is nothing more to come.
    fn begin<'s>(&mut self, scope: &'s Scope<'s, '_>, tell: &Sender<Event>) -> bool
    where
        'a: 's,
    {
        self.wake();
        if let Some(why) = self.turns.halt() {
            self.give_up(why);
        }
        let turns = self.turns;
        while let Some((rank, name)) = self.queue.turn() {
            if !turns.concerns(&name) {
                self.queue.done(&name);
            } else if turns.waits(&name) {
                self.waiting += 1;
                let tell = tell.clone();
                scope.spawn(move || {
                    let outcome = turns.wait(&name);
                    let _ = tell.send(Event::Waited(rank, name, outcome));
                });
            } else {
                self.ready.insert((rank, name));
            }
        }
        while self.working < self.jobs
            && let Some((_, name)) = self.ready.pop_first()
        {
            self.working += 1;
            let tell = tell.clone();
            scope.spawn(move || {
                let outcome = turns.work(&name);
                let _ = tell.send(Event::Worked(name, outcome));
            });
        }
        self.working + self.waiting + self.resting.len() > 0
    }

    /// Waits for the next thing to happen.
    fn listen(&mut self, hear: &Receiver<Event>) {
        let next = self.resting.iter().map(|(at, _)| at.saturating_duration_since(Instant::now())).min();
        match hear.recv_timeout(next.unwrap_or(LOOK).min(LOOK)) {
            Ok(Event::Waited(rank, name, None)) => {
                self.waiting -= 1;
                self.ready.insert((rank, name));
            }
            Ok(Event::Waited(_, name, Some(outcome))) => {
                self.waiting -= 1;
                self.ended(&name, outcome);
            }
            Ok(Event::Worked(name, outcome)) => {
                self.working -= 1;
                self.ended(&name, outcome);
            }
            Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => {}
        }
    }

    fn ended(&mut self, name: &EnvName, outcome: Outcome) {
        match self.turns.leave(name, &outcome) {
            Some(delay) if !delay.is_zero() && self.queue.has_behind(name) => {
                self.resting.push((Instant::now() + delay, name.clone()));
            }
            Some(_) => self.queue.done(name),
            None => {
                let skipped: Vec<_> = self.queue.failed(name).iter().map(|s| self.turns.skip(s)).collect();
                self.say(outcome);
                skipped.into_iter().for_each(|o| self.say(o));
                return;
            }
        }
        self.say(outcome);
    }

    /// Those whose delay is over let the next ones go.
    fn wake(&mut self) {
        let now = Instant::now();
        for (_, name) in self.resting.extract_if(.., |(at, _)| *at <= now) {
            self.queue.done(&name);
        }
    }

    /// Nothing more is begun.
    fn give_up(&mut self, why: fn(&EnvName) -> Error) {
        self.resting.clear();
        let ready = std::mem::take(&mut self.ready).into_iter().map(|(_, n)| n);
        let rest: Vec<EnvName> = ready.chain(self.queue.rest()).collect();
        self.queue.retain(|_| false);
        for name in rest {
            if self.turns.concerns(&name) {
                let outcome = self.turns.refused(&name, why(&name));
                self.say(outcome);
            }
        }
    }

    fn say(&mut self, outcome: Outcome) {
        self.turns.tell(&outcome);
        self.outcomes.push(outcome);
    }
}
