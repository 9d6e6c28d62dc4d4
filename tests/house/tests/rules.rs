//! The tree breaks no rule of the house.

use house::{House, RULES, tree};

#[test]
fn no_rule_of_the_house_is_broken() {
    let house = House::new(tree::files().iter().cloned());
    let mut broken = Vec::new();
    for rule in RULES {
        for finding in rule.broken(&house) {
            broken.push(format!("{}: {finding}", rule.name));
        }
    }
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}
