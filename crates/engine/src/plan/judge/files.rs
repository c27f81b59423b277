//! What is wrong with files as such, and how a line of all inputs is named.

use bedload_record::plural::{agree, part_of, plural};
use bedload_record::{Code, Finding};
use bedload_scan::Inputs;

/// The file and line of a line that is counted from 0 over all inputs.
pub(crate) fn place_in_all(inputs: &Inputs, per_file: &[(u64, u64)], mut line: u64) -> String {
    for (input, &(lines, _)) in inputs.iter().zip(per_file) {
        if line < lines {
            return format!("{}:{}", input.name(), line + 1);
        }
        line -= lines;
    }
    unreachable!("the line was read from one of the inputs")
}

/// Findings about each file, given its lines and how many of them ended with CRLF.
pub(crate) fn about_files(inputs: &Inputs, per_file: &[(u64, u64)], strict: bool) -> Vec<Finding> {
    let mut findings = Vec::new();
    let skipped = inputs.skipped();
    if skipped.n_files > 0 {
        let files = plural(
            skipped.n_files,
            "file in the input directories was not read",
            "files in the input directories were not read",
        );
        let message = format!("{files}: {}", skipped.named());
        findings.push(Finding::dataset(Code::DatasetSkippedFiles, strict, message));
    }
    for (input, &(lines, crlf)) in inputs.iter().zip(per_file) {
        if lines == 0 && !input.is_set_aside() {
            let noun = if input.is_array() { "array" } else { "file" };
            let message = format!("the {noun} is empty");
            findings.push(Finding::file(input.name(), Code::FileEmpty, strict, message));
        }
        if crlf > 0 {
            let part = part_of(crlf, lines, "line", "lines");
            let message = format!("{part} {} with CRLF, which is accepted", agree(crlf, "ends", "end"));
            findings.push(Finding::file(input.name(), Code::FileCrlf, strict, message));
        }
    }
    findings
}
