//! What a person looks up: targets, codes, single records, help; and when there is colour.

use expect_test::expect;

use crate::commands::shows;
use crate::scratch::Scratch;

#[test]
fn profiles_lists_targets_and_shows_one() {
    let scratch = Scratch::new();
    shows(
        &scratch.run("profiles").exits(0),
        expect![[r#"
        profile               formats            records       recommended  tokens/record
        generic-sft           prompt-completion  32..10000     1000         32000
        generic-cpt           text input         1000..100000  10000        32000
        generic-preference    preference         100..-        1000         32000
        generic-distillation  prompt             1000..-       10000        32000

        formats
          prompt-completion supervised fine-tuning pairs
          text              continued pre-training documents
          input             continued pre-training documents under the key that Bedrock used for Titan
          preference        preference pairs, with an optional score from 0.0 to 1.0
          prompt            prompts for distillation
    "#]],
        expect![[r#""#]],
    );
    shows(
        &scratch.run("profiles generic-preference").exits(0),
        expect![[r#"
        generic-preference: any model, preference tuning

        encoding              o200k_base
        records min           100        bedload baseline (2026-11)
        records recommended   1000       bedload baseline (2026-11)
        tokens per record max 32000      bedload baseline (2026-11)

        format preference: preference pairs, with an optional score from 0.0 to 1.0
          prompt            a string that is not blank
          chosen            a string that is not blank
          rejected          a string that is not blank
          score             a number from 0.0 to 1.0, optional
    "#]],
        expect![[r#""#]],
    );
}

#[test]
fn explain_tells_about_a_code() {
    let scratch = Scratch::new();
    shows(
        &scratch.run("explain json/duplicate-key").exits(0),
        expect![[r#"
        json/duplicate-key (error)

        a key occurs twice in one object

          why   Readers disagree on which value counts (first, last, or an error), so what was checked need not be what is trained on. Keys are compared after unescaping.
          help  Keep one of the two.
          rule  RFC 7493 (I-JSON)
    "#]],
        expect![[r#""#]],
    );
}

#[test]
fn explain_tells_about_a_record() {
    let scratch = Scratch::with_fixtures(&["faults.jsonl"]);
    let place = scratch.run("explain faults.jsonl:9 --profile generic-sft").exits(0);
    shows(
        &place,
        expect![[r#"
        faults.jsonl:9  record 8

          verdict    rejected
          bytes      51 at offset 519
          format     prompt-completion
          tokens     6 o200k_base (prompt 5, completion 1)
          findings   1

        error[schema/empty-content]: `completion` is blank
          --> faults.jsonl:9:45   record 8   /completion
           = why: A record without text teaches nothing, and several targets refuse it.
           = help: Fill the field or drop the record.
           = rule: bedload baseline (2026-11)

    "#]],
        expect![[r#""#]],
    );
    let with_column = scratch.run("explain faults.jsonl:9:45 --profile generic-sft").exits(0);
    assert_eq!(place, with_column);
    let good = scratch.run("explain faults.jsonl:2 --profile generic-sft").exits(0);
    shows(
        &good,
        expect![[r#"
        faults.jsonl:2  record 1

          verdict    accepted
          bytes      71 at offset 66
          format     prompt-completion
          tokens     10 o200k_base (prompt 8, completion 2)
          digest     9f8e2584ed7668657c7c20250201472e
          findings   0

    "#]],
        expect![[r#""#]],
    );
}

#[test]
fn help_and_version_go_to_standard_output() {
    let scratch = Scratch::new();
    let version = scratch.run("--version").exits(0);
    assert_eq!(version.stdout, format!("bedload {}\n", env!("CARGO_PKG_VERSION")));
    for args in ["--help", "check --help", "build --help", "verify --help", "profiles -h", "explain -h"] {
        let outcome = scratch.run(args).exits(0);
        assert!(outcome.stdout.contains("Usage: bedload") && outcome.stderr.is_empty(), "{args}");
    }
    let none = scratch.run("").refuses(2);
    assert!(none.contains("Usage: bedload"), "{none}");
}

#[test]
fn colour_is_only_where_it_is_asked_for() {
    let scratch = Scratch::with_fixtures(&["faults.jsonl"]);
    let plain = scratch.run("check faults.jsonl --profile generic-sft --skip tokens").exits(1);
    assert!(!plain.stdout.contains('\x1b') && !plain.stderr.contains('\x1b'));
    let args = "check faults.jsonl --profile generic-sft --skip tokens --color always";
    let coloured = scratch.run(args).exits(1);
    assert!(coloured.stdout.contains("\x1b[1;31merror[json/syntax]\x1b[0m: \x1b[1m"));
    let never = args.replace("always", "never");
    assert_eq!(scratch.run(&never).exits(1).stdout, plain.stdout);
}
