//! Inputs that are something else than JSONL: found before anything is read as lines, and then either refused or set
//! aside. How they are recognized is in `sniff.rs`.

use rayon::prelude::*;

use bedload_record::InputId;

use crate::container::{self, look};
use crate::error::{Foreign, ScanError};
use crate::input::{Input, Inputs, Origin};
use crate::kind::FileKind;
use crate::reading::begin;
use crate::sniff::{Look, sniff};

/// Decompressed bytes that are nearly always enough to recognize an input.
const HEAD_BYTES: usize = 64 << 10;
/// How far a doubtful input is looked into: one that begins with NUL bytes, or an array whose first element is long.
const HEAD_BYTES_MAX: usize = 4 << 20;

/// Inputs that are named in one message.
const NAMED_MAX: usize = 10;

impl Inputs {
    /// Finds the inputs that are not JSONL and sets them aside: a visit passes over them. Streams are looked at in
    /// their order and give the same bytes again later.
    ///
    /// # Errors
    /// When an input cannot be opened or read.
    pub fn set_aside_foreign(&self) -> Result<Vec<(InputId, FileKind)>, ScanError> {
        let is_file = |input: &InputId| !matches!(self.get(*input).origin, Origin::Once { .. });
        let files = self.par_ids().filter(is_file);
        let failed = files.find_map_first(|input| self.look(input).err());
        failed.map_or(Ok(()), Err)?;
        self.ids()
            .filter_map(|input| self.look(input).map(|kind| kind.map(|kind| (input, kind))).transpose())
            .collect()
    }

    /// Refuses inputs that are not JSONL, for work that has no use for the rest without them.
    ///
    /// # Errors
    /// [`ScanError::Foreign`], which names each of them and how to get JSONL from it; and those of reading.
    pub fn refuse_foreign(&self) -> Result<(), ScanError> {
        let found = self.set_aside_foreign()?;
        if found.is_empty() {
            return Ok(());
        }
        let named =
            found.iter().take(NAMED_MAX).map(|&(input, kind)| (self.get(input).name().to_owned(), kind));
        Err(ScanError::Foreign(Foreign {
            named: named.collect(),
            n_more: found.len().saturating_sub(NAMED_MAX),
        }))
    }

    /// What an input is, if it is not JSONL.
    fn look(&self, input: InputId) -> Result<Option<FileKind>, ScanError> {
        let source = self.get(input);
        if let Some(&known) = source.foreign.get() {
            return Ok(known);
        }
        let mut n_bytes = HEAD_BYTES;
        let kind = loop {
            let (head, has_lines) = self.peek(input, n_bytes)?;
            let is_whole = head.len() < n_bytes;
            let looked = match sniff(&head, is_whole) {
                look @ (Look::Lines | Look::Other(FileKind::Pretty)) if has_lines => {
                    source.container(&head, is_whole || n_bytes == HEAD_BYTES_MAX).unwrap_or(look)
                }
                look => look,
            };
            match looked {
                // Its elements or rows are lines already.
                _ if !has_lines => break None,
                Look::Lines => break None,
                Look::Other(FileKind::Commas) if source.reading.commas => break None,
                Look::Unclear(_) if n_bytes < HEAD_BYTES_MAX => n_bytes = HEAD_BYTES_MAX,
                Look::Other(kind) | Look::Unclear(kind) => break Some(kind),
            }
        };
        Ok(*source.foreign.get_or_init(|| kind))
    }
}

impl Input {
    /// What the beginning tells of an input that may be an object which holds the records.
    fn container(&self, head: &[u8], is_all: bool) -> Option<Look> {
        let at = begin(head).filter(|&at| head[at] == b'{')?;
        match look(&head[at..], self.reading.records.as_ref()?, is_all) {
            container::Look::Lines => None,
            container::Look::Container => Some(Look::Other(FileKind::Container)),
            container::Look::Unclear => Some(Look::Unclear(FileKind::Container)),
        }
    }

    /// Returns true if a visit passes over the input, because it was found not to be JSONL.
    pub fn is_set_aside(&self) -> bool {
        matches!(self.foreign.get(), Some(Some(_)))
    }
}
