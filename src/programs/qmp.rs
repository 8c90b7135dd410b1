//! QMP, the protocol on which QEMU is controlled: a JSON object a line (QEMU, "QMP Reference Manual").

use super::surprise;
use crate::error::{Error, Result};
use serde_json::{Value, json};

/// What a machine can be asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Request {
    /// Press its power button: the guest powers itself down, if it listens.
    SystemPowerdown,
    /// Press its reset button.
    SystemReset,
    /// Take its power away.
    Quit,
    /// Whether it runs.
    QueryStatus,
}

impl Request {
    /// The word of the protocol.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::SystemPowerdown => "system_powerdown",
            Self::SystemReset => "system_reset",
            Self::Quit => "quit",
            Self::QueryStatus => "query-status",
        }
    }
    /// What is sent: nothing is answered before the capabilities are agreed on.
    pub fn lines(self) -> [String; 2] {
        ["qmp_capabilities", self.as_str()].map(|word| json!({"execute": word}).to_string())
    }
}

/// One line that came: an answer, or something to be passed over.
///
/// # Errors
/// It is an error, or no JSON.
pub fn answer(line: &str) -> Result<Option<Value>> {
    let value: Value = serde_json::from_str(line).map_err(|e| surprise("QMP", e))?;
    if let Some(error) = value.get("error") {
        let said = error.get("desc").and_then(Value::as_str).unwrap_or("it said no");
        return Err(Error::failed("QMP", crate::model::name::printable(said)));
    }
    // Greeting and events have neither.
    Ok(value.get("return").cloned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_are_told_from_greeting_events_and_errors() {
        assert_eq!(Request::Quit.lines()[1], r#"{"execute":"quit"}"#);
        assert_eq!(answer(r#"{"QMP": {"version": {}}}"#).unwrap(), None);
        assert_eq!(answer(r#"{"event": "POWERDOWN"}"#).unwrap(), None);
        assert_eq!(answer(r#"{"return": {}}"#).unwrap(), Some(json!({})));
        let e = answer(r#"{"error": {"class": "CommandNotFound", "desc": "no\u0007"}}"#).unwrap_err();
        assert!(e.reason.starts_with("no"), "{e}");
        assert!(answer("x").is_err());
    }
}
