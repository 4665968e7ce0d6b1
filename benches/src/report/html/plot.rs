//! A plot, as the page's script draws it. It is bounded, however long the run was.

use serde::Serialize;

/// Most points of a line, to which the last step of a ramp may come.
pub const MOST_POINTS: usize = 600;
/// Most lines of a plot that are told apart from the others.
pub(super) const MOST_LINES: usize = 8;
/// Longest name of a line, in characters: codes are the target's own.
const LONGEST: usize = 80;

/// Colours of lines that mean nothing by themselves: names of custom properties of the style.
pub(super) const COLOURS: [&str; MOST_LINES] = ["c1", "c2", "c3", "c4", "c5", "c6", "c7", "c8"];
/// Of what is only there to be compared with.
pub(super) const DIM: &str = "dim";
/// Of what should not be.
pub(super) const BAD: &str = "failed";

/// Lines over one axis.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Plot {
    /// What it shows.
    pub title: &'static str,
    /// How it is to be read.
    pub about: String,
    /// What runs to the right.
    pub x: Axis,
    /// What rises.
    pub y: Axis,
    /// Where the points are on the first axis, rising.
    pub at: Vec<f64>,
    /// One value for each point each.
    pub lines: Vec<Line>,
    /// Points of the first axis that have a name.
    pub marks: Vec<Mark>,
}

/// An axis.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Axis {
    /// What it counts.
    pub label: &'static str,
    /// In what.
    pub unit: Unit,
    /// Whether each step is a factor, as long as nobody chooses otherwise.
    pub log: bool,
}

/// What an axis counts in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Unit {
    /// Seconds.
    Seconds,
    /// Milliseconds.
    Millis,
    /// Something a second.
    Rate,
    /// Of a hundred.
    Percent,
    /// Mebibytes.
    Mib,
    /// A number of things.
    Count,
    /// A percentile by its nines: 0 is the least of all, 1 is 90 %, 2 is 99 %, 3 is 99.9 %.
    Nines,
}

/// A line.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Line {
    /// Whose it is.
    pub name: String,
    /// A colour of the style.
    pub colour: &'static str,
    /// Whether others are seen through it.
    pub dashed: bool,
    /// One value for each point; nothing where there is none.
    pub values: Vec<Option<f64>>,
}

/// A point of the first axis with a name.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Mark {
    /// Where.
    pub at: f64,
    /// What is there.
    pub name: String,
    /// A colour of the style.
    pub colour: &'static str,
}

impl Axis {
    pub(super) const fn new(label: &'static str, unit: Unit) -> Self {
        Self { label, unit, log: false }
    }

    /// With factors, where the values are of different orders: few would be seen otherwise.
    pub(super) fn log_where_wide(self, values: impl Iterator<Item = f64>) -> Self {
        let (least, most) = values
            .filter(|value| *value > 0.0)
            .fold((f64::INFINITY, 0.0_f64), |(least, most), value| (least.min(value), most.max(value)));
        Self { log: most > 10.0 * least, ..self }
    }
}

impl Line {
    pub(super) fn new(
        name: &str,
        colour: &'static str,
        values: impl IntoIterator<Item = Option<f64>>,
    ) -> Self {
        Self {
            name: short(name),
            colour,
            dashed: false,
            values: values.into_iter().map(|value| value.map(tidy)).collect(),
        }
    }

    pub(super) fn dashed(self) -> Self {
        Self { dashed: true, ..self }
    }
}

impl Plot {
    /// Latencies in milliseconds, by factors where they are far apart.
    pub(super) fn of_latency(title: &'static str, x: Axis, at: Vec<f64>, lines: Vec<Line>) -> Self {
        let all = lines.iter().flat_map(|line| line.values.iter().copied().flatten());
        let y = Axis::new("latency", Unit::Millis).log_where_wide(all);
        Self { title, about: String::new(), x, y, at, lines, marks: Vec::new() }
    }

    /// Whether there is anything to see.
    pub(super) fn is_empty(&self) -> bool {
        self.lines.iter().all(|line| line.values.iter().all(Option::is_none))
    }
}

/// A time of a histogram in milliseconds.
pub(super) fn in_millis(micros: u64) -> f64 {
    micros as f64 / 1000.0
}

/// Three decimals: a microsecond, where it is of milliseconds.
pub(super) fn tidy(value: f64) -> f64 {
    (value * 1000.0).round() / 1000.0
}

/// How many of `length` things become one point, so that there are not too many points.
pub(super) fn together(length: usize) -> usize {
    length.div_ceil(MOST_POINTS).max(1)
}

/// A text that is not too long to be looked at.
pub(super) fn short(text: &str) -> String {
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
        None => text.to_owned(),
    }
}
