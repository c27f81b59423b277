//! The allocator: the system's, with live bytes counted and held to a bound. What the bound is, and how a run ends
//! that reaches it, is in `memory.rs`.
#![allow(unsafe_code, reason = "a global allocator is made of unsafe functions")]
#![allow(clippy::cast_possible_wrap, reason = "no layout is larger than `isize::MAX`")]

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::sync::atomic::{AtomicI64, Ordering};

use crate::memory;

#[global_allocator]
static ALLOCATOR: Bounded = Bounded;

/// How far the count of a thread may be ahead of what all threads share, so that threads do not wait for each other.
const BATCH_BYTES: i64 = 256 << 10;

static LIVE: AtomicI64 = AtomicI64::new(0);
static BOUND: AtomicI64 = AtomicI64::new(i64::MAX);

thread_local! {
    static COUNTED: Cell<i64> = const { Cell::new(0) };
}

struct Bounded;

/// Ends the run once more than `bytes` are live.
pub(crate) fn set_bound(bytes: u64) {
    BOUND.store(i64::try_from(bytes).unwrap_or(i64::MAX), Ordering::Relaxed);
}

/// Bytes that are allocated, but for what threads have not reported yet.
pub(crate) fn live_bytes() -> u64 {
    LIVE.load(Ordering::Relaxed).max(0) as u64
}

fn count(bytes: i64) {
    let counted = COUNTED.get() + bytes;
    if counted.abs() < BATCH_BYTES {
        return COUNTED.set(counted);
    }
    COUNTED.set(0);
    let live = LIVE.fetch_add(counted, Ordering::Relaxed) + counted;
    if counted > 0 && live > BOUND.load(Ordering::Relaxed) {
        memory::exceeded(bytes.max(0) as u64);
    }
}

/// Ends the run where the system has no memory left; returns where it ends already.
fn checked(pointer: *mut u8, bytes: usize) -> *mut u8 {
    if pointer.is_null() {
        memory::refused(bytes as u64);
    }
    pointer
}

// SAFETY: every pointer comes from `System` for the layout that it is given back with; counting allocates nothing, and
// `memory` does not unwind.
unsafe impl GlobalAlloc for Bounded {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count(layout.size() as i64);
        // SAFETY: the caller's promise about `layout` is the one that `System` asks for.
        checked(unsafe { System.alloc(layout) }, layout.size())
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        count(layout.size() as i64);
        // SAFETY: as in `alloc`.
        checked(unsafe { System.alloc_zeroed(layout) }, layout.size())
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        count(-(layout.size() as i64));
        // SAFETY: the pointer came from `System`, with this layout.
        unsafe { System.dealloc(pointer, layout) }
    }

    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, new_size: usize) -> *mut u8 {
        count(new_size as i64 - layout.size() as i64);
        // SAFETY: the pointer came from `System`, with this layout; the caller promises a valid size.
        checked(unsafe { System.realloc(pointer, layout, new_size) }, new_size)
    }
}
