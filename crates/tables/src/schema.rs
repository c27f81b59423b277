//! The columns of a Parquet file as the tree that a row becomes: objects, lists and values, with the levels at which
//! each is there.

use std::collections::HashSet;

use parquet::basic::{ConvertedType, LogicalType, Repetition, TimeUnit, Type as Physical};
use parquet::schema::types::Type;

use crate::{BrokenTable, json};

const TYPE_HINT: &str = "leave the column out, or cast it to another type, when the file is written";

/// A column, or what is nested in one.
#[derive(Debug)]
pub(crate) struct Node {
    /// The key with its colon, as JSON.
    pub(crate) key: Vec<u8>,
    /// The definition level from which on it is not NULL.
    pub(crate) def: i16,
    /// The first of the leaves below it, which tells what is there.
    pub(crate) leaf: usize,
    pub(crate) leaves_end: usize,
    pub(crate) shape: Shape,
}

#[derive(Debug)]
pub(crate) enum Shape {
    Value(Form),
    Object(Vec<Node>),
    List(Repeated),
    /// An object whose keys are values: a list of keys, and of what belongs to them.
    Map(Repeated, Box<Node>),
}

/// What a list repeats.
#[derive(Debug)]
pub(crate) struct Repeated {
    /// The definition level from which on there is an element.
    pub(crate) def: i16,
    /// The repetition level of the elements after the first.
    pub(crate) rep: i16,
    pub(crate) element: Box<Node>,
}

/// How a value is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    Boolean,
    Signed,
    Unsigned,
    Float,
    Half,
    Text,
    Base64,
    Uuid,
    Decimal { scale: usize },
    Date,
    Time { digits: u32 },
    Timestamp { digits: u32, is_utc: bool },
}

/// Reads the schema of a file into the object that each of its rows becomes.
pub(crate) fn row_of(schema: &Type) -> Result<Node, BrokenTable> {
    let mut n_leaves = 0;
    let shape = Shape::Object(members(schema, (0, 0), "", &mut n_leaves)?);
    if n_leaves == 0 {
        return Err(BrokenTable::new("the Parquet file has no columns", "write it again with its data"));
    }
    Ok(Node { key: Vec::new(), def: 0, leaf: 0, leaves_end: n_leaves, shape })
}

/// The definition and the repetition level above.
type Levels = (i16, i16);

fn members(group: &Type, above: Levels, path: &str, n: &mut usize) -> Result<Vec<Node>, BrokenTable> {
    let mut names = HashSet::new();
    let mut list = Vec::new();
    for field in group.get_fields() {
        let path = if path.is_empty() { field.name().to_owned() } else { format!("{path}.{}", field.name()) };
        if !names.insert(field.name()) {
            let problem = format!("two columns are called `{path}`");
            return Err(BrokenTable::new(problem, "a JSON object needs unique keys; rename one of them"));
        }
        list.push(node(field, above, &path, n)?);
    }
    Ok(list)
}

/// Reads a field; a repeated one that no list holds is a list of its own.
fn node(field: &Type, (def, rep): Levels, path: &str, n: &mut usize) -> Result<Node, BrokenTable> {
    let basic = field.get_basic_info();
    let leaf = *n;
    let repetition = if basic.has_repetition() { basic.repetition() } else { Repetition::REQUIRED };
    let (def, shape) = match repetition {
        Repetition::REPEATED => {
            let element = Box::new(present(field, (def + 1, rep + 1), path, n)?);
            (def, Shape::List(Repeated { def: def + 1, rep: rep + 1, element }))
        }
        Repetition::OPTIONAL => (def + 1, present(field, (def + 1, rep), path, n)?.shape),
        Repetition::REQUIRED => (def, present(field, (def, rep), path, n)?.shape),
    };
    Ok(Node { key: key_of(field), def, leaf, leaves_end: *n, shape })
}

fn key_of(field: &Type) -> Vec<u8> {
    let mut key = Vec::new();
    json::string(field.name(), &mut key);
    key.push(b':');
    key
}

/// Reads a field that is there at these levels.
fn present(field: &Type, levels: Levels, path: &str, n: &mut usize) -> Result<Node, BrokenTable> {
    let leaf = *n;
    let shape = if field.is_primitive() {
        *n += 1;
        Shape::Value(form(field, path)?)
    } else {
        match field.get_basic_info().converted_type() {
            ConvertedType::LIST => list(field, levels, path, n)?,
            ConvertedType::MAP | ConvertedType::MAP_KEY_VALUE => map(field, levels, path, n)?,
            _ if is_variant(field) => return Err(unsupported(path, "VARIANT")),
            _ => Shape::Object(members(field, levels, path, n)?),
        }
    };
    Ok(Node { key: key_of(field), def: levels.0, leaf, leaves_end: *n, shape })
}

fn is_variant(field: &Type) -> bool {
    matches!(field.get_basic_info().logical_type_ref(), Some(LogicalType::Variant(_)))
}

fn list(field: &Type, (def, rep): Levels, path: &str, n: &mut usize) -> Result<Shape, BrokenTable> {
    let [repeated] = field.get_fields() else { return Err(unsupported(path, "LIST without elements")) };
    let levels = (def + 1, rep + 1);
    // The rules for what older writers left out, from the specification of Parquet.
    let is_element = repeated.is_primitive()
        || !matches!(repeated.get_fields(), [only] if !is_repeated(only))
        || repeated.name() == "array"
        || repeated.name() == format!("{}_tuple", field.name());
    let element = if is_element {
        present(repeated, levels, path, n)?
    } else {
        node(&repeated.get_fields()[0], levels, path, n)?
    };
    Ok(Shape::List(Repeated { def: levels.0, rep: levels.1, element: Box::new(element) }))
}

fn is_repeated(field: &Type) -> bool {
    let basic = field.get_basic_info();
    basic.has_repetition() && basic.repetition() == Repetition::REPEATED
}

fn map(field: &Type, (def, rep): Levels, path: &str, n: &mut usize) -> Result<Shape, BrokenTable> {
    let levels = (def + 1, rep + 1);
    let [entries] = field.get_fields() else { return Err(unsupported(path, "MAP without entries")) };
    let pair = if entries.is_group() { entries.get_fields() } else { &[] };
    let [key, value] = pair else { return Err(unsupported(path, "MAP without values")) };
    let key = node(key, levels, path, n)?;
    if !matches!(key.shape, Shape::Value(Form::Text)) {
        return Err(unsupported(path, "MAP with keys that are not text"));
    }
    let value = node(value, levels, path, n)?;
    Ok(Shape::Map(Repeated { def: levels.0, rep: levels.1, element: Box::new(key) }, Box::new(value)))
}

fn unsupported(path: &str, what: &str) -> BrokenTable {
    BrokenTable::new(format!("column `{path}`: the type {what} has no JSON form"), TYPE_HINT)
}

fn form(field: &Type, path: &str) -> Result<Form, BrokenTable> {
    let basic = field.get_basic_info();
    let digits = |unit: &TimeUnit| match unit {
        TimeUnit::MILLIS => 3,
        TimeUnit::MICROS => 6,
        TimeUnit::NANOS => 9,
    };
    let decimal = || usize::try_from(field.get_scale()).map(|scale| Form::Decimal { scale });
    let known = match basic.logical_type_ref() {
        Some(LogicalType::String | LogicalType::Enum | LogicalType::Json) => Some(Form::Text),
        Some(LogicalType::Uuid) => Some(Form::Uuid),
        Some(LogicalType::Float16) => Some(Form::Half),
        Some(LogicalType::Date) => Some(Form::Date),
        Some(LogicalType::Time(time)) => Some(Form::Time { digits: digits(&time.unit) }),
        Some(LogicalType::Timestamp(time)) => {
            Some(Form::Timestamp { digits: digits(&time.unit), is_utc: time.is_adjusted_to_u_t_c })
        }
        _ => None,
    };
    if let Some(form) = known {
        return Ok(form);
    }
    Ok(match (field.get_physical_type(), basic.converted_type()) {
        (_, ConvertedType::INTERVAL) => return Err(unsupported(path, "INTERVAL")),
        (_, ConvertedType::DECIMAL) => {
            decimal().map_err(|_| unsupported(path, "DECIMAL of negative scale"))?
        }
        (_, ConvertedType::UTF8 | ConvertedType::ENUM | ConvertedType::JSON) => Form::Text,
        (_, ConvertedType::DATE) => Form::Date,
        (_, ConvertedType::TIME_MILLIS) => Form::Time { digits: 3 },
        (_, ConvertedType::TIME_MICROS) => Form::Time { digits: 6 },
        (_, ConvertedType::TIMESTAMP_MILLIS) => Form::Timestamp { digits: 3, is_utc: true },
        (_, ConvertedType::TIMESTAMP_MICROS) => Form::Timestamp { digits: 6, is_utc: true },
        (
            _,
            ConvertedType::UINT_8 | ConvertedType::UINT_16 | ConvertedType::UINT_32 | ConvertedType::UINT_64,
        ) => Form::Unsigned,
        (Physical::BOOLEAN, _) => Form::Boolean,
        (Physical::INT32 | Physical::INT64, _) => Form::Signed,
        (Physical::INT96, _) => Form::Timestamp { digits: 9, is_utc: false },
        (Physical::FLOAT | Physical::DOUBLE, _) => Form::Float,
        (Physical::BYTE_ARRAY | Physical::FIXED_LEN_BYTE_ARRAY, _) => Form::Base64,
    })
}
