//! `init`: what inputs hold, judging by their first records.

mod keys;

use bedload_bedrock::{Answers, Detection, Format, FormatId, Profile, Shape};
use bedload_scan::Inputs;
use bedload_stages::convert::{Extra, Source};

use crate::run::error::EngineError;
use crate::scan::advice::{Mapping, Sample, mapping};
use crate::scan::resolve::look_at_all;

pub use keys::Keys;

/// What one input holds.
#[derive(Debug)]
pub struct Surveyed {
    /// Its name.
    pub name: String,
    /// The format of most of its first records; none where no known one fits.
    pub format: Option<&'static Format>,
    /// Their shape, where that is one which is recognized and not converted.
    pub shape: Option<&'static Shape>,
    /// How many records were examined.
    pub records: usize,
    /// How they become records of the target.
    pub conversion: Conversion,
    /// Well-known keys beside their texts.
    pub keys: Keys,
}

/// How records become those of a target.
#[derive(Debug, PartialEq, Eq)]
pub enum Conversion {
    /// They are, or nothing is known of them.
    None,
    /// By a conversion of their format.
    Format {
        /// The format of the target.
        to: &'static Format,
        /// What must happen to content that it has no place for.
        extra: Extra,
        /// How many of the first records it cannot be made of.
        refused: usize,
    },
    /// By a map.
    Map {
        /// The format of the target.
        to: &'static Format,
        /// From fields to keys.
        map: Vec<(String, String)>,
        /// What must happen to content that it has no place for.
        extra: Extra,
        /// How many of the first records it cannot be made of.
        refused: usize,
    },
    /// Two lines become one, which a conversion of their own does.
    Pairs {
        /// The format of the target.
        to: &'static Format,
    },
    /// Not at all, or not most of them.
    Impossible,
}

/// Looks at the first records of every input, for a target or whatever there is.
///
/// # Errors
/// Where an input cannot be read.
pub fn survey(inputs: &Inputs, profile: Option<&Profile>) -> Result<Vec<Surveyed>, EngineError> {
    inputs.refuse_foreign()?;
    let wanted: Vec<&'static Format> = profile.map(|profile| profile.formats().collect()).unwrap_or_default();
    let looks = look_at_all(inputs, &wanted, None)?;
    let one = |(input, look): (bedload_record::InputId, Detection)| {
        let sample = Sample::of(inputs, input)?;
        Ok(Surveyed {
            name: inputs.get(input).name().to_owned(),
            format: look.format,
            shape: look.shape,
            records: look.records,
            conversion: conversion(&look, &sample, &wanted),
            keys: Keys::of(sample.records()).without_label_of(look.format),
        })
    };
    inputs.ids().zip(looks).map(one).collect()
}

fn conversion(look: &Detection, sample: &Sample, wanted: &[&'static Format]) -> Conversion {
    let target = wanted.first().copied();
    match (look.format, target) {
        (Some(format), _) if wanted.contains(&format) => return Conversion::None,
        (Some(format), None) if !format.is_foreign() => return Conversion::None,
        (Some(format), target) => {
            let to = target.unwrap_or(format.usual_target());
            let is_labelled = format.id == FormatId::Kto;
            if is_labelled && to.answers == Answers::Compared {
                return Conversion::Pairs { to };
            }
            let (extra, refused) = sample.takes_most(Source::Format(format), to, None);
            // Most labels may say that an answer is a bad one.
            if 2 * refused < sample.len() || is_labelled && refused < sample.len() {
                return Conversion::Format { to, extra, refused };
            }
        }
        (None, _) if look.records == 0 => return Conversion::None,
        (None, _) => {}
    }
    let mapped = mapping(look, target).filter(|mapping| mapping.lost.is_empty());
    let found = mapped.and_then(|Mapping { to, map, .. }| {
        let (extra, refused) = sample.takes_most(Source::MAPPED, to, Some(&map));
        let map = map.0.into_iter().collect();
        (2 * refused < sample.len()).then_some(Conversion::Map { to, map, extra, refused })
    });
    found.unwrap_or(Conversion::Impossible)
}
