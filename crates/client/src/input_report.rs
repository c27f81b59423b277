//! What a job says of the files that it read, and whether it agrees with what was built.

use serde::Serialize;

/// The counts of one input file.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct InputCounts {
    /// Its name, as the service writes it.
    pub file: String,
    /// Records that were looked at.
    pub processed: Option<u64>,
    /// Records that were accepted.
    pub accepted: Option<u64>,
    /// Records that were accepted in part, whatever the service means by that.
    pub partially_accepted: Option<u64>,
    /// Records that were rejected.
    pub rejected: Option<u64>,
}

/// Reads `manifest.report.csv`: columns are known by their titles.
pub fn input_report(text: &[u8]) -> Vec<InputCounts> {
    let mut reader = csv::ReaderBuilder::new().flexible(true).trim(csv::Trim::All).from_reader(text);
    let Ok(titles) = reader.headers().cloned() else { return Vec::new() };
    let mut out = Vec::new();
    for record in reader.records().flatten() {
        let mut counts = InputCounts::default();
        for (title, cell) in titles.iter().zip(&record) {
            match title {
                "fileName" => cell.clone_into(&mut counts.file),
                "totalProcessedRecordCount" => counts.processed = cell.parse().ok(),
                "acceptedRecordCount" => counts.accepted = cell.parse().ok(),
                "partiallyAcceptedRecordCount" => counts.partially_accepted = cell.parse().ok(),
                "rejectedRecordCount" => counts.rejected = cell.parse().ok(),
                _ => {}
            }
        }
        if !counts.file.is_empty() {
            out.push(counts);
        }
    }
    out
}

/// Whether an object below a job's results is such a report.
pub fn is_input_report(path: &str) -> bool {
    path.split('/').any(|part| part == "input_status") && path.ends_with("/manifest.report.csv")
}

impl InputCounts {
    /// Whether the service can mean the file at `path` of a built directory.
    fn is_of(&self, path: &str) -> bool {
        self.file == path
            || self.file.ends_with(&format!("/{path}"))
            || path.ends_with(&format!("/{}", self.file))
    }

    /// How many records the file has that the service means, among those of a built directory; none where that is not
    /// clear, as shards of both sides have the same names.
    pub fn records_of<'f>(&self, files: impl Iterator<Item = (&'f str, u64)>) -> Option<u64> {
        let named: Vec<u64> =
            files.filter(|(path, _)| self.is_of(path)).map(|(_, records)| records).collect();
        match named[..] {
            [records] => Some(records),
            _ => named.into_iter().find(|&records| Some(records) == self.processed),
        }
    }

    /// What does not agree with a file of `records` records that were all found valid; `records` is none where the file
    /// is not known.
    pub fn differences(&self, records: Option<u64>) -> Vec<String> {
        let mut out = Vec::new();
        if let (Some(processed), Some(records)) = (self.processed, records)
            && processed != records
        {
            out.push(format!("the service processed {processed} records; the file was built with {records}"));
        }
        let of = self.processed.map_or_else(String::new, |processed| format!(" of {processed}"));
        if let Some(rejected) = self.rejected.filter(|&n| n > 0) {
            out.push(format!("the service rejected {rejected}{of} records"));
        }
        if let Some(partially) = self.partially_accepted.filter(|&n| n > 0) {
            out.push(format!("the service accepted {partially}{of} records only in part"));
        }
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TITLES: &str = "fileName,totalProcessedRecordCount,acceptedRecordCount,partiallyAcceptedRecordCount,rejectedRecordCount\n";

    fn read(rows: &str) -> Vec<InputCounts> {
        input_report(format!("{TITLES}{rows}").as_bytes())
    }

    #[test]
    fn a_report_that_agrees_says_nothing() {
        let report = read("train.jsonl,189,189,0,0\nvalidation.jsonl,21,21,0,0\n");
        assert_eq!(report.len(), 2);
        assert!(report[0].is_of("train.jsonl") && !report[0].is_of("validation.jsonl"));
        assert!(report[0].differences(Some(189)).is_empty());
        assert!(report[1].differences(None).is_empty());
        let shard = &read("part-00000.jsonl,1,1,0,0\n")[0];
        let shards = |n| [("train/part-00000.jsonl", n), ("validation/part-00000.jsonl", 1)].into_iter();
        assert_eq!((shard.records_of(shards(5)), shard.records_of(shards(5).take(1))), (Some(1), Some(5)));
        assert_eq!(report[0].records_of(shards(5)), None);
        assert_eq!(read("part-00000.jsonl,7,7,0,0\n")[0].records_of(shards(5)), None);
    }

    #[test]
    fn each_disagreement_is_named() {
        let report = read("s3://b/OUT/train.jsonl,188,180,3,5\n");
        assert!(report[0].is_of("train.jsonl"));
        assert_eq!(
            report[0].differences(Some(189)),
            [
                "the service processed 188 records; the file was built with 189",
                "the service rejected 5 of 188 records",
                "the service accepted 3 of 188 records only in part",
            ]
        );
        assert_eq!(read(",1,1,0,0\n").len(), 0);
        assert_eq!(input_report(b"fileName,other\nx,y\n")[0].differences(Some(3)), Vec::<String>::new());
    }

    #[test]
    fn reports_are_known_by_their_place() {
        assert!(is_input_report("input_status/training/manifest.report.csv"));
        assert!(!is_input_report("elsewhere/manifest.report.csv"));
    }
}
