//! The scenarios that the program brings.

/// A scenario that needs no file.
#[derive(Debug, Clone, Copy)]
pub struct Bundled {
    /// Its name.
    pub name: &'static str,
    /// Its file.
    pub text: &'static str,
}

/// All of them, made for the demo world.
pub const BUNDLED: [Bundled; 4] = [
    Bundled { name: "reads", text: include_str!("../../scenarios/reads.yaml") },
    Bundled { name: "mixed", text: include_str!("../../scenarios/mixed.yaml") },
    Bundled { name: "sends", text: include_str!("../../scenarios/sends.yaml") },
    Bundled { name: "refused", text: include_str!("../../scenarios/refused.yaml") },
];

impl Bundled {
    /// The one of that name.
    #[must_use]
    pub fn find(name: &str) -> Option<Self> {
        BUNDLED.into_iter().find(|bundled| bundled.name == name)
    }
}
