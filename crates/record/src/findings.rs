//! What is found in one record, as far as that is kept.

use crate::code::{CODES, Code, CodeSet};
use crate::finding::{Detail, RecordFinding};

/// Where checks put what they find in one record.
///
/// In the scan only codes are kept: a million bad records cost bits, not strings. To show details the same
/// checks run again over the few records that are shown, with [`Findings::in_full`]. Where only the first findings of
/// each code are shown, the others are muted: counted, without the time and memory that a message takes.
#[derive(Debug, Default)]
pub struct Findings {
    codes: CodeSet,
    full: Option<Vec<RecordFinding>>,
    /// What a conversion cannot hold, where that is wanted.
    losses: Option<Vec<Loss>>,
    muted: CodeSet,
    /// How often each code was found since it was muted, by its number; empty until one is.
    n_muted: Vec<u64>,
}

/// What a conversion cannot do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Loss {
    /// What kind of problem.
    pub code: Code,
    /// The kind of content that the target cannot hold, as the option `--extra` names it.
    pub extra: Option<&'static str>,
    /// The key that it cannot hold, if it is about one: its name, or [`HIDDEN_KEY`](crate::HIDDEN_KEY).
    pub key: Option<String>,
}

/// What was found before a part of a record.
#[derive(Debug)]
pub struct FindingsBefore {
    codes: CodeSet,
    n_full: usize,
}

impl Findings {
    /// Keeps codes only.
    pub fn codes_only() -> Self {
        Self::default()
    }

    /// Keeps every finding with its details.
    pub fn in_full() -> Self {
        Self { full: Some(Vec::new()), ..Self::default() }
    }

    /// Keeps also what a conversion cannot hold, whether details are kept or not.
    #[must_use]
    pub fn with_losses(self) -> Self {
        Self { losses: Some(Vec::new()), ..self }
    }

    /// Begins another record. What is muted stays so.
    pub fn next_record(&mut self) {
        self.codes = CodeSet::default();
        self.losses.iter_mut().for_each(Vec::clear);
        if let Some(full) = &mut self.full {
            full.clear();
        }
    }

    /// From now on, findings of a code are counted, and their details are not kept.
    pub fn mute(&mut self, code: Code) {
        self.muted.insert(code);
        self.n_muted.resize(CODES.len(), 0);
    }

    /// How many findings of each code were muted.
    pub fn muted(&self) -> impl Iterator<Item = (Code, u64)> {
        CODES.iter().zip(&self.n_muted).filter(|(_, n)| **n > 0).map(|(info, &n)| (info.code, n))
    }

    /// Adds a finding; `detail` runs only where details are kept.
    pub fn add<D: Into<Detail>>(&mut self, code: Code, detail: impl FnOnce() -> D) {
        self.put(Loss { code, extra: None, key: None }, detail);
    }

    /// The same for one of a conversion.
    pub fn add_loss<D: Into<Detail>>(&mut self, loss: Loss, detail: impl FnOnce() -> D) {
        if let Some(losses) = &mut self.losses {
            losses.push(loss.clone());
        }
        self.put(loss, detail);
    }

    fn put<D: Into<Detail>>(&mut self, Loss { code, extra, key }: Loss, detail: impl FnOnce() -> D) {
        self.codes.insert(code);
        if self.muted.contains(code) {
            self.n_muted[code as usize] += 1;
        } else if let Some(full) = &mut self.full {
            let Detail { pointer, offset, len, message, source } = detail().into();
            full.push(RecordFinding { code, pointer, offset, len, message, source, extra, key });
        }
    }

    /// What a conversion could not hold in the record so far, and could otherwise not do.
    pub fn losses(&self) -> &[Loss] {
        self.losses.as_deref().unwrap_or_default()
    }

    /// Returns true if nothing more than the number of findings of a code is kept.
    pub fn is_muted(&self, code: Code) -> bool {
        self.full.is_none() || self.muted.contains(code)
    }

    /// Returns true if details are kept.
    pub fn are_full(&self) -> bool {
        self.full.is_some()
    }

    /// Adds a code without details, where none are kept.
    pub fn add_code(&mut self, code: Code) {
        self.codes.insert(code);
    }

    /// Adds codes whose details are not needed, or are added already.
    pub fn add_codes(&mut self, codes: CodeSet) {
        self.codes.absorb(codes);
    }

    /// Begins what is found in a part of the record: until that ends, the codes are those of the part.
    #[must_use]
    pub fn begin_part(&mut self) -> FindingsBefore {
        let n_full = self.full.as_ref().map_or(0, Vec::len);
        FindingsBefore { codes: std::mem::take(&mut self.codes), n_full }
    }

    /// Ends it; each of its findings is changed where details are kept.
    pub fn end_part(
        &mut self,
        FindingsBefore { codes, n_full }: FindingsBefore,
        change: impl FnMut(&mut RecordFinding),
    ) {
        self.codes.absorb(codes);
        self.full.iter_mut().flat_map(|full| &mut full[n_full..]).for_each(change);
    }

    /// None as yet, kept like these.
    #[must_use]
    pub fn alike(&self) -> Self {
        Self {
            codes: CodeSet::default(),
            full: self.full.is_some().then(Vec::new),
            losses: self.losses.is_some().then(Vec::new),
            muted: self.muted,
            n_muted: vec![0; self.n_muted.len()],
        }
    }

    /// Adds those of another look at the record, each changed where details are kept.
    pub fn absorb(&mut self, other: Self, change: impl FnMut(&mut RecordFinding)) {
        self.codes.absorb(other.codes);
        if let (Some(losses), Some(mut more)) = (&mut self.losses, other.losses) {
            losses.append(&mut more);
        }
        self.n_muted.iter_mut().zip(&other.n_muted).for_each(|(n, more)| *n += more);
        if let (Some(full), Some(mut more)) = (&mut self.full, other.full) {
            more.iter_mut().for_each(change);
            full.append(&mut more);
        }
    }

    /// The codes found so far.
    pub fn codes(&self) -> CodeSet {
        self.codes
    }

    /// The findings in the order they were added; empty where only codes are kept.
    pub fn into_full(mut self) -> Vec<RecordFinding> {
        self.take_full()
    }

    /// Takes the findings of the record so far, in the order they were added.
    pub fn take_full(&mut self) -> Vec<RecordFinding> {
        self.full.as_mut().map(std::mem::take).unwrap_or_default()
    }
}
