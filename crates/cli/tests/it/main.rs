//! Tests of the real program, run in an empty directory.
