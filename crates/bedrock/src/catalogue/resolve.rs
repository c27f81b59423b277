//! From what is written to profiles: tags become citations, bases are filled in, values are judged.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::sync::Arc;

use bedload_record::names::did_you_mean;
use toml::Spanned;

use super::written::{Day, Distilled, Entry, File, Media, Place, Reserved, Source, Word};
use super::{Catalogue, ProfileError};
use crate::format::{FORMATS, Format};
use crate::profile::{
    DisputedFormats, Life, Limit, MediaFormats, Pair, Profile, ReservedWords, Since, TokenCount,
};
use crate::rule::{Bound, Citation, Level, Rule};

mod job;

/// What may be cited by a tag.
pub(super) type Sources = BTreeMap<String, Citation>;

/// A file with nothing left to look up.
pub(super) struct Resolved {
    pub(super) compiled: String,
    pub(super) sources: Sources,
    pub(super) profiles: Vec<Arc<Profile>>,
}

/// Resolves a file over the catalogue that it goes on top of.
pub(super) fn resolve(below: &Catalogue, file: File, text: &str) -> Result<Resolved, ProfileError> {
    let mut sources = below.sources.clone();
    for (tag, place) in file.sources {
        let at = At { text, span: place.span(), profile: None, key: format!("sources.{tag}") };
        sources.insert(tag, at.citation(place.into_inner())?);
    }
    let compiled = match file.compiled {
        Some(day) => {
            let at = At { text, span: day.span(), profile: None, key: "compiled".to_owned() };
            at.day(day.into_inner())?
        }
        None => below.compiled.clone(),
    };
    let mut profiles: Vec<Arc<Profile>> = Vec::new();
    let mut names = BTreeSet::new();
    for entry in file.profile {
        let at = At { text, span: entry.name.span(), profile: None, key: "name".to_owned() };
        let name = entry.name.get_ref().clone();
        if name.is_empty() || !name.bytes().all(|b| matches!(b, b'a'..=b'z' | b'0'..=b'9' | b'.' | b'-')) {
            let hint = "a name is made of a-z, 0-9, `.` and `-`";
            return Err(at.wrong(format!("`{name}` is no name of a profile"), hint));
        }
        if !names.insert(name.clone()) {
            return Err(at.wrong(format!("`{name}` occurs twice in this file"), "leave one of them"));
        }
        let reader = Reader { text, name: &name, sources: &sources };
        let base = reader.base(entry.based_on.as_ref(), &profiles, &below.profiles)?;
        let mut profile = reader.profile(entry, base)?;
        profile.life = profile.life_on(&compiled);
        profiles.push(Arc::new(profile));
    }
    // Profiles of the catalogue below are judged as of the same day.
    if compiled != below.compiled {
        let untouched = below.profiles.iter().filter(|known| !names.contains(&known.name));
        let moved = untouched.map(|known| Profile { life: known.life_on(&compiled), ..(**known).clone() });
        profiles.extend(moved.map(Arc::new));
    }
    Ok(Resolved { compiled, sources, profiles })
}

/// A place in the file, for messages.
struct At<'t> {
    text: &'t str,
    span: Range<usize>,
    profile: Option<&'t str>,
    key: String,
}

impl At<'_> {
    fn wrong(&self, problem: String, hint: impl Into<String>) -> ProfileError {
        let before = &self.text.as_bytes()[..self.span.start.min(self.text.len())];
        let line = before.split(|&b| b == b'\n').count();
        let place = match self.profile {
            Some(name) => format!("profile `{name}`: {}", self.key),
            None => self.key.clone(),
        };
        ProfileError::Wrong { line, place, problem, hint: hint.into() }
    }

    /// A day, or with `month` a month as well.
    fn date(&self, date: String, month: bool) -> Result<String, ProfileError> {
        let fits = |pattern: &str| {
            date.len() == pattern.len()
                && date.bytes().zip(pattern.bytes()).all(
                    |(b, p)| {
                        if p == b'0' { b.is_ascii_digit() } else { b == p }
                    },
                )
        };
        match fits("0000-00-00") || (month && fits("0000-00")) {
            true => Ok(date),
            false if month => Err(self.wrong(format!("`{date}` is no date"), "write YYYY-MM-DD or YYYY-MM")),
            false => Err(self.wrong(format!("`{date}` is no day"), "write YYYY-MM-DD")),
        }
    }

    fn day(&self, date: String) -> Result<String, ProfileError> {
        self.date(date, false)
    }

    fn citation(&self, place: Place) -> Result<Citation, ProfileError> {
        if place.place.trim().is_empty() {
            return Err(self.wrong("a source without a place".to_owned(), "write a URL, or who says so"));
        }
        Ok(Citation { place: place.place, date: self.date(place.date, true)? })
    }
}

/// Reads one profile.
struct Reader<'r> {
    text: &'r str,
    name: &'r str,
    sources: &'r Sources,
}

impl Reader<'_> {
    fn at(&self, span: Range<usize>, key: impl Into<String>) -> At<'_> {
        At { text: self.text, span, profile: Some(self.name), key: key.into() }
    }

    /// The profile that it is based on: one above it in the file, or one of the catalogue below.
    fn base(
        &self,
        written: Option<&Spanned<String>>,
        above: &[Arc<Profile>],
        below: &[Arc<Profile>],
    ) -> Result<Option<Profile>, ProfileError> {
        let Some(written) = written else { return Ok(None) };
        let mut known = above.iter().chain(below);
        let base = known.find(|profile| profile.name == *written.get_ref());
        let base = base.ok_or_else(|| {
            let name = written.get_ref();
            let names = above.iter().chain(below).map(|profile| profile.name.as_str());
            let hint = did_you_mean(name, names)
                .unwrap_or_else(|| "name a profile that is built in, or written above this one".to_owned());
            self.at(written.span(), "based-on").wrong(format!("unknown profile `{name}`"), hint)
        })?;
        Ok(Some(Profile::clone(base)))
    }

    fn profile(&self, entry: Entry, base: Option<Profile>) -> Result<Profile, ProfileError> {
        let at_name = entry.name.span();
        let missing = |key: &str| {
            let hint = format!("write it, or take it from another profile with `based-on`{}", example(key));
            self.at(at_name.clone(), key).wrong("it is missing".to_owned(), hint)
        };
        let is_renamed = entry.model.is_some() || entry.task.is_some();
        let based = base.as_ref();
        let model = entry.model.or_else(|| based.map(|b| b.model.clone())).ok_or_else(|| missing("model"))?;
        let task = entry.task.or_else(|| based.map(|b| b.task.clone())).ok_or_else(|| missing("task"))?;
        let inherited = based.filter(|_| !is_renamed).map(|b| b.title.clone());
        let title = entry.title.or(inherited).unwrap_or_else(|| format!("{model}, {task}"));
        let formats = match entry.formats {
            Some(formats) => self.formats(formats)?,
            None => based.map(|b| b.formats.clone()).ok_or_else(|| missing("formats"))?,
        };
        let encoding = entry.encoding.or_else(|| based.map(|b| b.encoding.clone()));
        let source = match entry.source {
            Some(source) => self.cite(&self.at(source.span(), "source"), source.into_inner())?,
            None => based.map(|b| b.source.clone()).ok_or_else(|| missing("source"))?,
        };
        let mut profile = Profile {
            name: self.name.to_owned(),
            title,
            model,
            task,
            formats,
            encoding: encoding.ok_or_else(|| missing("encoding"))?,
            tokens: entry.tokens.or(based.map(|b| b.tokens)).ok_or_else(|| missing("tokens"))?,
            training_files: (entry.training_files.or(based.map(|b| b.training_files)))
                .ok_or_else(|| missing("training-files"))?,
            source,
            life: Life::Live,
            legacy: based.and_then(|b| b.legacy.clone()),
            end_of_life: based.and_then(|b| b.end_of_life.clone()),
            elsewhere: based.and_then(|b| b.elsewhere.clone()),
            limits: based.map(|b| b.limits.clone()).unwrap_or_default(),
            rules: based.map(|b| b.rules.clone()).unwrap_or_default(),
            images: based.and_then(|b| b.images.clone()),
            videos: based.and_then(|b| b.videos.clone()),
            documents: based.and_then(|b| b.documents.clone()),
            reserved_words: based.map(|b| b.reserved_words.clone()).unwrap_or_default(),
            pairs: based.map(|b| b.pairs.clone()).unwrap_or_default(),
            customization: based.and_then(|b| b.customization),
            models: based.map(|b| b.models.clone()).unwrap_or_default(),
            hyperparameters: based.map(|b| b.hyperparameters.clone()).unwrap_or_default(),
            hyperparameters_unpublished: based.and_then(|b| b.hyperparameters_unpublished.clone()),
        };
        self.entry("legacy", entry.legacy, &mut profile.legacy, Self::since)?;
        self.entry("end-of-life", entry.end_of_life, &mut profile.end_of_life, Self::since)?;
        self.entry("images", entry.images, &mut profile.images, Self::media)?;
        self.entry("videos", entry.videos, &mut profile.videos, Self::media)?;
        self.entry("documents", entry.documents, &mut profile.documents, Self::media)?;
        if let Some(written) = entry.elsewhere {
            let at = self.at(written.span(), "elsewhere");
            profile.elsewhere = match written.into_inner() {
                Word::Word(word) if word == NONE => None,
                source => Some(self.cite(&at, source)?),
            };
        }
        for (bound, written) in entry.limits {
            let mut limit = None;
            let key = format!("limits.{}", bound.name());
            self.entry(&key, Some(written), &mut limit, |reader, at, number| {
                if let Some(most) = bound.value_max().filter(|&most| number.value > most) {
                    let hint = format!("write a number from 0 to {most}");
                    return Err(at.wrong(format!("{} is too large", number.value), hint));
                }
                if bound == Bound::TokensMargin && profile.tokens == TokenCount::Exact {
                    let hint = "write `tokens = \"estimate\"`, or leave the margin out";
                    return Err(at.wrong("an exact count cannot have a margin".to_owned(), hint));
                }
                Ok(Limit {
                    value: number.value,
                    source: reader.cite(at, number.source)?,
                    against: number.against.map(|against| reader.cite(at, against)).transpose()?,
                    note: number.note,
                })
            })?;
            put(&mut profile.limits, bound, limit);
        }
        if profile.tokens == TokenCount::Exact {
            profile.limits.remove(&Bound::TokensMargin);
        }
        for (point, written) in entry.rules {
            let mut rule = None;
            let key = format!("rules.{}", point.name());
            self.entry(&key, Some(written), &mut rule, |reader, at, ruling| {
                if ruling.level != Level::Allow && point.code(ruling.level).is_none() {
                    let other = if ruling.level == Level::Refuse { "disputed" } else { "refuse" };
                    let level = if ruling.level == Level::Refuse { "refuse" } else { "disputed" };
                    let hint = format!("write `allow` or `{other}`");
                    return Err(at.wrong(format!("this rule has no level `{level}`"), hint));
                }
                if ruling.level == Level::Disputed && ruling.against.is_none() {
                    let hint = "write `against = …`: the source that says otherwise";
                    return Err(at.wrong("`disputed` needs two sources".to_owned(), hint));
                }
                Ok(Rule {
                    level: ruling.level,
                    source: reader.cite(at, ruling.source)?,
                    against: ruling.against.map(|against| reader.cite(at, against)).transpose()?,
                })
            })?;
            put(&mut profile.rules, point, rule);
        }
        if let Some(written) = entry.reserved_words {
            let at = self.at(written.span(), "reserved-words");
            let groups = written.into_inner().into_iter();
            profile.reserved_words = groups.map(|group| self.words(&at, group)).collect::<Result<_, _>>()?;
        }
        if let Some(written) = entry.pairs {
            let at = self.at(written.span(), "pairs");
            let pairs = written.into_inner().into_iter();
            profile.pairs = pairs.map(|pair| self.pair(&at, pair)).collect::<Result<_, _>>()?;
        }
        let written = job::Written {
            customization: entry.customization,
            models: entry.models,
            hyperparameters: entry.hyperparameters,
            unpublished: entry.hyperparameters_unpublished,
        };
        self.job(written, &mut profile)?;
        Ok(profile)
    }

    /// Puts what is written, if anything, in the place of what is inherited.
    fn entry<W, T>(
        &self,
        key: &str,
        written: Option<Spanned<Word<W>>>,
        inherited: &mut Option<T>,
        read: impl FnOnce(&Self, &At<'_>, W) -> Result<T, ProfileError>,
    ) -> Result<(), ProfileError> {
        let Some(written) = written else { return Ok(()) };
        let at = self.at(written.span(), key);
        *inherited = match written.into_inner() {
            Word::Table(table) => Some(read(self, &at, table)?),
            Word::Word(word) if word == NONE => None,
            Word::Word(word) => {
                let hint = "write a table, or \"none\" to inherit nothing";
                return Err(at.wrong(format!("`{word}` is not known here"), hint));
            }
        };
        Ok(())
    }

    fn cite(&self, at: &At<'_>, source: Source) -> Result<Citation, ProfileError> {
        match source {
            Word::Table(place) => at.citation(place),
            Word::Word(tag) => self.sources.get(&tag).cloned().ok_or_else(|| {
                let tags: Vec<&str> = self.sources.keys().map(String::as_str).collect();
                let hint = format!(
                    "write {{ place = \"…\", date = \"YYYY-MM-DD\" }}, or a tag of [sources]: {}",
                    tags.join(", ")
                );
                at.wrong(format!("unknown source `{tag}`"), hint)
            }),
        }
    }

    fn formats(&self, formats: Spanned<Vec<String>>) -> Result<Vec<String>, ProfileError> {
        let at = self.at(formats.span(), "formats");
        let formats = formats.into_inner();
        let names: Vec<&str> = FORMATS.iter().map(|format| format.name).collect();
        let hint = format!("the formats are {}", names.join(", "));
        match formats.iter().find(|name| Format::from_name(name).is_none()) {
            Some(unknown) => Err(at.wrong(format!("unknown format `{unknown}`"), hint)),
            None if formats.is_empty() => {
                Err(at.wrong("a profile needs at least one format".to_owned(), hint))
            }
            None => Ok(formats),
        }
    }

    fn since(&self, at: &At<'_>, day: Day) -> Result<Since, ProfileError> {
        let (date, is_seen) = match (day.date, day.seen) {
            (Some(date), None) => (date, false),
            (None, Some(seen)) => (seen, true),
            _ => {
                return Err(at.wrong(
                    "one of `date` and `seen` is required".to_owned(),
                    "write date = \"YYYY-MM-DD\"",
                ));
            }
        };
        Ok(Since { date: at.day(date)?, is_seen, source: self.cite(at, day.source)? })
    }

    fn media(&self, at: &At<'_>, media: Media) -> Result<MediaFormats, ProfileError> {
        let disputed = media.disputed.map(|disputed| {
            Ok(DisputedFormats {
                formats: disputed.formats,
                source: self.cite(at, disputed.source)?,
                against: self.cite(at, disputed.against)?,
            })
        });
        Ok(MediaFormats {
            formats: media.formats,
            source: self.cite(at, media.source)?,
            disputed: disputed.transpose()?,
        })
    }

    fn pair(&self, at: &At<'_>, pair: Distilled) -> Result<Pair, ProfileError> {
        Ok(Pair {
            teacher: pair.teacher,
            students: pair.students,
            end_of_life: pair.end_of_life.map(|day| self.since(at, day)).transpose()?,
            source: self.cite(at, pair.source)?,
        })
    }

    fn words(&self, at: &At<'_>, group: Reserved) -> Result<ReservedWords, ProfileError> {
        if group.words.iter().any(String::is_empty) {
            return Err(at.wrong("an empty word matches every text".to_owned(), "leave it out"));
        }
        Ok(ReservedWords {
            words: group.words,
            source: self.cite(at, group.source)?,
            is_confirmed: group.confirmed.unwrap_or(true),
        })
    }
}

/// What is written in place of a table that is not to be inherited.
const NONE: &str = "none";

fn put<K: Ord, V>(map: &mut BTreeMap<K, V>, key: K, value: Option<V>) {
    match value {
        Some(value) => map.insert(key, value),
        None => map.remove(&key),
    };
}

fn example(key: &str) -> &'static str {
    match key {
        "source" => ", e.g. source = { place = \"our wiki\", date = \"2026-11-23\" }",
        "tokens" => ", e.g. tokens = \"estimate\"",
        "training-files" => ", e.g. training-files = \"one\"",
        "formats" => ", e.g. formats = [\"prompt-completion\"]",
        "encoding" => ", e.g. encoding = \"cl100k_base\"",
        _ => "",
    }
}
