//! What must stay true of the sources themselves: arrows between crates, one home for each dangerous thing, file heads,
//! the map. A failure names the file and what to do.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use bedload_bedrock::{Catalogue, Life, Profile};

mod codes;
#[cfg(test)]
mod modules;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().expect("the workspace")
}

/// Which crate may use which. Anything else needs a change of the architecture, not of this list.
const ARROWS: &[(&str, &[&str])] = &[
    ("bedload-record", &[]),
    ("bedload-bedrock", &["bedload-record"]),
    ("bedload-tokens", &[]),
    ("bedload-scan", &["bedload-record", "bedload-tables"]),
    ("bedload-stages", &["bedload-bedrock", "bedload-record", "bedload-tokens"]),
    ("bedload-report", &["bedload-record"]),
    ("bedload-metrics", &[]),
    ("bedload-tables", &[]),
    (
        "bedload-engine",
        &[
            "bedload-bedrock",
            "bedload-metrics",
            "bedload-record",
            "bedload-report",
            "bedload-scan",
            "bedload-stages",
        ],
    ),
    ("bedload-aws", &["bedload-bedrock", "bedload-record"]),
    ("bedload-store", &["bedload-record", "bedload-scan"]),
    ("bedload-client", &["bedload-aws", "bedload-store"]),
    (
        "bedload",
        &[
            "bedload-aws",
            "bedload-bedrock",
            "bedload-client",
            "bedload-engine",
            "bedload-record",
            "bedload-scan",
            "bedload-stages",
            "bedload-store",
        ],
    ),
];

/// Crates that only one of ours may name, so that each can be replaced in one place.
const HOMES: &[(&str, &str)] = &[
    ("simd-json", "bedload-record"),
    ("tiktoken-rs", "bedload-tokens"),
    ("fancy-regex", "bedload-tokens"),
    ("memmap2", "bedload-scan"),
    ("libc", "bedload-scan"),
    ("arrow", "bedload-report"),
    ("parquet", "bedload-report bedload-tables"),
    ("maud", "bedload-report"),
    ("toml", "bedload-bedrock bedload"),
    ("regex-automata", "bedload-aws"),
    ("clap", "bedload"),
    ("clap_complete", "bedload"),
    ("clap_mangen", "bedload"),
    ("schemars", "bedload-stages bedload"),
    ("csv", "bedload-engine bedload-client"),
    ("indicatif", "bedload"),
    ("sha2", "bedload-engine bedload-aws bedload-store"),
    ("object_store", "bedload-store"),
    ("aws-config", "bedload-store"),
    ("aws-sdk-bedrock", "bedload-client"),
    ("aws-sdk-bedrockruntime", "bedload-client"),
    ("tokio", "bedload-store bedload-client"),
    ("blake3", "bedload-engine"),
];

#[test]
fn crates_use_each_other_as_the_map_says() {
    let metadata = Command::new(env!("CARGO"))
        .args(["metadata", "--format-version", "1", "--no-deps", "--offline"])
        .current_dir(root())
        .output()
        .expect("cargo metadata");
    assert!(metadata.status.success(), "{}", String::from_utf8_lossy(&metadata.stderr));
    let metadata: serde_json::Value = serde_json::from_slice(&metadata.stdout).expect("JSON");
    let mut seen = BTreeSet::new();
    for package in metadata["packages"].as_array().expect("packages") {
        let name = package["name"].as_str().expect("a name");
        let normal: Vec<&str> = package["dependencies"]
            .as_array()
            .expect("dependencies")
            .iter()
            .filter(|dependency| dependency["kind"].is_null())
            .map(|dependency| dependency["name"].as_str().expect("a name"))
            .collect();
        for (external, homes) in HOMES {
            let at_home = homes.split(' ').any(|home| home == name);
            assert!(
                at_home || !normal.contains(external),
                "{name} must not use {external}: its home is {homes}"
            );
        }
        let Some((_, allowed)) = ARROWS.iter().find(|(from, _)| *from == name) else {
            assert_eq!(name, "bedload-benches", "a crate that the architecture does not know");
            continue;
        };
        seen.insert(name.to_owned());
        for to in normal.iter().filter(|to| to.starts_with("bedload")) {
            assert!(allowed.contains(to), "{name} must not use {to}");
        }
    }
    assert_eq!(seen.len(), ARROWS.len(), "every crate of the architecture exists: {seen:?}");
}

fn sources(dir: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(dir).expect("a directory") {
        let path = entry.expect("an entry").path();
        if path.is_dir() && path.file_name().is_some_and(|name| name != "target") {
            sources(&path, found);
        } else if path.extension().is_some_and(|end| end == "rs") {
            found.push(path);
        }
    }
}

/// The only files with unsafe blocks.
const UNSAFE_HOMES: &[&str] = &[
    "crates/cli/src/alloc.rs",
    "crates/scan/src/mmap.rs",
    "crates/scan/src/sigbus.rs",
    "crates/tokens/src/split/simd/x86.rs",
];

#[test]
fn every_source_file_says_what_lives_there() {
    let mut files = Vec::new();
    sources(&root().join("crates"), &mut files);
    sources(&root().join("benches"), &mut files);
    assert!(files.len() > 50);
    for path in files {
        let text = fs::read_to_string(&path).expect("a source file");
        let shown = path.strip_prefix(root()).expect("below the root").display().to_string();
        assert!(text.starts_with("//!"), "{shown} must begin with //! and what lives there");
        let lines = text.lines().count();
        let is_table = shown == "crates/record/src/code/table.rs";
        assert!(lines <= 400 || is_table, "{shown} has {lines} lines; look for the second noun");
        let is_unsafe_home = UNSAFE_HOMES.contains(&shown.as_str());
        let is_this = shown.ends_with("tidy/main.rs");
        assert!(
            is_unsafe_home || is_this || !text.contains("unsafe {"),
            "{shown} has an unsafe block; only the map, its signal handler, the allocator and processor instructions may"
        );
        if is_unsafe_home {
            assert_eq!(
                ["unsafe {", "unsafe extern", "unsafe impl"]
                    .map(|part| text.matches(part).count())
                    .iter()
                    .sum::<usize>(),
                text.matches("// SAFETY:").count(),
                "{shown}: each unsafe block has its SAFETY"
            );
        }
    }
}

/// The phases of the engine in their order: a file may use its own folder and those before it, and a command no other.
const PHASES: &[&str] = &["run", "scan", "plan", "report", "write", "commands"];

#[test]
fn phases_of_the_engine_use_only_those_before_them() {
    let engine = root().join("crates/engine/src");
    let mut folders = BTreeSet::new();
    for entry in fs::read_dir(&engine).expect("the engine") {
        let name = entry.expect("an entry").file_name().to_string_lossy().into_owned();
        if name != "lib.rs" {
            folders.insert(name);
        }
    }
    assert_eq!(folders, PHASES.iter().map(|&phase| phase.to_owned()).collect(), "no file beside the phases");
    for (place, phase) in PHASES.iter().enumerate() {
        let mut files = Vec::new();
        sources(&engine.join(phase), &mut files);
        for path in files {
            let shown = path.strip_prefix(&engine).expect("below").display().to_string();
            let text = fs::read_to_string(&path).expect("a source file");
            assert!(!text.contains("super::super"), "{shown}: name the phase from the crate");
            for part in text.split("crate::").skip(1) {
                let used = part.split(|c: char| !c.is_ascii_alphanumeric() && c != '_').next().unwrap_or("");
                let Some(of) = PHASES.iter().position(|&phase| phase == used) else { continue };
                let is_before = if *phase == "commands" { of < place } else { of <= place };
                assert!(is_before, "{shown} must not use {used}");
            }
        }
    }
}

#[test]
fn every_stage_documents_itself_in_fixed_sections() {
    let stages = root().join("crates/stages/src");
    for (name, _) in bedload_stages::STAGES {
        let head = fs::read_to_string(stages.join(name).join("mod.rs")).expect("a folder per stage");
        for section in ["## What it does", "## Why", "## How", "## Findings"] {
            assert!(head.contains(&format!("//! {section}")), "the stage {name} has no section `{section}`");
        }
    }
}

#[test]
fn the_map_names_every_crate_and_stays_short() {
    let map = fs::read_to_string(root().join("crates/README.md")).expect("the map");
    assert!(map.lines().count() <= 150, "the map is short enough to be read again");
    for entry in fs::read_dir(root().join("crates")).expect("crates") {
        let entry = entry.expect("an entry");
        if entry.path().is_dir() {
            let name = entry.file_name().to_string_lossy().into_owned();
            assert!(map.contains(&format!("`{name}`")), "crates/README.md does not name `{name}`");
        }
    }
}

/// The README and the pages in `docs`.
fn guide() -> String {
    let mut pages = vec![root().join("README.md")];
    let docs = fs::read_dir(root().join("docs")).expect("docs");
    let docs = docs.map(|entry| entry.expect("an entry").path());
    // Pictures are beside them.
    pages.extend(docs.filter(|path| path.extension().is_some_and(|end| end == "md")));
    pages.iter().map(|page| fs::read_to_string(page).expect("a page")).collect()
}

#[test]
fn the_readme_stays_short_and_links_to_every_page_of_the_guide() {
    let readme = fs::read_to_string(root().join("README.md")).expect("the README");
    assert!(readme.lines().count() <= 120, "the README is read in five minutes; the rest is in docs");
    for entry in fs::read_dir(root().join("docs")).expect("docs") {
        let path = entry.expect("an entry").path();
        if path.extension().is_none_or(|extension| extension != "md") {
            continue;
        }
        let link = format!("(docs/{})", path.file_name().expect("a name").to_string_lossy());
        assert!(readme.contains(&link), "the README does not link to {link}");
    }
    // Links of all pages, relative to where they stand.
    for dir in ["", "docs", "crates"] {
        for entry in fs::read_dir(root().join(dir)).expect("a directory") {
            let path = entry.expect("an entry").path();
            if path.extension().is_none_or(|extension| extension != "md") {
                continue;
            }
            let page = fs::read_to_string(&path).expect("a page");
            for link in page.split("](").skip(1).filter_map(|rest| rest.split(')').next()) {
                let file = link.split('#').next().unwrap_or_default();
                let target = path.with_file_name(file);
                assert!(link.starts_with("http") || target.exists(), "{} links to {link}", path.display());
            }
        }
    }
}

#[test]
fn the_guide_shows_commands_and_options_that_exist() {
    // Options of cargo, and of scripts.
    const OTHERS: &[&str] = &[
        "--release",
        "--workspace",
        "--locked",
        "--path",
        "--features",
        "--megabytes",
        "--rounds",
        "--python",
        "--accept",
        "--tolerance",
        "--spec",
        "--zig",
        "--compatibility",
        "--from",
        "--tag",
        "--volume",
        "--rm",
    ];
    let mut guide = guide();
    if cfg!(not(feature = "bedrock")) {
        // The options of what talks to AWS are hidden in a program that cannot.
        let online = fs::read_to_string(root().join("docs/online.md")).expect("a page");
        guide = guide.replace(&online, "");
    }
    let help = |args: &[&str]| {
        let output = Command::new(env!("CARGO_BIN_EXE_bedload")).args(args).output().expect("runs");
        String::from_utf8(output.stdout).expect("UTF-8")
    };
    let all: String = [
        "check",
        "build",
        "compare",
        "convert",
        "verify",
        "profiles",
        "calibrate",
        "cost",
        "evaluate",
        "explain",
        "hyperparameters",
        "init",
        "man",
        "upload",
        "deploy",
    ]
    .map(|command| help(&[command, "--help"]))
    .concat()
        + &["check", "plan", "create", "list", "show", "monitor", "stop"]
            .map(|command| help(&["job", command, "--help"]))
            .concat()
        + &help(&["deploy", "delete", "--help"])
        + &help(&["config", "show", "--help"]);
    for word in guide.split(|c: char| !(c.is_ascii_lowercase() || c == '-')) {
        if word.len() > 3 && word.starts_with("--") && !OTHERS.contains(&word) {
            assert!(all.contains(word), "the guide shows {word}, which no command has");
        }
    }
}

/// The state of a model with its date.
fn state(profile: &Profile) -> String {
    let since =
        |since: &Option<bedload_bedrock::Since>| since.as_ref().map_or(String::new(), ToString::to_string);
    match profile.life {
        Life::EndOfLife => format!("end of life {}", since(&profile.end_of_life)),
        Life::Legacy => format!("legacy {}", since(&profile.legacy)),
        Life::Live if profile.elsewhere.is_some() => "not on Bedrock".to_owned(),
        Life::Live => "live".to_owned(),
    }
}

#[test]
fn the_guide_lists_the_profiles() {
    const BEGIN: &str = "<!-- profiles: written by a test, see crates/cli/tests/tidy -->\n";
    const END: &str = "<!-- end of profiles -->";
    let output = Command::new(env!("CARGO_BIN_EXE_bedload")).arg("profiles").current_dir("/").output();
    let listed = String::from_utf8(output.expect("runs").stdout).expect("UTF-8");
    let mut table = concat!(
        "| profile | model and task | format | records | tokens | validation | state |\n",
        "|---|---|---|---|---|---|---|\n"
    )
    .to_owned();
    for profile in Catalogue::built_in().profiles() {
        let row = listed.lines().find(|line| line.starts_with(&format!("{} ", profile.name)));
        let cells: Vec<&str> =
            row.expect("a row").split("  ").map(str::trim).filter(|c| !c.is_empty()).collect();
        let [_, _, formats, records, tokens, validation, _] = cells[..] else { panic!("{cells:?}") };
        let formats: Vec<String> = formats.split(' ').map(|name| format!("`{name}`")).collect();
        let (name, title, formats, state) =
            (&profile.name, &profile.title, formats.join(" "), state(profile));
        let _ = writeln!(
            table,
            "| `{name}` | {title} | {formats} | {records} | {tokens} | {validation} | {state} |"
        );
    }
    let path = root().join("docs/targets.md");
    let page = fs::read_to_string(&path).expect("the page of targets");
    let (before, rest) = page.split_once(BEGIN).expect("the beginning of the table");
    let (_, after) = rest.split_once(END).expect("the end of the table");
    let expected = format!("{before}{BEGIN}{table}{END}{after}");
    if std::env::var_os("UPDATE_EXPECT").is_some_and(|value| value == "1") {
        fs::write(&path, &expected).expect("the page is writable");
    } else {
        assert!(
            page == expected,
            "docs/targets.md has another table of profiles; UPDATE_EXPECT=1 rewrites it"
        );
    }
}
