//! What is near to something that was not found, by edit distance.

use http::Method;
use strsim::levenshtein;

use crate::api::routes;
use crate::call::Route;
use crate::error::Code;
use crate::state::State;

/// How many are named.
const SHOWN: usize = 3;
/// How much of a text is compared: the distance takes time in proportion to its square.
const COMPARED: usize = 200;
/// Among how many ids the nearest are looked for; of messages there may be a million.
const LOOKED_AT: usize = 200;
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
    let distance = |route: &Route| {
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
    let fits = |route: &&Route| {
        let mut parts = parts(route.path);
        asked.iter().all(|asked| parts.next().is_some_and(|part| apart(asked, part) == 0))
            && parts.next().is_none()
    };
    let mut methods: Vec<_> = routes().filter(fits).map(|route| route.method.to_owned()).collect();
    methods.sort();
    methods.dedup();
    methods
}

/// The ids that are like one that the code says there is not, among those that the tenant, or its number, has; without a tenant, all numbers.
pub(crate) fn nearest_ids(
    state: &State,
    code: Code,
    asked: &str,
    tenant: Option<&str>,
    number: Option<&str>,
) -> Vec<String> {
    let id = number.unwrap_or_default();
    let number = state.numbers.get(id);
    let ids: Box<dyn Iterator<Item = String>> = match code {
        Code::NumberNotFound => Box::new(state.numbers.ids(tenant).map(str::to_owned)),
        Code::MessageNotFound => Box::new(state.messaging.latest_ids(id).map(str::to_owned)),
        Code::WebhookNotFound => Box::new(state.webhooks.ids_of_tenant(tenant.unwrap_or_default())),
        Code::GroupNotFound => Box::new(state.groups.of(id).map(|group| group.id.clone())),
        Code::TemplateNotFound => {
            let templates = number.into_iter().flat_map(|number| state.templates.of(number));
            Box::new(templates.flat_map(|template| [template.id.clone(), template.name.clone()]))
        }
        _ => return Vec::new(),
    };
    nearest(asked, ids.take(LOOKED_AT))
}

/// What stands in a path where its route has its first parameter.
pub(super) fn parameter(route: &Route, path: &str) -> Option<String> {
    let at = parts(route.path).position(|part| part.starts_with('{'))?;
    parts(path).nth(at).map(str::to_owned)
}

fn parts(path: &str) -> impl Iterator<Item = &str> {
    let path = path.strip_prefix("/api").unwrap_or(path);
    path.strip_prefix("/v1").unwrap_or(path).split('/').filter(|part| !part.is_empty())
}

/// A parameter takes anything.
fn apart(asked: &str, part: &str) -> usize {
    if part.starts_with('{') { 0 } else { levenshtein(asked, part) }
}
