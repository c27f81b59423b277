//! Survives SIGBUS: a mapped file that shrinks, or a disk that fails, reads as zeros and leaves a mark on the
//! map. Maps themselves are made in `mmap.rs`; who looks at the mark is their business.
#![allow(unsafe_code, reason = "a signal handler is made of system calls")]

use std::ptr;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering, compiler_fence};

use libc::{c_int, c_void, siginfo_t};

/// How many maps may exist at a time; readers go without a map beyond that. Far below the 65 530 maps that
/// Linux allows a process, of which the allocator needs its share.
const N_SLOTS: usize = 8192;

/// `start` of a slot that is not in use.
const FREE: usize = 0;
/// `start` of a slot that is being filled; no fault lies at or after it and before `end`, which is 0 then.
const CLAIMED: usize = 1;
/// `lost_inverted` of a map that is whole.
const WHOLE: usize = 0;

/// The address range of one map, read by the handler at any moment.
struct Slot {
    /// Counts registrations, so that the handler never takes the start of one and the end of the next for a
    /// range.
    version: AtomicUsize,
    start: AtomicUsize,
    end: AtomicUsize,
    /// The lowest page that was lost, its bits inverted: a slot is all zeros at first, and takes no place in the
    /// program's file.
    lost_inverted: AtomicUsize,
}

static SLOTS: [Slot; N_SLOTS] = [const {
    Slot {
        version: AtomicUsize::new(0),
        start: AtomicUsize::new(FREE),
        end: AtomicUsize::new(0),
        lost_inverted: AtomicUsize::new(WHOLE),
    }
}; N_SLOTS];
/// Slots in use, or about to be: when all are, no thread searches.
static N_USED: AtomicUsize = AtomicUsize::new(0);
/// Where the search for a free slot begins.
static NEXT_SLOT: AtomicUsize = AtomicUsize::new(0);
/// What handled SIGBUS before, and the page size; `None` when the system does not say.
static PREVIOUS: OnceLock<Option<(libc::sigaction, usize)>> = OnceLock::new();
/// Whether the handler is installed.
static INSTALLED: OnceLock<bool> = OnceLock::new();

/// Keeps an address range registered, for as long as something is mapped there.
#[derive(Debug)]
pub(crate) struct Guard {
    slot: usize,
}

impl Guard {
    /// Registers a mapped range; `None` when there is no handler or no free slot, and the range must not be
    /// read then.
    pub(crate) fn new(range: &[u8]) -> Option<Guard> {
        install()?;
        if N_USED.fetch_add(1, Ordering::AcqRel) >= N_SLOTS {
            N_USED.fetch_sub(1, Ordering::AcqRel);
            return None;
        }
        let guard = Guard::claim(range);
        if guard.is_none() {
            N_USED.fetch_sub(1, Ordering::AcqRel);
        }
        guard
    }

    fn claim(range: &[u8]) -> Option<Guard> {
        let first = NEXT_SLOT.fetch_add(1, Ordering::Relaxed);
        let index = (0..N_SLOTS).map(|step| first.wrapping_add(step) % N_SLOTS).find(|&index| {
            let start = &SLOTS[index].start;
            start.compare_exchange(FREE, CLAIMED, Ordering::AcqRel, Ordering::Relaxed).is_ok()
        })?;
        let slot = &SLOTS[index];
        let start = range.as_ptr().addr();
        slot.version.fetch_add(1, Ordering::AcqRel);
        slot.lost_inverted.store(WHOLE, Ordering::Release);
        slot.start.store(start, Ordering::Release);
        slot.end.store(start + range.len(), Ordering::Release);
        Some(Guard { slot: index })
    }

    /// The lowest offset in the range that was lost so far.
    pub(crate) fn lost_at(&self) -> Option<usize> {
        let slot = &SLOTS[self.slot];
        // The handler runs on the thread that reads; no read of the range may be moved below this point.
        compiler_fence(Ordering::SeqCst);
        let lost = slot.lost_inverted.load(Ordering::Acquire);
        // The page that was touched may begin before the range.
        (lost != WHOLE).then(|| (!lost).saturating_sub(slot.start.load(Ordering::Acquire)))
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        let slot = &SLOTS[self.slot];
        slot.end.store(0, Ordering::Release);
        slot.start.store(FREE, Ordering::Release);
        N_USED.fetch_sub(1, Ordering::AcqRel);
    }
}

/// Installs the handler on the first call.
fn install() -> Option<()> {
    let previous = PREVIOUS.get_or_init(|| {
        // SAFETY: `sysconf` reads a constant of the system.
        let page_bytes = usize::try_from(unsafe { libc::sysconf(libc::_SC_PAGESIZE) }).ok()?;
        // SAFETY: all-zero bytes are a valid `sigaction`, which is plain data; the call only fills it.
        let previous = unsafe {
            let mut previous: libc::sigaction = std::mem::zeroed();
            (libc::sigaction(libc::SIGBUS, ptr::null(), &raw mut previous) == 0).then_some(previous)
        }?;
        Some((previous, page_bytes))
    });
    previous.as_ref()?;
    // Only now, because the handler reads `PREVIOUS`.
    let installed = INSTALLED.get_or_init(|| {
        // SAFETY: `on_sigbus` has the signature that SA_SIGINFO promises, and lives as long as the process.
        // It calls nothing but `mmap`, `sigaction` and `raise`, and touches atomics only, so it may run
        // between any two instructions.
        unsafe {
            let mut action: libc::sigaction = std::mem::zeroed();
            action.sa_sigaction = on_sigbus as *const () as usize;
            action.sa_flags = libc::SA_SIGINFO | libc::SA_ONSTACK;
            libc::sigemptyset(&raw mut action.sa_mask);
            libc::sigaction(libc::SIGBUS, &raw const action, ptr::null_mut()) == 0
        }
    });
    installed.then_some(())
}

extern "C" fn on_sigbus(signal: c_int, info: *mut siginfo_t, context: *mut c_void) {
    let Some(Some((previous, page_bytes))) = PREVIOUS.get() else { return };
    // SAFETY: the kernel passes a valid `info`, and an address in it for every fault; `si_code` above 0 says
    // it is a fault and not a signal that some process sent.
    let (is_fault, addr) = unsafe { ((*info).si_code > 0, (*info).si_addr().addr()) };
    if is_fault && rescue(addr, *page_bytes) {
        return;
    }
    match previous.sa_sigaction {
        libc::SIG_DFL | libc::SIG_IGN => {
            // SAFETY: this puts back what the kernel gave us. After a fault the instruction runs again and
            // meets it; a signal that was sent is sent again.
            unsafe {
                libc::sigaction(signal, previous, ptr::null_mut());
                if !is_fault {
                    libc::raise(signal);
                }
            }
        }
        handler if previous.sa_flags & libc::SA_SIGINFO != 0 => {
            // SAFETY: whoever installed this address with SA_SIGINFO promised the kernel this signature.
            let handler: extern "C" fn(c_int, *mut siginfo_t, *mut c_void) =
                unsafe { std::mem::transmute(handler) };
            handler(signal, info, context);
        }
        handler => {
            // SAFETY: whoever installed this address without SA_SIGINFO promised the kernel this signature.
            let handler: extern "C" fn(c_int) = unsafe { std::mem::transmute(handler) };
            handler(signal);
        }
    }
}

/// Puts zeros under the rest of the registered range that holds `addr`; false when there is no such range.
fn rescue(addr: usize, page_bytes: usize) -> bool {
    for slot in &SLOTS {
        let version = slot.version.load(Ordering::Acquire);
        let (start, end) = (slot.start.load(Ordering::Acquire), slot.end.load(Ordering::Acquire));
        let is_same = slot.version.load(Ordering::Acquire) == version;
        if addr < start || addr >= end || !is_same {
            continue;
        }
        let page = addr & !(page_bytes - 1);
        let len = (end - page).next_multiple_of(page_bytes);
        slot.lost_inverted.fetch_max(!page, Ordering::AcqRel);
        // SAFETY: the pages belong to a map of ours: the thread that faulted is reading it through a borrow
        // of the `Guard`'s owner, so it cannot be unmapped meanwhile. They stay readable, and their owner
        // unmaps them with the rest. Readers may see bytes change to zero, and `lost_at` tells them so before
        // they use any result.
        let mapped = unsafe {
            libc::mmap(
                ptr::without_provenance_mut(page),
                len,
                libc::PROT_READ,
                libc::MAP_PRIVATE | libc::MAP_ANONYMOUS | libc::MAP_FIXED | libc::MAP_NORESERVE,
                -1,
                0,
            )
        };
        return mapped != libc::MAP_FAILED;
    }
    false
}
