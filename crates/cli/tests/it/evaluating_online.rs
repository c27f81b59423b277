//! `evaluate MODEL OUT`, as far as nothing has to answer.

use crate::outcome::Outcome;
use crate::scratch::Scratch;

/// Runs a command without anything of the account of whoever runs the tests.
fn run(scratch: &Scratch, args: &str, settings: &[(&str, &str)]) -> Outcome {
    let mut command = scratch.command();
    for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("AWS_")) {
        command.env_remove(name);
    }
    command.env("HOME", scratch.path("")).env("AWS_EC2_METADATA_DISABLED", "true");
    command.envs(settings.iter().copied()).args(args.split_whitespace());
    Outcome::of(command.output().unwrap())
}

#[cfg(not(feature = "bedrock"))]
#[test]
fn a_program_without_access_to_aws_says_how_to_get_it() {
    let scratch = Scratch::new();
    let refusal = run(&scratch, "evaluate us.amazon.nova-micro-v1:0 OUT", &[]).refuses(2);
    for part in ["cargo install --path crates/cli --features bedrock", "aws bedrock-runtime converse"] {
        assert!(refusal.contains(part), "{refusal}");
    }
    let help = run(&scratch, "evaluate --help", &[]).exits(0).stdout;
    assert!(
        !help.contains("MODEL") && !help.contains("--concurrency") && !help.contains("--region"),
        "{help}"
    );
    run(&scratch, "evaluate", &[]).refuses(2);
}

#[cfg(feature = "bedrock")]
mod with_access {
    use super::*;
    use crate::scratch::jsonl;

    const MODEL: &str = "us.amazon.nova-micro-v1:0";

    /// Two prompts with references, in a directory that was built.
    fn built() -> Scratch {
        let line = |n: usize| format!(r#"{{"prompt":"SECRET question {n}?","completion":"answer {n}"}}"#);
        let scratch = Scratch::with("raw.jsonl", jsonl((0..40).map(line)));
        run(&scratch, "build raw.jsonl --profile generic-sft --validation 10% --out OUT", &[]).exits(0);
        scratch
    }

    #[test]
    fn a_dry_run_shows_the_request_without_its_texts() {
        let scratch = built();
        let region = [("AWS_REGION", "us-east-1")];
        let args = format!("evaluate {MODEL} OUT --dry-run --output-format jsonl");
        let outcome = run(&scratch, &args, &region).exits(0);
        let objects = outcome.objects();
        assert_eq!(objects[0]["endpoint"], "https://bedrock-runtime.us-east-1.amazonaws.com");
        let said = &objects[0]["request"]["messages"][0]["content"][0]["text"];
        assert!(said.as_str().unwrap().ends_with(" characters)"), "{said}");
        assert_eq!(objects[1]["to_ask"], 4);
        assert_eq!(objects[1]["prices"]["model"], "amazon.nova-micro-v1:0");
        assert!(!outcome.stdout.contains("SECRET"), "{}", outcome.stdout);
        let shown = run(&scratch, &format!("{args} --show-content"), &region).exits(0).stdout;
        assert!(shown.contains("SECRET"), "{shown}");
        // Nothing was made.
        assert!(!scratch.names().iter().any(|name| name.contains("predictions")), "{:?}", scratch.names());
        let limited = run(&scratch, &format!("{args} --limit 1 --endpoint-url http://127.0.0.1:9"), &region);
        let objects = limited.exits(0).objects();
        assert_eq!(
            (&objects[1]["to_ask"], &objects[0]["endpoint"]),
            (&1.into(), &"http://127.0.0.1:9".into())
        );
    }

    #[test]
    fn what_cannot_be_asked_is_refused() {
        let scratch = built();
        let region = [("AWS_REGION", "us-east-1")];
        scratch.write("text.jsonl", jsonl([r#"{"text":"a"}"#]));
        scratch.write("bad.jsonl", jsonl([r#"{"prompt":"a","completion":"b"}"#, r#"{"prompt":"SECRET""#]));
        scratch.write("other.jsonl", jsonl([r#"{"prompt":"a","prediction":"SECRET"}"#]));
        for (args, part) in [
            ("evaluate amazon.nova-micro-v1:0:128k OUT", "customization and provisioned throughput"),
            ("evaluate us.amazon.nova-micro-v1:0", "OUT is missing"),
            ("evaluate us.amazon.nova-micro-v1:0 --prompts text.jsonl", "no prompts with references"),
            ("evaluate us.amazon.nova-micro-v1:0 --prompts bad.jsonl", "bad.jsonl:2: "),
            (
                "evaluate us.amazon.nova-micro-v1:0 OUT --predictions-out other.jsonl",
                "line 1 is no answer of a model",
            ),
            ("evaluate us.amazon.nova-micro-v1:0 OUT --predictions-out s3://b/k", "not a local path"),
            ("evaluate us.amazon.nova-micro-v1:0 OUT --predictions other.jsonl", "cannot be used with"),
            ("evaluate --predictions other.jsonl --limit 5", "cannot be used with"),
        ] {
            let refusal = run(&scratch, args, &region).refuses(2);
            assert!(refusal.contains(part) && !refusal.contains("SECRET"), "{args}\n{refusal}");
        }
        assert!(scratch.read("other.jsonl").ends_with(b"\"SECRET\"}\n"));
    }

    #[test]
    fn an_account_without_region_or_credentials_is_named() {
        let scratch = built();
        let args = format!("evaluate {MODEL} OUT --endpoint-url http://127.0.0.1:9 --attempts 1");
        let refusal = run(&scratch, &args, &[]).refuses(3);
        assert!(refusal.contains("region"), "{refusal}");
        let refusal = run(&scratch, &format!("{args} --region us-east-1"), &[]).refuses(3);
        assert!(refusal.contains("credentials"), "{refusal}");
    }
}
