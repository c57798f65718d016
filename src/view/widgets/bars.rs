//! A graph of several rows: a bar for each column, in eighths of a cell.

const EIGHTHS: [char; 9] = [' ', '▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];

/// The course in at most so many columns, oldest first: each the mean of so many steps, always the same ones together,
/// so that nothing that is past changes while time goes on. `last` is the number of the newest step.
pub(in crate::view) fn columns(steps: &[Option<f64>], last: i64, room: usize) -> Vec<Option<f64>> {
    if room == 0 {
        return Vec::new();
    }
    let together = steps.len().div_ceil(room).max(1);
    let size = i64::try_from(together).unwrap_or(i64::MAX);
    let mut columns = Vec::with_capacity(room + 1);
    let mut group = None;
    let mut sums: (f64, f64) = (0.0, 0.0);
    let mean = |(sum, count): (f64, f64)| (count > 0.0).then(|| sum / count);
    let first = last - i64::try_from(steps.len()).unwrap_or(0) + 1;
    for (step, value) in (first..).zip(steps) {
        let own = step.div_euclid(size);
        if group.is_some_and(|group| group != own) {
            columns.push(mean(std::mem::take(&mut sums)));
        }
        group = Some(own);
        if let Some(value) = value {
            sums = (sums.0 + value, sums.1 + 1.0);
        }
    }
    if group.is_some() {
        columns.push(mean(sums));
    }
    let surplus = columns.len().saturating_sub(room);
    columns.split_off(surplus)
}

/// One row of the bars, counted from the top; the newest stands on the right. What was read is never blank at the foot.
pub(in crate::view) fn line(columns: &[Option<f64>], top: f64, rows: u16, row: u16, room: usize) -> String {
    let below = rows.saturating_sub(row + 1);
    let bar = |value: &Option<f64>| {
        let Some(value) = value else { return ' ' };
        let eighths = (value / top * f64::from(rows) * 8.0).round().max(1.0) - f64::from(below) * 8.0;
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped to the steps")]
        let at = eighths.clamp(0.0, 8.0) as usize;
        EIGHTHS[at.min(8)]
    };
    let blanks = std::iter::repeat_n(' ', room.saturating_sub(columns.len()));
    let mut line = String::with_capacity(room * '█'.len_utf8());
    line.extend(blanks.chain(columns.iter().map(bar)));
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bars_fill_from_the_foot_and_a_gap_is_no_zero() {
        let columns = [Some(0.0), None, Some(50.0), Some(100.0)];
        assert_eq!(line(&columns, 100.0, 2, 0, 5), "    █");
        assert_eq!(line(&columns, 100.0, 2, 1, 5), " ▁ ██");
    }

    #[test]
    fn what_is_past_stays_as_it_was_while_time_goes_on() {
        let steps: Vec<Option<f64>> = (0..12).map(|step| Some(f64::from(step))).collect();
        let before = columns(&steps[..11], 10, 4);
        let after = columns(&steps[1..], 11, 4);
        assert_eq!(before, [Some(1.0), Some(4.0), Some(7.0), Some(9.5)]);
        assert_eq!(after, [Some(1.5), Some(4.0), Some(7.0), Some(10.0)]);
        assert_eq!(columns(&steps, 11, 0), []);
        assert_eq!(columns(&[], 0, 3), []);
        assert_eq!(columns(&steps, 11, 100).len(), 12);
    }
}
