//! Labels, facets and the numbers of the summary: counts of which only the largest are shown.

use std::collections::HashMap;
use std::path::Path;

use crate::error::ReportError;

use super::Texts;
use super::columns::Columns;

/// Values of a facet, and labels, that are shown.
const SHOWN: usize = 12;

/// How many records have a value: before, after, and of those in training, validation and test data.
pub(crate) type Values = [u64; 5];

/// Labels, the most frequent first.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Classes {
    /// How many there are.
    pub(crate) all: u64,
    /// The names of the first; none where they are not to be shown.
    pub(crate) shown: Vec<(Option<String>, Values)>,
    /// The sum of all others.
    pub(crate) rest: Values,
}

/// What records are counted by.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Facet {
    pub(crate) name: String,
    pub(crate) values: Classes,
    /// Records that have no value.
    pub(crate) without: Values,
}

/// The place of a row's count.
fn part(stage: Option<&str>, split: Option<&str>) -> Option<usize> {
    match (stage?, split) {
        ("before", _) => Some(0),
        (_, None) => Some(1),
        (_, Some("train")) => Some(2),
        (_, Some("validation")) => Some(3),
        (_, Some("test")) => Some(4),
        _ => None,
    }
}

/// The first of counted values, the most frequent first and then by name, and the sum of the others. The numbers that
/// stand for names which are not shown are those of the summary on the terminal.
fn first(mut counts: Vec<(String, Values)>, is_shown: bool) -> Classes {
    counts.sort_by(|(a, x), (b, y)| y[0].cmp(&x[0]).then_with(|| a.cmp(b)));
    let all = counts.len() as u64;
    let others = counts.split_off(counts.len().min(SHOWN));
    let mut rest = Values::default();
    others.iter().for_each(|(_, values)| rest.iter_mut().zip(values).for_each(|(n, more)| *n += more));
    let named = counts.into_iter().map(|(name, values)| (is_shown.then_some(name), values));
    Classes { all, shown: named.collect(), rest }
}

pub(crate) fn labels(path: &Path, texts: Texts) -> Result<Classes, ReportError> {
    let table = Columns::open(path)?;
    let facets = counted(&table, None, "label", texts)?;
    Ok(facets.into_iter().next().map(|facet| facet.values).unwrap_or_default())
}

pub(crate) fn facets(path: &Path, texts: Texts) -> Result<Vec<Facet>, ReportError> {
    counted(&Columns::open(path)?, Some("facet"), "value", texts)
}

/// The counts of values, by facet.
fn counted(
    table: &Columns,
    facet: Option<&str>,
    value: &str,
    texts: Texts,
) -> Result<Vec<Facet>, ReportError> {
    struct Counted {
        name: String,
        places: HashMap<String, usize>,
        values: Vec<(String, Values)>,
        without: Values,
    }
    let mut all: Vec<Counted> = Vec::new();
    for group in 0..table.groups() {
        let facets = facet.map(|facet| table.words(group, facet)).transpose()?;
        let [names, stages, splits] = [value, "stage", "split"].map(|column| table.words(group, column));
        let (names, stages, splits) = (names?, stages?, splits?);
        for (row, n) in table.integers(group, "records")?.into_iter().enumerate() {
            let name = facets.as_ref().map_or("", |facets| facets.text(row).unwrap_or_default());
            if all.last().is_none_or(|last| last.name != name) {
                let (places, values) = (HashMap::new(), Vec::new());
                all.push(Counted { name: name.to_owned(), places, values, without: Values::default() });
            }
            let (Some(of), Some(part)) = (all.last_mut(), part(stages.text(row), splits.text(row))) else {
                continue;
            };
            let slot = match names.text(row) {
                None => &mut of.without,
                Some(text) => {
                    let next = of.values.len();
                    let place = *of.places.entry(text.to_owned()).or_insert(next);
                    if place == next {
                        of.values.push((text.to_owned(), Values::default()));
                    }
                    &mut of.values[place].1
                }
            };
            slot[part] += n.unwrap_or(0);
        }
    }
    // Names of inputs and powers of two are no text of records.
    let is_shown = |facet: &str| match facet {
        "" | "label" => texts.labels,
        "source" | "length" => true,
        _ => texts.values,
    };
    let done = |of: Counted| Facet {
        values: first(of.values, is_shown(&of.name)),
        name: of.name,
        without: of.without,
    };
    Ok(all.into_iter().map(done).collect())
}

/// The numbers of the table `summary`.
pub(crate) fn numbers(path: &Path) -> Result<Vec<(String, String, f64)>, ReportError> {
    let table = Columns::open(path)?;
    let rows = table.each(|group| {
        let (metrics, scopes) = (table.words(group, "metric")?, table.words(group, "scope")?);
        let values = table.reals(group, "value")?.into_iter().enumerate();
        let text = |text: Option<&str>| text.unwrap_or_default().to_owned();
        Ok(values
            .map(|(row, value)| (text(metrics.text(row)), text(scopes.text(row)), value))
            .collect::<Vec<_>>())
    })?;
    Ok(rows.concat())
}
