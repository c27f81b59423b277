//! The beginnings of objects, asked for before anybody wants them: where there are many small objects, what takes time is
//! waiting for replies, and each is looked at before it is read.

use std::collections::hash_map::Entry;
use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, PoisonError};

use bedload_scan::Object;
use bytes::Bytes;
use futures_util::FutureExt;
use futures_util::future::{BoxFuture, Shared};
use tokio::runtime::Handle;

use super::reader::{Asking, get};

/// Enough to tell what an object is, and all of one that is small.
pub(crate) const HEAD_BYTES: u64 = 256 << 10;
/// Objects after the one that is wanted whose beginnings are asked for.
const N_AHEAD: usize = 16;

/// A beginning; none where it could not be had, which whoever wants it will find out.
pub(crate) type Head = Shared<BoxFuture<'static, Option<Bytes>>>;

/// Beginnings that were asked for, of objects in the order in which they will be read.
#[derive(Default)]
pub(crate) struct Heads {
    /// The most bytes that are kept.
    bytes_max: u64,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    order: Vec<Object>,
    places: HashMap<(String, String), usize>,
    kept: HashMap<usize, Kept>,
    /// Those that were wanted already, the one that was wanted last at the end.
    wanted: BTreeMap<u64, usize>,
    n_wanted: u64,
    bytes: u64,
}

struct Kept {
    head: Head,
    /// Where it is among those that were wanted.
    wanted: Option<u64>,
}

impl Heads {
    pub(crate) fn new(bytes_max: u64) -> Heads {
        Heads { bytes_max, state: Mutex::default() }
    }

    /// Notes what will be read.
    pub(crate) fn expect(&self, objects: &[&Object]) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        for object in objects {
            let (name, place) = ((object.bucket.clone(), object.key.clone()), state.order.len());
            if let Entry::Vacant(vacant) = state.places.entry(name) {
                vacant.insert(place);
                state.order.push((*object).clone());
            }
        }
    }

    /// The beginning of an object that was expected. Those of the next ones are asked for, too.
    pub(crate) fn get(
        &self,
        runtime: &Handle,
        object: &Object,
        asking: impl Fn(&Object) -> Option<Arc<Asking>>,
    ) -> Option<Head> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let place = *state.places.get(&(object.bucket.clone(), object.key.clone()))?;
        let head = state.take(place);
        for next in place..state.order.len().min(place + N_AHEAD) {
            let bytes = state.order[next].bytes.min(HEAD_BYTES);
            if bytes == 0 || state.kept.contains_key(&next) {
                continue;
            }
            if !state.make_room(bytes, self.bytes_max, place) {
                break;
            }
            let Some(asking) = asking(&state.order[next]) else { break };
            let head = async move { get(asking, 0..bytes).await.ok() }.boxed().shared();
            runtime.spawn(head.clone());
            state.kept.insert(next, Kept { head, wanted: None });
            state.bytes += bytes;
        }
        head.or_else(|| state.take(place))
    }
}

impl State {
    /// The beginning of an object, which is wanted now.
    fn take(&mut self, place: usize) -> Option<Head> {
        let kept = self.kept.get_mut(&place)?;
        self.n_wanted += 1;
        if let Some(before) = kept.wanted.replace(self.n_wanted) {
            self.wanted.remove(&before);
        }
        self.wanted.insert(self.n_wanted, place);
        Some(kept.head.clone())
    }

    /// Forgets beginnings until there is room for another one: those that were wanted already, the longest ago first. The
    /// others are about to be, perhaps by another thread.
    fn make_room(&mut self, bytes: u64, bytes_max: u64, place: usize) -> bool {
        while self.bytes + bytes > bytes_max {
            let Some((&at, &forgotten)) = self.wanted.iter().find(|&(_, &wanted)| wanted != place) else {
                return false;
            };
            self.wanted.remove(&at);
            self.kept.remove(&forgotten);
            self.bytes -= self.order[forgotten].bytes.min(HEAD_BYTES);
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use object_store::ObjectStoreExt;
    use object_store::memory::InMemory;
    use object_store::path::Path;

    use super::*;
    use crate::bucket::Objects;

    #[test]
    fn beginnings_are_asked_for_once_where_there_is_room_and_never_take_more() {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
        let runtime = runtime.expect("a runtime");
        let store = Arc::new(InMemory::new());
        let object = |n: u64| {
            let key = format!("{n:03}");
            runtime.block_on(store.put(&Path::from(key.as_str()), vec![n as u8; 10].into())).expect("put");
            Object { bucket: "b".to_owned(), key, bytes: 10, e_tag: None }
        };
        let objects: Vec<Object> = (0..100).map(object).collect();
        for (objects_max, n_asked_max) in [(1000, 100), (40, 200), (20, 300), (1, 200)] {
            let heads = Heads::new(objects_max * 10);
            heads.expect(&objects.iter().collect::<Vec<_>>());
            heads.expect(&[&objects[7]]);
            let n_asked = std::cell::Cell::new(0);
            let asking = |object: &Object| {
                n_asked.set(n_asked.get() + 1);
                let store: Arc<dyn Objects> = Arc::clone(&store) as _;
                Asking::new(store, object).ok().map(Arc::new)
            };
            // Looked at from two places, as two threads do, and then read.
            let looks = (0..50).flat_map(|n| [n, n + 50]);
            for n in looks.chain(0..100) {
                let head = heads.get(runtime.handle(), &objects[n], asking);
                if let Some(head) = head {
                    assert_eq!(runtime.block_on(head).expect("had"), vec![n as u8; 10]);
                } else {
                    assert!(objects_max < 40, "{n} of {objects_max}");
                }
                let state = heads.state.lock().expect("whole");
                assert_eq!(state.bytes, state.kept.len() as u64 * 10);
                assert!(state.kept.len() as u64 <= objects_max, "{}", state.kept.len());
            }
            assert!(n_asked.get() <= n_asked_max, "{} of {objects_max}", n_asked.get());
        }
        let other = Object { key: "other".to_owned(), ..objects[0].clone() };
        assert!(Heads::new(100).get(runtime.handle(), &other, |_| None).is_none());
    }
}
