//! The program from outside: the built binary, run in an empty directory, judged by its exit code, by what it prints
//! and by the files that it leaves. Nothing here calls the code inside.
#![allow(clippy::needless_raw_string_hashes, reason = "this is how expect-test writes them")]

#[cfg(test)]
mod against;
#[cfg(test)]
mod arrays;
#[cfg(test)]
mod augmenting;
#[cfg(test)]
mod bad_input;
#[cfg(test)]
mod balancing;
#[cfg(test)]
mod baselines;
#[cfg(test)]
mod by_time;
#[cfg(test)]
mod calibrating;
#[cfg(test)]
mod carrying;
#[cfg(test)]
mod commands;
#[cfg(test)]
mod comparing;
#[cfg(test)]
mod configuration;
#[cfg(test)]
mod conflicts;
mod containers;
mod contamination;
#[cfg(test)]
mod control_tokens;
mod converting;
mod corpus;
#[cfg(test)]
mod costs;
#[cfg(test)]
mod detecting;
#[cfg(test)]
mod distributions;
#[cfg(test)]
mod dividing;
#[cfg(test)]
mod environment;
#[cfg(test)]
mod evaluating;
#[cfg(test)]
mod evaluating_online;
#[cfg(test)]
mod evaluating_two;
#[cfg(test)]
mod evaluation_prompts;
#[cfg(test)]
mod exact_numbers;
#[cfg(test)]
mod explaining;
mod file_names;
#[cfg(test)]
mod finding_inputs;
#[cfg(test)]
mod fingerprints;
#[cfg(test)]
mod fixtures;
#[cfg(test)]
mod forms;
#[cfg(test)]
mod guide;
#[cfg(test)]
mod help;
#[cfg(test)]
mod hostile;
mod html_report;
mod hyperparameters;
#[cfg(test)]
mod init;
#[cfg(test)]
mod jobs;
#[cfg(test)]
mod kept_facts;
#[cfg(test)]
mod known_forms;
#[cfg(test)]
mod leaks;
#[cfg(test)]
mod limits_of_findings;
#[cfg(test)]
mod margins;
#[cfg(test)]
mod memory;
#[cfg(test)]
mod misspelt_keys;
#[cfg(test)]
mod naive;
#[cfg(test)]
mod near;
#[cfg(test)]
mod near_index;
#[cfg(test)]
mod near_planted;
#[cfg(test)]
mod never_green;
#[cfg(test)]
mod numbers_again;
#[cfg(test)]
mod objects;
#[cfg(test)]
mod online_jobs;
#[cfg(test)]
mod other_formats;
#[cfg(test)]
mod outcome;
#[cfg(test)]
mod output_directory;
#[cfg(test)]
mod output_files;
#[cfg(test)]
mod pages;
mod paired_lines;
#[cfg(test)]
mod passing_through;
#[cfg(test)]
mod pii;
#[cfg(test)]
mod pinning;
#[cfg(test)]
mod places;
#[cfg(test)]
mod pointers;
mod preferences;
mod privacy;
#[cfg(test)]
mod profile_file;
#[cfg(test)]
mod provenance;
#[cfg(test)]
mod published_cases;
#[cfg(test)]
mod publishing;
mod reading_again;
mod refusals;
#[cfg(test)]
mod repaired_builds;
#[cfg(test)]
mod repairing;
#[cfg(test)]
mod same_bytes;
#[cfg(test)]
mod schema;
#[cfg(test)]
mod scratch;
#[cfg(test)]
mod selecting;
#[cfg(test)]
mod settings;
#[cfg(test)]
mod several_records;
mod severities;
#[cfg(test)]
mod signals;
#[cfg(test)]
mod sources;
#[cfg(test)]
mod splitting;
#[cfg(test)]
mod stages;
#[cfg(test)]
mod story;
mod stratifying;
#[cfg(test)]
mod tables;
#[cfg(test)]
mod targets;
#[cfg(test)]
mod uploading;
#[cfg(test)]
mod validation_file;
#[cfg(test)]
mod verifying;
mod vocabularies;
#[cfg(test)]
mod weights;
#[cfg(test)]
mod whole_files;
