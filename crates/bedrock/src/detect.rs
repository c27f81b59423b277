//! Format detection: which format most of the first records have.

use bedload_record::{Json, Parser};

use crate::format::{FOREIGN, FORMATS, Format};

/// What the head of the data looks like.
#[derive(Clone, Copy, Debug)]
pub struct Detection {
    /// The format that fits most records; none where no format fits any.
    pub format: Option<&'static Format>,
    /// How many records that format fits.
    pub fitting: usize,
    /// How many records were looked at: valid JSON objects among the first lines.
    pub records: usize,
}

/// Looks at the first lines of the data, at most `lines_max` of them. Lines that are no objects are passed over.
/// A record that fits one of the `wanted` formats counts for that one: some differ by optional fields only.
pub fn detect<'l>(
    lines: impl Iterator<Item = &'l [u8]>,
    lines_max: usize,
    wanted: &[&'static Format],
) -> Detection {
    let mut parser = Parser::default();
    let mut votes = vec![0usize; FORMATS.len() + FOREIGN.len()];
    let mut records = 0;
    for line in lines.take(lines_max) {
        parser.parse(line, |parsed| {
            let Ok((record, _)) = parsed else { return };
            records += 1;
            if let Some(n) = nearest(record, wanted) {
                votes[n] += 1;
            }
        });
    }
    // A chat without a system message looks like Claude's; next to some that have one it is like them.
    let number = |name: &str| all().position(|format| format.name == name).expect("a known format");
    let (chat, claude) = (number("openai-chat"), number("claude-messages"));
    let is_wanted = |format: &Format| wanted.iter().any(|w| w.name == format.name);
    if votes[chat] * 4 >= votes[claude] && !wanted.iter().any(|format| format.name == "claude-messages") {
        votes[chat] += std::mem::take(&mut votes[claude]);
    }
    let votes = votes.iter().zip(all()).enumerate();
    let best = votes.max_by_key(|&(n, (&count, format))| (count, is_wanted(format), usize::MAX - n));
    let (n, fitting) = best.map_or((0, 0), |(n, (&count, _))| (n, count));
    Detection { format: all().nth(n).filter(|_| fitting > 0), fitting, records }
}

fn all() -> impl Iterator<Item = &'static Format> {
    FORMATS.iter().chain(FOREIGN)
}

/// The number of the format that a record is nearest to: among those that fit it the one that is wanted, then the
/// one with the most of its fields, then the first.
fn nearest(record: Json<'_>, wanted: &[&'static Format]) -> Option<usize> {
    let has_reference = record.get("reference_answer").is_some();
    let has_instruction = record.get("instruction").is_some();
    let fitting = all().enumerate().filter(|(_, format)| format.fits(record));
    let best = fitting.max_by_key(|(n, format)| {
        let is_wanted = wanted.iter().any(|w| w.name == format.name);
        let is_named = match format.name {
            "chat-rft" => has_reference,
            "alpaca" => has_instruction,
            _ => false,
        };
        // A chat without a reference answer is another tool's, unless it is what the target wants.
        let is_doubtful = format.name == "chat-rft" && !has_reference && !is_wanted;
        let required = format.fields.iter().filter(|field| field.required).count();
        (is_named, is_wanted, !is_doubtful, required, format.dialect().is_some(), usize::MAX - n)
    });
    best.map(|(n, _)| n)
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
        check(&[r#"{"conversations":[{"from":"human","value":"a"}]}"#], Some("sharegpt"), 1);
        check(&[r#"{"instruction":"a","input":"","output":"b"}"#], Some("alpaca"), 1);
        check(&[r#"{"image-ref":"s3://b/k","caption":"b"}"#], Some("image-caption"), 1);
        check(&[r#"{"question":"a"}"#], None, 0);
        check(&[], None, 0);
    }
}
