//! The text of a `bedload.toml`: every setting of the schema, those that are made as lines, the others as comments.

use std::collections::BTreeMap;

use bedload_bedrock::Profile;
use bedload_engine::Conversion;
use serde_json::{Map, Value, json};

use super::found::Source;
use super::together::names;
use crate::config::{INPUT, Setting, inline, settings};
use crate::escape::escape;

/// Comments are wrapped at this column.
const WIDTH: usize = 100;
/// The published schema, for editors that know TOML.
const SCHEMA: &str = "https://raw.githubusercontent.com/bedload/bedload/main/docs/bedload.schema.json";

/// Settings that are made, and what is to be said of some.
#[derive(Default)]
pub(super) struct Choices {
    values: BTreeMap<String, Value>,
    notes: BTreeMap<String, String>,
}

impl Choices {
    pub(super) fn set(&mut self, path: &str, value: Value) {
        self.values.insert(path.to_owned(), value);
    }

    pub(super) fn has(&self, path: &str) -> bool {
        self.values.contains_key(path)
    }

    pub(super) fn note(&mut self, path: &str, note: &str) {
        self.notes.insert(path.to_owned(), note.to_owned());
    }
}

pub(super) fn render(choices: &Choices, profile: Option<&Profile>, sources: &[Source]) -> String {
    let mut out = format!("#:schema {SCHEMA}\n\n");
    if let Some(profile) = profile {
        let accepted = profile.formats.join(" or ");
        comment(
            &mut out,
            &format!(
                "For {}: {}. Records are {accepted}; `bedload profiles {}` shows all limits.",
                escape(&profile.name),
                escape(&profile.title),
                escape(&profile.name)
            ),
        );
    }
    comment(
        &mut out,
        "Settings behind `#` are not made; their lines show the default, or an example where there is none. `bedload config \
         show --origin` shows what applies. Options of the command line go over all of it.",
    );
    let (of_inputs, settings): (Vec<Setting>, Vec<Setting>) =
        settings().into_iter().partition(|setting| setting.table == INPUT);
    let mut table = "";
    for setting in &settings {
        if setting.table != table {
            table = &setting.table;
            out.push_str(&format!("\n[{table}]\n"));
        }
        let path = setting.path();
        let note = choices.notes.get(&path).map(String::as_str);
        line(&mut out, setting, choices.values.get(&path), note, true);
    }
    let mut is_first = true;
    for (source, name) in sources.iter().zip(names(sources)) {
        out.push_str("\n[[input]]\n");
        input(&mut out, source, name, &of_inputs, is_first);
        is_first = false;
    }
    if sources.is_empty() {
        out.push('\n');
        comment(&mut out, "Sources; they are the inputs where the command line names none.");
        out.push_str("#[[input]]\n");
        for setting in &of_inputs {
            line(&mut out, setting, None, None, true);
        }
    }
    out
}

/// A setting with what it does.
fn line(out: &mut String, setting: &Setting, value: Option<&Value>, note: Option<&str>, is_explained: bool) {
    let Setting { key, description, default, example, is_number, .. } = setting;
    if is_explained {
        // Tables stand close together; other settings have room.
        if setting.table.is_empty() || setting.table == INPUT && !out.ends_with("]]\n") {
            out.push('\n');
        }
        let values = setting.values_told();
        comment(out, &[description.as_str(), values.as_str(), note.unwrap_or_default()].join(" "));
    }
    match (value, default.as_ref().or(example.as_ref())) {
        (Some(value), _) => out.push_str(&format!("{key} = {}\n", inline(value, *is_number))),
        (None, Some(shown)) => out.push_str(&format!("#{key} = {}\n", inline(shown, *is_number))),
        (None, None) => {}
    }
}

/// What an `[[input]]` table says of a source.
fn input(out: &mut String, source: &Source, name: Option<String>, settings: &[Setting], is_explained: bool) {
    let mut values: Map<String, Value> = Map::new();
    let path = match &source.paths[..] {
        [one] => json!(one),
        several => json!(several),
    };
    values.insert("path".to_owned(), path);
    values.extend(name.map(|name| ("name".to_owned(), json!(name))));
    if let Some(format) = source.format {
        values.insert("format".to_owned(), format.name.into());
    }
    if let Conversion::Map { map, .. } = &source.conversion {
        // The map is for records of no format.
        values.remove("format");
        let map: Map<String, Value> = map.iter().map(|(field, key)| (field.clone(), json!(key))).collect();
        values.insert("map".to_owned(), Value::Object(map));
    }
    let Source { keys, .. } = source;
    if let Some(pointer) = &keys.label {
        values.insert("label".to_owned(), json!(pointer));
    }
    comment(out, &described(source));
    for setting in settings {
        let value = values.get(&setting.key);
        // What names a record, and what must stay together, is for people to say; a later record may have no such key,
        // too.
        let offered = match setting.key.as_str() {
            "group-by" => {
                keys.group.as_ref().map(|at| (json!([at]), "Several records have the same value there."))
            }
            "id" => keys.id.as_ref().map(|at| (json!(at), "Each record has its own value there.")),
            _ => None,
        };
        if let Some((pointer, note)) = offered {
            let mut shown = setting.clone();
            shown.example = Some(pointer);
            line(out, &shown, None, Some(note), true);
        } else if is_explained || value.is_some() {
            line(out, setting, value, None, is_explained);
        }
    }
}

/// What was found of a source, in a sentence.
fn described(source: &Source) -> String {
    if !source.is_known {
        return "It was not examined.".to_owned();
    }
    let looked = match source.records {
        0 => return "It has no valid record at its beginning.".to_owned(),
        1 => "its first record".to_owned(),
        n => format!("its first {n} records"),
    };
    let kind = match (source.format, source.shape) {
        (Some(format), _) => format.name.to_owned(),
        (None, Some(shape)) => shape.title.to_owned(),
        (None, None) => "in no known format".to_owned(),
    };
    let then = match &source.conversion {
        Conversion::None => String::new(),
        Conversion::Format { to, refused, .. } | Conversion::Map { to, refused, .. } => {
            let halved = if source.is_halved() { " with the preferred answers only" } else { "" };
            let rejected = match refused {
                0 => String::new(),
                n => format!(", but for {n} of them, which are rejected"),
            };
            format!("; converted to {}{halved}{rejected}", to.name)
        }
        Conversion::Pairs { .. } => {
            "; `bedload convert` makes pairs of them, name its output here".to_owned()
        }
        Conversion::Impossible if source.shape.is_some() => "; not converted".to_owned(),
        Conversion::Impossible if source.format.is_some() => {
            "; most of them cannot be converted: `bedload convert` says why".to_owned()
        }
        Conversion::Impossible => "; say with `map` where its fields are, or leave it out".to_owned(),
    };
    format!("Judging by {looked}: {kind}{then}.")
}

/// A comment, wrapped.
fn comment(out: &mut String, text: &str) {
    let mut width = WIDTH + 1;
    for word in text.split_whitespace() {
        let len = word.chars().count();
        if width + 1 + len > WIDTH {
            if width <= WIDTH {
                out.push('\n');
            }
            out.push('#');
            width = 1;
        }
        out.push(' ');
        out.push_str(word);
        width += 1 + len;
    }
    if width <= WIDTH {
        out.push('\n');
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn template() -> String {
        render(&Choices::default(), None, &[])
    }

    #[test]
    fn every_setting_is_there_once_with_its_default_or_an_example() {
        let text = template();
        for setting in settings() {
            let header = match setting.table.as_str() {
                "" => "#:schema",
                INPUT => "#[[input]]",
                name => &format!("[{name}]"),
            };
            let (_, table) = text.split_once(header).unwrap();
            let table = table.split("\n[").next().unwrap().split("\n#[[").next().unwrap();
            let lines = table.lines().filter(|line| line.starts_with(&format!("#{} = ", setting.key)));
            assert_eq!(lines.count(), 1, "{}", setting.path());
        }
    }

    #[test]
    fn every_line_can_be_made_a_setting() {
        let text = template();
        let read =
            |text: &str| toml::from_str::<crate::config::Config>(text).map_err(|error| error.to_string());
        assert!(read(&text).is_ok());
        let lines: Vec<&str> = text.lines().collect();
        let mut n_made = 0;
        for (n, line) in lines.iter().enumerate() {
            let is_setting = line.starts_with('#') && line.contains(" = ") && !line.starts_with("# ");
            if !is_setting {
                continue;
            }
            n_made += 1;
            let is_of_input = lines[..n].contains(&"#[[input]]");
            let made: Vec<String> = lines
                .iter()
                .enumerate()
                .map(|(at, &line)| {
                    let is_path = line.starts_with("#path = ") || line == "#[[input]]";
                    let is_made = at == n || is_of_input && is_path;
                    if is_made { line.trim_start_matches('#').to_owned() } else { line.to_owned() }
                })
                .collect();
            assert_eq!(read(&made.join("\n")).err(), None, "{line}");
        }
        assert_eq!(n_made, settings().len());
    }

    #[test]
    fn comments_are_wrapped() {
        for line in template().lines().filter(|line| line.starts_with("# ")) {
            assert!(line.chars().count() <= WIDTH, "{line}");
        }
    }
}
