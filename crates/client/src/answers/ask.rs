//! Asking: some prompts at once, each sent again with growing pauses where the service is busy.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::{Duration, Instant};

use aws_sdk_bedrockruntime::operation::converse::ConverseOutput;
use aws_sdk_bedrockruntime::types::{
    ContentBlock, ConversationRole, InferenceConfiguration, Message, SystemContentBlock,
};
use thiserror::Error;
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};

use super::pressure::Pressure;
use super::{Answer, How, Question, Speaker};
use crate::client::Client;
use crate::error::{ClientError, ErrorKind};

/// How often it is looked whether the run is to end.
const LOOK: Duration = Duration::from_millis(50);
/// Where none of so many prompts was answered, none will be.
const FIRST: usize = 5;

/// What became of a prompt.
#[derive(Clone, Debug)]
pub enum Outcome {
    /// It was answered.
    Answered(Answer),
    /// This one cannot be answered; others may be.
    Failed(ClientError),
}

/// Why asking ended early. What was answered until then was given.
#[derive(Debug, Error)]
pub enum AskError<E> {
    /// The user wants it.
    #[error("interrupted")]
    Stopped,
    /// No prompt would be answered.
    #[error("{0}")]
    Service(ClientError),
    /// An answer could not be kept.
    #[error("an answer cannot be kept")]
    Sink(E),
}

/// What is asked of whom.
#[derive(Debug)]
pub struct Asking<'a> {
    /// All prompts of the run.
    pub questions: &'a [Question],
    /// The numbers of those to be asked, in this order.
    pub wanted: &'a [usize],
    /// How.
    pub how: &'a How,
    /// The most that are asked at once.
    pub concurrency: usize,
    /// For how long nothing more is asked of a service that is busy.
    pub pause: Duration,
    /// Whether some were answered before.
    pub has_answers: bool,
}

impl Client<'_> {
    /// Asks all prompts, and gives each outcome to `take` as it comes.
    ///
    /// # Errors
    /// Where `is_stopped`, where `take` fails, and where what failed for one prompt would fail for all: credentials, the
    /// model, the network, or a service that stays busy although it is asked less and less. Requests under way are
    /// waited for then, so that no answer that is paid for is lost.
    pub fn ask<E>(
        &self,
        asking: &Asking<'_>,
        is_stopped: impl Fn() -> bool,
        mut take: impl FnMut(usize, &Outcome) -> Result<(), E>,
    ) -> Result<(), AskError<E>> {
        let system = Arc::new(asking.how.clone());
        let mut left: VecDeque<usize> = asking.wanted.iter().copied().collect();
        let mut pressure = Pressure::new(asking.concurrency);
        let mut paused_until = Instant::now();
        let (mut n_answered, mut n_failed) = (usize::from(asking.has_answers), 0);
        // Failures of the service or the network since the last answer.
        let mut n_passing = 0;
        let mut ended: Option<ClientError> = None;
        self.wait(async {
            let mut running = JoinSet::new();
            loop {
                let may_start = ended.is_none() && Instant::now() >= paused_until;
                while may_start && running.len() < pressure.allowed() {
                    let Some(index) = left.pop_front() else { break };
                    let client = self.runtime.clone();
                    let (question, how) = (asking.questions[index].clone(), Arc::clone(&system));
                    running.spawn(async move { (index, converse(&client, question, &how).await) });
                }
                if is_stopped() {
                    // Dropping the set ends the requests.
                    return Err(AskError::Stopped);
                }
                if running.is_empty() && ended.is_none() && !left.is_empty() {
                    sleep(LOOK).await;
                    continue;
                }
                let Ok(next) = timeout(LOOK, running.join_next()).await else { continue };
                let (index, outcome) = match next {
                    None => break,
                    Some(Ok(done)) => done,
                    // Nothing aborts them but the end of the set.
                    Some(Err(error)) => std::panic::resume_unwind(error.into_panic()),
                };
                let outcome = match outcome {
                    Ok(answer) => {
                        n_answered += 1;
                        n_passing = 0;
                        pressure.answered();
                        Outcome::Answered(answer)
                    }
                    Err(error) if error.kind == ErrorKind::Throttled && ended.is_none() => {
                        if pressure.refused() {
                            left.push_front(index);
                            paused_until = Instant::now() + asking.pause;
                        } else {
                            ended = Some(error);
                        }
                        continue;
                    }
                    Err(error) if ended.is_some() || is_for_all(&error) => {
                        ended.get_or_insert(error);
                        continue;
                    }
                    Err(error) => {
                        n_failed += 1;
                        n_passing += usize::from(error.is_passing());
                        let is_first = n_answered == 0 && n_failed >= FIRST.min(asking.wanted.len());
                        if is_first || n_passing >= FIRST + asking.concurrency {
                            ended = Some(error);
                            continue;
                        }
                        Outcome::Failed(error)
                    }
                };
                take(index, &outcome).map_err(AskError::Sink)?;
            }
            ended.map_or(Ok(()), |error| Err(AskError::Service(error.asked_in(self.region()))))
        })
    }
}

/// Whether every other prompt would meet the same.
fn is_for_all(error: &ClientError) -> bool {
    matches!(
        error.kind,
        ErrorKind::NoCredentials
            | ErrorKind::Expired
            | ErrorKind::Unrecognized
            | ErrorKind::Clock
            | ErrorKind::NoRegion
            | ErrorKind::Denied
            | ErrorKind::NotFound
            | ErrorKind::Quota
            | ErrorKind::Connection
    ) || error.code.as_deref() == Some("ModelNotReadyException")
}

async fn converse(
    client: &aws_sdk_bedrockruntime::Client,
    question: Question,
    how: &How,
) -> Result<Answer, ClientError> {
    const OPERATION: &str = "Converse";
    let built = question.turns.into_iter().map(|(who, text)| {
        let role = match who {
            Speaker::User => ConversationRole::User,
            Speaker::Assistant => ConversationRole::Assistant,
        };
        Message::builder().role(role).content(ContentBlock::Text(text)).build()
    });
    let unbuilt = |error: aws_sdk_bedrockruntime::error::BuildError| {
        ClientError::new(ErrorKind::Invalid, OPERATION, &how.model, &error.to_string())
    };
    let messages = built.collect::<Result<Vec<Message>, _>>().map_err(unbuilt)?;
    let system: Vec<SystemContentBlock> = question.system.into_iter().map(SystemContentBlock::Text).collect();
    let inference = InferenceConfiguration::builder()
        .max_tokens(i32::try_from(how.max_tokens).unwrap_or(i32::MAX))
        .temperature(how.temperature);
    let reply = client
        .converse()
        .model_id(&how.model)
        .set_messages(Some(messages))
        .set_system(Some(system).filter(|system| !system.is_empty()))
        .inference_config(inference.build())
        .send()
        .await
        .map_err(|error| ClientError::of(OPERATION, &how.model, &error))?;
    answer(&reply).ok_or_else(|| {
        ClientError::new(ErrorKind::Reply, OPERATION, &how.model, "the reply has no message, or no usage")
    })
}

/// The texts of a reply; what the model thought is left out.
fn answer(reply: &ConverseOutput) -> Option<Answer> {
    let message = reply.output()?.as_message().ok()?;
    let texts: Vec<&str> =
        message.content().iter().filter_map(|block| block.as_text().ok().map(String::as_str)).collect();
    let usage = reply.usage()?;
    let count = |n: i32| u64::try_from(n).unwrap_or(0);
    Some(Answer {
        text: texts.join("\n"),
        stop_reason: reply.stop_reason().as_str().to_owned(),
        input_tokens: count(usage.input_tokens()),
        output_tokens: count(usage.output_tokens()),
        latency_ms: reply.metrics().and_then(|metrics| u64::try_from(metrics.latency_ms()).ok()).unwrap_or(0),
    })
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;

    use expect_test::{Expect, expect};

    use super::*;
    use crate::scripted::{Reply, Server, short};

    const SAID: &str = r#"{"output":{"message":{"role":"assistant","content":[{"reasoningContent":{"reasoningText":{"text":"hm"}}},{"text":"said"}]}},"stopReason":"end_turn","usage":{"inputTokens":3,"outputTokens":2,"totalTokens":5},"metrics":{"latencyMs":7}}"#;

    fn questions() -> Vec<Question> {
        let question = |n: u8| Question {
            system: vec!["s".to_owned()],
            turns: vec![(Speaker::User, format!("prompt {n}"))],
            reference: "right".to_owned(),
            digest: n.into(),
        };
        (0..3).map(question).collect()
    }

    /// What becomes of three prompts, asked one after the other, and the requests.
    fn check(replies: Vec<Reply>, expected: Expect) -> Server {
        let server = Server::start(replies);
        let account = server.account();
        let client = Client::scripted(&account, short());
        let questions = questions();
        let how = How { model: "m".to_owned(), max_tokens: 9, temperature: 0.5 };
        let asking = Asking {
            questions: &questions,
            wanted: &[0, 1, 2],
            how: &how,
            concurrency: 1,
            pause: Duration::from_millis(5),
            has_answers: false,
        };
        let mut out = String::new();
        let ended = client.ask(
            &asking,
            || false,
            |index, outcome| {
                let shown = match outcome {
                    Outcome::Answered(answer) => format!("{index}: {answer:?}\n"),
                    Outcome::Failed(error) => format!("{index}: {:?} {:?}\n", error.kind, error.code),
                };
                out.push_str(&shown);
                Ok::<(), Infallible>(())
            },
        );
        if let Err(AskError::Service(error)) = ended {
            out.push_str(&format!("ended: {:?}\n", error.kind));
        }
        expected.assert_eq(&out);
        server
    }

    #[test]
    fn all_prompts_are_asked() {
        let server = check(
            vec![Reply::Json(200, SAID.to_owned())],
            expect![[r#"
            0: Answer { text: "said", stop_reason: "end_turn", input_tokens: 3, output_tokens: 2, latency_ms: 7 }
            1: Answer { text: "said", stop_reason: "end_turn", input_tokens: 3, output_tokens: 2, latency_ms: 7 }
            2: Answer { text: "said", stop_reason: "end_turn", input_tokens: 3, output_tokens: 2, latency_ms: 7 }
        "#]],
        );
        expect![[r#"{"inferenceConfig":{"maxTokens":9,"temperature":0.5},"messages":[{"role":"user","content":[{"text":"prompt 0"}]}],"system":[{"text":"s"}]}"#]]
            .assert_eq(&server.asked()[0].body);
    }

    #[test]
    fn one_prompt_that_fails_is_no_end() {
        let fail = Reply::Failure(400, "ValidationException", "blank");
        check(
            vec![Reply::Json(200, SAID.to_owned()), fail],
            expect![[r#"
            0: Answer { text: "said", stop_reason: "end_turn", input_tokens: 3, output_tokens: 2, latency_ms: 7 }
            1: Invalid Some("ValidationException")
            2: Invalid Some("ValidationException")
        "#]],
        );
    }

    #[test]
    fn what_fails_for_all_is_the_end() {
        let denied = Reply::Failure(403, "AccessDeniedException", "no");
        check(
            vec![Reply::Json(200, SAID.to_owned()), denied],
            expect![[r#"
            0: Answer { text: "said", stop_reason: "end_turn", input_tokens: 3, output_tokens: 2, latency_ms: 7 }
            ended: Denied
        "#]],
        );
        check(
            vec![Reply::Failure(400, "ValidationException", "the model identifier is invalid")],
            expect![[r#"
            0: Invalid Some("ValidationException")
            1: Invalid Some("ValidationException")
            ended: Invalid
        "#]],
        );
    }

    #[test]
    fn a_busy_service_is_asked_again_until_it_stays_so() {
        let busy = || Reply::Failure(429, "ThrottlingException", "busy");
        // Four refusals are one more than a prompt has attempts.
        check(
            vec![busy(), busy(), busy(), busy(), Reply::Json(200, SAID.to_owned())],
            expect![[r#"
            0: Answer { text: "said", stop_reason: "end_turn", input_tokens: 3, output_tokens: 2, latency_ms: 7 }
            1: Answer { text: "said", stop_reason: "end_turn", input_tokens: 3, output_tokens: 2, latency_ms: 7 }
            2: Answer { text: "said", stop_reason: "end_turn", input_tokens: 3, output_tokens: 2, latency_ms: 7 }
        "#]],
        );
        check(
            vec![busy()],
            expect![[r#"
            ended: Throttled
        "#]],
        );
    }
}
