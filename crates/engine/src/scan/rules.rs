//! The rules of one run: settings, profile and what the data looks like, resolved once before the scan.

use std::borrow::Cow;

use bedload_bedrock::{Answers, Bound, Citation, Format, Limit, Unmapped};
use bedload_record::json::Framing;
use bedload_record::names::did_you_mean;
use bedload_record::{Code, Finding, InputId, Severities, Side};
use bedload_scan::{Fetch, Inputs, ScanError, Watch};
use bedload_stages::Check;
use bedload_stages::dedupe::{Normalize, Survivor};
use bedload_stages::facets::Field;
use bedload_stages::group::Prompts;
use bedload_stages::preference::Preference;
use bedload_stages::repair::{Repair, Repaired, Tools};
use bedload_stages::schema::Schema;
use bedload_stages::split::TimeField;
use bedload_stages::tokens::{Encoding, Engine, TokenLimit, Tokenizer};

use crate::run::error::EngineError;
use crate::run::settings::Settings;
use crate::scan::advice::Sample;
use crate::scan::by_source::{BySource, Fields};
use crate::scan::contamination::EvalSets;
use crate::scan::conversion::Conversion;
use crate::scan::origins::Origins;
use crate::scan::pairing::Pairing;
use crate::scan::pii::Pii;
use crate::scan::resolve::{Examples, Resolved, resolve};

/// Everything that the visit of a record needs to know.
pub(crate) struct Rules {
    /// The format that records are checked against; none where no known format fits.
    pub(crate) format: Option<&'static Format>,
    /// True where the format was not named by flag or profile.
    pub(crate) detected: bool,
    /// How records come into the format, where they are in another one.
    pub(crate) conversion: Option<Conversion>,
    /// What is repaired of a line before anything else, where that is wanted.
    pub(crate) repair: Option<Repair>,
    /// The inputs whose records are in another format: one finding covers all of their records.
    pub(crate) other: Vec<bool>,
    /// Set where content that the format has no field for is counted.
    pub(crate) unmapped: Option<Examples>,
    /// What the records of each input are in it.
    framings: Vec<Framing>,
    /// The counting of tokens, where it is switched on.
    pub(crate) tokenizer: Option<Tokenizer>,
    /// Tokens that each message of a conversation takes besides its text.
    pub(crate) turn_tokens: u64,
    pub(crate) checks: Vec<Box<dyn Check + Send>>,
    /// Whether the answers of pairs are compared with each other.
    pub(crate) compares: bool,
    /// The most tokens of a record, where answers are compared up to there.
    pub(crate) cut: Option<Limit>,
    /// What records must share no text with, where that is looked for.
    pub(crate) eval_sets: Option<EvalSets>,
    /// The search for personal data, where it is switched on.
    pub(crate) pii: Option<Pii>,
    /// How prompts are compared to group records.
    pub(crate) prompts: Prompts,
    /// What differs between sources.
    pub(crate) by_source: BySource,
    /// The fields whose values are kept.
    pub(crate) fields: Vec<Field>,
    pub(crate) normalize: Normalize,
    /// What ranks records that are equal or alike, where something of theirs does.
    pub(crate) survivor: Option<Survivor>,
    /// The field with the time of a record, where the newest are to be held out.
    pub(crate) time: Option<TimeField>,
    /// The most bytes in a record, as it is read and as it is written.
    pub(crate) max_record_bytes: u64,
    pub(crate) severities: Severities,
    pub(crate) show_content: bool,
    /// Where the records of converted inputs were first, where that is known.
    pub(crate) origins: Origins,
    /// Keys that may be shown in pointers.
    pub(crate) known_keys: Vec<&'static str>,
}

impl Rules {
    /// Resolves the rules for these inputs, and says what is wrong with the data set as a whole.
    pub(crate) fn new(settings: &Settings, inputs: &Inputs) -> Result<(Self, Vec<Finding>), EngineError> {
        let mut findings = Vec::new();
        let Resolved { format, conversion, other, unmapped } = resolve(settings, inputs, &mut findings)?;
        let stages = &settings.stages;
        let tokenizer = resolve_tokenizer(settings)?;
        let mut checks: Vec<Box<dyn Check + Send>> = Vec::new();
        if stages.schema.enabled {
            checks.push(Box::new(Schema::new(settings.profile.clone(), stages.convert.weights)));
        }
        let compares =
            stages.preference.enabled && format.is_some_and(|format| format.answers == Answers::Compared);
        if compares {
            checks.push(Box::new(Preference));
        }
        let mut cut = None;
        if let Some(tokenizer) = &tokenizer {
            let limit = token_limit(settings, tokenizer);
            cut = limit.record.clone().filter(|_| compares);
            checks.push(Box::new(limit));
        }
        let repair = settings.repair.as_ref().map(|selection| {
            let format = format.filter(|_| stages.schema.enabled && conversion.is_none());
            let schema = || Schema::new(settings.profile.clone(), stages.convert.weights);
            Repair::new(selection, format.map(|format| (schema(), format)))
        });
        let mut rules = Self {
            format,
            repair,
            other,
            framings: inputs.ids().map(|input| framing(inputs, input)).collect(),
            detected: settings.format.is_none() && settings.profile.is_none() && conversion.is_none(),
            conversion,
            unmapped,
            tokenizer,
            turn_tokens: limit(settings, Bound::TurnTokens).map_or(0, |limit| limit.value),
            checks,
            compares,
            cut,
            eval_sets: None,
            pii: Pii::new(stages),
            prompts: if has_sides(settings, inputs) || stages.conflicts.is_asked() {
                Prompts::Folded
            } else {
                Prompts::As(stages.dedupe.normalize)
            },
            by_source: BySource::new(settings, inputs),
            fields: stages.fields(),
            normalize: stages.dedupe.normalize,
            survivor: Some(&stages.dedupe.survivor)
                .filter(|survivor| {
                    survivor.ranks() && (stages.dedupe.enabled || stages.near.dropping().is_some())
                })
                .cloned(),
            time: stages.split.by_time.clone().filter(|_| stages.split.divides()),
            max_record_bytes: settings.scan.max_record_bytes,
            severities: settings.severities,
            show_content: settings.show_content,
            origins: Origins::default(),
            known_keys: format.map_or_else(Vec::new, |f| f.known_keys().collect()),
        };
        let fields = rules.fields_before_conversion();
        if let Some(conversion) = &mut rules.conversion {
            conversion.set_fields(fields);
        }
        Ok((rules, findings))
    }

    /// The fields that are read of records before they are converted, for each input.
    fn fields_before_conversion(&self) -> Vec<Fields> {
        let mut of_all: Vec<Vec<String>> = self.fields.iter().map(|field| field.steps.clone()).collect();
        of_all.extend(self.survivor.iter().filter_map(Survivor::field).map(|field| field.steps().to_vec()));
        of_all.extend(self.time.iter().map(|field| field.steps().to_vec()));
        self.by_source.fields(&of_all)
    }

    /// Reads the evaluation data that records are compared with, and says what is wrong with it.
    ///
    /// # Errors
    /// Where it cannot be read or compared.
    pub(crate) fn read_eval_sets(
        &mut self,
        settings: &Settings,
        watch: &Watch,
    ) -> Result<Vec<Finding>, EngineError> {
        self.eval_sets = EvalSets::read(settings, watch)?;
        let config = &settings.stages.contamination;
        Ok(self.eval_sets.as_ref().map(|sets| sets.findings(config)).unwrap_or_default())
    }

    /// The first records, to try on what would help, where some records have content that the format has no field for;
    /// read again where they were not kept.
    pub(crate) fn sample(&self, unmapped: &Unmapped, inputs: &Inputs) -> Option<Cow<'_, Sample>> {
        match &self.unmapped {
            Some(Examples(Some(sample))) => Some(Cow::Borrowed(sample)),
            Some(Examples(None)) if unmapped.losing_or_labelled > 0 => {
                Some(Cow::Owned(Sample::read_again(inputs)))
            }
            _ => None,
        }
    }

    /// What a record of an input is in it; a record that was made here is a line.
    pub(crate) fn framing(&self, input: Option<InputId>) -> Framing {
        input.map_or(Framing::Line, |input| self.framings[input.index()])
    }

    /// Returns true if the records are conversations.
    pub(crate) fn is_conversation(&self) -> bool {
        self.format.is_some_and(|format| format.dialect().is_some())
    }

    /// Returns true if tokens of records are counted.
    pub(crate) fn counts_tokens(&self) -> bool {
        self.tokenizer.is_some() && self.format.is_some()
    }

    /// A line of an input with its repairs; none where there is nothing to repair.
    pub(crate) fn repaired(&self, input: InputId, line: &[u8], tools: &mut Tools) -> Option<Repaired> {
        self.repair.as_ref()?.line(self.framing(Some(input)), line, tools)
    }

    /// An accepted line of an input as it is written: repaired, converted and masked, where it is.
    pub(crate) fn written<'b>(&self, input: InputId, line: &'b [u8], made: &'b mut Vec<u8>) -> &'b [u8] {
        let repaired =
            self.repair.as_ref().and_then(|_| self.repaired(input, line, &mut Tools::default())?.line);
        let is_made = self.conversion.is_some() || repaired.is_some();
        match (&self.conversion, repaired) {
            (Some(conversion), repaired) => {
                conversion.written(input, repaired.as_deref().unwrap_or(line), made);
            }
            (None, Some(repaired)) => *made = repaired,
            (None, None) => {}
        }
        self.masked(Some(line).filter(|_| !is_made), made)
    }

    /// The records that are written in the place of a line of an input, where they are made of several.
    ///
    /// # Errors
    /// Where an input cannot be read again.
    pub(crate) fn joined<'b>(
        &self,
        at: (InputId, u64),
        fetch: &Fetch<'_>,
        made: &'b mut Vec<u8>,
    ) -> Result<&'b [u8], ScanError> {
        if let Some((conversion, pairing)) = self.joining(at.0) {
            pairing.written(at, conversion, self, fetch, made)?;
        }
        Ok(self.masked(None, made))
    }

    /// How records are made of several lines of an input, where they are.
    pub(crate) fn joining(&self, input: InputId) -> Option<(&Conversion, &Pairing)> {
        let conversion = self.conversion.as_ref().filter(|conversion| conversion.joins(input))?;
        Some((conversion, conversion.pairing.as_ref()?))
    }

    /// A line, or what was made of it, without what is personal.
    fn masked<'b>(&self, line: Option<&'b [u8]>, made: &'b mut Vec<u8>) -> &'b [u8] {
        let masked = self.pii.as_ref().zip(self.format).and_then(|(pii, format)| match line {
            Some(line) => pii.masked(format, line),
            None => pii.masked_records(format, made),
        });
        match (masked, line) {
            (Some(masked), _) => {
                *made = masked;
                made
            }
            (None, Some(line)) => line,
            (None, None) => made,
        }
    }

    /// Returns true if a finding about a field need not be listed: the whole input is in another format, which one
    /// finding reports.
    pub(crate) fn is_folded(&self, input: InputId, code: Code) -> bool {
        self.other[input.index()] && ["schema/", "disputed/"].iter().any(|area| code.name().starts_with(area))
    }
}

/// Whether there are several sides, or will be.
fn has_sides(settings: &Settings, inputs: &Inputs) -> bool {
    settings.stages.split.divides() || inputs.iter().any(|input| input.side() != Side::Train)
}

/// What the records of an input are in it.
pub(crate) fn framing(inputs: &Inputs, input: InputId) -> Framing {
    if inputs.get(input).is_array() { Framing::Element } else { Framing::Line }
}

/// The limit of the target, if there is a target and it has one.
fn limit(settings: &Settings, bound: Bound) -> Option<&Limit> {
    settings.profile.as_ref().and_then(|profile| profile.limit(bound))
}

/// The limits of tokens: the target's, but for what is configured in their place.
fn token_limit(settings: &Settings, tokenizer: &Tokenizer) -> TokenLimit {
    let stage = &settings.stages.tokens;
    let configured = stage.record_max.map(|value| {
        let source = Citation { place: "configuration".to_owned(), date: "this run".to_owned() };
        Limit { value, source, against: None, note: None }
    });
    let number = |bound| limit(settings, bound).map(|limit| limit.value);
    TokenLimit {
        record: configured.or_else(|| limit(settings, Bound::RecordTokensMax).cloned()),
        prompt: limit(settings, Bound::PromptTokensMax).cloned(),
        completion: limit(settings, Bound::CompletionTokensMax).cloned(),
        image_min: number(Bound::ImageTokensMin),
        // A vocabulary that the user brings is taken for the model's own.
        margin: stage
            .margin
            .or(number(Bound::TokensMargin).filter(|_| settings.tokenizer.is_none()))
            .unwrap_or(0),
        encoding: tokenizer.name().to_owned(),
    }
}

/// What texts are counted by; none where they are not.
fn resolve_tokenizer(settings: &Settings) -> Result<Option<Tokenizer>, EngineError> {
    let stage = &settings.stages.tokens;
    if !stage.enabled {
        return Ok(None);
    }
    if let Some(tokenizer) = &settings.tokenizer {
        return Ok(Some(tokenizer.clone()));
    }
    let name = match (&stage.encoding, &settings.profile) {
        (Some(name), _) => name.as_str(),
        (None, Some(profile)) => profile.encoding.as_str(),
        (None, None) => "o200k_base",
    };
    public_encoding(name, &stage.engine).map(Some)
}

/// A public encoding, by an engine.
///
/// # Errors
/// Where one of the names is unknown.
pub fn public_encoding(name: &str, engine: &str) -> Result<Tokenizer, EngineError> {
    let encoding: Encoding = name.parse().map_err(|error| {
        let near = did_you_mean(name, Encoding::ALL.map(Encoding::name));
        let hint = near.map(|near| format!("\nhint: {near}")).unwrap_or_default();
        EngineError::Usage(format!("{error}{hint}"))
    })?;
    let engine: Engine = engine.parse().map_err(|error| {
        let near = did_you_mean(engine, ["fast", "tiktoken"]);
        let hint = near.map(|near| format!("\nhint: {near}")).unwrap_or_default();
        EngineError::Usage(format!("{error}{hint}"))
    })?;
    Ok(Tokenizer::of(encoding, engine))
}

/// The finding where records were read, but the format could not be detected from any of them.
pub(crate) fn unknown_format() -> Finding {
    let message =
        "no valid record was found at the beginning of the data, so the format could not be detected"
            .to_owned();
    Finding::dataset(Code::DatasetUnknownFormat, message)
}

/// Refuses to build from data whose format is not known.
pub(crate) fn refuse_unknown_format(findings: &[Finding]) -> Result<(), EngineError> {
    match findings.iter().find(|finding| finding.code == Code::DatasetUnknownFormat) {
        Some(finding) => {
            let hint = "hint: name the format with --format or the target with --profile, or say where the fields are with --to FORMAT --map FIELD=KEY,…";
            Err(EngineError::Usage(format!("{}\n{hint}", finding.message)))
        }
        None => Ok(()),
    }
}
