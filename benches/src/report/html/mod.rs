//! For people: one page with plots that asks for nothing else. askama escapes every text that is put into it, and what the plots are drawn from.

mod distribution;
mod moments;
mod over_rate;
mod over_time;
mod plot;
mod processes;
mod summary;
mod table;

use askama::Template;

pub use plot::{Axis, Line, MOST_POINTS, Mark, Plot, Unit};

use crate::result::{Kind, RunResult};
use summary::Card;
use table::Row;

/// uPlot draws; its licence is kept in the page.
const UPLOT: &str = include_str!("../../../templates/uplot/uPlot.iife.min.js");
const UPLOT_STYLE: &str = include_str!("../../../templates/uplot/uPlot.min.css");
const UPLOT_LICENCE: &str = include_str!("../../../templates/uplot/LICENSE");

#[derive(Template)]
#[template(path = "load.html")]
struct Page<'a> {
    result: &'a RunResult,
    title: String,
    cards: Vec<Card>,
    facts: Vec<(&'static str, String)>,
    notices: Vec<String>,
    plots: Vec<Plot>,
    /// What the first column of the table has.
    first: &'static str,
    rows: Vec<Row>,
    /// Steps that have no row.
    more: usize,
    errors: Vec<table::Failed>,
    /// Whether no call came to an end.
    is_silent: bool,
    uplot: &'static str,
    uplot_style: &'static str,
    uplot_licence: &'static str,
}

pub(super) fn render(result: &RunResult) -> Result<String, askama::Error> {
    let (first, rows) = table::rows(result);
    let page = Page {
        title: summary::title(result),
        cards: summary::cards(result),
        facts: summary::facts(result),
        notices: summary::notices(result),
        plots: plots(result),
        first,
        more: if result.kind == Kind::Ramp { result.phases.len().saturating_sub(rows.len()) } else { 0 },
        rows,
        errors: table::errors(result),
        is_silent: summary::is_silent(result),
        result,
        uplot: UPLOT,
        uplot_style: UPLOT_STYLE,
        uplot_licence: UPLOT_LICENCE,
    };
    page.render()
}

/// What the page draws, in its order: of a ramp against the rate, of a run or a soak over time. What has nothing to show is left out.
#[must_use]
pub fn plots(result: &RunResult) -> Vec<Plot> {
    let mut plots = match result.kind {
        Kind::Ramp => over_rate::plots(result),
        Kind::Run | Kind::Soak => over_time::plots(result),
    };
    plots.extend(processes::plots(result));
    plots
}
