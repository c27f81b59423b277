//! The findings of a run on their way to standard output and to files beside it, each in its form.

use std::collections::BTreeMap;
use std::io::{self, IsTerminal};
use std::path::{Path, PathBuf};

use bedload_engine::{EngineError, FileBeside, Progress, resolve};
use bedload_record::{Finding, Scope};
use bedload_scan::Inputs;

use super::screen::columns;
use super::tally::Kind;
use super::uri::Root;
use super::{
    About, Emitter, Ending, Out, Paint, Sink, github, jsonl, junit, markdown, problems, sarif, say, text,
};
use crate::args::{ColorWhen, FindingsArgs, Form, FormFile, OutputArgs, OutputFormat};
use crate::commands::refuse_remote_output;
use crate::exit::{Failure, complain};
use crate::reads::Reads;

/// The argument that names files beside standard output.
const FLAG: &str = "--output";

/// The findings of a run on their way out.
pub(crate) struct Output<'p> {
    /// Standard output first.
    ways: Vec<Way<'p>>,
    /// Whether people are shown also what the baseline knows.
    shows_known: bool,
}

/// One form on its way to one place.
struct Way<'p> {
    emitter: Box<dyn Emitter>,
    to: To<'p>,
    /// How many findings about records there were of each kind.
    told: BTreeMap<Kind, u64>,
}

enum To<'p> {
    Stdout(Out),
    File(FileBeside<'p>),
}

impl Sink for To<'_> {
    fn write(&mut self, bytes: &[u8]) -> Result<(), EngineError> {
        match self {
            Self::Stdout(out) => out.write(bytes),
            Self::File(file) => file.write(bytes),
        }
    }
}

/// Which forms are wanted, and what may not be written over.
pub(crate) struct Wanted<'a> {
    pub(crate) args: &'a FindingsArgs,
    /// Files that the configuration names; those of the arguments replace them.
    pub(crate) configured: &'a [FormFile],
    pub(crate) inputs: Option<&'a Inputs>,
    /// What else is read.
    pub(crate) reads: &'a Reads,
    /// Other outputs of the run, and the arguments that named them.
    pub(crate) others: &'a [(&'a str, Option<&'a Path>)],
}

impl<'p> Output<'p> {
    /// Begins all forms that are wanted, so that what is in the way of a file is said before the work for it.
    pub(crate) fn open(wanted: &Wanted<'_>, about: &About, progress: &'p Progress) -> Result<Self, Failure> {
        let Wanted { args, configured, inputs, reads, others } = *wanted;
        let form = args.output_format.unwrap_or_else(|| usual_form(args.quiet));
        let mut ways = vec![Way::stdout(match form {
            Form::Github => Box::new(github::Github::new(about, github::step_summary())),
            form => emitter(form, args.color, about),
        })];
        let files = if args.output.is_empty() { configured } else { &args.output };
        let others = others.iter().filter_map(|&(flag, path)| Some((flag, resolve(path?))));
        let mut taken: Vec<(&str, PathBuf)> = others.collect();
        for FormFile { form, file } in files {
            refuse_remote_output(FLAG, file, false)?;
            refuse_taken(file, &taken)?;
            reads.refuse(FLAG, file)?;
            taken.push((FLAG, resolve(file)));
            let to = To::File(FileBeside::create(FLAG, file, inputs, progress)?);
            let emitter = emitter(*form, ColorWhen::Never, about);
            ways.push(Way { emitter, to, told: BTreeMap::new() });
        }
        Ok(Self { ways, shows_known: false })
    }

    /// Removes the files of an earlier run that this one replaces: if it fails, they would be taken for what it found.
    pub(crate) fn remove_earlier(&self) -> Result<(), EngineError> {
        self.ways.iter().try_for_each(|way| match &way.to {
            To::Stdout(_) => Ok(()),
            To::File(file) => file.remove_earlier(),
        })
    }

    /// One form on standard output, and nothing else.
    pub(crate) fn plain(args: &OutputArgs, about: &About) -> Self {
        let form = match args.output_format {
            OutputFormat::Text => Form::Text,
            OutputFormat::Jsonl => Form::Jsonl,
        };
        Self { ways: vec![Way::stdout(emitter(form, args.color, about))], shows_known: false }
    }

    /// From now on, people are shown also what the baseline knows.
    pub(crate) fn show_known(&mut self) {
        self.shows_known = true;
    }

    /// The most findings about records that any of the forms wants of each code.
    pub(crate) fn per_code(&self) -> Option<u64> {
        let wanted: Option<Vec<u64>> = self.ways.iter().map(|way| way.emitter.per_code()).collect();
        wanted?.into_iter().max()
    }

    /// The most findings about records that standard output shows of each code.
    pub(crate) fn shown(&self) -> Option<u64> {
        self.ways[0].emitter.per_code()
    }

    /// Returns true where standard output has also what the baseline knows.
    pub(crate) fn has_known(&self) -> bool {
        self.shows_known || self.shown().is_none()
    }

    /// Writes a finding, in each form that has not had enough of its kind.
    pub(crate) fn tell(&mut self, finding: &Finding) -> Result<(), EngineError> {
        self.tell_or_fold(finding, false)
    }

    /// The same, where one finding about the data may say it of all records: then only forms that want all have it.
    pub(crate) fn tell_or_fold(&mut self, finding: &Finding, is_said: bool) -> Result<(), EngineError> {
        let is_hidden = finding.is_known() && !self.shows_known;
        let wants = |way: &&mut Way<'_>| !is_hidden || way.emitter.per_code().is_none();
        self.ways.iter_mut().filter(wants).try_for_each(|way| way.tell(finding, is_said))
    }

    /// Writes a finding, however many of its kind were written.
    pub(crate) fn tell_unfolded(&mut self, finding: &Finding) -> Result<(), EngineError> {
        self.ways.iter_mut().try_for_each(|way| way.emitter.finding(&mut way.to, finding))
    }

    /// Writes to standard output what comes before the findings.
    pub(crate) fn write(&mut self, bytes: &[u8]) -> Result<(), EngineError> {
        self.ways[0].to.write(bytes)
    }

    /// Writes an object that is neither a finding nor the summary, in each form that has such.
    pub(crate) fn write_object(&mut self, object: &serde_json::Value) -> Result<(), EngineError> {
        self.ways.iter_mut().try_for_each(|way| way.emitter.object(&mut way.to, object))
    }

    /// Writes the ends of all forms, everything that waits to be written, and gives files their names.
    pub(crate) fn end(&mut self, ending: &Ending<'_>) -> Result<(), EngineError> {
        for way in &mut self.ways {
            way.emitter.end(&mut way.to, ending)?;
        }
        // In the order opposite to that in which they were begun, as `Progress` has them.
        for way in self.ways.drain(..).rev() {
            match way.to {
                To::Stdout(mut out) => out.flush()?,
                To::File(file) => file.publish()?.iter().for_each(|note| complain(note)),
            }
        }
        Ok(())
    }
}

impl Way<'_> {
    fn stdout(emitter: Box<dyn Emitter>) -> Self {
        Self { emitter, to: To::Stdout(Out::new()), told: BTreeMap::new() }
    }

    fn tell(&mut self, finding: &Finding, is_said: bool) -> Result<(), EngineError> {
        if let Some(most) = self.emitter.per_code().filter(|_| finding.code.info().scope == Scope::Record) {
            let n = self.told.entry((finding.code, finding.is_known())).or_default();
            *n += 1;
            if *n > most || is_said {
                return Ok(());
            }
        }
        self.emitter.finding(&mut self.to, finding)
    }
}

/// The form on standard output where none was named: annotations in a workflow of GitHub, text elsewhere.
fn usual_form(is_quiet: bool) -> Form {
    let is_workflow = github::is_workflow();
    if !is_workflow || io::stdout().is_terminal() {
        return Form::Text;
    }
    if !is_quiet {
        say("note: GITHUB_ACTIONS is set, so findings are annotations; `--output-format text` shows text\n");
    }
    Form::Github
}

fn emitter(form: Form, color: ColorWhen, about: &About) -> Box<dyn Emitter> {
    match form {
        Form::Text if about.is_verification => Box::new(problems::Problems::Text),
        Form::Jsonl if about.is_verification => Box::new(problems::Problems::Jsonl),
        Form::Text => Box::new(text::Text::new(Paint::for_stdout(color), columns())),
        Form::Jsonl => Box::new(jsonl::Jsonl::new(about.profile.as_deref())),
        Form::Github => Box::new(github::Github::new(about, None)),
        Form::Sarif => Box::new(sarif::Sarif::new(about, Root::of_run())),
        Form::Junit => Box::new(junit::Junit::new(about)),
        Form::Markdown => Box::new(markdown::Markdown::new(about)),
    }
}

/// Refuses a file that another output of the run would be, be in, or hold.
fn refuse_taken(file: &Path, taken: &[(&str, PathBuf)]) -> Result<(), Failure> {
    let resolved = resolve(file);
    let meets = |other: &Path| resolved.starts_with(other) || other.starts_with(&resolved);
    match taken.iter().find(|(_, other)| meets(other)) {
        Some((flag, other)) => {
            let shown = file.display();
            let message = match *flag {
                FLAG => "two outputs cannot be written to one file".to_owned(),
                flag => format!("{flag} {} is written there", other.display()),
            };
            Err(Failure::Usage(format!("{FLAG} {shown}: {message}")))
        }
        None => Ok(()),
    }
}
