//! rctl, cpuset and sysctl as rctl-cpuset.txt and sysctl.txt have them, and what the OCI runtime does with limits.

use super::fake::{Jail, State, fine, no};
use jug::host::Output;
use std::collections::BTreeMap;

/// The CPUs of the host.
const CPUS: u16 = 4;

/// Whether a rule is one of subject:id:resource:action=amount/per, of which a filter may leave any empty or out.
fn matches(rule: &str, filter: &str) -> bool {
    let parts = |s: &str| -> (Vec<String>, String, String) {
        let (subject, rest) = s.split_once('=').unwrap_or((s, ""));
        let (amount, per) = rest.split_once('/').unwrap_or((rest, ""));
        (subject.split(':').map(str::to_string).collect(), amount.into(), per.into())
    };
    let ((fields, amount, per), (of, is, whose)) = (parts(filter), parts(rule));
    let whose = if whose.is_empty() { of[0].clone() } else { whose };
    let fits = |f: &str, r: &str| f.is_empty() || f == r;
    fields.iter().zip(&of).all(|(f, r)| fits(f, r)) && fits(&amount, &is) && fits(&per, &whose)
}

pub fn rctl(s: &mut State, words: &[&str]) -> Output {
    match words {
        ["-a", rule] => {
            let Some((subject, amount)) = rule.split_once('=') else { return no(1, "rctl: malformed rule") };
            if amount.parse::<u64>().is_err() || subject.split(':').count() != 4 {
                return no(1, format!("rctl: failed to add rule '{rule}': Invalid argument"));
            }
            // Of those with `deny` only goes what differs in its amount (sys/kern/kern_rctl.c).
            let same =
                if subject.ends_with(":deny") { format!("{subject}=/jail") } else { format!("{rule}/jail") };
            s.rules.retain(|r| !matches(r, &same));
            s.rules.insert(0, (*rule).to_string());
            fine("")
        }
        ["-r", filter] => {
            let before = s.rules.len();
            s.rules.retain(|r| !matches(r, filter));
            match s.rules.len() < before {
                true => fine(""),
                false => no(1, format!("rctl: failed to remove rule '{filter}': No such process")),
            }
        }
        [] => fine(s.rules.iter().map(|r| format!("{r}\n")).collect::<String>()),
        [filter] => {
            fine(s.rules.iter().filter(|r| matches(r, filter)).map(|r| format!("{r}\n")).collect::<String>())
        }
        other => panic!("rctl {other:?}"),
    }
}

pub fn cpuset(s: &mut State, words: &[&str]) -> Output {
    let ["-l", list, "-j", name] = words else { panic!("cpuset {words:?}") };
    let Some(jail) = s.jails.iter_mut().find(|j| j.name == *name) else {
        return no(1, format!("cpuset: jail \"{name}\" not found"));
    };
    if *list == "all" {
        jail.params.remove("cpuset");
        return fine("");
    }
    if list.split([',', '-']).any(|n| n.parse::<u16>().unwrap() >= CPUS) {
        return no(1, "cpuset: setaffinity: Invalid argument");
    }
    jail.params.insert("cpuset".into(), (*list).to_string());
    fine("")
}

pub fn sysctl(words: &[&str]) -> Output {
    if let ["-i", asked @ ..] = words {
        return fine(asked.iter().map(|name| format!("{name}: 1\n")).collect::<String>());
    }
    assert_eq!(words, ["kern.racct.enable", "hw.ncpu"]);
    fine(format!("kern.racct.enable: 1\nhw.ncpu: {CPUS}\n"))
}

/// What of its configuration the runtime holds a container to.
pub fn of_config(config: &serde_json::Value) -> BTreeMap<String, String> {
    let at = |p: &str| config.pointer(p).map(|v| v.as_str().map_or_else(|| v.to_string(), str::to_string));
    [
        ("memory", at("/linux/resources/memory/limit")),
        ("memory-swap", at("/linux/resources/memory/swap")),
        ("cpu-period", at("/linux/resources/cpu/period")),
        ("cpu-quota", at("/linux/resources/cpu/quota")),
        ("cpuset-cpus", at("/linux/resources/cpu/cpus")),
        ("pids-limit", at("/linux/resources/pids/limit")),
        ("nofile", at("/process/rlimits/0/hard")),
    ]
    .into_iter()
    .filter_map(|(k, v)| Some((k.to_string(), v?)))
    .collect()
}

pub fn update(jail: &mut Jail, words: &[&str]) -> Output {
    for word in words {
        let (key, value) = word.strip_prefix("--").unwrap().split_once('=').unwrap();
        match value {
            "-1" => drop(jail.params.remove(key)),
            all if key == "cpuset-cpus" && all == format!("0-{}", CPUS - 1) => {
                drop(jail.params.remove(key));
            }
            n => drop(jail.params.insert(key.to_string(), n.to_string())),
        }
    }
    // A period without a quota limits nothing.
    if !jail.params.contains_key("cpu-quota") {
        jail.params.remove("cpu-period");
    }
    fine("")
}
