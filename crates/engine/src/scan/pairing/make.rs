//! The records that are made of the lines of a group.

use std::sync::PoisonError;

use bedload_record::{Code, Findings, InputId};
use bedload_scan::{Fetch, ScanError};
use bedload_stages::repair::Tools;

use super::{Group, Pairing, Part, Side};
use crate::scan::conversion::Conversion;
use crate::scan::rules::Rules;

/// What becomes of a line.
pub(crate) enum Made {
    /// Nothing.
    Refused,
    /// A part of records that are written in the place of another line.
    Elsewhere,
    /// So many records, which are written in its place.
    Records(usize),
}

impl Conversion {
    /// Converts a line of an input, alone or with those that it makes records with, and adds what there is to be said.
    /// `fetch` reads these.
    pub(crate) fn make(
        &self,
        rules: &Rules,
        fetch: Option<&Fetch<'_>>,
        (input, start, bytes): (InputId, u64, &[u8]),
        out: &mut Vec<u8>,
        findings: &mut Findings,
    ) -> Made {
        match self.pairing.as_ref().filter(|_| self.joins(input)).zip(fetch) {
            Some((pairing, fetch)) => pairing.make(self, rules, fetch, (input, start, bytes), out, findings),
            None => match self.convert(input, bytes, out, findings) {
                0 => Made::Refused,
                n_records => Made::Records(n_records),
            },
        }
    }
}

impl Pairing {
    /// Makes the records that a line has a part in, and adds what there is to be said of it.
    fn make(
        &self,
        conversion: &Conversion,
        rules: &Rules,
        fetch: &Fetch<'_>,
        (input, start, bytes): (InputId, u64, &[u8]),
        out: &mut Vec<u8>,
        findings: &mut Findings,
    ) -> Made {
        if conversion.half(input, bytes, out, findings).is_none() {
            return Made::Refused;
        }
        out.clear();
        let mut add = |code: Code, message: String| findings.add(code, || (String::new(), 0, message));
        match self.part(input, start) {
            Part::Refused => Made::Refused,
            Part::Alone(message) => {
                add(Code::ConvertUnpaired, message);
                Made::Refused
            }
            Part::Elsewhere(message) => {
                add(Code::ConvertPaired, message);
                Made::Elsewhere
            }
            Part::First(group, message) => {
                add(Code::ConvertPaired, message);
                match self.records(group, conversion, rules, fetch, out) {
                    Ok(0) => {
                        add(
                            Code::ConvertContent,
                            "no record can be made of this line and its counterpart".to_owned(),
                        );
                        Made::Refused
                    }
                    Ok(n_records) => {
                        if n_records > 1 {
                            add(
                                Code::ConvertExpanded,
                                format!("{n_records} records were made of this one and others"),
                            );
                        }
                        Made::Records(n_records)
                    }
                    Err(error) => {
                        self.unread.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(error);
                        Made::Refused
                    }
                }
            }
        }
    }

    /// The records that are written in the place of a line.
    ///
    /// # Errors
    /// Where an input cannot be read again.
    pub(crate) fn written(
        &self,
        (input, start): (InputId, u64),
        conversion: &Conversion,
        rules: &Rules,
        fetch: &Fetch<'_>,
        out: &mut Vec<u8>,
    ) -> Result<(), ScanError> {
        out.clear();
        match self.part(input, start) {
            Part::First(group, _) => self.records(group, conversion, rules, fetch, out).map(|_| ()),
            Part::Refused | Part::Alone(_) | Part::Elsewhere(_) => Ok(()),
        }
    }

    /// Appends the records of a group, with a line end between each, and returns how many there are.
    fn records(
        &self,
        group: &Group,
        conversion: &Conversion,
        rules: &Rules,
        fetch: &Fetch<'_>,
        out: &mut Vec<u8>,
    ) -> Result<usize, ScanError> {
        let (mut lines, mut places) = (Vec::new(), Vec::new());
        let (mut scratch, mut tools) = (Vec::new(), Tools::default());
        for &at in &group.sides {
            let Side { input, start, len, .. } = self.sides[at];
            let line = fetch.bytes(input, start, len, &mut scratch)?;
            let repaired = rules.repaired(input, line, &mut tools).and_then(|repaired| repaired.line);
            let begin = lines.len();
            lines.extend_from_slice(repaired.as_deref().unwrap_or(line));
            places.push(begin..lines.len());
        }
        let of_label = |label: bool| {
            let sides = group.sides.iter().enumerate();
            sides.filter(|&(_, &at)| self.sides[at].is_good == label).map(|(nth, _)| nth).collect::<Vec<_>>()
        };
        let by_label = [of_label(true), of_label(false)];
        let mut n_records = 0;
        for (nth, &at) in group.sides.iter().enumerate() {
            let side = &self.sides[at];
            let others = &by_label[usize::from(side.is_good)];
            for &later in &others[others.partition_point(|&other| other < nth)..] {
                let (good, bad) = if side.is_good { (nth, later) } else { (later, nth) };
                let begin = out.len();
                out.extend_from_slice(if n_records > 0 { b"\n" } else { b"" });
                if !conversion.pair(side.input, &lines, [places[good].clone(), places[bad].clone()], out) {
                    out.truncate(begin);
                    continue;
                }
                n_records += 1;
            }
        }
        Ok(n_records)
    }
}
