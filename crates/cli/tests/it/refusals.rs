//! Recorded refusals of the service whose cause is in the data: for each, data of the same kind, and what is found in it.

use std::fmt::Write;

use crate::scratch::Scratch;

/// What is recorded, and data of the same kind.
struct Refusal {
    /// What the service, or its guide, says.
    said: &'static str,
    profile: &'static str,
    /// A record, in which `#` is its number.
    record: String,
    count: usize,
    code: &'static str,
    exit: i32,
}

fn refusal(
    said: &'static str,
    profile: &'static str,
    record: impl Into<String>,
    count: usize,
    code: &'static str,
    exit: i32,
) -> Refusal {
    Refusal { said, profile, record: record.into(), count, code, exit }
}

const PAIR: &str = r##"{"prompt":"p#","completion":"c"}"##;
const CLAUDE: &str = r##"{"messages":[{"role":"user","content":"u#"},{"role":"assistant","content":"a"}]}"##;
const CONVERSE: &str = r##"{"schemaVersion":"bedrock-conversation-2024","messages":[{"role":"user","content":[{"text":"u#"}]},{"role":"assistant","content":[{"text":"a"}]}]}"##;
const PROMPT: &str = r##"{"schemaVersion":"bedrock-conversation-2024","messages":[{"role":"user","content":[{"text":"u#"}]}]}"##;
const RFT: &str = r##"{"messages":[{"role":"user","content":"u#"}],"reference_answer":"7"}"##;
const DPO: &str = r##"{"schemaVersion":"bedrock-conversation-2024","messages":[{"role":"user","content":[{"text":"u#"}]},{"role":"assistant","candidates":[{"content":[{"text":"x"}],"preferenceLabel":"preferred"},{"content":[{"text":"y"}],"preferenceLabel":"non-preferred"}]}]}"##;

fn image(uri: &str) -> String {
    let block = format!(
        r#"{{"image":{{"format":"png","source":{{"s3Location":{{"uri":"{uri}","bucketOwner":"123456789012"}}}}}}}}"#
    );
    CONVERSE.replace(r##"{"text":"u#"}"##, &block)
}

fn refusals() -> Vec<Refusal> {
    let words = |n: usize| "word ".repeat(n);
    let images = |n: usize| {
        let one = image("s3://bucket/#.png");
        let from = one.find(r#"{"image""#).expect("an image");
        let to = one.find("]},").expect("the end of the blocks");
        let block = one[from..to].to_owned();
        one.replace(&block, &vec![block.as_str(); n].join(","))
    };
    let unparsable = "Unable to parse Amazon S3 file. Data files must conform to JSONL format";
    let reserved = "your training job will fail";
    let format =
        r#"Input data must follow '{"prompt": "<input text>", "completion": "<output text>"}' format"#;
    vec![
        refusal(
            "Maximum input token count 4919 exceeds limit of 4096 for train data",
            "titan-text-express-cpt",
            format!(r#"{{"input":"{}"}}"#, words(4600)),
            1,
            "limit/tokens",
            1,
        ),
        refusal(
            "Input size exceeded in file for record starting with...",
            "titan-text-lite-sft",
            PAIR.replace("\"c\"", &format!("\"{}\"", "abcdefg ".repeat(3100))),
            1,
            "limit/characters",
            1,
        ),
        refusal(format, "titan-text-lite-sft", r#"{"input":"p","output":"c"}"#, 2, "schema/missing-field", 1),
        refusal(
            format,
            "titan-text-lite-sft",
            r#"{"prompt":"p","completion":null}"#,
            1,
            "schema/wrong-type",
            1,
        ),
        refusal(
            "at minimum 100 valid prompts",
            "nova-distillation",
            PROMPT,
            20,
            "dataset/too-few-records",
            1,
        ),
        refusal(
            "the number of examples dropped",
            "cohere-command-sft",
            PAIR,
            20,
            "dataset/too-few-records",
            1,
        ),
        refusal(unparsable, "llama-3.1-8b-sft", format!("{PAIR}\n"), 100, "json/blank-line", 1),
        refusal(unparsable, "llama-3.1-8b-sft", format!("{PAIR},"), 100, "file/not-jsonl", 1),
        refusal(
            unparsable,
            "llama-3.1-8b-sft",
            r##"{"prompt":"p#","completion":"c",}"##,
            100,
            "json/syntax",
            1,
        ),
        refusal(unparsable, "llama-3.1-8b-sft", format!("[{PAIR}]"), 100, "json/not-an-object", 1),
        refusal(unparsable, "llama-3.1-8b-sft", format!("\u{feff}{PAIR}"), 100, "json/bom", 1),
        refusal(
            unparsable,
            "llama-3.1-8b-sft",
            r##"{"prompt":"p#","response":"c"}"##,
            3,
            "schema/missing-field",
            1,
        ),
        refusal(
            unparsable,
            "llama-3.1-8b-sft",
            r##"{"prompt":"p#","completion":7}"##,
            100,
            "schema/wrong-type",
            1,
        ),
        refusal(
            reserved,
            "nova-micro-sft",
            CONVERSE.replace("u#", "x User: y"),
            100,
            "schema/reserved-word",
            1,
        ),
        refusal(
            reserved,
            "nova-lite-sft",
            CONVERSE.replace("u#", "x Bot: y"),
            100,
            "schema/reserved-word",
            1,
        ),
        refusal(
            reserved,
            "nova-pro-sft",
            CONVERSE.replace("u#", "Assistant: y"),
            100,
            "schema/reserved-word",
            1,
        ),
        refusal(reserved, "nova-2-lite-sft", CONVERSE.replace("u#", "[EOS]"), 100, "schema/reserved-word", 1),
        refusal("USER:", "nova-lite-sft", CONVERSE.replace("u#", "USER: x"), 100, "schema/reserved-word", 1),
        refusal(
            "in an answer",
            "nova-lite-sft",
            CONVERSE.replace("\"a\"", "\"USER: x\""),
            100,
            "disputed/reserved-word",
            0,
        ),
        refusal(
            "Human:",
            "nova-lite-sft",
            CONVERSE.replace("u#", "Human: #"),
            100,
            "schema/unconfirmed-word",
            0,
        ),
        refusal(
            "<|endoftext|>",
            "nova-micro-sft",
            CONVERSE.replace("\"a\"", "\"<|endoftext|>\""),
            100,
            "schema/unconfirmed-word",
            0,
        ),
        refusal(
            "reserved in RFT",
            "nova-2-lite-rft",
            RFT.replace("u#", "user: x"),
            100,
            "disputed/reserved-word",
            0,
        ),
        refusal(
            "('messages', 1, 'content'): Field required",
            "nova-lite-sft",
            DPO,
            256,
            "dataset/wrong-format",
            1,
        ),
        refusal(
            "schemaVersion",
            "llama-distillation",
            PROMPT.replace("versation", "version"),
            100,
            "schema/schema-version",
            1,
        ),
        refusal(
            "schemaVersion",
            "nova-lite-sft",
            CONVERSE.replace("versation", "version"),
            100,
            "disputed/schema-version",
            0,
        ),
        refusal(
            "only the OpenAI chat completion format",
            "nova-2-lite-rft",
            CONVERSE,
            100,
            "dataset/wrong-format",
            1,
        ),
        refusal("100 minimum", "nova-2-lite-rft", RFT, 99, "dataset/too-few-records", 1),
        refusal("8 minimum", "nova-micro-sft", CONVERSE, 5, "dataset/too-few-records", 1),
        refusal("at most 10,000", "llama-3.1-8b-sft", PAIR, 10_001, "dataset/too-many-records", 1),
        refusal("at least 100", "llama-3.3-70b-sft", CONVERSE, 50, "dataset/too-few-records", 1),
        refusal("at most 10 images", "nova-lite-sft", images(11), 8, "schema/media-count", 1),
        refusal(
            "text only",
            "nova-micro-sft",
            image("s3://bucket/#.png"),
            8,
            "schema/unsupported-content",
            1,
        ),
        refusal("one bucket", "nova-lite-sft", image("s3://bucket-#/a.png"), 8, "dataset/several-buckets", 1),
        refusal("S3 URI", "nova-lite-sft", image("s3://bucket/a b.png"), 8, "schema/s3-uri", 1),
        refusal(
            "media formats",
            "nova-lite-sft",
            image("s3://bucket/#.png").replace("\"png\"", "\"bmp\""),
            8,
            "schema/media-format",
            1,
        ),
        refusal(
            "caption",
            "titan-image-v2",
            r##"{"image-ref":"s3://bucket/#.png","caption":"ab"}"##,
            5,
            "limit/characters",
            1,
        ),
        refusal("32k tokens", "nova-lite-sft", CONVERSE.replace("u#", &words(36_000)), 1, "limit/tokens", 1),
        refusal(
            "turn order",
            "llama-3.3-70b-sft",
            CONVERSE.replace("assistant", "user"),
            100,
            "schema/turn-order",
            1,
        ),
        refusal(
            "a system role",
            "nova-lite-sft",
            CONVERSE.replace("\"user\"", "\"system\""),
            100,
            "schema/role",
            1,
        ),
        refusal(
            "no extraneous keys",
            "claude-3-haiku-sft",
            CLAUDE.replace("{\"messages", "{\"id\":1,\"messages"),
            32,
            "schema/extra-key",
            1,
        ),
        refusal(
            "\\nHuman:",
            "claude-3-haiku-sft",
            CLAUDE.replace("u#", "x\\nHuman: y"),
            32,
            "schema/reserved-word",
            1,
        ),
        refusal("a legacy model", "claude-3-haiku-sft", CLAUDE, 32, "profile/end-of-life", 0),
        refusal("a legacy model", "cohere-command-sft", PAIR, 32, "profile/legacy", 0),
        refusal("a legacy model", "llama-3.2-1b-sft", CONVERSE, 100, "profile/end-of-life", 0),
        refusal(
            "an empty referenceResponse",
            "model-evaluation",
            r##"{"prompt":"p#","referenceResponse":""}"##,
            1,
            "schema/empty-content",
            1,
        ),
        refusal(
            "at most 1,000 prompts",
            "model-evaluation",
            r##"{"prompt":"p#"}"##,
            1001,
            "dataset/too-many-records",
            1,
        ),
    ]
}

fn lines(record: &str, count: usize) -> String {
    let mut out = String::new();
    for n in 0..count {
        let _ = writeln!(out, "{}", record.replace('#', &n.to_string()));
    }
    out
}

#[test]
fn every_recorded_refusal_is_found_before_the_upload() {
    let mut wrong = Vec::new();
    for Refusal { said, profile, record, count, code, exit } in refusals() {
        let scratch = Scratch::with("a.jsonl", lines(&record, count));
        let tokens = if code == "limit/tokens" { "" } else { "--skip tokens" };
        let args = format!("check a.jsonl --profile {profile} {tokens} --output-format jsonl");
        let outcome = scratch.run(&args);
        if outcome.code != exit || !outcome.by_code().contains_key(code) {
            let found: Vec<String> = outcome.by_code().into_keys().collect();
            wrong.push(format!(
                "{said} ({profile}): wanted {code}, exit {exit}; got {found:?}, exit {}",
                outcome.code
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn what_the_service_took_is_not_refused() {
    let check = |profile: &str, train: usize, validation: usize, codes: &[&str]| {
        let scratch = Scratch::with("t.jsonl", lines(CONVERSE, train));
        scratch.write("v.jsonl", lines(&CONVERSE.replace("u#", "v#"), validation));
        let args = format!("check t.jsonl --profile {profile} --skip tokens --output-format jsonl");
        let more = if validation > 0 { " --validation-file v.jsonl" } else { "" };
        let outcome = scratch.run(&(args + more)).exits(0);
        assert_eq!(outcome.by_code().into_keys().collect::<Vec<_>>(), codes, "{profile}");
    };
    check("nova-2-lite-sft", 189, 21, &["disputed/records-max", "disputed/records-min"]);
    check("nova-micro-sft", 54, 0, &["dataset/few-records"]);
    check("llama-3.3-70b-sft", 189, 21, &[]);
}

#[test]
fn a_limit_that_depends_on_the_batch_size_says_so() {
    let scratch = Scratch::with("a.jsonl", format!("{{\"input\":\"{}\"}}\n", "word ".repeat(5000)));
    let message = |profile: &str, code: &str| {
        let outcome = scratch.run(&format!("check a.jsonl --profile {profile} --output-format jsonl"));
        let found = outcome.findings().into_iter().find(|finding| finding["code"] == code);
        found.expect("a finding")["message"].as_str().expect("a message").to_owned()
    };
    let tokens = message("titan-text-express-cpt", "limit/tokens");
    assert!(tokens.contains("at most 4096 (at a batch size of 1; 2,048 at 2 to 4)"), "{tokens}");
    let characters = message("titan-text-express-cpt", "limit/characters");
    assert!(characters.contains("at most 24576 (at a batch size of 1; 12,288 at 2 to 4)"), "{characters}");
    for (profile, note) in [
        ("titan-text-lite-sft", "(at a batch size of 1 or 2; 2,048 at 3 to 6)"),
        ("titan-text-express-sft", "(at a batch size of 1; 2,048 at 2 to 4)"),
        ("titan-text-premier-sft", "(at a batch size of 1, the only one)"),
    ] {
        let page = scratch.run(&format!("profiles {profile}")).exits(0).stdout;
        assert!(page.contains(note), "{page}");
    }
}

#[test]
fn help_speaks_of_what_was_bounded() {
    let scratch =
        Scratch::with("a.jsonl", PAIR.replace("\"c\"", &format!("\"{}\"", "x".repeat(24_576))) + "\n");
    let text = scratch
        .run("check a.jsonl --profile titan-text-lite-sft --skip tokens --color never")
        .exits(1)
        .stdout;
    assert!(text.contains("limit/characters") && !text.contains("caption"), "{text}");
}

#[test]
fn tool_errors_name_the_page_that_describes_tools() {
    let scratch = Scratch::new();
    let source = |profile: &str, record: &str, code: &str| {
        scratch.write("a.jsonl", format!("{record}\n"));
        let outcome =
            scratch.run(&format!("check a.jsonl --profile {profile} --skip tokens --output-format jsonl"));
        let found = outcome.findings().into_iter().find(|finding| finding["code"] == code);
        found.unwrap_or_else(|| panic!("{}", outcome.stdout))["source"].as_str().expect("a source").to_owned()
    };
    let with = |tools: &str| CONVERSE.replace("{\"schema", &format!("{{\"toolConfig\":{tools},\"schema"));
    let call =
        CONVERSE.replace(r#"[{"text":"a"}]"#, r#"[{"toolUse":{"toolUseId":"1","name":"g","input":{}}}]"#);
    let guide = "nova2-userguide/nova-data-prep-sft-2.html";
    assert!(source("nova-2-lite-sft", &with(r#"{"tools":[]}"#), "schema/tool-spec").contains(guide));
    assert!(source("nova-2-lite-sft", &call, "schema/tool-name").contains(guide));
    let orphan = CONVERSE
        .replace(r##"{"text":"u#"}"##, r#"{"toolResult":{"toolUseId":"1","content":[{"text":"r"}]}}"#);
    assert!(source("nova-2-lite-sft", &orphan, "schema/tool-id").contains(guide));
    let rft = RFT.replace("{\"messages", "{\"tools\":[],\"messages");
    assert!(source("nova-2-lite-rft", &rft, "schema/tool-spec").contains("nova-data-prep-rft-2.html"));
}
