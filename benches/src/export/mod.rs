//! A scenario for the tools of others.

mod locust;

pub use locust::locustfile;
