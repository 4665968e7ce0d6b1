//! What is near to something that was not found, by edit distance.

use http::Method;
use strsim::levenshtein;

use crate::api::routes;

/// How many are named.
const SHOWN: usize = 3;
/// How much of a text is compared: the distance takes time in proportion to its square.
const COMPARED: usize = 200;
/// What a missing part of a path counts.
const MISSING: usize = 8;

/// The nearest of some names.
pub(crate) fn nearest(asked: &str, names: impl Iterator<Item = String>) -> Vec<String> {
    let asked: String = asked.chars().take(COMPARED).collect();
    shortest(names.map(|name| (levenshtein(&asked, &name), name)).collect())
}

fn shortest(mut names: Vec<(usize, String)>) -> Vec<String> {
    names.sort();
    names.dedup();
    names.into_iter().take(SHOWN).map(|(_, name)| name).collect()
}

/// The operations whose path is nearest.
pub(super) fn nearest_operations(method: &Method, path: &str) -> Vec<String> {
    let path: String = path.chars().take(COMPARED).collect();
    let asked: Vec<_> = parts(&path).collect();
    let distance = |route: &crate::call::Route| {
        let parts: Vec<_> = parts(route.path).collect();
        let missing = parts.len().abs_diff(asked.len()) * MISSING;
        let differing: usize = asked.iter().zip(&parts).map(|(asked, part)| apart(asked, part)).sum();
        missing + differing + usize::from(method.as_str() != route.method)
    };
    shortest(routes().map(|route| (distance(route), route.name())).collect())
}

/// The methods that a path has, for one that has others.
pub(super) fn allowed_methods(path: &str) -> Vec<String> {
    let asked: Vec<_> = parts(path).collect();
    let fits = |route: &&crate::call::Route| {
        let mut parts = parts(route.path);
        asked.iter().all(|asked| parts.next().is_some_and(|part| apart(asked, part) == 0))
            && parts.next().is_none()
    };
    let mut methods: Vec<_> = routes().filter(fits).map(|route| route.method.to_owned()).collect();
    methods.sort();
    methods.dedup();
    methods
}

fn parts(path: &str) -> impl Iterator<Item = &str> {
    let path = path.strip_prefix("/api").unwrap_or(path);
    path.strip_prefix("/v1").unwrap_or(path).split('/').filter(|part| !part.is_empty())
}

/// A parameter takes anything.
fn apart(asked: &str, part: &str) -> usize {
    if part.starts_with('{') { 0 } else { levenshtein(asked, part) }
}
