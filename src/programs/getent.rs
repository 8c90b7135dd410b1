//! getent(1) of both platforms: users and groups, wherever they are kept (nsswitch.conf(5)).

use crate::host::Cmd;
use std::collections::BTreeMap;

/// These users; 2 says that not all are there.
pub fn users<S: AsRef<str>>(names: &[S]) -> Cmd {
    Cmd::new("getent").arg("passwd").args(names.iter().map(AsRef::as_ref)).accept(2)
}

/// These groups.
pub fn groups<S: AsRef<str>>(names: &[S]) -> Cmd {
    Cmd::new("getent").arg("group").args(names.iter().map(AsRef::as_ref)).accept(2)
}

/// Reads names and numbers; passwords are in neither.
pub fn parse(text: &str) -> BTreeMap<String, u32> {
    text.lines()
        .filter_map(|l| {
            let mut fields = l.split(':');
            let name = fields.next()?;
            Some((name.to_string(), fields.nth(1)?.parse().ok()?))
        })
        .collect()
}

/// Reads names and the numbers of their first groups, of users.
pub fn parse_primary(text: &str) -> BTreeMap<String, u32> {
    let user = |l: &str| {
        let fields: Vec<&str> = l.split(':').collect();
        Some((fields.first()?.to_string(), fields.get(3)?.parse().ok()?))
    };
    text.lines().filter_map(user).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_names_and_numbers() {
        let all =
            parse("root:*:0:0:Charlie &:/root:/bin/sh\nnobody:*:65534:65534::/:/x\njunk\nwheel:*:0:root\n");
        assert_eq!(all.len(), 3);
        assert_eq!((all["root"], all["nobody"]), (0, 65534));
        assert_eq!(parse_primary("www:*:80:81:W:/:/x\nwheel:*:0:root\n"), [("www".to_string(), 81)].into());
    }
}
