//! No circle of files leads from a room to another and back.

use std::collections::{BTreeMap, VecDeque};

use crate::{finding::Finding, house::House, linked::Link};

/// The room of a file: its crate with the folder, or the file, that lies in `src`; in `store` a
/// subject's folder is a room of its own.
fn room<'a>(house: &House, path: &'a str) -> &'a str {
    let folder = house.crate_of(path).map_or("", |krate| &krate.folder);
    let start = folder.len() + "src/".len();
    let Some(within) = path.get(start..) else {
        return path;
    };
    let mut parts = within.match_indices('/').map(|(at, _)| start + at);
    match (parts.next(), parts.next()) {
        (Some(_), Some(subject)) if within.starts_with("store/") => &path[..subject],
        (Some(room), _) => &path[..room],
        (None, _) => path.trim_end_matches(".rs"),
    }
}

/// Of each two rooms at most one needs the other, so each can be read, and moved, after what it
/// needs. A module and what it is put together from count as one way: `lib.rs` names its modules.
pub fn no_circles(house: &House) -> Vec<Finding> {
    let mut edges: BTreeMap<(&str, &str), &Link> = BTreeMap::new();
    for link in house.links() {
        let Some(target) = &link.target else { continue };
        let inward = link.defined.starts_with(&link.from);
        if !link.test && !inward && *target != link.file {
            edges.entry((&link.file, target)).or_insert(link);
        }
    }
    let mut names: Vec<&str> = edges.keys().flat_map(|(from, to)| [*from, *to]).collect();
    names.sort_unstable();
    names.dedup();
    let number = |name| names.binary_search(&name).unwrap_or_default();
    let mut next = vec![Vec::new(); names.len()];
    for (from, to) in edges.keys() {
        next[number(from)].push(number(to));
    }
    let ways: Vec<_> = (0..names.len()).map(|from| ways(&next, from)).collect();
    let mut found = Vec::new();
    let mut told = vec![false; names.len()];
    for from in 0..names.len() {
        let circle = |to: &usize| ways[from][*to].is_some() && ways[*to][from].is_some();
        let others: Vec<_> = (0..names.len()).filter(circle).collect();
        let own = room(house, names[from]);
        let Some(&other) = others.iter().find(|to| room(house, names[**to]) != own) else {
            continue;
        };
        if told[from] {
            continue;
        }
        others.iter().for_each(|&to| told[to] = true);
        let mut steps = way(&ways[from], from, other);
        steps.extend(way(&ways[other], other, from));
        let told: Vec<_> = steps.iter().map(|&step| names[step]).collect();
        let first = edges[&(names[from], told[0])];
        let what = format!("a circle of rooms: {} → {}", names[from], told.join(" → "));
        found.push(Finding::at(names[from], first.line, what));
    }
    found
}

/// To each file that can be reached, the one before it on the shortest way.
fn ways(next: &[Vec<usize>], from: usize) -> Vec<Option<usize>> {
    let mut before = vec![None; next.len()];
    let mut queue = VecDeque::from([from]);
    while let Some(at) = queue.pop_front() {
        for &to in &next[at] {
            if before[to].is_none() {
                before[to] = Some(at);
                queue.push_back(to);
            }
        }
    }
    before
}

/// The steps from a file to another, the first left out.
fn way(before: &[Option<usize>], from: usize, to: usize) -> Vec<usize> {
    let mut steps = vec![to];
    let mut at = to;
    while let Some(last) = before[at].filter(|last| *last != from) {
        steps.push(last);
        at = last;
    }
    steps.reverse();
    steps
}
