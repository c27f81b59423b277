//! `bedload explain CODE` and `bedload explain --list`.

use bedload_record::code::CODES;
use bedload_record::{CodeInfo, Severities};
use bedload_stages::repair::{Rule, Safety, rules_of};
use serde_json::{Value, json};

use crate::args::OutputFormat;
use crate::exit::{Exit, Failure};
use crate::output::{Out, columns, fold};

/// Explains one code, and says how bad it is in a run with these severities.
pub(super) fn explain(
    info: &CodeInfo,
    severities: Severities,
    format: OutputFormat,
) -> Result<Exit, Failure> {
    let mut out = Out::new();
    let here = severities.of(info.code);
    match format {
        OutputFormat::Text => {
            let width = columns();
            let row = |name: &str, text: &str| format!("  {name:6}{}\n", fold(text, width, 8, 8).join("\n"));
            let page = format!(
                "{} ({}{})\n\n{}\n\n{}{}{}{}",
                info.name,
                info.severity.name(),
                if here == info.severity { String::new() } else { format!("; {} here", here.name()) },
                fold(info.title, width, 0, 0).join("\n"),
                row("why", info.why),
                row("help", info.help),
                repairs(info).into_iter().map(|text| row("fix", &text)).collect::<String>(),
                row("rule", info.source)
            );
            out.write(page.as_bytes())?;
        }
        OutputFormat::Jsonl => {
            let mut object = object(info);
            object["severity_in_run"] = here.name().into();
            out.write_object(&object)?;
        }
    }
    out.flush()?;
    Ok(Exit::Clean)
}

/// Lists all codes by area, one per line.
pub(super) fn list(format: OutputFormat) -> Result<Exit, Failure> {
    let mut out = Out::new();
    let columns = columns();
    let width = CODES.iter().map(|info| info.name.len()).max().unwrap_or(0);
    let area = |info: &CodeInfo| info.name.split_once('/').map_or(info.name, |(area, _)| area);
    let mut codes: Vec<&CodeInfo> = CODES.iter().collect();
    // The table's order within an area, even where an area is in two places of the table.
    codes.sort_by_key(|info| CODES.iter().position(|first| area(first) == area(info)));
    let mut last = None;
    for info in codes {
        if format == OutputFormat::Jsonl {
            out.write_object(&object(info))?;
            continue;
        }
        if last != Some(area(info)) {
            let blank = if last.is_some() { "\n" } else { "" };
            out.write(format!("{blank}{}\n", area(info)).as_bytes())?;
            last = Some(area(info));
        }
        let head = width + 13;
        // Where there is no room for a column of titles, each has lines of its own.
        let title = if columns >= head + 24 {
            fold(info.title, columns, head, head).join("\n")
        } else {
            format!("\n    {}", fold(info.title, columns, 4, 4).join("\n"))
        };
        let line = format!("  {:width$}  {:7}  {title}\n", info.name, info.severity.name());
        out.write(line.as_bytes())?;
    }
    out.flush()?;
    Ok(Exit::Clean)
}

fn object(info: &CodeInfo) -> Value {
    json!({
        "kind": "code",
        "code": info.name,
        "severity": info.severity.name(),
        "title": info.title,
        "why": info.why,
        "help": info.help,
        "source": info.source,
        "fixes": rules_of(info.code).map(|rule| json!({"title": rule.title, "safety": rule.safety.name()})).collect::<Value>(),
    })
}

/// How the finding is repaired, a line for each way.
fn repairs(info: &CodeInfo) -> Vec<String> {
    let one = |rule: &Rule| match rule.safety {
        Safety::Safe => format!("`bedload convert --fix`: {}", rule.title),
        Safety::Unsafe => format!("`bedload convert --fix --unsafe-fixes`: {}", rule.title),
    };
    rules_of(info.code).map(one).collect()
}
