//! Both sides of every limit on counts, and what is said of a model that is gone.

use super::*;
use bedload_bedrock::Catalogue;
use expect_test::{Expect, expect};

fn shown(findings: Vec<Finding>) -> String {
    let lines: Vec<String> = findings.iter().map(|f| format!("{}: {}", f.code, f.message)).collect();
    lines.join("\n")
}

fn judged(profile: &str, [train, validation]: [(u64, u64); 2]) -> Vec<Finding> {
    let profile = Catalogue::built_in().get(profile).expect("a profile");
    let held = |(records, bytes)| SideTotals { records, bytes };
    judge(Some(&profile), [held(train), held(validation), SideTotals::default()])
}

fn check(profile: &str, training: u64, validation: u64, expect: Expect) {
    expect.assert_eq(&shown(judged(profile, [(training, 0), (validation, 0)])));
}

#[test]
fn limits_on_all_records_are_the_last_values_that_pass() {
    check("generic-sft", 0, 0, expect!["dataset/no-records: there are no valid records"]);
    check(
        "generic-sft",
        1,
        0,
        expect!["dataset/too-few-records: 1 record is valid; generic-sft requires at least 32"],
    );
    check(
        "generic-sft",
        31,
        0,
        expect!["dataset/too-few-records: 31 records are valid; generic-sft requires at least 32"],
    );
    check(
        "generic-sft",
        20,
        12,
        expect!["dataset/few-records: 32 records are valid; at least 1,000 are recommended for generic-sft"],
    );
    check(
        "generic-sft",
        999,
        0,
        expect!["dataset/few-records: 999 records are valid; at least 1,000 are recommended for generic-sft"],
    );
    check("generic-sft", 1000, 0, expect![[""]]);
    check("generic-sft", 9000, 1000, expect![[""]]);
    check(
        "generic-sft",
        9000,
        1001,
        expect![
            "dataset/too-many-records: 10,001 records are valid; generic-sft accepts at most 10,000 (keep a seeded selection with `bedload build --select 10000`)"
        ],
    );
    check("generic-preference", 5_000_000, 0, expect![[""]]);
}

#[test]
fn limits_on_training_records_do_not_count_validation() {
    check(
        "nova-lite-sft",
        7,
        100,
        expect!["dataset/too-few-records: 7 training records are valid; nova-lite-sft requires at least 8"],
    );
    check(
        "nova-lite-sft",
        8,
        0,
        expect![
            "dataset/few-records: 8 training records are valid; at least 100 are recommended for nova-lite-sft"
        ],
    );
    check("nova-lite-sft", 100, 0, expect![[""]]);
    check("nova-lite-sft", 19_500, 500, expect![[""]]);
    check(
        "nova-lite-sft",
        19_500,
        501,
        expect![
            "disputed/records-max: 20,001 training and validation records are valid; nova-lite-sft accepts at most 20,000 according to nova_ft_dataset_validator.py, and more according to fine-tune-prepare-data-understanding.html"
        ],
    );
    check(
        "nova-2-lite-rft",
        20_000,
        100,
        expect![[r#"
        disputed/records-max: 20,100 training and validation records are valid; nova-2-lite-rft accepts at most 20,000 according to nova_ft_dataset_validator.py, and more according to rft-nova-models.html
        disputed/records-max: nova-2-lite-rft accepts no validation file according to nova_ft_dataset_validator.py; nova-data-prep-rft-2.html says otherwise"#]],
    );
    check("gpt-oss-20b-rft", 20_000, 100, expect![[""]]);
    check(
        "nova-lite-sft",
        20_001,
        500,
        expect![
            "dataset/too-many-records: 20,001 training records are valid; nova-lite-sft accepts at most 20,000 (keep a seeded selection with `bedload build --select 20000`)"
        ],
    );
    check(
        "nova-lite-sft",
        20_001,
        0,
        expect![
            "dataset/too-many-records: 20,001 training records are valid; nova-lite-sft accepts at most 20,000 (keep a seeded selection with `bedload build --select 20000`)"
        ],
    );
    check(
        "nova-lite-dpo",
        999,
        0,
        expect![
            "dataset/few-records: 999 training records are valid; at least 1,000 are recommended for nova-lite-dpo"
        ],
    );
    check("nova-lite-dpo", 1000, 0, expect![[""]]);
}

#[test]
fn a_minimum_that_the_sources_dispute_is_said_above_the_undisputed_one() {
    check(
        "nova-2-lite-sft",
        7,
        0,
        expect!["dataset/too-few-records: 7 training records are valid; nova-2-lite-sft requires at least 8"],
    );
    check(
        "nova-2-lite-sft",
        8,
        0,
        expect![
            "disputed/records-min: 8 training records are valid; nova-2-lite-sft requires at least 200 according to nova_ft_dataset_validator.py, and fewer according to nova-data-prep-sft-2.html"
        ],
    );
    check(
        "nova-2-lite-sft",
        199,
        0,
        expect![
            "disputed/records-min: 199 training records are valid; nova-2-lite-sft requires at least 200 according to nova_ft_dataset_validator.py, and fewer according to nova-data-prep-sft-2.html"
        ],
    );
    check("nova-2-lite-sft", 200, 0, expect![[""]]);
    let [finding] = &judged("nova-2-lite-sft", [(199, 0), (0, 0)])[..] else { panic!("one finding") };
    expect!["aws-samples/amazon-nova-samples:customization/bedrock-finetuning/understanding/dataset_validation/nova_ft_dataset_validator.py (2026-11-23); but not https://docs.aws.amazon.com/nova/latest/nova2-userguide/nova-data-prep-sft-2.html (2026-11-23)"].assert_eq(&finding.source);
}

#[test]
fn limits_on_validation_records_hold_where_there_are_any() {
    check("claude-3-haiku-sft", 100, 0, expect![[""]]);
    check(
        "claude-3-haiku-sft",
        100,
        31,
        expect![
            "dataset/too-few-validation: 31 validation records are valid; claude-3-haiku-sft accepts none, or at least 32"
        ],
    );
    check("claude-3-haiku-sft", 100, 32, expect![[""]]);
    check("claude-3-haiku-sft", 100, 1000, expect![[""]]);
    check(
        "claude-3-haiku-sft",
        100,
        1001,
        expect![
            "split/too-many-validation: 1,001 validation records are valid; claude-3-haiku-sft accepts at most 1,000"
        ],
    );
    check(
        "nova-2-lite-sft",
        200,
        1,
        expect![
            "disputed/records-max: nova-2-lite-sft accepts no validation file according to nova-2-sft-data-prep.html; INCIDENT-LOG.md says otherwise"
        ],
    );
}

#[test]
fn validation_files_are_refused_or_disputed() {
    check(
        "titan-image-v2",
        5,
        1,
        expect![
            "split/too-many-validation: titan-image-v2 accepts no validation file; leave out `--validation-file`"
        ],
    );
    check(
        "titan-multimodal-embeddings",
        1000,
        1,
        expect![
            "split/too-many-validation: titan-multimodal-embeddings accepts no validation file; leave out `--validation-file`"
        ],
    );
    check("nova-2-lite-sft", 200, 0, expect![[""]]);
    check(
        "nova-2-lite-rft",
        100,
        100,
        expect![
            "disputed/records-max: nova-2-lite-rft accepts no validation file according to nova_ft_dataset_validator.py; nova-data-prep-rft-2.html says otherwise"
        ],
    );
    check("qwen3-32b-rft", 100, 1, expect![[""]]);
    check("llama-3.1-8b-sft", 2000, 1000, expect![[""]]);
    check(
        "llama-3.3-70b-sft",
        2000,
        1001,
        expect![
            "disputed/records-max: 1,001 validation records are valid; llama-3.3-70b-sft accepts at most 1,000 according to dataset_validation.py, and more according to model-customization-prepare.html"
        ],
    );
    check(
        "cohere-command-sft",
        2000,
        1001,
        expect![
            "split/too-many-validation: 1,001 validation records are valid; cohere-command-sft accepts at most 1,000"
        ],
    );
}

#[test]
fn files_are_bounded_by_side() {
    let check = |train: u64, validation: u64, expect: Expect| {
        let findings = judged("titan-text-lite-sft", [(1, train), (1, validation)]);
        assert!(findings.iter().all(|finding| finding.source.contains("model-customization-prepare")));
        expect.assert_eq(&shown(findings));
    };
    check(1_000_000_000, 100_000_000, expect![[""]]);
    check(
        1_000_000_001,
        0,
        expect![
            "file/size: 1,000,000,001 bytes of training data; titan-text-lite-sft accepts at most 1,000,000,000"
        ],
    );
    check(
        0,
        100_000_001,
        expect![
            "file/size: 100,000,001 bytes of validation data; titan-text-lite-sft accepts at most 100,000,000"
        ],
    );
}

#[test]
fn a_model_that_is_gone_is_said_with_its_date() {
    let check = |profile: &str, expect: Expect| {
        let profile = Catalogue::built_in().get(profile).expect("a profile");
        let findings = judge_life(Some(&profile));
        let lines: Vec<String> =
            findings.iter().map(|f| format!("{}: {} [{}]", f.code, f.message, f.source)).collect();
        expect.assert_eq(&lines.join("\n"));
    };
    check("generic-sft", expect![[""]]);
    check("nova-lite-sft", expect![[""]]);
    check(
        "claude-3-haiku-sft",
        expect![
            "profile/end-of-life: claude-3-haiku-sft: Anthropic Claude 3 Haiku has been past its end of life since 2026-09-10; the service refuses new jobs on it [https://docs.aws.amazon.com/bedrock/latest/userguide/model-lifecycle-legacy.html (2026-10)]"
        ],
    );
    check(
        "llama-3.2-90b-sft",
        expect![
            "profile/end-of-life: llama-3.2-90b-sft: Meta Llama 3.2 90B has been past its end of life since 2026-07-07; the service refuses new jobs on it [https://docs.aws.amazon.com/bedrock/latest/userguide/model-lifecycle-legacy.html (2026-10)]"
        ],
    );
    check("llama-3.3-70b-sft", expect![[""]]);
    check("llama-distillation", expect![[""]]);
    check(
        "titan-text-premier-sft",
        expect![
            "profile/end-of-life: titan-text-premier-sft: Amazon Titan Text Premier has been past its end of life since 2026-01-12 at the latest (exact day not found); the service refuses new jobs on it [epam/ai-dial-adapter-bedrock#378 (2026-01-12)]"
        ],
    );
    check(
        "titan-image-v2",
        expect![
            "profile/end-of-life: titan-image-v2: Amazon Titan Image Generator G1 v2 has been past its end of life since 2026-06-30; the service refuses new jobs on it [https://docs.aws.amazon.com/bedrock/latest/userguide/model-lifecycle-legacy.html (2026-10)]"
        ],
    );
    check(
        "nova-canvas",
        expect![
            "profile/end-of-life: nova-canvas: Amazon Nova Canvas has been past its end of life since 2026-09-30; the service refuses new jobs on it [https://docs.aws.amazon.com/bedrock/latest/userguide/model-lifecycle-legacy.html (2026-10)]"
        ],
    );
    check("titan-multimodal-embeddings", expect![[""]]);
    check(
        "cohere-command-sft",
        expect![
            "profile/legacy: cohere-command-sft: Cohere Command has been legacy since 2025-09-15; the service refuses new jobs on it [https://docs.cohere.com/docs/fine-tuning-cohere-models-on-amazon-bedrock (2026-11-23)]"
        ],
    );
    check(
        "nova-lite-dpo",
        expect![
            "profile/elsewhere: nova-lite-dpo: documented for a service other than Bedrock [https://docs.aws.amazon.com/nova/latest/userguide/nova-fine-tune-1.html (2026-11-23)]"
        ],
    );
    assert!(judge_life(None).is_empty());
}

#[test]
fn without_a_profile_only_nothing_is_too_little() {
    let held = |records| [SideTotals { records, bytes: 1 }, SideTotals::default(), SideTotals::default()];
    assert_eq!(judge(None, held(0)).len(), 1);
    assert_eq!(judge(None, held(1)).len(), 0);
}
