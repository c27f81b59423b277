//! What one record costs: parsing, the strict rules, schema, identity, tokens. Throughput is of lines, in bytes.

#![allow(missing_docs, reason = "divan generates items")]

use bedload_bedrock::{Format, Record, Text, TextBuffer};
use bedload_benches::lines;
use bedload_record::json::diagnose;
use bedload_record::{Findings, Parser};
use bedload_stages::Check;
use bedload_stages::convert::Weights;
use bedload_stages::dedupe::{self, Normalize};
use bedload_stages::schema::Schema;
use bedload_tokens::{Counter, Encoding};
use divan::counter::BytesCount;
use divan::{Bencher, black_box};

fn main() {
    divan::main();
}

fn format() -> &'static Format {
    Format::from_name("prompt-completion").expect("a format")
}

fn size(lines: &[Vec<u8>]) -> BytesCount {
    BytesCount::new(lines.iter().map(Vec::len).sum::<usize>())
}

#[divan::bench]
fn parse(bencher: Bencher<'_, '_>) {
    let lines = lines(1000);
    let mut parser = Parser::default();
    bencher.counter(size(&lines)).bench_local(|| {
        lines.iter().filter(|line| parser.parse(black_box(line), |parsed| parsed.is_ok())).count()
    });
}

#[divan::bench]
fn strict_rules(bencher: Bencher<'_, '_>) {
    let lines = lines(1000);
    bencher
        .counter(size(&lines))
        .bench_local(|| lines.iter().map(|line| diagnose(black_box(line), &[]).len()).sum::<usize>());
}

#[divan::bench]
fn parse_and_schema(bencher: Bencher<'_, '_>) {
    let lines = lines(1000);
    let texts = TextBuffer::default();
    let (mut parser, schema) = (Parser::default(), Schema::new(None, Weights::Error));
    bencher.counter(size(&lines)).bench_local(|| {
        let valid = |line: &&Vec<u8>| {
            parser.parse(line, |parsed| {
                let (json, _) = parsed.expect("valid");
                let mut findings = Findings::codes_only();
                schema.check(&Record::new(format(), line, json, &texts), &mut findings);
                findings.codes().is_empty()
            })
        };
        lines.iter().filter(valid).count()
    });
}

#[divan::bench(args = [Normalize::None, Normalize::Nfc, Normalize::Casefold])]
fn parse_and_identity(bencher: Bencher<'_, '_>, normalize: Normalize) {
    let lines = lines(1000);
    let (mut parser, mut scratch, texts) = (Parser::default(), Vec::new(), TextBuffer::default());
    bencher.counter(size(&lines)).bench_local(|| {
        let mut digest = |line: &Vec<u8>| {
            parser.parse(line, |parsed| {
                let record = Record::new(format(), line, parsed.expect("valid").0, &texts);
                dedupe::digest(&record, normalize, &mut scratch)
            })
        };
        lines.iter().fold(0, |all, line| all ^ digest(line))
    });
}

#[divan::bench(args = Encoding::ALL)]
fn parse_and_tokens(bencher: Bencher<'_, '_>, encoding: Encoding) {
    let lines = lines(200);
    let (mut parser, mut counter, texts) = (Parser::default(), Counter::new(encoding), TextBuffer::default());
    bencher.counter(size(&lines)).bench_local(|| {
        let mut count = |line: &Vec<u8>| {
            parser.parse(line, |parsed| {
                let record = Record::new(format(), line, parsed.expect("valid").0, &texts);
                let mut count = |text: &Text<'_>| counter.count(text.text).expect("countable");
                record.texts().list.iter().map(&mut count).sum::<u64>()
            })
        };
        lines.iter().map(&mut count).sum::<u64>()
    });
}
