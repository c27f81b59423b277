//! Targets of one's own: files that add to the catalogue or override it; and counts by side.

use expect_test::expect;

use crate::corpus::{plain, record};
use crate::scratch::{Scratch, jsonl};

const OURS: &str = r#"
[sources.QUOTA]
place = "our quota increase"
date = "2026-10"

[[profile]]
name = "generic-sft"
based-on = "generic-sft"
limits.records-min = { value = 3, source = "QUOTA" }
limits.records-recommended = "none"

[[profile]]
name = "ours"
based-on = "titan-text-lite-sft"
limits.training-records-max = { value = 30, source = "QUOTA" }
limits.training-bytes-max = { value = 100, source = "QUOTA" }
limits.validation-records-min = { value = 2, source = "QUOTA" }
limits.validation-records-max = { value = 4, source = "QUOTA" }
limits.validation-bytes-max = "none"
"#;

fn scratch(records: usize) -> Scratch {
    let scratch = Scratch::with("a.jsonl", jsonl(plain(records)));
    scratch.write("ours.toml", OURS);
    scratch
}

#[test]
fn a_profile_file_overrides_and_adds() {
    let scratch = scratch(3);
    let flags = "--profile generic-sft --skip tokens";
    scratch.run(&format!("check a.jsonl {flags}")).exits(1);
    scratch.run(&format!("check a.jsonl {flags} --profile-file ours.toml")).exits(0);
    scratch.run(&format!("build a.jsonl --out o {flags} --profile-file ours.toml")).exits(0);
    assert!(scratch.run("explain a.jsonl:1 --profile ours").refuses(2).contains("unknown profile `ours`"));
    scratch.run("explain a.jsonl:1 --profile ours --profile-file ours.toml").exits(0);
    let listed = scratch.run("profiles --profile-file ours.toml").exits(0).stdout;
    assert!(listed.lines().any(|line| line.starts_with("ours ")), "{listed}");
    let page = scratch.run("profiles ours --profile-file ours.toml").exits(0).stdout;
    assert!(page.contains("our quota increase (2026-10)"), "{page}");
}

#[test]
fn the_configuration_names_a_profile_file_beside_itself() {
    let scratch = Scratch::with("x/a.jsonl", jsonl(plain(3)));
    scratch.write("conf/ours.toml", OURS);
    scratch.write("conf/bedload.toml", "profile = \"generic-sft\"\nprofile-file = \"ours.toml\"\n");
    scratch.run("check x/a.jsonl --skip tokens --config conf/bedload.toml").exits(0);
    scratch.run("profiles ours --config conf/bedload.toml").exits(0);
    scratch.write("empty.toml", "");
    scratch
        .run("check x/a.jsonl --skip tokens --config conf/bedload.toml --profile-file empty.toml")
        .exits(1);
}

#[test]
fn a_wrong_profile_file_is_refused_with_its_name_and_line() {
    let scratch = scratch(3);
    scratch.write("wrong.toml", "\n[[profile]]\nname = \"x\"\nbased-on = \"generic-stf\"\n");
    expect![[r#"
        bedload: wrong.toml: line 4: profile `x`: based-on: unknown profile `generic-stf`
          hint: did you mean `generic-sft`?
    "#]]
    .assert_eq(&scratch.run("profiles --profile-file wrong.toml").refuses(2));
    scratch.write("wrong.toml", "[[profile]]\nname = \"x\"\ncolour = 1\n");
    let said = scratch.run("check a.jsonl --profile-file wrong.toml").refuses(2);
    assert!(said.contains("wrong.toml: ") && said.contains("line 3") && said.contains("colour"), "{said}");
    assert!(scratch.run("check a.jsonl --profile-file gone.toml").refuses(2).contains("gone.toml: "));
}

#[test]
fn validation_files_are_counted_apart() {
    let scratch = scratch(31);
    let codes = |validation: usize, flags: &str| -> Vec<String> {
        scratch.write("v/b.jsonl", jsonl((0..validation).map(|n| record(&format!("v {n}"), "c"))));
        let args = format!(
            "check a.jsonl --profile ours --profile-file ours.toml --skip tokens --output-format jsonl {flags}"
        );
        scratch.run(&args).by_code().into_keys().collect()
    };
    let of_training = ["dataset/too-many-records", "file/size", "profile/end-of-life"];
    assert_eq!(codes(0, ""), of_training);
    for (validation, code) in [
        (1, Some("dataset/too-few-validation")),
        (2, None),
        (4, None),
        (5, Some("split/too-many-validation")),
    ] {
        let mut expected: Vec<&str> = of_training.into_iter().chain(code).collect();
        expected.sort_unstable();
        assert_eq!(codes(validation, "--validation-file v"), expected, "{validation}");
    }
    scratch.write("v/b.jsonl", "{}\n");
    let wrong = scratch.run("check a.jsonl --validation-file v/*.jsonl --skip tokens --output-format jsonl");
    assert_eq!(wrong.exits(1).findings()[0]["file"], "v/b.jsonl");
    let twice = scratch.run("check a.jsonl --validation-file a.jsonl").refuses(2);
    assert!(twice.contains("a.jsonl"), "{twice}");
}

#[test]
fn what_build_writes_is_judged_by_side() {
    let scratch = scratch(40);
    let codes = |flags: &str| -> Vec<String> {
        let args = format!(
            "build a.jsonl --out o --overwrite --profile ours --profile-file ours.toml --skip tokens --output-format jsonl {flags}"
        );
        scratch.run(&args).exits(1).by_code().into_keys().collect()
    };
    assert_eq!(codes("--select 30"), ["file/size", "profile/end-of-life"]);
    assert_eq!(codes("--select 31"), ["dataset/too-many-records", "file/size", "profile/end-of-life"]);
    assert_eq!(codes("--select 31 --validation 2"), ["file/size", "profile/end-of-life"]);
    let augmented = codes("--select 16 --validation 1 --augment 3");
    let expected =
        ["dataset/too-few-validation", "dataset/too-many-records", "file/size", "profile/end-of-life"];
    assert_eq!(augmented, expected);
}
