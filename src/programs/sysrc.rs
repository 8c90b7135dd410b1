//! sysrc(8).

use crate::host::Cmd;

/// The value of a variable of rc.conf(5).
pub fn get(name: &str) -> Cmd {
    Cmd::new("sysrc").args(["-n", name])
}

/// Sets a variable of rc.conf(5).
pub fn set(name: &str, value: &str) -> Cmd {
    Cmd::new("sysrc").arg(format!("{name}={value}"))
}

/// The values of several variables; of one that is not there, nothing.
pub fn several(names: &[&str]) -> Cmd {
    Cmd::new("sysrc").arg("-i").args(names.iter().copied())
}

/// Reads the output of [`several`].
pub fn parse_several(text: &str) -> std::collections::BTreeMap<String, String> {
    text.lines()
        .filter_map(|l| l.split_once(':'))
        .map(|(name, value)| (name.to_string(), value.trim().to_string()))
        .collect()
}
