//! Templates by who owns them.

use std::collections::BTreeMap;

use fixtures::World;
use indexmap::IndexMap;
use serde::{Deserialize, Serialize};

use super::body::Body;
use super::model::{Template, Version};
use crate::numbers::Number;
use crate::tenants::Leaving;
use crate::time::Time;

/// Who owns templates: a web number its own, a WABA those of all its numbers.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) enum Owner {
    Number(String),
    /// Within a tenant, so that tenants stay apart even in a world that gives two of them one WABA.
    Waba {
        tenant: String,
        waba: String,
    },
}

impl Owner {
    pub(super) fn goes_with(&self, leaving: &Leaving) -> bool {
        match self {
            Self::Number(number) => leaving.numbers.contains(number),
            Self::Waba { tenant, .. } => *tenant == leaving.tenant,
        }
    }

    /// Who owns the templates that the number sees.
    pub(crate) fn of(number: &Number) -> Self {
        Self::new(&number.id, &number.tenant, number.waba())
    }

    fn new(number: &str, tenant: &str, waba: Option<&str>) -> Self {
        match waba {
            Some(waba) => Self::Waba { tenant: tenant.to_owned(), waba: waba.to_owned() },
            None => Self::Number(number.to_owned()),
        }
    }
}

/// The templates of one owner, oldest first.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
struct Catalogue {
    by_id: IndexMap<String, Template>,
    id_by_name: IndexMap<String, String>,
}

impl Catalogue {
    fn insert(&mut self, template: Template) {
        self.id_by_name.insert(template.name.clone(), template.id.clone());
        self.by_id.insert(template.id.clone(), template);
    }

    /// The id of the template with this id or name.
    fn resolve<'a>(&'a self, id_or_name: &'a str) -> &'a str {
        if self.by_id.contains_key(id_or_name) {
            return id_or_name;
        }
        self.id_by_name.get(id_or_name).map_or(id_or_name, String::as_str)
    }
}

/// All templates.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct Templates {
    #[serde(with = "indexmap::map::serde_seq")]
    by_owner: IndexMap<Owner, Catalogue>,
}

impl Templates {
    pub(crate) fn load(world: &World, start: Time) -> Self {
        let numbers: BTreeMap<_, _> =
            world.numbers.iter().map(|number| (number.id.as_str(), number)).collect();
        let mut templates = Self::default();
        for template in &world.templates {
            for number in template.numbers.iter().filter_map(|id| numbers.get(id.as_str())) {
                let waba = number.meta.as_ref().map(|meta| meta.waba_id.as_str());
                // Each WABA has a copy of its own: one is changed or deleted without the other.
                let owner = Owner::new(&number.id, &number.tenant, waba);
                templates.by_owner.entry(owner).or_default().insert(from_world(template, start));
            }
        }
        templates
    }

    /// The templates that a number sees, oldest first.
    pub(crate) fn of(&self, number: &Number) -> impl Iterator<Item = &Template> {
        self.by_owner.get(&Owner::of(number)).into_iter().flat_map(|catalogue| catalogue.by_id.values())
    }

    /// A template that a number sees.
    pub(crate) fn find(&self, number: &Number, id_or_name: &str) -> Option<&Template> {
        let catalogue = self.by_owner.get(&Owner::of(number))?;
        catalogue.by_id.get(catalogue.resolve(id_or_name))
    }

    pub(super) fn find_mut(&mut self, number: &Number, id_or_name: &str) -> Option<&mut Template> {
        let catalogue = self.by_owner.get_mut(&Owner::of(number))?;
        let id = catalogue.resolve(id_or_name).to_owned();
        catalogue.by_id.get_mut(&id)
    }

    /// A template of an owner, by its id.
    pub(super) fn of_owner_mut(&mut self, owner: &Owner, id: &str) -> Option<&mut Template> {
        self.by_owner.get_mut(owner)?.by_id.get_mut(id)
    }

    pub(super) fn has_name(&self, number: &Number, name: &str) -> bool {
        self.by_owner.get(&Owner::of(number)).is_some_and(|catalogue| catalogue.id_by_name.contains_key(name))
    }

    pub(super) fn insert(&mut self, number: &Number, template: Template) {
        self.by_owner.entry(Owner::of(number)).or_default().insert(template);
    }

    pub(super) fn remove(&mut self, number: &Number, id_or_name: &str) -> Option<Template> {
        let catalogue = self.by_owner.get_mut(&Owner::of(number))?;
        let id = catalogue.resolve(id_or_name).to_owned();
        let template = catalogue.by_id.shift_remove(&id)?;
        catalogue.id_by_name.shift_remove(&template.name);
        Some(template)
    }

    /// Drops the templates of a tenant's WABAs; those of its web numbers go with the numbers.
    pub(crate) fn remove_tenant(&mut self, tenant: &str) {
        self.by_owner.retain(|owner, _| !matches!(owner, Owner::Waba { tenant: of, .. } if of == tenant));
    }

    /// Takes the catalogues of another store.
    pub(crate) fn absorb(&mut self, other: Self) {
        self.by_owner.extend(other.by_owner);
    }

    /// Drops the templates of an owner that is gone for good.
    pub(crate) fn remove_owner(&mut self, owner: &Owner) {
        self.by_owner.swap_remove(owner);
    }
}

fn from_world(template: &fixtures::world::Template, start: Time) -> Template {
    Template {
        id: template.id.clone(),
        name: template.name.clone(),
        category: template.category,
        latest: Version {
            number: 1,
            body: Body::new(template.body.clone()),
            language: template.language.clone(),
            meta_status: template.meta_status,
            created_at: Time::new(template.created_at.resolve(start.timestamp())),
        },
        approved: None,
    }
}
