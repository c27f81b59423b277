//! A histogram with what its values are compared with drawn in: the limit, its margin, and quantiles.

use bedload_record::plural::count;
use maud::{Markup, html};

use crate::html::numbers::{counted, part, percent, pixels, real, share, tick};

/// An interval of values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Bin {
    /// The least value in it.
    pub(crate) from: u64,
    /// The least value above it.
    pub(crate) to: u64,
}

/// A value that is marked.
#[derive(Clone, Debug)]
pub(crate) struct Mark {
    pub(crate) name: String,
    pub(crate) at: u64,
    pub(crate) is_limit: bool,
}

/// How often values occur, in one or several parts that stand on each other.
#[derive(Clone, Debug, Default)]
pub(crate) struct Histogram<'a> {
    /// What is counted, for those who do not see it.
    pub(crate) title: &'a str,
    /// What a value is one of: `tokens`.
    pub(crate) unit: &'a str,
    /// What there is so many of: `records`.
    pub(crate) of: &'a str,
    /// Neighbours, in their order.
    pub(crate) bins: Vec<Bin>,
    /// Name, class, and count for each bin.
    pub(crate) parts: Vec<(&'a str, &'static str, Vec<u64>)>,
    pub(crate) marks: Vec<Mark>,
    /// Values that are in doubt.
    pub(crate) margin: Option<(u64, u64)>,
    /// Whether values are hundredths of what is written.
    pub(crate) is_hundredths: bool,
}

/// How high columns are, in pixels.
const COLUMN: f64 = 160.0;
/// The height of a row of marks, which are above the columns.
const ROW: f64 = 16.0;
/// Room for the numbers of the axis.
const AXIS: f64 = 22.0;
/// What the narrowest screen has room for, in pixels: labels that are apart there are apart everywhere.
const NARROW: f64 = 300.0;
/// The width of a character of a label.
const CHAR: f64 = 6.4;

impl Histogram<'_> {
    fn total(&self, bin: usize) -> u64 {
        self.parts.iter().map(|(_, _, counts)| counts.get(bin).copied().unwrap_or(0)).sum()
    }

    /// The parts of a column: name, class, and from which count to which it reaches.
    fn column(&self, bin: usize) -> Vec<(&str, &'static str, u64, u64)> {
        let mut under = 0;
        let mut column = Vec::new();
        for (name, class, counts) in &self.parts {
            let from = under;
            under += counts.get(bin).copied().unwrap_or(0);
            if under > from {
                column.push((*name, *class, from, under));
            }
        }
        column
    }

    /// A value as it is written below the columns.
    fn value(&self, value: u64) -> String {
        if self.is_hundredths { real(value as f64 / 100.0, 2) } else { tick(value) }
    }

    /// An interval as it is written in the table.
    fn range(&self, bin: &Bin) -> String {
        if self.is_hundredths {
            return format!("{} {}", self.value(bin.from), if bin.from == 100 { "" } else { "and more" })
                .trim_end()
                .to_owned();
        }
        if bin.to - bin.from <= 1 {
            count(bin.from)
        } else {
            format!("{}–{}", count(bin.from), count(bin.to - 1))
        }
    }

    /// Leaves out the bins at both ends that are empty and have no mark near.
    pub(crate) fn trimmed(mut self) -> Self {
        let is_near = |bin: &Bin| self.marks.iter().any(|mark| (bin.from..bin.to).contains(&mark.at));
        let wanted: Vec<usize> =
            (0..self.bins.len()).filter(|&nth| self.total(nth) > 0 || is_near(&self.bins[nth])).collect();
        let (Some(&first), Some(&last)) = (wanted.first(), wanted.last()) else { return self };
        let last = (last + 1).min(self.bins.len() - 1);
        self.bins = self.bins[first..=last].to_vec();
        for (_, _, counts) in &mut self.parts {
            *counts = (first..=last).map(|nth| counts.get(nth).copied().unwrap_or(0)).collect();
        }
        self
    }

    /// Where a value is, from 0 to 1: bins are equally wide, whatever they hold.
    fn place(&self, value: u64) -> f64 {
        let n = self.bins.len().max(1) as f64;
        let at = self.bins.partition_point(|bin| bin.to <= value);
        match self.bins.get(at) {
            None => 1.0,
            Some(bin) => {
                let inside = part(value.saturating_sub(bin.from), bin.to - bin.from);
                ((at as f64 + inside) / n).clamp(0.0, 1.0)
            }
        }
    }

    /// Where the number of a value is written: below the middle of its column, where it has one of its own.
    fn middle(&self, value: u64) -> f64 {
        let at = self.bins.partition_point(|bin| bin.to <= value);
        let half = if self.bins.get(at).is_some_and(|bin| bin.to - bin.from == 1) { 0.5 } else { 0.0 };
        (self.place(value) + half / self.bins.len().max(1) as f64).min(1.0)
    }

    /// The chart, its legend, and its numbers as a table.
    pub(crate) fn draw(self) -> Markup {
        let chart = self;
        let most = (0..chart.bins.len()).map(|nth| chart.total(nth)).max().unwrap_or(0);
        let all: u64 = (0..chart.bins.len()).map(|nth| chart.total(nth)).sum();
        let steps = steps(most);
        let top = steps.last().copied().unwrap_or(1).max(most);
        let rows = chart.rows();
        let n_rows = rows.iter().map(|(_, row)| row + 1).max().unwrap_or(0);
        let above = f64::from(n_rows) * ROW + 14.0;
        let bottom = above + COLUMN;
        let y = |n: u64| bottom - part(n, top) * COLUMN;
        let n = chart.bins.len().max(1) as f64;
        let label = chart.label(all);
        html! {
            svg class="histogram" width="100%" height=(pixels(bottom + AXIS)) role="img" aria-label=(label) {
                title { (label) }
                @if let Some((from, to)) = chart.margin {
                    @let (from, to) = (chart.place(from), chart.place(to));
                    rect class="doubt" x=(percent(from)) y=(pixels(above)) width=(percent(to - from)) height=(pixels(COLUMN)) {
                        title { "within the margin of the token count" }
                    }
                }
                @for step in &steps {
                    line class="grid" x1="0" x2="100%" y1=(pixels(y(*step))) y2=(pixels(y(*step))) {}
                    text class="scale" x="-8" y=(pixels(y(*step) + 4.0)) text-anchor="end" { (tick(*step)) }
                }
                line class="axis" x1="0" x2="100%" y1=(pixels(bottom)) y2=(pixels(bottom)) {}
                @for (nth, bin) in chart.bins.iter().enumerate() {
                    @let base = nth as f64 / n;
                    @for (name, class, from, to) in chart.column(nth) {
                        // A single record among millions is still seen.
                        @let height = (y(from) - y(to)).max(1.0);
                        rect class=(class) x=(percent(base + 0.08 / n)) y=(pixels(y(from) - height)) width=(percent(0.84 / n)) height=(pixels(height)) {
                            title { (chart.range(bin)) " " (if bin.from == 1 && bin.to == 2 { chart.unit.trim_end_matches('s') } else { chart.unit }) ": " (count(to - from)) " " (name) }
                        }
                    }
                }
                @for (at, is_small) in chart.ticks() {
                    @let place = chart.middle(at);
                    text class=(if is_small { "tick wide" } else { "tick" }) x=(percent(place)) y=(pixels(bottom + 16.0)) text-anchor=(anchor(place)) { (chart.value(at)) }
                }
                @for (mark, row) in &rows {
                    @let place = chart.place(mark.at);
                    @let class = if mark.is_limit { "mark limit" } else { "mark" };
                    @let y = 12.0 + f64::from(*row) * ROW;
                    line class=(class) x1=(percent(place)) x2=(percent(place)) y1=(pixels(y + 4.0)) y2=(pixels(bottom)) {}
                    text class=(class) x=(percent(place)) y=(pixels(y)) text-anchor=(anchor(place)) { (mark.name) " " (count(mark.at)) }
                }
            }
            @if chart.parts.len() > 1 {
                ul class="legend" { @for (name, class, _) in &chart.parts { li { i class={ "key " (class) } {} (name) } } }
            }
            (chart.table(all))
        }
    }

    fn label(&self, all: u64) -> String {
        let mut label = format!("{}: {}", self.title, counted(all, self.of));
        for mark in &self.marks {
            label += &format!("; {} {}", mark.name, count(mark.at));
        }
        label
    }

    /// The numbers of the axis: round ones, so far apart that they do not touch; and whether a narrow screen has no room.
    fn ticks(&self) -> Vec<(u64, bool)> {
        let (Some(first), Some(last)) = (self.bins.first(), self.bins.last()) else { return Vec::new() };
        let powers = || (0..19).map(|power| 10u64.pow(power));
        let round = powers()
            .chain(powers().filter_map(|power| power.checked_mul(5)))
            .chain(powers().filter_map(|power| power.checked_mul(2)))
            .chain(powers().filter_map(|power| power.checked_mul(3)));
        // Where the axis is short, few of these are on it.
        let is_short = last.to / 4 < first.from;
        let step = [1, 2, 5, 10, 20, 50].into_iter().find(|step| (last.to - first.from) / step <= 8);
        let even = step.filter(|_| is_short).into_iter();
        let even = even.flat_map(|step| (first.from..last.to).filter(move |at| at.is_multiple_of(step)));
        let inside = |at: &u64| (first.from..=last.to).contains(at) && self.place(*at) <= 1.0;
        let candidates: Vec<u64> = [0].into_iter().chain(round).chain(even).filter(inside).collect();
        let mut kept: Vec<(u64, bool)> = Vec::new();
        for (width, is_small) in [(NARROW, false), (2.4 * NARROW, true)] {
            for &at in &candidates {
                let place = self.middle(at);
                let is_free = |(other, _): &(u64, bool)| {
                    (self.middle(*other) - place).abs() * width
                        >= 15.0 + CHAR * self.value(at).len().max(3) as f64
                };
                if kept.iter().all(is_free) {
                    kept.push((at, is_small));
                }
            }
        }
        kept.sort_unstable();
        kept
    }

    /// Each mark with the row that its label is in, so that labels do not touch.
    fn rows(&self) -> Vec<(&Mark, u32)> {
        let mut taken: [Vec<(f64, f64)>; 3] = Default::default();
        let mut sorted: Vec<&Mark> = self.marks.iter().collect();
        // The limit has the first choice.
        sorted.sort_by_key(|mark| (!mark.is_limit, mark.at));
        let mut rows = Vec::new();
        for mark in sorted {
            let width = (mark.name.chars().count() + 1 + count(mark.at).len()) as f64 * CHAR / NARROW;
            let place = self.place(mark.at);
            let from = match anchor(place) {
                "start" => place,
                "end" => place - width,
                _ => place - width / 2.0,
            };
            let is_free = |row: &Vec<(f64, f64)>| {
                row.iter().all(|(start, end)| from + width < *start - 0.02 || from > *end + 0.02)
            };
            let Some(row) = taken.iter().position(is_free) else { continue };
            taken[row].push((from, from + width));
            rows.push((mark, row as u32));
        }
        rows
    }

    /// The same as a table, for those who do not see the chart.
    fn table(&self, all: u64) -> Markup {
        let some = (0..self.bins.len()).filter(|&nth| self.total(nth) > 0);
        html! {
            details class="data" {
                summary { "Table" }
                table {
                    thead { tr {
                        th { (self.unit) }
                        @for (name, ..) in &self.parts { th class="num" { (name) } }
                        th class="num" { "share" }
                    } }
                    tbody {
                        @for nth in some {
                            tr {
                                th scope="row" { (self.range(&self.bins[nth])) }
                                @for (_, _, counts) in &self.parts { td class="num" { (count(counts[nth])) } }
                                td class="num" { (share(self.total(nth), all)) }
                            }
                        }
                    }
                }
            }
        }
    }
}

/// A label at the edge grows inwards.
fn anchor(place: f64) -> &'static str {
    match place {
        ..0.16 => "start",
        0.84.. => "end",
        _ => "middle",
    }
}

/// Round numbers up to the most, two to five of them.
fn steps(most: u64) -> Vec<u64> {
    if most == 0 {
        return Vec::new();
    }
    let sizes = (0..19).flat_map(|power| [1, 2, 5].map(|digit| 10u64.pow(power).saturating_mul(digit)));
    let step = sizes.into_iter().find(|size| most / size <= 4).unwrap_or(most);
    (1..=most / step).map(|nth| nth * step).collect()
}
