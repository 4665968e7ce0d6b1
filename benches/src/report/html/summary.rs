//! What ran, and the figures that a person asks for first.

use crate::report::figures::{MIB, millis, percent, rate};
use crate::result::{Kind, Machine, Phase, ProcessSamples, RunResult};

/// A figure.
pub(super) struct Card {
    pub(super) name: String,
    pub(super) value: String,
    pub(super) about: String,
    /// A class of the style: `passed`, `failed`, `known` or none.
    pub(super) tone: &'static str,
}

fn card(name: &str, value: String, about: String) -> Card {
    Card { name: name.to_owned(), value, about, tone: "" }
}

/// What was done, in a line.
pub(super) fn title(result: &RunResult) -> String {
    let what = format!("{} over {}", result.scenario.name, result.options.way());
    let length = seconds(result.options.duration_seconds);
    match (result.kind, result.phases.as_slice()) {
        (Kind::Ramp, [first, .., last]) => {
            format!("{what}, from {} to {} arrivals a second", rate(first.rate), rate(last.rate))
        }
        (_, [phase, ..]) => format!("{what}, {} arrivals a second for {length}", rate(phase.rate)),
        (_, []) => what,
    }
}

pub(super) fn cards(result: &RunResult) -> Vec<Card> {
    let mut cards = match result.kind {
        Kind::Ramp => ramp(result),
        Kind::Run | Kind::Soak => result.phases.iter().flat_map(at_one_rate).collect(),
    };
    cards.extend(result.processes.iter().filter_map(growth));
    cards
}

fn ramp(result: &RunResult) -> Vec<Card> {
    let held = result.highest_held.and_then(|held| {
        result.phases.iter().rev().find(|phase| phase.saturated.is_empty() && phase.rate <= held)
    });
    let last = result.phases.last();
    let beyond = match last {
        Some(phase) if phase.saturated.is_empty() => "the highest that was tried".to_owned(),
        Some(phase) => format!("{}/s did not", rate(phase.rate)),
        None => String::new(),
    };
    let (value, tone) = match held {
        Some(phase) => (format!("{}/s", rate(phase.rate)), "passed"),
        None => ("none".to_owned(), "failed"),
    };
    // Where none held, what was wrong with the one that was tried last.
    let figures = held.or(last).into_iter().flat_map(at_one_rate);
    [Card { tone, ..card("highest held", value, beyond) }].into_iter().chain(figures).collect()
}

fn at_one_rate(phase: &Phase) -> Vec<Card> {
    let (total, arrivals) = (&phase.total, &phase.arrivals);
    let all = &total.latency_micros;
    let time = |name, micros| {
        let value = if total.count == 0 { "–".to_owned() } else { format!("{} ms", millis(micros)) };
        card(name, value, String::new())
    };
    let wrong = |name, count, whole, tone, about: &str| {
        let share = format!("{:.2} % of {whole} {about}", percent(count, whole));
        Card { tone: if count > 0 { tone } else { "" }, ..card(name, count.to_string(), share) }
    };
    let throughput = card(
        "throughput",
        format!("{}/s", rate(total.throughput)),
        format!("calls as wanted; {}/s offered", rate(phase.rate)),
    );
    let none = total.failed() == total.count;
    vec![
        Card { tone: if none { "failed" } else { "" }, ..throughput },
        time("p50", all.p50),
        time("p99", all.p99),
        time("p99.9", all.p999),
        time("longest", all.max),
        wrong("failed", total.failed(), total.count, "failed", "calls"),
        wrong("dropped", arrivals.dropped, arrivals.due, "failed", "arrivals"),
        wrong("late", arrivals.late, arrivals.due, "known", "arrivals"),
    ]
}

fn growth(process: &ProcessSamples) -> Option<Card> {
    let growth = process.growth?;
    // No zero is negative.
    let round = |growth: f64| (growth * 10.0).round() / 10.0 + 0.0;
    Some(card(
        &format!("{} grows by", process.name),
        format!("{:+} MiB", round(growth.resident_bytes_per_hour / MIB)),
        format!("an hour, and {:+} descriptors", round(growth.descriptors_per_hour)),
    ))
}

pub(super) fn facts(result: &RunResult) -> Vec<(&'static str, String)> {
    let options = &result.options;
    let digest: String = result.scenario.digest.chars().take(12).collect();
    let mut facts = vec![("scenario", format!("{} (SHA-256 {digest}…)", result.scenario.name))];
    for target in &result.targets {
        let own = if target.own { " (started for the run)" } else { "" };
        facts.push(("target", format!("{} {}{own}", target.role, target.address)));
    }
    let processes = options.stdio_processes.map_or_else(String::new, |n| format!(", {n} processes a caller"));
    let arrivals = match options.arrivals {
        crate::engine::Arrivals::Constant => "evenly spread",
        crate::engine::Arrivals::Poisson => "at random (poisson)",
    };
    let (warm_up, measured) = (seconds(options.warm_up_seconds), seconds(options.duration_seconds));
    let each = if result.kind == Kind::Ramp { " a step" } else { "" };
    facts.extend([
        ("transport", format!("{}{processes}", options.way())),
        ("arrivals", format!("{arrivals}, at most {} at once", options.max_in_flight)),
        (
            "time",
            format!(
                "{measured}{each} after {warm_up} of warm-up, answers waited for up to {}",
                seconds(options.timeout_seconds)
            ),
        ),
        ("seed", options.seed.to_string()),
        ("machine", machine(&result.machine)),
        ("begun", result.started.strftime("%Y-%m-%d %H:%M:%S UTC").to_string()),
        (
            "program",
            format!("{} {} ({} build)", result.program.name, result.program.version, result.program.build),
        ),
    ]);
    facts
}

fn machine(machine: &Machine) -> String {
    let Machine { os, arch, cores, processor, memory_bytes } = machine;
    let processor = processor.as_ref().map_or_else(String::new, |processor| format!("{processor}, "));
    let memory =
        memory_bytes.map_or_else(String::new, |bytes| format!(", {:.1} GiB", bytes as f64 / MIB / 1024.0));
    format!("{processor}{cores} cores{memory}, {os} {arch}")
}

/// Whether no call came to an end.
pub(super) fn is_silent(result: &RunResult) -> bool {
    result.phases.iter().all(|phase| phase.total.count == 0)
}

/// What makes the figures say less than they seem to.
pub(super) fn notices(result: &RunResult) -> Vec<String> {
    let mut notices = Vec::new();
    if result.interrupted {
        notices.push("Interrupted: this is what there was until then.".to_owned());
    }
    if result.program.build != "release" {
        notices.push("A debug build: the figures say little (build with --release).".to_owned());
    }
    if is_silent(result) {
        notices.push("No call came to an end while it was measured.".to_owned());
    }
    let dropped: u64 = result.phases.iter().map(|phase| phase.arrivals.dropped).sum();
    if dropped > 0 {
        notices.push(format!("{dropped} arrivals were dropped, for which --max-in-flight left no room: less was offered than the rate says. They are in no figure of latency."));
    }
    notices
}

/// A length of time, as `1h 30m`.
fn seconds(seconds: f64) -> String {
    let length = jiff::SignedDuration::try_from_secs_f64(seconds).unwrap_or_default();
    if length.is_zero() { "0s".to_owned() } else { format!("{length:#}") }
}
