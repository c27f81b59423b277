//! Where the records are from.

use bedload_record::plural::{count, plural};
use maud::{Markup, html};

use crate::html::chart::pair;
use crate::html::numbers::part;
use crate::html::parts::{more, section};
use crate::html::text::{name, shown};
use crate::html::{InputLine, Page};

/// Sources, and inputs, that are shown.
const SHOWN: usize = 20;

const SQL: &str = "SELECT coalesce(source, file) AS source, verdict, count(*) AS records\nFROM 'report/records.parquet' GROUP BY ALL ORDER BY records DESC;";

/// The counts of a source.
#[derive(Default)]
struct Source {
    name: String,
    read: u64,
    rejected: u64,
    duplicate: u64,
    unselected: u64,
    kept: u64,
}

/// Sources and inputs.
pub(crate) fn sources(page: &Page) -> Markup {
    let mut sources = of_summary(page);
    sources.sort_by_key(|of| std::cmp::Reverse(of.read));
    let most = sources.iter().map(|of| of.read).max().unwrap_or(0);
    let mut inputs: Vec<&InputLine> = page.inputs.iter().collect();
    inputs.sort_by(|a, b| b.records.cmp(&a.records).then_with(|| a.name.cmp(&b.name)));
    // Where each source is one input, one table says it all.
    let is_one_to_one = !sources.is_empty()
        && inputs.len() == sources.len()
        && sources.iter().all(|of| input_of(page, &of.name).is_some());
    let about = html! { (plural(inputs.len() as u64, "input file", "input files")) ", " (plural(page.counts.read, "line", "lines")) "." };
    let body = html! {
        @if !sources.is_empty() {
            table {
                thead { tr { th { "source" } th class="num" { "read" } th class="num" { "rejected" } th class="num" { "duplicate" } th class="num" { "unselected" } th class="num" { "kept" } th class="bars wide" { i class="key before" {} "read " i class="key train" {} "kept" } } }
                tbody {
                    @for of in sources.iter().take(SHOWN) {
                        tr {
                            th scope="row" { (name(&of.name)) @if let Some(input) = input_of(page, &of.name).filter(|input| is_one_to_one && shown(input) != of.name) { span class="file soft" { (name(input)) } } }
                            @for n in [of.read, of.rejected, of.duplicate, of.unselected, of.kept] { td class="num" { (count(n)) } }
                            td class="bars wide" { (pair(&[(part(of.read, most), "before"), (part(of.kept, most), "train")])) }
                        }
                    }
                }
            }
            (more(sources.len().saturating_sub(SHOWN), ["source", "sources"], "report/summary.parquet"))
        }
        @if !is_one_to_one { table {
            thead { tr { th { "input" } @if !sources.is_empty() { th { "source" } } th class="num" { "lines" } } }
            tbody {
                @for input in inputs.iter().take(SHOWN) {
                    tr {
                        th scope="row" class="place" { (name(&input.name)) }
                        @if !sources.is_empty() { td { (input.source.as_deref().map(name).unwrap_or_default()) } }
                        td class="num" { (count(input.records)) }
                    }
                }
            }
        } }
        @if !is_one_to_one { (more(inputs.len().saturating_sub(SHOWN), ["input", "inputs"], "manifest.json")) }
    };
    section("sources", "Sources", &about, &body, &[SQL])
}

/// The only input of a source.
fn input_of<'p>(page: &'p Page, source: &str) -> Option<&'p str> {
    let is_of = |input: &&InputLine| input.source.as_deref().map_or("no source".into(), shown) == source;
    let mut inputs = page.inputs.iter().filter(is_of);
    inputs.next().filter(|_| inputs.next().is_none()).map(|input| input.name.as_str())
}

/// The counts of sources from the table `summary`.
fn of_summary(page: &Page) -> Vec<Source> {
    let mut sources: Vec<Source> = Vec::new();
    for (metric, scope, value) in &page.tables.numbers {
        let name = match scope.strip_prefix("source:") {
            Some(name) => shown(name).into_owned(),
            None if scope == "no source" => "no source".to_owned(),
            None => continue,
        };
        if sources.last().is_none_or(|last| last.name != name) {
            sources.push(Source { name, ..Source::default() });
        }
        let Some(of) = sources.last_mut() else { continue };
        let n = *value as u64;
        match metric.as_str() {
            "records_read" => of.read = n,
            "records_rejected" => of.rejected = n,
            "records_duplicate" => of.duplicate = n,
            "records_unselected" => of.unselected = n,
            "records_train" | "records_validation" | "records_test" => of.kept += n,
            _ => {}
        }
    }
    sources
}
