//! What a million facts cost the plan: duplicates, classes, the choice of a validation set. Throughput is of records.

#![allow(missing_docs, reason = "divan generates items")]

use bedload_benches::facts;
use bedload_stages::balance::{self, BalanceConfig};
use bedload_stages::dedupe::{self, DedupeConfig};
use bedload_stages::group::Groups;
use bedload_stages::split::{Among, choose};
use divan::Bencher;
use divan::counter::ItemsCount;

const RECORDS: u64 = 1_000_000;

fn main() {
    divan::main();
}

#[divan::bench(sample_count = 5)]
fn duplicates(bencher: Bencher<'_, '_>) {
    let facts = facts(RECORDS);
    bencher
        .counter(ItemsCount::new(RECORDS))
        .bench_local(|| dedupe::assign(&facts, &DedupeConfig::default()).expect("memory has room").len());
}

#[divan::bench(sample_count = 5)]
fn classes(bencher: Bencher<'_, '_>) {
    let facts = facts(RECORDS);
    bencher
        .counter(ItemsCount::new(RECORDS))
        .bench_local(|| balance::find(&facts, &BalanceConfig::default()));
}

#[divan::bench(sample_count = 5)]
fn validation_set(bencher: Bencher<'_, '_>) {
    let facts = facts(RECORDS);
    let classes = balance::find(&facts, &BalanceConfig::default());
    bencher.counter(ItemsCount::new(RECORDS)).bench_local(|| {
        let groups = Groups::new(&facts, &[], &[]).expect("memory has room");
        let among = Among {
            facts: &facts,
            is_in: |_| true,
            strata: 5,
            stratum: |line| classes.of(&facts, line),
            group: |line| groups.of(&facts, line),
        };
        choose(&among, RECORDS / 10, 1).expect("memory has room").chosen.len()
    });
}
