//! replicate-receive

use super::adopting;
use super::receiving;
use super::session::Session;
use crate::error::{Code, Error, Result};
use crate::host::pump::{From, How, Patient};
use crate::model::exchange::{Answer, Hello, LINE, PROTOCOL, Request};
use crate::model::name::{DatasetName, printable};
use crate::programs::replica::{HEAD, check_head};
use crate::report::table::out;
use std::io::Read;

/// Receive what another node's jug sends; in authorized_keys(5), command="jug replicate-receive --under DATASET" lets a key do nothing else
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Receive below this dataset only, and do nothing else, whatever is asked
    #[arg(long, value_name = "DATASET")]
    under: Option<DatasetName>,
}

/// Runs it: a request, an answer, and so on until the other side has no more to ask.
pub fn run(s: &Session, args: &Args) -> Result<Code> {
    if args.under.is_some()
        && let Some(asked) = std::env::var_os("SSH_ORIGINAL_COMMAND")
    {
        original(&asked.to_string_lossy())?;
    }
    let mut input = Patient::stdin().map_err(|e| Error::io("stdin", "reading it", e))?;
    let mut code = Code::Done;
    while let Some(line) = input.line(LINE).map_err(|e| Error::io("stdin", "reading a request", e))? {
        let request = serde_json::from_str::<Request>(&line).map_err(|e| {
            Error::usage(
                "replicate-receive",
                format!("no request that this jug ({}) knows: {e}", env!("CARGO_PKG_VERSION")),
            )
        });
        // What follows a request to receive, or one that is not known, is no request.
        let last = matches!(request, Ok(Request::Receive { .. }) | Err(_));
        let answer = request.and_then(|r| answer(s, args, r, &mut input)).unwrap_or_else(|e| {
            code = e.code;
            Answer::from(e)
        });
        let text = serde_json::to_string(&answer).map_err(|e| Error::failed("replicate-receive", e))?;
        out(&format!("{text}\n"));
        if last {
            break;
        }
    }
    Ok(code)
}

/// What a forced command was asked to be: a jug's own words and nothing else.
fn original(asked: &str) -> Result<()> {
    let words: Vec<&str> = asked.split(' ').collect();
    let fine = |p: &str| p.rsplit('/').next().is_some_and(|n| !n.is_empty()) && !p.contains(char::is_control);
    match words[..] {
        [program, "replicate-receive"] if fine(program) => Ok(()),
        _ => Err(Error::usage(
            printable(asked),
            "this key may only be used by another node's jug to replicate",
        )
        .next("jug replicate NAME NODE")),
    }
}

fn answer(s: &Session, args: &Args, request: Request, input: &mut Patient) -> Result<Answer> {
    let only = args.under.as_ref();
    Ok(match request {
        Request::Hello { .. } => {
            let node = s.node()?;
            Answer::Hello(Hello {
                protocol: PROTOCOL,
                jug: env!("CARGO_PKG_VERSION").into(),
                id: node.id,
                name: node.name,
                platform: s.platform.kind().to_string(),
                dataset: only.cloned().or_else(|| receiving::default_root(s).ok()),
                only: only.is_some(),
            })
        }
        Request::Consider(_) | Request::Adopt { .. } if only.is_some() => {
            return Err(Error::usage("replicate-receive", "this key may only be used to replicate")
                .next("jmigrate needs one that may do all that root may"));
        }
        Request::Consider(it) => Answer::Ready { under: adopting::consider(s, &it)? },
        Request::Adopt { moving, snapshot, own } => adopting::adopt(s, &moving, snapshot.as_ref(), &own)?,
        Request::List(it) => {
            let (root, side) = receiving::list(s, &it, only)?;
            Answer::Side { root, side }
        }
        Request::Abort { replica, part } => {
            receiving::abort(s, &replica, &receiving::root(s, &replica, only)?, &part)?;
            Answer::Done
        }
        Request::Settle { replica, part, mark } => {
            receiving::settle(s, &replica, &receiving::root(s, &replica, only)?, &part, mark)?;
            Answer::Done
        }
        Request::Receive { replica, part, filesystem, mark } => {
            let root = receiving::root(s, &replica, only)?;
            let cmd = receiving::prepare(s, &replica, &root, &part, filesystem)?;
            let mut head = Vec::new();
            Read::by_ref(input)
                .take(HEAD as u64)
                .read_to_end(&mut head)
                .map_err(|e| Error::io("stdin", "reading the stream", e))?;
            check_head(&head).map_err(|why| Error::usage(&root, why))?;
            receiving::receive(
                s,
                From::Reader(input),
                &cmd,
                How { head: &head, rate: None, tell: &mut |_| {} },
            )?;
            receiving::settle(s, &replica, &root, &part, mark)?;
            Answer::Done
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_forced_command_is_nothing_else() {
        for good in ["jug replicate-receive", "/usr/local/sbin/jug replicate-receive"] {
            assert!(original(good).is_ok(), "{good}");
        }
        for bad in [
            "",
            "jug",
            "sh",
            "jug replicate-receive --under tank",
            "jug  replicate-receive",
            "jug replicate-receive; sh",
            "jug jremove www",
            "/ replicate-receive",
            "jug\n replicate-receive",
        ] {
            assert!(original(bad).is_err(), "{bad:?}");
        }
    }
}
