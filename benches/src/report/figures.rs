//! Figures as people read them.

pub(super) const MIB: f64 = 1024.0 * 1024.0;

/// Milliseconds, of three figures or more.
pub(super) fn millis(micros: u64) -> String {
    let millis = micros as f64 / 1000.0;
    match millis {
        0.0..10.0 => format!("{millis:.2}"),
        10.0..100.0 => format!("{millis:.1}"),
        _ => format!("{millis:.0}"),
    }
}

/// Something a second.
pub(super) fn rate(rate: f64) -> String {
    format!("{}", (rate * 10.0).round() / 10.0)
}

/// A part of a whole, in percent; that of nothing is none.
pub(super) fn percent(part: u64, whole: u64) -> f64 {
    if whole == 0 { 0.0 } else { 100.0 * part as f64 / whole as f64 }
}
