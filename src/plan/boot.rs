//! The order in which environments are started at boot and stopped at shutdown, as a graph and a queue that no clock
//! and no host has a part in.

use super::Guard;
use crate::model::boot::WaitFor;
use crate::model::name::EnvName;
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, VecDeque};

/// Where one environment stands among the others.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Place {
    /// What it waits for.
    pub after: BTreeSet<EnvName>,
    /// Of those that wait for nothing any more, the lowest is first.
    pub order: u32,
}

/// All that are to be brought into an order.
pub type Graph = BTreeMap<EnvName, Place>;

/// Why one can have no turn at all.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Flaw {
    /// It comes after one that does not exist.
    Unknown(EnvName),
    /// It comes after itself, by way of these; it is the first and the last of them.
    Circle(Vec<EnvName>),
}

/// The chosen ones, and all that these come after.
pub fn with_what_they_need(all: &Graph, chosen: impl IntoIterator<Item = EnvName>) -> Graph {
    let (mut found, mut open) = (Graph::new(), chosen.into_iter().collect::<Vec<_>>());
    while let Some(name) = open.pop() {
        if let Some(place) = all.get(&name).filter(|_| !found.contains_key(&name)) {
            open.extend(place.after.iter().cloned());
            found.insert(name, place.clone());
        }
    }
    found
}

/// What is wrong with a graph, by the name of the environment whose fault it is.
pub fn flaws(graph: &Graph) -> BTreeMap<EnvName, Flaw> {
    let unknown = |(name, place): (&EnvName, &Place)| {
        let missing = place.after.iter().find(|a| !graph.contains_key(a))?;
        Some((name.clone(), Flaw::Unknown(missing.clone())))
    };
    let mut flaws: BTreeMap<EnvName, Flaw> = graph.iter().filter_map(unknown).collect();
    for (name, way) in circles(graph) {
        flaws.entry(name).or_insert(Flaw::Circle(way));
    }
    flaws
}

/// All that come after themselves, with the way by which they do.
fn circles(graph: &Graph) -> BTreeMap<EnvName, Vec<EnvName>> {
    // Only what never gets its turn can be in a circle; mostly there is nothing to look at.
    let mut queue = Queue::new(graph);
    while let Some((_, name)) = queue.turn() {
        queue.done(&name);
    }
    queue.rest().into_iter().filter_map(|name| way(graph, &name, &name).map(|w| (name, w))).collect()
}

/// The shortest way from one to another (or back to itself) by what comes after what.
fn way(graph: &Graph, start: &EnvName, end: &EnvName) -> Option<Vec<EnvName>> {
    let mut from: BTreeMap<&EnvName, &EnvName> = BTreeMap::new();
    let mut open = VecDeque::from([start]);
    while let Some(at) = open.pop_front() {
        for next in graph.get(at).into_iter().flat_map(|p| &p.after) {
            if next == end {
                let (mut way, mut back) = (vec![end.clone(), at.clone()], at);
                while back != start {
                    back = from.get(back)?;
                    way.push(back.clone());
                }
                way.reverse();
                return Some(way);
            }
            if next != start && !from.contains_key(next) {
                from.insert(next, at);
                open.push_back(next);
            }
        }
    }
    None
}

/// The graph of a shutdown: each waits for all that come after it, and the highest order is first. Circles and names
/// that are not there must keep nothing from being stopped, and are left out.
pub fn mirror(graph: &Graph) -> Graph {
    let circles = circles(graph);
    let place = |p: &Place| Place { after: BTreeSet::new(), order: u32::MAX - p.order };
    let mut turned: Graph = graph.iter().map(|(n, p)| (n.clone(), place(p))).collect();
    for (name, p) in graph {
        let round = circles.contains_key(name);
        for before in p.after.iter().filter(|b| !(round && way(graph, b, name).is_some())) {
            if let Some(place) = turned.get_mut(before) {
                place.after.insert(name.clone());
            }
        }
    }
    turned
}

/// Of those that count, how many can at least not be dealt with before this one is.
pub fn turns_behind(graph: &Graph, counts: &dyn Fn(&EnvName) -> bool) -> BTreeMap<EnvName, usize> {
    let mut queue = Queue::with(graph, &BTreeMap::new());
    let mut line = Vec::new();
    while let Some((_, name)) = queue.turn() {
        queue.done(&name);
        line.push(name);
    }
    let mut turns: BTreeMap<EnvName, usize> = BTreeMap::new();
    for name in line.iter().rev() {
        let own = turns.get(name).copied().unwrap_or_default() + usize::from(counts(name));
        for before in graph.get(name).into_iter().flat_map(|p| &p.after) {
            let place = turns.entry(before.clone()).or_default();
            *place = own.max(*place);
        }
    }
    turns
}

/// One that has lost its turn, since it comes after another that did not start.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Skipped {
    /// Which.
    pub name: EnvName,
    /// The one that did not start.
    pub because: EnvName,
    /// What it comes after itself, if that is a third one.
    pub by_way_of: Option<EnvName>,
}

/// Who is first of those that could have their turn: the lowest order, then the one that most must wait for.
pub type Rank = (u32, Reverse<usize>);

/// Gives each its turn once all it comes after are done.
#[derive(Clone, Debug)]
pub struct Queue {
    rank: BTreeMap<EnvName, Rank>,
    waits: BTreeMap<EnvName, BTreeSet<EnvName>>,
    behind: BTreeMap<EnvName, BTreeSet<EnvName>>,
    ready: BTreeSet<(Rank, EnvName)>,
}

impl Queue {
    /// All of a graph. Those that come after what is not in it never get a turn.
    pub fn new(graph: &Graph) -> Self {
        Self::with(graph, &turns_behind(graph, &|_| true))
    }

    fn with(graph: &Graph, behind: &BTreeMap<EnvName, usize>) -> Self {
        let rank = |n, p: &Place| (p.order, Reverse(behind.get(n).copied().unwrap_or_default()));
        let mut queue = Self {
            rank: graph.iter().map(|(n, p)| (n.clone(), rank(n, p))).collect(),
            waits: BTreeMap::new(),
            behind: BTreeMap::new(),
            ready: BTreeSet::new(),
        };
        for (name, place) in graph {
            if place.after.is_empty() {
                queue.ready.insert((rank(name, place), name.clone()));
                continue;
            }
            queue.waits.insert(name.clone(), place.after.clone());
            for before in &place.after {
                queue.behind.entry(before.clone()).or_default().insert(name.clone());
            }
        }
        queue
    }

    /// The next whose turn it is, if there is one now, with its rank.
    pub fn turn(&mut self) -> Option<(Rank, EnvName)> {
        self.ready.pop_first()
    }

    /// Whether any waits for this one.
    pub fn has_behind(&self, name: &EnvName) -> bool {
        self.behind.get(name).is_some_and(|b| b.iter().any(|n| self.waits.contains_key(n)))
    }

    /// It is done: what waited for nothing but it has its turn.
    pub fn done(&mut self, name: &EnvName) {
        for next in self.behind.remove(name).unwrap_or_default() {
            let Some(waits) = self.waits.get_mut(&next) else { continue };
            waits.remove(name);
            if waits.is_empty() {
                self.waits.remove(&next);
                if let Some(rank) = self.rank.get(&next) {
                    self.ready.insert((*rank, next));
                }
            }
        }
    }

    /// It did not start: all that come after it lose their turn, the nearest first.
    pub fn failed(&mut self, name: &EnvName) -> Vec<Skipped> {
        let (mut skipped, mut open) = (Vec::new(), VecDeque::from([name.clone()]));
        while let Some(at) = open.pop_front() {
            for next in self.behind.remove(&at).unwrap_or_default() {
                if self.waits.remove(&next).is_none() {
                    continue;
                }
                let by_way_of = (at != *name).then(|| at.clone());
                skipped.push(Skipped { name: next.clone(), because: name.clone(), by_way_of });
                open.push_back(next);
            }
        }
        skipped
    }

    /// Takes those out that must have no turn. What comes after them still waits for them.
    pub fn retain(&mut self, keep: impl Fn(&EnvName) -> bool) {
        self.ready.retain(|(_, name)| keep(name));
        self.waits.retain(|name, _| keep(name));
    }

    /// Those that have not had their turn yet.
    pub fn rest(&self) -> BTreeSet<EnvName> {
        self.waits.keys().cloned().chain(self.ready.iter().map(|(_, n)| n.clone())).collect()
    }
}

/// What the host must answer for something that is waited for.
pub fn guard(what: &WaitFor) -> Guard {
    match what {
        WaitFor::Mount(path) => Guard::Mounted { path: path.clone() },
        WaitFor::Tcp(host, port) => Guard::Answers { host: host.clone(), port: *port },
        WaitFor::Dataset(name) => Guard::DatasetThere { name: name.clone() },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn name(i: usize) -> EnvName {
        format!("e{i}").parse().unwrap()
    }

    /// Of so many, each with an order and what it comes after.
    fn graph(of: &[(u32, Vec<usize>)]) -> Graph {
        of.iter()
            .enumerate()
            .map(|(i, (order, after))| {
                (name(i), Place { order: *order, after: after.iter().map(|a| name(*a)).collect() })
            })
            .collect()
    }

    /// Any graph: with circles, and with names that are not there.
    fn any_graph() -> impl Strategy<Value = Graph> {
        prop::collection::vec((0u32..3, prop::collection::vec(0usize..14, 0..3)), 1..12)
            .prop_map(|v| graph(&v))
    }

    /// Without either.
    fn sound() -> impl Strategy<Value = Graph> {
        prop::collection::vec((0u32..3, prop::collection::vec(0usize..100, 0..4)), 1..30).prop_map(|v| {
            let below = |(i, (order, after)): (usize, &(u32, Vec<usize>))| {
                (*order, after.iter().filter(|_| i > 0).map(|a| a % i.max(1)).collect())
            };
            graph(&v.iter().enumerate().map(below).collect::<Vec<_>>())
        })
    }

    /// Who started, and who was skipped, where these fail.
    fn walk(graph: &Graph, fails: &dyn Fn(&EnvName) -> bool) -> (Vec<EnvName>, Vec<Skipped>) {
        let (mut queue, mut line, mut skipped) = (Queue::new(graph), Vec::new(), Vec::new());
        let flaws = flaws(graph);
        queue.retain(|n| !flaws.contains_key(n));
        flaws.keys().for_each(|n| skipped.extend(queue.failed(n)));
        while let Some((_, name)) = queue.turn() {
            if fails(&name) {
                skipped.extend(queue.failed(&name));
            } else {
                queue.done(&name);
            }
            line.push(name);
        }
        assert!(queue.rest().is_empty());
        (line, skipped)
    }

    /// Whether the first comes after the second, by whatever way.
    fn reaches(graph: &Graph, from: &EnvName, to: &EnvName) -> bool {
        let after = |n: &EnvName| graph.get(n).map(|p| p.after.clone()).unwrap_or_default();
        let mut seen = after(from);
        loop {
            let more: BTreeSet<EnvName> = seen.iter().flat_map(after).collect();
            if more.is_subset(&seen) {
                return seen.contains(to);
            }
            seen.extend(more);
        }
    }

    #[test]
    fn circles_are_named_and_only_what_is_behind_them_is_skipped() {
        // 0 -> 1 -> 0, 2 is behind them, 3 stands alone, 4 comes after itself, 5 after what is not there.
        let g =
            graph(&[(1, vec![1]), (1, vec![0]), (1, vec![1]), (1, vec![]), (1, vec![4]), (1, vec![3, 99])]);
        let flaws = flaws(&g);
        assert_eq!(flaws.get(&name(0)), Some(&Flaw::Circle(vec![name(0), name(1), name(0)])));
        assert_eq!(flaws.get(&name(4)), Some(&Flaw::Circle(vec![name(4), name(4)])));
        assert_eq!(flaws.get(&name(5)), Some(&Flaw::Unknown(name(99))));
        assert_eq!(flaws.len(), 4);
        let (line, skipped) = walk(&g, &|_| false);
        assert_eq!(line, [name(3)]);
        assert_eq!(skipped, [Skipped { name: name(2), because: name(1), by_way_of: None }]);
    }

    #[test]
    fn the_chosen_bring_what_they_come_after() {
        let g = graph(&[(1, vec![]), (1, vec![0]), (1, vec![1]), (1, vec![2])]);
        assert_eq!(
            with_what_they_need(&g, [name(2)]).into_keys().collect::<Vec<_>>(),
            [name(0), name(1), name(2)]
        );
        let turns = turns_behind(&g, &|n| *n != name(2));
        assert_eq!(turns.get(&name(0)), Some(&2));
        // Of two that could start, the one that begins the longer chain.
        let g = graph(&[(1, vec![]), (1, vec![]), (1, vec![1])]);
        assert_eq!(Queue::new(&g).turn().map(|(_, n)| n), Some(name(1)));
    }

    proptest! {
        #[test]
        fn each_has_one_fate_and_never_starts_too_early(g in any_graph(), failing in any::<u16>()) {
            let fails = |n: &EnvName| n.as_str()[1..].parse::<u16>().is_ok_and(|i| failing >> i & 1 == 1);
            let (line, skipped) = walk(&g, &fails);
            let flaws = flaws(&g);
            let mut all: Vec<&EnvName> = line.iter().chain(flaws.keys()).chain(skipped.iter().map(|s| &s.name)).collect();
            all.sort();
            prop_assert_eq!(all, g.keys().collect::<Vec<_>>());
            for (i, n) in line.iter().enumerate() {
                for before in &g[n].after {
                    prop_assert!(line[..i].contains(before) && !fails(before), "{} before {}", n, before);
                }
            }
            for s in skipped {
                prop_assert!(flaws.contains_key(&s.because) || (line.contains(&s.because) && fails(&s.because)));
                prop_assert!(g[&s.name].after.contains(s.by_way_of.as_ref().unwrap_or(&s.because)));
                prop_assert!(reaches(&g, &s.name, &s.because));
            }
        }

        #[test]
        fn every_circle_is_found_and_is_one(g in any_graph()) {
            let flaws = flaws(&g);
            for n in g.keys() {
                match flaws.get(n) {
                    Some(Flaw::Circle(way)) => {
                        prop_assert!(way.len() > 1 && way.first() == Some(n) && way.last() == Some(n));
                        prop_assert!(way.windows(2).all(|w| g[&w[0]].after.contains(&w[1])));
                    }
                    Some(Flaw::Unknown(missing)) => prop_assert!(!g.contains_key(missing)),
                    None => prop_assert!(!reaches(&g, n, n)),
                }
            }
        }

        #[test]
        fn of_those_that_could_start_the_lowest_does(g in sound()) {
            prop_assert!(flaws(&g).is_empty());
            let (line, _) = walk(&g, &|_| false);
            prop_assert_eq!(line.len(), g.len());
            for (i, n) in line.iter().enumerate() {
                let could = line[i..].iter().filter(|m| g[*m].after.iter().all(|b| line[..i].contains(b)));
                prop_assert_eq!(Some(g[n].order), could.map(|m| g[m].order).min());
            }
        }

        #[test]
        fn a_shutdown_stops_all_in_reverse(g in any_graph()) {
            let turned = mirror(&g);
            prop_assert!(flaws(&turned).is_empty());
            let (line, _) = walk(&turned, &|_| false);
            prop_assert_eq!(line.len(), g.len());
            let at = |n: &EnvName| line.iter().position(|m| m == n);
            for (n, place) in &g {
                for before in place.after.iter().filter(|b| g.contains_key(b) && !reaches(&g, b, n)) {
                    prop_assert!(at(n) < at(before), "{} comes after {}", n, before);
                }
            }
        }
    }
}
