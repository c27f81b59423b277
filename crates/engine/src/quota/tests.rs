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
    let held = |(records, bytes)| Held { records, bytes };
    judge(Some(&profile), [held(train), held(validation)], false)
}

fn check(profile: &str, training: u64, validation: u64, expect: Expect) {
    expect.assert_eq(&shown(judged(profile, [(training, 0), (validation, 0)])));
}

#[test]
fn limits_on_all_records_are_the_last_values_that_pass() {
    check("generic-sft", 0, 0, expect!["dataset/no-records: no valid record"]);
    check(
        "generic-sft",
        1,
        0,
        expect!["dataset/too-few-records: 1 record is valid; generic-sft takes at least 32"],
    );
    check(
        "generic-sft",
        31,
        0,
        expect!["dataset/too-few-records: 31 records are valid; generic-sft takes at least 32"],
    );
    check(
        "generic-sft",
        20,
        12,
        expect!["dataset/few-records: 32 records are valid; for generic-sft 1,000 or more are recommended"],
    );
    check(
        "generic-sft",
        999,
        0,
        expect!["dataset/few-records: 999 records are valid; for generic-sft 1,000 or more are recommended"],
    );
    check("generic-sft", 1000, 0, expect![[""]]);
    check("generic-sft", 9000, 1000, expect![[""]]);
    check(
        "generic-sft",
        9000,
        1001,
        expect![
            "dataset/too-many-records: 10,001 records are valid; generic-sft takes at most 10,000 (keep a seeded selection with `bedload build --select 10000`)"
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
        expect!["dataset/too-few-records: 7 training records are valid; nova-lite-sft takes at least 8"],
    );
    check("nova-lite-sft", 8, 0, expect![[""]]);
    check("nova-lite-sft", 20_000, 500, expect![[""]]);
    check(
        "nova-lite-sft",
        20_001,
        0,
        expect![
            "dataset/too-many-records: 20,001 training records are valid; nova-lite-sft takes at most 20,000 (keep a seeded selection with `bedload build --select 20000`)"
        ],
    );
    check(
        "nova-lite-dpo",
        999,
        0,
        expect![
            "dataset/few-records: 999 training records are valid; for nova-lite-dpo 1,000 or more are recommended"
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
        expect!["dataset/too-few-records: 7 training records are valid; nova-2-lite-sft takes at least 8"],
    );
    check(
        "nova-2-lite-sft",
        8,
        0,
        expect![
            "disputed/records-min: 8 training records are valid; for nova-2-lite-sft one source wants at least 200, another fewer"
        ],
    );
    check(
        "nova-2-lite-sft",
        199,
        0,
        expect![
            "disputed/records-min: 199 training records are valid; for nova-2-lite-sft one source wants at least 200, another fewer"
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
            "dataset/too-few-validation: 31 validation records are valid; claude-3-haiku-sft takes none, or at least 32"
        ],
    );
    check("claude-3-haiku-sft", 100, 32, expect![[""]]);
    check("claude-3-haiku-sft", 100, 1000, expect![[""]]);
    check(
        "claude-3-haiku-sft",
        100,
        1001,
        expect![
            "split/too-many-validation: 1,001 validation records are valid; claude-3-haiku-sft takes at most 1,000"
        ],
    );
    check(
        "nova-2-lite-sft",
        200,
        1,
        expect![
            "split/too-many-validation: 1 validation record is valid; nova-2-lite-sft takes no validation records"
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
            "file/size: 1,000,000,001 bytes of training data; titan-text-lite-sft takes at most 1,000,000,000"
        ],
    );
    check(
        0,
        100_000_001,
        expect![
            "file/size: 100,000,001 bytes of validation data; titan-text-lite-sft takes at most 100,000,000"
        ],
    );
}

#[test]
fn a_model_that_is_gone_is_said_with_its_date() {
    let check = |profile: &str, expect: Expect| {
        let profile = Catalogue::built_in().get(profile).expect("a profile");
        let findings = judge_life(Some(&profile), false);
        let lines: Vec<String> =
            findings.iter().map(|f| format!("{}: {} [{}]", f.code, f.message, f.source)).collect();
        expect.assert_eq(&lines.join("\n"));
    };
    check("generic-sft", expect![[""]]);
    check("nova-lite-sft", expect![[""]]);
    check(
        "claude-3-haiku-sft",
        expect![
            "profile/end-of-life: claude-3-haiku-sft: Anthropic Claude 3 Haiku is past its end of life since 2026-09-10 [https://docs.aws.amazon.com/bedrock/latest/userguide/model-lifecycle.html (2026-11-23)]"
        ],
    );
    check(
        "cohere-command-sft",
        expect![
            "profile/legacy: cohere-command-sft: Cohere Command is legacy since 2025-09-15 [https://docs.cohere.com/docs/fine-tuning-cohere-models-on-amazon-bedrock (2026-11-23)]"
        ],
    );
    check(
        "nova-lite-dpo",
        expect![
            "profile/elsewhere: nova-lite-dpo: documented for another service than Bedrock [https://docs.aws.amazon.com/nova/latest/userguide/nova-fine-tune-1.html (2026-11-23)]"
        ],
    );
    assert!(judge_life(None, false).is_empty());
}

#[test]
fn without_a_profile_only_nothing_is_too_little() {
    let held = |records| [Held { records, bytes: 1 }, Held::default()];
    assert_eq!(judge(None, held(0), false).len(), 1);
    assert_eq!(judge(None, held(1), false).len(), 0);
}
