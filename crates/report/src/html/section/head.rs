//! The head of the page, and its key figures.

use bedload_record::plural::{count, plural};
use maud::{Markup, html};

use crate::html::Page;
use crate::html::numbers::{compact, share};
use crate::html::text::{name, shown};

/// Inputs that are named below the title.
const NAMED: usize = 3;

/// What the data is for, and how it was made.
pub(crate) fn head(page: &Page) -> Markup {
    html! {
        header {
            div {
                p class="brand" { "bedload" span class="soft" { " data report" } }
                h1 class="target" { (shown(&page.title)) }
                @if !page.inputs.is_empty() { p class="sub" { "Data: " (inputs(page)) } }
            }
            dl class="about" {
                @for (name, value) in &page.about {
                    div { dt { (name) } dd { (shown(value)) } }
                }
            }
        }
    }
}

/// Which data: names of a few inputs; of many, how many sources and files there are.
fn inputs(page: &Page) -> String {
    let files = page.inputs.len();
    if files <= NAMED {
        let names: Vec<_> = page.inputs.iter().map(|input| name(&input.name)).collect();
        return names.join(", ");
    }
    let mut sources: Vec<&str> = page.inputs.iter().filter_map(|input| input.source.as_deref()).collect();
    sources.sort_unstable();
    sources.dedup();
    let files = plural(files as u64, "file", "files");
    if sources.is_empty() {
        return files;
    }
    format!("{}, {files}", plural(sources.len() as u64, "source", "sources"))
}

/// How many records were kept.
pub(crate) fn kept(page: &Page) -> u64 {
    page.counts.train.saturating_add(page.counts.validation).saturating_add(page.counts.test)
}

/// The numbers that most readers look for.
pub(crate) fn figures(page: &Page) -> Markup {
    let counts = &page.counts;
    let kept = kept(page);
    let sides = [("training", counts.train), ("validation", counts.validation), ("test", counts.test)];
    let sides: Vec<String> =
        sides.into_iter().filter(|(_, n)| *n > 0).map(|(name, n)| format!("{} {name}", count(n))).collect();
    let tokens = page.tokens;
    let n_inputs = page.inputs.len() as u64;
    html! {
        div class="figures" {
            (figure("Read", &count(counts.read), &format!("from {}", plural(n_inputs, "file", "files"))))
            (figure("Kept", &count(kept), &format!("{} of what was read", share(kept, counts.read))))
            (figure("Rejected", &count(counts.rejected), &if counts.rejected == 0 { "no lines".to_owned() } else { format!("{} of what was read, in rejected.jsonl", share(counts.rejected, counts.read)) }))
            @if sides.len() > 1 {
                (figure("Training share", &share(counts.train, kept), &sides.join(", ")))
            }
            @if counts.variants > 0 {
                (figure("Added", &count(counts.variants), "variants of training records"))
            }
            @if page.is_counted && kept > 0 {
                (figure("Training tokens", &compact(tokens.train), &format!("{} in all files", count(tokens.train.saturating_add(tokens.validation).saturating_add(tokens.test)))))
            }
            @if let Some((sum, how)) = &page.cost {
                (figure("Training cost", sum, how))
            }
        }
    }
}

fn figure(name: &str, value: &str, about: &str) -> Markup {
    html! { div { span class="name" { (name) } b { (value) } span class="sub" { (about) } } }
}
