//! What is wrong with files as such, and how a line of all inputs is named.

use bedload_record::hostile::shown;
use bedload_record::plural::{agree, part_of, plural};
use bedload_record::{Code, Finding, InputId};
use bedload_scan::{Beside, FileKind, Inputs};

use crate::scan::facts::FileLines;

/// The lines of all inputs.
#[derive(Clone, Copy)]
pub(crate) struct Files<'a> {
    pub(crate) inputs: &'a Inputs,
    pub(crate) lines: &'a [FileLines],
}

impl Files<'_> {
    /// The file and line of a line that is counted from 0 over all inputs.
    pub(crate) fn place(self, mut line: u64) -> String {
        for (input, file) in self.inputs.iter().zip(self.lines) {
            if line < file.lines {
                return format!("{}:{}", input.name(), line + 1);
            }
            line -= file.lines;
        }
        unreachable!("the line was read from one of the inputs")
    }
}

/// Findings about the files.
pub(super) fn judge(Files { inputs, lines }: Files<'_>, set_aside: &[(InputId, FileKind)]) -> Vec<Finding> {
    let mut findings = Vec::new();
    let skipped = inputs.skipped();
    if skipped.n_files > 0 {
        let files = plural(
            skipped.n_files,
            "file in the input directories was not read",
            "files in the input directories were not read",
        );
        let message = format!("{files}: {}", skipped.named());
        findings.push(Finding::dataset(Code::DatasetSkippedFiles, message));
    }
    for (input, &FileLines { lines, crlf }) in inputs.iter().zip(lines) {
        if lines == 0 && !input.is_set_aside() {
            let noun = match input.is_array() {
                true => "array",
                false if input.is_table() => "table",
                false => "file",
            };
            let message = format!("the {noun} is empty");
            findings.push(Finding::file(input.name(), Code::FileEmpty, message));
        }
        if crlf > 0 {
            let part = part_of(crlf, lines, "line", "lines");
            let message = format!("{part} {} with CRLF, which is accepted", agree(crlf, "ends", "end"));
            findings.push(Finding::file(input.name(), Code::FileCrlf, message));
        }
    }
    for input in inputs {
        if let Some(beside) = input.beside().filter(|beside| !beside.named.is_empty()) {
            findings.push(Finding::file(input.name(), Code::FileUnreadKeys, unread(beside)));
        }
    }
    for (input, kind) in set_aside {
        let (name, message) = (inputs.get(*input).name(), kind.to_string());
        findings.push(Finding::file(name, Code::FileNotJsonl, message));
    }
    findings
}

/// What is in the object besides its records.
fn unread(Beside { records, named, n_more }: &Beside) -> String {
    let named: Vec<String> = named.iter().map(|pointer| format!("`{}`", shown(pointer))).collect();
    let more = match n_more {
        0 => String::new(),
        n => format!(" and {}", plural(*n, "more value", "more values")),
    };
    format!("the records are at `{}`; not read: {}{more}", shown(records), named.join(", "))
}
