//! Format detection: which format most of the first records have.

use bedload_record::Parser;

use crate::format::{FORMATS, Format};

/// What the head of the data looks like.
#[derive(Clone, Copy, Debug)]
pub struct Detection {
    /// The format that fits most records; none where no format fits any.
    pub format: Option<&'static Format>,
    /// How many records that format fits.
    pub fitting: usize,
    /// How many records were looked at: valid JSON objects among the first lines.
    pub records: usize,
}

/// Looks at the first lines of the data, at most `lines_max` of them. Lines that are no objects are passed over.
pub fn detect<'l>(lines: impl Iterator<Item = &'l [u8]>, lines_max: usize) -> Detection {
    let mut parser = Parser::default();
    let mut votes = vec![0usize; FORMATS.len()];
    let mut records = 0;
    for line in lines.take(lines_max) {
        parser.parse(line, |parsed| {
            let Ok((record, _)) = parsed else { return };
            records += 1;
            let fitting = FORMATS.iter().enumerate().filter(|(_, format)| format.fits(record));
            if let Some((n, _)) = fitting.max_by_key(|(n, format)| (format.fields.len(), usize::MAX - n)) {
                votes[n] += 1;
            }
        });
    }
    let best = votes.iter().enumerate().max_by_key(|&(n, &count)| (count, usize::MAX - n));
    let (n, fitting) = best.map_or((0, 0), |(n, &count)| (n, count));
    Detection { format: FORMATS.get(n).filter(|_| fitting > 0), fitting, records }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(lines: &[&str], format: Option<&str>, fitting: usize) {
        let found = detect(lines.iter().map(|line| line.as_bytes()), 1000);
        assert_eq!((found.format.map(|f| f.name), found.fitting), (format, fitting), "{lines:?}");
    }

    #[test]
    fn the_fullest_format_that_fits_most_records_wins() {
        check(&[r#"{"prompt":"a","completion":"b"}"#], Some("prompt-completion"), 1);
        check(&[r#"{"prompt":"a"}"#], Some("prompt"), 1);
        check(&[r#"{"text":"a"}"#, "nonsense", ""], Some("text"), 1);
        check(&[r#"{"input":"a","id":7}"#], Some("input"), 1);
        check(&[r#"{"prompt":"a","chosen":"b","rejected":"c"}"#], Some("preference"), 1);
        check(&[r#"{"prompt":"a","completion":"b"}"#, r#"{"prompt":"a"}"#], Some("prompt-completion"), 1);
        check(&[r#"{"question":"a"}"#], None, 0);
        check(&[], None, 0);
    }
}
