//! `duplicates.parquet`, which has a row for each duplicate: its columns are read straight from facts and plan.

use std::path::Path;

use bedload_record::Ordinal;
use bedload_report::{
    Digests, DuplicateColumns, Hashes, Integers, ROW_GROUP_ROWS, Reals, TableWriter, Texts, Words,
    groups_at_once,
};
use bedload_stages::dedupe::Duplicate;
use bedload_stages::near::Similarity;
use rayon::prelude::*;

use crate::plan::Plan;
use crate::report::manifest::FileEntry;
use crate::report::records::{file_names, ids_of, place_of};
use crate::report::tables::{Sum, TableInput, entry, path_of};
use crate::run::error::EngineError;

/// `duplicates.parquet`: every dropped record with its survivor.
pub(crate) fn duplicates(dir: &Path, source: &TableInput<'_>) -> Result<FileEntry, EngineError> {
    let plan = source.plan;
    let (path, shown) = path_of(dir, "duplicates");
    let mut table = TableWriter::create::<DuplicateColumns<'_>>(&path, Sum::default())?;
    let files = file_names(source);
    for window in plan.duplicates.chunks(ROW_GROUP_ROWS * groups_at_once()) {
        source.watch.check()?;
        let ids = |group: &[Duplicate]| {
            let of = |line: fn(&Duplicate) -> Ordinal| {
                // A record of older data is none of this table's lines.
                let own = move |duplicate| Some(line(duplicate)).filter(|line| line.0 < source.facts.len());
                ids_of(source, || group.par_iter().map(own))
            };
            Ok([of(|duplicate| duplicate.dropped)?, of(|duplicate| duplicate.survivor)?])
        };
        let ids = window.chunks(ROW_GROUP_ROWS).map(ids).collect::<Result<Vec<_>, EngineError>>()?;
        let groups = window.chunks(ROW_GROUP_ROWS).zip(&ids);
        let groups: Vec<DuplicateColumns<'_>> =
            groups.map(|(group, ids)| duplicate_columns(source, &files, group, ids)).collect();
        table.write(&groups)?;
    }
    Ok(entry(shown, table.finish()?))
}

fn duplicate_columns<'a>(
    source: &'a TableInput<'_>,
    files: &'a [&'a str],
    duplicates: &'a [Duplicate],
    [ids, survivor_ids]: &'a [Vec<Option<Box<str>>>; 2],
) -> DuplicateColumns<'a> {
    let TableInput { facts, plan: Plan { groups, .. }, .. } = *source;
    let rows = duplicates.len();
    let dropped = |row: usize| duplicates[row].dropped;
    let survivor = |row: usize| duplicates[row].survivor;
    let similar_method = |row: usize| Some(usize::from(duplicates[row].similarity.is_some()));
    let similarity = |row: usize| duplicates[row].similarity.map_or(1.0, Similarity::jaccard);
    let place = move |line: Ordinal| place_of(source, line);
    DuplicateColumns {
        rows,
        file: Words::new(rows, files, move |row| Some(place(dropped(row)).file)),
        line: Integers::new(rows, move |row| Some(place(dropped(row)).line)),
        byte_offset: Integers::new(rows, move |row| Some(place(dropped(row)).byte_offset)),
        survivor_file: Words::new(rows, files, move |row| Some(place(survivor(row)).file)),
        survivor_line: Integers::new(rows, move |row| Some(place(survivor(row)).line)),
        survivor_byte_offset: Integers::new(rows, move |row| Some(place(survivor(row)).byte_offset)),
        method: Words::new(rows, &["exact", "near"], similar_method),
        similarity: Reals::new(rows, similarity),
        group: Hashes::new(rows, move |row| Some(groups.of(facts, dropped(row)))),
        digest: Digests::new(rows, move |row| Some(facts.digest(dropped(row)))),
        id: Texts::new(rows, |row| ids.get(row)?.as_deref()),
        survivor_id: Texts::new(rows, |row| survivor_ids.get(row)?.as_deref()),
    }
}
