//! How long records are: tokens against the limit of the target, prompts and completions, bytes and turns.

use bedload_record::plural::{agree, count};
use bedload_record::{Measure, Side};
use maud::{Markup, html};

use crate::html::Page;
use crate::html::chart::{Bin, Histogram, Mark};
use crate::html::numbers::counted;
use crate::html::parts::{NONE, empty, section};
use crate::html::tables::Lengths;

const SQL: &str = "SELECT measure, low, high, split, records\nFROM 'report/distributions.parquet'\nWHERE verdict = 'kept' AND measure = 'tokens' ORDER BY low, split;";
const SQL_RECORDS: &str = "SELECT quantile_disc(tokens, [0.5, 0.9, 0.99, 1]) AS p50_p90_p99_max, sum(tokens) AS tokens\nFROM 'report/records.parquet'\nWHERE verdict = 'kept';";

/// Columns of a chart; more are joined two by two.
const COLUMNS_MAX: usize = 64;

/// Columns of a chart; with fewer, a column is no column any more.
const COLUMNS_MIN: usize = 14;

/// All lengths.
pub(crate) fn lengths(page: &Page) -> Markup {
    let quantiles = page.record_tokens;
    let [limit, prompt, completion] = page.limits.tokens;
    let margin = page.limits.margin;
    let about = html! {
        @if page.is_counted && quantiles.count > 0 {
            "Half of the records have at most " (count(quantiles.p50)) " " (agree(quantiles.p50, "token", "tokens")) ", nine in ten at most " (count(quantiles.p90)) ", the longest " (count(quantiles.max)) ". "
        }
        @if let Some(limit) = limit.filter(|_| page.is_counted && quantiles.count > 0) {
            "The target takes up to " (count(limit)) " a record"
            @if margin > 0 { "; its own count may differ from this one by " (margin) " %, which is the shaded band" }
            "."
        }
    };
    let marks =
        [("p50", quantiles.p50), ("p90", quantiles.p90), ("p99", quantiles.p99), ("max", quantiles.max)];
    let body = html! {
        @match found(page, Measure::Tokens).filter(|_| page.is_counted) {
            Some(of) => {
                (chart(page, of, "Tokens per record", "tokens", &marks, limit))
                div class="two" {
                    @for (measure, title, limit) in [(Measure::PromptTokens, "Prompt", prompt), (Measure::CompletionTokens, "Completion", completion)] {
                        @if let Some(of) = found(page, measure) { (small(page, of, title, "tokens", limit)) }
                    }
                }
            }
            None if page.tables.lengths.is_empty() => (empty(if super::head::kept(page) == 0 { "No lengths: no record was kept." } else { "No lengths: this directory was built by a version that did not count them." })),
            None => (empty("Tokens were not counted in this run.")),
        }
        div class="two" {
            @for (measure, title, unit) in [(Measure::Bytes, "Size of a line", "bytes"), (Measure::Turns, "Turns of a conversation", "turns")] {
                @if let Some(of) = found(page, measure) { (small(page, of, title, unit, None)) }
            }
        }
    };
    let queries: &[&str] = if page.tables.lengths.is_empty() { NONE } else { &[SQL, SQL_RECORDS] };
    section("lengths", "Lengths", &about, &body, queries)
}

fn found(page: &Page, measure: Measure) -> Option<&Lengths> {
    page.tables.lengths.iter().find(|of| of.measure == measure && of.records() > 0)
}

/// A chart beside another one.
fn small(page: &Page, of: &Lengths, title: &str, unit: &str, limit: Option<u64>) -> Markup {
    html! {
        div {
            h3 { (title) }
            p class="sub" { "half have up to about " (counted(of.at_most(50), unit)) ", nine in ten up to about " (count(of.at_most(90))) }
            (chart(page, of, title, unit, &[], limit))
        }
    }
}

fn chart(
    page: &Page,
    of: &Lengths,
    title: &str,
    unit: &str,
    marks: &[(&str, u64)],
    limit: Option<u64>,
) -> Markup {
    let mut bins = of.bins.clone();
    if let Some(limit) = limit {
        reach(&mut bins, limit.saturating_add(limit / 100 * page.limits.margin));
    }
    while bins.len() < COLUMNS_MIN
        && let Some((_, high, _)) = bins.last()
    {
        let next = high.saturating_add(1);
        reach(&mut bins, next);
    }
    while bins.len() > COLUMNS_MAX {
        bins = joined(&bins);
    }
    let names = [("training", "train"), ("validation", "validation"), ("test", "test")];
    let parts = Side::ALL.into_iter().zip(names).map(|(side, (name, class))| {
        (name, class, bins.iter().map(|(_, _, sides)| sides[side as usize]).collect::<Vec<u64>>())
    });
    let marks = marks.iter().filter(|(_, at)| *at > 0).map(|(name, at)| Mark {
        name: (*name).to_owned(),
        at: *at,
        is_limit: false,
    });
    let limits = limit.map(|at| Mark { name: "limit".to_owned(), at, is_limit: true });
    let margin = page.limits.margin;
    // Counts from this one on may be over the limit as the target counts.
    let doubt = limit.filter(|_| margin > 0).map(|limit| {
        let (limit, margin) = (u128::from(limit), u128::from(margin));
        let bound = |n: u128| u64::try_from(n).unwrap_or(u64::MAX);
        (bound(limit * 100 / (100 + margin)), bound(limit * (100 + margin) / 100))
    });
    Histogram {
        title,
        unit,
        of: "records",
        bins: bins.iter().map(|(low, high, _)| Bin { from: *low, to: high.saturating_add(1) }).collect(),
        parts: parts.filter(|(_, _, counts)| counts.iter().any(|n| *n > 0)).collect(),
        marks: limits.into_iter().chain(marks).collect(),
        margin: doubt,
        is_hundredths: false,
    }
    .draw()
}

type Bins = Vec<(u64, u64, [u64; Side::COUNT])>;

/// Adds empty bins up to a value, so that it is drawn.
fn reach(bins: &mut Bins, value: u64) {
    while let Some((_, high, _)) = bins.last()
        && *high < value
        && let Some(next) = high.checked_add(1)
    {
        let next = bedload_record::Bin::of(next);
        bins.push((next.low(), next.high(), [0; Side::COUNT]));
    }
}

/// Neighbours joined, two by two.
fn joined(bins: &Bins) -> Bins {
    let mut all: Bins = Vec::new();
    for (nth, (low, high, sides)) in bins.iter().enumerate() {
        match all.last_mut() {
            Some((_, end, sum)) if nth % 2 == 1 => {
                *end = *high;
                sum.iter_mut().zip(sides).for_each(|(n, more)| *n += more);
            }
            _ => all.push((*low, *high, *sides)),
        }
    }
    all
}
