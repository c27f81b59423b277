//! `bedload explain --message`: what a message of the service means.

use bedload_aws::explain_message;
use serde_json::json;

use crate::args::OutputFormat;
use crate::commands::refusal;
use crate::exit::{Exit, Failure};
use crate::output::Out;

pub(super) fn explain(message: &str, format: OutputFormat) -> Result<Exit, Failure> {
    let Some(explanation) = explain_message(message) else {
        let shows = if cfg!(feature = "bedrock") {
            "bedload job show JOB"
        } else {
            "aws bedrock get-model-customization-job --job-identifier JOB"
        };
        return Err(Failure::Usage(format!(
            "no such message is known\nhint: give it as the service wrote it; `{shows}` shows that of a job"
        )));
    };
    let mut out = Out::new();
    match format {
        OutputFormat::Text => {
            let place = &explanation.place;
            let page =
                format!("{}\n\n  seen     {place}\n{}", explanation.id, refusal::lines(explanation, "  "));
            out.write(page.as_bytes())?;
        }
        OutputFormat::Jsonl => {
            let mut object = json!({"kind": "explanation", "message": message});
            if let (Some(object), Ok(serde_json::Value::Object(members))) =
                (object.as_object_mut(), serde_json::to_value(explanation))
            {
                object.extend(members);
            }
            out.write_object(&object)?;
        }
    }
    out.flush()?;
    Ok(Exit::Clean)
}
