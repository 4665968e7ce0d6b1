//! What `compare` found, for a terminal.

use std::fmt;

use super::style::{BOLD, DIM, GREEN, RED, YELLOW};
use crate::comparison::{Comparison, Figure, Verdict};

/// What was compared, the table of figures, and what it means.
#[derive(Debug)]
pub struct Verdicts<'a>(pub &'a Comparison);

impl fmt::Display for Verdicts<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(found) = self;
        let (scenario, options) = (&found.scenario.name, &found.options);
        let (transport, pairs) = (options.transport.name(), found.pairs.len());
        writeln!(
            f,
            "{BOLD}{scenario}{BOLD:#} over {transport}, {pairs} pairs, {} connections",
            options.connections
        )?;
        for (name, compared) in [("base", &found.base), ("new", &found.new)] {
            writeln!(f, "{DIM}{name:<4} {}{DIM:#}", compared.given)?;
        }
        if found.interrupted {
            writeln!(f, "{YELLOW}interrupted: this is what there was until then{YELLOW:#}")?;
        }
        if found.program.build != "release" {
            writeln!(f, "{YELLOW}a debug build: the figures say little (build with --release){YELLOW:#}")?;
        }
        if !found.figures.is_empty() {
            writeln!(
                f,
                "\n{DIM}{:<16}{:>12}{:>12}   change, with 95 % confidence{DIM:#}",
                "", "base", "new"
            )?;
        }
        found.figures.iter().try_for_each(|figure| row(f, figure, options.max_regression))?;
        found.differences.iter().try_for_each(|difference| writeln!(f, "{RED}{difference}{RED:#}"))?;
        conclusion(f, found)
    }
}

fn conclusion(f: &mut fmt::Formatter<'_>, found: &Comparison) -> fmt::Result {
    let limit = found.options.max_regression * 100.0;
    if found.fails() {
        writeln!(f, "\n{RED}NEW is worse than BASE{RED:#}")
    } else if found.figures.is_empty() {
        writeln!(f, "\n{YELLOW}too few pairs to say anything{YELLOW:#}")
    } else if found.has(Verdict::Unclear) {
        writeln!(f, "\n{YELLOW}no regression seen, but one of {limit} % could hide in the noise{YELLOW:#}")
    } else {
        writeln!(f, "\n{GREEN}no regression of {limit} %{GREEN:#}")
    }
}

fn row(f: &mut fmt::Formatter<'_>, figure: &Figure, max_regression: f64) -> fmt::Result {
    let percent = |share: f64| format!("{:+.1} %", share * 100.0);
    let (change, low, high) =
        (percent(figure.change), percent(figure.change_low), percent(figure.change_high));
    let change = format!("{change} ({low} to {high})");
    let limit = max_regression * 100.0;
    let (style, verdict) = match figure.verdict {
        Verdict::Worse => (RED, format!("worse by more than {limit} %")),
        Verdict::Within => (DIM, format!("worse, within {limit} %")),
        Verdict::Same => (DIM, "the same".to_owned()),
        Verdict::Better => (GREEN, "better".to_owned()),
        Verdict::Unclear => (YELLOW, format!("too noisy to see {limit} %")),
    };
    let name = figure.measure.name();
    writeln!(
        f,
        "{name:<16}{:>12.3}{:>12.3}   {change:<34} {style}{verdict}{style:#}",
        figure.base, figure.new
    )
}
