//! What was written, how the run was configured, and how to read on.

use bedload_record::plural::{count, plural};
use maud::{Markup, html};

use crate::html::Page;
use crate::html::numbers::bytes;
use crate::html::parts::{NONE, more, section};
use crate::html::text::{name, shown};

/// Files that are shown.
const SHOWN: usize = 40;
/// Lines of the configuration that are shown.
const LINES: usize = 400;

/// The files.
pub(crate) fn files(page: &Page) -> Markup {
    let all: u64 = page.files.iter().map(|file| file.bytes).fold(0, u64::saturating_add);
    let about = html! {
        (plural(page.files.len() as u64, "file", "files")) " besides this page and " code { "manifest.json" } ", " (bytes(all)) ". " code { "bedload verify" } " checks each of them."
    };
    let body = html! {
        table class="files" {
            thead { tr { th { "file" } th class="num" { "records or rows" } th class="num wide" { "tokens" } th class="num" { "size" } th class="wide" { "sha256" } } }
            tbody {
                @for file in page.files.iter().take(SHOWN) {
                    tr {
                        th scope="row" class="place" { (shown(&file.path)) }
                        td class="num" { (count(file.records)) }
                        td class="num wide" { @if let Some(tokens) = file.tokens { (count(tokens)) } }
                        td class="num" { (bytes(file.bytes)) }
                        td class="wide" { code { (file.sha256.get(..12).unwrap_or_default()) } }
                    }
                }
            }
        }
        (more(page.files.len().saturating_sub(SHOWN), ["file", "files"], "manifest.json"))
    };
    section("files", "Files", &about, &body, NONE)
}

/// The configuration.
pub(crate) fn config(page: &Page) -> Markup {
    let lines = page.config.lines().count();
    let text: Vec<&str> = page.config.lines().take(LINES).collect();
    let body = html! {
        details class="config" {
            summary { "All settings that affect the output" }
            pre { code { @for line in text { (name(line)) "\n" } } }
            (more(lines.saturating_sub(LINES), ["line", "lines"], "manifest.json"))
        }
    };
    section("config", "Configuration", &html! {}, &body, NONE)
}

/// How to read on.
pub(crate) fn foot() -> Markup {
    html! {
        footer {
            p { "Made by bedload from the tables in " code { "report/" } " and from " code { "manifest.json" } "; " code { "bedload report DIR" } " makes the same page again. It has no script and makes no network requests." }
            p { "The queries under " b { "SQL" } " give the numbers that are drawn. Run them in DuckDB from the directory that contains " code { "manifest.json" } "." }
        }
    }
}
