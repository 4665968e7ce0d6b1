//! Numbers that do what their provider cannot.

use crate::{Mutant, ask};

pub(crate) const MUTANTS: &[Mutant] =
    &[ask("lets any number call", "calls_list/wrong-provider/rest", |ask| {
        if ask.headers.get("x-api-key").is_some_and(|key| key == "ps_demo_web") {
            ask.headers.insert("x-api-key", "ps_demo_meta".parse().unwrap());
        }
    })];
