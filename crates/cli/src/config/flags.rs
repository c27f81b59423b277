//! The options of the command line by the settings that they go over.

/// Settings of the file, each with the options of `build` that set it; one that is not here has none.
pub(crate) const FLAGS: &[(&str, &[&str])] = &[
    ("profile", &["profile"]),
    ("profile-file", &["profile-file"]),
    ("format", &["format"]),
    ("seed", &["seed"]),
    ("strict", &["strict"]),
    ("fail-on", &["fail-on"]),
    ("severity", &["severity"]),
    ("threads", &["threads"]),
    ("no-mmap", &["no-mmap"]),
    ("memory-limit", &["memory-limit"]),
    ("max-record-bytes", &["max-record-bytes"]),
    ("array", &["array"]),
    ("records", &["records"]),
    ("max-decompressed", &["max-decompressed"]),
    ("temp-dir", &["temp-dir"]),
    ("max-rejected", &["max-rejected"]),
    ("max-findings", &["max-findings"]),
    ("baseline", &["baseline"]),
    ("fix", &["fix"]),
    ("unsafe-fixes", &["unsafe-fixes"]),
    ("shard-records", &["shard-records"]),
    ("shard-bytes", &["shard-bytes"]),
    ("output", &["output"]),
    ("id", &["id"]),
    ("stages.convert.to", &["to"]),
    ("stages.convert.map", &["map"]),
    ("stages.convert.system", &["system"]),
    ("stages.convert.extra", &["extra"]),
    ("stages.convert.weights", &["weights"]),
    ("stages.convert.pairs", &["pairs"]),
    ("stages.tokens.encoding", &["encoding"]),
    ("stages.tokens.engine", &["token-engine"]),
    ("stages.tokens.margin", &["token-margin"]),
    ("stages.pii.action", &["pii"]),
    ("stages.pii.kinds", &["pii-kinds"]),
    ("stages.dedupe.normalize", &["normalize"]),
    ("stages.dedupe.survivor", &["survivor"]),
    ("stages.dedupe.against", &["against"]),
    ("stages.contamination.sets", &["eval-set"]),
    ("stages.contamination.ngram", &["eval-ngram"]),
    ("stages.contamination.coverage", &["eval-coverage"]),
    ("stages.contamination.hits", &["eval-hits"]),
    ("stages.conflicts.action", &["conflicts"]),
    ("stages.near.threshold", &["near"]),
    ("stages.near.group", &["group-near"]),
    ("stages.near.edges", &["edges"]),
    ("stages.near.shingle", &["shingle"]),
    ("stages.near.engine", &["near-engine"]),
    ("stages.near.fields", &["near-fields"]),
    ("stages.near.index", &["index"]),
    ("stages.balance.label-field", &["label-field"]),
    ("stages.balance.cap-class", &["cap-class"]),
    ("stages.balance.by", &["balance"]),
    ("stages.split.validation", &["validation"]),
    ("stages.split.test", &["test"]),
    ("stages.split.group-by", &["group-by"]),
    ("stages.split.allow-missing-group", &["allow-missing-group"]),
    ("stages.split.pin", &["pin"]),
    ("stages.split.by-time", &["split-by-time"]),
    ("stages.split.validation-source", &["validation-source"]),
    ("stages.split.test-source", &["test-source"]),
    ("stages.split.select", &["select", "select-tokens"]),
    ("stages.split.select-tokens", &["select-tokens", "select"]),
    ("stages.split.mix", &["mix"]),
    ("stages.split.stratify", &["stratify"]),
    ("stages.augment.copies", &["augment"]),
    ("stages.augment.mode", &["augment-mode"]),
    ("stages.augment.to", &["augment-to"]),
    ("stages.augment.strategies", &["augment-strategy", "augment-templates"]),
    ("stages.augment.templates", &["augment-templates"]),
];

/// The options that set a setting. Every stage is switched off by its name.
pub(crate) fn flags_of(path: &str) -> &'static [&'static str] {
    if path.ends_with(".enabled") {
        return &["skip"];
    }
    FLAGS.iter().find(|(setting, _)| *setting == path).map_or(&[], |(_, flags)| flags)
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;
    use crate::args::Args;
    use crate::config::settings;

    #[test]
    fn settings_and_options_exist() {
        let command = Args::command();
        let commands = ["build", "convert"].map(|name| command.find_subcommand(name).unwrap());
        let options = commands.into_iter().flat_map(clap::Command::get_arguments);
        let options: Vec<&str> = options.filter_map(clap::Arg::get_long).collect();
        let paths: Vec<String> = settings().iter().map(super::super::Setting::path).collect();
        for (path, flags) in FLAGS {
            assert!(paths.iter().any(|known| known == path), "{path} is no setting");
            for flag in *flags {
                assert!(options.contains(flag), "--{flag} is no option");
            }
        }
        // An option with the name of a setting is the option for it.
        for path in &paths {
            let key = path.rsplit('.').next().unwrap();
            let is_own = !path.contains('.') && options.contains(&key);
            assert!(!is_own || flags_of(path).contains(&key), "{path}: --{key} is not in the list");
        }
    }
}
