//! From what was typed and configured to what can be run.

mod augment;
mod build;
mod contamination;
mod pii;
mod repair;

use std::collections::BTreeMap;
use std::num::{NonZeroU16, NonZeroU64, NonZeroUsize};
use std::path::{Path, PathBuf};

use bedload_bedrock::{FOREIGN, FORMATS, Format, Holds};
use bedload_engine::{MaxRejected, Settings, ShardLimits};
use bedload_record::Severities;
use bedload_record::names::offer;
use bedload_scan::{DiscoverOptions, ScanOptions, SourcePaths};
use bedload_stages::balance::pointer_steps;
use bedload_stages::facets::Facet;
use bedload_stages::select::Amount;
use bedload_stages::tokens::Tokenizer;
use bedload_stages::{STAGES, Stages};

use crate::args::{
    CheckArgs, ConversionArgs, ConvertArgs, DataArgs, ExplainArgs, FailOn, FormFile, GateArgs, VocabularyArgs,
};
use crate::config::{Config, sources};
use crate::escape::escape;
use crate::exit::Failure;
use crate::gate::{Level, Policy, Selector, check_limits, choose, put_limits, put_severities};
use crate::memory;
use crate::output::say;
use crate::reads::Reads;

use contamination::put_for_check;

use build::{put_counts, refuse_skipped};

pub(crate) use build::{for_build, to_show};
use pii::put_pii_to_report;
use repair::{put_fixes, repairs};

/// The settings of a run, and what is the command line's own business.
pub(crate) struct Run {
    pub(crate) settings: Settings,
    /// What fails the run.
    pub(crate) policy: Policy,
    /// Worker threads; none for all cores.
    pub(crate) threads: Option<NonZeroUsize>,
    /// How inputs are found and read.
    pub(crate) discover: DiscoverOptions,
    /// Files of findings that the configuration names.
    pub(crate) output: Vec<FormFile>,
    /// The configuration file that was read.
    pub(crate) config: Option<PathBuf>,
    /// What is read besides the inputs.
    pub(crate) reads: Reads,
}

/// Settings for `check` and `explain`, which look at the data as it is.
pub(crate) fn for_check(args: &CheckArgs) -> Result<Run, Failure> {
    let data = &args.data;
    let mut config = Config::load(&data.config)?;
    put_pii_to_report(&args.pii, &mut config.stages, &data.skip)?;
    // What is configured is for build, which removes records.
    config.stages.near.threshold = args.near;
    if args.near.is_some() && data.skip.iter().any(|skipped| skipped == "near") {
        return Err(Failure::Usage("--near cannot be used with --skip near".to_owned()));
    }
    if let Some(to) = config.stages.convert.to.take()
        && !args.output.quiet
    {
        say(&format!(
            "note: check looks at the data as it is; `to = \"{}\"` of [stages.convert] is for build and convert\n",
            escape(&to)
        ));
    }
    if config.fix.is_some() && !args.output.quiet {
        say("note: check looks at the data as it is; `fix` is for build and convert\n");
    }
    let mut flags = put_counts(&args.counts, &mut config.stages);
    if args.counts.label_field.is_some() && !config.stages.balance.by.contains(&Facet::Label) {
        config.stages.balance.by.push(Facet::Label);
    }
    if args.conflicts {
        // Which records stay is for build to decide.
        config.stages.conflicts.action.get_or_insert_default();
        flags.push((true, "--conflicts", "conflicts"));
    }
    refuse_skipped(&flags, &data.skip)?;
    put_for_check(&args.contamination, &data.skip, &mut config.stages)?;
    build::put_group_by(&args.group_by, &mut config.stages)?;
    put_gate(&args.gate, &mut config);
    let max_rejected = max_rejected(args.max_rejected, &config)?;
    let mut run = resolve(data, config)?;
    run.settings.max_rejected = max_rejected;
    Ok(run)
}

/// Settings for `explain`, which converts where it is asked to.
pub(crate) fn for_explain(args: &ExplainArgs) -> Result<Run, Failure> {
    let mut config = Config::load(&args.data.config)?;
    put_pii_to_report(&args.pii, &mut config.stages, &args.data.skip)?;
    configure(&mut config, &args.conversion, &args.data)?;
    put_fixes(&args.fixes, &mut config);
    let repair = repairs(&config, &[])?;
    let mut run = resolve(&args.data, config)?;
    run.set_repair(repair);
    Ok(run)
}

/// Settings for `convert`.
pub(crate) fn for_convert(args: &ConvertArgs) -> Result<Run, Failure> {
    let mut config = Config::load(&args.data.config)?;
    configure(&mut config, &args.conversion, &args.data)?;
    config.stages.convert.pairs = args.pairs.unwrap_or(config.stages.convert.pairs);
    put_gate(&args.gate, &mut config);
    put_fixes(&args.repair.fixes, &mut config);
    let of_repairs = [(args.repair.diff, "--diff"), (args.repair.patches.is_some(), "--patches")];
    let repair = repairs(&config, &of_repairs)?;
    let max_rejected = max_rejected(args.max_rejected, &config)?;
    // Tokens are counted only where there is a limit to hold them to.
    config.stages.tokens.enabled &= args.data.profile.is_some() || config.profile.is_some();
    let mut run = resolve(&args.data, config)?;
    run.settings.max_rejected = max_rejected;
    run.set_repair(repair);
    Ok(run)
}

/// Puts flags over what is configured of which findings are borne.
fn put_gate(args: &GateArgs, config: &mut Config) {
    put_limits(&args.max_findings, &mut config.max_findings);
    if args.baseline.is_some() {
        config.baseline.clone_from(&args.baseline);
    }
}

/// How many rejected records are allowed, where that is given or configured.
fn max_rejected(given: Option<MaxRejected>, config: &Config) -> Result<Option<MaxRejected>, Failure> {
    let configured = || config.max_rejected.as_ref().map(|written| written.text().parse());
    given.map(Ok).or_else(configured).transpose().map_err(Failure::Usage)
}

/// Puts flags over the configured conversion.
fn configure(config: &mut Config, args: &ConversionArgs, data: &DataArgs) -> Result<(), Failure> {
    let convert = &mut config.stages.convert;
    if args.to.is_some() {
        convert.to.clone_from(&args.to);
    }
    if let Some(map) = &args.map {
        convert.map.clone_from(map);
    }
    if args.system.is_some() {
        convert.system.clone_from(&args.system);
    }
    convert.extra.put(&args.extra);
    let needs_target = [
        (args.map.is_some(), "--map"),
        (args.system.is_some(), "--system"),
        (!args.extra.is_empty(), "--extra"),
    ];
    if let Some((_, flag)) = needs_target.iter().find(|(given, _)| *given && convert.to.is_none()) {
        let target = data.profile.as_ref().or(config.profile.as_ref());
        let profile = target.zip(config.catalogue(data.profile_file.as_deref()).ok());
        let profile = profile.and_then(|(name, catalogue)| catalogue.get(name).ok());
        let hint = profile.map_or_else(String::new, |profile| {
            format!("\nhint: --to {} is what {} takes", profile.formats[0], profile.name)
        });
        return Err(Failure::Usage(format!("{flag} needs --to FORMAT{hint}")));
    }
    Ok(())
}

/// The vocabulary that the user brings, if there is one.
pub(crate) fn tokenizer(args: &VocabularyArgs) -> Result<Option<Tokenizer>, Failure> {
    let Some(path) = &args.tokenizer else { return Ok(None) };
    let wrong = |path: &Path, message: String| Failure::Usage(format!("{}: {message}", path.display()));
    let file = std::fs::read(path).map_err(|error| wrong(path, error.to_string()))?;
    let pattern = match args.tokenizer_pattern.as_deref() {
        Some(name) if !Tokenizer::PATTERNS.contains(&name) => {
            let text = std::fs::read_to_string(name).map_err(|error| {
                let names = Tokenizer::PATTERNS.join(", ");
                let near = offer(name, Tokenizer::PATTERNS.iter().copied());
                wrong(
                    Path::new(name),
                    format!("{error}\nhint: {near}the patterns are {names}, or a file with one"),
                )
            })?;
            Some(text.trim_end_matches(['\r', '\n']).to_owned())
        }
        name => name.map(str::to_owned),
    };
    let name = path.file_name().unwrap_or(path.as_os_str()).to_string_lossy();
    let tokenizer = Tokenizer::read(&name, &file, pattern.as_deref());
    tokenizer.map(Some).map_err(|error| wrong(path, error.to_string()))
}

/// The format of that name; of those that Bedrock does not read, only where records are converted.
fn known_format(name: &str, is_converted: bool) -> Result<&'static Format, Failure> {
    let found = if is_converted { Format::from_any_name(name) } else { Format::from_name(name) };
    found.ok_or_else(|| {
        if Format::from_any_name(name).is_some() {
            return Failure::Usage(format!(
                "format `{name}`: no target of Bedrock reads it\nhint: convert the records, with `--to` of `build` or \
                 `convert`"
            ));
        }
        let names: Vec<&str> = FORMATS.iter().chain(FOREIGN).map(|format| format.name).collect();
        let near = offer(name, names.iter().copied());
        Failure::Usage(format!("unknown format `{name}`\nhint: {near}the formats are {}", names.join(", ")))
    })
}

/// Puts the flags that all commands have over what is configured, but for those about profiles that files add.
fn put_data(data: &DataArgs, config: &mut Config) -> Result<(), Failure> {
    fn put<T: Clone>(flag: Option<&T>, setting: &mut Option<T>) {
        if let Some(given) = flag {
            *setting = Some(given.clone());
        }
    }
    put(data.profile.as_ref(), &mut config.profile);
    put(data.format.as_ref(), &mut config.format);
    put(data.seed.as_ref(), &mut config.seed);
    put(data.fail_on.as_ref(), &mut config.fail_on);
    put(data.threads.and_then(NonZeroU16::new).as_ref(), &mut config.threads);
    put(data.memory_limit.as_ref(), &mut config.memory_limit);
    put(data.max_record_bytes.as_ref(), &mut config.max_record_bytes);
    put(data.reading.max_decompressed.as_ref(), &mut config.max_decompressed);
    put(data.reading.temp_dir.as_ref(), &mut config.temp_dir);
    config.strict |= data.strict;
    put_severities(&data.severity, &mut config.severity);
    config.no_mmap |= data.no_mmap;
    config.array |= data.reading.array;
    put(data.reading.records.as_ref(), &mut config.records);
    let stages = &mut config.stages;
    stages.convert.weights = data.weights.unwrap_or(stages.convert.weights);
    for name in &data.skip {
        if !stages.skip(name) {
            let names: Vec<&str> = STAGES.iter().map(|(name, _)| *name).collect();
            let near = offer(name, names.iter().copied());
            return Err(Failure::Usage(format!("--skip {name}: {near}the stages are {}", names.join(", "))));
        }
    }
    for (given, flag) in [
        (data.encoding.is_some(), "--encoding"),
        (data.vocabulary.tokenizer.is_some(), "--tokenizer"),
        (data.vocabulary.token_engine.is_some(), "--token-engine"),
        (data.token_margin.is_some(), "--token-margin"),
    ] {
        if given && !stages.tokens.enabled {
            return Err(Failure::Usage(format!("{flag} cannot be used with --skip tokens")));
        }
    }
    put(data.encoding.as_ref(), &mut stages.tokens.encoding);
    put(data.token_margin.as_ref(), &mut stages.tokens.margin);
    if let Some(engine) = &data.vocabulary.token_engine {
        stages.tokens.engine.clone_from(engine);
    }
    Ok(())
}

/// Refuses settings that no data could have, by themselves or together.
fn refuse_impossible(config: &Config) -> Result<(), Failure> {
    let stages = &config.stages;
    stages.split.check().map_err(Failure::Usage)?;
    let split = &stages.split;
    if split.select == Some(Amount::Records(0)) || split.select_tokens == Some(0) {
        let flag = if split.select_tokens.is_some() { "--select-tokens" } else { "--select" };
        return Err(Failure::Usage(format!("{flag} 0 would keep nothing")));
    }
    if split.select.is_some() && split.select_tokens.is_some() {
        let message = "[stages.split] select and select-tokens are two budgets; give one of them";
        return Err(Failure::Usage(message.to_owned()));
    }
    if stages.balance.cap_class == Some(0) {
        return Err(Failure::Usage("--cap-class 0 would keep nothing".to_owned()));
    }
    if stages.augment.to == Some(0) {
        return Err(Failure::Usage("--augment-to 0 would fill nothing".to_owned()));
    }
    Ok(())
}

/// How bad each kind of finding is where settings say nothing else of it, and where they do.
fn severities(
    strict: bool,
    chosen: &BTreeMap<Selector, Level>,
    stages: &Stages,
) -> Result<Severities, Failure> {
    let general = if strict { Severities::strict() } else { Severities::default() };
    choose(chosen, &stages.pii, stages.pii.severities(general)).map_err(Failure::Usage)
}

/// The severities of a run with these settings, to explain a code.
pub(crate) fn severities_for_explain(args: &ExplainArgs) -> Result<Severities, Failure> {
    let mut config = Config::load(&args.data.config)?;
    put_pii_to_report(&args.pii, &mut config.stages, &args.data.skip)?;
    put_data(&args.data, &mut config)?;
    severities(config.strict, &config.severity, &config.stages)
}

fn resolve(data: &DataArgs, mut config: Config) -> Result<Run, Failure> {
    let output = config.outputs()?;
    let catalogue = config.catalogue(data.profile_file.as_deref());
    put_data(data, &mut config)?;
    if let Some(bytes) = config.memory_limit {
        memory::set_by_user(bytes);
    }
    let (sources, paths): (_, Vec<SourcePaths>) =
        sources(std::mem::take(&mut config.input), config.file.as_deref())?.into_iter().unzip();
    refuse_impossible(&config)?;
    check_limits(&config.max_findings).map_err(Failure::Usage)?;
    let stages = config.stages;
    let named = [&config.file, &config.profile_file, &data.profile_file, &config.baseline];
    let vocabulary = &data.vocabulary;
    let pattern = vocabulary.tokenizer_pattern.as_ref().map(PathBuf::from);
    let named = named.into_iter().chain([&vocabulary.tokenizer, &pattern]).flatten().cloned();
    let named = named.chain(data.reading.from_report.iter().cloned());
    let reads = Reads::of(&stages, named);
    let catalogue = catalogue?;
    let profile = config.profile.as_ref().map(|name| catalogue.get(name)).transpose();
    let profile = profile.map_err(|error| Failure::Usage(error.to_string()))?;
    let format = match config.format.as_deref() {
        None | Some("auto") => None,
        Some(name) => Some(known_format(name, stages.convert.target().is_some())?),
    };
    let tokenizer = tokenizer(&data.vocabulary)?.filter(|_| stages.tokens.enabled);
    if stages.tokens.enabled
        && (tokenizer.as_ref().is_some_and(Tokenizer::is_slow)
            || cfg!(feature = "tiktoken") && stages.tokens.engine == "tiktoken")
    {
        say("note: token counting is slow with this tokenizer or engine\n");
    }
    let defaults = ScanOptions::default();
    let severities = severities(config.strict, &config.severity, &stages)?;
    let settings = Settings {
        tokenizer,
        profile,
        format,
        stages,
        sources,
        source_paths: paths.clone(),
        id: config.id,
        seed: config.seed.unwrap_or(0),
        severities,
        show_content: data.show_content,
        memory_limit: memory::limit_bytes(),
        temp_dir: config.temp_dir.clone(),
        facts: None,
        from_reports: data.reading.from_report.clone(),
        scan: ScanOptions {
            chunk_bytes: data.chunk_bytes.unwrap_or(defaults.chunk_bytes),
            mmap: !config.no_mmap,
            max_record_bytes: config.max_record_bytes.unwrap_or(defaults.max_record_bytes),
        },
        repair: None,
        evaluation: false,
        max_rejected: None,
        shards: ShardLimits { records: config.shard_records.map(NonZeroU64::get), bytes: config.shard_bytes },
    };
    Ok(Run {
        settings,
        output,
        config: config.file,
        reads,
        policy: Policy {
            fail_on: config.fail_on.unwrap_or(FailOn::Error).least(),
            severities,
            limits: config.max_findings,
            baseline: config.baseline,
        },
        threads: config.threads.map(NonZeroUsize::from),
        discover: DiscoverOptions {
            stdin_name: data.reading.stdin_name.clone(),
            array: config.array || config.records.is_some(),
            records: config.records.as_deref().map(pointer_steps),
            is_of_record: Some(Holds::is_of_record),
            max_decompressed: config.max_decompressed,
            temp_dir: config.temp_dir,
            sources: paths,
            ..DiscoverOptions::default()
        },
    })
}
