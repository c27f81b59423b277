//! The verdict: whether the data can be used, why not, and what to do next.

use bedload_record::Code;
use bedload_record::plural::{count, plural};
use maud::{Markup, html};

use crate::html::Page;
use crate::html::text::shown;

use super::head::kept;

/// Reasons that are shown.
const SHOWN: usize = 12;

/// The verdict first.
pub(crate) fn verdict(page: &Page) -> Markup {
    let target = page.profile.as_deref().map(shown);
    html! {
        @if page.is_ready {
            div class="verdict ready" {
                (icon("M4 10.5l4 4 8-9"))
                div {
                    h2 { "Ready" @if let Some(target) = &target { " for " (target) } }
                    p { (ready(page)) }
                    h3 { "Next" }
                    ol class="next" {
                        li { code { "bedload verify --require-ready DIR" } " checks every file of this directory once more" }
                        @if page.profile.is_some() {
                            li { code { "bedload job plan DIR" } " makes the request of the customization job" }
                            li { code { "bedload cost DIR" } " and " code { "bedload hyperparameters DIR" } " say what training costs and how to set it up" }
                        } @else {
                            li { code { "bedload check DIR/train.jsonl --profile NAME" } " checks it against the limits of one model; " code { "bedload profiles" } " lists them" }
                        }
                    }
                }
            }
        } @else {
            div class="verdict not" {
                (icon("M5 5l10 10M15 5L5 15"))
                div {
                    h2 { "Not ready" @if let Some(target) = &target { " for " (target) } }
                    p { @if page.reasons.len() == 1 { "There is one reason:" } @else { "There are " (plural(page.reasons.len() as u64, "reason", "reasons")) ":" } }
                    ul class="reasons" {
                        @for reason in page.reasons.iter().take(SHOWN) { (self::reason(reason)) }
                    }
                    @if page.reasons.len() > SHOWN {
                        p class="more" { "and " (count((page.reasons.len() - SHOWN) as u64)) " more: " code { "manifest.json" } }
                    }
                }
            }
        }
    }
}

fn icon(path: &str) -> Markup {
    html! {
        svg class="icon" viewBox="0 0 20 20" width="28" height="28" aria-hidden="true" {
            circle cx="10" cy="10" r="10" {}
            path d=(path) {}
        }
    }
}

/// What there is to be said of data that can be used.
fn ready(page: &Page) -> String {
    let counts = &page.counts;
    let limits =
        if page.profile.is_some() { ", within every limit of the target that the files show" } else { "" };
    let mut said = format!("{}{limits}.", plural(kept(page), "record", "records"));
    if counts.rejected > 0 {
        said += &format!(
            " {} rejected; {} in rejected.jsonl, unchanged.",
            if counts.rejected == 1 {
                "1 line was".to_owned()
            } else {
                format!("{} lines were", count(counts.rejected))
            },
            if counts.rejected == 1 { "it is" } else { "they are" }
        );
    }
    let warnings: u64 =
        page.tables.findings.iter().filter(|of| of.severity == "warning").map(|of| of.n).sum();
    if warnings > 0 {
        said += &format!(
            " {} worth a look.",
            if warnings == 1 {
                "1 warning is".to_owned()
            } else {
                format!("{} warnings are", count(warnings))
            }
        );
    }
    said
}

/// A reason with its remedy.
fn reason(reason: &str) -> Markup {
    let (code, message) = reason.split_once(": ").unwrap_or(("", reason));
    let info = Code::from_name(code).map(Code::info);
    html! {
        li {
            @if let Some(info) = info {
                code { (code) } " " (shown(message))
                p class="help" { (info.help) }
            } @else {
                (shown(reason))
            }
        }
    }
}
