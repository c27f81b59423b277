//! `bedload profiles`

use std::fmt::Write;

use bedload_bedrock::{FORMATS, Format, Kind, Profile, profiles};

use crate::args::{OutputFormat, ProfilesArgs};
use crate::exit::{Exit, Failure};
use crate::render::{Out, print_line};

pub(crate) fn run(args: &ProfilesArgs) -> Result<Exit, Failure> {
    let shown: Vec<&Profile> = match &args.name {
        Some(name) => vec![Profile::from_name(name).map_err(|error| Failure::Usage(error.to_string()))?],
        None => profiles().iter().collect(),
    };
    let mut out = Out::new();
    match (args.output.output_format, &args.name) {
        (OutputFormat::Jsonl, _) => {
            for profile in shown {
                print_line(&mut out, profile)?;
            }
        }
        (OutputFormat::Text, None) => out.write(table(&shown).as_bytes())?,
        (OutputFormat::Text, Some(_)) => out.write(page(shown[0]).as_bytes())?,
    }
    out.flush()?;
    Ok(Exit::Clean)
}

fn table(shown: &[&Profile]) -> String {
    let number = |limit: &Option<bedload_bedrock::Limit>| {
        limit.as_ref().map_or("-".to_owned(), |l| l.value.to_string())
    };
    let mut rows = vec![["profile", "formats", "records", "recommended", "tokens/record"].map(str::to_owned)];
    rows.extend(shown.iter().map(|profile| {
        [
            profile.name.clone(),
            profile.formats.join(" "),
            format!("{}..{}", number(&profile.records_min), number(&profile.records_max)),
            number(&profile.records_recommended),
            number(&profile.record_tokens_max),
        ]
    }));
    let widths: Vec<usize> = (0..5).map(|n| rows.iter().map(|row| row[n].len()).max().unwrap_or(0)).collect();
    let mut out = String::new();
    for row in &rows {
        let cells: Vec<String> =
            row.iter().zip(&widths).map(|(cell, &width)| format!("{cell:width$}")).collect();
        let _ = writeln!(out, "{}", cells.join("  ").trim_end());
    }
    out.push_str("\nformats\n");
    for format in FORMATS {
        let _ = writeln!(out, "  {:18}{}", format.name, format.title);
    }
    out
}

fn page(profile: &Profile) -> String {
    let mut out = format!("{}: {}\n\n", profile.name, profile.title);
    let _ = writeln!(out, "encoding              {}", profile.encoding);
    for (name, limit) in profile.limits() {
        let _ = writeln!(out, "{name:22}{:<10} {}", limit.value, limit.cite());
    }
    for format in profile.formats() {
        let _ = writeln!(out, "\nformat {}: {}", format.name, format.title);
        out.push_str(&fields(format));
    }
    out
}

fn fields(format: &Format) -> String {
    let mut out = String::new();
    for field in format.fields {
        let kind = match field.kind {
            Kind::Text(_) => "a string that is not blank".to_owned(),
            Kind::Number { min, max } => format!("a number from {min:.1} to {max:.1}"),
        };
        let need = if field.required { "" } else { ", optional" };
        let _ = writeln!(out, "  {:18}{kind}{need}", field.key);
    }
    out
}
