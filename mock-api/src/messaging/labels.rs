//! Labels: tags of destinations, tenant-wide. No modelled operation shows them.

use std::collections::BTreeSet;

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};

use super::model::Peer;

/// The most labels of a tenant; further ones are not made.
const MAX_LABELS: usize = 1_000;
/// The most destinations of a label; further ones are not tagged.
const MAX_TAGGED: usize = 10_000;

/// By tenant, then by name, the destinations that are tagged.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct Labels {
    by_tenant: IndexMap<String, IndexMap<String, BTreeSet<String>>>,
}

impl Labels {
    pub(super) fn remove_tenant(&mut self, tenant: &str) {
        self.by_tenant.shift_remove(tenant);
    }

    /// Tags a destination; a label that is not there is made.
    pub(super) fn tag(&mut self, tenant: &str, labels: &[String], to: &Peer) {
        if labels.is_empty() {
            return;
        }
        let known = self.by_tenant.entry(tenant.to_owned()).or_default();
        for label in labels {
            if known.len() >= MAX_LABELS && !known.contains_key(label) {
                continue;
            }
            let tagged = known.entry(label.clone()).or_default();
            if tagged.len() < MAX_TAGGED {
                tagged.insert(to.shown());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    // facts: MSG-SEND-073
    #[test]
    fn labels_are_made_once_and_not_without_end() {
        let mut labels = Labels::default();
        let (ana, caio) = (Peer::Phone("5511988887777".to_owned()), Peer::Group("1@g.us".to_owned()));
        labels.tag("t", &["vip".to_owned(), "novo".to_owned()], &ana);
        labels.tag("t", &["vip".to_owned()], &caio);
        assert_eq!(
            labels.by_tenant["t"]["vip"],
            BTreeSet::from(["+5511988887777".to_owned(), "1@g.us".to_owned()])
        );
        assert_eq!(labels.by_tenant["t"]["novo"].len(), 1);
        let many: Vec<_> = (0..=MAX_LABELS).map(|index| index.to_string()).collect();
        labels.tag("t", &many, &ana);
        assert_eq!(labels.by_tenant["t"].len(), MAX_LABELS);
    }
}
