//! The values of facets, for people and for programs.

use std::fmt::Write;

use bedload_engine::{FacetCounts, ValueCounts};
use bedload_record::Side;
use bedload_record::plural::{count, plural};
use bedload_stages::facets::Facet;
use serde_json::{Value, json};

use super::summary::{ClassNames, HIDDEN_NAMES};
use crate::escape::escape;

/// Values that are shown of a facet; the report has them all.
const VALUES_SHOWN: usize = 12;
/// Characters of a value that are shown.
const VALUE_CHARS_SHOWN: usize = 32;

/// The most frequent values of each facet, and how even they are. `read` says whether records can be lost on the way to
/// the sides, and `names` whether labels have names.
pub(super) fn balance(out: &mut String, balance: &[FacetCounts], names: ClassNames, has_read: bool) {
    for counts in balance {
        if counts.values.is_empty() {
            let _ = writeln!(out, "  balance     {}: no record has a value", escape(&counts.facet));
            continue;
        }
        let even = counts.evenness(Side::Train);
        let _ = writeln!(
            out,
            "  balance     {}: {}, ratio {:.1}, entropy {:.2} bits",
            escape(&counts.facet),
            plural(counts.values.len() as u64, "value", "values"),
            even.ratio(),
            even.entropy
        );
        let mut values: Vec<&ValueCounts> = counts.values.iter().collect();
        values.sort_by(|a, b| b.before.cmp(&a.before).then_with(|| a.name.cmp(&b.name)));
        let n_hidden = values.len().saturating_sub(VALUES_SHOWN);
        values.truncate(VALUES_SHOWN);
        let is_hidden = names == ClassNames::Hidden && counts.facet == Facet::Label.as_str();
        let shown = |number: usize, name: &str| {
            if is_hidden {
                return format!("class {number}");
            }
            escape(name).chars().take(VALUE_CHARS_SHOWN).collect()
        };
        let mut rows: Vec<(String, &ValueCounts)> =
            (1..).zip(values).map(|(number, value)| (shown(number, &value.name), value)).collect();
        if counts.without.before > 0 {
            rows.push(("(no value)".to_owned(), &counts.without));
        }
        let width = rows.iter().map(|(name, _)| name.chars().count()).max().unwrap_or(0);
        let is_shown = |side: Side| side != Side::Test || rows.iter().any(|(_, value)| value.sides[2] > 0);
        let sides: Vec<Side> = Side::ALL.into_iter().filter(|&side| is_shown(side)).collect();
        let read = |text: &str| if has_read { format!("  {text:>9}") } else { String::new() };
        let cells = |of: &dyn Fn(Side) -> String| {
            sides.iter().fold(String::new(), |row, &side| row + &format!("  {:>10}", of(side)))
        };
        let heads = cells(&|side| side.name().to_owned());
        let _ = writeln!(out, "    {:width$}{}{heads}", "", read("read"));
        for (name, value) in &rows {
            let of_sides = cells(&|side| count(value.sides[side as usize]));
            let _ = writeln!(out, "    {name:width$}{}{of_sides}", read(&count(value.before)));
        }
        if n_hidden > 0 {
            let place = if has_read { ": report/balance.parquet" } else { "" };
            let _ = writeln!(out, "    and {n_hidden} more{place}");
        }
        if is_hidden {
            let _ = writeln!(out, "    {HIDDEN_NAMES}");
        }
    }
}

/// The same for programs, without the values, which are text of records.
pub(crate) fn balance_object(balance: &[FacetCounts], least: u64) -> Value {
    let of_facet = |counts: &FacetCounts| {
        let of_side = |side: Side| {
            let even = counts.evenness(side);
            let (values, most, least) = (even.values, even.most, even.least);
            json!({ "values": values, "most": most, "least": least, "entropy_bits": even.entropy })
        };
        json!({
            "facet": counts.facet,
            "values": counts.values.len(),
            "without": counts.without.before,
            "rare": counts.rare(least),
            "unvalidated": counts.unvalidated(),
            "train": of_side(Side::Train),
            "validation": of_side(Side::Validation),
        })
    };
    balance.iter().map(of_facet).collect()
}
