//! One line in, the repaired line and its patches out; and the laws of repairs.

use expect_test::{Expect, expect};
use proptest::prelude::*;

use super::draft::{Draft, apply};
use super::*;
use crate::convert::Weights;

fn repair(format: &str, unsafe_fixes: bool) -> Repair {
    let format = Format::from_name(format).expect("a format");
    let selection = Selection { unsafe_fixes, ..Selection::default() };
    Repair::new(&selection, Some((Schema::new(None, Weights::Error), format)))
}

fn check(format: &str, line: &str, expect: Expect) {
    let shown = |unsafe_fixes| {
        let repaired =
            repair(format, unsafe_fixes).line(Framing::Line, line.as_bytes(), &mut Tools::default());
        let Some(Repaired { line: made, patches }) = repaired else { return "as it was".to_owned() };
        let made = made.map_or("removed".to_owned(), |made| String::from_utf8(made).expect("UTF-8"));
        let patches = patches.iter().map(|patch| {
            let Patch { rule, begin, end, with, .. } = patch;
            format!("\n  {} {begin}..{end} to {} bytes: {}", rule.code, with.len(), rule.title)
        });
        made + &patches.collect::<String>()
    };
    let (safe, all) = (shown(false), shown(true));
    let shown = if safe == all { safe } else { format!("{safe}\nunsafe: {all}") };
    expect.assert_eq(&shown);
}

#[test]
fn what_is_wrong_before_there_is_a_record() {
    let check = |line: &str, expect: Expect| check("prompt-completion", line, expect);
    check(r#"{"prompt":"p","completion":"c"}"#, expect!["as it was"]);
    check(
        "\u{feff}\u{feff}{\"prompt\":\"p\",\"completion\":\"c\"},",
        expect![[r#"
        {"prompt":"p","completion":"c"}
          json/bom 0..6 to 0 bytes: byte order mark removed
          json/syntax 37..38 to 0 bytes: trailing comma removed"#]],
    );
    check(
        r#"{"prompt":"p,}","completion":"c" , } "#,
        expect![[r#"
        {"prompt":"p,}","completion":"c"  } 
          json/syntax 33..34 to 0 bytes: trailing comma removed"#]],
    );
    check(
        r#"{"prompt":"p","completion":"c","x":[1,[2,],],}"#,
        expect![[r#"
        {"prompt":"p","completion":"c","x":[1,[2]]}
          json/syntax 40..41 to 0 bytes: trailing comma removed
          json/syntax 42..43 to 0 bytes: trailing comma removed
          json/syntax 44..45 to 0 bytes: trailing comma removed"#]],
    );
    check(r#"{"prompt":"p","completion":"c",,}"#, expect!["as it was"]);
    check(r#"{"prompt":"p" "completion":"c",}"#, expect!["as it was"]);
    check(
        " \t",
        expect![[r#"
        removed
          json/blank-line 0..2 to 0 bytes: blank line removed"#]],
    );
    check(
        "\u{feff}",
        expect![[r#"
        removed
          json/blank-line 0..3 to 0 bytes: blank line removed"#]],
    );
    check(",", expect!["as it was"]);
    check(
        r#"{"prompt":"\ud83d \udc00","completion":"\ud83d\ude00",}"#,
        expect![[r#"
        {"prompt":"\ud83d \udc00","completion":"\ud83d\ude00"}
          json/syntax 53..54 to 0 bytes: trailing comma removed
        unsafe: {"prompt":"\ufffd \ufffd","completion":"\ud83d\ude00"}
          json/lone-surrogate 11..17 to 6 bytes: half a surrogate pair replaced with U+FFFD
          json/lone-surrogate 18..24 to 6 bytes: half a surrogate pair replaced with U+FFFD
          json/syntax 53..54 to 0 bytes: trailing comma removed"#]],
    );
    check(r#"{"prompt":"p","completion":"c","\ud83d":1,"\ufffd":2}"#, expect!["as it was"]);
    check(r#"{"prompt":"p","prompt":"q","completion":"c"}"#, expect!["as it was"]);
}

#[test]
fn members_that_say_nothing() {
    let check = |line: &str, expect: Expect| check("converse", line, expect);
    let record = |before: &str, after: &str| {
        let turn = |role: &str| format!(r#"{{"role":"{role}","content":[{{"text":"t"}}]}}"#);
        format!(r#"{{{before}"messages":[{},{}]{after}}}"#, turn("user"), turn("assistant"))
    };
    check(
        &record(r#""system":[], "#, ""),
        expect![[r#"
        {"messages":[{"role":"user","content":[{"text":"t"}]},{"role":"assistant","content":[{"text":"t"}]}]}
          schema/empty-content 1..14 to 0 bytes: blank system prompt removed"#]],
    );
    check(
        &record("", r#" , "system" : null"#),
        expect![[r#"
        {"messages":[{"role":"user","content":[{"text":"t"}]},{"role":"assistant","content":[{"text":"t"}]}]}
          schema/wrong-type 100..118 to 0 bytes: null member removed"#]],
    );
    check(
        &record(r#""system":[{"text":" \n"}],"#, r#","toolConfig":null"#),
        expect![[r#"
        {"messages":[{"role":"user","content":[{"text":"t"}]},{"role":"assistant","content":[{"text":"t"}]}]}
          schema/empty-content 1..27 to 0 bytes: blank system prompt removed
          schema/wrong-type 126..144 to 0 bytes: null member removed"#]],
    );
    check(&record(r#""system":[{"text":""},{"text":"s"}],"#, ""), expect!["as it was"]);
    check(
        &record("", r#","toolConfig":{"tools":[]},"id":1"#),
        expect![[r#"
        {"messages":[{"role":"user","content":[{"text":"t"}]},{"role":"assistant","content":[{"text":"t"}]}],"id":1}
          schema/tool-spec 101..127 to 0 bytes: empty list of tools removed"#]],
    );
    check(&record("", r#","toolConfig":{"tools":[],"toolChoice":{"any":{}}}"#), expect!["as it was"]);
    check(
        r#"{"messages":null,"system":[]}"#,
        expect![[r#"
        {"messages":null}
          schema/empty-content 16..28 to 0 bytes: blank system prompt removed"#]],
    );
}

#[test]
fn turns_at_the_end() {
    let check = |turns: &[(&str, &str)], expect: Expect| {
        let turns: Vec<String> = turns
            .iter()
            .map(|(role, content)| format!(r#"{{"role":"{role}","content":[{content}]}}"#))
            .collect();
        check("converse", &format!(r#"{{"messages":[{}]}}"#, turns.join(", ")), expect);
    };
    let (t, blank) = (r#"{"text":"t"}"#, r#"{"text":" "}"#);
    check(
        &[("user", t), ("assistant", t), ("user", blank)],
        expect![[r#"
        as it was
        unsafe: {"messages":[{"role":"user","content":[{"text":"t"}]}, {"role":"assistant","content":[{"text":"t"}]}]}
          schema/empty-content 100..142 to 0 bytes: blank turn at the end removed"#]],
    );
    check(
        &[("user", t), ("assistant", t), ("user", t), ("assistant", blank)],
        expect![[r#"
        as it was
        unsafe: {"messages":[{"role":"user","content":[{"text":"t"}]}, {"role":"assistant","content":[{"text":"t"}]}]}
          schema/empty-content 100..189 to 0 bytes: blank turn at the end removed"#]],
    );
    check(&[("user", t), ("assistant", blank)], expect!["as it was"]);
    check(
        &[("user", t), ("assistant", t), ("assistant", blank)],
        expect![[r#"
        as it was
        unsafe: {"messages":[{"role":"user","content":[{"text":"t"}]}, {"role":"assistant","content":[{"text":"t"}]}]}
          schema/empty-content 100..147 to 0 bytes: blank turn at the end removed"#]],
    );
    check(&[("user", blank), ("assistant", t)], expect!["as it was"]);
    check(&[("user", blank)], expect!["as it was"]);
}

#[test]
fn a_blank_system_prompt_of_another_type_says_nothing_either() {
    let record = |system: &str| {
        let turn = |role: &str| format!(r#"{{"role":"{role}","content":"t"}}"#);
        format!(r#"{{{system}"messages":[{},{}]}}"#, turn("user"), turn("assistant"))
    };
    check(
        "claude-messages",
        &record(r#""system":[],"#),
        expect![[r#"
        {"messages":[{"role":"user","content":"t"},{"role":"assistant","content":"t"}]}
          schema/wrong-type 1..13 to 0 bytes: blank system prompt removed"#]],
    );
    check("claude-messages", &record(r#""system":["s"],"#), expect![["as it was"]]);
}

#[test]
fn null_under_a_key_that_the_format_does_not_have_says_nothing() {
    let profile = bedload_bedrock::Catalogue::built_in().get("claude-3-haiku-sft").expect("a profile");
    let format = Format::from_name("claude-messages").expect("a format");
    let schema = Schema::new(Some(profile), Weights::Error);
    let repair = Repair::new(&Selection::default(), Some((schema, format)));
    let repaired = |line: &str| {
        let made = repair.line(Framing::Line, line.as_bytes(), &mut Tools::default())?;
        String::from_utf8(made.line?).ok()
    };
    let record = |in_turn: &str, after: &str| {
        format!(
            r#"{{"messages":[{{"role":"user","content":"t"{in_turn}}},{{"role":"assistant","content":"t"}}]{after}}}"#
        )
    };
    let line = record(r#","name":null"#, r#","a":null,"b":null , "c" : null"#);
    assert_eq!(repaired(&line), Some(record("", "")));
    let line = record("", r#","a":null,"b":1,"c":null,"d":{"e":null}"#);
    assert_eq!(repaired(&line), Some(record("", r#","b":1,"d":{"e":null}"#)));
    assert_eq!(repaired(&record("", r#","b":1,"d":{"e":null}"#)), None);
}

/// A record with blocks, in the conversation's only question.
fn question(blocks: &[String]) -> String {
    let answer = r#"{"role":"assistant","content":[{"text":"a"}]}"#;
    format!(r#"{{"messages":[{{"role":"user","content":[{}]}},{answer}]}}"#, blocks.join(","))
}

/// A block of a question with a damage, and as it is repaired.
fn block(n: usize, damage: usize) -> (String, String) {
    let sound = format!(r#"{{"text":"t{n}"}}"#);
    match damage {
        0 => (format!(r#"{{"text":"t{n}","image":null}}"#), sound),
        1 => (format!(r#"{{"image" : null, "text":"t{n}"}}"#), sound),
        2 => (format!(r#"{{"text":"t{n}","image":null , "video":null}}"#), sound),
        3 => (format!(r#"{{"text":"t{n}\udc00"}}"#), format!(r#"{{"text":"t{n}\ufffd"}}"#)),
        4 => (format!(r#"{{"text":"t{n}", }}"#), format!(r#"{{"text":"t{n}" }}"#)),
        // This one is not: two keys would be the same.
        5 => [(); 2].map(|()| format!(r#"{{"\ud83d":{n},"\ufffd":0,"text":"t"}}"#)).into(),
        _ => (sound.clone(), sound),
    }
}

fn blocks(damages: &[usize]) -> (String, String) {
    let (damaged, sound): (Vec<String>, Vec<String>) =
        damages.iter().enumerate().map(|(n, damage)| block(n, *damage)).unzip();
    (question(&damaged), question(&sound))
}

fn unsafely(line: &str) -> (String, usize) {
    let repair = repair("converse", true);
    match repair.line(Framing::Line, line.as_bytes(), &mut Tools::default()) {
        Some(Repaired { line, patches }) => {
            (String::from_utf8(line.expect("the line is not blank")).expect("UTF-8"), patches.len())
        }
        None => (line.to_owned(), 0),
    }
}

#[test]
fn thousands_of_damages_in_a_line_are_all_repaired() {
    let damages: Vec<usize> = (0..2_000).map(|n| n % 5).collect();
    let (before, sound) = blocks(&damages);
    // Two members of the third kind are removed.
    assert_eq!(unsafely(&before), (sound, 2_400));
}

#[test]
fn what_cannot_be_repaired_is_told_from_the_many_that_can() {
    for places in [vec![0], vec![1_999], vec![7, 700, 701, 1_400]] {
        let mut damages = vec![3; 2_000];
        places.iter().for_each(|n| damages[*n] = 5);
        let (before, after) = blocks(&damages);
        assert_eq!(unsafely(&before), (after, 2_000 - places.len()), "{places:?}");
    }
}

/// How often a line is read until the repairs of a code are made, and how many edits these are.
fn trial(code: Code, line: &str) -> (usize, usize) {
    let (repair, mut tools) = (repair("converse", false), Tools::default());
    let rule = repair.rule(code).expect("a repair");
    let found = repair.examine(Framing::Line, line.as_bytes(), &mut tools);
    let mine: Vec<&RecordFinding> = found.iter().filter(|finding| finding.code == code).collect();
    let (draft, mut readings) = (Draft::new(line.as_bytes()), 0);
    let proposals = (rule.propose)(line.as_bytes(), &mine);
    let made = trial::run(rule, proposals, &draft, &found, |text| {
        readings += 1;
        repair.examine(Framing::Line, text, &mut tools)
    });
    (readings, made.map_or(0, |made| made.edits.len()))
}

#[test]
fn what_cannot_be_mended_is_read_a_few_times_however_much_there_is() {
    let record = |turn: &str| format!(r#"{{"messages":[{}]}}"#, vec![turn; 2_000].join(","));
    let of_null = record(r#"{"role":null,"content":[{"text":"t"}]}"#);
    assert_eq!(trial(Code::SchemaWrongType, &of_null), (1, 0));
    let (before, good) = (record(r#"{"role":null,"x":1,"content":null}"#), r#","toolConfig":null}"#);
    assert_eq!(trial(Code::SchemaWrongType, &before), (3, 0));
    let mixed = format!("{}{good}", &before[..before.len() - 1]);
    assert_eq!(trial(Code::SchemaWrongType, &mixed), (4, 1));
}

#[test]
fn what_mends_nothing_is_left_alone_beside_what_does() {
    check(
        "converse",
        &question(&[r#"{"text":"t","image":null}"#, r#"{"poem":"t","image":null}"#].map(str::to_owned)),
        expect![[r#"
            {"messages":[{"role":"user","content":[{"text":"t"},{"poem":"t","image":null}]},{"role":"assistant","content":[{"text":"a"}]}]}
              schema/unknown-block 50..63 to 0 bytes: null member removed"#]],
    );
}

/// A valid record, and what can be done to it.
fn valid() -> impl Strategy<Value = String> {
    let text = "[a-z][a-z ,}\\]é]{0,8}";
    let turns = prop::collection::vec((text, text), 1..4);
    (turns, prop::option::of(text), " {0,2}").prop_map(|(turns, system, space)| {
        let turn =
            |role: &str, text: &str| format!(r#"{{"role":"{role}",{space}"content":[{{"text":"{text}"}}]}}"#);
        let turns: Vec<String> =
            turns.iter().flat_map(|(ask, answer)| [turn("user", ask), turn("assistant", answer)]).collect();
        let system =
            system.map_or(String::new(), |text| format!(r#""system":[{{"text":"{text}"}}],{space}"#));
        format!(r#"{{{system}"messages":{space}[{}]}}"#, turns.join(&format!(",{space}")))
    })
}

/// Damages a record in some of the ways that are repaired.
fn damaged(line: &str, ways: [bool; 7]) -> String {
    let [mark, comma, inner, null, system, surrogate, turn] = ways;
    let mut line = line.to_owned();
    let has_system = line.contains("\"system\"");
    if turn {
        let blank = r#",{"role":"user","content":[{"text":" "}]}]}"#;
        line.replace_range(line.len() - 2.., blank);
    }
    if null {
        line.insert_str(line.len() - 1, r#","toolConfig" : null"#);
    }
    if system && !has_system {
        line.insert_str(1, r#""system":[], "#);
    }
    if surrogate {
        line = line.replacen(r#""text":""#, r#""text":"\ud83d"#, 1);
    }
    if inner {
        line.insert(line.len() - 1, ',');
    }
    if comma {
        line.push(',');
    }
    if mark {
        line.insert(0, '\u{feff}');
    }
    line
}

proptest! {
    #[test]
    fn what_is_valid_stays_as_it_is(line in valid()) {
        let found = repair("converse", true).line(Framing::Line, line.as_bytes(), &mut Tools::default());
        prop_assert_eq!(found, None);
    }

    #[test]
    fn damage_is_repaired_once_and_nothing_else_changes(line in valid(), ways in any::<[bool; 7]>()) {
        let (repair, mut tools) = (repair("converse", true), Tools::default());
        let before = damaged(&line, ways);
        let Some(Repaired { line: after, patches }) = repair.line(Framing::Line, before.as_bytes(), &mut tools)
        else {
            prop_assert_eq!(before, line);
            return Ok(());
        };
        let after = after.expect("the line is not blank");
        prop_assert_eq!(repair.examine(Framing::Line, &after, &mut tools), Vec::new(), "{}", before);
        prop_assert_eq!(repair.line(Framing::Line, &after, &mut tools), None);
        prop_assert_eq!(&apply(before.as_bytes(), &patches), &after);
        prop_assert!(patches.windows(2).all(|pair| pair[0].end <= pair[1].begin));
        let [.., surrogate, _] = ways;
        if !surrogate {
            prop_assert_eq!(String::from_utf8(after).expect("UTF-8"), line);
        }
    }

    #[test]
    fn any_line_is_repaired_once(line in r#"[\[\]{},: "a\\u0d8\u{feff}]{0,24}"#) {
        let (repair, mut tools) = (repair("converse", true), Tools::default());
        let repaired = repair.line(Framing::Line, line.as_bytes(), &mut tools);
        if let Some(Repaired { line: Some(after), patches }) = repaired {
            prop_assert_eq!(repair.line(Framing::Line, &after, &mut tools), None);
            prop_assert_eq!(apply(line.as_bytes(), &patches), after);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn hundreds_of_damages_are_repaired_once(
        kinds in prop::collection::vec(0..7_usize, 1..4),
        order in prop::collection::vec(0..4_usize, 100..300),
    ) {
        let damages: Vec<usize> = order.iter().map(|n| kinds[n % kinds.len()]).collect();
        let (before, sound) = blocks(&damages);
        let (after, changes) = unsafely(&before);
        prop_assert_eq!(unsafely(&after), (after.clone(), 0));
        if !damages.contains(&5) {
            prop_assert_eq!(&after, &sound);
        }
        prop_assert_eq!(changes == 0, after == before);
    }
}
