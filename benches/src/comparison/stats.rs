//! What a series of differences says of the one behind it.

/// Student's t for 95 %, two-sided, for 1 to 30 degrees of freedom.
const T95: [f64; 30] = [
    12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179, 2.160, 2.145, 2.131,
    2.120, 2.110, 2.101, 2.093, 2.086, 2.080, 2.074, 2.069, 2.064, 2.060, 2.056, 2.052, 2.048, 2.045, 2.042,
];

/// A mean, and where the true one is to be expected in 95 of 100 cases.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Interval {
    /// The mean.
    pub estimate: f64,
    /// The lower end.
    pub low: f64,
    /// The upper end.
    pub high: f64,
}

impl Interval {
    /// Of differences that do not depend on each other, by Student's t; nothing of fewer than two.
    #[must_use]
    pub fn of(differences: &[f64]) -> Option<Self> {
        let freedom = differences.len().checked_sub(1).filter(|freedom| *freedom > 0)?;
        let count = differences.len() as f64;
        let estimate = differences.iter().sum::<f64>() / count;
        let squares: f64 = differences.iter().map(|difference| (difference - estimate).powi(2)).sum();
        let error = (squares / freedom as f64 / count).sqrt();
        let half = t95(freedom) * error;
        Some(Self { estimate, low: estimate - half, high: estimate + half })
    }

    /// The same of what is the other way round.
    #[must_use]
    pub fn turned(self) -> Self {
        Self { estimate: -self.estimate, low: -self.high, high: -self.low }
    }

    /// Half its width: differences that are smaller cannot be seen.
    #[must_use]
    pub fn half(self) -> f64 {
        (self.high - self.low) / 2.0
    }
}

fn t95(freedom: usize) -> f64 {
    // Beyond the table it nears that of the normal distribution, and is within a thousandth of this.
    T95.get(freedom.saturating_sub(1)).copied().unwrap_or(1.96 + 2.45 / freedom as f64)
}
