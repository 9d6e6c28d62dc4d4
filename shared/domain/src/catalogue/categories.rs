//! Google's product taxonomy of 2021-09-21, all 5,595 categories by number, read once from
//! `shared/domain/data/categories.tsv` (<https://support.google.com/merchants/answer/6324436>).

use std::{collections::HashMap, sync::LazyLock};

static PATHS: LazyLock<HashMap<u32, &'static str>> = LazyLock::new(|| {
    let lines = include_str!("../../data/categories.tsv").lines();
    let entry = |line: &'static str| {
        let (id, path) = line.split_once('\t')?;
        Some((id.parse().ok()?, path))
    };
    lines.filter_map(entry).collect()
});

/// The path of a category (`Furniture > Chairs`); `None` for a number that is none.
pub fn path(id: u32) -> Option<&'static str> {
    PATHS.get(&id).copied()
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;
    use crate::people::interests;

    #[test]
    fn every_category_has_one_number_and_its_parent_and_interests_are_made_of_them() {
        let lines = include_str!("../../data/categories.tsv").lines().count();
        assert_eq!(PATHS.len(), lines);
        let known: HashSet<_> = PATHS.values().copied().collect();
        assert_eq!(known.len(), lines);
        for path in &known {
            let parent = path.rsplit_once(" > ").map(|(parent, _)| parent);
            assert!(parent.is_none_or(|parent| known.contains(parent)), "{path}");
        }
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
