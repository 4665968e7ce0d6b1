//! The gate: every tool of the contract, checked on the API over REST and on the server over MCP, and the two held against each other.
//!
//! Reading order:
//!
//! 1. [`Call`], [`Answer`] and the two [`targets`]: how a tool is called, and what comes back, on either side.
//! 2. [`Rig`]: a pair of targets with the mock behind them, which can be reset and asked for a digest of its state.
//! 3. [`Subject`]: one tool with its operation, its documented example and its compiled schemas.
//! 4. [`checks`]: `definition`, `example`, `agreement`, `credential`, `refusal`, `property`; each yields [`Outcome`]s with a stable id, such as
//!    `messages_send/example/rest`.
//! 5. [`strategy`]: arguments generated from a schema, and the mutations that make them invalid.
//! 6. [`Suite`]: all of it, on several rigs at once; [`Report`]: what came of it.
//! 7. [`diff`]: two lists of tools, or two contracts, and what each change breaks.
//!
//! Checks are plain synchronous code. Each rig has a thread and a runtime of its own, which drives the targets while a check waits for an answer.
//!
//! ```no_run
//! use conformance::{Options, Suite};
//!
//! let report = Suite::new(Options::default())?.run(&mut |_, _| {})?;
//! assert!(report.passed(), "{report}");
//! # Ok::<(), conformance::SuiteError>(())
//! ```

pub mod checks;
mod compare;
pub mod diff;
mod finding;
mod recorded;
mod report;
mod rig;
pub mod strategy;
mod subject;
mod suite;
pub mod targets;

pub use finding::{CheckId, Failure, Family, Finding, Outcome, Verdict};
pub use report::{Report, Row};
pub use rig::{Control, Rig, RigError, start_mock};
pub use subject::Subject;
pub use suite::{Options, Progress, Suite, SuiteError};
pub use targets::{Answer, Call, CallError, Target};
