//! The figures of one run, printed as they come and written as JSON at the end.

use std::path::Path;
use std::time::Duration;

use anyhow::Context as _;
use serde::Serialize;

/// One measured figure.
#[derive(Debug, Clone, Serialize)]
pub struct Figure {
    /// Its name, the same in every version.
    pub name: &'static str,
    /// How much.
    pub value: f64,
    /// Of what: `per_s`, `ms`, `MB`, `count`, `ratio`.
    pub unit: &'static str,
}

/// All figures, in the order measured.
#[derive(Debug, Default, Serialize)]
pub struct Figures {
    /// The list.
    pub figures: Vec<Figure>,
}

impl Figures {
    /// Adds one, rounded to three decimals.
    pub(super) fn add(&mut self, name: &'static str, value: f64, unit: &'static str) {
        self.figures.push(Figure { name, value: (value * 1000.0).round() / 1000.0, unit });
    }

    /// Writes `{"figures":[…]}`.
    pub(super) fn write(&self, path: &Path) -> anyhow::Result<()> {
        let text = serde_json::to_string_pretty(self)?;
        std::fs::write(path, text + "\n").with_context(|| format!("can't write {}", path.display()))
    }
}

/// Milliseconds, with decimals.
pub(super) fn ms(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1000.0
}

/// Counts are far below 2^53.
#[expect(clippy::cast_precision_loss, reason = "counts of a run of seconds")]
pub(super) fn number(count: usize) -> f64 {
    count as f64
}

/// The smallest duration that `percent` of the samples don't exceed; zero when there are none.
pub(super) fn percentile(samples: &mut [Duration], percent: usize) -> Duration {
    samples.sort_unstable();
    let rank = (samples.len() * percent).div_ceil(100).max(1) - 1;
    samples.get(rank).copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_percentile_is_a_sample() {
        let mut samples: Vec<Duration> = (1..=200).rev().map(Duration::from_millis).collect();
        assert_eq!(percentile(&mut samples, 99), Duration::from_millis(198));
        assert_eq!(percentile(&mut samples, 100), Duration::from_millis(200));
        assert_eq!(percentile(&mut [], 99), Duration::ZERO);
    }
}
