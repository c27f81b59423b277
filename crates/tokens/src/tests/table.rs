//! Tricky texts by hand: each alternative of the patterns, and runs of white space beside every neighbour.

use super::{Counter, Encoding, oracle_count, with_all};
use crate::tiktoken::Tiktoken;

/// Compares with the oracle under every encoding, uncut and with white space cut from one byte on.
fn check(text: &str) {
    for encoding in Encoding::ALL {
        let expected = Ok(oracle_count(encoding, text));
        with_all(encoding, |counter| assert_eq!(counter.count(text), expected, "{counter:?} {text:?}"));
        for run_bytes_min in [1, 2, 3, 5] {
            let counter = Tiktoken::with_run_bytes_min(encoding, run_bytes_min);
            assert_eq!(counter.count(text), expected, "{encoding}, runs from {run_bytes_min}: {text:?}");
        }
    }
}

#[test]
fn tricky_texts() {
    let texts = [
        "it's we'll I'VE they'Re 'sound' o'clock x'ſ '' 's",
        "HTTPServer camelCase XMLHttpRequest ǅungla ªB ʰAAA",
        "1 12 123 1234 12345 3.14159 ⅷ² ١٢٣٤",
        "a\n\nb\n \nc\r\n\r\nd\n\n\n\n    e",
        "trailing   ",
        "trailing\n",
        "trailing \n ",
        "\u{85}a\u{85}\u{85}b \u{85} c",
        "e\u{301} \u{301}\u{301} !\u{301} \u{301}a A\u{301}B",
        "!\u{301}\n\n  x !!\u{301}\n\n  x a\u{301}\n\n  x",
        "👨\u{200d}👩\u{200d}👧 🏳\u{fe0f}\u{200d}🌈 🙂🙂",
        "<|endoftext|> <|endofprompt|><|start|>user<|message|>hi<|end|>",
        "path/to//file !\n/\n/ x/\n\n  y ./\n",
        "日本語のテキスト、한국어 텍스트 نص عربي",
        "\u{feff}bom \u{200b}zero\u{200b} width \0 \u{7f}",
        "if x:\n\t\treturn {\"a\": [1, 2,  3]}\n\n\n",
    ];
    texts.into_iter().for_each(check);
    check(&texts.concat());
    check(&texts.join("   "));
}

#[test]
fn white_space_beside_every_neighbour() {
    let neighbours =
        ["", "a", "Z", "7", "!", "/", "!/", "'s", "\u{301}", "!\u{301}", "一", "🙂", "\0", "<|endoftext|>"];
    let runs = [
        " ",
        "  ",
        "   ",
        "\n",
        "\n\n",
        "\r\n",
        "\n ",
        " \n",
        "\n  ",
        "  \n",
        " \n ",
        "\n\n \n  ",
        "\t\t",
        "\r\r \t ",
        "\u{a0}\u{a0}",
        " \u{a0}",
        "\u{a0} ",
        "\u{85}\u{85}",
        "\n\u{85}",
        "\u{85}\n",
        "\u{3000}\u{3000}",
        "\u{2028}\n\u{2029} ",
        "\u{b}\u{c} ",
    ];
    for left in neighbours {
        for right in neighbours {
            for run in runs {
                check(&format!("{left}{run}{right}"));
            }
        }
    }
}

#[test]
fn runs_around_the_length_at_which_they_are_cut() {
    for blank in [" ", "\t", "\n", "\u{a0}", "\u{3000}", " \n", "\n \t"] {
        for bytes in [4090, 4094, 4095, 4096, 4097, 4098, 4200, 8192, 20_000] {
            let run = blank.repeat(bytes / blank.len());
            for text in
                [run.clone(), format!("{run}x"), format!("x!{run}"), format!("a.{run}\n  {run} b{run}1")]
            {
                for encoding in Encoding::ALL {
                    let expected = Ok(oracle_count(encoding, &text));
                    assert_eq!(Counter::new(encoding).count(&text), expected, "{encoding} {blank:?} {bytes}");
                }
            }
        }
    }
}
