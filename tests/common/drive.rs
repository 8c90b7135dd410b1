//! Breaks a plan at every step in every way, and looks whether the host is as before, or the work comes to its end.

use super::fake::{Armed, Crash, Fault, Phase};
use super::os;
use super::world::World;
use jug::apply::{self, recover};
use jug::error::{Code, Error, Result};
use jug::host::Cmd;
use jug::model::hook::Policy;
use jug::plan::{Effect, Plan, Step};
use jug::platform::PlatformKind;
use jug::store::{journal, lock};
use std::panic::{AssertUnwindSafe, catch_unwind};

/// What a command would do in a world.
type Planner = Box<dyn Fn(&World) -> Option<Plan>>;

/// A plan and what must be there for it.
pub struct Scenario {
    pub kind: PlatformKind,
    pub setup: Box<dyn Fn(&World)>,
    pub plan: Planner,
}

pub const PLATFORMS: [PlatformKind; 2] = [PlatformKind::Freebsd, PlatformKind::Linux];

/// How a run ended.
pub enum End {
    Fine,
    Failed(Error),
    Died,
}

fn object(plan: &Plan) -> String {
    match &plan.verb {
        v if v.starts_with("base") => format!("base.{}", plan.name),
        v if v.starts_with("image") => format!("image.{}", plan.name),
        v if v.starts_with("net") => format!("network.{}", plan.name),
        _ => plan.name.clone(),
    }
}

/// Runs a plan that nothing breaks.
pub fn run(w: &World, plan: &Plan) {
    let lock = lock::exclusive(&w.layout, &object(plan), &plan.verb).unwrap();
    if let Err(e) = apply::run(&w.fake.ctx(), &object(plan), plan, &lock) {
        panic!("{:?} {}: {e}\n{plan}", w.kind, plan.verb);
    }
}

pub fn attempt(w: &World, plan: &Plan) -> End {
    let lock = lock::exclusive(&w.layout, &object(plan), &plan.verb).unwrap();
    let run = || apply::run(&w.fake.ctx(), &object(plan), plan, &lock);
    match catch_unwind(AssertUnwindSafe(run)) {
        Ok(Ok(_)) => End::Fine,
        Ok(Err(e)) => End::Failed(e),
        Err(p) if p.is::<Crash>() => End::Died,
        Err(p) => std::panic::resume_unwind(p),
    }
}

/// What the next changing command does first.
pub fn mend(w: &World, object: &str) -> Result<Option<String>> {
    let lock = lock::exclusive(&w.layout, object, "doctor").unwrap();
    recover::recover(&w.fake.ctx(), object, &lock)
}

pub fn has_journal(w: &World, plan: &Plan) -> bool {
    journal::all(&w.layout).contains(&object(plan))
}

fn alike(now: &str, then: &str, what: &str) {
    if now == then {
        return;
    }
    let (a, b): (Vec<&str>, Vec<&str>) = (now.lines().collect(), then.lines().collect());
    let more: Vec<_> = a.iter().filter(|l| !b.contains(l)).collect();
    let less: Vec<_> = b.iter().filter(|l| !a.contains(l)).collect();
    panic!("{what}: the host is not as it should be\nmore than expected: {more:#?}\nless: {less:#?}");
}

/// Whether an effect starts programs; the others are on files.
fn starts_programs(effect: &Effect) -> bool {
    matches!(effect, Effect::Run(_) | Effect::Hook { .. } | Effect::UnmountGained { .. })
}

/// Numbers the titles; the effect of the step that is to break goes behind `jug-fault` if it is one on files.
pub fn prepare(w: &World, plan: &Plan, target: Option<usize>) -> Plan {
    let mut plan = plan.clone();
    for (i, step) in plan.steps.iter_mut().enumerate() {
        step.title = format!("[{i}] {}", step.title);
        if target == Some(i) && !starts_programs(&step.action.effect) {
            let fault = Effect::Run(Cmd::new("jug-fault").arg(i.to_string())).into();
            let original = std::mem::replace(&mut step.action, fault);
            w.fake.originals.lock().unwrap().insert(i, original);
        }
    }
    plan
}

fn faults(step: &Step) -> Vec<Fault> {
    use Fault::{
        BusyAlways, BusyTwice, ChildGoesOn, CrashAfter, CrashBefore, Exists, Fail, FailDone, Interrupted,
        Missing, NotMounted, Timeout, TimeoutDone,
    };
    let mut all = vec![Fail, FailDone, CrashBefore, CrashAfter];
    let cmd = match &step.action.effect {
        Effect::Expect(_) | Effect::AwaitEnd { .. } => return Vec::new(),
        Effect::UnmountGained { .. } => {
            return [all, vec![Missing, Timeout, TimeoutDone, BusyTwice, BusyAlways]].concat();
        }
        Effect::Run(cmd) | Effect::Hook { cmd, .. } => cmd,
        _ => return all,
    };
    all.extend([Missing, Timeout, TimeoutDone, Interrupted]);
    let verb = cmd.args.first().map_or("", String::as_str);
    match (cmd.program.as_str(), verb) {
        ("zfs", "create" | "clone") => all.extend([Exists, ChildGoesOn]),
        // Of all datasets at once: somebody else's is in the way of one. jclone takes it of one only.
        ("zfs", "snapshot") if cmd.args[1] == "-r" => all.extend([Exists, ChildGoesOn]),
        ("jail", "-c") => all.extend([Exists, ChildGoesOn]),
        ("runc", _) if cmd.args.iter().any(|a| a == "run") => all.extend([Exists, ChildGoesOn]),
        // What others give jug's own bridge goes with it.
        ("ip", "address") if cmd.args[1] == "add" && cmd.args[4].starts_with("jugbr") => {
            all.push(ChildGoesOn)
        }
        ("ip", "address") if cmd.args.iter().any(|a| a == "add") => all.extend([Exists, ChildGoesOn]),
        ("ip", "link") if cmd.args[1] == "add" => all.extend([Exists, ChildGoesOn]),
        ("ifconfig", _) if cmd.args.iter().any(|a| a == "create") => all.extend([Exists, ChildGoesOn]),
        ("ip", _) => all.push(ChildGoesOn),
        ("tar" | "ifconfig" | "pfctl" | "nft", _) => all.push(ChildGoesOn),
        _ => {}
    }
    if cmd.args.iter().any(|a| a.starts_with("mountpoint=/")) {
        all.push(NotMounted);
    }
    if cmd.retry_busy {
        all.extend([BusyTwice, BusyAlways]);
    }
    all
}

fn expected(fault: Fault) -> &'static [Code] {
    match fault {
        Fault::Exists => &[Code::Failed, Code::Conflict],
        Fault::Missing => &[Code::HostLacks],
        Fault::Timeout | Fault::TimeoutDone => &[Code::Timeout],
        Fault::Interrupted => &[Code::Interrupted],
        _ => &[Code::Failed],
    }
}

impl Scenario {
    fn world(&self) -> World {
        let w = World::new(self.kind);
        (self.setup)(&w);
        w
    }

    /// The same command again until there is nothing to do.
    fn again(&self, w: &World) {
        for _ in 0..3 {
            match (self.plan)(w) {
                Some(plan) if plan.no_return.is_some() => run(w, &plan),
                _ => return,
            }
        }
    }

    /// Every step, every fault. Returns how many were met.
    pub fn break_every_step(&self) -> usize {
        let mut w = self.world();
        let before = w.picture();
        let plan = (self.plan)(&w).unwrap();
        run(&w, &plan);
        self.again(&w);
        let after = w.picture();
        assert_ne!(before, after, "the plan does nothing");
        let (mut met, mut dirty) = (0, true);
        for (i, step) in plan.steps.iter().enumerate() {
            let past = plan.no_return.is_some_and(|limit| i >= limit);
            for fault in faults(step) {
                for nth in 0..if matches!(step.action.effect, Effect::UnmountGained { .. }) { 3 } else { 1 } {
                    if dirty {
                        w = self.world();
                    }
                    let plan = (self.plan)(&w).unwrap();
                    let what =
                        format!("{:?} {} step {i} ({}) {fault:?} {nth}", self.kind, plan.verb, step.title);
                    let broken = prepare(&w, &plan, Some(i));
                    w.fake.arm(Armed { phase: Phase::Forward, step: i, nth, fault });
                    let end = attempt(&w, &broken);
                    met += usize::from(w.fake.fired());
                    w.fake.disarm();
                    dirty = self.judge(&w, &plan, &what, end, (past, fault, i), (&before, &after));
                }
            }
        }
        met
    }

    /// Returns whether the world has changed.
    fn judge(
        &self,
        w: &World,
        plan: &Plan,
        what: &str,
        end: End,
        (past, fault, step): (bool, Fault, usize),
        (before, after): (&str, &str),
    ) -> bool {
        match end {
            End::Fine => {
                assert!(!has_journal(w, plan), "{what}: a journal is left");
                self.again(w);
                alike(&w.picture(), after, what);
                true
            }
            End::Failed(e) if past => {
                assert_eq!(e.code, Code::Left, "{what}: {e}");
                assert!(has_journal(w, plan), "{what}: no journal is left");
                self.carried_on(w, plan, what, after);
                true
            }
            // What others made below what jug made: that can't go while theirs is there, and theirs stays.
            End::Failed(e) if fault == Fault::Exists && e.code == Code::Left => {
                let Effect::Run(cmd) = &plan.steps[step].action.effect else { unreachable!() };
                assert!(mend(w, &object(plan)).is_err(), "{what}: it was mended too early");
                assert!(os::withdraw(&mut w.fake.state(), cmd), "{what}: what others made is gone");
                mend(w, &object(plan)).unwrap_or_else(|e| panic!("{what}: {e}"));
                alike(&w.picture(), before, what);
                false
            }
            End::Failed(e) => {
                assert!(expected(fault).contains(&e.code), "{what}: {:?} {e}", e.code);
                assert!(!has_journal(w, plan), "{what}: a journal is left");
                if fault == Fault::Exists {
                    let Effect::Run(cmd) = &plan.steps[step].action.effect else { unreachable!() };
                    assert!(os::withdraw(&mut w.fake.state(), cmd), "{what}: what others made is gone");
                }
                alike(&w.picture(), before, what);
                false
            }
            End::Died if past => {
                self.carried_on(w, plan, what, after);
                true
            }
            End::Died => {
                assert!(has_journal(w, plan), "{what}: no journal is left");
                let done = mend(w, &object(plan)).unwrap_or_else(|e| panic!("{what}: {e}"));
                assert!(done.is_some_and(|d| d.contains("undone")), "{what}");
                alike(&w.picture(), before, what);
                false
            }
        }
    }

    fn carried_on(&self, w: &World, plan: &Plan, what: &str, after: &str) {
        let done = mend(w, &object(plan)).unwrap_or_else(|e| panic!("{what}: {e}"));
        assert!(done.is_some_and(|d| d.contains("carried")), "{what}");
        self.again(w);
        alike(&w.picture(), after, what);
    }

    /// The last step fails, and then each undo in turn does, or jug dies at it.
    pub fn break_every_undo(&self) -> usize {
        let w = self.world();
        let before = w.picture();
        let mut met = 0;
        // How many programs each undo starts.
        let plan = (self.plan)(&w).unwrap();
        let programs = |s: &Step| s.undo.iter().filter(|a| starts_programs(&a.effect)).count();
        let steps: Vec<(usize, usize)> = plan.steps.iter().map(programs).enumerate().collect();
        // What a program leaves undone whose failure is only a warning, the step after it does.
        let lenient = |i: usize, nth: usize| {
            let undo = plan.steps[i].undo.iter().filter(|a| starts_programs(&a.effect)).nth(nth);
            match undo.map(|a| &a.effect) {
                Some(Effect::Hook { policy, .. }) => *policy == Policy::Warn,
                Some(Effect::Run(cmd)) => cmd.lenient,
                _ => false,
            }
        };
        for (i, programs) in steps {
            for (fault, nth) in [Fault::Fail, Fault::BusyAlways, Fault::CrashBefore, Fault::CrashAfter]
                .into_iter()
                .flat_map(|f| (0..programs).map(move |nth| (f, nth)))
            {
                let plan = self.doomed(&w);
                let what = format!("{:?} {} undo of {i} {fault:?} {nth}", self.kind, plan.verb);
                w.fake.arm(Armed { phase: Phase::Undo, step: i, nth, fault });
                let end = attempt(&w, &plan);
                let fired = w.fake.fired();
                met += usize::from(fired);
                w.fake.disarm();
                match end {
                    End::Fine => panic!("{what}: it did not fail"),
                    End::Failed(e) if fired && lenient(i, nth) && e.code == Code::Failed => {}
                    End::Failed(e) if fired => {
                        assert_eq!(e.code, Code::Left, "{what}: {e}");
                        assert!(has_journal(&w, &plan) && e.next.is_some(), "{what}: no journal is left");
                    }
                    End::Failed(e) => assert_eq!(e.code, Code::Failed, "{what}: {e}"),
                    End::Died => assert!(has_journal(&w, &plan), "{what}: no journal is left"),
                }
                mend(&w, &object(&plan)).unwrap_or_else(|e| panic!("{what}: {e}"));
                alike(&w.picture(), &before, &what);
            }
        }
        met
    }

    /// Its last step, or the last before the point of no return, fails.
    fn doomed(&self, w: &World) -> Plan {
        let mut plan = (self.plan)(w).unwrap();
        let at = plan.no_return.unwrap_or(plan.steps.len());
        plan.steps.insert(at, Step::run("fail", Cmd::new("jug-fault").arg("no")));
        plan.no_return = plan.no_return.map(|n| n + 1);
        prepare(w, &plan, None)
    }

    /// Each question to the host goes unanswered in turn, while a plan is undone.
    pub fn break_every_question(&self) -> usize {
        let w = self.world();
        let before = w.picture();
        for nth in 0.. {
            let plan = self.doomed(&w);
            let what = format!("{:?} {} question {nth}", self.kind, plan.verb);
            w.fake.fail_query(nth);
            let end = attempt(&w, &plan);
            let fired = w.fake.fired();
            w.fake.disarm();
            let End::Failed(e) = end else { panic!("{what}: it did not fail") };
            if e.code == Code::Left {
                mend(&w, &object(&plan)).unwrap_or_else(|e| panic!("{what}: {e}"));
            }
            assert!(!has_journal(&w, &plan), "{what}: a journal is left");
            alike(&w.picture(), &before, &what);
            if !fired {
                return nth;
            }
        }
        unreachable!()
    }

    /// Each question goes unanswered in turn, where the way leads on.
    pub fn break_every_question_past_return(&self) -> usize {
        let w = self.world();
        run(&w, &(self.plan)(&w).unwrap());
        self.again(&w);
        let after = w.picture();
        for nth in 0.. {
            let w = self.world();
            let before = w.picture();
            let plan = prepare(&w, &(self.plan)(&w).unwrap(), None);
            let what = format!("{:?} {} question {nth}", self.kind, plan.verb);
            w.fake.fail_query(nth);
            let end = attempt(&w, &plan);
            let fired = w.fake.fired();
            w.fake.disarm();
            match end {
                End::Failed(e) if e.code == Code::Left => self.carried_on(&w, &plan, &what, &after),
                End::Failed(_) => alike(&w.picture(), &before, &what),
                _ => alike(&w.picture(), &after, &what),
            }
            if !fired {
                return nth;
            }
        }
        unreachable!()
    }
}

/// All of it: each step, each undo, each question.
pub fn every(scenario: &Scenario, at_least: usize) {
    let met = scenario.break_every_step();
    assert!(met >= at_least, "only {met} faults were met");
    scenario.break_every_undo();
    scenario.break_every_question();
    scenario.break_every_question_past_return();
}
