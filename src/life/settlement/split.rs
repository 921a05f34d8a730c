//! From points to money, pure: the total is rounded once, half-even; each line gets its whole fen, and the fen that are left go to the
//! lines with the largest remainders. So no rounding ever makes the lines differ from the total.

use base::money::{Fen, Points};

use crate::offers::{self, PARTS, half_even};

/// One line to be valued: points, and fen for one point.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Value {
    /// Captured points.
    pub points: Points,
    /// Fen for one point, fixed at capture.
    pub rate: Fen,
}

fn exact(value: &Value) -> i128 {
    offers::exact(value.points, value.rate)
}

/// The total and every line's part of it, in the order of `values`. `None` on overflow.
pub(super) fn split(values: &[Value]) -> Option<(Fen, Vec<Fen>)> {
    let total = half_even(values.iter().map(exact).sum());
    let mut lines: Vec<i128> = values.iter().map(|value| exact(value).div_euclid(PARTS)).collect();
    let mut left = total - lines.iter().sum::<i128>();
    let mut order: Vec<usize> = (0..values.len()).collect();
    order.sort_by_key(|at| std::cmp::Reverse(values.get(*at).map_or(0, |value| exact(value).rem_euclid(PARTS))));
    for at in order {
        if left == 0 {
            break;
        }
        if let Some(line) = lines.get_mut(at) {
            *line += 1;
            left -= 1;
        }
    }
    let fen = |amount: i128| i64::try_from(amount).ok().map(Fen::from_hundredths);
    let lines = lines.into_iter().map(fen).collect::<Option<Vec<_>>>()?;
    Some((fen(total)?, lines))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn value(points: i64, rate: i64) -> Value {
        Value { points: Points::from_hundredths(points), rate: Fen::from_hundredths(rate) }
    }

    fn fen(amounts: &[i64]) -> Vec<Fen> {
        amounts.iter().copied().map(Fen::from_hundredths).collect()
    }

    #[test]
    fn the_total_is_rounded_once_and_the_lines_follow() {
        for (values, total, lines) in [
            (vec![value(800, 10), value(800, 10)], 160, vec![80, 80]),
            (vec![value(50, 1)], 0, vec![0]),
            (vec![value(150, 1)], 2, vec![2]),
            (vec![value(250, 1)], 2, vec![2]),
            (vec![value(33, 1), value(33, 1), value(34, 1)], 1, vec![0, 0, 1]),
            (vec![value(40, 1), value(40, 1), value(40, 1)], 1, vec![1, 0, 0]),
            (vec![value(100, 7), value(250, 3)], 14, vec![7, 7]),
            (vec![], 0, vec![]),
        ] {
            assert_eq!(split(&values), Some((Fen::from_hundredths(total), fen(&lines))), "{values:?}");
        }
        assert_eq!(split(&[value(i64::MAX, i64::MAX)]), None);
    }

    proptest! {
        #[test]
        fn lines_sum_to_the_total_and_none_is_off_by_a_fen(
            values in prop::collection::vec((1_i64..10_000_000, 0_i64..100_000), 0..60)
        ) {
            let values: Vec<Value> = values.into_iter().map(|(points, rate)| value(points, rate)).collect();
            let (total, lines) = split(&values).unwrap();
            prop_assert_eq!(lines.iter().map(|line| line.hundredths()).sum::<i64>(), total.hundredths());
            let parts: i128 = values.iter().map(exact).sum();
            prop_assert!((i128::from(total.hundredths()) * 100 - parts).abs() <= 50);
            for (line, value) in lines.iter().zip(&values) {
                prop_assert!((i128::from(line.hundredths()) * 100 - exact(value)).abs() < 100);
            }
        }
    }
}
