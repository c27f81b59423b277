//! The command line and `bedload.toml`: where they are found, which wins, and what is refused.

use std::fs;

use expect_test::expect;

use crate::corpus::plain;
use crate::scratch::{Scratch, jsonl};

fn scratch() -> Scratch {
    Scratch::with("a.jsonl", jsonl(plain(40)))
}

#[test]
fn an_unknown_key_is_an_error_that_names_file_line_and_key() {
    let scratch = scratch();
    scratch.write("bedload.toml", "seed = 3\n\n[stages.split]\nvalidatoin = 0.1\n");
    let said = scratch.run("check a.jsonl").refuses(2);
    for part in ["bedload.toml", "line 4", "validatoin", "validation"] {
        assert!(said.contains(part), "{part}: {said}");
    }
    for wrong in
        ["speed = 1", "[stages.splits]", "[stages.dedupe]\nthreshold = 1", "[stages]\nenabled = true"]
    {
        scratch.write("bedload.toml", wrong);
        let said = scratch.run("build a.jsonl --out o").refuses(2);
        assert!(said.contains("unknown field"), "{wrong}: {said}");
    }
    assert_eq!(scratch.names(), ["a.jsonl", "bedload.toml"]);
}

#[test]
fn wrong_values_are_refused_wherever_they_stand() {
    let scratch = scratch();
    for wrong in [
        "seed = -1",
        "seed = \"x\"",
        "fail-on = \"sometimes\"",
        "profile = \"generic\"",
        "format = \"csv\"",
        "max-record-bytes = \"many\"",
        "max-rejected = \"1.2345%\"",
        "[stages.split]\nvalidation = 0.7",
        "[stages.split]\nselect = 0",
        "[stages.balance]\nratio-max = 0.5",
        "[stages.balance]\nratio-max = nan",
        "[stages.augment]\ncopies = 0",
        "[stages.augment]\ncopies = 65",
        "[stages.augment]\ncopies = 2\ntemplates = []",
        "[stages.augment]\ncopies = 2\ntemplates = [\"no hole\"]",
        "[stages.augment]\ncopies = 2\ntemplates = [\"{prompt}\"]",
        "[stages.dedupe]\nnormalize = \"upper\"",
        "[stages.tokens]\nencoding = \"o300k\"",
        "shard-bytes = 0",
        "not toml",
    ] {
        scratch.write("bedload.toml", wrong);
        let outcome = scratch.run("build a.jsonl --out o");
        assert_eq!((outcome.code, scratch.path("o").exists()), (2, false), "{wrong}: {}", outcome.stderr);
    }
}

#[test]
fn the_file_is_found_upwards_and_the_nearest_wins() {
    let scratch = Scratch::with("x/y/z/a.jsonl", jsonl(plain(40)));
    scratch.write("bedload.toml", "seed = 1\n");
    let seed_in = |dir: &str| {
        let mut command = scratch.command();
        command.current_dir(scratch.path(dir));
        let input = scratch.path("x/y/z/a.jsonl");
        let out = scratch.path("o");
        command.arg("build").arg(input).arg("--out").arg(&out).args(["--quiet", "--skip", "tokens"]);
        assert_eq!(command.status().unwrap().code(), Some(0));
        let seed = scratch.manifest("o")["seed"].as_u64().unwrap();
        fs::remove_dir_all(out).unwrap();
        seed
    };
    assert_eq!([seed_in("x/y/z"), seed_in("x"), seed_in(".")], [1, 1, 1]);
    scratch.write("x/bedload.toml", "seed = 2\n");
    assert_eq!([seed_in("x/y/z"), seed_in("x"), seed_in(".")], [2, 2, 1]);
}

#[test]
fn flags_go_over_the_file_that_is_named_over_the_one_that_is_found() {
    let scratch = scratch();
    scratch.write("bedload.toml", "seed = 1\n[stages.split]\nvalidation = 0.5\n");
    scratch.write("other.toml", "seed = 2\nprofile = \"generic-sft\"\nstrict = true\nfail-on = \"never\"\n");
    let manifest = |flags: &str, exit: i32| {
        let args = format!("build a.jsonl --out o --overwrite --skip tokens {flags}");
        scratch.run(&args).exits(exit);
        scratch.manifest("o")
    };
    let found = manifest("", 0);
    assert_eq!((&found["seed"], &found["counts"]["validation"]), (&1.into(), &20.into()));
    let named = manifest("--config other.toml", 0);
    assert_eq!((&named["seed"], &named["counts"]["validation"]), (&2.into(), &0.into()));
    assert_eq!((&named["profile"], &named["ready"]), (&"generic-sft".into(), &false.into()));
    let flags = manifest("--config other.toml --seed 3 --validation 4 --fail-on error", 1);
    assert_eq!((&flags["seed"], &flags["counts"]["validation"]), (&3.into(), &4.into()));
    assert!(scratch.run("check a.jsonl --config gone.toml").refuses(2).contains("gone.toml"));
}

#[test]
fn flags_that_contradict_each_other_are_refused() {
    let scratch = scratch();
    for (flags, part) in [
        ("--validation 0.1 --skip split", "--validation cannot be used with --skip split"),
        ("--select 3 --skip split", "--select cannot be used with --skip split"),
        ("--normalize nfc --skip dedupe", "--normalize cannot be used with --skip dedupe"),
        ("--label-field /l --skip balance", "--label-field cannot be used with --skip balance"),
        ("--augment 2 --skip augment", "--augment cannot be used with --skip augment"),
        ("--encoding o200k_base --skip tokens", "--encoding cannot be used with --skip tokens"),
        ("--format text --profile generic-sft", "--format text cannot be used with --profile generic-sft"),
        ("--augment-mode balance", "--augment"),
        ("--augment 2 --format text", "needs records with a prompt"),
        ("--augment 60", "needs 59 templates"),
        (
            "--skip lunch",
            "the stages are convert, schema, preference, tokens, pii, dedupe, contamination, conflicts, near, balance, split, augment",
        ),
        ("--format csv", "the formats are prompt-completion"),
        ("--normalize upper", "--normalize"),
        ("--survivor best", "--survivor"),
        ("--near 2", "--near"),
        ("--near 0.8 --near-engine fast", "--near-engine"),
        ("--near 0.8 --shingle line:2", "--shingle"),
        ("--augment-mode some --augment 2", "--augment-mode"),
        ("--validation 0.6", "--validation"),
        ("--select 0", "--select"),
        ("--augment 65", "--augment"),
        ("--shard-records 0", "--shard-records"),
        ("--shard-bytes 1.5M", "--shard-bytes"),
        ("--max-rejected 101%", "--max-rejected"),
        ("--threads 0", "--threads"),
        ("--seed x", "--seed"),
        ("--encoding gpt5", "gpt5"),
        ("--output-format xml", "xml"),
        ("--no-such-flag", "--no-such-flag"),
    ] {
        let said = scratch.run(&format!("build a.jsonl --out o {flags}")).refuses(2);
        assert!(said.contains(part), "{flags}: {said}");
        assert_eq!(scratch.names(), ["a.jsonl"], "{flags}");
    }
}

#[test]
fn a_choice_about_a_stage_that_is_skipped_is_refused() {
    let scratch = scratch();
    for flags in ["--survivor last --skip dedupe", "--group-by record --skip split"] {
        let said = scratch.run(&format!("build a.jsonl --out o --skip tokens {flags}")).refuses(2);
        assert!(said.contains("cannot be used with --skip"), "{flags}: {said}");
    }
}

#[test]
fn the_file_takes_no_value_that_its_flag_refuses() {
    let scratch = scratch();
    for (key, flag) in [("shard-records", "--shard-records"), ("threads", "--threads")] {
        scratch.run(&format!("build a.jsonl --out o --skip tokens {flag} 0")).refuses(2);
        scratch.write("bedload.toml", format!("{key} = 0\n"));
        let outcome = scratch.run("build a.jsonl --out o --skip tokens");
        assert_eq!((outcome.code, scratch.path("o").exists()), (2, false), "{key} = 0: {}", outcome.stderr);
        fs::remove_file(scratch.path("bedload.toml")).unwrap();
    }
}

#[test]
fn an_unknown_profile_is_refused_with_a_suggestion() {
    let scratch = scratch();
    expect![[r#"
        bedload: unknown profile `generic-stf`
          hint: did you mean `generic-sft`?
    "#]]
    .assert_eq(&scratch.run("check a.jsonl --profile generic-stf").refuses(2));
    let unlike = scratch.run("profiles quux").refuses(2);
    assert!(unlike.contains("quux") && unlike.contains("`bedload profiles` lists them"), "{unlike}");
}

#[test]
fn the_configuration_that_was_read_is_named_and_can_be_ignored() {
    let scratch = Scratch::with(
        "a.jsonl",
        jsonl([r#"{"prompt":"","completion":"c"}"#, r#"{"prompt":"p","completion":"c"}"#]),
    );
    let check = "check a.jsonl --skip tokens --format prompt-completion";
    scratch.run(check).exits(1);
    scratch.write("bedload.toml", "fail-on = \"never\"\n");
    let opened = scratch.run(check).exits(0);
    assert!(opened.stderr.starts_with("configuration: bedload.toml\n"), "{}", opened.stderr);
    for command in [check, "build a.jsonl --out o --skip tokens --format prompt-completion"] {
        let outcome = scratch.run(&format!("{command} --output-format jsonl"));
        assert_eq!(outcome.summary()["config"], "bedload.toml", "{command}");
    }
    let ignored = scratch.run(&format!("{check} --no-config --output-format jsonl")).exits(1);
    assert!(ignored.summary()["config"].is_null() && !ignored.stderr.contains("configuration"));
    scratch.run(&format!("{check} --no-config --config bedload.toml")).refuses(2);
}

#[test]
fn a_file_behind_a_link_or_outside_is_not_quoted() {
    let scratch = Scratch::with("a.jsonl", jsonl(plain(3)));
    scratch.write("secrets/key", "# key\nhunter2 = \"hunter3\"\n");
    std::os::unix::fs::symlink("secrets/key", scratch.path("bedload.toml")).unwrap();
    let said = scratch.run("check a.jsonl").refuses(2);
    assert!(said.contains("bedload.toml: line 2 is not valid here"), "{said}");
    assert!(!said.contains("hunter"), "{said}");
    fs::remove_file(scratch.path("bedload.toml")).unwrap();
    scratch.write("data/bedload.toml", "profile-file = \"../secrets/key\"\n");
    let said = scratch.run("check a.jsonl --config data/bedload.toml").refuses(2);
    assert!(said.contains("secrets/key: line 2 is not valid here") && !said.contains("hunter"), "{said}");
    // What the user names is shown.
    let said = scratch.run("check a.jsonl --config secrets/key").refuses(2);
    assert!(said.contains("hunter2"), "{said}");
}

#[test]
fn names_that_are_not_known_are_answered_with_the_nearest() {
    let scratch = scratch();
    for (flags, near) in [
        ("--profile nova-lite", "did you mean `nova-lite-sft` or `nova-lite-dpo`?"),
        ("--profile nova-lite-stf", "did you mean `nova-lite-sft`?"),
        ("--format prompt-compeltion", "did you mean `prompt-completion`?"),
        ("--to converze", "did you mean `converse`"),
        ("--skip token", "did you mean `tokens`?"),
        ("--encoding o200k", "did you mean `o200k_base`"),
        ("--normalize case", "a similar value exists: 'casefold'"),
    ] {
        let said = scratch.run(&format!("build a.jsonl --out o {flags}")).refuses(2);
        assert!(said.contains(near), "{flags}: {said}");
    }
    for (config, near) in [
        ("sead = 1\n", "did you mean `seed`?"),
        ("[stages.split]\nvalidaton = 0.1\n", "did you mean `validation`?"),
        ("fail-on = \"warn\"\n", "did you mean `warning`?"),
    ] {
        scratch.write("bedload.toml", config);
        let said = scratch.run("check a.jsonl").refuses(2);
        assert!(said.contains(near), "{config}: {said}");
    }
}

#[test]
fn shares_are_written_as_decimals_or_in_percent() {
    let scratch = scratch();
    let validation = |flags: &str| {
        scratch.run(&format!("build a.jsonl --out o --overwrite --skip tokens {flags}")).exits(0);
        scratch.manifest("o")["counts"]["validation"].as_u64().unwrap()
    };
    assert_eq!(validation("--validation 5%"), validation("--validation 0.05"));
    assert_eq!(validation("--validation 25%"), 10);
    scratch.write("bedload.toml", "max-rejected = 0.05\n[stages.split]\nvalidation = \"25%\"\n");
    assert_eq!(validation("--max-rejected 5%"), 10);
    assert_eq!(validation("--max-rejected 0.05"), 10);
    assert_eq!(validation(""), 10);
}
