//! Settings about variants of training records.

use std::path::Path;

use bedload_stages::Stages;
use bedload_stages::augment::Strategy;
use serde::Deserialize;

use super::build::Flag;
use crate::args::AugmentArgs;
use crate::exit::Failure;

pub(super) fn put_augment(args: &AugmentArgs, stages: &mut Stages) -> Result<Vec<Flag>, Failure> {
    let augment = &mut stages.augment;
    if let Some(copies) = args.augment {
        augment.copies = copies;
    }
    augment.to = args.augment_to.or(augment.to);
    augment.mode = args.augment_mode.unwrap_or(augment.mode);
    if !args.augment_strategy.is_empty() {
        augment.strategies.clone_from(&args.augment_strategy);
    }
    if let Some(file) = &args.augment_templates {
        augment.templates = templates(file)?;
        if !augment.strategies.contains(&Strategy::Template) {
            augment.strategies.insert(0, Strategy::Template);
        }
    }
    let is_on = augment.copies > 1 || augment.to.is_some();
    let needs_copies = [
        (args.augment_mode.is_some() && augment.copies <= 1, "--augment-mode", ""),
        (!args.augment_strategy.is_empty() && !is_on, "--augment-strategy", " or --augment-to N"),
        (args.augment_templates.is_some() && !is_on, "--augment-templates", " or --augment-to N"),
    ];
    if let Some((_, flag, or)) = needs_copies.iter().find(|(needs, ..)| *needs) {
        return Err(Failure::Usage(format!("{flag} needs --augment N{or}")));
    }
    Ok(vec![
        (args.augment.is_some(), "--augment", "augment"),
        (args.augment_to.is_some(), "--augment-to", "augment"),
    ])
}

/// Reads a file of templates.
fn templates(file: &Path) -> Result<Vec<String>, Failure> {
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Written {
        templates: Vec<String>,
    }
    let shown = file.display();
    let wrong = |message: String| Failure::Usage(format!("--augment-templates {shown}: {message}"));
    let text = std::fs::read_to_string(file).map_err(|error| wrong(error.to_string()))?;
    let is_toml = file.extension().is_some_and(|extension| extension == "toml");
    let (templates, numbers): (Vec<String>, Vec<usize>) = if is_toml {
        let written: Written = toml::from_str(&text).map_err(|error| wrong(error.message().to_owned()))?;
        written.templates.into_iter().zip(1..).unzip()
    } else {
        let lines = text.lines().zip(1..).filter(|(line, _)| !line.trim().is_empty());
        lines.map(|(line, number)| (unescaped(line), number)).unzip()
    };
    if templates.is_empty() {
        return Err(wrong("it has no templates".to_owned()));
    }
    let what = if is_toml { "template" } else { "line" };
    for (template, number) in templates.iter().zip(numbers) {
        if !template.contains("{prompt}") {
            let hint = "hint: it stands for the record's own prompt";
            return Err(wrong(format!("{what} {number} has no {{prompt}}\n{hint}")));
        }
        if template == "{prompt}" {
            return Err(wrong(format!("{what} {number} has no text besides {{prompt}}")));
        }
    }
    Ok(templates)
}

/// A line with `\n` for a new line, and `\\` for a backslash.
fn unescaped(line: &str) -> String {
    let mut text = String::new();
    let mut rest = line.chars();
    while let Some(c) = rest.next() {
        let escaped = match (c, rest.as_str().chars().next()) {
            ('\\', Some('n')) => Some('\n'),
            ('\\', Some('\\')) => Some('\\'),
            _ => None,
        };
        if escaped.is_some() {
            rest.next();
        }
        text.push(escaped.unwrap_or(c));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_has_escapes() {
        assert_eq!(unescaped(r"Q:\n{prompt}\\n\x"), "Q:\n{prompt}\\n\\x");
    }
}
