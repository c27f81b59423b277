//! One input and the ordered list of them: names, identities, and opening. Which files become inputs is in
//! `discover.rs`.

use std::fs::File;
use std::io::{self, Read};
use std::os::fd::AsFd;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use bedload_record::{InputId, Side};
use rayon::prelude::*;

use crate::data::{Data, open};
use crate::decode::{Codec, Decoder, Raw};
use crate::error::{Change, ScanError};
use crate::identity::Identity;
use crate::kind::FileKind;
use crate::listing::Skipped;
use crate::objects::{Object, ObjectStore};
use crate::reading::{Reading, Shape};
use crate::spool::{Spool, SpoolFile};
use crate::visit::Watch;

/// The inputs of a run, in the order given; an index into this list names an input everywhere else.
#[derive(Debug, Default)]
pub struct Inputs {
    pub(crate) list: Vec<Input>,
    pub(crate) skipped: Skipped,
    /// Temporary files that no spool is being written to at the moment.
    pub(crate) idle_spools: Mutex<Vec<SpoolFile>>,
}

/// One file, pipe, device, or standard input.
#[derive(Debug)]
pub struct Input {
    pub(crate) name: String,
    /// What an upload keeps of the path, or what an object is called; empty for what is neither.
    pub(crate) key: PathBuf,
    side: Side,
    /// Which of the sources it belongs to, if it is one.
    pub(crate) source: Option<usize>,
    pub(crate) reading: Reading,
    pub(crate) origin: Origin,
    pub(crate) spool: OnceLock<Spool>,
    /// What its lines are; not set before it was opened as a stream.
    pub(crate) shape: OnceLock<Shape>,
    /// What it is, if it is not JSONL; not set before it was examined.
    pub(crate) foreign: OnceLock<Option<FileKind>>,
}

#[derive(Debug)]
pub(crate) enum Origin {
    /// A regular file, which can be opened again and again. Of one that is not compressed, its shape is known.
    File { path: PathBuf, identity: Identity, codec: Option<Codec>, shape: Shape },
    /// An object in a store, which can be opened again and again. Its compression shows when it is opened.
    Object { store: Arc<dyn ObjectStore>, object: Object, codec: OnceLock<Option<Codec>> },
    /// Something that gives its bytes once: standard input (no path), a pipe or a device.
    Once { path: Option<PathBuf>, live: Mutex<Live> },
}

/// How far a once-only stream is.
#[derive(Default)]
pub(crate) enum Live {
    #[default]
    Unopened,
    /// Opened by [`Inputs::head`]: the bytes looked at, and the rest.
    Open(Vec<u8>, Decoder),
    Gone,
}

impl std::fmt::Debug for Live {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str("Live")
    }
}

impl Inputs {
    /// How many inputs there are.
    pub fn len(&self) -> usize {
        self.list.len()
    }

    /// Whether there is none; `discover` never gives that.
    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// An input.
    pub fn get(&self, input: InputId) -> &Input {
        &self.list[input.index()]
    }

    /// All inputs, in order.
    pub fn ids(&self) -> impl DoubleEndedIterator<Item = InputId> + ExactSizeIterator + use<> {
        (0..self.len()).map(InputId::new)
    }

    /// The same, for many threads.
    pub fn par_ids(&self) -> impl IndexedParallelIterator<Item = InputId> + use<> {
        (0..self.len()).into_par_iter().map(InputId::new)
    }

    /// The inputs in order.
    pub fn iter(&self) -> std::slice::Iter<'_, Input> {
        self.list.iter()
    }

    /// The files of directories that were not read, as they are not named like data.
    pub fn skipped(&self) -> &Skipped {
        &self.skipped
    }

    /// Bytes of all inputs on disk, for a progress display; `None` when a stream is among them.
    pub fn size_bytes(&self) -> Option<u64> {
        self.list.iter().map(Input::size_bytes).sum()
    }

    /// Compares every regular file, compressed or not, with what it was when the run began. An object is compared
    /// whenever it is read.
    ///
    /// # Errors
    /// [`ScanError::InputShrank`] or [`ScanError::InputChanged`] for the first input, in order, that differs
    /// in device, inode, size or times.
    pub fn check_unchanged(&self) -> Result<(), ScanError> {
        let changed = self.list.par_iter().find_map_first(|input| {
            let Origin::File { path, identity, .. } = &input.origin else { return None };
            match std::fs::metadata(path) {
                Ok(metadata) => input.change(identity, &Identity::of(&metadata)),
                Err(source) if source.kind() == io::ErrorKind::NotFound => {
                    Some(ScanError::InputChanged { name: input.name.clone(), change: Change::Replaced })
                }
                Err(source) => Some(ScanError::io(&input.name, "compared", source)),
            }
        });
        changed.map_or(Ok(()), Err)
    }
}

impl<'a> IntoIterator for &'a Inputs {
    type Item = &'a Input;
    type IntoIter = std::slice::Iter<'a, Input>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl Input {
    pub(crate) fn new(name: String, side: Side, reading: Reading, origin: Origin) -> Input {
        Input {
            name,
            key: PathBuf::new(),
            side,
            source: None,
            reading,
            origin,
            spool: OnceLock::new(),
            shape: OnceLock::new(),
            foreign: OnceLock::new(),
        }
    }

    /// The name for reports: the path as given, or below a directory as given, or the name chosen for
    /// standard input. Bytes that are not UTF-8 show as `\xNN`.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What it was named as: training data, or validation data.
    pub fn side(&self) -> Side {
        self.side
    }

    /// The source that it belongs to, by its number among those that were searched; none where it is in none of them.
    pub fn source(&self) -> Option<usize> {
        self.source
    }

    /// The path; `None` for standard input, and for objects.
    pub fn path(&self) -> Option<&Path> {
        match &self.origin {
            Origin::File { path, .. } => Some(path),
            Origin::Object { .. } => None,
            Origin::Once { path, .. } => path.as_deref(),
        }
    }

    /// Whether it gives its bytes only once: standard input, a pipe or a device that is not spooled yet.
    pub fn is_once(&self) -> bool {
        matches!(self.origin, Origin::Once { .. }) && self.spool.get().is_none()
    }

    /// The end of the path that an upload is likely to keep, of a regular file: its name, and what is between the
    /// argument and it where the argument is a directory or a glob. Of an object, its key.
    pub fn key(&self) -> Option<&Path> {
        (!matches!(self.origin, Origin::Once { .. })).then_some(self.key.as_path())
    }

    /// The compression of a regular file, and of an object that was opened. That of a stream is not known before it is
    /// read.
    pub fn codec(&self) -> Option<Codec> {
        match &self.origin {
            Origin::File { codec, .. } => *codec,
            Origin::Object { codec, .. } => codec.get().copied().flatten(),
            Origin::Once { .. } => None,
        }
    }

    /// Bytes of a regular file or an object when the run began, compressed ones if it is compressed; `None` for a stream.
    pub fn size_bytes(&self) -> Option<u64> {
        match &self.origin {
            Origin::File { identity, .. } => Some(identity.size),
            Origin::Object { object, .. } => Some(object.bytes),
            Origin::Once { .. } => None,
        }
    }

    /// What tells a later run that it is the same file or object, and is read the same way; `None` for what gives its
    /// bytes once.
    pub fn stamp(&self) -> Option<String> {
        match &self.origin {
            Origin::File { identity, .. } => Some(format!("{} {}", identity.stamp(), self.reading.stamp())),
            Origin::Object { object, .. } => {
                let e_tag = object.e_tag.as_ref()?;
                Some(format!("{object} {e_tag} {} {}", object.bytes, self.reading.stamp()))
            }
            Origin::Once { .. } => None,
        }
    }

    /// Decompressed bytes, where they are known without reading: for what [`Fetch`](crate::Fetch) can read.
    pub fn data_bytes(&self) -> Option<u64> {
        if let Some(spool) = self.spool.get() {
            return Some(spool.len);
        }
        match &self.origin {
            Origin::File { identity, codec: None, shape: Shape::Lines, .. } => Some(identity.size),
            _ => None,
        }
    }

    /// Whether [`Fetch`](crate::Fetch) can read it: an uncompressed regular file of lines, or anything spooled.
    pub fn is_random_access(&self) -> bool {
        self.data_bytes().is_some()
    }

    /// Opens the decompressed bytes for reading at any offset.
    pub(crate) fn open_data(&self) -> Result<Data<'_>, ScanError> {
        if let Some(spool) = self.spool.get() {
            return Ok(self.of_spool(spool));
        }
        match &self.origin {
            Origin::File { path, identity, codec: None, shape: Shape::Lines } => {
                self.open_file(path, identity)
            }
            _ => Err(self.not_random_access()),
        }
    }

    pub(crate) fn not_random_access(&self) -> ScanError {
        ScanError::NotRandomAccess { name: self.name.clone() }
    }

    /// The file whose bytes are not those of its lines: it is compressed, an array or a table.
    pub(crate) fn encoded_file(&self) -> Option<(&Path, &Identity)> {
        match &self.origin {
            Origin::File { codec: None, shape: Shape::Lines, .. }
            | Origin::Object { .. }
            | Origin::Once { .. } => None,
            Origin::File { path, identity, .. } => Some((path, identity)),
        }
    }

    /// The object that it is, if it is one.
    pub(crate) fn object(&self) -> Option<&Object> {
        match &self.origin {
            Origin::Object { object, .. } => Some(object),
            _ => None,
        }
    }

    /// An object whose bytes are not those of its lines, opened: it is compressed, an array or a table.
    pub(crate) fn encoded_object(&self) -> Option<(&Object, Box<dyn Read + Send>)> {
        match &self.origin {
            Origin::Object { store, object, .. }
                if self.codec().is_some() || self.is_array() || self.is_table() =>
            {
                Some((object, store.open(object)))
            }
            _ => None,
        }
    }

    /// Opens a regular file again and makes sure that it is the same one, and no shorter.
    pub(crate) fn open_file(&self, path: &Path, identity: &Identity) -> Result<Data<'_>, ScanError> {
        let file = open(path).map_err(|source| ScanError::io(&self.name, "opened", source))?;
        let now = file.metadata().map_err(|source| ScanError::io(&self.name, "opened", source))?;
        match self.change(identity, &Identity::of(&now)) {
            Some(
                error @ (ScanError::InputShrank { .. }
                | ScanError::InputChanged { change: Change::Replaced, .. }),
            ) => Err(error),
            // More bytes, or other ones: the caller decides at the end, with `check_unchanged`.
            _ => Ok(Data { name: &self.name, file: Arc::new(file), base: 0, len: identity.size }),
        }
    }

    /// Opens the decompressed bytes for reading from the beginning; uses up a once-only stream.
    pub(crate) fn open_stream(&self) -> Result<Decoder, ScanError> {
        let live = match &self.origin {
            Origin::File { path, identity, .. } => {
                let data = self.open_file(path, identity)?;
                let file = Arc::into_inner(data.file).expect("the file was opened here");
                return self.decoder(Raw::File(file));
            }
            Origin::Object { store, object, .. } => return self.decoder(Raw::Stream(store.open(object))),
            Origin::Once { live, .. } => live,
        };
        let mut live = live.lock().unwrap_or_else(PoisonError::into_inner);
        match std::mem::replace(&mut *live, Live::Gone) {
            Live::Unopened => self.open_once(),
            Live::Open(head, decoder) => Ok(decoder.with_head(head)),
            Live::Gone => Err(ScanError::StreamConsumed { name: self.name.clone() }),
        }
    }

    /// Reads a compressed file to its end, for nothing but whether it becomes longer than it may. What else is wrong
    /// with it shows in its place.
    pub(crate) fn measure(&self, watch: &Watch) -> Result<(), ScanError> {
        const PIECE_BYTES: usize = 1 << 20;
        let mut decoder = self.open_stream()?;
        let mut piece = Vec::new();
        loop {
            watch.check()?;
            piece.clear();
            match decoder.fill(&mut piece, PIECE_BYTES) {
                Ok(0) => return Ok(()),
                Ok(_) => {}
                Err(source) => {
                    let error = decoder.error(&self.name, source);
                    return if matches!(error, ScanError::TooLong { .. }) { Err(error) } else { Ok(()) };
                }
            }
        }
    }

    pub(crate) fn open_once(&self) -> Result<Decoder, ScanError> {
        let file = match self.path() {
            Some(path) => open(path),
            None => io::stdin().as_fd().try_clone_to_owned().map(File::from),
        };
        let file = file.map_err(|source| ScanError::io(&self.name, "opened", source))?;
        self.decoder(Raw::Stream(Box::new(file)))
    }

    fn decoder(&self, raw: Raw) -> Result<Decoder, ScanError> {
        let decoder = Decoder::new(raw, &self.reading).map_err(|(codec, source)| {
            let found = codec.map(|codec| (codec, 0));
            ScanError::reading(&self.name, found, source)
        })?;
        self.shape.get_or_init(|| decoder.shape);
        if let Origin::Object { codec, .. } = &self.origin {
            codec.get_or_init(|| decoder.codec);
        }
        Ok(decoder)
    }

    /// Why the bytes from `at` on were lost under a map: the file was cut or written to, or it cannot be read there.
    pub(crate) fn why_lost(&self, at: u64) -> ScanError {
        if let Origin::File { path, identity, .. } = &self.origin
            && let Ok(metadata) = std::fs::metadata(path)
            && let Some(error) = self.change(identity, &Identity::of(&metadata))
        {
            return error;
        }
        let read = self.open_data().and_then(|data| data.read_at(&mut [0], at.min(data.len - 1)));
        let source = io::Error::from_raw_os_error(libc::EIO);
        read.err().unwrap_or_else(|| ScanError::Unreadable { name: self.name.clone(), at, source })
    }

    fn change(&self, then: &Identity, now: &Identity) -> Option<ScanError> {
        then.change(now, &self.name)
    }

    pub(crate) fn of_spool(&self, spool: &Spool) -> Data<'_> {
        Data { name: &self.name, file: Arc::clone(&spool.file), base: spool.base, len: spool.len }
    }
}
