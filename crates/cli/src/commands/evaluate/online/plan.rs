//! What is to be asked, where the answers go, and what that costs.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use bedload_bedrock::{Format, ModelPrices, Price, Prices};
use bedload_client::{How, Kept, Question, Serving, Speaker};
use bedload_engine::{
    Manifest, Prompt, PromptSettings, Prompts, Role, Turn, prompts, public_encoding, read_output,
};
use bedload_scan::{ScanOptions, discover};

use super::super::{Setup, discovery};
use crate::args::EvaluateArgs;
use crate::commands::{refuse_remote, refuse_remote_output};
use crate::exit::Failure;

/// What a built directory calls the prompts of an evaluation.
const EVALUATION: &str = "evaluation.jsonl";
/// The encoding of a run that knows no target.
const ENCODING: &str = "cl100k_base";

/// A run before it begins.
pub(super) struct Plan {
    pub(super) how: How,
    pub(super) questions: Vec<Question>,
    /// Tokens of each question and its reference.
    tokens: Vec<[u64; 2]>,
    /// The format of the records.
    pub(super) format: &'static Format,
    /// Records that hold something other than text.
    pub(super) with_media: u64,
    /// Records without an answer to compare with.
    pub(super) without_reference: u64,
    /// What the prompts were read from.
    pub(super) source: String,
    /// Where the answers go.
    pub(super) file: PathBuf,
    /// What counted them.
    pub(super) encoding: String,
    pub(super) pricing: Pricing,
}

/// What a token costs.
pub(super) struct Pricing {
    pub(super) serving: Serving,
    /// The model whose prices these are, where it is known.
    pub(super) model: Option<String>,
    /// Of input and output, as far as they are known.
    pub(super) prices: [Option<Price>; 2],
    /// The date of the price file.
    pub(super) date: String,
}

impl Plan {
    pub(super) fn new(args: &EvaluateArgs, how: How, setup: &Setup) -> Result<Self, Failure> {
        let ask = &args.ask;
        let manifest = match &ask.dir {
            Some(dir) => {
                refuse_remote(dir.as_os_str())?;
                Some(read_output(dir)?)
            }
            None if ask.prompts.is_empty() => {
                let message = "OUT is missing: a directory written by `bedload build`, whose prompts are asked\n\
                               hint: or name a file of prompts with --prompts";
                return Err(Failure::Usage(message.to_owned()));
            }
            None => None,
        };
        let (names, format) = match (&ask.prompts[..], &ask.dir, &manifest) {
            ([], Some(dir), Some(manifest)) => of_output(dir, manifest)?,
            (names, ..) => (names.to_vec(), None),
        };
        let discovery = discovery(args, &names, &setup.config)?;
        let inputs = setup.workers.install(|| discover(&names, &discovery))?;
        let encoding = encoding(manifest.as_ref());
        let tokenizer = public_encoding(&encoding, "fast")?;
        let settings = PromptSettings {
            format,
            system: ask.system.as_deref(),
            limit: ask.limit,
            tokenizer: &tokenizer,
            scan: ScanOptions { mmap: !setup.config.no_mmap, ..ScanOptions::default() },
        };
        let prompts = setup.workers.install(|| prompts(&inputs, &settings, &setup.progress))?;
        let file = match &ask.predictions_out {
            Some(file) => file.clone(),
            None => default_file(ask.dir.as_deref(), &names, &how.model),
        };
        refuse_remote_output("--predictions-out", &file, false)?;
        let pricing = Pricing::new(&how.model, manifest.as_ref(), setup)?;
        let source = match &names[..] {
            [only] => only.to_string_lossy().into_owned(),
            several => bedload_record::plural::plural(several.len() as u64, "file", "files"),
        };
        let Prompts { list, with_media, without_reference, format } = prompts;
        let tokens = list.iter().map(|prompt| [prompt.tokens, prompt.reference_tokens]).collect();
        let questions = list.into_iter().map(question).collect();
        Ok(Self {
            how,
            questions,
            tokens,
            format,
            with_media,
            without_reference,
            source,
            file,
            encoding,
            pricing,
        })
    }

    /// Tokens of the questions that are not answered, and of their references.
    pub(super) fn tokens_left(&self, kept: &Kept) -> [u64; 2] {
        let left = kept.rest().into_iter().map(|index| self.tokens[index]);
        left.fold([0, 0], |sums, tokens| [0, 1].map(|n| sums[n] + tokens[n]))
    }
}

fn question(prompt: Prompt) -> Question {
    let turn = |turn: Turn| {
        let speaker = match turn.role {
            Role::User => Speaker::User,
            Role::Assistant => Speaker::Assistant,
        };
        (speaker, turn.text)
    };
    Question {
        system: prompt.system,
        turns: prompt.turns.into_iter().map(turn).collect(),
        reference: prompt.reference,
        digest: prompt.digest,
    }
}

/// The prompts of a built directory, and their format.
fn of_output(dir: &Path, manifest: &Manifest) -> Result<(Vec<OsString>, Option<&'static Format>), Failure> {
    let files = || manifest.files.iter().map(|file| file.path.as_str());
    if files().any(|path| path == EVALUATION) {
        return Ok((vec![dir.join(EVALUATION).into()], Format::from_name("evaluation")));
    }
    let is_validation = |path: &&str| *path == "validation.jsonl" || path.starts_with("validation/");
    let found: Vec<OsString> = files().filter(is_validation).map(|path| dir.join(path).into()).collect();
    if found.is_empty() {
        return Err(Failure::Usage(format!(
            "{}: there are neither prompts of an evaluation nor validation data\n\
             hint: build it with --validation and --evaluation, or name a file of prompts with --prompts",
            dir.display()
        )));
    }
    Ok((found, manifest.format.as_deref().and_then(Format::from_name)))
}

/// The public encoding that the tokens of the output were counted with.
fn encoding(manifest: Option<&Manifest>) -> String {
    let of_output = manifest.and_then(|manifest| manifest.encoding.clone());
    of_output.filter(|name| public_encoding(name, "fast").is_ok()).unwrap_or_else(|| ENCODING.to_owned())
}

/// A file beside OUT, or beside the first file of prompts, that says what was asked of whom.
fn default_file(dir: Option<&Path>, names: &[OsString], model: &str) -> PathBuf {
    let of = dir.map(Path::to_path_buf).or_else(|| names.first().map(PathBuf::from)).unwrap_or_default();
    let name_of = |path: &Path| {
        let name = path.file_name().map_or_else(|| "prompts".into(), OsString::from);
        name.to_string_lossy().trim_end_matches(".jsonl").to_owned()
    };
    // A built directory has nothing in it that its manifest lacks.
    let built_above = |path: &Path| {
        let found = path.ancestors().skip(1).find(|dir| dir.join("manifest.json").is_file());
        found.map(Path::to_path_buf)
    };
    // The working directory has a name in the whole path only.
    let built = built_above(&of).and_then(|dir| match dir.file_name() {
        Some(_) => Some(dir),
        None => built_above(&std::path::absolute(&of).ok()?),
    });
    let (of, mut name) = match built {
        Some(built) => {
            let name = format!("{}.{}", name_of(&built), name_of(&of));
            (built, name)
        }
        None => (of.clone(), name_of(&of)),
    };
    // The resource of an ARN, or the identifier.
    let model = model.splitn(6, ':').nth(5).filter(|_| model.starts_with("arn:")).unwrap_or(model);
    let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-');
    name.push('.');
    name.extend(model.chars().map(|c| if is_plain(c) { c } else { '-' }));
    name.push_str(".predictions.jsonl");
    of.with_file_name(name)
}

impl Pricing {
    fn new(model: &str, manifest: Option<&Manifest>, setup: &Setup) -> Result<Self, Failure> {
        let prices = Prices::built_in();
        let serving = Serving::of(model);
        let customized = || -> Result<Option<String>, Failure> {
            let Some(profile) = manifest.and_then(|manifest| manifest.profile.as_deref()) else {
                return Ok(None);
            };
            let catalogue = setup.config.catalogue(None)?;
            let models =
                catalogue.get(profile).ok().map(|profile| profile.models.clone()).unwrap_or_default();
            Ok(match &models[..] {
                [only] => Some(only.id.clone()),
                _ => None,
            })
        };
        let name = match serving {
            Serving::Base => Some(model.to_owned()),
            Serving::Deployment => customized()?,
            Serving::Provisioned => None,
        };
        let of: Option<&ModelPrices> = name.as_deref().and_then(|name| prices.of(name));
        let prices_of = |of: &ModelPrices| match serving {
            Serving::Base => {
                [of.base_input.clone().or(of.input.clone()), of.base_output.clone().or(of.output.clone())]
            }
            Serving::Deployment | Serving::Provisioned => [of.input.clone(), of.output.clone()],
        };
        Ok(Self {
            serving,
            model: of.map(|of| of.id.clone()),
            prices: of.map(prices_of).unwrap_or_default(),
            date: prices.date().to_owned(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_file_of_predictions_says_what_was_asked_of_whom() {
        let of =
            |dir: &str, model: &str| default_file(Some(Path::new(dir)), &[], model).display().to_string();
        let arn = "arn:aws:bedrock:us-east-1:123456789012:custom-model-deployment/abcdefghijkl";
        assert_eq!(of("a/OUT", arn), "a/OUT.custom-model-deployment-abcdefghijkl.predictions.jsonl");
        assert_eq!(
            of("OUT/", "us.amazon.nova-micro-v1:0"),
            "OUT.us.amazon.nova-micro-v1-0.predictions.jsonl"
        );
        let file = default_file(None, &["x/p.jsonl".into()], "m");
        assert_eq!(file.display().to_string(), "x/p.m.predictions.jsonl");
    }
}
