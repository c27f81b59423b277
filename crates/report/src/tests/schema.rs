//! The names and types that users' queries rely on. A change here changes what users see: append columns, keep the rest.

use std::fmt::Write as _;

use expect_test::expect;
use parquet::basic::Repetition;

use crate::tests::read::{metadata, scratch};
use crate::{
    DuplicateColumns, FindingRow, Group, LabelRow, PiiRow, RecordColumns, RepairRow, SummaryRow, TableWriter,
    VariantRow,
};

fn describe<G: Group>() -> String {
    let (_directory, path) = scratch();
    TableWriter::create::<G>(&path, ()).unwrap().finish().unwrap();
    let metadata = metadata(&path);
    let mut text = format!("{}\n", G::TABLE);
    for column in metadata.file_metadata().schema_descr().columns() {
        assert_eq!(column.path().parts().len(), 1, "tables are flat");
        let logical = column.logical_type_ref().map_or(String::new(), |kind| format!(" {kind:?}"));
        let null = match column.self_type().get_basic_info().repetition() {
            Repetition::OPTIONAL => " null",
            _ => "",
        };
        writeln!(text, "  {} {}{logical}{null}", column.name(), column.physical_type()).unwrap();
    }
    text
}

#[test]
fn names_and_types() {
    let tables = [
        describe::<RecordColumns>(),
        describe::<Vec<FindingRow>>(),
        describe::<DuplicateColumns>(),
        describe::<Vec<LabelRow>>(),
        describe::<Vec<SummaryRow>>(),
        describe::<Vec<VariantRow>>(),
        describe::<Vec<PiiRow>>(),
        describe::<Vec<RepairRow>>(),
    ];
    expect![[r#"
        records
          file BYTE_ARRAY String
          line INT64
          record INT64
          byte_offset INT64
          bytes INT64
          format BYTE_ARRAY String null
          tokens INT64 null
          tokens_prompt INT64 null
          tokens_completion INT64 null
          tokens_system INT64 null
          tokens_user INT64 null
          tokens_assistant INT64 null
          characters INT64 null
          tokens_by_6 INT64 null
          tokens_by_3 INT64 null
          digest BYTE_ARRAY String null
          label BYTE_ARRAY String null
          verdict BYTE_ARRAY String
          reason BYTE_ARRAY String null
          split BYTE_ARRAY String null
          shard BYTE_ARRAY String null
          shard_line INT64 null
          group BYTE_ARRAY String null
          duplicate_of_file BYTE_ARRAY String null
          duplicate_of_line INT64 null
          codes BYTE_ARRAY String null
          source BYTE_ARRAY String null
          id BYTE_ARRAY String null
          turns INT64 null
          shard_lines INT64 null
          origin_file BYTE_ARRAY String null
          origin_line INT64 null
        findings
          file BYTE_ARRAY String null
          line INT64 null
          column INT64 null
          byte_offset INT64 null
          record INT64 null
          pointer BYTE_ARRAY String null
          code BYTE_ARRAY String
          severity BYTE_ARRAY String
          message BYTE_ARRAY String
          source BYTE_ARRAY String
          id BYTE_ARRAY String null
          fingerprint BYTE_ARRAY String
          origin_file BYTE_ARRAY String null
          origin_line INT64 null
        duplicates
          file BYTE_ARRAY String
          line INT64
          byte_offset INT64
          survivor_file BYTE_ARRAY String
          survivor_line INT64
          survivor_byte_offset INT64
          method BYTE_ARRAY String
          similarity DOUBLE
          group BYTE_ARRAY String null
          digest BYTE_ARRAY String null
          id BYTE_ARRAY String null
          survivor_id BYTE_ARRAY String null
        labels
          label BYTE_ARRAY String
          stage BYTE_ARRAY String
          split BYTE_ARRAY String null
          records INT64
          share DOUBLE
          variants BYTE_ARRAY String null
        summary
          metric BYTE_ARRAY String
          scope BYTE_ARRAY String
          value DOUBLE
        variants
          shard BYTE_ARRAY String
          shard_line INT64
          parent_file BYTE_ARRAY String
          parent_line INT64
          template BYTE_ARRAY String
          seed BYTE_ARRAY String
          label BYTE_ARRAY String null
          tokens INT64 null
          digest BYTE_ARRAY String null
        pii
          file BYTE_ARRAY String
          line INT64
          byte_offset INT64
          pointer BYTE_ARRAY String
          kind BYTE_ARRAY String
          length INT64
          action BYTE_ARRAY String
        repairs
          file BYTE_ARRAY String
          line INT64
          code BYTE_ARRAY String
          safety BYTE_ARRAY String
          title BYTE_ARRAY String
          pointer BYTE_ARRAY String
          begin INT64
          end INT64
          bytes_after INT64
          line_removed INT64
          before BYTE_ARRAY String null
          after BYTE_ARRAY String null
    "#]]
    .assert_eq(&tables.concat());
}

#[test]
fn file_metadata() {
    let (_directory, path) = scratch();
    TableWriter::create::<RecordColumns<'_>>(&path, ()).unwrap().finish().unwrap();
    let metadata = metadata(&path);
    let footer = metadata.file_metadata();
    assert_eq!(footer.created_by(), Some(concat!("bedload ", env!("CARGO_PKG_VERSION"))));
    let (seal, pairs) = footer.key_value_metadata().unwrap().split_last().unwrap();
    assert_eq!((seal.key.as_str(), seal.value.as_ref().unwrap().len()), ("bedload.seal", 16));
    let pairs = pairs.iter().map(|pair| format!("{}={}", pair.key, pair.value.as_ref().unwrap()));
    expect![[r#"
        bedload.table=records
        bedload.schema=1"#]]
    .assert_eq(&pairs.collect::<Vec<_>>().join("\n"));
}
