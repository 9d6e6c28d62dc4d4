//! The modules of crates.

use crate::{finding::Finding, house::House};

/// Every file is a module of its crate: the tests of one that nobody declares never run.
pub fn no_orphans(house: &House) -> Vec<Finding> {
    house
        .rust()
        .filter(|(file, _)| !house.is_module(&file.path))
        .map(|(file, _)| Finding::of(&file.path, "no crate has it as a module"))
        .collect()
}
