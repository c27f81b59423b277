//! Charts as they are written.

use expect_test::{Expect, expect};
use maud::Markup;

use super::*;

/// One element a line.
fn check(markup: &Markup, expected: &Expect) {
    let text = markup.0.replace("><", ">\n<");
    expected.assert_eq(&text);
}

#[test]
fn a_stack_shows_what_is_little() {
    let parts =
        [Part { name: "kept", class: "train", n: 999_999 }, Part { name: "<lost>", class: "rejected", n: 1 }];
    check(
        &stack("All", &parts),
        &expect![[r#"
        <svg class="stack" width="100%" height="30" role="img" aria-label="All">
        <title>All</title>
        <rect class="train" x="0%" y="0" width="99.6%" height="30">
        <title>kept: 999,999 (&gt;99.9 %)</title>
        </rect>
        <rect class="rejected" x="99.6%" y="0" width="0.4%" height="30">
        <title>&lt;lost&gt;: 1 (&lt;0.1 %)</title>
        </rect>
        </svg>
        <ul class="legend">
        <li>
        <i class="key train">
        </i>kept <b>999,999</b> <span class="soft">&gt;99.9 %</span>
        </li>
        <li>
        <i class="key rejected">
        </i>&lt;lost&gt; <b>1</b> <span class="soft">&lt;0.1 %</span>
        </li>
        </ul>"#]],
    );
}

#[test]
fn a_strip_says_where_most_are() {
    check(
        &strip("json/syntax", &[0, 3, 0, 1]),
        &expect![[r#"
            <svg class="strip" width="100%" height="22" role="img" aria-label="json/syntax: 4 in the inputs, in 2 of 4 equal parts; most (3) in part 2">
            <title>json/syntax: 4 in the inputs, in 2 of 4 equal parts; most (3) in part 2</title>
            <rect class="floor" x="0" y="21" width="100%" height="1">
            </rect>
            <rect x="25%" y="1" width="20.5%" height="21">
            </rect>
            <rect x="75%" y="15" width="20.5%" height="7">
            </rect>
            </svg>"#]],
    );
    check(
        &strip("json/syntax", &[]),
        &expect![[r#"
            <svg class="strip" width="100%" height="22" role="img" aria-label="json/syntax: none at a line of the inputs">
            <title>json/syntax: none at a line of the inputs</title>
            <rect class="floor" x="0" y="21" width="100%" height="1">
            </rect>
            </svg>"#]],
    );
}

#[test]
fn a_histogram_has_limit_margin_and_a_table() {
    let histogram = Histogram {
        title: "Tokens per record",
        unit: "tokens",
        of: "records",
        bins: [(0, 8), (8, 16), (16, 32), (32, 64)].map(|(from, to)| Bin { from, to }).to_vec(),
        parts: vec![("training", "train", vec![0, 30, 10, 0]), ("test", "test", vec![0, 1, 0, 0])],
        marks: vec![
            Mark { name: "limit".to_owned(), at: 40, is_limit: true },
            Mark { name: "p50".to_owned(), at: 9, is_limit: false },
        ],
        margin: Some((36, 44)),
        is_hundredths: false,
    };
    check(
        &histogram.draw(),
        &expect![[r#"
            <svg class="histogram" width="100%" height="212" role="img" aria-label="Tokens per record: 41 records; limit 40; p50 9">
            <title>Tokens per record: 41 records; limit 40; p50 9</title>
            <rect class="doubt" x="78.12%" y="30" width="6.25%" height="160">
            <title>within the margin of the token count</title>
            </rect>
            <line class="grid" x1="0" x2="100%" y1="138.4" y2="138.4">
            </line>
            <text class="scale" x="-8" y="142.4" text-anchor="end">10</text>
            <line class="grid" x1="0" x2="100%" y1="86.8" y2="86.8">
            </line>
            <text class="scale" x="-8" y="90.8" text-anchor="end">20</text>
            <line class="grid" x1="0" x2="100%" y1="35.2" y2="35.2">
            </line>
            <text class="scale" x="-8" y="39.2" text-anchor="end">30</text>
            <line class="axis" x1="0" x2="100%" y1="190" y2="190">
            </line>
            <rect class="train" x="27%" y="35.2" width="21%" height="154.8">
            <title>8–15 tokens: 30 training</title>
            </rect>
            <rect class="test" x="27%" y="30" width="21%" height="5.2">
            <title>8–15 tokens: 1 test</title>
            </rect>
            <rect class="train" x="52%" y="138.4" width="21%" height="51.6">
            <title>16–31 tokens: 10 training</title>
            </rect>
            <text class="tick" x="0%" y="206" text-anchor="start">0</text>
            <text class="tick wide" x="6.25%" y="206" text-anchor="start">2</text>
            <text class="tick" x="15.62%" y="206" text-anchor="start">5</text>
            <text class="tick" x="31.25%" y="206" text-anchor="middle">10</text>
            <text class="tick" x="56.25%" y="206" text-anchor="middle">20</text>
            <text class="tick" x="71.88%" y="206" text-anchor="middle">30</text>
            <text class="tick" x="89.06%" y="206" text-anchor="end">50</text>
            <line class="mark limit" x1="81.25%" x2="81.25%" y1="16" y2="190">
            </line>
            <text class="mark limit" x="81.25%" y="12" text-anchor="middle">limit 40</text>
            <line class="mark" x1="28.12%" x2="28.12%" y1="16" y2="190">
            </line>
            <text class="mark" x="28.12%" y="12" text-anchor="middle">p50 9</text>
            </svg>
            <ul class="legend">
            <li>
            <i class="key train">
            </i>training</li>
            <li>
            <i class="key test">
            </i>test</li>
            </ul>
            <details class="data">
            <summary>Table</summary>
            <table>
            <thead>
            <tr>
            <th>tokens</th>
            <th class="num">training</th>
            <th class="num">test</th>
            <th class="num">share</th>
            </tr>
            </thead>
            <tbody>
            <tr>
            <th scope="row">8–15</th>
            <td class="num">30</td>
            <td class="num">1</td>
            <td class="num">75.6 %</td>
            </tr>
            <tr>
            <th scope="row">16–31</th>
            <td class="num">10</td>
            <td class="num">0</td>
            <td class="num">24.4 %</td>
            </tr>
            </tbody>
            </table>
            </details>"#]],
    );
    check(
        &Histogram::default().draw(),
        &expect![[r#"
            <svg class="histogram" width="100%" height="196" role="img" aria-label=": 0 ">
            <title>: 0 </title>
            <line class="axis" x1="0" x2="100%" y1="174" y2="174">
            </line>
            </svg>
            <details class="data">
            <summary>Table</summary>
            <table>
            <thead>
            <tr>
            <th>
            </th>
            <th class="num">share</th>
            </tr>
            </thead>
            <tbody>
            </tbody>
            </table>
            </details>"#]],
    );
}
