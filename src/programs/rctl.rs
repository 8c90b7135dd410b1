//! rctl(8) of FreeBSD: limits of jails, and what they use. A filter with an empty name would be that of every jail's
//! rules (F6): every rule here is of an [`EnvName`], which can't be empty, and names its resource and its action; what
//! removes one, its amount as well.

use super::surprise;
use crate::error::Result;
use crate::facts::usage::{Amounts, Usage};
use crate::host::{Cmd, Output};
use crate::model::limits::{Limit, Limits};
use crate::model::name::EnvName;
use std::collections::BTreeMap;

/// The resource of a limit, and what happens at it (rctl(8), RESOURCES and ACTIONS).
fn words(limit: Limit) -> Option<(&'static str, &'static str)> {
    Some(match limit {
        Limit::Memory => ("memoryuse", "deny"),
        Limit::Swap => ("swapuse", "deny"),
        Limit::Cpu => ("pcpu", "deny"),
        Limit::Cpuset => return None,
        Limit::Processes => ("maxproc", "deny"),
        Limit::OpenFiles => ("openfiles", "deny"),
        Limit::ReadBps => ("readbps", "throttle"),
        Limit::WriteBps => ("writebps", "throttle"),
        Limit::ReadIops => ("readiops", "throttle"),
        Limit::WriteIops => ("writeiops", "throttle"),
    })
}

/// What every rule of a limit begins with, whoever made it.
fn filter(name: &EnvName, limit: Limit) -> Option<String> {
    words(limit).map(|(resource, action)| format!("jail:{name}:{resource}:{action}"))
}

/// The number in the rule of a limit. swapuse counts all anonymous memory that is reserved, whether it lies in memory
/// or on a disk (swap_reserve_by_cred() in sys/vm/swap_pager.c), so it is memory and swap together.
fn amount(limits: &Limits, limit: Limit) -> Option<u64> {
    if limit == Limit::Swap { limits.memory_and_swap() } else { limits.amount(limit) }
}

/// jug's rule of a limit, if it is set and rctl's to hold, as rctl shows it: only what is not for each jail has a
/// `/user` or the like at its end (rctl_rule_to_sbuf() in sys/kern/kern_rctl.c).
pub fn rule(name: &EnvName, limits: &Limits, limit: Limit) -> Option<String> {
    Some(format!("{}={}", filter(name, limit)?, amount(limits, limit)?))
}

/// jug's rules of a jail.
pub fn rules(name: &EnvName, limits: &Limits) -> Vec<String> {
    limits.set().into_iter().filter_map(|l| rule(name, limits, l)).collect()
}

/// Whether adding the rule of a limit takes away the one of another amount: so it is for `deny`, and for `throttle` both
/// stay (rctl_rule_add() in sys/kern/kern_rctl.c).
pub fn replaces(limit: Limit) -> bool {
    words(limit).is_some_and(|(_, action)| action == "deny")
}

/// Adds jug's rule of a limit. The jail need not be there.
pub fn add(name: &EnvName, limits: &Limits, limit: Limit) -> Option<Cmd> {
    Some(Cmd::new("rctl").args(["-a", &rule(name, limits, limit)?]))
}

/// Removes jug's rule of a limit, and none of another amount or for each user (rctl_rule_matches() in
/// sys/kern/kern_rctl.c). It fails if there is none: ask first.
pub fn remove(name: &EnvName, limits: &Limits, limit: Limit) -> Option<Cmd> {
    Some(Cmd::new("rctl").args(["-r", &format!("{}/jail", rule(name, limits, limit)?)]))
}

/// The rules of one jail.
pub fn of(name: &EnvName) -> Cmd {
    Cmd::new("rctl").arg(format!("jail:{name}"))
}

/// All rules.
pub fn all() -> Cmd {
    Cmd::new("rctl")
}

/// Whether rctl says that this kernel holds no rules at all: RACCT is not compiled in, or switched off (the two texts
/// of enosys() in usr.bin/rctl/rctl.c).
pub fn is_off(out: &Output) -> bool {
    !out.ok() && out.stderr.contains("RACCT/RCTL")
}

/// Whether the output of [`of`] has a rule.
pub fn has(text: &str, rule: &str) -> bool {
    text.lines().any(|l| l == rule)
}

/// Reads the output of [`all`]: the rules of jails as they stand there.
pub fn of_jails(text: &str) -> Vec<String> {
    text.lines().filter(|l| l.starts_with("jail:")).map(str::to_string).collect()
}

/// The first of these rules that is for the same as that of a limit, whatever its amount.
pub fn like<'a>(rules: &'a [String], name: &EnvName, limit: Limit) -> Option<&'a str> {
    let filter = filter(name, limit)?;
    rules
        .iter()
        .find(|r| r.strip_prefix(&filter).is_some_and(|rest| rest.starts_with('=')))
        .map(String::as_str)
}

/// Reads the output of [`all`]: what jails may use, by name. Rules of users, classes and processes, and actions that
/// jug does not set, are others'.
pub fn parse_rules(text: &str) -> BTreeMap<String, Amounts> {
    let mut jails: BTreeMap<String, Amounts> = BTreeMap::new();
    for line in text.lines() {
        let Some((rule, amount)) = line.split_once('=') else { continue };
        let mut fields = rule.splitn(4, ':');
        let (Some("jail"), Some(name), Some(resource), Some(action)) =
            (fields.next(), fields.next(), fields.next(), fields.next())
        else {
            continue;
        };
        // `deny=20/user` is for each user of it.
        let amount = match amount.split_once('/') {
            Some((n, "jail")) => n,
            Some(_) => continue,
            None => amount,
        };
        let limit = Limit::ALL.into_iter().find(|l| words(*l) == Some((resource, action)));
        if let (Some(limit), Ok(amount)) = (limit, amount.parse()) {
            jails.entry(name.to_string()).or_default().set(limit, amount);
        }
    }
    jails
}

/// Asks what these jails use, all of them in one command: it takes several filters (rctl(8) of 15.0).
pub fn usage(names: &[&str]) -> Cmd {
    Cmd::new("rctl").arg("-u").args(names.iter().map(|n| format!("jail:{n}")))
}

/// Reads the output of [`usage`]: for each filter, in its order, the same resources a line each. No line says which
/// jail it is of, so there must be as many of each as names.
///
/// # Errors
/// Any other number: then it can't be said what is whose.
pub fn parse_usage<'a>(text: &str, names: &[&'a str]) -> Result<BTreeMap<&'a str, Usage>> {
    let lines: Vec<(&str, &str)> = text.lines().filter_map(|l| l.split_once('=')).collect();
    let each = lines.len().checked_div(names.len()).unwrap_or(0);
    let first = lines.get(..each).unwrap_or_default();
    let alike = |part: &[(&str, &str)]| part.iter().map(|l| l.0).eq(first.iter().map(|l| l.0));
    if each == 0 || each * names.len() != lines.len() || !lines.chunks(each).all(alike) {
        return Err(surprise(
            "rctl -u",
            format!("{} lines are not those of {} jails", lines.len(), names.len()),
        ));
    }
    let mut jails = BTreeMap::new();
    for (name, part) in names.iter().zip(lines.chunks(each)) {
        let mut usage = Usage::default();
        for (resource, number) in part {
            let limit = Limit::ALL.into_iter().find(|l| words(*l).is_some_and(|(r, _)| r == *resource));
            if let (Some(limit), Ok(number)) = (limit, number.parse()) {
                usage.used.set(limit, number);
            }
        }
        jails.insert(*name, usage);
    }
    Ok(jails)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::size::ByteSize;
    use proptest::prelude::*;

    #[test]
    fn rules_are_written_in_full() {
        let name: EnvName = "www".parse().unwrap();
        let limits = Limits {
            memory: Some(ByteSize(128 << 20)),
            swap: Some(ByteSize(0)),
            cpu: Some(150),
            read_bps: Some(ByteSize(1 << 20)),
            cpuset: "0".parse().ok(),
            ..Limits::default()
        };
        let rules: Vec<String> =
            limits.set().into_iter().filter_map(|l| add(&name, &limits, l)).map(|c| c.to_string()).collect();
        assert_eq!(
            rules,
            [
                "rctl -a 'jail:www:memoryuse:deny=134217728'",
                "rctl -a 'jail:www:swapuse:deny=134217728'",
                "rctl -a 'jail:www:pcpu:deny=150'",
                "rctl -a 'jail:www:readbps:throttle=1048576'"
            ]
        );
        assert_eq!(
            remove(&name, &limits, Limit::Cpu).unwrap().to_string(),
            "rctl -r 'jail:www:pcpu:deny=150/jail'"
        );
        assert!("".parse::<EnvName>().is_err(), "an empty name is every jail's");
    }

    #[test]
    fn what_is_not_jugs_is_told_by_its_amount_and_whose_it_is() {
        let name: EnvName = "www".parse().unwrap();
        let limits = Limits { processes: Some(20), ..Limits::default() };
        let rule = rule(&name, &limits, Limit::Processes).unwrap();
        for (line, ours, alike) in [
            ("jail:www:maxproc:deny=20", true, true),
            ("jail:www:maxproc:deny=20/user", false, true),
            ("jail:www:maxproc:deny=200", false, true),
            ("jail:www:maxproc:log=20", false, false),
            ("jail:www2:maxproc:deny=20", false, false),
            ("user:www:maxproc:deny=20", false, false),
        ] {
            assert_eq!(has(&format!("jail:www:nthr:deny=1\n{line}\n"), &rule), ours, "{line}");
            assert_eq!(like(&of_jails(line), &name, Limit::Processes).is_some(), alike, "{line}");
        }
    }

    #[test]
    fn an_answer_of_another_length_is_nobodys() {
        let one = "cputime=0\nmemoryuse=5\n";
        assert_eq!(parse_usage(one, &["a"]).unwrap()["a"].used.memory, Some(5));
        let two = format!("{one}{}", one.replace('5', "7"));
        assert_eq!(parse_usage(&two, &["a", "b"]).unwrap()["b"].used.memory, Some(7));
        for (text, names) in
            [(one, vec!["a", "b"]), ("", vec!["a"]), ("a=1\nb=2\nb=3\na=4\n", vec!["a", "b"])]
        {
            assert!(parse_usage(text, &names).is_err(), "{text:?}");
        }
    }

    proptest! {
        #[test]
        fn every_rule_that_is_added_is_found_again(name in "[a-zA-Z][a-zA-Z0-9_-]{0,62}", n in 1u64..1 << 50) {
            prop_assume!(!matches!(name.as_str(), "none" | "any"));
            let name: EnvName = name.parse().unwrap();
            for limit in Limit::ALL.into_iter().filter(|l| *l != Limit::Cpuset) {
                let mut limits = Limits { memory: Some(ByteSize(1)), ..Limits::default() };
                match limit {
                    Limit::Memory => limits.memory = Some(ByteSize(n)),
                    Limit::Swap => limits.swap = Some(ByteSize(n)),
                    Limit::Cpu => limits.cpu = Some(n),
                    Limit::Cpuset => {}
                    Limit::Processes => limits.processes = Some(n),
                    Limit::OpenFiles => limits.open_files = Some(n),
                    Limit::ReadBps => limits.read_bps = Some(ByteSize(n)),
                    Limit::WriteBps => limits.write_bps = Some(ByteSize(n)),
                    Limit::ReadIops => limits.read_iops = Some(n),
                    Limit::WriteIops => limits.write_iops = Some(n),
                }
                let cmd = add(&name, &limits, limit).unwrap();
                let line = &cmd.args[1];
                prop_assert!(has(line, &rule(&name, &limits, limit).unwrap()));
                prop_assert!(like(&of_jails(line), &name, limit).is_some());
                let rules = parse_rules(line);
                prop_assert_eq!(rules[name.as_str()].get(limit), amount(&limits, limit));
                prop_assert_eq!(&remove(&name, &limits, limit).unwrap().args[1], &format!("{line}/jail"));
            }
        }
        #[test]
        fn no_parser_panics(text in "(jail|user|[a-z0-9:=/\n]){0,40}|\\PC{0,60}") {
            let _ = parse_rules(&text);
            let _ = parse_usage(&text, &["a", "b"]);
        }
    }
}
