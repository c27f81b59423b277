//! The catalogue of targets: the built-in one, and what a user's file adds to it or overrides. Reads text, never files.

use std::sync::{Arc, LazyLock};

use bedload_record::names::did_you_mean;

use crate::profile::Profile;

mod resolve;
mod written;

use resolve::Sources;
use written::File;

/// The targets, in the order in which they are written.
#[derive(Clone, Debug)]
pub struct Catalogue {
    compiled: String,
    sources: Sources,
    profiles: Vec<Arc<Profile>>,
}

/// Why a profile cannot be had.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum ProfileError {
    /// No such name.
    #[error("unknown profile `{name}`\nhint: {hint}")]
    Unknown {
        /// The name that was asked for.
        name: String,
        /// The nearest name, or where to look.
        hint: String,
    },
    /// The text is no TOML, or has a key or a type of value that no profile has.
    #[error("{0}")]
    Toml(String),
    /// A value that does not do.
    #[error("line {line}: {place}: {problem}\nhint: {hint}")]
    Wrong {
        /// Line of the file, from 1.
        line: usize,
        /// The profile and its key.
        place: String,
        /// What is wrong with it.
        problem: String,
        /// What to do.
        hint: String,
    },
}

impl Catalogue {
    /// The targets that bedload knows.
    pub fn built_in() -> Self {
        static BUILT_IN: LazyLock<Catalogue> = LazyLock::new(|| {
            let nothing =
                Catalogue { compiled: String::new(), sources: Sources::default(), profiles: Vec::new() };
            nothing.with(include_str!("../profiles.toml")).expect("a test reads the catalogue")
        });
        BUILT_IN.clone()
    }

    /// The catalogue with the profiles of a file: new ones come last, those of a known name take its place. The file
    /// may cite the sources and be based on the profiles of this catalogue.
    ///
    /// # Errors
    /// [`ProfileError::Toml`] or [`ProfileError::Wrong`] with the line.
    pub fn with(mut self, toml_text: &str) -> Result<Self, ProfileError> {
        let file: File = toml::from_str(toml_text)
            .map_err(|error| ProfileError::Toml(error.to_string().trim_end().to_owned()))?;
        let resolved = resolve::resolve(&self, file, toml_text)?;
        (self.compiled, self.sources) = (resolved.compiled, resolved.sources);
        for profile in resolved.profiles {
            match self.profiles.iter_mut().find(|known| known.name == profile.name) {
                Some(known) => *known = profile,
                None => self.profiles.push(profile),
            }
        }
        Ok(self)
    }

    /// All targets.
    pub fn profiles(&self) -> &[Arc<Profile>] {
        &self.profiles
    }

    /// The day on which the catalogue was compiled, `YYYY-MM-DD`; life cycles are judged as of that day.
    pub fn date(&self) -> &str {
        &self.compiled
    }

    /// The target with this name.
    ///
    /// # Errors
    /// [`ProfileError::Unknown`] with the nearest name.
    pub fn get(&self, name: &str) -> Result<Arc<Profile>, ProfileError> {
        let known = self.profiles.iter().find(|profile| profile.name == name);
        known.cloned().ok_or_else(|| {
            let near = did_you_mean(name, self.profiles.iter().map(|profile| profile.name.as_str()));
            let hint = near.unwrap_or_else(|| "`bedload profiles` lists them all".to_owned());
            ProfileError::Unknown { name: name.to_owned(), hint }
        })
    }
}

#[cfg(test)]
mod tests;
