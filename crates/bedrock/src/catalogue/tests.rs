//! The built-in catalogue at a glance, and files that add to it, override it, or are wrong.

use expect_test::{Expect, expect};

use super::*;
use crate::profile::{Life, TokenCount};
use crate::rule::{Bound, Level, Point};

fn with(text: &str) -> Result<Catalogue, ProfileError> {
    Catalogue::built_in().with(text)
}

fn line(profile: &Profile) -> String {
    let limits: Vec<String> =
        profile.limits.iter().map(|(bound, limit)| format!("{} {}", bound.name(), limit.value)).collect();
    let of = |level: Level| -> Vec<&str> {
        profile.rules.iter().filter(|(_, rule)| rule.level == level).map(|(point, _)| point.name()).collect()
    };
    let mut out = format!("{} [{}] {}", profile.name, profile.formats.join(" "), limits.join(", "));
    for (level, points) in [("refuse", of(Level::Refuse)), ("disputed", of(Level::Disputed))] {
        if !points.is_empty() {
            out += &format!("; {level} {}", points.join(" "));
        }
    }
    if profile.life != Life::Live {
        out += &format!("; {:?}", profile.life);
    }
    out
}

#[test]
fn the_catalogue_is_what_was_promised() {
    let table: Vec<String> = Catalogue::built_in().profiles().iter().map(|profile| line(profile)).collect();
    expect![[r#"
        generic-sft [prompt-completion] records-min 32, records-recommended 1000, records-max 10000, record-tokens-max 32000
        generic-cpt [text input] records-min 1000, records-recommended 10000, records-max 100000, record-tokens-max 32000
        generic-preference [preference] records-min 100, records-recommended 1000, record-tokens-max 32000
        generic-distillation [prompt] records-min 1000, records-recommended 10000, record-tokens-max 32000
        nova-micro-sft [converse] records-max 20000, training-records-min 8, training-records-recommended 100, training-records-max 20000, record-tokens-max 32000, tokens-margin 10; refuse ends-with-user image video document reasoning tools data-file-names wide-data-file-names mixed-media several-buckets reserved-word; disputed extra-key schema-version-missing schema-version-other empty-system null-member bucket-owner-missing wide-file-names optional-field reserved-word-in-answer reserved-word-in-another-case
        nova-lite-sft [converse] records-max 20000, training-records-min 8, training-records-recommended 100, training-records-max 20000, record-tokens-max 32000, tokens-margin 10, images-max 10, videos-max 1; refuse ends-with-user document reasoning tools data-file-names wide-data-file-names mixed-media several-buckets reserved-word; disputed extra-key schema-version-missing schema-version-other empty-system null-member bucket-owner-missing wide-file-names optional-field reserved-word-in-answer reserved-word-in-another-case
        nova-pro-sft [converse] records-max 20000, training-records-min 8, training-records-recommended 100, training-records-max 20000, record-tokens-max 32000, tokens-margin 10, images-max 10, videos-max 1; refuse ends-with-user document reasoning tools data-file-names wide-data-file-names mixed-media several-buckets reserved-word; disputed extra-key schema-version-missing schema-version-other empty-system null-member bucket-owner-missing wide-file-names optional-field reserved-word-in-answer reserved-word-in-another-case
        nova-2-lite-sft [converse] records-max 20000, training-records-min 8, training-records-min-disputed 200, training-records-recommended 200, training-records-max 20000, validation-records-max 0, record-tokens-max 32000, tokens-margin 10, images-max 10, videos-max 1, documents-max 1; refuse ends-with-user tool-spec tool-details data-file-names wide-data-file-names mixed-media several-buckets reserved-word; disputed extra-key schema-version-missing schema-version-other empty-system null-member document tools reasoning-with-media bucket-owner-missing wide-file-names optional-field reserved-word-in-answer reserved-word-in-another-case
        nova-2-lite-rft [chat-rft] records-max 20000, training-records-min 100, training-records-max 20000, validation-records-recommended 100, validation-records-max 0, tokens-margin 10; refuse tool-spec tool-details data-file-names reference-empty id-empty; disputed null-member tool-properties optional-field reference-missing reference-shape mixed-references id-shape other-role reserved-word reserved-word-in-answer reserved-word-in-another-case
        nova-lite-dpo [converse-preference] training-records-recommended 1000, tokens-margin 10, images-max 10; refuse ends-with-user video document reasoning tools data-file-names wide-data-file-names mixed-media several-buckets reserved-word; disputed extra-key schema-version-missing schema-version-other empty-system null-member bucket-owner-missing wide-file-names optional-field reserved-word-in-answer reserved-word-in-another-case
        nova-cpt [text] tokens-margin 10; refuse extra-key
        nova-distillation [converse] training-records-min 100, training-records-max 15000, training-bytes-max 1000000000, tokens-margin 10; refuse extra-key schema-version-missing schema-version-other several-blocks several-systems image video document reasoning tools data-file-names; disputed several-turns
        llama-distillation [converse] training-records-min 100, training-records-max 15000, training-bytes-max 1000000000, tokens-margin 10; refuse extra-key schema-version-missing schema-version-other several-turns several-blocks several-systems image video document reasoning tools data-file-names
        llama-3.1-8b-sft [prompt-completion] records-min 100, records-max 10000, validation-records-max 1000, record-tokens-max 16000, prompt-tokens-max 16000, completion-tokens-max 16000, tokens-margin 10, record-chars-max 96000; refuse data-file-names; disputed extra-key
        llama-3.1-70b-sft [prompt-completion] records-min 100, records-max 10000, validation-records-max 1000, record-tokens-max 16000, prompt-tokens-max 16000, completion-tokens-max 16000, tokens-margin 10, record-chars-max 96000; refuse data-file-names; disputed extra-key
        llama-3.2-1b-sft [converse] records-min 100, records-max 10000, validation-records-max 1000, record-tokens-max 16000, tokens-margin 10; refuse schema-version-other ends-with-user several-systems image video document reasoning tools data-file-names; EndOfLife
        llama-3.2-3b-sft [converse] records-min 100, records-max 10000, validation-records-max 1000, record-tokens-max 16000, tokens-margin 10; refuse schema-version-other ends-with-user several-systems image video document reasoning tools data-file-names; EndOfLife
        llama-3.2-11b-sft [converse] records-min 100, records-max 10000, validation-records-max 1000, record-tokens-max 16000, tokens-margin 10, image-tokens-min 1601; refuse schema-version-other ends-with-user several-systems video document reasoning tools data-file-names; EndOfLife
        llama-3.2-90b-sft [converse] records-min 100, records-max 10000, validation-records-max 1000, record-tokens-max 10000, tokens-margin 10, image-tokens-min 1601; refuse schema-version-other ends-with-user several-systems video document reasoning tools data-file-names; EndOfLife
        llama-3.3-70b-sft [converse] records-min 100, records-max 10000, validation-records-max 1000, record-tokens-max 16000, tokens-margin 10; refuse schema-version-other ends-with-user several-systems video document reasoning tools data-file-names; disputed image
        claude-3-haiku-sft [claude-messages] records-max 10000, training-records-min 32, training-records-max 10000, validation-records-min 32, validation-records-max 1000, training-bytes-max 10000000000, validation-bytes-max 1000000000, record-tokens-max 32000, tokens-margin 10; refuse extra-key ends-with-user data-file-names reserved-word reserved-word-in-answer; EndOfLife
        titan-text-lite-sft [prompt-completion] training-bytes-max 1000000000, validation-bytes-max 100000000, record-tokens-max 4096, tokens-margin 10, record-chars-max 24576; refuse data-file-names; disputed extra-key; EndOfLife
        titan-text-express-sft [prompt-completion] training-bytes-max 1000000000, validation-bytes-max 100000000, record-tokens-max 4096, tokens-margin 10, record-chars-max 24576; refuse data-file-names; disputed extra-key; EndOfLife
        titan-text-premier-sft [prompt-completion] training-bytes-max 1000000000, validation-bytes-max 100000000, record-tokens-max 4096, tokens-margin 10, record-chars-max 24576; refuse data-file-names; disputed extra-key; EndOfLife
        titan-text-express-cpt [input] training-bytes-max 10000000000, validation-bytes-max 100000000, record-tokens-max 4096, tokens-margin 10, record-chars-max 24576; refuse data-file-names; EndOfLife
        cohere-command-sft [prompt-completion] training-records-min 32, training-records-max 10000, validation-records-max 1000, prompt-tokens-max 4096, completion-tokens-max 2048, tokens-margin 10, prompt-chars-max 24576, completion-chars-max 12288; refuse data-file-names; disputed extra-key; Legacy
        gpt-oss-20b-rft [chat-rft] training-records-min 100, training-records-max 20000, turn-tokens 4; refuse tool-spec data-file-names reference-empty; disputed tool-details optional-field reference-missing reference-shape mixed-references id-empty id-shape other-role
        qwen3-32b-rft [chat-rft] training-records-min 100, training-records-max 20000, tokens-margin 10; refuse tool-spec data-file-names reference-empty; disputed tool-details optional-field reference-missing reference-shape mixed-references id-empty id-shape other-role
        titan-image-v2 [image-caption] training-records-min 5, training-records-max 10000, validation-records-max 0, tokens-margin 10, caption-chars-min 3, caption-chars-max 1024; refuse data-file-names; EndOfLife
        nova-canvas [image-caption] training-records-min 5, training-records-max 10000, validation-records-max 0, tokens-margin 10, caption-chars-min 3, caption-chars-max 1024; refuse data-file-names; EndOfLife
        titan-multimodal-embeddings [image-caption] training-records-min 1000, training-records-max 500000, validation-records-max 0, tokens-margin 10, caption-chars-max 2560; refuse data-file-names
        model-evaluation [evaluation] records-max 1000, tokens-margin 10; refuse data-file-names"#]].assert_eq(&table.join("\n"));
}

#[test]
fn every_source_has_a_place_and_a_date() {
    let catalogue = Catalogue::built_in();
    assert_eq!(catalogue.date(), "2026-11-27");
    for (tag, source) in &catalogue.sources {
        let is_known = source.place == "bedload baseline"
            || source.place.starts_with("https://")
            || source.place.contains('/')
            || source.place.contains("script");
        assert!(is_known && source.date.as_str() <= catalogue.date(), "{tag}");
    }
    for profile in catalogue.profiles() {
        let cites_itself = |source: &str, against: Option<&str>| against == Some(source);
        for (bound, limit) in &profile.limits {
            let against = limit.against.as_ref().map(|a| a.place.as_str());
            assert!(!cites_itself(&limit.source.place, against), "{} {bound:?}", profile.name);
        }
        for (point, rule) in &profile.rules {
            let against = rule.against.as_ref().map(|a| a.place.as_str());
            assert!(!cites_itself(&rule.source.place, against), "{} {point:?}", profile.name);
        }
    }
}

#[test]
fn a_near_name_is_offered() {
    let hint = |name: &str| Catalogue::built_in().get(name).expect_err("unknown").to_string();
    expect![[r"
        unknown profile `generic-sff`
        hint: did you mean `generic-sft`?"]]
    .assert_eq(&hint("generic-sff"));
    expect![[r"
        unknown profile `x`
        hint: `bedload profiles` lists them all"]]
    .assert_eq(&hint("x"));
}

#[test]
fn a_file_adds_overrides_and_builds_on_what_is_there() {
    let text = r#"
        [sources.QUOTA]
        place = "our quota increase"
        date = "2026-10"

        [[profile]]
        name = "nova-lite-sft"
        based-on = "nova-lite-sft"
        limits.training-records-max = { value = 50000, source = "QUOTA" }
        limits.images-max = "none"
        rules.extra-key = { level = "allow", source = { place = "our wiki", date = "2026-10-01" } }

        [[profile]]
        name = "our-lite"
        based-on = "nova-lite-sft"
        title = "the house model"
        encoding = "o200k_base"
    "#;
    let (before, after) = (Catalogue::built_in(), with(text).expect("a sound file"));
    let names = |catalogue: &Catalogue| -> Vec<String> {
        catalogue.profiles().iter().map(|profile| profile.name.clone()).collect()
    };
    assert_eq!(names(&after)[..names(&before).len()], names(&before));
    assert_eq!(names(&after).last().map(String::as_str), Some("our-lite"));
    let (was, is) = (before.get("nova-lite-sft").expect("known"), after.get("nova-lite-sft").expect("known"));
    let max = is.limit(Bound::TrainingRecordsMax).expect("a limit");
    assert_eq!((max.value, max.cite().as_str()), (50_000, "our quota increase (2026-10)"));
    assert_eq!(is.limit(Bound::TrainingRecordsMin), was.limit(Bound::TrainingRecordsMin));
    assert!(is.limit(Bound::ImagesMax).is_none() && was.limit(Bound::ImagesMax).is_some());
    let rule = is.rule(Point::ExtraKey).expect("a rule");
    assert_eq!((rule.level, rule.cite().as_str()), (Level::Allow, "our wiki (2026-10-01)"));
    let ours = after.get("our-lite").expect("known");
    assert_eq!((ours.title.as_str(), ours.encoding.as_str()), ("the house model", "o200k_base"));
    assert_eq!((&ours.limits, &ours.rules), (&is.limits, &is.rules));
}

#[test]
fn an_estimate_has_a_margin_and_an_exact_count_has_none() {
    for profile in Catalogue::built_in().profiles() {
        let margin = profile.limit(Bound::TokensMargin);
        assert_eq!(margin.is_some(), profile.tokens == TokenCount::Estimate, "{}", profile.name);
        let turns = profile.limit(Bound::TurnTokens).map(|limit| limit.value);
        assert_eq!(turns, (profile.name == "gpt-oss-20b-rft").then_some(4), "{}", profile.name);
    }
    let text = "[[profile]]\nname = \"x\"\nbased-on = \"nova-lite-sft\"\ntokens = \"exact\"\n";
    let exact = with(text).expect("a sound file").get("x").expect("known");
    assert_eq!(exact.limit(Bound::TokensMargin), None);
}

#[test]
fn life_cycles_are_judged_as_of_the_catalogue() {
    let life = |catalogue: &Catalogue, name: &str| catalogue.get(name).expect("known").life;
    let now = Catalogue::built_in();
    assert_eq!(life(&now, "claude-3-haiku-sft"), Life::EndOfLife);
    let on = |day: &str| with(&format!("compiled = \"{day}\"")).expect("a day");
    assert_eq!(life(&on("2026-09-09"), "claude-3-haiku-sft"), Life::Legacy);
    assert_eq!(life(&on("2026-09-10"), "claude-3-haiku-sft"), Life::EndOfLife);
    assert_eq!(life(&on("2026-03-09"), "claude-3-haiku-sft"), Life::Live);
}

#[test]
fn what_is_wrong_is_named_with_its_line() {
    let check = |keys: &str, expect: Expect| {
        let text = format!("[[profile]]\nname = \"x\"\nbased-on = \"generic-sft\"\n{keys}\n");
        let error = with(&text).expect_err(keys).to_string();
        expect.assert_eq(&error);
    };
    check(
        "colour = 1",
        expect![[r#"
            TOML parse error at line 4, column 1
              |
            4 | colour = 1
              | ^^^^^^
            unknown field `colour`, expected one of `name`, `based-on`, `title`, `model`, `task`, `formats`, `encoding`, `tokens`, `training-files`, `source`, `legacy`, `end-of-life`, `elsewhere`, `limits`, `rules`, `images`, `videos`, `documents`, `reserved-words`, `pairs`, `customization`, `models`, `hyperparameters`, `hyperparameters-unpublished`"#]],
    );
    check(
        "limits.records = { value = 1, source = \"PREP\" }",
        expect![[r#"
            TOML parse error at line 4, column 8
              |
            4 | limits.records = { value = 1, source = "PREP" }
              |        ^^^^^^^
            unknown variant `records`, expected one of `records-min`, `records-recommended`, `records-max`, `training-records-min`, `training-records-min-disputed`, `training-records-recommended`, `training-records-max`, `validation-records-min`, `validation-records-recommended`, `validation-records-max`, `training-bytes-max`, `validation-bytes-max`, `record-tokens-max`, `prompt-tokens-max`, `completion-tokens-max`, `tokens-margin`, `turn-tokens`, `image-tokens-min`, `record-chars-max`, `prompt-chars-max`, `completion-chars-max`, `caption-chars-min`, `caption-chars-max`, `images-max`, `videos-max`, `documents-max`"#]],
    );
    check(
        "limits.records-min = { value = -1, source = \"PREP\" }",
        expect![[r#"
        TOML parse error at line 4, column 32
          |
        4 | limits.records-min = { value = -1, source = "PREP" }
          |                                ^^
        invalid value: integer `-1`, expected u64"#]],
    );
    check(
        "limits.records-min = { value = 1 }",
        expect![[r#"
        TOML parse error at line 4, column 22
          |
        4 | limits.records-min = { value = 1 }
          |                      ^^^^^^^^^^^^^
        missing field `source`"#]],
    );
    check(
        "limits.turn-tokens = { value = 1001, source = \"PREP\" }",
        expect![[r#"
            line 4: profile `x`: limits.turn-tokens: 1001 is too large
            hint: write a number from 0 to 1000"#]],
    );
    check(
        "limits.tokens-margin = { value = 5, source = \"PREP\" }",
        expect![[r#"
            line 4: profile `x`: limits.tokens-margin: an exact count cannot have a margin
            hint: write `tokens = "estimate"`, or leave the margin out"#]],
    );
    check(
        "tokens = \"estimate\"\nlimits.tokens-margin = { value = 101, source = \"PREP\" }",
        expect![[r#"
            line 5: profile `x`: limits.tokens-margin: 101 is too large
            hint: write a number from 0 to 100"#]],
    );
    check(
        "limits.records-min = \"no\"",
        expect![[r#"
            line 4: profile `x`: limits.records-min: `no` is not known here
            hint: write a table, or "none" to inherit nothing"#]],
    );
    check(
        "limits.records-min = 3",
        expect![[r#"
            TOML parse error at line 4, column 22
              |
            4 | limits.records-min = 3
              |                      ^
            a number alone has no source; write { value = 3, source = { place = "…", date = "…" } }"#]],
    );
    check(
        "rules.colour = { level = \"refuse\", source = \"PREP\" }",
        expect![[r#"
            TOML parse error at line 4, column 7
              |
            4 | rules.colour = { level = "refuse", source = "PREP" }
              |       ^^^^^^
            unknown variant `colour`, expected one of `extra-key`, `schema-version-missing`, `schema-version-other`, `ends-with-user`, `several-turns`, `several-blocks`, `several-systems`, `empty-system`, `null-member`, `image`, `video`, `document`, `reasoning`, `tools`, `tool-spec`, `tool-details`, `tool-properties`, `reasoning-with-media`, `bucket-owner-missing`, `wide-file-names`, `data-file-names`, `wide-data-file-names`, `mixed-media`, `several-buckets`, `optional-field`, `reference-missing`, `reference-empty`, `reference-shape`, `mixed-references`, `id-empty`, `id-shape`, `other-role`, `reserved-word`, `reserved-word-in-answer`, `reserved-word-in-another-case`"#]],
    );
    check(
        "rules.extra-key = { level = \"forbid\", source = \"PREP\" }",
        expect![[r#"
        TOML parse error at line 4, column 29
          |
        4 | rules.extra-key = { level = "forbid", source = "PREP" }
          |                             ^^^^^^^^
        unknown variant `forbid`, expected one of `allow`, `disputed`, `refuse`"#]],
    );
    check(
        "rules.several-blocks = { level = \"disputed\", source = \"PREP\", against = \"LIFE\" }",
        expect![[r#"
            line 4: profile `x`: rules.several-blocks: this rule has no level `disputed`
            hint: write `allow` or `refuse`"#]],
    );
    check(
        "rules.extra-key = { level = \"disputed\", source = \"PREP\" }",
        expect![[r#"
        line 4: profile `x`: rules.extra-key: `disputed` needs two sources
        hint: write `against = …`: the source that says otherwise"#]],
    );
    check(
        "\nsource = { place = \"x\", date = \"yesterday\" }",
        expect![[r#"
        line 5: profile `x`: source: `yesterday` is no date
        hint: write YYYY-MM-DD or YYYY-MM"#]],
    );
    check(
        "legacy = { date = \"2026-03\", source = \"LIFE\" }",
        expect![[r#"
        line 4: profile `x`: legacy: `2026-03` is no day
        hint: write YYYY-MM-DD"#]],
    );
    check(
        "formats = [\"csv\"]",
        expect![[r#"
            line 4: profile `x`: formats: unknown format `csv`
            hint: the formats are prompt-completion, text, input, preference, prompt, claude-messages, converse, converse-preference, chat-rft, image-caption, evaluation"#]],
    );
    check(
        "formats = []",
        expect![[r#"
            line 4: profile `x`: formats: a profile needs at least one format
            hint: the formats are prompt-completion, text, input, preference, prompt, claude-messages, converse, converse-preference, chat-rft, image-caption, evaluation"#]],
    );
    check(
        "reserved-words = [{ words = [\"\"], source = \"PREP\" }]",
        expect![[r#"
        line 4: profile `x`: reserved-words: an empty word matches every text
        hint: leave it out"#]],
    );
    check(
        "[[profile]]\nname = \"x\"",
        expect![[r#"
        line 5: name: `x` occurs twice in this file
        hint: leave one of them"#]],
    );
    check(
        "[[profile]]\nname = \"Über\"",
        expect![[r#"
        line 5: name: `Über` is no name of a profile
        hint: a name is made of a-z, 0-9, `.` and `-`"#]],
    );
    check(
        "[[profile]]\nname = \"y\"\nbased-on = \"generic-sff\"",
        expect![[r#"
        line 6: profile `y`: based-on: unknown profile `generic-sff`
        hint: did you mean `generic-sft`?"#]],
    );
    check(
        "[[profile]]\nname = \"y\"\nmodel = \"m\"\ntask = \"t\"",
        expect![[r#"
        line 5: profile `y`: formats: it is missing
        hint: write it, or take it from another profile with `based-on`, e.g. formats = ["prompt-completion"]"#]],
    );
    let unknown_tag = with("[[profile]]\nname = \"x\"\nbased-on = \"generic-sft\"\n\nsource = \"PERP\"\n");
    let said = unknown_tag.expect_err("an unknown tag").to_string();
    assert!(said.starts_with("line 5: profile `x`: source: unknown source `PERP`\nhint: "), "{said}");
    assert!(said.contains(" PREP, "), "{said}");
}
