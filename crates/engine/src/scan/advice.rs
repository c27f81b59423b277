//! What helps where records are in another format than is wanted: a command that was tried on the first of them.

use bedload_bedrock::{Answers, Detection, Format, FormatId, Holds, Seen};
use bedload_record::{Findings, InputId, Parser};
use bedload_scan::Inputs;
use bedload_stages::convert::{ConvertConfig, Converter, Extra, Extras, Fit, Map, Source, fit};

use crate::run::error::EngineError;
use crate::scan::resolve::HEAD_LINES;

/// How much is read of each input to try a conversion on.
const SAMPLE_BYTES: usize = 256 << 10;

/// The first records of the data.
#[derive(Clone)]
pub(crate) struct Sample(Vec<Vec<u8>>);

/// What a conversion is told where the advice is to leave content out. Tool calls are more than that, and only the user
/// knows whether the conversations can do without.
fn told(extra: Extra) -> Extras {
    if extra == Extra::Drop { Extras::drop_all_but_tool_calls() } else { extra.into() }
}

impl Sample {
    /// The first whole lines of the inputs that are JSON objects.
    pub(crate) fn read(inputs: &Inputs) -> Result<Self, EngineError> {
        let mut sample = Self(Vec::new());
        for input in inputs.ids() {
            if sample.0.len() == HEAD_LINES {
                break;
            }
            sample.add(inputs, input)?;
        }
        Ok(sample)
    }

    /// Those of one input.
    pub(crate) fn of(inputs: &Inputs, input: InputId) -> Result<Self, EngineError> {
        let mut sample = Self(Vec::new());
        sample.add(inputs, input)?;
        Ok(sample)
    }

    fn add(&mut self, inputs: &Inputs, input: InputId) -> Result<(), EngineError> {
        let mut parser = Parser::default();
        let head = inputs.head(input, SAMPLE_BYTES)?;
        let mut lines: Vec<&[u8]> = head.split(|&byte| byte == b'\n').collect();
        if head.len() == SAMPLE_BYTES {
            // The last line may be cut off.
            lines.pop();
        }
        let mut is_sound = |line: &&[u8]| parser.parse(line, |parsed| parsed.is_ok());
        let lines = lines.into_iter().map(<[u8]>::trim_ascii).filter(|line| !line.is_empty());
        let left = HEAD_LINES - self.0.len();
        self.0.extend(lines.filter(|line| is_sound(line)).take(left).map(<[u8]>::to_vec));
        Ok(())
    }

    /// Its records.
    pub(crate) fn records(&self) -> &[Vec<u8>] {
        &self.0
    }

    /// How many records it has.
    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    /// What a conversion must do with content that the new format has no place for, so that it takes most records, and
    /// how many it refuses all the same: the least that does.
    pub(crate) fn takes_most(&self, from: Source, to: &'static Format, map: Option<&Map>) -> (Extra, usize) {
        let is_possible = match from {
            Source::Format(from) => fit(from, to) != Fit::None,
            Source::Mapped(_) => true,
        };
        let refused = |extra: Extra| {
            let map = map.cloned().unwrap_or_default();
            let config = ConvertConfig { map, extra: told(extra), ..ConvertConfig::default() };
            if is_possible { self.len() - self.attempt(from, to, &config).0 } else { self.len() }
        };
        let as_it_is = refused(Extra::Error);
        match if as_it_is > 0 { refused(Extra::Drop) } else { 0 } {
            fewer if fewer < as_it_is => (Extra::Drop, fewer),
            _ => (Extra::Error, as_it_is),
        }
    }

    /// As [`Sample::read`], once the data was read; empty where one of the inputs cannot be read again.
    pub(crate) fn read_again(inputs: &Inputs) -> Self {
        Self::read(inputs).unwrap_or(Self(Vec::new()))
    }

    /// How many records a conversion takes, and why the first of the others is refused.
    fn attempt(&self, from: Source, to: &'static Format, config: &ConvertConfig) -> (usize, Option<String>) {
        let Ok(converter) = Converter::new(to, config) else { return (0, None) };
        let (mut converted, mut refusal) = (0, None);
        for line in &self.0 {
            let mut findings = Findings::in_full();
            if converter.takes(from, line, &mut findings) {
                converted += 1;
            } else if refusal.is_none() {
                refusal = findings.into_full().into_iter().next().map(|finding| finding.message);
            }
        }
        (converted, refusal)
    }

    /// What a command converts, as the end of a sentence; none where it converts nothing. It may remove something.
    fn outcome(&self, command: &str, removed: &str, converted: usize) -> Option<String> {
        match converted {
            0 => None,
            n if n == self.0.len() => Some(format!("`{command}` converts the data{removed}")),
            n => Some(format!("`{command}` converts {n} of the first {}{removed}", self.0.len())),
        }
    }

    /// The format that its records, which are of a format, are carried over to where no target says another: of pairs the
    /// plainer one, where that takes as many.
    pub(crate) fn usual_target(&self, from: &'static Format) -> &'static Format {
        let usual = from.usual_target();
        let plain = Format::from_name("preference").filter(|_| usual.answers == Answers::Compared);
        let refused = |to: &'static Format| self.takes_most(Source::Format(from), to, None).1;
        plain.filter(|plain| refused(plain) <= refused(usual)).unwrap_or(usual)
    }

    /// The command that converts records of a format; or, where it would refuse all of them, why.
    pub(crate) fn conversion(&self, from: &'static Format, to: &'static Format) -> Option<String> {
        if fit(from, to) == Fit::None {
            return None;
        }
        let mut config = ConvertConfig::default();
        let (converted, refusal) = self.attempt(Source::Format(from), to, &config);
        let command = |flags: &str| format!("bedload convert INPUT --to {}{flags} --out FILE", to.name);
        let compares = |format: &Format| format.answers == Answers::Compared;
        if from.id == FormatId::Kto && compares(to) && converted > 0 {
            return Some(format!("`{}` makes pairs of good and bad answers to the same prompt", command("")));
        }
        if let Some(outcome) = self.outcome(&command(""), "", converted) {
            return Some(outcome);
        }
        config.extra = told(Extra::Drop);
        let (converted, _) = self.attempt(Source::Format(from), to, &config);
        let removed = if compares(from) && !compares(to) {
            ", with the preferred answers only"
        } else {
            ", without its other keys"
        };
        let outcome = self.outcome(&command(" --extra drop"), removed, converted);
        outcome.or(refusal.map(|refusal| format!("`bedload convert` rejects the data: {refusal}")))
    }

    /// The command that converts flat records by the well-known keys that most of them have.
    pub(crate) fn map(&self, look: &Detection, wanted: Option<&'static Format>) -> Option<String> {
        let Mapping { to, pairs, map, lost } = mapping(look, wanted)?;
        let mut config = ConvertConfig { map, ..ConvertConfig::default() };
        for (extra, flag) in [(Extra::Error, ""), (Extra::Drop, " --extra drop")] {
            config.extra = told(extra);
            let (converted, _) = self.attempt(Source::MAPPED, to, &config);
            let command = format!("bedload convert INPUT --to {} --map {pairs}{flag} --out FILE", to.name);
            let removed = if extra == Extra::Drop { ", without its other keys" } else { "" };
            if let Some(outcome) = self.outcome(&command, removed, converted) {
                // What is asked is not thrown away on our advice.
                return Some(match &lost[..] {
                    [] => outcome,
                    lost => format!("join `{}` with the prompt first; then {outcome}", lost.join("`, `")),
                });
            }
        }
        None
    }
}

/// A map of flat records, by their well-known keys.
pub(crate) struct Mapping {
    /// The format that it leads to.
    pub(crate) to: &'static Format,
    /// The map as an option takes it.
    pub(crate) pairs: String,
    pub(crate) map: Map,
    /// Keys that ask something, and that it has no field for.
    pub(crate) lost: Vec<String>,
}

/// The map that most of the records fit; none where their keys do not tell, or where it would lose what is said.
pub(crate) fn mapping(look: &Detection, wanted: Option<&'static Format>) -> Option<Mapping> {
    // A map names texts, so the image would be lost.
    if look.format.is_some_and(|format| format.id == FormatId::ImageCaption) {
        return None;
    }
    let pairs = pairs(look, wanted)?;
    let to = target(&pairs, wanted)?;
    let has_place = |field: &str| field != "system" || to.dialect().is_some();
    let (pairs, lost): (Vec<_>, Vec<_>) = pairs.into_iter().partition(|(field, _)| has_place(field));
    let is_asked = |(key, seen): &(&String, &Seen)| {
        let holds = Holds::from_key(key);
        let is_mapped = pairs.iter().any(|(_, own)| own == *key);
        let is_told = is_usual(**seen, look) || seen.lost > 0;
        is_told && !is_mapped && matches!(holds, Some(Holds::Prompt | Holds::Context))
    };
    let asked = look.unmapped.keys.iter().filter(is_asked).map(|(key, _)| key.clone());
    let lost: Vec<String> = lost.into_iter().map(|(_, key)| key).chain(asked).collect();
    // A command that removes what it is to rescue is no help.
    let is_rescued = |(key, seen): (&String, &Seen)| {
        let is_label = Holds::from_key(key) == Some(Holds::Label);
        let has_field = pairs.iter().any(|(_, own)| own == key);
        seen.lost == 0 || is_label || lost.contains(key) || has_field && is_usual(*seen, look)
    };
    let alike = look
        .unmapped
        .alike
        .iter()
        .all(|(word, seen)| seen.lost == 0 || Holds::from_key(word) == Some(Holds::Label));
    if !alike || !look.unmapped.keys.iter().all(is_rescued) {
        return None;
    }
    let pairs: Vec<String> = pairs.into_iter().map(|(field, key)| format!("{field}={key}")).collect();
    let pairs = pairs.join(",");
    // A key with a comma or an equals sign in it is in no list of well-known ones.
    let map: Map = pairs.parse().ok()?;
    Some(Mapping { to, pairs, map, lost })
}

/// Returns true if most of the records have a key.
fn is_usual(seen: Seen, look: &Detection) -> bool {
    let of = if look.format.is_some() { look.fitting } else { look.records };
    seen.records * 2 > of as u64
}

/// Which field is under which key, judging by the keys.
fn pairs(look: &Detection, wanted: Option<&'static Format>) -> Option<Vec<(&'static str, String)>> {
    let usual = |holds: Holds| {
        let keys = look.unmapped.keys.iter().filter(move |(key, seen)| {
            Holds::from_key(key) == Some(holds) && is_usual(**seen, look) && seen.texts == seen.records
        });
        keys.max_by_key(|(_, seen)| seen.records).map(|(key, _)| key.clone())
    };
    let own = |field: &str| {
        let format = look.format.filter(|format| format.dialect().is_none());
        format.filter(|format| format.fields.iter().any(|own| own.key == field)).map(|_| field.to_owned())
    };
    let prompt = own("prompt").or_else(|| own("text")).or_else(|| own("input"));
    let prompt = prompt.or_else(|| usual(Holds::Prompt))?;
    let answer = own("completion").or_else(|| usual(Holds::Answer)).or_else(|| usual(Holds::Label));
    let mut pairs = vec![("prompt", prompt)];
    match (usual(Holds::Chosen).or_else(|| answer.clone()), usual(Holds::Rejected)) {
        (Some(chosen), Some(rejected)) => pairs.extend([("chosen", chosen), ("rejected", rejected)]),
        _ if wanted.is_some_and(|format| format.id == FormatId::Prompt) => {}
        _ => pairs.push(("completion", answer?)),
    }
    pairs.extend(usual(Holds::System).map(|key| ("system", key)));
    Some(pairs)
}

/// The format that records with these fields go to.
fn target(pairs: &[(&'static str, String)], wanted: Option<&'static Format>) -> Option<&'static Format> {
    let has = |field: &str| pairs.iter().any(|(own, _)| *own == field);
    let name = match wanted {
        Some(format) => format.name,
        None if has("rejected") => "preference",
        None if has("system") => "converse",
        None => "prompt-completion",
    };
    Format::from_name(name)
}
