use super::*;

fn start() -> Timestamp {
    "2026-11-20T03:00:00Z".parse().unwrap()
}

fn stack(name: &str) -> Subject {
    Subject::Stack(name.to_owned())
}

fn sorted(column: Column) -> Sort {
    let mut sort = Sort::default();
    sort.by(column);
    sort
}

fn tell(sort: &mut Sort, figures: &[(&str, f64)], second: i64) {
    let figures = figures.iter().map(|(name, figure)| (stack(name), *figure)).collect();
    sort.measure(figures, start() + SignedDuration::from_secs(second));
}

fn names<'n>(sort: &Sort, names: &'n [&'n str]) -> Vec<&'n str> {
    sort.ordered(names, |name| name, |name| stack(name)).into_iter().copied().collect()
}

#[test]
fn the_most_comes_first_then_the_least_and_the_unknown_always_last() {
    let mut sort = sorted(Column::Cpu);
    tell(&mut sort, &[("a", 1.0), ("b", 412.0), ("d", 30.0)], 0);
    assert_eq!(names(&sort, &["a", "b", "c", "d"]), ["b", "d", "a", "c"]);
    sort.reverse();
    assert_eq!(names(&sort, &["a", "b", "c", "d"]), ["a", "d", "b", "c"]);
    sort.set(None);
    assert_eq!(names(&sort, &["b", "a"]), ["b", "a"], "as the file has them");
    let mut sort = sorted(Column::Name);
    assert_eq!(names(&sort, &["b", "a"]), ["a", "b"]);
    sort.by(Column::Name);
    assert_eq!(names(&sort, &["b", "a", "c"]), ["c", "b", "a"]);
}

#[test]
fn rows_do_not_dance_for_a_flicker_but_follow_what_lasts() {
    let mut sort = sorted(Column::Cpu);
    let rows = ["a", "b"];
    tell(&mut sort, &[("a", 50.0), ("b", 48.0)], 0);
    for second in 1..20 {
        let flicker = if second % 2 == 0 { 46.0 } else { 54.0 };
        tell(&mut sort, &[("a", 50.0), ("b", flicker)], second * 5);
        assert_eq!(names(&sort, &rows), ["a", "b"], "{second}");
    }
    for second in 20..25 {
        tell(&mut sort, &[("a", 50.0), ("b", 90.0)], second * 5);
    }
    assert_eq!(names(&sort, &rows), ["b", "a"]);
}

#[test]
fn the_figures_are_looked_at_every_five_seconds_and_at_once_for_a_new_order() {
    let at = |second| start() + SignedDuration::from_secs(second);
    let mut sort = Sort::default();
    assert_eq!(sort.is_due(start()), None);
    sort.by(Column::Course);
    assert_eq!(sort.is_due(start()), Some(Column::Cpu));
    tell(&mut sort, &[], 0);
    assert_eq!(sort.is_due(at(4)), None);
    assert_eq!(sort.is_due(at(5)), Some(Column::Cpu));
    assert_eq!(sort.is_due(at(-60)), Some(Column::Cpu), "the clock was set back");
    sort.by(Column::Memory);
    assert_eq!(sort.is_due(at(1)), Some(Column::Memory));
}

#[test]
fn the_keys_go_through_the_columns_and_through_no_order() {
    let columns = [Column::Name, Column::Cpu, Column::Course, Column::Memory];
    let mut sort = Sort::default();
    let mut seen = Vec::new();
    for _ in 0..5 {
        sort.step(true, &columns);
        seen.push(sort.order().map(|order| order.column));
    }
    let (name, cpu, memory) = (Some(Column::Name), Some(Column::Cpu), Some(Column::Memory));
    assert_eq!(seen, [name, cpu, memory, None, name]);
    sort.step(false, &columns);
    assert_eq!(sort.order(), None);
    sort.step(false, &columns);
    assert_eq!(sort.order().map(|order| order.column), memory);
    sort.step(true, &[]);
    assert_eq!(sort.order(), None);
}
