//! The variations of a run: every way in which a prompt can be asked otherwise.

use std::fmt;

use bedload_bedrock::Format;

use super::edit::Edit;
use super::template::{Template, TemplateError, escaped};
use super::{AugmentConfig, Strategy};
use crate::Rewrite;

/// One way to vary the prompts of a format.
#[derive(Clone, Debug)]
pub struct Variation {
    format: &'static Format,
    /// What it is called in the report.
    name: String,
    change: Change,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Change {
    Template(Template),
    Edit(Edit),
}

/// Why there are no variations.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NotVariation {
    /// A template, counted from 1, cannot be used.
    Template(usize, TemplateError),
    /// A template, counted from 1, or other text is there twice.
    Twice(String),
    /// A prefix or suffix has no text.
    Empty,
    /// There is no strategy.
    None,
}

impl fmt::Display for NotVariation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Template(n, TemplateError::NoHole) => {
                write!(f, "template {n} of [stages.augment] has no {{prompt}}")
            }
            Self::Template(n, TemplateError::Nothing) => {
                write!(f, "template {n} of [stages.augment] has no text besides {{prompt}}")
            }
            Self::Twice(name) => write!(f, "[stages.augment] has `{name}` twice"),
            Self::Empty => f.write_str("[stages.augment] has an empty prefix or suffix"),
            Self::None => f.write_str("[stages.augment] has no strategies"),
        }
    }
}

impl Variation {
    /// What it is called in the report: the template, or the strategy with what it does.
    pub fn name(&self) -> &str {
        &self.name
    }
}

impl Rewrite for Variation {
    fn rewrite(&self, line: &[u8], out: &mut Vec<u8>) -> bool {
        let Some(place) = self.format.prompt_place(line) else { return false };
        // Between the quotes.
        let (start, end) = (place.start + 1, place.end - 1);
        let begin = out.len();
        out.extend_from_slice(&line[..start]);
        match &self.change {
            Change::Template(template) => template.apply(&line[start..end], out),
            Change::Edit(edit) => {
                if !edit.apply(&line[start..end], out) {
                    out.truncate(begin);
                    return false;
                }
            }
        }
        out.extend_from_slice(&line[end..]);
        true
    }
}

/// The variations of a configuration, for a format whose records have a prompt.
///
/// # Errors
/// Where a template or text cannot be used, or there is no strategy.
pub fn variations(config: &AugmentConfig, format: &'static Format) -> Result<Vec<Variation>, NotVariation> {
    let mut changes: Vec<(String, Change)> = Vec::new();
    let edit = |name: &str, edit: Edit| (name.to_owned(), Change::Edit(edit));
    for strategy in &config.strategies {
        match strategy {
            Strategy::Template => {
                for (n, text) in (1..).zip(&config.templates) {
                    let template = Template::new(text).map_err(|error| NotVariation::Template(n, error))?;
                    changes.push((text.clone(), Change::Template(template)));
                }
            }
            Strategy::Prefix | Strategy::Suffix => {
                let is_prefix = *strategy == Strategy::Prefix;
                for text in if is_prefix { &config.prefixes } else { &config.suffixes } {
                    let words = escaped(text);
                    if words.is_empty() {
                        return Err(NotVariation::Empty);
                    }
                    changes.push(if is_prefix {
                        edit(&format!("prefix: {text}"), Edit::Prefix(words))
                    } else {
                        edit(&format!("suffix: {text}"), Edit::Suffix(words))
                    });
                }
            }
            Strategy::Case => changes.extend([
                edit("case: first letter", Edit::FirstLetter),
                edit("case: lower", Edit::LowerCase),
            ]),
            Strategy::Punctuation => changes.extend([
                edit("punctuation: no mark at the end", Edit::NoEnd),
                edit("punctuation: a mark at the end", Edit::End),
            ]),
        }
    }
    if changes.is_empty() {
        return Err(NotVariation::None);
    }
    let twice = changes
        .iter()
        .enumerate()
        .find(|(n, (name, _))| changes[..*n].iter().any(|(other, _)| other == name));
    if let Some((_, (name, _))) = twice {
        return Err(NotVariation::Twice(name.clone()));
    }
    Ok(changes.into_iter().map(|(name, change)| Variation { format, name, change }).collect())
}
