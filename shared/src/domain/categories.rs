//! Google product categories by number: those at the top, those that interests are made of, and
//! what lies just below them; read once from `shared/data/categories.tsv`.

use std::{collections::HashMap, sync::LazyLock};

static PATHS: LazyLock<HashMap<u32, &'static str>> = LazyLock::new(|| {
    let lines = include_str!("../../data/categories.tsv").lines();
    let entry = |line: &'static str| {
        let (id, path) = line.split_once('\t')?;
        Some((id.parse().ok()?, path))
    };
    lines.filter_map(entry).collect()
});

/// The path of a category (`Furniture > Chairs`); `None` for a number that is not among them.
pub fn path(id: u32) -> Option<&'static str> {
    PATHS.get(&id).copied()
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;
    use crate::domain::interests;

    #[test]
    fn every_interest_s_category_has_a_number_and_every_number_one_path() {
        let lines = include_str!("../../data/categories.tsv").lines().count();
        assert_eq!(PATHS.len(), lines);
        let known: HashSet<_> = PATHS.values().copied().collect();
        assert_eq!(known.len(), lines);
        let groups = interests::groups().iter();
        for interest in groups.flat_map(|group| &group.interests) {
            for category in &interest.categories {
                assert!(known.contains(category.as_str()), "{category}");
            }
        }
        assert_eq!(path(166), Some("Apparel & Accessories"));
        assert_eq!(path(0), None);
    }
}
