//! Tests of the crate from outside: on real files, pipes and truncated maps.
#![allow(clippy::needless_raw_string_hashes, reason = "this is how expect-test writes them")]

#[cfg(test)]
mod finding;

#[cfg(test)]
mod lines;

#[cfg(test)]
mod visiting;

#[cfg(test)]
mod shrinking;

#[cfg(test)]
mod fetching;

#[cfg(test)]
mod support;
