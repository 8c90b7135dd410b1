//! What two jugs say to each other: a request is one line of JSON, the answer another. The stream that follows a request
//! to receive ends with the connection.

use super::name::{DatasetName, EnvName, SnapshotName};
use super::text::as_text;
use crate::error::{Code, Error};
use crate::model::side::Side;
use std::fmt;
use std::str::FromStr;

/// The version of what is said. Two jugs whose versions differ do not talk.
pub const PROTOCOL: u32 = 1;

/// The longest line, in bytes: a side with many thousands of snapshots.
pub const LINE: usize = 256 << 20;

/// What is asked of the other side.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case", tag = "do", deny_unknown_fields)]
pub enum Request {
    /// Who it is.
    Hello {
        /// [`PROTOCOL`].
        protocol: u32,
    },
    /// What it has of an environment.
    List(Replica),
    /// To receive the stream that follows.
    Receive {
        /// What it is of.
        replica: Replica,
        /// Which of its datasets.
        part: Part,
        /// Whether that is a file system, and no volume.
        filesystem: bool,
        /// jug's mark on the snapshot that comes, unless it is the rest of another stream.
        mark: Option<uuid::Uuid>,
    },
    /// To make what was received before the connection broke what a replica has to be.
    Settle {
        /// What it is of.
        replica: Replica,
        /// Which of its datasets.
        part: Part,
        /// jug's mark on its newest snapshot.
        mark: Option<uuid::Uuid>,
    },
    /// To give up what came of a stream that broke off, and can't be resumed any more.
    Abort {
        /// What it is of.
        replica: Replica,
        /// Which of its datasets.
        part: Part,
    },
    /// Whether it would take an environment over. Nothing is changed by asking.
    Consider(Moving),
    /// To take it over, and start it. Asked again for the same move, it answers the same.
    Adopt {
        /// What.
        moving: Moving,
        /// The last of its snapshots, if its data was sent.
        snapshot: Option<SnapshotName>,
        /// Those of its datasets that are its own; what others made below them stays theirs.
        own: Vec<Part>,
    },
}

/// An environment that is to move.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Moving {
    /// The identity of this one attempt.
    pub id: uuid::Uuid,
    /// Its name.
    pub name: EnvName,
    /// Its identity.
    pub uuid: uuid::Uuid,
    /// Its portable copy.
    pub config: String,
    /// The epoch that its former node has.
    pub epoch: u64,
    /// Whether it runs, and is to run there.
    pub start: bool,
    /// Whether what is in its own files may be run on its host.
    pub trusted: bool,
    /// How many bytes of a pool it takes.
    pub size: u64,
}

/// Where the replica of an environment is.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Replica {
    /// The environment's name.
    pub name: EnvName,
    /// Its identity.
    pub uuid: uuid::Uuid,
    /// Below this dataset, or below the one that the other side keeps for that.
    pub under: Option<DatasetName>,
}

/// A dataset by its name below the uppermost, which is the empty one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part(String);

impl Part {
    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Part {
    type Err = Error;
    fn from_str(s: &str) -> Result<Self, Error> {
        if !s.is_empty() {
            // Behind a pool's name it has to be that of a dataset.
            format!("x/{s}").parse::<DatasetName>()?;
        }
        Ok(Self(s.to_string()))
    }
}

impl fmt::Display for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What it answers.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Answer {
    /// Who it is.
    Hello(Hello),
    /// What it has.
    Side {
        /// The uppermost dataset of the replica.
        root: DatasetName,
        /// What is there; nothing, if that is not.
        side: Side,
    },
    /// It is done.
    Done,
    /// It would take it over, and receive it below this dataset, if it is to be sent.
    Ready {
        /// Which.
        under: Option<DatasetName>,
    },
    /// It has it.
    Adopted {
        /// Whether it runs there now.
        running: bool,
        /// What is worth a word.
        warnings: Vec<String>,
    },
    /// It has it not, and will not for this move.
    Declined(Refusal),
    /// It is not.
    Error(Refusal),
}

/// An error on its way to another node.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Refusal {
    /// The exit status.
    pub code: u8,
    /// The object.
    pub object: String,
    /// The reason.
    pub reason: String,
    /// The next step, there.
    pub next: Option<String>,
}

impl From<Error> for Refusal {
    fn from(e: Error) -> Self {
        Self { code: e.code as u8, object: e.object, reason: e.reason, next: e.next }
    }
}

impl Refusal {
    /// The error, with where it came from.
    pub fn error(self, node: &str) -> Error {
        let text = crate::model::name::printable_end;
        let object = if self.object.is_empty() { String::new() } else { format!("{}: ", text(&self.object)) };
        let mut e = Error::new(
            Code::from_status(self.code.into()),
            "",
            format!("{node} says: {object}{}", text(&self.reason)),
        );
        e.next = self.next.map(|n| format!("on {node}: {}", text(&n)));
        e
    }
}

/// Who another jug is.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Hello {
    /// [`PROTOCOL`].
    pub protocol: u32,
    /// The version of jug.
    pub jug: String,
    /// The node's identity.
    pub id: uuid::Uuid,
    /// The node's name.
    pub name: String,
    /// The platform.
    pub platform: String,
    /// The dataset below which it receives by default.
    pub dataset: Option<DatasetName>,
    /// Whether it receives below that one only, and does nothing else.
    pub only: bool,
}

impl From<Error> for Answer {
    fn from(e: Error) -> Self {
        Self::Error(e.into())
    }
}

impl Answer {
    /// The answer, unless that is an error, of which it is said where it came from.
    ///
    /// # Errors
    /// It is one.
    pub fn good(self, node: &str) -> Result<Self, Error> {
        match self {
            Self::Error(refusal) => Err(refusal.error(node)),
            other => Ok(other),
        }
    }
}

as_text!(Part);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_asked_is_checked_as_it_is_read() {
        let read = |replica: &str, part: &str| {
            let text = format!(
                "{{\"do\":\"receive\",\"replica\":{replica},\"part\":{part},\"filesystem\":true,\"mark\":null}}"
            );
            serde_json::from_str::<Request>(&text)
        };
        let good = "{\"name\":\"www\",\"uuid\":\"7f1c0a52-6d0e-4a53-9f4c-1d2c3b4a5f60\",\"under\":null}";
        assert!(read(good, "\"\"").is_ok() && read(good, "\"data\"").is_ok());
        for part in ["\"../x\"", "\"/x\"", "\"x@y\"", "\"-r \"", "\"a//b\"", "7"] {
            assert!(read(good, part).is_err(), "{part}");
        }
        for bad in [("www", "../x"), ("null", "\"../x\""), ("null", "\"-F\""), ("}", ",\"more\":1}")] {
            let text = good.replacen(bad.0, bad.1, 1);
            assert!(read(&text, "\"\"").is_err(), "{text}");
        }
        assert!(serde_json::from_str::<Request>("{\"do\":\"destroy\"}").is_err());
        let e = Error::busy("www", "it is there").next("wait");
        let e = Answer::from(e).good("nas").unwrap_err();
        assert_eq!((e.code, e.next.as_deref()), (Code::Busy, Some("on nas: wait")));
        assert_eq!(e.to_string(), "nas says: www: it is there");
    }
}
