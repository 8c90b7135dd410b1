//! Two nodes on one storage at once: never two owners of one epoch, never two that run.

use crate::outcome::{Out, run};
use crate::support::{COUNTED, Host, Node, on_host};
use std::collections::BTreeMap;
use std::time::{Duration, Instant};

/// The names that both nodes want, in one command each.
const NAMES: [&str; 10] = ["n0", "n1", "n2", "n3", "n4", "n5", "n6", "n7", "n8", "n9"];
/// How often both take all of them: with NAMES, 1000 times in CI too. In every second round they take them over, and in
/// every fourth both start all of them then.
const ROUNDS: usize = 100;
/// How often one node takes all of them over while the other one starts them.
const OVERTAKEN: u64 = 10;
/// Longer than this is a failure; nothing is cut short.
const TIME: Duration = Duration::from_secs(240);

/// The last epoch of an environment, as it lies on the storage. Every number below is there as well: none was taken
/// twice, none was left out.
fn epoch(h: &Host, name: &str) -> u64 {
    let dir = h.path(&format!("share/jails-system/{name}/owner.d"));
    let files = std::fs::read_dir(dir).unwrap().flatten().map(|e| e.file_name().into_string().unwrap());
    let mut all: Vec<u64> = files.map(|f| f.parse().unwrap()).collect();
    all.sort_unstable();
    assert!(all.iter().copied().eq(1..=all.len() as u64), "{name}: {all:?}");
    all.len() as u64
}

/// Which of the nodes has the last epoch; neither, if it was given up.
fn owner(h: &Host, name: &str, ids: &[String; 2]) -> Option<usize> {
    let file = h.path(&format!("share/jails-system/{name}/owner.d/{}", epoch(h, name)));
    let text = std::fs::read_to_string(file).unwrap();
    let node = text.lines().find_map(|l| l.strip_prefix("node = \"")).unwrap().trim_end_matches('"');
    ids.iter().position(|id| id == node)
}

/// Both nodes at once, the second one as much later, until both have ended.
fn both(h: &Host, nodes: &[Node<'_>; 2], args: [&str; 2], later: Duration) -> [Out; 2] {
    let commands = [0, 1].map(|i| h.jug_command(&nodes[i].words(args[i])));
    let ([first, second], dir) = (commands, h.dir.as_path());
    std::thread::scope(|s| {
        let second = s.spawn(move || {
            std::thread::sleep(later);
            run(second, dir, "", 60)
        });
        [run(first, dir, "", 60), second.join().unwrap()]
    })
}

/// The exit status of each name; of one that the node does not know, nothing.
fn codes(out: &Out) -> BTreeMap<String, i64> {
    let all = out.json()["results"].as_array().unwrap().clone();
    all.iter().map(|r| (r["name"].as_str().unwrap().to_string(), r["code"].as_i64().unwrap())).collect()
}

/// The names that run on a node.
fn running(node: &Node<'_>) -> Vec<String> {
    let listed = node.jug("jls -H").ok();
    let fields = listed.out.lines().map(|l| l.split('\t').collect::<Vec<_>>());
    fields.filter(|f| f[1].starts_with("running")).map(|f| f[0].to_string()).collect()
}

/// Both want all of them: how many epochs that took. Of who takes one without --takeover, there is one winner.
fn wanted_by_both(h: &Host, nodes: &[Node<'_>; 2], verb: &str) -> u64 {
    let before = NAMES.map(|n| epoch(h, n));
    let line = format!("--json --jobs 2 {verb} {}", NAMES.join(" "));
    let outs = both(h, nodes, [&line, &line], Duration::ZERO);
    let results = [codes(&outs[0]), codes(&outs[1])];
    let mut taken = 0;
    for (i, name) in NAMES.iter().enumerate() {
        let got = [results[0][*name], results[1][*name]];
        let wins = got.iter().filter(|c| **c == 0).count() as u64;
        let gained = epoch(h, name) - before[i];
        assert!(got.iter().all(|c| [0, 6].contains(c)), "{verb} {name}: {got:?} {outs:#?}");
        assert_eq!(gained, wins, "{verb} {name}: {got:?} {outs:#?}");
        assert!(wins == 1 || wins == 2 && verb.contains("--takeover"), "{verb} {name}: {got:?} {outs:#?}");
        taken += gained;
    }
    taken
}

/// Both start all that they think they have: what runs, runs on its owner and nowhere else.
fn started_by_both(h: &Host, nodes: &[Node<'_>; 2], ids: &[String; 2]) -> usize {
    let line = "--json --jobs 2 jstart --all";
    let outs = both(h, nodes, [line, line], Duration::ZERO);
    let run = [running(&nodes[0]), running(&nodes[1])];
    let mut refused = 0;
    for name in NAMES {
        let at = owner(h, name, ids).unwrap();
        let got = [0, 1].map(|i| codes(&outs[i]).get(name).copied());
        assert!(got[at] == Some(0) && [None, Some(6)].contains(&got[1 - at]), "{name}: {got:?} {outs:#?}");
        let there = [0, 1].map(|i| run[i].iter().any(|n| n == name));
        assert!(there[at] && !there[1 - at], "{name} of node {at} runs on {there:?}");
        refused += usize::from(got[1 - at].is_some());
    }
    refused
}

#[test]
fn two_nodes_want_the_same() {
    on_host(&[], |h| {
        let (a, b) = h.two_nodes_on_one_storage();
        let (nodes, ids) = ([a, b], [a.id(), b.id()]);
        a.jug(&format!("jcreate {} --base bb", NAMES.join(" "))).ok();
        a.jug("junregister --all").ok();
        let begun = Instant::now();
        let (mut taken, mut starts, mut refused) = (0, 0, 0);
        for round in 0..ROUNDS {
            let verb = if round % 2 == 0 { "jregister" } else { "jregister --takeover" };
            taken += wanted_by_both(h, &nodes, verb);
            if round % 4 == 3 {
                starts += NAMES.len();
                refused += started_by_both(h, &nodes, &ids);
                nodes.iter().for_each(|n| drop(n.jug("--jobs 10 jstop --all").ok()));
            }
            for node in &nodes {
                // A former owner that learns of it only now is refused once.
                let gone = codes(&node.jug("--json junregister --all"));
                assert!(gone.values().all(|c| [0, 6].contains(c)), "{gone:?}");
                node.jug("junregister --all").ok();
            }
            assert!(NAMES.iter().all(|n| owner(h, n, &ids).is_none()), "somebody still has one");
            assert!(begun.elapsed() < TIME, "only {round} rounds in {TIME:?}");
        }
        eprintln!(
            "{COUNTED}races: {ROUNDS} rounds in {:.0?}: {} times wanted by two nodes, {taken} epochs taken, \
             {starts} times started by both, {refused} of these refused to a former owner",
            begun.elapsed(),
            ROUNDS * NAMES.len(),
        );
        assert!(refused > 0, "no start was raced by two that are registered");
        a.jug("jregister 'n*'").ok();
    });
}

/// A takeover while the owner starts, earlier or later in it: what runs on the old one once both have ended, its doctor
/// ends, and then it runs on the new one only.
#[test]
fn taken_over_while_it_starts() {
    on_host(&[], |h| {
        let (a, b) = h.two_nodes_on_one_storage();
        a.jug(&format!("jcreate {} --base bb", NAMES.join(" "))).ok();
        let mut nodes = [a, b];
        let takeover = format!("jregister --takeover {}", NAMES.join(" "));
        let (begun, mut first) = (Instant::now(), 0);
        for round in 0..OVERTAKEN {
            let [old, new] = nodes;
            let later = Duration::from_millis(50 * round);
            let [start, take] = both(h, &nodes, ["--json jstart --all", &takeover], later);
            take.ok();
            assert!(codes(&start).values().all(|c| [0, 6].contains(c)), "{start:#?}");
            first += running(&old).len();
            old.jug("doctor --fix");
            assert_eq!(running(&old), Vec::<String>::new());
            new.jug("jstart --all").ok();
            old.jug("jstart --all").code(6);
            assert_eq!((running(&old).len(), running(&new).len()), (0, NAMES.len()));
            new.jug("--jobs 10 jstop --all").ok();
            old.jug("junregister --all").ok();
            nodes.reverse();
            assert!(begun.elapsed() < TIME, "only {round} rounds in {TIME:?}");
        }
        eprintln!(
            "{COUNTED}races: {} times taken over by one node while the other started it, in {:.0?}: {first} were started \
             before",
            OVERTAKEN as usize * NAMES.len(),
            begun.elapsed()
        );
    });
}
