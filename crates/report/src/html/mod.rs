//! The report for people: one page of HTML without script, that asks no network, made from the tables and the manifest.
//!
//! [`Page`] is everything that it shows; [`Tables`] is the part that was read from the tables. A page is a function of
//! these alone: not of time, machine or the name of the directory.
//!
//! `chart/` draws, `section/` has a file for each part of the page, `tables/` reads. Texts of data go through `text.rs`,
//! and through `maud`, which escapes everything that it is not told to leave alone; nothing here tells it that but for
//! the style sheet, which is a constant.

mod chart;
mod difference;
mod evaluation;
mod numbers;
mod parts;
mod section;
mod tables;
mod text;

use bedload_record::{Counts, Quantiles, SideTokens};
use maud::{DOCTYPE, Markup, PreEscaped, html};

pub use difference::{Difference, DifferenceTable, render_difference};
pub use evaluation::{ClassLine, ComparedLine, Evaluation, ScoreLine, TwoModels, render_evaluation};
pub use tables::{Lines, Tables, Texts};

/// The style sheet of the page.
const STYLE: &str = include_str!("style.css");
/// Its SHA-256 in base 64: what the page may use for style is this and nothing else. A test holds it to the sheet.
const STYLE_HASH: &str = include_str!("style.sha256");

/// Everything that a page shows.
#[derive(Clone, Debug, Default)]
pub struct Page {
    /// What the data is for: the target's title, or the format.
    pub title: String,
    /// Name and value of what is said below it: profile, format, encoding, seed.
    pub about: Vec<(String, String)>,
    /// The name of the profile; none where there was none.
    pub profile: Option<String>,
    /// The models that a job on this data can start from; empty where the target is no model in particular.
    pub models: Vec<String>,
    /// Whether the target takes the output.
    pub is_ready: bool,
    /// Why it does not: a finding code with a message each.
    pub reasons: Vec<String>,
    /// What became of the records.
    pub counts: Counts,
    /// Tokens of the output.
    pub tokens: SideTokens,
    /// Tokens per kept record; all zero where they were not counted.
    pub record_tokens: Quantiles,
    /// Whether tokens were counted.
    pub is_counted: bool,
    /// What training costs, in words: the sum, and how it is reckoned.
    pub cost: Option<(String, String)>,
    /// How many changes repairs have made, by the code of what they mend; none where nothing was to be repaired.
    pub repairs: Option<Vec<(String, u64)>>,
    /// The limits of the target.
    pub limits: Limits,
    /// What the sides have in common; none where there is one side.
    pub certificate: Option<Certificate>,
    /// The inputs.
    pub inputs: Vec<InputLine>,
    /// Files that were written.
    pub files: Vec<FileLine>,
    /// The configuration as text.
    pub config: String,
    /// What was read of the tables.
    pub tables: Tables,
}

/// Limits of the target, as far as the page draws them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Limits {
    /// The most tokens in a record, a prompt and a completion.
    pub tokens: [Option<u64>; 3],
    /// By how many per cent counts may be wrong.
    pub margin: u64,
    /// The fewest records in all, and of training and validation.
    pub records_min: [Option<u64>; 3],
}

/// What sides of a split have in common.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Certificate {
    /// For every two sides.
    pub between: Vec<Shared>,
    /// The least similarity of such pairs, and what part of them is found.
    pub similarity: Option<(f64, f64)>,
    /// Keys that are not in the files.
    pub fields_not_in_files: Vec<String>,
}

/// What two sides have in common.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Shared {
    /// Their names.
    pub sides: [String; 2],
    /// How many keys they share, by kind.
    pub keys: Vec<(String, u64)>,
    /// Pairs of similar records; none where these were not compared.
    pub similar_pairs: Option<u64>,
}

/// An input.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct InputLine {
    /// Its name.
    pub name: String,
    /// The source that it belongs to.
    pub source: Option<String>,
    /// How many lines it has.
    pub records: u64,
}

/// A file that was written.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FileLine {
    /// Its path in the directory.
    pub path: String,
    /// Its size.
    pub bytes: u64,
    /// Its lines or rows.
    pub records: u64,
    /// Its tokens, where they were counted.
    pub tokens: Option<u64>,
    /// Its checksum.
    pub sha256: String,
}

/// The page as a file.
pub fn render(page: &Page) -> String {
    let body = html! {
        (section::head::head(page))
        (section::verdict::verdict(page))
        (section::head::figures(page))
        (section::funnel::funnel(page))
        (section::findings::findings(page))
        (section::repairs::repairs(page))
        (section::lengths::lengths(page))
        (section::labels::labels(page))
        (section::labels::balance(page))
        (section::duplicates::duplicates(page))
        (section::split::split(page))
        (section::conflicts::conflicts(page))
        (section::preference::preference(page))
        (section::matches::contamination(page))
        (section::matches::personal(page))
        (section::sources::sources(page))
        (section::files::files(page))
        (section::files::config(page))
        (section::files::foot())
    };
    document(&format!("{} · bedload", page.title), &body)
}

/// A whole document around what is in it.
fn document(title: &str, body: &Markup) -> String {
    let policy = format!(
        "default-src 'none'; style-src 'sha256-{}'; base-uri 'none'; form-action 'none'",
        STYLE_HASH.trim_end()
    );
    let page = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta http-equiv="Content-Security-Policy" content=(policy);
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="referrer" content="no-referrer";
                meta name="color-scheme" content="light dark";
                title { (text::shown(title)) }
                style { (PreEscaped(STYLE)) }
            }
            body { main { (body) } }
        }
    };
    // What a section forgot to escape is escaped here; the template has no such characters but ends of lines.
    let lines: Vec<_> = page.0.split('\n').map(text::shown).collect();
    lines.join("\n") + "\n"
}

#[cfg(test)]
mod tests;
#[cfg(test)]
mod words;
