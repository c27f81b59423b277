//! The first bytes of an input, which it gives again later.

use std::sync::PoisonError;

use bedload_record::InputId;

use crate::error::ScanError;
use crate::input::{Inputs, Live, Origin};
use crate::reading::Shape;

impl Inputs {
    /// The first `n_bytes` decompressed bytes of an input, fewer only when it has no more. A stream gives
    /// them again later.
    ///
    /// # Errors
    /// When the input cannot be opened or read, or when it is a stream that was read before.
    pub fn head(&self, input: InputId, n_bytes: usize) -> Result<Vec<u8>, ScanError> {
        self.peek(input, n_bytes).map(|(head, _)| head)
    }

    /// The head of an input, and whether its lines are its own: neither elements of an array nor rows.
    pub(crate) fn peek(&self, input: InputId, n_bytes: usize) -> Result<(Vec<u8>, bool), ScanError> {
        let input = self.get(input);
        if let Some(spool) = input.spool.get() {
            let data = input.of_spool(spool);
            let mut head = vec![0; data.len.min(n_bytes as u64) as usize];
            data.read_at(&mut head, 0)?;
            return Ok((head, !input.is_array() && !input.is_table()));
        }
        let Origin::Once { live, .. } = &input.origin else {
            let mut head = Vec::new();
            let mut decoder = input.open_stream()?;
            let filled = decoder.fill(&mut head, n_bytes);
            filled.map_err(|source| decoder.error(&input.name, source))?;
            return Ok((head, decoder.shape == Shape::Lines));
        };
        let mut live = live.lock().unwrap_or_else(PoisonError::into_inner);
        if matches!(*live, Live::Unopened) {
            *live = Live::Open(Vec::new(), input.open_once()?);
        }
        let Live::Open(head, decoder) = &mut *live else {
            return Err(ScanError::StreamConsumed { name: input.name.clone() });
        };
        let missing = n_bytes.saturating_sub(head.len());
        let filled = decoder.fill(head, missing);
        filled.map_err(|source| decoder.error(&input.name, source))?;
        Ok((head[..n_bytes.min(head.len())].to_vec(), decoder.shape == Shape::Lines))
    }
}
