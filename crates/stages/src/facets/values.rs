//! The values of one facet in a run, and which of them each record has.

use std::borrow::Cow;

use bedload_record::{FactTable, InputId, Ordinal};

use super::{Facet, Field};
use crate::balance::Classes;

/// Where the records of each input are from.
#[derive(Clone, Debug, Default)]
pub struct Sources {
    /// The sources, sorted.
    names: Vec<String>,
    of_input: Vec<u32>,
}

impl Sources {
    /// The source of each input, in order; one name is one source.
    pub fn new<S: Into<String>>(of_inputs: impl IntoIterator<Item = S>) -> Self {
        let of_inputs: Vec<String> = of_inputs.into_iter().map(Into::into).collect();
        let mut names = of_inputs.clone();
        names.sort_unstable();
        names.dedup();
        let place = |name: &String| names.partition_point(|other| other < name) as u32;
        let of_input = of_inputs.iter().map(place).collect();
        Self { names, of_input }
    }

    /// The sources, sorted.
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// The source of an input, as an index into the names.
    pub fn of_input(&self, input: InputId) -> Option<usize> {
        self.of_input.get(input.index()).map(|&source| source as usize)
    }

    /// The source of a record, as an index into the names. Logarithmic in the number of inputs.
    pub fn of(&self, facts: &FactTable, line: Ordinal) -> Option<usize> {
        self.of_input(facts.input_of(line))
    }
}

/// What facets read of a run.
#[derive(Clone, Copy)]
pub struct Run<'a> {
    /// The facts of its records.
    pub facts: &'a FactTable,
    /// Their classes.
    pub classes: &'a Classes,
    /// Where they are from.
    pub sources: &'a Sources,
    /// The fields whose values were kept.
    pub fields: &'a [Field],
    /// Whether tokens were counted.
    pub is_counted: bool,
}

/// A facet has more values than are told apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TooMany;

/// The values of a facet, in the order of their names; lengths in theirs.
pub struct Values<'a> {
    facet: Facet,
    run: Run<'a>,
    names: Vec<Cow<'a, str>>,
    of: Of,
}

enum Of {
    Label,
    Source,
    Length,
    /// The number of the field, and the place of each of its ids in the order of names.
    Field(usize, Vec<u32>),
}

/// Zero, and each power of two that 64 bits have.
const LENGTHS: usize = 66;

impl<'a> Values<'a> {
    /// The values of a facet.
    ///
    /// # Errors
    /// Where there are too many.
    pub fn new(run: Run<'a>, facet: &Facet) -> Result<Self, TooMany> {
        let (names, of) = match facet {
            Facet::Label if run.classes.too_many() => return Err(TooMany),
            Facet::Label => {
                (run.classes.list().iter().map(|class| Cow::Borrowed(&*class.name)).collect(), Of::Label)
            }
            Facet::Source => {
                (run.sources.names.iter().map(|name| Cow::Borrowed(&**name)).collect(), Of::Source)
            }
            Facet::Length => ((0..LENGTHS).map(length_name).map(Cow::Owned).collect(), Of::Length),
            Facet::Field(field) => {
                let known = run.fields.iter().position(|known| known == field);
                let nth = known.expect("the values of every field of a facet are kept");
                let kept = &run.facts.values[nth];
                if kept.overflowed() {
                    return Err(TooMany);
                }
                let mut order: Vec<u32> = (0..kept.keys().len() as u32).collect();
                order.sort_unstable_by_key(|&id| &kept.keys()[id as usize]);
                let mut places = vec![0; order.len()];
                for (place, &id) in (0..).zip(&order) {
                    places[id as usize] = place;
                }
                let names = order.iter().map(|&id| Cow::Borrowed(&*kept.keys()[id as usize])).collect();
                (names, Of::Field(nth, places))
            }
        };
        Ok(Self { facet: facet.clone(), run, names, of })
    }

    /// Whose they are.
    pub fn facet(&self) -> &Facet {
        &self.facet
    }

    /// The values.
    pub fn names(&self) -> &[Cow<'a, str>] {
        &self.names
    }

    /// The value of an accepted record, as an index into the names; none where it has none.
    #[inline]
    pub fn of(&self, line: Ordinal) -> Option<usize> {
        let Run { facts, classes, sources, is_counted, .. } = self.run;
        match &self.of {
            Of::Label => classes.of(facts, line),
            Of::Source => sources.of(facts, line),
            Of::Length if is_counted => Some(length(facts.tokens(line).total())),
            Of::Length => Some(length(facts.written(line, facts.input_of(line)))),
            Of::Field(nth, places) => facts.value(line, *nth).map(|id| places[id as usize] as usize),
        }
    }
}

/// Which power of two a length comes up to: 0, 1, 2, 3 to 4, 5 to 8 and so on.
pub fn length(n: u64) -> usize {
    match n.checked_sub(1) {
        None => 0,
        Some(less) => 1 + (u64::BITS - less.leading_zeros()) as usize,
    }
}

/// The lengths that come up to a power of two.
pub fn length_name(nth: usize) -> String {
    if nth <= 2 {
        return nth.to_string();
    }
    let below = 1u128 << (nth - 2);
    format!("{}-{}", below + 1, below * 2)
}
