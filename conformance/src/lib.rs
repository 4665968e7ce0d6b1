//! The gate: every tool of the contract, checked on the API over REST and on the server over MCP, and the two held against each other.
//!
//! Reading order:
//!
//! 1. [`Call`], [`Answer`] and the two [`targets`]: how a tool is called, and what comes back, on either side.
//! 2. [`Rig`]: a pair of targets with the mock behind them, which can be reset and asked for a digest of its state.
//! 3. [`checks`], one module per [`Family`]; each yields [`Outcome`]s with a stable id, such as `messages_send/example/rest`. What a check of that name is
//!    there for says its [`Rule`].
//! 4. [`Subject`]: one tool with its operation, its documented example and its compiled schemas. What is no tool is checked in a scenario: a script that plays
//!    on a rig, and is told with the failure that it ends in.
//! 5. [`strategy`]: arguments generated from a schema, and the mutations that make them invalid.
//! 6. [`Suite`]: all of it, or what a [`Selection`] leaves, on several rigs at once; [`Report`]: what came of it.
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
//!
//! Targets of one's own; what they may be asked says a [`Permit`]:
//!
//! ```no_run
//! use conformance::{Control, Options, Permit, Rig, Suite};
//!
//! let rig = Rig::attach("http://127.0.0.1:4010", "http://127.0.0.1:8080/mcp", Control::None)?;
//! let rig = rig.permitting(Permit::Safe { writes: false, sends: Vec::new() });
//! let report = Suite::new(Options::default())?.run_with(vec![rig], &mut |_, _| {})?;
//! assert!(report.passed(), "{report}");
//! # Ok::<(), conformance::SuiteError>(())
//! ```

mod baseline;
pub mod checks;
mod compare;
mod control;
mod demo;
pub mod diff;
pub mod drift;
mod family;
mod finding;
mod granted;
mod near;
mod own;
mod pace;
mod permit;
pub mod record;
mod recorded;
mod recorder;
mod report;
mod rig;
mod rule;
mod scene;
mod selection;
mod sign_in;
pub mod strategy;
mod subject;
mod suite;
pub mod targets;
mod watch;

pub use baseline::{Baseline, BaselineError};
pub use control::{CONTROL_TOKEN, Control};
pub use demo::{ROLES, Role, Roles};
pub use family::{Family, Level};
pub use finding::{CheckId, Failure, Finding, Outcome, Step, Verdict};
pub use granted::start_server_with_sign_in;
pub use near::nearest;
pub use own::{over_stdio, start_mock};
pub use permit::Permit;
pub use report::{Format, RenderError, Report, Tally, Terminal, UnknownFormat};
pub use rig::{Rig, RigError};
pub use rule::Rule;
pub use selection::{PatternError, Selection};
pub use subject::Subject;
pub use suite::{Options, Progress, Suite, SuiteError};
pub use targets::{Answer, Call, CallError, Mcp, Revision, Target};
pub use watch::Stopwatch;
