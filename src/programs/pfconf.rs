//! pf.conf(5): where the lines belong that lead from the main rule set to jug's anchors. pf wants its statements in an
//! order: options, ethernet, normalization, queueing, translation, filtering (F3.6); macros and tables may be anywhere.

use super::pfctl::MAIN;

/// Where the kernel's rules are read from at boot, unless rc.conf(5) says otherwise.
pub const FILE: &str = "/etc/pf.conf";

/// What a statement is, as far as its place matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Section {
    /// May be anywhere: macros, tables, `include`, `load anchor`.
    Free,
    /// Options, ethernet, normalization and queueing.
    Before,
    /// Translation.
    Translation,
    /// Filtering.
    Filter,
}

/// A statement: its lines, from the first to before the last.
#[derive(Debug)]
struct Statement {
    from: usize,
    to: usize,
    section: Section,
    text: String,
}

fn section(text: &str) -> Section {
    let mut words = text.split(|c: char| c.is_whitespace() || c == '"');
    let first = words.next().unwrap_or_default();
    let second = words.next().unwrap_or_default();
    match first {
        // A macro may have any name.
        _ if second == "=" || first.contains('=') => Section::Free,
        "set" | "ether" | "scrub" | "altq" | "queue" => Section::Before,
        "no" if second == "scrub" => Section::Before,
        "nat" | "rdr" | "binat" | "no" | "nat-anchor" | "rdr-anchor" | "binat-anchor" => Section::Translation,
        "pass" | "block" | "match" | "anchor" | "antispoof" => Section::Filter,
        _ => Section::Free,
    }
}

/// A line without its comment, and by how many braces it leads deeper.
fn bare(line: &str) -> (String, i32) {
    let (mut out, mut quoted, mut depth) = (String::new(), false, 0);
    for c in line.chars() {
        match c {
            '"' => quoted = !quoted,
            '#' if !quoted => break,
            '{' if !quoted => depth += 1,
            '}' if !quoted => depth -= 1,
            _ => {}
        }
        out.push(c);
    }
    (out.trim().to_string(), depth)
}

/// The statements of a text. One goes on after a backslash, and until its braces are closed.
fn statements(text: &str) -> Vec<Statement> {
    let mut all: Vec<Statement> = Vec::new();
    let (mut open, mut depth) = (false, 0);
    for (i, line) in text.lines().enumerate() {
        let (line, deeper) = bare(line);
        match all.last_mut().filter(|_| open) {
            Some(last) => last.to = i + 1,
            None if line.is_empty() => continue,
            None => all.push(Statement { from: i, to: i + 1, section: section(&line), text: line.clone() }),
        }
        depth = (depth + deeper).max(0);
        open = depth > 0 || line.ends_with('\\');
    }
    all
}

/// The lines that a text lacks.
pub fn missing(text: &str) -> Vec<&'static str> {
    let all = statements(text);
    MAIN.into_iter().filter(|m| !all.iter().any(|s| s.text.starts_with(m))).collect()
}

/// The text with the lines that it lacks, each in its place; `None` if it has them all. Translations of the
/// administrator's come first and win; jug's filter rules, which are about its own bridges only, come before his, so that
/// no `block quick` leaves nothing to them.
pub fn insert(text: &str) -> Option<String> {
    let missing = missing(text);
    if missing.is_empty() {
        return None;
    }
    let all = statements(text);
    let mut lines: Vec<&str> = text.lines().collect();
    let filter = all.iter().find(|s| s.section == Section::Filter).map_or(lines.len(), |s| s.from);
    let ordered = |s: &&Statement| matches!(s.section, Section::Before | Section::Translation);
    let last = all.iter().filter(ordered).filter(|s| s.from < filter).map(|s| s.to).max();
    // What stands right above a rule is said of it.
    let comment = |i: &usize| lines[*i].trim_start().starts_with('#');
    let above = (0..filter).rev().take_while(comment).last().unwrap_or(filter);
    let translation = last.unwrap_or(above);
    let filter = above.max(translation);
    let (translations, filters): (Vec<&str>, Vec<&str>) =
        missing.into_iter().partition(|m| section(m) == Section::Translation);
    // The later place first, so that the earlier one stays where it is.
    lines.splice(filter..filter, filters);
    lines.splice(translation..translation, translations);
    Some(lines.join("\n") + "\n")
}

/// The text without the lines that [`insert`] puts there, and those lines; `None` if it has none of them. What else
/// speaks of jug's anchors is somebody else's.
pub fn remove(text: &str) -> Option<(String, Vec<&str>)> {
    let lines: Vec<&str> = text.lines().collect();
    let ours = |s: &Statement| s.to == s.from + 1 && MAIN.contains(&lines[s.from]);
    let gone: Vec<usize> = statements(text).iter().filter(|s| ours(s)).map(|s| s.from).collect();
    let keeps = |i: &usize| !gone.contains(i);
    let new = (0..lines.len()).filter(keeps).map(|i| format!("{}\n", lines[i])).collect();
    (!gone.is_empty()).then(|| (new, gone.iter().map(|i| lines[*i]).collect()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn inserted(text: &str) -> String {
        let new = insert(text).unwrap();
        assert_eq!(insert(&new), None, "{new}");
        // All that was there is there, in its order.
        let others =
            |t: &str| t.lines().filter(|l| !MAIN.contains(l)).map(str::to_string).collect::<Vec<_>>();
        assert_eq!(others(&new), others(text));
        let (old, gone) = remove(&new).unwrap();
        assert_eq!((others(&old), gone.len()), (others(text), 3));
        assert!(MAIN.iter().any(|m| text.contains(m)) || old == text, "{old}");
        new
    }

    #[test]
    fn an_empty_one() {
        assert_eq!(inserted(""), MAIN.map(|l| format!("{l}\n")).concat());
    }

    #[test]
    fn only_filter_rules() {
        insta::assert_snapshot!(inserted("# mine\n\n# all\nblock all\npass out\n"), @r#"
        # mine

        nat-anchor "jug/*"
        rdr-anchor "jug/*"
        anchor "jug/*"
        # all
        block all
        pass out
        "#);
    }

    #[test]
    fn one_with_everything() {
        // As in pf.txt, and with what goes over several lines.
        insta::assert_snapshot!(inserted("ext_if = \"vtnet0\"\ntable <jails> persist { 192.0.2.0/24 }\nset skip on lo0\nscrub in all\nnat-anchor \"iron/*\"\nnat on $ext_if inet from { 192.0.2.0/24, \\\n    198.51.100.0/24 } to any -> ($ext_if)\nrdr on $ext_if inet proto tcp from any to ($ext_if) port { 80,\n    443 } -> 192.0.2.10\npass_all = \"yes\"\n# the rest\nanchor \"iron\" {\n  block quick all\n}\npass all\n"), @r#"
        ext_if = "vtnet0"
        table <jails> persist { 192.0.2.0/24 }
        set skip on lo0
        scrub in all
        nat-anchor "iron/*"
        nat on $ext_if inet from { 192.0.2.0/24, \
            198.51.100.0/24 } to any -> ($ext_if)
        rdr on $ext_if inet proto tcp from any to ($ext_if) port { 80,
            443 } -> 192.0.2.10
        nat-anchor "jug/*"
        rdr-anchor "jug/*"
        pass_all = "yes"
        anchor "jug/*"
        # the rest
        anchor "iron" {
          block quick all
        }
        pass all
        "#);
    }

    #[test]
    fn options_only() {
        insta::assert_snapshot!(inserted("set skip on lo0\nmy_if=\"em0\" # nat on it\n"), @r#"
        set skip on lo0
        nat-anchor "jug/*"
        rdr-anchor "jug/*"
        my_if="em0" # nat on it
        anchor "jug/*"
        "#);
    }

    #[test]
    fn some_are_there() {
        insta::assert_snapshot!(inserted("nat-anchor \"jug/*\"\nblock in quick\nanchor \"jug/*\"\n"), @r#"
        nat-anchor "jug/*"
        rdr-anchor "jug/*"
        block in quick
        anchor "jug/*"
        "#);
        assert_eq!(missing("# nat-anchor \"jug/*\"\nrdr-anchor \"jug/*\" all\n"), [MAIN[0], MAIN[2]]);
        assert_eq!(insert(&MAIN.join("\n")), None);
    }

    #[test]
    fn only_what_was_inserted_is_taken_out() {
        let mine = "nat-anchor \"jug/*\" all\nanchor \"jug/*\" # mine\n# anchor \"jug/*\"\nanchor \"x\" {\nanchor \"jug/*\"\n}\n";
        assert_eq!(remove(mine), None);
        assert_eq!(remove(&format!("{mine}anchor \"jug/*\"\n")), Some((mine.into(), vec![MAIN[2]])));
    }
}
