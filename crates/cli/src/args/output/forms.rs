//! Arguments for the forms of findings.

use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::PathBuf;

use bedload_record::names::offer;
use clap::ValueEnum;
use clap::builder::{OsStringValueParser, TypedValueParser};

use super::{ColorWhen, OutputArgs, OutputFormat};

/// How to show findings, and where else to write them.
#[derive(Clone, Debug, clap::Args)]
pub(crate) struct FindingsArgs {
    /// Format of the findings on standard output [default: text].
    #[arg(help_heading = "Display", long, value_name = "FORMAT")]
    pub(crate) output_format: Option<Form>,
    /// Write the findings to FILE, too, in one of these formats. The file appears complete or not at all, and replaces
    /// an earlier one. Repeatable.
    #[arg(help_heading = "Display", long, value_name = "FORMAT=FILE", value_parser = OsStringValueParser::new().try_map(|text| FormFile::parse(&text)))]
    pub(crate) output: Vec<FormFile>,
    /// Do not print a summary or progress; findings are printed.
    #[arg(help_heading = "Display", long, short)]
    pub(crate) quiet: bool,
    /// Do not print progress.
    #[arg(help_heading = "Display", long)]
    pub(crate) no_progress: bool,
    /// When to use color.
    #[arg(help_heading = "Display", long, value_name = "WHEN", default_value = "auto")]
    pub(crate) color: ColorWhen,
}

impl FindingsArgs {
    /// The same for what has no findings to show.
    pub(crate) fn plain(&self) -> OutputArgs {
        let output_format =
            if self.output_format == Some(Form::Jsonl) { OutputFormat::Jsonl } else { OutputFormat::Text };
        OutputArgs { output_format, quiet: self.quiet, no_progress: self.no_progress, color: self.color }
    }
}

/// A form of findings.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Form {
    /// Human-readable text; at most five findings of a code.
    Text,
    /// One JSON object per finding, and a summary object last.
    Jsonl,
    /// Annotations of GitHub Actions, one per code; the rest goes to the summary of the step. The default where
    /// `GITHUB_ACTIONS` is `true` and standard output is not a terminal.
    Github,
    /// SARIF 2.1.0, for code scanning: one result per code and file.
    Sarif,
    /// `JUnit` XML: one test case per code and file.
    Junit,
    /// A comment for a pull request.
    Markdown,
}

/// A form of findings, and the file that is to have it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct FormFile {
    pub(crate) form: Form,
    pub(crate) file: PathBuf,
}

impl FormFile {
    /// Reads `FORMAT=FILE`.
    pub(crate) fn parse(text: &OsStr) -> Result<Self, String> {
        let names = || {
            let names: Vec<String> = Form::value_variants().iter().map(|form| form.name()).collect();
            format!("the formats are {}", names.join(", "))
        };
        let near = |name: &str| {
            let known: Vec<String> = Form::value_variants().iter().map(|form| form.name()).collect();
            offer(name, known.iter().map(String::as_str))
        };
        let bytes = text.as_bytes();
        let Some(at) = bytes.iter().position(|&byte| byte == b'=') else {
            return Err(format!("not FORMAT=FILE; {}", names()));
        };
        let name = String::from_utf8_lossy(&bytes[..at]);
        let form = Form::from_str(&name, false)
            .map_err(|_| format!("unknown format `{name}`; {}{}", near(&name), names()))?;
        if at + 1 == bytes.len() {
            return Err("the file has no name".to_owned());
        }
        Ok(Self { form, file: OsString::from_vec(bytes[at + 1..].to_vec()).into() })
    }
}

impl Form {
    /// Its name in arguments.
    pub(crate) fn name(self) -> String {
        self.to_possible_value().map(|value| value.get_name().to_owned()).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use expect_test::{Expect, expect};

    #[test]
    fn a_form_and_its_file() {
        let check = |text: &str, expected: Expect| {
            let shown = match FormFile::parse(OsStr::new(text)) {
                Ok(FormFile { form, file }) => format!("{} to {}", form.name(), file.display()),
                Err(message) => message,
            };
            expected.assert_eq(&shown);
        };
        check("jsonl=a=b.jsonl", expect!["jsonl to a=b.jsonl"]);
        check(
            "jsonl",
            expect!["not FORMAT=FILE; the formats are text, jsonl, github, sarif, junit, markdown"],
        );
        check(
            "xml=a",
            expect!["unknown format `xml`; the formats are text, jsonl, github, sarif, junit, markdown"],
        );
        check("text=", expect!["the file has no name"]);
    }
}
