//! unexpose

use super::session::Session;
use super::targets::one;
use super::{change, jset};
use crate::error::{Code, Error, Result};
use crate::model::name::EnvName;
use crate::model::port::Exposure;
use crate::model::schema::Change;

/// Publish ports of a jail no more
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The jail
    #[arg(value_name = "NAME")]
    name: String,
    /// Ports of the host, as they were published, or with their first word only: 8080, 8080:80, 53/udp
    #[arg(value_name = "PORT", required_unless_present = "all", conflicts_with = "all")]
    ports: Vec<String>,
    /// All of them
    #[arg(long)]
    all: bool,
}

/// Runs it.
pub fn run(s: &Session, args: &Args) -> Result<Code> {
    let name = one(s, &args.name)?;
    for word in &args.ports {
        word.parse::<Exposure>()?;
    }
    let outcome = change::one(s, "unexpose", name.as_str(), true, &|| {
        let (_, env) = s.env(&name)?;
        let mut left = if args.all { Vec::new() } else { env.expose.clone() };
        for word in &args.ports {
            take(&name, &mut left, word)?;
        }
        jset::plan(s, &name, &[Change::exposures(&left)])
    });
    Ok(change::report(s, outcome))
}

/// Takes what a word means out of a list: what it does not say may be anything.
fn take(name: &EnvName, all: &mut Vec<Exposure>, word: &str) -> Result<()> {
    let meant: Exposure = word.parse()?;
    let ports = word.split(',').next().unwrap_or_default();
    let same = |e: &Exposure| {
        e.outer == meant.outer
            && (!ports.contains(':') || e.inner == meant.inner)
            && (!ports.contains('/') || e.protocol == meant.protocol)
            && (meant.on.is_none() || e.on == meant.on)
            && (meant.from.is_empty() || e.from == meant.from)
    };
    if !all.iter().any(same) {
        let list: Vec<String> = all.iter().map(ToString::to_string).collect();
        let has = if list.is_empty() { "nothing".to_string() } else { list.join(" ") };
        return Err(
            Error::not_found(name, format!("it does not publish {word}")).next(format!("it publishes {has}"))
        );
    }
    all.retain(|e| !same(e));
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::take;
    use crate::model::port::Exposure;

    #[test]
    fn a_word_means_what_it_says() {
        let all = ["8080:80", "53:53/udp", "53:5353/tcp,on=192.0.2.1"];
        let left = |word: &str| {
            let mut all: Vec<Exposure> = all.iter().map(|e| e.parse().unwrap()).collect();
            take(&"w".parse().unwrap(), &mut all, word).map(|()| all.len())
        };
        for (word, n) in [("8080", 2), ("8080:80/tcp", 2), ("53", 1), ("53/udp", 2), ("53,on=192.0.2.1", 2)] {
            assert_eq!(left(word).unwrap(), n, "{word}");
        }
        for word in ["80", "8080:81", "8080/udp", "53/both"] {
            assert!(left(word).is_err(), "{word}");
        }
    }
}
