//! Which snapshots a policy keeps and which it lets go: a pure function over what there is, the policy and the time.

use crate::model::keep::{Keep, Rule};
use jiff::Timestamp;
use jiff::tz::TimeZone;

/// A snapshot as retention looks at it.
#[derive(Clone, Debug)]
pub struct Item<'a> {
    /// Its name, which tells two of the same second apart.
    pub name: &'a str,
    /// When it was taken.
    pub created: Timestamp,
    /// Whether jug took it.
    pub ours: bool,
    /// Why it stays whatever the policy says: it is held, cloned, or the last that a replication has in common.
    pub stays: Option<String>,
}

/// What is to become of a snapshot, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verdict {
    /// Whether it is kept.
    pub keep: bool,
    /// Why.
    pub why: String,
}

/// Judges all of them, in their order. What others took is left alone, unless `foreign`; it then counts like jug's own.
/// Each rule keeps the newest snapshot of each of the newest periods (in UTC) that have one at all, independent of the
/// other rules: so nothing goes only because the host was off, and doing it twice does no more than doing it once.
pub fn judge(items: &[Item<'_>], policy: &Keep, now: Timestamp, foreign: bool) -> Vec<Verdict> {
    let counts = |i: &Item<'_>| (i.ours || foreign) && i.created <= now;
    let mut newest: Vec<usize> = (0..items.len()).filter(|i| counts(&items[*i])).collect();
    newest.sort_by(|a, b| {
        let key = |i: &usize| (items[*i].created, items[*i].name);
        key(b).cmp(&key(a))
    });
    let mut reasons: Vec<Vec<String>> = vec![Vec::new(); items.len()];
    for rule in Rule::ALL {
        let (mut number, mut last) = (0, None);
        for (at, i) in newest.iter().enumerate() {
            if number == policy.of(rule) {
                break;
            }
            let period = period(rule, at, items[*i].created);
            if last != Some(period) {
                (number, last) = (number + 1, Some(period));
                reasons[*i].push(format!("{} {number}", rule.as_str()));
            }
        }
    }
    let verdict = |(item, reasons): (&Item<'_>, Vec<String>)| {
        let (keep, why) = match &item.stays {
            _ if !item.ours && !foreign => (true, "jug did not take it".to_string()),
            _ if item.created > now => (true, "it is from the future: a clock was wrong".into()),
            Some(why) => (true, why.clone()),
            None if reasons.is_empty() => (false, "no rule keeps it".into()),
            None => (true, reasons.join(", ")),
        };
        Verdict { keep, why }
    };
    items.iter().zip(reasons).map(verdict).collect()
}

/// A number that two snapshots have in common if they are of one period; `at` is how many are newer.
fn period(rule: Rule, at: usize, created: Timestamp) -> i64 {
    let days = created.as_second().div_euclid(86_400);
    let date = || created.to_zoned(TimeZone::UTC).date();
    match rule {
        Rule::Last => i64::try_from(at).unwrap_or(i64::MAX),
        Rule::Hourly => created.as_second().div_euclid(3600),
        Rule::Daily => days,
        // 1970 began on a Thursday.
        Rule::Weekly => (days + 3).div_euclid(7),
        Rule::Monthly => i64::from(date().year()) * 12 + i64::from(date().month()),
        Rule::Yearly => i64::from(date().year()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn reasons_are_told() {
        let now = at("2026-01-05T12:00:00Z");
        let of = |name, created, ours, stays: Option<&str>| Item {
            name,
            created: at(created),
            ours,
            stays: stays.map(String::from),
        };
        let items = [
            of("a", "2024-12-31T23:00:00Z", true, None),
            of("b", "2025-12-31T22:00:00Z", true, None),
            of("c", "2025-12-31T23:00:00Z", true, None),
            of("d", "2026-01-04T00:00:00Z", true, Some("it is held")),
            of("e", "2026-01-05T11:00:00Z", true, None),
            of("f", "2026-01-05T11:00:00Z", true, None),
            of("g", "2026-01-05T11:30:00Z", false, None),
            of("h", "2027-01-01T00:00:00Z", true, None),
        ];
        let policy: Keep = "last=1,hourly=2,weekly=2,yearly=9".parse().unwrap();
        let told: Vec<(bool, String)> =
            judge(&items, &policy, now, false).into_iter().map(|v| (v.keep, v.why)).collect();
        let expected = [
            (true, "yearly 3"),
            (false, "no rule keeps it"),
            (true, "yearly 2"),
            (true, "it is held"),
            (false, "no rule keeps it"),
            (true, "last 1, hourly 1, weekly 1, yearly 1"),
            (true, "jug did not take it"),
            (true, "it is from the future: a clock was wrong"),
        ];
        assert_eq!(told, expected.map(|(k, w)| (k, w.to_string())));
        // Sunday belongs to the week before: d has the second place there, and would be kept without its hold.
        let with = judge(&items, &policy, now, true);
        assert_eq!(with[6].why, "last 1, hourly 1, weekly 1, yearly 1");
        assert!(!with[5].keep);
    }

    /// The rules as they are told in the manual, with no thought of cost.
    fn naive(items: &[Item<'_>], policy: &Keep, now: Timestamp, foreign: bool) -> Vec<bool> {
        let in_play: Vec<&Item<'_>> =
            items.iter().filter(|i| (i.ours || foreign) && i.created <= now).collect();
        let newer = |a: &Item<'_>, b: &Item<'_>| (a.created, a.name) > (b.created, b.name);
        let word = |rule, i: &Item<'_>| {
            let date = i.created.to_zoned(TimeZone::UTC);
            match rule {
                Rule::Last => i.name.to_string(),
                Rule::Hourly => date.strftime("%Y-%m-%d %H").to_string(),
                Rule::Daily => date.strftime("%Y-%m-%d").to_string(),
                Rule::Weekly => date.strftime("%G-%V").to_string(),
                Rule::Monthly => date.strftime("%Y-%m").to_string(),
                Rule::Yearly => date.strftime("%Y").to_string(),
            }
        };
        items
            .iter()
            .map(|i| {
                if (!i.ours && !foreign) || i.created > now || i.stays.is_some() {
                    return true;
                }
                Rule::ALL.into_iter().any(|rule| {
                    let mine = word(rule, i);
                    let after: std::collections::BTreeSet<String> =
                        in_play.iter().filter(|o| newer(o, i)).map(|o| word(rule, o)).collect();
                    !after.contains(&mine) && after.len() < policy.of(rule) as usize
                })
            })
            .collect()
    }

    fn history() -> impl Strategy<Value = Vec<(i64, bool, u8)>> {
        let time = prop_oneof![0i64..4_000_000, 0i64..200_000_000, Just(86_400), Just(7 * 86_400)];
        proptest::collection::vec((time, proptest::bool::weighted(0.8), 0u8..8), 0..60)
    }

    fn policy() -> impl Strategy<Value = Keep> {
        proptest::collection::vec(0u32..6, 6).prop_map(|n| {
            Rule::ALL.into_iter().zip(n).fold(Keep::default(), |keep, (rule, n)| keep.with(rule, n))
        })
    }

    proptest! {
        #[test]
        fn agrees_with_the_rules_as_they_are_told(all in history(), policy in policy(), now in 0i64..250_000_000, foreign: bool) {
            let names: Vec<String> = (0..all.len()).map(|i| format!("{i:03}")).collect();
            let items: Vec<Item<'_>> = all.iter().zip(&names).map(|((time, ours, stays), name)| Item {
                name,
                created: Timestamp::from_second(1_700_000_000 + time).unwrap(),
                ours: *ours,
                stays: (*stays == 0).then(|| "it is held".to_string()),
            }).collect();
            let now = Timestamp::from_second(1_700_000_000 + now).unwrap();
            let verdicts = judge(&items, &policy, now, foreign);
            let kept: Vec<bool> = verdicts.iter().map(|v| v.keep).collect();
            prop_assert_eq!(&kept, &naive(&items, &policy, now, foreign));
            // What must stay does, whatever the policy.
            for (item, keep) in items.iter().zip(&kept) {
                prop_assert!(*keep || (item.stays.is_none() && (item.ours || foreign) && item.created <= now));
            }
            // At least what the policy says.
            let in_play = items.iter().filter(|i| (i.ours || foreign) && i.created <= now).count();
            prop_assert!(kept.iter().filter(|k| **k).count() >= in_play.min(policy.of(Rule::Last) as usize));
            // Again, later: nothing more goes.
            let rest: Vec<Item<'_>> =
                items.iter().zip(&kept).filter(|(_, k)| **k).map(|(i, _)| i.clone()).collect();
            prop_assert!(judge(&rest, &policy, now, foreign).iter().all(|v| v.keep));
        }
    }
}
