//! The other side of a replication: this host, or another node's jug behind ssh(1).

use super::receiving;
use super::session::Session;
use crate::error::{Code, Error, Result};
use crate::host::pump::{From, How};
use crate::host::{Cmd, Host};
use crate::model::exchange::{Answer, Hello, PROTOCOL, Part, Replica, Request};
use crate::model::name::{DatasetName, NodeName};
use crate::model::replica::{KnownNode, Place, Target};
use crate::model::side::Side;
use crate::programs::ssh_node as ssh;
use crate::store::nodes;

/// The other side.
#[derive(Debug)]
pub enum Peer {
    /// A dataset of this host.
    Here(DatasetName),
    /// Another node, and the dataset there, if it is said here.
    There(NodeName, Box<KnownNode>, Option<DatasetName>),
}

impl Peer {
    /// What a target means on this node.
    ///
    /// # Errors
    /// There is no such node.
    pub fn of(s: &Session, target: &Target) -> Result<Self> {
        Ok(match target.place(|n| nodes::known(&s.layout, n)) {
            Place::Here(dataset) => Self::Here(dataset),
            Place::There(name, dataset) => {
                let node = nodes::get(&s.layout, &name)?;
                let dataset = dataset.or_else(|| node.dataset.clone());
                Self::There(name, Box::new(node), dataset)
            }
        })
    }

    /// Where a replica of an environment would be, as that side is asked for it.
    pub fn replica(&self, name: &crate::model::name::EnvName, uuid: uuid::Uuid) -> Replica {
        let under = match self {
            Self::Here(dataset) => Some(dataset.clone()),
            Self::There(_, _, dataset) => dataset.clone(),
        };
        Replica { name: name.clone(), uuid, under }
    }

    /// What it has of an environment, and where.
    ///
    /// # Errors
    /// It can't be asked, or says no.
    pub fn list(&self, s: &Session, it: &Replica) -> Result<(DatasetName, Side)> {
        match self {
            Self::Here(_) => receiving::list(s, it, None),
            Self::There(name, node, _) => match ask(s, name, node, &Request::List(it.clone()))? {
                Answer::Side { root, side } => Ok((root, side)),
                other => Err(odd(name, &other)),
            },
        }
    }

    /// Gives up there what came of a stream that can't be resumed.
    ///
    /// # Errors
    /// As `list`.
    pub fn abort(&self, s: &Session, it: &Replica, part: &Part) -> Result<()> {
        match self {
            Self::Here(_) => receiving::abort(s, it, &receiving::root(s, it, None)?, part),
            Self::There(name, node, _) => {
                let request = Request::Abort { replica: it.clone(), part: part.clone() };
                ask(s, name, node, &request).map(drop)
            }
        }
    }

    /// Makes what was received before a connection broke what a replica has to be.
    ///
    /// # Errors
    /// As `list`.
    pub fn settle(&self, s: &Session, it: &Replica, part: &Part, mark: Option<uuid::Uuid>) -> Result<()> {
        match self {
            Self::Here(_) => receiving::settle(s, it, &receiving::root(s, it, None)?, part, mark),
            Self::There(name, node, _) => {
                let request = Request::Settle { replica: it.clone(), part: part.clone(), mark };
                ask(s, name, node, &request).map(drop)
            }
        }
    }

    /// Sends a part there. Returns how many bytes that were.
    ///
    /// # Errors
    /// It did not arrive.
    pub fn send(
        &self,
        s: &Session,
        send: &Cmd,
        (it, part, filesystem, mark): (&Replica, &Part, bool, Option<uuid::Uuid>),
        how: How<'_>,
    ) -> Result<u64> {
        let (name, node) = match self {
            Self::Here(_) => {
                let root = receiving::root(s, it, None)?;
                let cmd = receiving::prepare(s, it, &root, part, filesystem)?;
                let bytes = receiving::receive(s, From::Program(send), &cmd, how)?;
                receiving::settle(s, it, &root, part, mark)?;
                return Ok(bytes);
            }
            Self::There(name, node, _) => (name, node),
        };
        let request = Request::Receive { replica: it.clone(), part: part.clone(), filesystem, mark };
        let head = line(&request)?;
        let cmd = ssh::receive(node);
        let how = How { head: head.as_bytes(), rate: how.rate, tell: &mut *how.tell };
        let moved = s.host.stream(From::Program(send), &cmd, how).map_err(Error::from)?;
        // Its own words, where there are any, say more than that the connection ended.
        let said = answer(name, node, &moved.received);
        match (said, moved.sent.as_ref().filter(|o| !o.ok())) {
            (Ok(_), None) => Ok(moved.bytes),
            (Ok(_), Some(_)) => receiving::judge(Some(send), &cmd, &moved).map(|()| moved.bytes),
            (Err(e), None) => Err(e),
            (Err(e), Some(out)) => {
                let sending = crate::host::RunError::failed(send, out);
                Err(Error { reason: format!("{}; sending: {sending}", e.reason), ..e })
            }
        }
    }
}

/// Asks another node who it is, and refuses one that does not speak as this one does.
///
/// # Errors
/// It can't be asked, or its jug is another version.
pub fn hello(s: &Session, name: &NodeName, node: &KnownNode) -> Result<Hello> {
    match ask(s, name, node, &Request::Hello { protocol: PROTOCOL })? {
        Answer::Hello(it) if it.protocol == PROTOCOL => Ok(it),
        Answer::Hello(it) => Err(Error::lacks(
            name,
            format!(
                "its jug is {}, and this one {}: they do not understand each other",
                it.jug,
                env!("CARGO_PKG_VERSION")
            ),
        )
        .next("install the same version on both")),
        other => Err(odd(name, &other)),
    }
}

fn line(request: &Request) -> Result<String> {
    let text = serde_json::to_string(request).map_err(|e| Error::failed("replicate", e))?;
    Ok(format!("{text}\n"))
}

fn ask(s: &Session, name: &NodeName, node: &KnownNode, request: &Request) -> Result<Answer> {
    ask_within(s, (name, node), request, ssh::QUESTION)
}

/// Asks another node something that may take it so many seconds.
///
/// # Errors
/// It can't be asked, or says no.
pub fn ask_within(
    s: &Session,
    (name, node): (&NodeName, &KnownNode),
    request: &Request,
    seconds: u64,
) -> Result<Answer> {
    let out = s.host.query(&ssh::receive(node).input(line(request)?).limit(seconds)).map_err(Error::from)?;
    answer(name, node, &out)
}

/// What it said: the last line that it printed.
fn answer(name: &NodeName, node: &KnownNode, out: &crate::host::Output) -> Result<Answer> {
    let said = out.stdout.lines().last().and_then(|l| serde_json::from_str::<Answer>(l).ok());
    if let Some(said) = said {
        return said.good(name.as_str()).map_err(|e| Error { object: name.to_string(), ..e });
    }
    if out.status == ssh::FAILED {
        return Err(Error::failed(name, format!("ssh: {}", out.tail()))
            .next(ssh::next(&out.stderr, node.host.as_str())));
    }
    let (code, why) = match out.status {
        127 => (Code::HostLacks, "there is no jug where its login shell looks for one".to_string()),
        _ => (Code::Failed, format!("it gave no answer: {}; exit status {}", out.tail(), out.status)),
    };
    Err(Error::new(code, name, why)
        .next("install the same jug there, or say where it is: program in its file"))
}

/// The error of an answer that fits no question.
pub fn odd(name: &NodeName, answer: &Answer) -> Error {
    let text = crate::model::name::printable(&format!("{answer:?}"));
    Error::failed(name, format!("it answered something else: {text}"))
        .next("install the same version of jug on both")
}
