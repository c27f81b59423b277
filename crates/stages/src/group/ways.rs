//! The ways to group records from several sources, each of which has its own.

use super::{GroupBy, GroupBys};

/// All ways of a run, each once, and which of them each source has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ways {
    all: GroupBys,
    /// For each source, and last for records of none: by way.
    of_source: Vec<Vec<bool>>,
}

impl Ways {
    /// The ways of some sources: each has its own, or else those of the run. `is_in_use` tells whether there are records
    /// that those of the run group: what groups no record is no way.
    pub fn new(run: &GroupBys, own: &[Option<&GroupBys>], is_in_use: bool) -> Self {
        let mut all: Vec<GroupBy> = Vec::new();
        let each = || own.iter().map(|own| own.unwrap_or(run)).chain([run]);
        for ways in each().take(own.len()).chain(is_in_use.then_some(run)) {
            let more = ways.each().iter().filter(|&way| *way != GroupBy::Record);
            for way in more {
                if !all.contains(way) {
                    all.push(way.clone());
                }
            }
        }
        // As a configuration says that prompts do not group.
        if !all.contains(&GroupBy::Prompt) {
            all.push(GroupBy::Record);
        }
        let has = |ways: &GroupBys| all.iter().map(|way| ways.each().contains(way)).collect();
        let of_source = each().map(has).collect();
        Self { all: GroupBys(all), of_source }
    }

    /// Each way, in the order of the keys.
    pub fn all(&self) -> &GroupBys {
        &self.all
    }

    /// Returns true if a way groups the records of a source.
    pub fn has(&self, source: Option<usize>, kind: usize) -> bool {
        self.of_source(source)[kind]
    }

    /// Which ways group the records of a source; none where all do.
    pub fn of(&self, source: Option<usize>) -> Option<&[bool]> {
        Some(self.of_source(source)).filter(|has| has.contains(&false))
    }

    fn of_source(&self, source: Option<usize>) -> &[bool] {
        &self.of_source[source.unwrap_or(self.of_source.len() - 1)]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(names: &[&str]) -> GroupBys {
        GroupBys::read(names).expect("ways")
    }

    fn names(ways: &Ways) -> Vec<&str> {
        ways.all().each().iter().map(GroupBy::as_str).collect()
    }

    #[test]
    fn each_source_has_its_own_ways_and_each_way_comes_once() {
        let (run, a, b) = (read(&["/user"]), read(&["/conversation", "/user"]), read(&["record", "/ticket"]));
        let ways = Ways::new(&run, &[Some(&a), None, Some(&b)], true);
        assert_eq!(names(&ways), ["prompt", "/conversation", "/user", "/ticket"]);
        assert_eq!(ways.of(Some(0)), Some(&[true, true, true, false][..]));
        assert_eq!(ways.of(Some(1)), Some(&[true, false, true, false][..]));
        assert_eq!(ways.of(Some(2)), Some(&[false, false, false, true][..]));
        assert_eq!(ways.of(None), ways.of(Some(1)));
        assert!(ways.has(Some(2), 3) && !ways.has(None, 3));
    }

    #[test]
    fn what_groups_no_record_is_no_way() {
        let (run, own) = (GroupBys::default(), read(&["record"]));
        assert_eq!(names(&Ways::new(&run, &[Some(&own)], false)), ["record"]);
        assert_eq!(names(&Ways::new(&run, &[Some(&own)], true)), ["prompt"]);
        let of_run = Ways::new(&run, &[], true);
        assert_eq!((of_run.all(), of_run.of(None)), (&run, None));
        let of_run = Ways::new(&own, &[], true);
        assert_eq!((of_run.all(), of_run.of(None)), (&own, None));
    }
}
