//! `check`: the suite itself.

use std::fs::{self, File, OpenOptions};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Args;
use conformance::{Baseline, Format, Options, Report, Selection, Stopwatch, Suite, SuiteError, Terminal};

use super::last::Last;
use super::target::{Refusal, Targets};
use super::{complain, interrupt, last, print, progress, usage};

/// Failed checks.
const FAILED: u8 = 1;
/// A target that cannot be reached.
const UNREACHABLE: u8 = 3;
/// An entry of the baseline that is no longer so.
const STALE: u8 = 4;
/// As shells tell of a program that was interrupted.
const INTERRUPTED: u8 = 130;

/// Checks the 54 tools of Pilot Status on the API over REST and on the MCP server, and holds the two against each other.
///
/// Without --api and --mcp it starts the mock (demo world, a clock that stands still) and the server in front of it, both in this process on free loopback
/// ports. `list` shows what there is to be checked, `explain CHECK` says what a check is there for.
///
/// Exit status: 0 when every check holds, 1 when one fails, 2 for a wrong command line, 3 when a target cannot be reached or is something else, 4 when only the baseline is stale,
/// 130 when it was interrupted.
#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// Only what PATTERN names: an area (calls), a family (credentials), a word in the name of a tool (message_get), a rule (on-web, wrong-type), or a check
    /// (message_get/missing-key).
    /// Repeat it, or separate by commas, for more.
    #[arg(long, value_name = "PATTERN", value_delimiter = ',')]
    only: Vec<String>,
    /// Not what PATTERN names, as of --only.
    #[arg(long, value_name = "PATTERN", value_delimiter = ',')]
    skip: Vec<String>,
    /// Ends the run behind the subject (tool or scenario) with the Nth check that fails, not counting those of the baseline; what has not been checked by
    /// then is not verified.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    max_failures: Option<u32>,
    /// Only the checks that failed in a JSON report, with its seed and cases [default: the last run in this directory, kept in .pilot-status-conformance].
    /// Its targets are taken too where they are on loopback and none is named; others have to be named again.
    #[arg(long, value_name = "FILE", num_args = 0..=1, default_missing_value = last::FILE)]
    since_failure: Option<PathBuf>,
    /// Seed of the generated arguments; a failure prints the one that shows it again [default: 0].
    #[arg(long)]
    seed: Option<u64>,
    /// Generated arguments per property; a tool has up to four properties [default: 32, or 8 for targets that run already].
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=100_000))]
    cases: Option<u32>,
    /// Writes reports: junit=FILE, json=FILE, html=FILE, markdown=FILE. Repeat it, or separate by commas, for more.
    #[arg(long, value_name = "FORMAT=FILE", value_delimiter = ',', value_parser = report)]
    report: Vec<(Format, PathBuf)>,
    /// Checks that are known to fail, with their reasons: they do not fail the run. An entry whose check passes, or that names no check, does. YAML: a map
    /// of check ids to reasons.
    #[arg(long, value_name = "FILE")]
    baseline: Option<PathBuf>,
    /// Writes what fails now to the baseline, keeps the reasons that are there, and takes out what is stale.
    #[arg(long, requires = "baseline")]
    baseline_update: bool,
    #[command(flatten)]
    pub(super) target: Targets,
}

fn report(text: &str) -> Result<(Format, PathBuf), String> {
    let (name, path) = text.split_once('=').ok_or("give FORMAT=FILE")?;
    if path.is_empty() {
        return Err("give FORMAT=FILE".to_owned());
    }
    Ok((name.parse().map_err(|error: conformance::UnknownFormat| error.to_string())?, path.into()))
}

/// How a run ends that has no report.
impl From<SuiteError> for Refusal {
    fn from(error: SuiteError) -> Self {
        match error {
            SuiteError::NothingSelected { .. } | SuiteError::Pattern(_) => Self::Usage(error.to_string()),
            _ => Self::Failed(error),
        }
    }
}

pub(crate) fn main(arguments: &Arguments) -> ExitCode {
    match run(arguments) {
        Ok(code) => code,
        Err(Refusal::Usage(error)) => usage(&error),
        Err(Refusal::Failed(error @ SuiteError::Unreachable(_))) => {
            complain(&format!(
                "{error}\nIs it running, and is the URL right? --api takes the URL without /v1, --mcp that of the endpoint, such as http://127.0.0.1:8080/mcp, and --mcp-command a program that speaks MCP over stdio."
            ));
            ExitCode::from(UNREACHABLE)
        }
        Err(Refusal::Failed(error)) => {
            complain(&error.to_string());
            ExitCode::from(FAILED)
        }
    }
}

fn run(arguments: &Arguments) -> Result<ExitCode, Refusal> {
    let baseline = arguments.baseline().map_err(Refusal::Usage)?;
    arguments.files().try_for_each(writable).map_err(Refusal::Usage)?;
    let last = arguments.since_failure.as_deref().map(last::read).transpose().map_err(Refusal::Usage)?;
    if last.as_ref().is_some_and(|last| last.failed.is_empty()) {
        print("Nothing failed in the last run: there is nothing to repeat.");
        return Ok(ExitCode::SUCCESS);
    }
    let given = &arguments.target;
    let target = last.as_ref().map_or_else(|| Ok(given.clone()), |last| last.targets(given));
    let target = target.map_err(Refusal::Usage)?;
    let options = arguments.options(&target, last, baseline.as_ref())?;
    interrupt::heed(&options.stop);
    let suite = Suite::new(options)?;
    let mut progress = progress::shown();
    let mut report = if target.own() {
        suite.run_on(|| target.start(), &mut progress)?
    } else {
        suite.run_with(vec![target.attach()?], &mut progress)?
    };
    report.command += &target.again();
    if report.outcomes.is_empty() && !report.interrupted {
        return Err(Refusal::Usage("no check is called like that; `list` shows what there is".to_owned()));
    }
    finish(arguments, baseline, report).map_err(Refusal::Usage)
}

fn finish(arguments: &Arguments, baseline: Option<Baseline>, mut report: Report) -> Result<ExitCode, String> {
    if let Some(baseline) = &baseline {
        let whole = arguments.only.is_empty()
            && arguments.skip.is_empty()
            && arguments.since_failure.is_none()
            && arguments.target.only().is_none();
        baseline.apply(&mut report, whole);
    }
    if let (Some(baseline), Some(path), true) = (baseline, &arguments.baseline, arguments.baseline_update) {
        let updated = baseline.updated(&report);
        write(path, &updated.write().map_err(|error| error.to_string())?)?;
        report.stale.clear();
        updated.apply(&mut report, false);
        print(&format!("{}: {} checks are known to fail\n", path.display(), updated.len()));
    }
    print(&Terminal(&report).to_string());
    last::keep(&report);
    for (format, path) in &arguments.report {
        write(path, &report.render(*format).map_err(|error| error.to_string())?)?;
    }
    Ok(code(&report, arguments.max_failures))
}

fn code(report: &Report, most: Option<u32>) -> ExitCode {
    let failed = report.failures().count();
    let enough = most.is_some_and(|most| failed >= most as usize);
    if report.interrupted && !enough {
        ExitCode::from(INTERRUPTED)
    } else if failed > 0 {
        ExitCode::from(FAILED)
    } else if report.stale.is_empty() {
        ExitCode::SUCCESS
    } else {
        complain("the baseline is stale: take those entries out, or run again with --baseline-update");
        ExitCode::from(STALE)
    }
}

fn write(path: &Path, text: &str) -> Result<(), String> {
    fs::write(path, text).map_err(|error| format!("failed to write {}: {error}", path.display()))
}

/// Whether a file can be written, told before the run and not behind it. What is there stays as it is, and what is not is not left behind.
fn writable(path: &Path) -> Result<(), String> {
    let tried = match fs::metadata(path) {
        // Whoever reads a pipe would take this for all that comes.
        Ok(there) if !there.is_file() && !there.is_dir() => Ok(()),
        Ok(_) => OpenOptions::new().append(true).open(path).map(drop),
        Err(_) => File::create_new(path).and_then(|_| fs::remove_file(path)),
    };
    tried.map_err(|error| format!("failed to write {}: {error}", path.display()))
}

impl Arguments {
    /// What is asked for: of what failed last, where that is to be repeated.
    fn options(
        &self,
        target: &Targets,
        last: Option<Last>,
        baseline: Option<&Baseline>,
    ) -> Result<Options, Refusal> {
        let mut selection = Selection::only(&self.only).map_err(SuiteError::from)?;
        selection = selection.skip(&self.skip).map_err(SuiteError::from)?.side(target.only());
        let (mut seed, mut cases) = (0, if target.own() { 32 } else { 8 });
        if let Some(last) = last {
            (seed, cases) = (last.seed, last.cases);
            selection = selection.ids(last.failed);
        }
        let (seed, cases) = (self.seed.unwrap_or(seed), self.cases.unwrap_or(cases));
        let (max_failures, known) = (self.max_failures, baseline.cloned().unwrap_or_default());
        let watch = Stopwatch::machine();
        Ok(Options { seed, cases, selection, max_failures, known, watch, ..Options::default() })
    }

    /// The files that are written in the end.
    fn files(&self) -> impl Iterator<Item = &Path> {
        let baseline = self.baseline.as_ref().filter(|_| self.baseline_update);
        self.report.iter().map(|(_, path)| path).chain(baseline).map(PathBuf::as_path)
    }

    /// The baseline; one that is to be written need not be there.
    fn baseline(&self) -> Result<Option<Baseline>, String> {
        let Some(path) = &self.baseline else { return Ok(None) };
        let read = match fs::read_to_string(path) {
            Ok(text) => Baseline::read(&text).map_err(|error| error.to_string()),
            Err(error) if self.baseline_update && error.kind() == std::io::ErrorKind::NotFound => {
                Ok(Baseline::default())
            }
            Err(error) => Err(error.to_string()),
        };
        read.map(Some).map_err(|error| format!("{}: {error}", path.display()))
    }
}
