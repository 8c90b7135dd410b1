//! jget

use super::session::Session;
use super::targets::one_of;
use crate::error::{Code, Result};
use crate::model::env::Kind;
use crate::model::{keys, schema};
use crate::report::table::out;
use serde_json::json;

/// Print the bare value of a key, or all keys; runs no other program
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Its name
    #[arg(value_name = "NAME")]
    name: String,
    /// The key; a list gives a line an element
    #[arg(value_name = "KEY")]
    key: Option<String>,
}

/// Runs it.
pub fn run(s: &Session, args: &Args, kind: Kind) -> Result<Code> {
    if let Some(key) = &args.key {
        keys::check_key(key)?;
    }
    let name = one_of(s, kind, &args.name)?;
    let (_, env) = s.env(&name)?;
    let get = |key: &str| super::jshow::value(s, &name, &env, key);
    let keys = match &args.key {
        Some(key) => vec![key.clone()],
        None => keys::keys_of(env.kind).collect(),
    };
    if s.global.json {
        let map: serde_json::Map<String, serde_json::Value> = keys
            .iter()
            .map(|k| Ok((k.clone(), super::jshow::typed(s, &name, &env, k)?)))
            .collect::<Result<_>>()?;
        out(&format!("{}\n", json!({"version": 1, "name": name.as_str(), "values": map})));
    } else if args.key.is_some() {
        let text = get(&keys[0])?;
        if !(text.is_empty() && schema::is_list(&keys[0])) {
            out(&format!("{text}\n"));
        }
    } else {
        for key in keys {
            let text = get(&key)?;
            if !text.is_empty() || s.global.lines {
                let text = if text.is_empty() { "-".into() } else { text.replace('\n', ",") };
                out(&if s.global.lines { format!("{key}\t{text}\n") } else { format!("{key} = {text}\n") });
            }
        }
    }
    Ok(Code::Done)
}
