//! Keys and numbers of the demo world.

/// The account-wide key.
pub(crate) const TENANT_KEY: &str = "ps_demo_tenant";
/// The key of a Meta number without groups.
pub(crate) const META_KEY: &str = "ps_demo_meta";
/// The key of a Meta number that is an approved Official Business Account.
pub(crate) const META_OBA_KEY: &str = "ps_demo_meta_oba";
/// The key of a web number that is connected.
pub(crate) const WEB_KEY: &str = "ps_demo_web";
/// The key of a web number that is not.
pub(crate) const WEB_CLOSED_KEY: &str = "ps_demo_web_closed";
/// The account-wide key of another tenant.
pub(crate) const OTHER_TENANT_KEY: &str = "ps_other_tenant";
/// The key of its only number, a web number.
pub(crate) const OTHER_KEY: &str = "ps_other_web";
/// A number of another tenant.
pub(crate) const FOREIGN_NUMBER: &str = "num_other";

/// The number that a key belongs to.
pub(crate) fn number_of(key: &str) -> Option<&'static str> {
    match key {
        META_KEY => Some("num_meta"),
        META_OBA_KEY => Some("num_meta_oba"),
        WEB_KEY => Some("num_web"),
        WEB_CLOSED_KEY => Some("num_web_closed"),
        _ => None,
    }
}
