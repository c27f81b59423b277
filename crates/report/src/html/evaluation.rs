//! The page of an evaluation: how good the predictions of a model are, how sure that is, what it takes for what, and how
//! another model compares.

use bedload_record::plural::{count, plural};
use maud::{Markup, html};

use super::chart::{Dot, Matrix, dots, matrix};
use super::document;
use super::numbers::real;
use super::parts::{NONE, empty, more, section};
use super::text::{name, shown};

/// Classes that are listed, and that a matrix has room for.
const CLASSES: usize = 40;
const MATRIX: usize = 15;
/// Pairs that are listed where a matrix would be too large.
const PAIRS: usize = 20;

/// Everything that the page shows. Names are as they may be shown.
#[derive(Clone, Debug, Default)]
pub struct Evaluation {
    /// What the predictions are called.
    pub title: String,
    /// What the model was asked to do.
    pub task: String,
    /// Lines that were read, and those that were scored.
    pub lines: [u64; 2],
    /// The scores of the whole.
    pub scores: Vec<ScoreLine>,
    /// The classes; empty where there are none.
    pub classes: Vec<ClassLine>,
    /// How often each class was taken for each, as places among the classes.
    pub confusion: Vec<(usize, usize, u64)>,
    /// How another model compares.
    pub comparison: Option<TwoModels>,
    /// What else there is to be said.
    pub notes: Vec<String>,
}

/// A score.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ScoreLine {
    /// Its name.
    pub name: String,
    /// Its value, from 0 to 1.
    pub value: f64,
    /// Where it is with a probability of 95 %.
    pub interval: Option<(f64, f64)>,
}

/// How well a class was predicted.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ClassLine {
    /// Its name.
    pub name: String,
    /// References, and predictions, of this class.
    pub records: [u64; 2],
    /// Precision, recall and F1.
    pub scores: [f64; 3],
}

/// Two models.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TwoModels {
    /// What the predictions of the other one are called.
    pub title: String,
    /// Prompts that both were asked.
    pub matched: u64,
    /// Their scores over these.
    pub scores: Vec<ComparedLine>,
}

/// A score of two models.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ComparedLine {
    /// Its name.
    pub name: String,
    /// That of this model, and of the other.
    pub values: [f64; 2],
    /// Where their difference is with a probability of 95 %.
    pub interval: Option<(f64, f64)>,
    /// How likely such a difference is where both are equally good.
    pub p: Option<f64>,
}

/// The page as a file.
pub fn render_evaluation(page: &Evaluation) -> String {
    let [lines, scored] = page.lines;
    let body = html! {
        header {
            div {
                p class="brand" { "bedload" span class="soft" { " evaluation" } }
                h1 { (name(&page.title)) }
            }
            dl class="about" {
                div { dt { "task" } dd { (page.task) } }
                div { dt { "predictions" } dd { (count(lines)) } }
                div { dt { "scored" } dd { (count(scored)) } }
            }
        }
        @if let Some(compared) = &page.comparison { (comparison(compared)) }
        (scores(page))
        (confusion(page))
        (classes(page))
        footer {
            @for note in &page.notes { p { (shown(note)) } }
            p { "Made by " code { "bedload evaluate --html" } ". It has no script and makes no network requests." }
        }
    };
    document(&format!("{} · bedload", page.title), &body)
}

fn scores(page: &Evaluation) -> Markup {
    let about = html! { @if page.scores.iter().any(|of| of.interval.is_some()) { "Dots are the scores, lines their 95 % confidence intervals." } };
    let body = html! {
        @if page.scores.is_empty() {
            (empty("No prediction could be scored."))
        } @else {
            table {
                thead { tr { th { "score" } th class="num" { "value" } th class="num wide" { "95 % interval" } th class="dots" { "0 to 1" } } }
                tbody { @for of in &page.scores { tr {
                    th scope="row" { (of.name) }
                    td class="num" { (real(of.value, 4)) }
                    td class="num wide" { (interval(of.interval)) }
                    td class="dots" { (dots(&format!("{} {}", of.name, real(of.value, 4)), &[Dot { class: "train", value: of.value, interval: of.interval }])) }
                } } }
            }
        }
    };
    section("scores", "Scores", &about, &body, NONE)
}

fn interval(of: Option<(f64, f64)>) -> String {
    of.map_or_else(|| "–".to_owned(), |(low, high)| format!("{} – {}", real(low, 4), real(high, 4)))
}

/// Whether one model is better, in words: only where the difference is not chance.
fn outcome(of: &ComparedLine) -> &'static str {
    let is_sure = of.p.is_some_and(|p| p < 0.05);
    match of.values {
        [ours, theirs] if is_sure && ours > theirs => "better",
        [ours, theirs] if is_sure && ours < theirs => "worse",
        _ => "no clear difference",
    }
}

fn comparison(of: &TwoModels) -> Markup {
    let about = html! { "Compared with " b { (name(&of.title)) } " on " (plural(of.matched, "prompt", "prompts")) " that both answered. A difference is clear if p < 0.05." };
    let body = html! {
        @if of.scores.is_empty() || of.matched == 0 {
            (empty("The two have no prompts in common."))
        } @else {
            ul class="legend" { li { i class="key train" {} "this model" } li { i class="key validation" {} (name(&of.title)) } }
            table {
                thead { tr { th { "score" } th class="num" { "this" } th class="num" { "other" } th class="num wide" { "difference, 95 % interval" } th class="num wide" { "p" } th { "this model" } th class="dots wide" { "0 to 1" } } }
                tbody { @for of in &of.scores { tr {
                    @let [ours, theirs] = of.values;
                    th scope="row" { (of.name) }
                    td class="num" { (real(ours, 4)) } td class="num" { (real(theirs, 4)) }
                    td class="num wide" { (interval(of.interval)) }
                    td class="num wide" { (of.p.map_or_else(|| "–".to_owned(), |p| if p < 0.0001 { "<0.0001".to_owned() } else { real(p, 4) })) }
                    td { (outcome(of)) }
                    td class="dots wide" { (dots(&format!("{}: this {}, other {}", of.name, real(ours, 4), real(theirs, 4)), &[
                        Dot { class: "train", value: ours, interval: None },
                        Dot { class: "validation", value: theirs, interval: None },
                    ])) }
                } } }
            }
        }
    };
    section("comparison", "Two models", &about, &body, NONE)
}

fn confusion(page: &Evaluation) -> Markup {
    if page.classes.is_empty() {
        return html! {};
    }
    let label =
        |at: usize| page.classes.get(at).map(|class| name(&class.name).into_owned()).unwrap_or_default();
    let n = page.classes.len();
    let body = if n <= MATRIX {
        let mut cells = vec![vec![0; n]; n];
        for &(reference, prediction, times) in &page.confusion {
            if let Some(cell) = cells.get_mut(reference).and_then(|row| row.get_mut(prediction)) {
                *cell = times;
            }
        }
        matrix(
            "Rows are references, columns predictions; correct predictions are blue.",
            &Matrix { names: (0..n).map(label).collect(), cells },
        )
    } else {
        let mut wrong: Vec<_> =
            page.confusion.iter().filter(|(reference, prediction, _)| reference != prediction).collect();
        wrong.sort_by_key(|(reference, prediction, times)| {
            (std::cmp::Reverse(*times), *reference, *prediction)
        });
        html! {
            table class="values" {
                thead { tr { th { "reference" } th { "prediction" } th class="num" { "records" } } }
                tbody { @for (reference, prediction, times) in wrong.iter().take(PAIRS) { tr { th scope="row" { (label(*reference)) } td { (label(*prediction)) } td class="num" { (count(*times)) } } } }
            }
            (more(wrong.len().saturating_sub(PAIRS), ["pair", "pairs"], "--output-format jsonl"))
        }
    };
    section("confusion", "Confusion", &html! {}, &body, NONE)
}

fn classes(page: &Evaluation) -> Markup {
    if page.classes.is_empty() {
        return html! {};
    }
    let mut order: Vec<&ClassLine> = page.classes.iter().collect();
    order.sort_by_key(|class| std::cmp::Reverse(class.records[0]));
    let body = html! {
        table class="values" {
            thead { tr { th { "class" } th class="num" { "records" } th class="num wide" { "predicted" } th class="num wide" { "precision" } th class="num wide" { "recall" } th class="num" { "F1" } th class="dots" { "F1, 0 to 1" } } }
            tbody { @for class in order.iter().take(CLASSES) { tr {
                @let [precision, recall, f1] = class.scores;
                th scope="row" { (name(&class.name)) }
                td class="num" { (count(class.records[0])) } td class="num wide" { (count(class.records[1])) }
                td class="num wide" { (real(precision, 4)) } td class="num wide" { (real(recall, 4)) } td class="num" { (real(f1, 4)) }
                td class="dots" { (dots(&format!("F1 {}", real(f1, 4)), &[Dot { class: "train", value: f1, interval: None }])) }
            } } }
        }
        (more(order.len().saturating_sub(CLASSES), ["class", "classes"], "--output-format jsonl"))
    };
    section("classes", "Classes", &html! {}, &body, NONE)
}
