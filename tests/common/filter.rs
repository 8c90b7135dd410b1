//! The packet filters, as pf.txt and linux.md have them: anchors of pf with translations and rules, tables of nft.

use super::fake::{State, fine, no};
use jug::host::Output;

/// What one place holds: translations and rules of an anchor, or the text of a table.
pub type Place = (String, String);

/// What others have, and what the main set of pf says.
pub const THEIRS: &str = "theirs";
const MAIN_NAT: &str = "nat-anchor \"jug/*\" all\nrdr-anchor \"jug/*\" all\n";
const MAIN_RULES: &str = "anchor \"jug/*\" all\npass all flags S/SA keep state\n";

fn read(file: &str) -> Result<String, Output> {
    std::fs::read_to_string(file)
        .map_err(|_| no(1, format!("pfctl: pushfile: {file}: No such file or directory")))
}

/// Translations come before rules, or pfctl refuses all of it.
fn sorted(file: &str) -> Result<Place, Output> {
    let (mut translations, mut rules) = (String::new(), String::new());
    for (i, line) in read(file)?.lines().enumerate() {
        let to = match line.split(' ').next() {
            Some("nat" | "rdr") if rules.is_empty() => &mut translations,
            Some("nat" | "rdr") => {
                return Err(no(
                    1,
                    format!(
                        "{file}:{}: Rules must be in order: options, ethernet, normalization, queueing, translation, filtering",
                        i + 1
                    ),
                ));
            }
            Some("pass" | "block") => &mut rules,
            _ => return Err(no(1, format!("{file}:{}: syntax error", i + 1))),
        };
        to.push_str(&format!("{line}\n"));
    }
    Ok((translations, rules))
}

pub fn pfctl(s: &mut State, words: &[&str]) -> Output {
    let words: Vec<&str> = words.iter().copied().filter(|w| !["-q", "-P"].contains(w)).collect();
    match words[..] {
        ["-s", "info"] => fine("Status: Enabled for 0 days 00:00:01           Debug: Urgent\n"),
        ["-s", "nat"] => fine(MAIN_NAT),
        ["-s", "rules"] => fine(MAIN_RULES),
        ["-v", "-s", "Anchors"] => fine(s.filter.keys().map(|k| format!("  {k}\n")).collect::<String>()),
        ["-a", _, "-nf", file] => sorted(file).map_or_else(|e| e, |_| fine("")),
        ["-a", anchor, "-f", file] => match sorted(file) {
            Err(e) => e,
            Ok(place) => {
                s.filter.insert(anchor.to_string(), place);
                fine("")
            }
        },
        // As pf.txt has it without -q, of hosts: it ends what there is, and that may be nothing.
        ["-k", "label", "-k", label] => {
            assert!(label.starts_with("jug-e-"), "pfctl -k {label}");
            fine("")
        }
        ["-a", anchor, "-s", what] => match s.filter.get(anchor) {
            Some((translations, rules)) => fine(if what == "nat" { translations } else { rules }.as_str()),
            None => Output { stderr: "pfctl: Anchor does not exist.\n".into(), ..fine("") },
        },
        ["-a", anchor, "-F", what] => {
            if let Some((translations, rules)) = s.filter.get_mut(anchor) {
                if what == "nat" {
                    translations.clear()
                } else {
                    rules.clear()
                }
                if translations.is_empty() && rules.is_empty() {
                    s.filter.remove(anchor);
                }
            }
            fine("")
        }
        ref other => panic!("pfctl {other:?}"),
    }
}

pub fn nft(s: &mut State, words: &[&str]) -> Output {
    let missing = || no(1, "Error: No such file or directory");
    match words {
        ["list", "tables"] => fine(s.filter.keys().map(|k| format!("table inet {k}\n")).collect::<String>()),
        ["-n", "list", "table", "inet", table] => {
            s.filter.get(*table).map_or_else(missing, |(_, text)| fine(text.as_str()))
        }
        ["delete", "table", "inet", table] => s.filter.remove(*table).map_or_else(missing, |_| fine("")),
        ["-c", "-f", file] => read(file).map_or_else(|e| e, |_| fine("")),
        ["-f", file] => match read(file) {
            Err(e) => e,
            Ok(text) => {
                let table = text.lines().next().and_then(|l| l.strip_prefix("table inet ")).unwrap();
                s.filter.insert(table.to_string(), (String::new(), text.clone()));
                fine("")
            }
        },
        other => panic!("nft {other:?}"),
    }
}

pub fn netstat() -> Output {
    fine(
        r#"{"statistics": {"route-information": {"route-table": {"rt-family": [{"address-family":"Internet", "rt-entry": [{"destination":"default","gateway":"192.0.2.254","flags":"UGS","interface-name":"em0"}]}]}}}}"#,
    )
}
