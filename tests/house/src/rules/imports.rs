//! Who may name whom.

use std::collections::BTreeSet;

use crate::{
    crates::Crate,
    finding::Finding,
    house::House,
    linked::Link,
    rooms::{AROUND, IMPURE, ROOMS, SHOWN, SPEAKERS},
};

/// Where the tables are.
const TABLE: &str = "tests/house/src/rooms.rs";

/// What is named outside of tests.
fn links(house: &House) -> impl Iterator<Item = &Link> {
    house.links().iter().filter(|link| !link.test)
}

/// The room of `shared` that a path leads into.
fn room(path: &[String]) -> Option<&str> {
    match path {
        [krate, room, ..] if krate == "shared" => Some(room),
        _ => None,
    }
}

/// The rooms of `shared` that a link names: the one spelled, and the one that defines it.
fn rooms(link: &Link) -> BTreeSet<&str> {
    let handed_on = link.to.len() == 2 && link.defined != link.to;
    let spelled = room(&link.to).filter(|_| !handed_on);
    spelled.into_iter().chain(room(&link.defined)).collect()
}

fn at(link: &Link, what: impl Into<String>) -> Finding {
    Finding::at(&link.file, link.line, what)
}

/// Rooms of `shared` import what lies below them: the table says what, and nothing that is not so.
pub fn arrows(house: &House) -> Vec<Finding> {
    let (mut found, mut unknown) = (Vec::new(), BTreeSet::new());
    let mut idle: BTreeSet<_> = ROOMS
        .iter()
        .flat_map(|room| room.imports.iter().map(|to| (room.name, *to)))
        .collect();
    for link in links(house) {
        let Some(from) = room(&link.from) else {
            continue;
        };
        let Some(known) = ROOMS.iter().find(|room| room.name == from) else {
            if unknown.insert(from) {
                found.push(at(link, format!("`{from}` is no room of the table")));
            }
            continue;
        };
        for to in rooms(link) {
            idle.remove(&(from, to));
            if to != from && !known.imports.contains(&to) {
                let what = format!("`{from}` imports `{to}`: {}", known.why);
                found.push(at(link, what));
            }
        }
    }
    let idle = idle.into_iter().map(|(from, to)| {
        let what = format!("`{from}` may import `{to}` and does not");
        Finding::of(TABLE, what)
    });
    found.extend(idle);
    found
}

/// The domain's rules are pure: no AWS, no HTTP, no clock, no chance.
pub fn pure_domain(house: &House) -> Vec<Finding> {
    let impure = |path: &[String]| {
        let first = path.first().map_or("", String::as_str);
        first.starts_with("aws_") || IMPURE.iter().any(|impure| path.starts_with(&owned(impure)))
    };
    let mut found: Vec<_> = links(house)
        .filter(|link| link.from.first().is_some_and(|krate| krate == "domain"))
        .filter(|link| impure(&link.to))
        .map(|link| at(link, format!("the domain names `{}`", link.to.join("::"))))
        .collect();
    for krate in house.crates().iter().filter(|krate| krate.name == "domain") {
        for (section, name, _) in krate.dependencies() {
            if section == "dependencies" && impure(&[name.replace('-', "_")]) {
                let what = format!("the domain depends on `{name}`");
                found.push(Finding::of(&krate.manifest_path(), what));
            }
        }
    }
    found
}

fn owned(path: &[&str]) -> Vec<String> {
    path.iter().map(|name| (*name).to_owned()).collect()
}

/// The function that a folder belongs to.
fn function(folder: &str) -> Option<&str> {
    folder.strip_prefix("functions/")?.split('/').next()
}

/// Functions meet in messages and items: none imports another, nor what they are tried in.
pub fn functions_apart(house: &House) -> Vec<Finding> {
    let foreign = |own: &str, name: &str, tests: bool| {
        let krate = house.crates().iter().find(|krate| krate.name == name);
        let other = krate.and_then(|krate| function(&krate.folder));
        other.is_some_and(|other| other != own) || (!tests && AROUND.contains(&name))
    };
    let mut found = Vec::new();
    for link in house.links() {
        let Some(own) = function(&link.file) else {
            continue;
        };
        let tests = link.test || house.is_test(&link.file);
        if link
            .to
            .first()
            .is_some_and(|name| foreign(own, name, tests))
        {
            found.push(at(link, format!("`{own}` names `{}`", link.to.join("::"))));
        }
    }
    for krate in house.crates() {
        let Some(own) = function(&krate.folder) else {
            continue;
        };
        for (section, name, _) in krate.dependencies() {
            if foreign(own, &name.replace('-', "_"), section == "dev-dependencies") {
                let what = format!("`{own}` depends on `{name}`");
                found.push(Finding::of(&krate.manifest_path(), what));
            }
        }
    }
    found
}

/// Whether a function answers requests: it says which, in `shared::routes!` or an `openapi()` of its own.
fn answers(house: &House, krate: &Crate) -> bool {
    house
        .under(&format!("{}src/lib.rs", krate.folder))
        .any(|(_, source)| {
            let mut functions = source.functions.iter();
            let described = functions.any(|one| one.name == "openapi" && one.of.is_none());
            described
                || source
                    .names
                    .iter()
                    .any(|name| name.path == ["shared", "routes"])
        })
}

/// A worker shows nothing to anybody: it names no room that does.
pub fn workers(house: &House) -> Vec<Finding> {
    let workers: BTreeSet<_> = house
        .crates()
        .iter()
        .filter(|krate| function(&krate.folder).is_some() && !answers(house, krate))
        .map(|krate| krate.folder.as_str())
        .collect();
    let mut found = Vec::new();
    for link in links(house) {
        let own = house.crate_of(&link.file).map(|krate| &krate.folder[..]);
        if !own.is_some_and(|folder| workers.contains(folder)) {
            continue;
        }
        let shown = rooms(link).into_iter().find(|room| SHOWN.contains(room));
        if let Some(shown) = shown {
            found.push(at(link, format!("a worker names `shared::{shown}`")));
        }
    }
    found
}

/// One room speaks to each service, so that its failures are told apart, retried and counted once;
/// whoever else names its types is in the table too. (The domain names none, by a rule of its own.)
pub fn speakers(house: &House) -> Vec<Finding> {
    let mut found = Vec::new();
    let mut idle: BTreeSet<_> = SPEAKERS
        .iter()
        .flat_map(|(sdk, rooms)| rooms.iter().map(|room| (*sdk, *room)))
        .collect();
    for link in links(house).filter(|link| house.is_deployed(&link.file)) {
        let first = |path: &[String]| path.first().cloned().unwrap_or_default();
        let (from, to) = (first(&link.from), first(&link.to));
        let Some((sdk, speakers)) = SPEAKERS.iter().find(|(sdk, _)| *sdk == to) else {
            continue;
        };
        let room = room(&link.from).unwrap_or_default();
        idle.remove(&(*sdk, room));
        if from != "domain" && !speakers.contains(&room) {
            let what = format!("`{sdk}` is named outside of {}", speakers.join(", "));
            found.push(at(link, what));
        }
    }
    let idle = idle.into_iter().map(|(sdk, room)| {
        let what = format!("`{room}` may name `{sdk}` and does not");
        Finding::of(TABLE, what)
    });
    found.extend(idle);
    found
}
