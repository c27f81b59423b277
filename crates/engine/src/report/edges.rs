//! `edges.parquet`: all pairs of records that are alike, so that another threshold is a query and not a run.

use std::path::Path;

use bedload_record::{FactTable, Ordinal};
use bedload_report::{EdgeColumns, Integers, ROW_GROUP_ROWS, Reals, TableWriter, Words};
use bedload_stages::near::{Edge, Edges, NearConfig, Similar, Threshold};

use crate::report::manifest::FileEntry;
use crate::report::tables::{Sum, TableInput, entry, path_of};
use crate::run::error::EngineError;

/// Writes the pairs at a threshold as they are found: no more of them are in memory than a batch has, and a row group.
pub(crate) fn edges(
    dir: &Path,
    source: &TableInput<'_>,
    (similar, threshold): (&Similar, Threshold),
    config: &NearConfig,
) -> Result<FileEntry, EngineError> {
    let (path, shown) = path_of(dir, "edges");
    let mut table = TableWriter::create::<EdgeColumns<'_>>(&path, Sum::default())?;
    let files: Vec<&str> = source.facts.files().iter().map(|file| file.name.as_str()).collect();
    let mut waiting: Vec<Edge> = Vec::new();
    let mut write = |more: Vec<Edge>, is_last: bool| {
        source.watch.check()?;
        waiting.extend(more);
        let rest = if is_last { 0 } else { waiting.len() % ROW_GROUP_ROWS };
        let whole = waiting.len() - rest;
        for group in waiting[..whole].chunks(ROW_GROUP_ROWS) {
            table.write(&[columns(source.facts, &files, group)])?;
        }
        waiting.drain(..whole);
        Ok::<(), EngineError>(())
    };
    match similar {
        Similar::Sets(sets) => {
            let edges = Edges::new(sets, threshold, config.engine)?;
            (0..edges.batches()).try_for_each(|batch| write(edges.batch(batch), false))?;
        }
        Similar::Pairs(list) => write(list.at(threshold).copied().collect(), false)?,
    }
    write(Vec::new(), true)?;
    Ok(entry(shown, table.finish()?))
}

fn columns<'a>(facts: &'a FactTable, files: &'a [&'a str], edges: &'a [Edge]) -> EdgeColumns<'a> {
    let rows = edges.len();
    let file = |line: Ordinal| Some(facts.input_of(line).index());
    let nth = |line: Ordinal| Some(line.0 - facts.file(facts.input_of(line)).first.0 + 1);
    EdgeColumns {
        rows,
        file: Words::new(rows, files, move |row| file(edges[row].line)),
        line: Integers::new(rows, move |row| nth(edges[row].line)),
        earlier_file: Words::new(rows, files, move |row| file(edges[row].earlier)),
        earlier_line: Integers::new(rows, move |row| nth(edges[row].earlier)),
        similarity: Reals::new(rows, move |row| edges[row].similarity.jaccard()),
    }
}
