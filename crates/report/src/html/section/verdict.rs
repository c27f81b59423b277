//! The verdict: whether the data can be used, why not, and what to do next.

use bedload_record::plural::{count, plural};
use bedload_record::{Code, Counts};
use maud::{Markup, html};

use crate::html::Page;
use crate::html::numbers::share;
use crate::html::text::{prose, shown};

use super::head::kept;

/// The share of rejected lines, in per cent, from which the verdict names it.
const LOSSY_PERCENT: u128 = 5;
/// Reasons that are shown.
const SHOWN: usize = 12;

/// The verdict first.
pub(crate) fn verdict(page: &Page) -> Markup {
    let target = page.profile.as_deref().map(shown);
    html! {
        @if page.is_ready {
            @let is_lossy = is_lossy(page);
            div class={ "verdict " (if is_lossy { "lossy" } else { "ready" }) } {
                (icon("M4 10.5l4 4 8-9"))
                div {
                    h2 {
                        "Ready" @if let Some(target) = &target { " for " (target) }
                        @if is_lossy { ", but " (share(page.counts.rejected, page.counts.read)) " of the lines were rejected" }
                    }
                    p { (ready(page)) }
                    h3 { "Next" }
                    ol class="next" {
                        li { code { "bedload verify --require-ready DIR" } " checks every file of this directory once more" }
                        @if !page.models.is_empty() {
                            @let model = if let [model] = &page.models[..] { shown(model) } else { "MODEL".into() };
                            li { code { "bedload hyperparameters DIR" } " recommends values for the job" }
                            @if page.cost.is_some() {
                                li { code { "bedload cost DIR" } " estimates what training and serving the model cost" }
                            }
                            li { code { "bedload job plan DIR --model " (model) " --role ARN --data s3://BUCKET/DATA --output s3://BUCKET/RESULTS" } " prints the request that starts the job" }
                        } @else if page.profile.as_ref().is_none_or(|name| name.starts_with("generic-")) {
                            @if let Some(file) = training_file(page) {
                                li { code { "bedload check DIR/" (shown(file)) " --profile NAME" } " checks the data against the limits of one model; " code { "bedload profiles" } " lists the models" }
                            }
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
                        @for reason in page.reasons.iter().take(SHOWN) { (self::reason(reason, page)) }
                    }
                    @if page.reasons.len() > SHOWN {
                        p class="more" { "and " (count((page.reasons.len() - SHOWN) as u64)) " more: " code { "manifest.json" } }
                    }
                    h3 { "Next" }
                    ol class="next" {
                        @if page.counts.rejected > 0 {
                            li { "Correct the lines in " code { "rejected.jsonl" } "; the findings below say what is wrong with each" }
                        }
                        li { "Resolve the reasons above, and run " code { "bedload build" } " again with the same " code { "--out" } " and " code { "--overwrite" } }
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

/// Whether so much was rejected that a reader must not take the output for the whole of the data.
fn is_lossy(page: &Page) -> bool {
    let Counts { rejected, read, .. } = page.counts;
    rejected > 0 && u128::from(rejected) * 100 >= u128::from(read) * LOSSY_PERCENT
}

/// The first file of training records.
fn training_file(page: &Page) -> Option<&str> {
    let mut paths = page.files.iter().map(|file| file.path.as_str());
    paths.find(|path| path.starts_with("train"))
}

/// What there is to be said of data that can be used.
fn ready(page: &Page) -> String {
    let counts = &page.counts;
    let limits = if page.profile.is_some() { " within the limits of the target" } else { "" };
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

/// How many records are missing, and where they may come from.
fn missing(page: &Page, message: &str) -> Option<String> {
    let counts = &page.counts;
    let train = counts.train.saturating_add(counts.variants);
    let have = [train.saturating_add(counts.validation), train, counts.validation];
    let kinds = ["", "training ", "validation "];
    let nth = kinds.into_iter().rposition(|kind| message.contains(&format!(" {kind}record")))?;
    let missing = page.limits.records_min[nth]?.checked_sub(have[nth]).filter(|n| *n > 0)?;
    let kind = kinds[nth];
    let add = plural(missing, &format!("valid {kind}record"), &format!("valid {kind}records"));
    Some(match counts.rejected {
        0 => format!("Add at least {add}."),
        rejected if rejected < missing => format!(
            "Add at least {add}; the {} in rejected.jsonl would count, too, once corrected.",
            plural(rejected, "line", "lines")
        ),
        rejected => format!(
            "Add at least {add}, or correct as many of the {} in rejected.jsonl.",
            plural(rejected, "line", "lines")
        ),
    })
}

/// A reason with its remedy.
fn reason(reason: &str, page: &Page) -> Markup {
    let (code, message) = reason.split_once(": ").unwrap_or(("", reason));
    let info = Code::from_name(code).map(Code::info);
    html! {
        li {
            @if let Some(info) = info {
                code { (code) } " " (prose(message))
                p class="help" {
                    @if info.code == Code::DatasetTooFewRecords && let Some(help) = missing(page, message) { (help) } @else { (prose(info.help)) }
                }
            } @else {
                (prose(reason))
            }
        }
    }
}
