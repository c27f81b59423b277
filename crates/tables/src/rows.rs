//! Rows put together from their leaves: the levels of each say what is there, what is NULL, and where a list goes on.

use crate::columns::Leaf;
use crate::schema::{Node, Repeated, Shape};
use crate::{BrokenTable, values};

const VALUE_HINT: &str = "remove or replace the value where the file is written";

/// Some rows of all leaves.
pub(crate) struct Batch {
    /// The number of the first row in the file, from 1.
    pub(crate) first_row: u64,
    pub(crate) n_rows: usize,
    pub(crate) leaves: Vec<Leaf>,
}

/// How far a leaf was written.
#[derive(Clone, Copy, Default)]
struct Cursor {
    level: usize,
    value: usize,
}

struct Writer<'b> {
    leaves: &'b [Leaf],
    cursors: Vec<Cursor>,
    out: Vec<u8>,
}

/// What is wrong, and in which leaf.
struct Wrong {
    problem: &'static str,
    leaf: usize,
}

impl Batch {
    /// The rows as lines, each ended by LF; those before the first that has no JSON form, and why. They are put where
    /// others were.
    pub(crate) fn lines(
        &self,
        row: &Node,
        names: &[String],
        mut room: Vec<u8>,
    ) -> (Vec<u8>, Option<BrokenTable>) {
        let cursors = vec![Cursor::default(); self.leaves.len()];
        room.clear();
        let mut writer = Writer { leaves: &self.leaves, cursors, out: room };
        for n in 0..self.n_rows {
            let start = writer.out.len();
            if let Err(Wrong { problem, leaf }) = writer.value(row) {
                writer.out.truncate(start);
                let place = format!("row {}, column `{}`", self.first_row + n as u64, names[leaf]);
                let broken = BrokenTable::new(format!("{place}: {problem}"), VALUE_HINT);
                return (writer.out, Some(broken));
            }
            writer.out.push(b'\n');
        }
        (writer.out, None)
    }
}

impl Writer<'_> {
    fn def(&self, leaf: usize) -> Result<i16, Wrong> {
        let (levels, at) = (&self.leaves[leaf], self.cursors[leaf].level);
        match levels.def.get(at) {
            Some(&level) => Ok(level),
            None if levels.def_max == 0 => Ok(0),
            None => Err(Wrong { problem: "a row is missing; the file is damaged", leaf }),
        }
    }

    /// Writes what is there.
    fn value(&mut self, node: &Node) -> Result<(), Wrong> {
        match &node.shape {
            Shape::Value(form) => {
                let cursor = &mut self.cursors[node.leaf];
                let written =
                    values::write(&self.leaves[node.leaf].values, cursor.value, *form, &mut self.out);
                cursor.level += 1;
                cursor.value += 1;
                written.map_err(|problem| Wrong { problem, leaf: node.leaf })
            }
            Shape::Object(members) => {
                self.out.push(b'{');
                let mut is_first = true;
                for member in members {
                    if self.def(member.leaf)? < member.def {
                        self.skip(member);
                        continue;
                    }
                    if !std::mem::take(&mut is_first) {
                        self.out.push(b',');
                    }
                    self.out.extend_from_slice(&member.key);
                    self.value(member)?;
                }
                self.out.push(b'}');
                Ok(())
            }
            Shape::List(repeated) => {
                self.out.push(b'[');
                self.repeat(node, repeated, |writer| writer.value_or_null(&repeated.element))?;
                self.out.push(b']');
                Ok(())
            }
            Shape::Map(repeated, value) => {
                self.out.push(b'{');
                self.repeat(node, repeated, |writer| {
                    let leaf = repeated.element.leaf;
                    if writer.def(leaf)? < repeated.element.def {
                        return Err(Wrong { problem: "a key of a map is NULL", leaf });
                    }
                    writer.value(&repeated.element)?;
                    writer.out.push(b':');
                    writer.value_or_null(value)
                })?;
                self.out.push(b'}');
                Ok(())
            }
        }
    }

    fn value_or_null(&mut self, node: &Node) -> Result<(), Wrong> {
        if self.def(node.leaf)? >= node.def {
            return self.value(node);
        }
        self.skip(node);
        self.out.extend_from_slice(b"null");
        Ok(())
    }

    /// Writes the elements, separated by commas.
    fn repeat(
        &mut self,
        node: &Node,
        repeated: &Repeated,
        mut element: impl FnMut(&mut Self) -> Result<(), Wrong>,
    ) -> Result<(), Wrong> {
        if self.def(node.leaf)? < repeated.def {
            self.skip(node);
            return Ok(());
        }
        loop {
            element(self)?;
            let next = self.leaves[node.leaf].rep.get(self.cursors[node.leaf].level);
            if next.is_none_or(|&level| level < repeated.rep) {
                return Ok(());
            }
            self.out.push(b',');
        }
    }

    /// Passes over what is NULL, or an empty list: one level of each leaf, and no value.
    fn skip(&mut self, node: &Node) {
        for cursor in &mut self.cursors[node.leaf..node.leaves_end] {
            cursor.level += 1;
        }
    }
}
