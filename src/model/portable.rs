//! The portable copy of an environment's TOML: without what is local to a node, and with paths below the workdir
//! relative to it, in CBSD's own word for that.

use super::cbsd::ROOT;
use super::env::{Env, Owned};
use super::external::External;
use super::name::EnvName;
use super::net::Net;
use super::schema;
use crate::error::{Error, Result};
use crate::store::layout::Layout;
use toml_edit::{DocumentMut, TomlError};

/// How a TOML string begins.
const QUOTES: [char; 2] = ['"', '\''];

/// The text that travels.
///
/// # Errors
/// None that is known: a value that TOML can't hold.
pub fn write(name: &EnvName, env: &Env, layout: &Layout) -> Result<String> {
    let mut env = env.clone();
    env.dataset = None;
    env.owner = Owned::default();
    env.external = External::default();
    env.replicate.clear();
    without_units(&mut env);
    let mut doc: DocumentMut =
        schema::env_text(&env)?.parse().map_err(|e: TomlError| Error::failed(name, e.message()))?;
    doc.remove("trusted");
    Ok(format!(
        "# {name}: the portable copy. What counts on a node is envs/{name}.toml in its workdir.\n{}",
        replace(doc.to_string(), layout.workdir.as_str(), ROOT)
    ))
}

/// The environment that a copy describes, on a node with this workdir. Which dataset it has is seen there.
///
/// # Errors
/// It is no such TOML.
pub fn read(text: &str, file: &str, layout: &Layout) -> Result<Env> {
    // So long a text is refused, and need not be gone through.
    let text = if text.len() > schema::MAX_FILE {
        text.to_string()
    } else {
        replace(text.to_string(), ROOT, layout.workdir.as_str())
    };
    let mut env: Env = schema::read(&text, file)?;
    env.dataset = None;
    // Where its data is found, and with which keys, is for this node to say.
    env.external = External::default();
    env.replicate.clear();
    without_units(&mut env);
    Ok(env)
}

/// The numbers of its cards are a node's own.
fn without_units(env: &mut Env) {
    for net in &mut env.net {
        if let Net::Network(nic) = net {
            nic.unit = None;
        }
    }
}

/// Puts another directory where strings begin with `from/`.
fn replace(text: String, from: &str, to: &str) -> String {
    // In a TOML string these would have to be written otherwise; such a workdir stays as it is.
    if [from, to].iter().any(|p| p.contains(['"', '\'', '\\'])) {
        return text;
    }
    QUOTES.iter().fold(text, |t, q| t.replace(&format!("{q}{from}/"), &format!("{q}{to}/")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_below_the_workdir_go_with_it() {
        let name: EnvName = "www".parse().unwrap();
        let at = |dir: &str| Layout { workdir: dir.parse().unwrap() };
        let mut env = Env::new(uuid::Uuid::nil(), jiff::Timestamp::UNIX_EPOCH, "host".parse().unwrap());
        env.mnt_start = Some("/usr/jails/etc/start".parse().unwrap());
        env.mnt_stop = Some("/usr/jails2/stop".parse().unwrap());
        env.fstab = vec!["/usr/jails/shared /usr/jails/x nullfs ro".parse().unwrap()];
        env.description = "of \"/usr/jails/shared".into();
        env.owner.epoch = 7;
        env.trusted = false;
        let text = write(&name, &env, &at("/usr/jails")).unwrap();
        assert!(
            text.contains("\"CBSDROOT/etc/start\"") && !text.contains("epoch") && !text.contains("trusted"),
            "{text}"
        );
        let there = read(&text, "f", &at("/data/j")).unwrap();
        assert_eq!(there.mnt_start.unwrap().as_str(), "/data/j/etc/start");
        assert_eq!(there.mnt_stop.unwrap().as_str(), "/usr/jails2/stop");
        assert_eq!(there.fstab[0].to_string(), "/data/j/shared /usr/jails/x nullfs ro");
        let here = read(&text, "f", &at("/usr/jails")).unwrap();
        (env.owner, env.trusted) = (Owned::default(), true);
        assert_eq!(here, env);
    }
}
