//! Tables against what they hold: rows that arrow writes, and a naive walk over the same rows.

use std::fs::File;
use std::io::{Read, Seek, Write};
use std::sync::Arc;
use std::sync::atomic::AtomicU64;

use arrow::array::builder::{
    Decimal128Builder, Float64Builder, Int32Builder, Int64Builder, ListBuilder, MapBuilder, StringBuilder,
    StringDictionaryBuilder, StructBuilder, TimestampMicrosecondBuilder,
};
use arrow::array::{ArrayRef, BinaryArray, Date32Array, Float32Array, RecordBatch, UInt64Array};
use arrow::datatypes::{DataType, Field, Fields, Int32Type};
use expect_test::{Expect, expect};
use parquet::arrow::ArrowWriter;
use parquet::basic::{Compression, ZstdLevel};
use parquet::file::properties::WriterProperties;
use proptest::prelude::*;
use serde_json::{Map, Value, json};

use crate::{DelimitedLines, ParquetLines};

#[derive(Clone, Debug)]
struct Turn {
    role: Option<String>,
    weight: Option<i32>,
}

#[derive(Clone, Debug)]
struct Row {
    text: Option<String>,
    number: Option<i64>,
    real: Option<i32>,
    kind: Option<u8>,
    price: Option<i64>,
    turns: Option<Vec<Option<Turn>>>,
    nested: Option<Vec<Option<Vec<Option<i64>>>>>,
    tags: Option<Vec<Option<i64>>>,
}

const KINDS: [&str; 3] = ["good", "bad", "né\n"];

impl Row {
    /// The row as JSON, by the stated forms alone.
    fn naive(&self) -> Value {
        let mut object = Map::new();
        let mut put = |key: &str, value: Option<Value>| value.map(|value| object.insert(key.into(), value));
        put("text", self.text.clone().map(Value::from));
        put("number", self.number.map(Value::from));
        put("real", self.real.map(|n| (f64::from(n) / 8.0).into()));
        put("kind", self.kind.map(|n| KINDS[n as usize].into()));
        put("price", self.price.map(|n| (n as f64 / 4.0).into()));
        let turn = |turn: &Turn| {
            let mut object = Map::new();
            turn.role.clone().map(|role| object.insert("role".into(), role.into()));
            turn.weight.map(|weight| object.insert("weight".into(), weight.into()));
            Value::Object(object)
        };
        put(
            "turns",
            self.turns.as_ref().map(|t| {
                t.iter()
                    .map(|t| t.as_ref().map(turn))
                    .collect::<Vec<_>>()
                    .into_iter()
                    .map(|t| t.unwrap_or(Value::Null))
                    .collect()
            }),
        );
        put("nested", self.nested.as_ref().map(|nested| json!(nested)));
        let tags = |tags: &Vec<Option<i64>>| {
            tags.iter().enumerate().map(|(n, tag)| (format!("k{n}"), json!(tag))).collect::<Map<_, _>>()
        };
        put("tags", self.tags.as_ref().map(|t| Value::Object(tags(t))));
        Value::Object(object)
    }
}

fn rows() -> impl Strategy<Value = Vec<Row>> {
    let option = proptest::option::of::<BoxedStrategy<i64>>;
    let list = move || proptest::collection::vec(option(any::<i64>().boxed()), 0..4);
    let turn = (proptest::option::of(".{0,6}"), proptest::option::of(any::<i32>()))
        .prop_map(|(role, weight)| Turn { role, weight });
    let turns = proptest::collection::vec(proptest::option::of(turn), 0..4);
    let row = (
        proptest::option::of("[a-c\"\\\\\n\u{1}é😀]{0,9}"),
        option(any::<i64>().boxed()),
        proptest::option::of(any::<i32>()),
        proptest::option::of(0..3_u8),
        option((-(1_i64 << 40)..(1 << 40)).boxed()),
        proptest::option::of(turns),
        proptest::option::of(proptest::collection::vec(proptest::option::of(list()), 0..4)),
        proptest::option::of(list()),
    );
    let row = row.prop_map(|(text, number, real, kind, price, turns, nested, tags)| Row {
        text,
        number,
        real,
        kind,
        price,
        turns,
        nested,
        tags,
    });
    proptest::collection::vec(row, 0..60)
}

fn batch(rows: &[Row]) -> RecordBatch {
    let (mut text, mut number, mut real) = (StringBuilder::new(), Int64Builder::new(), Float64Builder::new());
    let mut kind = StringDictionaryBuilder::<Int32Type>::new();
    let mut price = Decimal128Builder::new().with_precision_and_scale(20, 2).unwrap();
    let fields = Fields::from(vec![
        Field::new("role", DataType::Utf8, true),
        Field::new("weight", DataType::Int32, true),
    ]);
    let mut turns = ListBuilder::new(StructBuilder::from_fields(fields, 0));
    let mut nested = ListBuilder::new(ListBuilder::new(Int64Builder::new()));
    let mut tags = MapBuilder::new(None, StringBuilder::new(), Int64Builder::new());
    for row in rows {
        text.append_option(row.text.as_ref());
        number.append_option(row.number);
        real.append_option(row.real.map(|n| f64::from(n) / 8.0));
        kind.append_option(row.kind.map(|n| KINDS[n as usize]));
        price.append_option(row.price.map(|n| i128::from(n) * 25));
        for turn in row.turns.iter().flatten() {
            let fields = turns.values();
            let (role, weight) = turn.as_ref().map_or((None, None), |t| (t.role.as_ref(), t.weight));
            fields.field_builder::<StringBuilder>(0).unwrap().append_option(role);
            fields.field_builder::<Int32Builder>(1).unwrap().append_option(weight);
            fields.append(turn.is_some());
        }
        turns.append(row.turns.is_some());
        for list in row.nested.iter().flatten() {
            list.iter().flatten().for_each(|n| nested.values().values().append_option(*n));
            nested.values().append(list.is_some());
        }
        nested.append(row.nested.is_some());
        for (n, tag) in row.tags.iter().flatten().enumerate() {
            tags.keys().append_value(format!("k{n}"));
            tags.values().append_option(*tag);
        }
        tags.append(row.tags.is_some()).unwrap();
    }
    RecordBatch::try_from_iter_with_nullable(vec![
        ("text", Arc::new(text.finish()) as ArrayRef, true),
        ("number", Arc::new(number.finish()), true),
        ("real", Arc::new(real.finish()), true),
        ("kind", Arc::new(kind.finish()), true),
        ("price", Arc::new(price.finish()), true),
        ("turns", Arc::new(turns.finish()), true),
        ("nested", Arc::new(nested.finish()), true),
        ("tags", Arc::new(tags.finish()), true),
    ])
    .unwrap()
}

fn written(batch: &RecordBatch, group_rows: usize, compression: Compression) -> File {
    let mut file = tempfile::tempfile().unwrap();
    let properties = WriterProperties::builder()
        .set_max_row_group_row_count(Some(group_rows))
        .set_data_page_size_limit(64)
        .set_write_batch_size(8)
        .set_compression(compression);
    let mut writer = ArrowWriter::try_new(&mut file, batch.schema(), Some(properties.build())).unwrap();
    writer.write(batch).unwrap();
    writer.close().unwrap();
    file
}

fn read(file: File) -> std::io::Result<String> {
    let mut text = String::new();
    ParquetLines::new(file, Arc::new(AtomicU64::new(0)))?.read_to_string(&mut text)?;
    Ok(text)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn rows_of_parquet_are_what_a_naive_walk_gives(rows in rows(), group_rows in 1_usize..40, codec in 0..4_usize) {
        let codec = [
            Compression::UNCOMPRESSED,
            Compression::SNAPPY,
            Compression::ZSTD(ZstdLevel::default()),
            Compression::LZ4_RAW,
        ][codec];
        let text = read(written(&batch(&rows), group_rows, codec)).unwrap();
        let lines: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        let expected: Vec<Value> = rows.iter().map(Row::naive).collect();
        prop_assert_eq!(lines, expected);
    }

    #[test]
    fn rows_of_csv_are_the_fields_that_were_written(
        rows in proptest::collection::vec(proptest::collection::vec("[ab,\"\r\n\té]{0,5}", 3), 0..20),
        separator in proptest::sample::select(vec![b',', b'\t', b';']),
        end in proptest::sample::select(vec!["\n", "\r\n"]),
    ) {
        let by = (separator as char).to_string();
        let quoted = |field: &String| format!("\"{}\"", field.replace('"', "\"\""));
        let line = |row: &Vec<String>| row.iter().map(quoted).collect::<Vec<_>>().join(&by);
        let mut text = format!("x{by}y{by}z{end}");
        rows.iter().for_each(|row| text += &format!("{}{end}", line(row)));
        let mut lines = String::new();
        DelimitedLines::new(text.as_bytes(), separator).read_to_string(&mut lines).unwrap();
        let lines: Vec<Value> = lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        let expected: Vec<Value> =
            rows.iter().map(|row| json!({ "x": row[0], "y": row[1], "z": row[2] })).collect();
        prop_assert_eq!(lines, expected);
    }
}

#[test]
fn each_type_has_its_form() {
    let mut times = TimestampMicrosecondBuilder::new();
    times.append_value(1_700_000_000_123_000);
    let times = times.finish();
    let batch = RecordBatch::try_from_iter(vec![
        ("unsigned", Arc::new(UInt64Array::from(vec![u64::MAX])) as ArrayRef),
        ("single", Arc::new(Float32Array::from(vec![0.1]))),
        ("day", Arc::new(Date32Array::from(vec![19_782]))),
        ("local", Arc::new(times.clone())),
        ("zoned", Arc::new(times.with_timezone("Europe/Berlin"))),
        ("bytes", Arc::new(BinaryArray::from_vec(vec![b"\0\xff"]))),
    ]);
    let line = read(written(&batch.unwrap(), 10, Compression::UNCOMPRESSED)).unwrap();
    expect![[r#"
        {"unsigned":18446744073709551615,"single":0.1,"day":"2024-02-29","local":"2023-11-14T22:13:20.123000","zoned":"2023-11-14T22:13:20.123000Z","bytes":"AP8="}
    "#]]
    .assert_eq(&line);
}

#[test]
fn who_asks_for_no_more_than_the_first_rows_has_little_read() {
    let text = |n: usize| (n * 7919 % 1_000_003).to_string().repeat(60);
    let numbers: ArrayRef = Arc::new(arrow::array::StringArray::from_iter_values((0..3000).map(text)));
    let batch = RecordBatch::try_from_iter([("text", numbers)]).expect("a batch");
    let file = written(&batch, 1000, Compression::UNCOMPRESSED);
    let len = file.metadata().expect("a file").len();
    let n_raw = Arc::new(AtomicU64::new(0));
    let mut lines = ParquetLines::new(file, Arc::clone(&n_raw)).expect("a table");
    let pool = rayon::ThreadPoolBuilder::new().num_threads(4).build().expect("threads");
    pool.install(|| lines.read_exact(&mut [0; 50])).expect("a row");
    let n_first = n_raw.load(std::sync::atomic::Ordering::Relaxed);
    assert!(n_first < len / 2, "{n_first} of {len} bytes");
    let mut rest = String::new();
    pool.install(|| lines.read_to_string(&mut rest)).expect("rows");
    assert_eq!(rest.lines().count(), 3000);
    assert!(n_raw.load(std::sync::atomic::Ordering::Relaxed) >= len * 9 / 10);
}

#[test]
fn a_number_that_is_not_finite_is_named_with_its_row_and_column() {
    let numbers: ArrayRef = Arc::new(Float32Array::from(vec![1.0, 2.0, f32::NAN, 4.0]));
    let batch = RecordBatch::try_from_iter(vec![("score", numbers)]).unwrap();
    let mut text = Vec::new();
    let file = written(&batch, 2, Compression::UNCOMPRESSED);
    let mut lines = ParquetLines::new(file, Arc::new(AtomicU64::new(0))).unwrap();
    let error = lines.read_to_end(&mut text).unwrap_err();
    assert_eq!(text, b"{\"score\":1.0}\n{\"score\":2.0}\n", "the rows before it are sound");
    expect![[r#"
        row 3, column `score`: the number is not finite, and JSON has no form for that
        hint: remove or replace the value where the file is written"#]]
    .assert_eq(&error.to_string());
}

#[test]
fn a_damaged_parquet_file_is_never_taken_for_a_shorter_one() {
    let row = |n: i64| Row {
        text: Some(format!("text {n}")),
        number: Some(n),
        real: None,
        kind: None,
        price: None,
        turns: None,
        nested: None,
        tags: None,
    };
    let rows: Vec<Row> = (0..50).map(row).collect();
    let mut whole = Vec::new();
    let mut file = written(&batch(&rows), 20, Compression::SNAPPY);
    file.rewind().unwrap();
    file.read_to_end(&mut whole).unwrap();
    let text = read(file).unwrap();
    for n in 0..whole.len() {
        let mut cut = tempfile::tempfile().unwrap();
        cut.write_all(&whole[..n]).unwrap();
        assert!(read(cut).is_err(), "cut at {n}");
        let mut bytes = whole.clone();
        bytes[n] ^= 0x55;
        let mut flipped = tempfile::tempfile().unwrap();
        flipped.write_all(&bytes).unwrap();
        // Without checksums a changed letter is another text, but no row may get lost without an error.
        if let Ok(other) = read(flipped) {
            assert_eq!(other.lines().count(), text.lines().count(), "byte {n}");
        }
    }
}

fn check_csv(text: impl AsRef<[u8]>, expect: Expect) {
    let mut lines = Vec::new();
    let read = DelimitedLines::new(text.as_ref(), b',').read_to_end(&mut lines);
    let mut said = String::from_utf8(lines).unwrap();
    if let Err(error) = read {
        said += &error.to_string();
    }
    expect.assert_eq(&said);
}

#[test]
fn csv_is_read_strictly() {
    check_csv(
        "\u{feff}a,\"b \"\"c\"\"\"\r\n1,\"x\ny\"\r\n\r\n 5\" ,\n",
        expect![[r#"
        {"a":"1","b \"c\"":"x\ny"}
        {"a":" 5\" ","b \"c\"":""}
    "#]],
    );
    check_csv(
        "a,b\n1,2\n3\n",
        expect![[r#"
        {"a":"1","b":"2"}
        row 2: 1 field, but 2 columns
        hint: each row needs one field per column; a separator inside a field needs quotation marks around it"#]],
    );
    check_csv(
        "a,b\n1,\"2\n3,4\n",
        expect![[r#"
        row 1: a quotation mark is never closed
        hint: put quotation marks around the whole field, and write those inside it twice"#]],
    );
    check_csv(
        "a\n\"1\" 2\n",
        expect![[r#"
        row 1, field 1: text follows a quotation mark
        hint: put quotation marks around the whole field, and write those inside it twice"#]],
    );
    check_csv(
        "a,b,a\n",
        expect![[r#"
        two columns are called `a`
        hint: the first row must name each column once: add a header row, or rename columns"#]],
    );
    check_csv(
        "a,b\r1,2\r",
        expect![[r#"
        the lines end with CR alone, which ends no row
        hint: write other line ends: `tr '\r' '\n' < FILE`"#]],
    );
    check_csv(
        "\"a\rb\"\n1\n",
        expect![[r#"
        {"a\rb":"1"}
    "#]],
    );
    check_csv(
        "a,\n",
        expect![[r#"
        column 2 has no name
        hint: the first row must name each column once: add a header row, or rename columns"#]],
    );
    check_csv(
        b"a\nx\n\xe9\n",
        expect![[r#"
        {"a":"x"}
        row 2, column `a`: the text is not UTF-8
        hint: convert the file with `iconv -t UTF-8`, from the encoding that it has"#]],
    );
    check_csv(
        "",
        expect![[r#"
        the table is empty
        hint: the first row must name the columns"#]],
    );
}
