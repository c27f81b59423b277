//! Writes a corpus to measure with: `corpus KIND BYTES OUT [FILES]`. The same arguments give the same bytes.
//!
//! An OUT that ends in `.gz` or `.zst` is compressed; with FILES, OUT is a directory and the bytes are spread over so many
//! files. One record in twenty is a copy of an earlier one.

mod text;

use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::Path;
use std::process::ExitCode;

use flate2::write::GzEncoder;

use text::Texts;

/// The kinds of records.
#[derive(Clone, Copy)]
enum Kind {
    /// Prompt and completion of about 1 kB.
    Prose,
    /// Prompt and completion of about 100 bytes.
    Short,
    /// Prompt and completion of 1 MB.
    Long,
    /// Conversations of 20 turns.
    Converse,
    /// Prose in eight scripts.
    Multilingual,
    /// Prose in which one character in six is an escape.
    Escaped,
}

impl Kind {
    const ALL: [(&str, Kind); 6] = [
        ("prose", Kind::Prose),
        ("short", Kind::Short),
        ("long", Kind::Long),
        ("converse", Kind::Converse),
        ("multilingual", Kind::Multilingual),
        ("escaped", Kind::Escaped),
    ];

    /// Adds a record without its line feed.
    fn record(self, texts: &mut Texts, out: &mut String) {
        let (prompt, completion) = match self {
            Self::Short => (20..36, 12..24),
            Self::Long => (700_000..800_000, 200_000..300_000),
            Self::Converse => return converse(texts, out),
            Self::Prose | Self::Multilingual | Self::Escaped => (100..1_100, 20..500),
        };
        out.push_str(r#"{"prompt": ""#);
        let bytes = texts.length(prompt);
        self.text(texts, bytes, out);
        out.push_str(r#"", "completion": ""#);
        let bytes = texts.length(completion);
        self.text(texts, bytes, out);
        out.push_str("\"}");
    }

    fn text(self, texts: &mut Texts, bytes: usize, out: &mut String) {
        match self {
            Self::Multilingual => texts.multilingual(bytes, out),
            Self::Escaped => texts.escaped(bytes, out),
            _ => texts.prose(bytes, out),
        }
    }
}

fn converse(texts: &mut Texts, out: &mut String) {
    out.push_str(r#"{"schemaVersion": "bedrock-conversation-2024", "system": [{"text": ""#);
    let bytes = texts.length(60..200);
    texts.prose(bytes, out);
    out.push_str(r#""}], "messages": ["#);
    for turn in 0..20 {
        if turn > 0 {
            out.push_str(", ");
        }
        let role = if turn % 2 == 0 { "user" } else { "assistant" };
        out.push_str(r#"{"role": ""#);
        out.push_str(role);
        out.push_str(r#"", "content": [{"text": ""#);
        let bytes = texts.length(40..400);
        texts.prose(bytes, out);
        out.push_str(r#""}]}"#);
    }
    out.push_str("]}");
}

/// Writes records until there are so many bytes.
fn write(kind: Kind, texts: &mut Texts, bytes: u64, out: &mut impl Write) -> io::Result<()> {
    let (mut written, mut record, mut earlier) = (0, String::new(), String::new());
    while written < bytes {
        if !earlier.is_empty() && texts.random.next_number().is_multiple_of(20) {
            record.clone_from(&earlier);
        } else {
            record.clear();
            kind.record(texts, &mut record);
            record.push('\n');
        }
        out.write_all(record.as_bytes())?;
        written += record.len() as u64;
        if earlier.is_empty() || texts.random.next_number().is_multiple_of(50) {
            earlier.clone_from(&record);
        }
    }
    Ok(())
}

fn write_file(kind: Kind, texts: &mut Texts, bytes: u64, path: &Path) -> io::Result<()> {
    let mut file = BufWriter::with_capacity(1 << 20, File::create(path)?);
    match path.extension().and_then(|extension| extension.to_str()) {
        Some("gz") => {
            let mut encoder = GzEncoder::new(file, flate2::Compression::default());
            write(kind, texts, bytes, &mut encoder)?;
            encoder.finish()?.flush()
        }
        Some("zst") => {
            let mut encoder = zstd::Encoder::new(file, 3)?;
            write(kind, texts, bytes, &mut encoder)?;
            encoder.finish()?.flush()
        }
        _ => {
            write(kind, texts, bytes, &mut file)?;
            file.flush()
        }
    }
}

fn run(arguments: &[String]) -> Result<(), String> {
    let [kind, bytes, out, files @ ..] = arguments else {
        return Err("usage: corpus KIND BYTES OUT [FILES]".to_owned());
    };
    let found = Kind::ALL.into_iter().find(|(name, _)| name == kind);
    let (_, kind) = found.ok_or_else(|| {
        format!("unknown kind `{kind}`, expected one of {}", Kind::ALL.map(|(name, _)| name).join(", "))
    })?;
    let number = |text: &str| text.parse::<u64>().map_err(|error| format!("{text}: {error}"));
    let bytes = number(bytes)?;
    let out = Path::new(out);
    let mut texts = Texts::new();
    let failed = |error: io::Error| format!("{}: {error}", out.display());
    match files {
        [] => write_file(kind, &mut texts, bytes, out).map_err(failed),
        [files] => {
            let files = number(files)?.max(1);
            fs::create_dir_all(out).map_err(failed)?;
            (0..files).try_for_each(|file| {
                let path = out.join(format!("part-{file:05}.jsonl"));
                write_file(kind, &mut texts, bytes / files, &path).map_err(failed)
            })
        }
        _ => Err("usage: corpus KIND BYTES OUT [FILES]".to_owned()),
    }
}

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match run(&arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(problem) => {
            let _ = writeln!(io::stderr(), "corpus: {problem}");
            ExitCode::FAILURE
        }
    }
}
