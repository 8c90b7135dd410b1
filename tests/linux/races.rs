//! Two nodes on one storage at once: never two owners of one epoch, never two that run.

use crate::outcome::wait;
use crate::support::{Host, Node, on_host};
use std::collections::BTreeMap;
use std::time::{Duration, Instant};

/// How often the two try to get one.
const ROUNDS: usize = 200;
/// How long at most.
const TIME: Duration = Duration::from_secs(200);

/// The owners of all epochs of an environment, as they lie on the storage.
fn epochs(h: &Host, name: &str) -> BTreeMap<u64, String> {
    let dir = h.path(&format!("share/jails-system/{name}/owner.d"));
    let mut all = BTreeMap::new();
    for entry in std::fs::read_dir(dir).unwrap().flatten() {
        let file = entry.file_name().into_string().unwrap();
        let text = std::fs::read_to_string(entry.path()).unwrap();
        let node = text.lines().find_map(|l| l.strip_prefix("node = \"")).unwrap_or_default();
        all.insert(file.parse().unwrap(), node.trim_end_matches('"').to_string());
    }
    all
}

/// Both at once; each ends as it may.
fn both(h: &Host, a: &str, b: &str) -> (i32, i32) {
    let (mut a, mut b) = (h.spawn(a), h.spawn(b));
    (wait(&mut a, 60).unwrap(), wait(&mut b, 60).unwrap())
}

fn owner(h: &Host, name: &str, ids: &[(Node<'_>, String); 2]) -> Option<usize> {
    let (_, last) = epochs(h, name).pop_last().unwrap();
    ids.iter().position(|(_, id)| *id == last)
}

#[test]
fn two_nodes_want_the_same() {
    on_host(&[], |h| {
        let (a, b) = h.two_nodes_on_one_storage();
        let ids = [(a, a.id()), (b, b.id())];
        a.jug("jcreate www --base bb").ok();
        a.jug("junregister www").ok();
        let begun = Instant::now();
        let (mut rounds, mut highest) = (0, 2);
        while rounds < ROUNDS && begun.elapsed() < TIME {
            let how = if rounds % 2 == 0 { "jregister www" } else { "jregister --takeover www" };
            let codes = both(h, &a.words(how), &b.words(how));
            for code in [codes.0, codes.1] {
                assert!([0, 5, 6].contains(&code), "{how}: {codes:?}");
            }
            let all = epochs(h, "www");
            let (last, _) = all.last_key_value().unwrap();
            // Each epoch was taken by exactly one: every number is there, and one who got 0 has it.
            assert_eq!(all.len() as u64, *last, "{all:?}");
            let gained = last - highest;
            let wins = [codes.0, codes.1].iter().filter(|c| **c == 0).count() as u64;
            if how == "jregister www" {
                assert_eq!((gained, wins), (1, 1), "{codes:?} {all:?}");
            } else {
                assert!(gained == wins && wins >= 1, "{codes:?} {all:?}");
            }
            highest = *last;
            // Who has the highest owns it; the other one, registered or not, starts nothing.
            let at = owner(h, "www", &ids).unwrap();
            if rounds % 20 == 1 {
                let codes = both(h, &a.words("jstart www"), &b.words("jstart www"));
                let mine = [codes.0, codes.1];
                assert!(mine[at] == 0 && [4, 6].contains(&mine[1 - at]), "{codes:?}");
                ids[at].0.jug("jstop www").ok();
            }
            ids[1 - at].0.jug("junregister www");
            ids[at].0.jug("junregister www").ok();
            highest += 1;
            assert_eq!(owner(h, "www", &ids), None);
            rounds += 1;
        }
        assert!(rounds == ROUNDS, "only {rounds} rounds in {:?}", begun.elapsed());
        eprintln!("races: {rounds} rounds in {:?}", begun.elapsed());
        a.jug("jregister www").ok();
    });
}

/// A takeover while the owner starts: at most one runs once both have ended, or the old one's doctor ends it.
#[test]
fn taken_over_while_it_starts() {
    on_host(&[], |h| {
        let (a, b) = h.two_nodes_on_one_storage();
        a.jug("jcreate www --base bb").ok();
        let mut nodes = [a, b];
        for _ in 0..15 {
            let [old, new] = nodes;
            let codes = both(h, &old.words("jstart www"), &new.words("jregister --takeover www"));
            assert!([0, 6].contains(&codes.0) && codes.1 == 0, "{codes:?}");
            if old.state("www") == "running" {
                old.jug("doctor --fix");
            }
            assert_ne!(old.state("www"), "running");
            new.jug("jstart www").ok();
            old.jug("jstart www").code(6);
            new.jug("jstop www").ok();
            old.jug("junregister www").ok();
            nodes.reverse();
        }
        nodes[1].jug("jls").ok();
    });
}
