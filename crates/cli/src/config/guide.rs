//! The table of settings in the guide, which is made of the schema.

use std::fmt::Write;
use std::path::Path;
use std::{env, fs};

use super::{INPUT, Setting, flags_of, inline, settings};

const BEGIN: &str = "<!-- settings: written by a test, see crates/cli/src/config/guide.rs -->\n";
const END: &str = "<!-- end of settings -->";

#[test]
fn the_guide_lists_all_settings() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/configuration.md");
    let page = fs::read_to_string(&path).unwrap();
    let (before, rest) = page.split_once(BEGIN).expect("the beginning of the tables");
    let (_, after) = rest.split_once(END).expect("the end of the tables");
    let expected = format!("{before}{BEGIN}{}{END}{after}", tables(&settings()));
    if env::var_os("UPDATE_EXPECT").is_some_and(|value| value == "1") {
        fs::write(&path, expected).unwrap();
    } else {
        assert!(
            page == expected,
            "docs/configuration.md has other tables of settings; UPDATE_EXPECT=1 rewrites them"
        );
    }
}

/// A table for the file itself, for each of its tables, and for an input.
fn tables(settings: &[Setting]) -> String {
    let mut out = String::new();
    let mut table = None;
    for setting in settings {
        if table != Some(&setting.table) {
            table = Some(&setting.table);
            let title = match setting.table.as_str() {
                "" => "Above all tables".to_owned(),
                INPUT => "`[[input]]`".to_owned(),
                name => format!("`[{name}]`"),
            };
            let _ = write!(out, "\n### {title}\n\n| key | option | default | |\n|---|---|---|---|\n");
        }
        // A template in full is no longer a default that anybody reads.
        let is_short = |text: &String| text.len() <= 40;
        let default = setting.default.as_ref().map(|value| inline(value, setting.is_number));
        let default = match default {
            Some(value) if is_short(&value) => format!("`{value}`"),
            Some(_) => "see `config show`".to_owned(),
            None => String::new(),
        };
        let path = setting.path();
        let flags: Vec<String> = match flags_of(&path) {
            ["skip"] => vec![format!("`--skip {}`", setting.table.trim_start_matches("stages."))],
            [own, ..] => vec![format!("`--{own}`")],
            [] => Vec::new(),
        };
        let description = setting.description.replace('|', "\\|");
        let _ = writeln!(out, "| `{}` | {} | {default} | {description} |", setting.key, flags.join(", "));
    }
    out.push('\n');
    out
}
