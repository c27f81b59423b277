//! The file of predictions: one whole line for each answer, in the order in which they came. A run that is killed can
//! leave half a line at the end, and the next run goes on from there.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use thiserror::Error;

use super::{Answer, How, Question, Speaker};
use crate::error::ClientError;

/// A line as it is written. The members that are read again come first.
#[derive(Serialize, Deserialize)]
struct Line {
    index: usize,
    digest: String,
    model: String,
    max_tokens: u32,
    temperature: f32,
    prompt: Value,
    reference: String,
    prediction: String,
    stop_reason: String,
    input_tokens: u64,
    output_tokens: u64,
    latency_ms: u64,
}

/// What an earlier run left.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Kept {
    /// Which prompts are answered.
    pub answered: Vec<bool>,
    /// How many these are.
    pub n_answered: usize,
    /// How many bytes are whole lines; what comes after is half a line.
    pub bytes: usize,
    /// Tokens that all answers together read.
    pub input_tokens: u64,
    /// Tokens that they wrote.
    pub output_tokens: u64,
    /// How many of them were cut off.
    pub n_cut_off: usize,
    /// How many of them have no text.
    pub n_empty: usize,
}

/// Why the file is not one that this run can go on with. None of these has text of a record.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum KeptError {
    /// Something else is in it.
    #[error("line {0} is no answer of a model")]
    NoAnswer(usize),
    /// It is of another run.
    #[error("line {line} is an answer of {there}, not of {here}")]
    OtherModel {
        /// Where.
        line: usize,
        /// The model of the file.
        there: String,
        /// The model of this run.
        here: String,
    },
    /// It is of a run with other settings.
    #[error("line {line} was asked with {what} {there}, not {here}")]
    OtherSetting {
        /// Where.
        line: usize,
        /// Which setting.
        what: &'static str,
        /// Its value in the file.
        there: String,
        /// Its value in this run.
        here: String,
    },
    /// It is of other data.
    #[error("line {line} answers another prompt than number {index} of this run")]
    OtherPrompt {
        /// Where.
        line: usize,
        /// The number of the prompt, from 1.
        index: usize,
    },
    /// It is of a run that asked more.
    #[error("line {line} answers prompt {index}, and this run has only {n}")]
    Beyond {
        /// Where.
        line: usize,
        /// The number of the prompt, from 1.
        index: usize,
        /// How many prompts there are.
        n: usize,
    },
    /// One prompt has two answers.
    #[error("line {line} answers prompt {index} once more")]
    Twice {
        /// Where.
        line: usize,
        /// The number of the prompt, from 1.
        index: usize,
    },
}

impl Kept {
    /// Reads what is there of answers to these questions.
    ///
    /// # Errors
    /// Where a line is not an answer to one of them, asked in the same way.
    pub fn read(text: &[u8], questions: &[Question], how: &How) -> Result<Kept, KeptError> {
        let mut kept = Kept { answered: vec![false; questions.len()], ..Kept::default() };
        for (bytes, number) in text.split_inclusive(|&byte| byte == b'\n').zip(1..) {
            let Some(whole) = bytes.strip_suffix(b"\n") else {
                // Half a line is dropped, so that it must be one of ours.
                if !is_begun(bytes) {
                    return Err(KeptError::NoAnswer(number));
                }
                break;
            };
            let line: Line = serde_json::from_slice(whole).map_err(|_| KeptError::NoAnswer(number))?;
            is_same(&line, number, how)?;
            let index = line.index.saturating_add(1);
            if line.index >= questions.len() {
                return Err(KeptError::Beyond { line: number, index, n: questions.len() });
            }
            let question = questions.get(line.index).filter(|question| hex(question.digest) == line.digest);
            if question.is_none() {
                return Err(KeptError::OtherPrompt { line: number, index });
            }
            if std::mem::replace(&mut kept.answered[line.index], true) {
                return Err(KeptError::Twice { line: number, index });
            }
            kept.n_answered += 1;
            kept.n_empty += usize::from(line.prediction.is_empty());
            kept.n_cut_off += usize::from(is_cut_off(&line.stop_reason));
            kept.bytes += bytes.len();
            kept.input_tokens = kept.input_tokens.saturating_add(line.input_tokens);
            kept.output_tokens = kept.output_tokens.saturating_add(line.output_tokens);
        }
        Ok(kept)
    }

    /// The prompts that are still to be asked.
    pub fn rest(&self) -> Vec<usize> {
        (0..self.answered.len()).filter(|&index| !self.answered[index]).collect()
    }
}

/// Whether an answer ends because it has as many tokens as it may.
pub fn is_cut_off(stop_reason: &str) -> bool {
    stop_reason == "max_tokens"
}

/// How each line begins.
const BEGIN: &[u8] = br#"{"index":"#;

/// Whether this may be the beginning of a line, however short.
fn is_begun(half: &[u8]) -> bool {
    half.iter().zip(BEGIN).all(|(is, wanted)| is == wanted)
}

fn is_same(line: &Line, number: usize, how: &How) -> Result<(), KeptError> {
    if line.model != how.model {
        let (there, here) = (line.model.clone(), how.model.clone());
        return Err(KeptError::OtherModel { line: number, there, here });
    }
    let other =
        |what, there: String, here: String| Err(KeptError::OtherSetting { line: number, what, there, here });
    if line.max_tokens != how.max_tokens {
        return other("--max-tokens", line.max_tokens.to_string(), how.max_tokens.to_string());
    }
    if line.temperature.to_bits() != how.temperature.to_bits() {
        return other("--temperature", line.temperature.to_string(), how.temperature.to_string());
    }
    Ok(())
}

fn hex(digest: u128) -> String {
    format!("{digest:032x}")
}

/// The prompt as predictions have it: a text, or the turns of a conversation.
fn prompt(question: &Question) -> Value {
    match &question.turns[..] {
        [(Speaker::User, text)] => Value::String(text.clone()),
        turns => turns.iter().map(|(who, text)| json!({"role": who.name(), "text": text})).collect(),
    }
}

/// The line of an answer, with its line end.
pub fn answer_line(index: usize, question: &Question, how: &How, answer: &Answer) -> Vec<u8> {
    let line = Line {
        index,
        digest: hex(question.digest),
        model: how.model.clone(),
        max_tokens: how.max_tokens,
        temperature: how.temperature,
        prompt: prompt(question),
        reference: question.reference.clone(),
        prediction: answer.text.clone(),
        stop_reason: answer.stop_reason.clone(),
        input_tokens: answer.input_tokens,
        output_tokens: answer.output_tokens,
        latency_ms: answer.latency_ms,
    };
    ended(&line)
}

/// The line of a prompt that has no answer, with its line end.
pub fn failure_line(index: usize, question: &Question, how: &How, error: &ClientError) -> Vec<u8> {
    ended(&json!({
        "index": index,
        "digest": hex(question.digest),
        "model": how.model,
        "error": error.code,
        "message": error.message,
        "request_id": error.request_id,
    }))
}

fn ended(line: &impl Serialize) -> Vec<u8> {
    let mut out = serde_json::to_vec(line).expect("texts and numbers are JSON");
    out.push(b'\n');
    out
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;

    fn how() -> How {
        How { model: "m".to_owned(), max_tokens: 100, temperature: 0.0 }
    }

    fn questions(n: u8) -> Vec<Question> {
        let question = |n| Question {
            system: Vec::new(),
            turns: vec![(Speaker::User, format!("prompt {n}"))],
            reference: "right".to_owned(),
            digest: 0xabc0 + u128::from(n),
        };
        (0..n).map(question).collect()
    }

    fn answers(indexes: &[usize]) -> Vec<u8> {
        let questions = questions(9);
        let answer = Answer {
            text: "said".to_owned(),
            stop_reason: "end_turn".to_owned(),
            input_tokens: 3,
            output_tokens: 2,
            latency_ms: 7,
        };
        indexes.iter().flat_map(|&index| answer_line(index, &questions[index], &how(), &answer)).collect()
    }

    fn check(text: &[u8], how: &How, expected: Expect) {
        let shown = match Kept::read(text, &questions(4), how) {
            Ok(kept) => format!(
                "{} of {} bytes, {} answered, {}+{} tokens, rest {:?}",
                kept.bytes,
                text.len(),
                kept.n_answered,
                kept.input_tokens,
                kept.output_tokens,
                kept.rest()
            ),
            Err(error) => error.to_string(),
        };
        expected.assert_eq(&shown);
    }

    #[test]
    fn a_line_has_everything_that_scoring_and_resuming_want() {
        expect![[r#"
            {"index":0,"digest":"0000000000000000000000000000abc0","model":"m","max_tokens":100,"temperature":0.0,"prompt":"prompt 0","reference":"right","prediction":"said","stop_reason":"end_turn","input_tokens":3,"output_tokens":2,"latency_ms":7}
        "#]]
        .assert_eq(&String::from_utf8(answers(&[0])).expect("UTF-8"));
    }

    #[test]
    fn a_run_goes_on_after_the_last_whole_line() {
        check(b"", &how(), expect!["0 of 0 bytes, 0 answered, 0+0 tokens, rest [0, 1, 2, 3]"]);
        check(&answers(&[2, 0]), &how(), expect!["476 of 476 bytes, 2 answered, 6+4 tokens, rest [1, 3]"]);
        let mut half = answers(&[2, 0]);
        half.truncate(half.len() - 1);
        check(&half, &how(), expect!["238 of 475 bytes, 1 answered, 3+2 tokens, rest [0, 1, 3]"]);
        half.truncate(240);
        check(&half, &how(), expect!["238 of 240 bytes, 1 answered, 3+2 tokens, rest [0, 1, 3]"]);
        half = answers(&[2, 0]);
        half.truncate(300);
        check(&half, &how(), expect!["238 of 300 bytes, 1 answered, 3+2 tokens, rest [0, 1, 3]"]);
    }

    #[test]
    fn a_file_of_another_run_is_refused() {
        check(
            &answers(&[1]),
            &How { model: "n".to_owned(), ..how() },
            expect![["line 1 is an answer of m, not of n"]],
        );
        check(
            &answers(&[1]),
            &How { max_tokens: 5, ..how() },
            expect![["line 1 was asked with --max-tokens 100, not 5"]],
        );
        check(
            &answers(&[1]),
            &How { temperature: 0.5, ..how() },
            expect![["line 1 was asked with --temperature 0, not 0.5"]],
        );
        check(&answers(&[1, 8]), &how(), expect!["line 2 answers prompt 9, and this run has only 4"]);
        check(&answers(&[1, 1]), &how(), expect!["line 2 answers prompt 2 once more"]);
        check(b"{\"prompt\":\"a\"}\n", &how(), expect!["line 1 is no answer of a model"]);
        // Somebody's notes, without a line end: they are not half an answer, and are not dropped.
        check(b"{\"my\":\"notes\"}", &how(), expect!["line 1 is no answer of a model"]);
        check(&[&answers(&[1])[..], b"notes"].concat(), &how(), expect!["line 2 is no answer of a model"]);
        let text = String::from_utf8(answers(&[1])).expect("UTF-8").replace("abc1", "abc2");
        check(text.as_bytes(), &how(), expect!["line 1 answers another prompt than number 2 of this run"]);
    }
}
