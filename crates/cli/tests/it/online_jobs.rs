//! `job create` and its siblings, as far as nothing has to answer.

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
    for (args, instead) in [
        (
            "job create OUT --model M --role R --data s3://b/OUT --output s3://b/o",
            "create-model-customization-job",
        ),
        ("job list", "list-model-customization-jobs"),
        ("job show support", "get-model-customization-job --job-identifier support"),
        ("job monitor support", "get-model-customization-job --job-identifier support"),
        ("job stop support", "stop-model-customization-job --job-identifier support"),
        ("deploy support --name a", "create-custom-model-deployment"),
        ("deploy list", "list-custom-model-deployments"),
        ("deploy show a", "get-custom-model-deployment --custom-model-deployment-identifier a"),
        ("deploy delete a", "delete-custom-model-deployment --custom-model-deployment-identifier a"),
    ] {
        let refusal = run(&scratch, args, &[]).refuses(2);
        let install = "cargo install --path crates/cli --features bedrock";
        assert!(refusal.contains(install) && refusal.contains(instead), "{refusal}");
    }
    let help = run(&scratch, "job --help", &[]).exits(0).stdout;
    assert!(!help.contains("monitor"), "{help}");
}

#[cfg(feature = "bedrock")]
mod with_access {
    use serde_json::Value;

    use super::*;

    const KEYS: &[(&str, &str)] = &[("AWS_ACCESS_KEY_ID", "AKIDTEST"), ("AWS_SECRET_ACCESS_KEY", "HUSH")];
    const REQUEST: &str = r#"{
      "jobName": "support-1", "customModelName": "support", "roleArn": "arn:aws:iam::123456789012:role/Bedrock",
      "baseModelIdentifier": "amazon.nova-micro-v1:0:128k", "trainingDataConfig": {"s3Uri": "s3://bucket/train.jsonl"},
      "outputDataConfig": {"s3Uri": "s3://bucket/output/"}
    }"#;

    #[test]
    fn a_dry_run_shows_the_request_and_where_it_would_go() {
        let scratch = Scratch::with("job.json", REQUEST);
        let args = "job create --request job.json --dry-run --region us-east-1";
        let outcome = run(&scratch, args, &[]).exits(0);
        let shown: Value = serde_json::from_str(&outcome.stdout).unwrap();
        assert_eq!(shown, serde_json::from_str::<Value>(REQUEST).unwrap());
        assert!(outcome.stderr.contains("https://bedrock.us-east-1.amazonaws.com"), "{}", outcome.stderr);
        // What is most particular counts: the option, the variable of the service, the one for all.
        let both =
            [("AWS_ENDPOINT_URL", "http://127.0.0.1:1"), ("AWS_ENDPOINT_URL_BEDROCK", "http://127.0.0.1:2")];
        let endpoint = |args: &str, settings: &[(&str, &str)]| {
            let objects =
                run(&scratch, &format!("{args} --output-format jsonl"), settings).exits(0).objects();
            objects[0]["endpoint"].as_str().unwrap_or_default().to_owned()
        };
        assert_eq!(endpoint(args, &both[..1]), "http://127.0.0.1:1");
        assert_eq!(endpoint(args, &both), "http://127.0.0.1:2");
        let given = format!("{args} --endpoint-url http://127.0.0.1:3");
        assert_eq!(endpoint(&given, &both), "http://127.0.0.1:3");
        for args in ["job list", "job show support", "job monitor support", "job stop support"] {
            run(&scratch, &format!("{args} --dry-run --region us-east-1"), &[]).exits(0);
        }
    }

    #[test]
    fn a_deployment_says_what_it_costs_before_there_is_one() {
        let scratch = Scratch::new();
        let model =
            "arn:aws:bedrock:us-east-1:123456789012:custom-model/amazon.nova-2-lite-v1:0:256k/abcdefghijkl";
        let args = format!("deploy {model} --name support --dry-run --region us-east-1");
        let outcome = run(&scratch, &args, &[]).exits(0);
        assert!(outcome.stderr.contains("nothing while it is not asked"), "{}", outcome.stderr);
        let request: Value = serde_json::from_str(&outcome.stdout).unwrap();
        assert_eq!(
            (&request["modelArn"], &request["modelDeploymentName"]),
            (&model.into(), &"support".into())
        );
        let outcome =
            run(&scratch, &format!("{args} --provisioned --units 2 --output-format jsonl"), &[]).exits(0);
        let objects = outcome.objects();
        assert_eq!((&objects[0]["kind"], &objects[0]["usd_hour"]), (&"cost".into(), &121.into()));
        assert_eq!(objects[1]["request"]["modelUnits"], 2);
        run(&scratch, &args.replace("support", "a.b"), &[]).refuses(2);
        run(&scratch, &format!("{args} --units 2"), &[]).refuses(2);
        run(&scratch, "deploy", &[]).refuses(2);
    }

    #[test]
    fn what_the_environment_lacks_is_named() {
        let scratch = Scratch::with("job.json", REQUEST);
        let refusal = run(&scratch, "job show support", KEYS).refuses(3);
        assert!(refusal.contains("no region") && refusal.contains("--region"), "{refusal}");
        let there = "--region us-east-1 --endpoint-url http://127.0.0.1:9";
        let refusal = run(&scratch, &format!("job show support {there}"), &[]).refuses(3);
        assert!(refusal.contains("no AWS credentials") && refusal.contains("--aws-profile"), "{refusal}");
        let refusal = run(&scratch, &format!("job stop support {there}"), KEYS).refuses(3);
        assert!(refusal.contains("cannot connect") && !refusal.contains("HUSH"), "{refusal}");
        run(&scratch, "job list --since yesterday --region us-east-1", KEYS).refuses(2);
    }

    #[test]
    fn a_request_with_problems_is_not_sent() {
        let scratch = Scratch::with("job.json", REQUEST.replace("support-1", "support 1"));
        let there = "--region us-east-1 --endpoint-url http://127.0.0.1:9";
        let outcome = run(&scratch, &format!("job create --request job.json {there}"), KEYS).exits(1);
        assert!(outcome.stdout.contains("error[pattern]: jobName"), "{}", outcome.stdout);
        run(&scratch, "job create --request job.json --model m", KEYS).refuses(2);
        run(&scratch, "job create OUT", KEYS).refuses(2);
    }
}
