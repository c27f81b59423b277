//! What is wrong with a built directory, in the forms that are of that command: a line of text, or an object, for each
//! problem.

use bedload_engine::EngineError;
use bedload_record::{Code, Finding};
use serde_json::{Value, json};

use super::stdout::line_of;
use super::{Emitter, Ending, Sink};
use crate::escape::{escape, tame};

/// Problems as text or as objects; why a directory is not ready is in the summary.
pub(super) enum Problems {
    Text,
    Jsonl,
}

impl Emitter for Problems {
    fn finding(&mut self, out: &mut dyn Sink, finding: &Finding) -> Result<(), EngineError> {
        let message = &finding.message;
        let is_leak = finding.code == Code::SplitLeaks && message.starts_with("leak: ");
        if finding.code != Code::OutputNotAsBuilt && !is_leak {
            return Ok(());
        }
        match self {
            Self::Text => out.write(tame(&format!("{}\n", escape(message))).as_bytes()),
            Self::Jsonl => out.write(line_of(&json!({"kind": "problem", "message": message})).as_bytes()),
        }
    }

    fn object(&mut self, _: &mut dyn Sink, _: &Value) -> Result<(), EngineError> {
        Ok(())
    }

    fn end(&mut self, out: &mut dyn Sink, ending: &Ending<'_>) -> Result<(), EngineError> {
        match self {
            Self::Text => Ok(()),
            Self::Jsonl => out.write(line_of(ending.numbers).as_bytes()),
        }
    }
}
