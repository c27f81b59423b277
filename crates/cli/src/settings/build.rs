//! Settings of `build`, by subject: flags over what is configured.

use std::num::NonZeroU64;

use bedload_bedrock::Catalogue;
use bedload_engine::Settings;
use bedload_stages::group::GroupBys;
use bedload_stages::near::Engine;
use bedload_stages::select::Amount;
use bedload_stages::{Stages, pointer};

use super::augment::put_augment;
use super::contamination::put_contamination;
use super::pii::put_pii;
use super::repair::{put_fixes, repairs};
use super::{Run, configure, max_rejected, put_data, put_gate, refuse_impossible, resolve};
use crate::args::{
    BalanceArgs, BuildArgs, BuildSettingsArgs, ConflictArgs, CountArgs, DuplicateArgs, NearArgs, SplitArgs,
};
use crate::config::{Config, Written};
use crate::exit::Failure;

/// A flag: whether it was given, its name, and the stage that it is for.
pub(super) type Flag = (bool, &'static str, &'static str);

/// Settings for `build`.
pub(crate) fn for_build(args: &BuildArgs) -> Result<Run, Failure> {
    let BuildArgs { settings: args, facts, .. } = args;
    let split = &args.split;
    let mut config = Config::load(&args.data.config)?;
    put_build(args, &mut config)?;
    let max_rejected = max_rejected(args.max_rejected, &config)?;
    let repair = repairs(&config, &[])?;
    let mut run = resolve(&args.data, config)?;
    run.settings.max_rejected = max_rejected;
    run.set_repair(repair);
    let stages = &run.settings.stages;
    if stages.near.enabled && stages.near.index.is_some() && !stages.dedupe.enabled {
        let hint = "hint: an index has each record once";
        return Err(Failure::Usage(format!(
            "[stages.near] index cannot be used where the stage dedupe is off\n{hint}"
        )));
    }
    refuse_maps_without_target(&run)?;
    run.settings.evaluation = split.evaluation;
    let stage = &run.settings.stages.split;
    let is_asked = stage.validation.of(u64::from(u32::MAX)) > 0;
    let may_be = is_asked || !stage.validation_source.is_empty() || !stage.pin.is_empty();
    if split.evaluation && !(stage.enabled && may_be) {
        return Err(Failure::Usage(
            "--evaluation needs a validation set\nhint: --validation 10% makes one".to_owned(),
        ));
    }
    for source in &run.settings.sources {
        if let Some(weight) = source.weight {
            run.settings.stages.split.mix.add(&source.name, weight);
        }
    }
    refuse_impossible_selection(&run.settings)?;
    run.settings.facts.clone_from(facts);
    Ok(run)
}

/// Puts the flags of `build` over what is configured, but for those that all commands have.
fn put_build(args: &BuildSettingsArgs, config: &mut Config) -> Result<(), Failure> {
    configure(config, &args.conversion, &args.data)?;
    put_fixes(&args.fixes, config);
    let BuildSettingsArgs { split, duplicates, contamination, near, balance, conflicts, augment, .. } = args;
    let stages = &mut config.stages;
    put_pii(&args.pii, stages)?;
    let flags = [
        vec![(args.conversion.to.is_some(), "--to", "convert"), (args.pii.action.is_some(), "--pii", "pii")],
        put_split(split, stages)?,
        put_duplicates(duplicates, stages)?,
        put_contamination(contamination, stages)?,
        put_near(near, stages)?,
        put_balance(balance, stages),
        put_conflicts(conflicts, stages),
        put_augment(augment, stages)?,
    ];
    refuse_skipped(flags.iter().flatten(), &args.data.skip)?;
    config.shard_records = args.shard_records.and_then(NonZeroU64::new).or(config.shard_records);
    config.shard_bytes = args.shard_bytes.or(config.shard_bytes);
    put_gate(&args.gate, config);
    if let Some(limit) = args.max_rejected {
        config.max_rejected = Some(Written::Text(limit.to_string()));
    }
    if let Some(pointer) = &args.id {
        config.id = Some(pointer::check(pointer).map_err(|wrong| Failure::Usage(format!("--id {wrong}")))?);
    }
    Ok(())
}

/// The configuration with the flags over it, as a build would use it, and its catalogue of profiles.
pub(crate) fn to_show(args: &BuildSettingsArgs) -> Result<(Config, Catalogue), Failure> {
    let mut config = Config::load(&args.data.config)?;
    put_build(args, &mut config)?;
    let catalogue = config.catalogue(args.data.profile_file.as_deref())?;
    put_data(&args.data, &mut config)?;
    refuse_impossible(&config)?;
    Ok((config, catalogue))
}

/// What a map of a source names is the fields of some target.
fn refuse_maps_without_target(run: &Run) -> Result<(), Failure> {
    let mapped = run.settings.sources.iter().find(|source| !source.map.0.is_empty());
    match mapped.filter(|_| run.settings.stages.convert.target().is_none()) {
        Some(source) => Err(Failure::Usage(format!(
            "[[input]] {}: `map` needs a target format\nhint: name it with --to, or as `to` of [stages.convert]",
            source.name
        ))),
        None => Ok(()),
    }
}

/// Refuses flags for stages that are skipped.
pub(super) fn refuse_skipped<'f>(
    flags: impl IntoIterator<Item = &'f Flag>,
    skipped: &[String],
) -> Result<(), Failure> {
    let is_skipped = |stage: &str| skipped.iter().any(|skipped| skipped == stage);
    match flags.into_iter().find(|(given, _, stage)| *given && is_skipped(stage)) {
        Some((_, flag, stage)) => Err(Failure::Usage(format!("{flag} cannot be used with --skip {stage}"))),
        None => Ok(()),
    }
}

/// Puts the fields that keep records together over those that are configured.
pub(super) fn put_group_by(fields: &[String], stages: &mut Stages) -> Result<(), Failure> {
    if !fields.is_empty() {
        let read = GroupBys::read(fields);
        stages.split.group_by = read.map_err(|wrong| Failure::Usage(format!("--group-by {wrong}")))?;
    }
    Ok(())
}

fn put_split(args: &SplitArgs, stages: &mut Stages) -> Result<Vec<Flag>, Failure> {
    if let Some(validation) = args.validation {
        stages.split.validation = validation;
    }
    stages.split.test = args.test.unwrap_or(stages.split.test);
    if !args.pin.is_empty() {
        stages.split.pin.clone_from(&args.pin);
    }
    if args.split_by_time.is_some() {
        stages.split.by_time.clone_from(&args.split_by_time);
    }
    if !args.validation_source.is_empty() {
        stages.split.validation_source.clone_from(&args.validation_source);
    }
    if !args.test_source.is_empty() {
        stages.split.test_source.clone_from(&args.test_source);
    }
    put_group_by(&args.group_by, stages)?;
    stages.split.allow_missing_group |= args.allow_missing_group;
    let is_budget = args.select.is_some() || args.select_tokens.is_some();
    if is_budget {
        (stages.split.select, stages.split.select_tokens) = (args.select, args.select_tokens);
    }
    if let Some(mix) = &args.mix {
        stages.split.mix.clone_from(mix);
    }
    if !args.stratify.is_empty() {
        stages.split.stratify.clone_from(&args.stratify);
    }
    Ok(vec![
        (args.validation.is_some(), "--validation", "split"),
        (args.test.is_some(), "--test", "split"),
        (!args.pin.is_empty(), "--pin", "split"),
        (args.split_by_time.is_some(), "--split-by-time", "split"),
        (!args.validation_source.is_empty(), "--validation-source", "split"),
        (!args.test_source.is_empty(), "--test-source", "split"),
        (args.evaluation, "--evaluation", "split"),
        (args.select.is_some(), "--select", "split"),
        (args.select_tokens.is_some(), "--select-tokens", "split"),
        (args.mix.is_some(), "--mix", "split"),
        (!args.group_by.is_empty(), "--group-by", "split"),
        (!args.stratify.is_empty(), "--stratify", "split"),
    ])
}

fn refuse_impossible_selection(settings: &Settings) -> Result<(), Failure> {
    let stages = &settings.stages;
    if stages.split.enabled && stages.split.select == Some(Amount::Fit) && settings.profile.is_none() {
        let hint = "hint: `bedload profiles` lists the targets and what they take";
        return Err(Failure::Usage(format!("--select fit needs a target: --profile NAME\n{hint}")));
    }
    if stages.split.enabled && stages.split.select_tokens.is_some() && !stages.tokens.enabled {
        return Err(Failure::Usage("--select-tokens cannot be used with --skip tokens".to_owned()));
    }
    Ok(())
}

fn put_duplicates(args: &DuplicateArgs, stages: &mut Stages) -> Result<Vec<Flag>, Failure> {
    stages.dedupe.normalize = args.normalize.unwrap_or(stages.dedupe.normalize);
    if let Some(which) = &args.survivor {
        stages.dedupe.survivor =
            which.parse().map_err(|wrong| Failure::Usage(format!("--survivor {wrong}")))?;
    }
    if !args.against.is_empty() {
        stages.dedupe.against.clone_from(&args.against);
    }
    Ok(vec![
        (!args.against.is_empty(), "--against", "dedupe"),
        (args.normalize.is_some(), "--normalize", "dedupe"),
        (args.survivor.is_some(), "--survivor", "dedupe"),
    ])
}

fn put_near(args: &NearArgs, stages: &mut Stages) -> Result<Vec<Flag>, Failure> {
    let near = &mut stages.near;
    near.threshold = args.threshold.or(near.threshold);
    near.group = args.group.or(near.group);
    near.edges = args.edges.or(near.edges);
    near.shingle = args.shingle.unwrap_or(near.shingle);
    near.engine = args.engine.unwrap_or(near.engine);
    near.fields = args.fields.unwrap_or(near.fields);
    let of_near = [
        (args.shingle.is_some(), "--shingle"),
        (args.engine.is_some(), "--near-engine"),
        (args.fields.is_some(), "--near-fields"),
        (args.index.is_some(), "--index"),
    ];
    let is_compared = near.threshold.or(near.group).or(near.edges).is_some();
    if let Some((_, flag)) = of_near.iter().find(|(given, _)| *given && !is_compared) {
        return Err(Failure::Usage(format!("{flag} needs --near, --group-near or --edges")));
    }
    if let Some(index) = &args.index {
        let Some(index) = index.to_str() else {
            return Err(Failure::Usage(format!("--index {}: the name is not UTF-8", index.display())));
        };
        near.index = Some(index.to_owned());
    }
    if near.index.is_some() && near.engine == Engine::Lsh {
        let hint = "hint: an index must have all pairs; use `--near-engine exact`";
        return Err(Failure::Usage(format!("--index cannot be used with --near-engine lsh\n{hint}")));
    }
    Ok(vec![
        (args.index.is_some(), "--index", "near"),
        (args.index.is_some(), "--index", "dedupe"),
        (args.threshold.is_some(), "--near", "near"),
        (args.group.is_some(), "--group-near", "near"),
        (args.edges.is_some(), "--edges", "near"),
    ])
}

fn put_balance(args: &BalanceArgs, stages: &mut Stages) -> Vec<Flag> {
    stages.balance.cap_class = args.cap_class.or(stages.balance.cap_class);
    let mut flags = put_counts(&args.counts, stages);
    flags.push((args.cap_class.is_some(), "--cap-class", "balance"));
    flags
}

/// What is counted, in `check` and `build`.
pub(super) fn put_counts(args: &CountArgs, stages: &mut Stages) -> Vec<Flag> {
    if args.label_field.is_some() {
        stages.balance.label_field.clone_from(&args.label_field);
    }
    if !args.balance.is_empty() {
        stages.balance.by.clone_from(&args.balance);
    }
    vec![
        (args.label_field.is_some(), "--label-field", "balance"),
        (!args.balance.is_empty(), "--balance", "balance"),
    ]
}

fn put_conflicts(args: &ConflictArgs, stages: &mut Stages) -> Vec<Flag> {
    stages.conflicts.action = args.conflicts.or(stages.conflicts.action);
    vec![(args.conflicts.is_some(), "--conflicts", "conflicts")]
}
