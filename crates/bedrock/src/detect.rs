//! Format detection: which format most of the first records have, and what else they carry.

use bedload_record::{Json, Parser, Value};

use crate::format::{FOREIGN, FORMATS, Format, FormatId};
use crate::record::{Record, TextBuffer};
use crate::shape::Shape;
use crate::unmapped::Unmapped;

/// What the head of the data looks like.
#[derive(Clone, Debug, Default)]
pub struct Detection {
    /// The format that fits most records; none where no format fits any.
    pub format: Option<&'static Format>,
    /// The shape of most records, where that is one which is recognized and not converted.
    pub shape: Option<&'static Shape>,
    /// How many records that format or shape fits.
    pub fitting: usize,
    /// How many records were looked at: valid JSON objects among the first lines.
    pub records: usize,
    /// The members that those records have and the format does not; of all records where no format is known.
    pub unmapped: Unmapped,
}

impl Detection {
    /// The name of what was detected.
    pub fn name(&self) -> Option<&'static str> {
        self.format.map(|format| format.name).or(self.shape.map(|shape| shape.name))
    }
}

/// Looks at the first lines of the data, at most `lines_max` of them. Lines that are no objects are passed over.
/// A record that fits one of the `wanted` formats counts for that one: some differ by optional fields only.
pub fn detect<'l>(
    lines: impl Iterator<Item = &'l [u8]>,
    lines_max: usize,
    wanted: &[&'static Format],
) -> Detection {
    let mut parser = Parser::default();
    let shapes = Shape::all();
    let n_formats = all().count();
    let mut votes = vec![0usize; n_formats + shapes.len()];
    // A chat without a system message looks like Claude's; next to some that have one it is like them.
    let number = |id| all().position(|format| format.id == id).expect("every format is in a table");
    let (chat, claude) = (number(FormatId::OpenAiChat), number(FormatId::ClaudeMessages));
    let mut records = 0;
    // Which of these count shows at the end; to parse the lines again then takes longer than to keep them all.
    let mut unmapped_by_format = vec![Unmapped::default(); n_formats];
    let (mut unmapped_of_unknown, mut unmapped_of_claude_as_chat) =
        (Unmapped::default(), Unmapped::default());
    let texts = TextBuffer::default();
    for line in lines.take(lines_max) {
        parser.parse(line, |parsed| {
            let Ok((record, _)) = parsed else { return };
            records += 1;
            match nearest(record, wanted) {
                Some(n) => {
                    votes[n] += 1;
                    let read_as = |n| Some(Record::new(all().nth(n)?, line, record, &texts));
                    if let Some(record) = read_as(n) {
                        unmapped_by_format[n].add(&record, 0);
                    }
                    if let Some(record) = read_as(chat).filter(|_| n == claude) {
                        unmapped_of_claude_as_chat.add(&record, 0);
                    }
                }
                None => unmapped_of_unknown.add_unknown(record, 0),
            }
        });
    }
    let is_wanted = |n: usize| all().nth(n).is_some_and(|format| wanted.contains(&format));
    let is_like_chat = votes[chat] * 4 >= votes[claude]
        && !wanted.iter().any(|format| format.id == FormatId::ClaudeMessages);
    if is_like_chat {
        votes[chat] += std::mem::take(&mut votes[claude]);
        unmapped_by_format[chat].absorb(&unmapped_of_claude_as_chat, 0);
    }
    let best = votes.iter().enumerate().max_by_key(|&(n, &count)| (count, is_wanted(n), usize::MAX - n));
    let (best, fitting) = best.map_or((0, 0), |(n, &count)| (n, count));
    let format = all().nth(best).filter(|_| fitting > 0);
    let shape = best.checked_sub(n_formats).and_then(|n| shapes.get(n)).filter(|_| fitting > 0);
    let unmapped = match format {
        Some(_) => unmapped_by_format.swap_remove(best),
        None if fitting == 0 => unmapped_of_unknown,
        None => Unmapped::default(),
    };
    Detection { format, shape, fitting, records, unmapped }
}

fn all() -> impl Iterator<Item = &'static Format> {
    FORMATS.iter().chain(FOREIGN)
}

/// The number of the format that a record is nearest to: among those that fit it the one that is wanted, then the
/// one with the most of its fields, then the first. The shapes that are not converted follow the formats.
fn nearest(record: Json<'_>, wanted: &[&'static Format]) -> Option<usize> {
    let has_reference = record.get("reference_answer").is_some();
    let has_instruction = record.get("instruction").is_some();
    let has_reference_response = record.get("referenceResponse").is_some();
    let fitting = all().enumerate().filter(|(_, format)| format.fits(record));
    let best = fitting.max_by_key(|(n, format)| {
        let is_wanted = wanted.contains(format);
        let named = match format.id {
            // It is what other formats are, and has a label besides.
            FormatId::Kto => 2,
            FormatId::ChatRft => u8::from(has_reference),
            FormatId::Alpaca => u8::from(has_instruction),
            FormatId::Evaluation => u8::from(has_reference_response),
            FormatId::AnthropicMessages => u8::from(is_anthropic(record)),
            _ => u8::from(format.is_foreign_preference()),
        };
        // A chat without a reference answer is another tool's, unless it is what the target wants.
        let is_doubtful = format.id == FormatId::ChatRft && !has_reference && !is_wanted;
        let required = format.fields.iter().filter(|field| field.required).count();
        (named, is_wanted, !is_doubtful, required, format.dialect().is_some(), usize::MAX - n)
    });
    // A record for reinforcement may have any further key, which is handed to its grader.
    let is_sure = |format: &Format| format.id == FormatId::ChatRft || format.is_foreign_preference();
    if best.is_some_and(|(_, format)| is_sure(format)) {
        return best.map(|(n, _)| n);
    }
    match Shape::of(record) {
        Some(shape) => Some(all().count() + shape.number()),
        None => best.map(|(n, _)| n),
    }
}

/// Returns true if a record has what only the Anthropic API has: parts of its types, tools with an `input_schema`, or a
/// system prompt beside messages with typed parts.
fn is_anthropic(record: Json<'_>) -> bool {
    const KINDS: &[&str] = &["tool_use", "tool_result", "thinking", "redacted_thinking", "image", "document"];
    let is_string = |value: Option<Json<'_>>, of: &[&str]| match value.map(Json::value) {
        Some(Value::String(text)) => of.is_empty() || of.contains(&text),
        _ => false,
    };
    let is_list = |value: Option<Json<'_>>| matches!(value.map(Json::value), Some(Value::Array(_)));
    let messages = record.get("messages").into_iter().flat_map(Json::elements);
    let mut parts = messages.flat_map(|message| message.get("content").into_iter().flat_map(Json::elements));
    let has_system = record.get("system").is_some();
    let mut tools = record.get("tools").into_iter().flat_map(Json::elements);
    is_list(record.get("system")) && parts.clone().all(|part| is_string(part.get("type"), &[]))
        || tools.any(|tool| tool.get("input_schema").is_some())
        || parts.any(|part| {
            is_string(part.get("type"), KINDS) || has_system && is_string(part.get("type"), &["text"])
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(lines: &[&str], format: Option<&str>, fitting: usize) {
        let found = detect(lines.iter().map(|line| line.as_bytes()), 1000, &[]);
        assert_eq!((found.format.map(|f| f.name), found.fitting), (format, fitting), "{lines:?}");
    }

    #[test]
    fn the_fullest_format_that_fits_most_records_wins() {
        check(&[r#"{"prompt":"a","completion":"b"}"#], Some("prompt-completion"), 1);
        check(&[r#"{"prompt":"a"}"#], Some("prompt"), 1);
        check(&[r#"{"text":"a"}"#, "nonsense", ""], Some("text"), 1);
        check(&[r#"{"prompt":"a","referenceResponse":"b","category":"c"}"#], Some("evaluation"), 1);
        check(&[r#"{"input":"a","id":7}"#], Some("input"), 1);
        check(&[r#"{"prompt":"a","chosen":"b","rejected":"c"}"#], Some("preference"), 1);
        check(&[r#"{"prompt":"a","completion":"b"}"#, r#"{"prompt":"a"}"#], Some("prompt-completion"), 1);
        check(&[r#"{"messages":[{"role":"user","content":"a"}]}"#], Some("claude-messages"), 1);
        check(&[r#"{"messages":[{"role":"system","content":"a"}]}"#], Some("openai-chat"), 1);
        check(
            &[r#"{"messages":[{"role":"user","content":[{"type":"text","text":"a"}]}]}"#],
            Some("openai-chat"),
            1,
        );
        check(
            &[r#"{"messages":[{"role":"user","content":"a"}],"reference_answer":"7"}"#],
            Some("chat-rft"),
            1,
        );
        check(&[r#"{"messages":[{"role":"user","content":[{"text":"a"}]}]}"#], Some("converse"), 1);
        check(
            &[
                r#"{"messages":[{"role":"user","content":[{"text":"a"}]},{"role":"assistant","candidates":[]}]}"#,
            ],
            Some("converse-preference"),
            1,
        );
        check(
            &[
                r#"{"messages":[{"role":"user","content":"a"}]}"#,
                r#"{"messages":[{"role":"system","content":"a"}]}"#,
            ],
            Some("openai-chat"),
            2,
        );
        for messages in [
            r#"{"messages":[{"role":"user","content":"a"},{"role":"assistant","content":[{"type":"tool_use","id":"1","name":"f","input":{}}]}]}"#,
            r#"{"system":"s","messages":[{"role":"user","content":[{"type":"text","text":"a"}]}]}"#,
            r#"{"system":[{"type":"text","text":"s"}],"messages":[{"role":"user","content":"a"}]}"#,
            r#"{"messages":[{"role":"user","content":"a"}],"tools":[{"name":"f","input_schema":{}}]}"#,
        ] {
            check(&[messages], Some("anthropic-messages"), 1);
        }
        check(&[r#"{"system":"s","messages":[{"role":"user","content":"a"}]}"#], Some("claude-messages"), 1);
        check(
            &[
                r#"{"messages":[{"role":"user","content":"a"},{"role":"assistant","content":null,"tool_calls":[]}],"tools":[{"type":"function","function":{"name":"f"}}]}"#,
            ],
            Some("openai-chat"),
            1,
        );
        check(&[r#"{"conversations":[{"from":"human","value":"a"}]}"#], Some("sharegpt"), 1);
        check(&[r#"{"instruction":"a","input":"","output":"b"}"#], Some("alpaca"), 1);
        check(&[r#"{"image-ref":"s3://b/k","caption":"b"}"#], Some("image-caption"), 1);
        check(&[r#"{"question":"a"}"#], None, 0);
        check(&[], None, 0);
    }

    #[test]
    fn preference_data_and_other_shapes_are_known_by_name() {
        for (line, shape) in [
            (
                r#"{"input":{"messages":[]},"preferred_output":[],"non_preferred_output":[]}"#,
                "openai-preference",
            ),
            (
                r#"{"conversations":[{"from":"human","value":"q"}],"chosen":{},"rejected":{}}"#,
                "sharegpt-preference",
            ),
            (r#"{"prompt":[{"role":"user","content":"q"}],"chosen":[],"rejected":[]}"#, "trl-preference"),
            (r#"{"chosen":[{"role":"user","content":"q"}],"rejected":[]}"#, "trl-preference"),
            (r#"{"prompt":"q","chosen":[{"role":"user","content":"q"}],"rejected":[]}"#, "trl-preference"),
            (
                r#"{"messages":[{"role":"user","content":"q"},{"role":"assistant","content":"a"}],"rejected_response":"b"}"#,
                "messages-preference",
            ),
            (r#"{"instruction":"q","input":"","chosen":"a","rejected":"b"}"#, "alpaca-preference"),
            (r#"{"instruction":"q","input":"","output":["a","b"]}"#, "alpaca-answers"),
            (
                r#"{"chosen":"Human: q Assistant: a","rejected":"Human: q Assistant: b"}"#,
                "implicit-preference",
            ),
            (r#"{"prompt":"q","completion":"a","label":true}"#, "kto"),
            (
                r#"{"messages":[{"role":"user","content":"q"},{"role":"assistant","content":"a"}],"label":false}"#,
                "kto",
            ),
            (r#"{"instruction":"q","output":"a","kto_tag":true}"#, "kto"),
            (r#"{"prompt":"q","responses":[{"text":"a","score":1}]}"#, "scored-answers"),
            (r#"{"instruction":"q","completions":[{"response":"a","overall_score":1}]}"#, "scored-answers"),
            (r#"{"schemaType":"ModelInvocationLog","modelId":"m","input":{},"output":{}}"#, "invocation-log"),
            (r#"{"custom_id":"1","method":"POST","body":{"messages":[]}}"#, "openai-batch"),
            (
                r#"{"chosen_messages":[{"role":"user","content":"q"}],"rejected_messages":[{"role":"user","content":"q"}]}"#,
                "paired-messages",
            ),
            (r#"{"contents":[{"role":"user","parts":[{"text":"q"}]}]}"#, "gemini"),
        ] {
            let found = detect(std::iter::once(line.as_bytes()), 9, &[]);
            assert_eq!((found.name(), found.fitting), (Some(shape), 1), "{line}");
            assert!(found.format.is_none_or(Format::is_foreign), "{line}");
        }
        for (line, format) in [
            (r#"{"prompt":"q","chosen":"a","rejected":"b","label":"x"}"#, "preference"),
            (r#"{"prompt":"q","completion":"a","label":"x"}"#, "prompt-completion"),
            (r#"{"prompt":"q","completion":"a","candidates":["a","b"]}"#, "prompt-completion"),
            (
                r#"{"messages":[{"role":"user","content":"q"}],"reference_answer":"a","label":true}"#,
                "chat-rft",
            ),
        ] {
            let found = detect(std::iter::once(line.as_bytes()), 9, &[]);
            assert_eq!(found.name(), Some(format), "{line}");
        }
    }
}
