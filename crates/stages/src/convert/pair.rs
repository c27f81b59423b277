//! Records that are made of two lines: a good answer and a bad one to the same prompt.

use std::borrow::Cow;
use std::ops::Range;

use bedload_bedrock::{Answers, FormatId};
use bedload_record::Findings;
use bedload_record::json::{Raw, string_content};
use twox_hash::XxHash3_128;

use super::conversation::{Candidate, Content, Conversation, RawText};
use super::extras::{Extra, Kind};
use super::read::record;
use super::{Converter, Remark, Source, report};

/// One side of a pair: an answer to a prompt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Half {
    /// What it answers, as a hash: equal where system prompts, turns and tools are.
    pub prompt: u128,
    /// What its label says.
    pub is_good: bool,
}

impl Converter {
    /// Returns true if a record is made of two lines.
    pub fn joins(&self, from: Source) -> bool {
        matches!(from, Source::Format(format) if format.id == FormatId::Kto)
            && self.to.answers == Answers::Compared
    }

    /// Reads a line as one side of a pair, and adds what there is to be said of it; none where it is refused. The line must
    /// be valid JSON, and an object. `out` becomes a record with this answer and another one that nothing is wrong with.
    pub fn half(
        &self,
        from: Source,
        line: &[u8],
        out: &mut Vec<u8>,
        findings: &mut Findings,
    ) -> Option<Half> {
        out.clear();
        let mut remarks = Vec::new();
        let half = self.read_half(from, line, out, &mut remarks);
        let (half, remarks) = match half {
            Ok(half) => (Some(half), remarks),
            Err(refusals) => (None, refusals),
        };
        report(remarks, line, from, findings);
        half
    }

    fn read_half(
        &self,
        from: Source,
        line: &[u8],
        out: &mut Vec<u8>,
        remarks: &mut Vec<Remark>,
    ) -> Result<Half, Vec<Remark>> {
        let mut conversation = self.side(from, line).map_err(|refusal| vec![refusal])?;
        let is_good = conversation.candidates[0].is_preferred;
        let half = Half { prompt: prompt_of(&conversation), is_good };
        // What stands in the way of a pair with this answer is in the way of one with any other.
        let Candidate { parts, at, .. } = &conversation.candidates[0];
        let is_dash = matches!(&parts[..], [Content::Text(words)] if *words.raw == *b"-");
        let (raw, at): (&[u8], _) = (if is_dash { b"+" } else { b"-" }, *at);
        let other = Content::Text(RawText { raw: Cow::Borrowed(raw), at });
        conversation.candidates.push(Candidate { is_preferred: !is_good, parts: vec![other], at });
        let mut converter = self.clone();
        if !is_good && self.extras.of(Kind::Keys) == Extra::Keep {
            // Only one of the lines can have its keys kept.
            converter.extras = self.extras.with(Kind::Keys, Extra::Drop);
        }
        let mut said = Vec::new();
        converter.writer(&[], (line, out), &mut said).write(conversation, self.system.as_deref())?;
        super::once_each(&mut said);
        remarks.append(&mut said);
        Ok(half)
    }

    /// Appends the record of a good answer and a bad one to the same prompt, both of which [`Converter::half`] takes, and
    /// which are somewhere in `lines`. Returns false, and appends nothing, where that cannot be.
    pub fn pair(
        &self,
        from: Source,
        lines: &[u8],
        [good, bad]: [Range<usize>; 2],
        out: &mut Vec<u8>,
    ) -> bool {
        let begin = out.len();
        let read = |side: Range<usize>| self.side(from, &lines[side]).ok();
        let is_written = read(good).zip(read(bad)).is_some_and(|(mut conversation, other)| {
            conversation.candidates.extend(other.candidates);
            // All that there is to be said was said of each side.
            let mut remarks = Vec::new();
            let writer = self.writer(&[], (lines, out), &mut remarks);
            writer.write(conversation, self.system.as_deref()).is_ok()
        });
        if !is_written {
            out.truncate(begin);
        }
        is_written
    }

    fn side<'l>(&self, from: Source, line: &'l [u8]) -> Result<Conversation<'l>, Remark> {
        let Source::Format(format) = from else { unreachable!("a map names no label") };
        record(format, line, self.to, self.pairs)
    }
}

/// Tells prompts apart, however their texts are escaped.
fn prompt_of(conversation: &Conversation<'_>) -> u128 {
    let mut prompt = Prompt::default();
    conversation.system.iter().for_each(|words| prompt.add(b's', string_content(&words.raw).as_bytes()));
    let mut reminders = conversation.reminders.iter().peekable();
    for (nth, turn) in conversation.turns.iter().enumerate() {
        while let Some(reminder) = reminders.next_if(|reminder| reminder.after <= nth) {
            prompt.turn(b"system", &reminder.parts);
        }
        prompt.turn(turn.role.name().as_bytes(), &turn.parts);
    }
    reminders.for_each(|reminder| prompt.turn(b"system", &reminder.parts));
    if let Some(tools) = conversation.tools {
        prompt.value(tools.member.value);
    }
    XxHash3_128::oneshot(&prompt.0)
}

/// What a prompt consists of, so that no two look alike.
#[derive(Default)]
struct Prompt(Vec<u8>);

impl Prompt {
    fn add(&mut self, tag: u8, text: &[u8]) {
        self.0.push(tag);
        self.0.extend_from_slice(&(text.len() as u64).to_le_bytes());
        self.0.extend_from_slice(text);
    }

    /// A value, however it is laid out and escaped.
    fn value(&mut self, value: Raw<'_>) {
        if let Some(raw) = value.string() {
            self.add(b's', string_content(raw).as_bytes());
        } else if value.is_object() {
            self.add(b'o', &value.members().count().to_le_bytes());
            for (key, value) in value.members() {
                self.value(key);
                self.value(value);
            }
        } else if value.is_array() {
            self.add(b'a', &value.elements().count().to_le_bytes());
            value.elements().for_each(|element| self.value(element));
        } else {
            self.add(b'v', value.bytes());
        }
    }

    fn turn(&mut self, role: &[u8], parts: &[Content<'_>]) {
        self.add(b'r', role);
        for part in parts {
            match part {
                Content::Text(words) => self.add(b't', string_content(&words.raw).as_bytes()),
                other => self.value(other.at()),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use bedload_bedrock::Format;

    use super::*;
    use crate::convert::ConvertConfig;

    fn converter(to: &str, extra: &str) -> Converter {
        let mut config = ConvertConfig { to: Some(to.to_owned()), ..ConvertConfig::default() };
        config.extra.put(&[extra.parse().expect("a rule")]);
        Converter::new(Format::from_any_name(to).expect("a format"), &config).expect("a conversion")
    }

    fn kto() -> Source {
        Source::Format(Format::from_any_name("kto").expect("a format"))
    }

    /// What two lines become: a record, and what is said of each; or nothing where one is no side, or their prompts differ.
    fn check(converter: &Converter, [good, bad]: [&str; 2], record: Option<&str>, said: [&[&str]; 2]) {
        let read = |line: &str| {
            let mut findings = Findings::in_full();
            let half = converter.half(kto(), line.as_bytes(), &mut Vec::new(), &mut findings);
            let found = findings.into_full().into_iter();
            (half, found.map(|finding| format!("{} {}", finding.code, finding.pointer)).collect::<Vec<_>>())
        };
        let ((one, of_one), (other, of_other)) = (read(good), read(bad));
        assert_eq!([&of_one[..], &of_other[..]], said, "{good} {bad}");
        let (lines, middle) = (format!("{good}{bad}"), good.len());
        let mut out = b"before".to_vec();
        let is_pair = one.zip(other).is_some_and(|(one, other)| {
            assert!(one.is_good && !other.is_good);
            one.prompt == other.prompt
        });
        let places = [0..middle, middle..lines.len()];
        assert_eq!(
            is_pair && converter.pair(kto(), lines.as_bytes(), places, &mut out),
            record.is_some(),
            "{lines}"
        );
        assert_eq!(String::from_utf8_lossy(&out[b"before".len()..]), record.unwrap_or_default());
    }

    #[test]
    fn a_pair_has_the_answers_of_two_lines_and_what_they_share_once() {
        let plain = converter("preference", "error");
        let (good, bad) = (
            r#"{"prompt":"p\u0065","completion":"\u0067","label":true}"#,
            r#"{"label":false,"prompt":"pe","completion":"b"}"#,
        );
        let pair = r#"{"prompt":"p\u0065","chosen":"\u0067","rejected":"b"}"#;
        check(&plain, [good, bad], Some(pair), [&[], &[]]);
        let chat = r#"{"messages":[{"role":"user","content":"pe"},{"role":"assistant","content":"b"}],"label":false}"#;
        check(&plain, [good, chat], Some(pair), [&[], &[]]);
        let whole = r#"{"completion":[{"role":"user","content":"pe"},{"role":"assistant","content":"b"}],"kto_tag":false}"#;
        check(&plain, [good, whole], Some(pair), [&[], &[]]);
        let other = r#"{"prompt":"pe ","completion":"b","label":false}"#;
        check(&plain, [good, other], None, [&[], &[]]);
        let prompted = r#"{"system":"s","prompt":"pe","completion":"b","label":false}"#;
        check(&plain, [good, prompted], None, [&[], &["convert/extra-key /system"]]);
        check(&converter("converse-preference", "error"), [good, prompted], None, [&[], &[]]);
        let tools = r#"{"messages":[{"role":"user","content":"pe"},{"role":"assistant","content":"b"}],"tools":[{"type":"function","function":{"name":"f"}}],"label":false}"#;
        let converse = converter("converse-preference", "error");
        check(&converse, [good, tools], None, [&[], &[]]);
        let calling = [
            ("true", r#"[{"type":"function","function":{"name":"f","description":"é"}}]"#),
            ("false", r#"[ {"type":"function", "function":{"name":"f","description":"\u00e9"}}]"#),
        ];
        let calling = calling.map(|(label, tools)| {
            format!(
                r#"{{"messages":[{{"role":"user","content":"u"}},{{"role":"assistant","content":"{label}","tool_calls":[{{"id":"1","type":"function","function":{{"name":"f","arguments":"{{}}"}}}}]}}],"tools":{tools},"label":{label}}}"#
            )
        });
        let [Some(good), Some(bad)] = calling
            .each_ref()
            .map(|line| converse.half(kto(), line.as_bytes(), &mut Vec::new(), &mut Findings::codes_only()))
        else {
            panic!("both are sides: {calling:?}");
        };
        assert_eq!(good.prompt, bad.prompt);
        let mut said = Findings::codes_only();
        converse.half(kto(), calling[0].as_bytes(), &mut Vec::new(), &mut said);
        assert!(said.codes().is_empty(), "no id is replaced");
    }

    #[test]
    fn of_two_lines_with_keys_the_preferred_ones_are_kept_and_the_others_are_said() {
        let (good, bad) = (
            r#"{"prompt":"p","completion":"g","label":true,"id":1}"#,
            r#"{"prompt":"p","completion":"b","label":false,"id":2}"#,
        );
        let refused: [&[&str]; 2] = [&["convert/extra-key /?3"], &["convert/extra-key /?3"]];
        check(&converter("preference", "error"), [good, bad], None, refused);
        let pair = r#"{"prompt":"p","chosen":"g","rejected":"b"}"#;
        let dropped: [&[&str]; 2] = [&["convert/dropped /?3"], &["convert/dropped /?3"]];
        check(&converter("preference", "keys=drop"), [good, bad], Some(pair), dropped);
        let kept = r#"{"prompt":"p","chosen":"g","rejected":"b","id":1}"#;
        check(
            &converter("preference", "keys=keep"),
            [good, bad],
            Some(kept),
            [&[], &["convert/dropped /?3"]],
        );
    }
}
