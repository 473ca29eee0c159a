//! A line over time, drawn by attributes alone, with its figures as a table for those who do not see it.

use super::data::Bar;
use maud::{Markup, html};

/// The drawing's own measures; the page stretches it to what there is.
const WIDTH: i64 = 600;
const HEIGHT: i64 = 200;
/// The most labels under it.
const LABELS: usize = 5;

/// A line over time. Beside it stand nought and the highest figure as it is shown.
pub fn line_chart(title: &str, points: &[Bar]) -> Markup {
    let peak = points.iter().max_by_key(|point| point.value);
    let top = peak.map_or(1, |point| point.value.max(1));
    let highest = peak.filter(|point| point.value > 0).map_or_else(String::new, |point| point.shown.clone());
    let heights = [(top, highest), (0, "0".to_owned())];
    drawn(title, points, top, &heights)
}

/// A line over time, with round figures beside it as `shown` writes them.
pub fn line_chart_by(title: &str, points: &[Bar], shown: impl Fn(i64) -> String) -> Markup {
    let step = round_step(points.iter().map(|point| point.value).max().unwrap_or(0));
    let heights: Vec<(i64, String)> = (0..=4).rev().map(|count| (count * step, shown(count * step))).collect();
    drawn(title, points, step * 4, &heights)
}

/// The smallest 1, 2, 2.5 or 5 times a power of ten of which four reach over `most`.
fn round_step(most: i64) -> i64 {
    let mut power = 1_i64;
    loop {
        // Tenths, so that 2.5 is whole; below ten it is left out.
        let fits =
            [10, 20, 25, 50].into_iter().filter(|tenths| power * tenths % 10 == 0).map(|tenths| power * tenths / 10);
        if let Some(step) = fits.into_iter().find(|step| step.saturating_mul(4) >= most) {
            return step;
        }
        match power.checked_mul(100) {
            Some(_) => power *= 10,
            None => return most / 4 + 1,
        }
    }
}

fn drawn(title: &str, points: &[Bar], top: i64, heights: &[(i64, String)]) -> Markup {
    let down = |value: i64| HEIGHT - (i128::from(value.clamp(0, top)) * i128::from(HEIGHT) / i128::from(top)) as i64;
    let gaps = points.len().max(2) as i64 - 1;
    let places: Vec<(i64, i64)> =
        points.iter().enumerate().map(|(index, point)| (index as i64 * WIDTH / gaps, down(point.value))).collect();
    let line = places.iter().map(|(x, y)| format!("{x},{y}")).collect::<Vec<_>>().join(" ");
    let last = places.last().map_or(0, |(x, _)| *x);
    let peak = points.iter().map(|point| point.value).max().filter(|value| *value > 0);
    html! {
        figure.chart {
            figcaption { (title) }
            div.chart-frame {
                div.chart-y aria-hidden="true" { @for (_, text) in heights { span { (text) } } }
                svg.chart-plot viewBox={ "0 0 " (WIDTH) " " (HEIGHT) } preserveAspectRatio="none" role="img" aria-label=(title) {
                    @for (value, _) in heights {
                        line.chart-grid x1="0" x2=(WIDTH) y1=(down(*value)) y2=(down(*value)) {}
                    }
                    polygon.chart-area points={ "0," (HEIGHT) " " (line) " " (last) "," (HEIGHT) } {}
                    polyline.chart-line points=(line) fill="none" {}
                    @for ((x, y), point) in places.iter().zip(points) {
                        path.chart-hit d={ "M" (x) " " (y) "h.01" } { title { (point.label) ": " (point.shown) } }
                        path.chart-point.is-peak[Some(point.value) == peak] d={ "M" (x) " " (y) "h.01" } {}
                    }
                }
                div.chart-x aria-hidden="true" { @for label in under(points) { span { (label) } } }
            }
            table.unseen {
                caption { (title) }
                @for point in points { tr { th scope="row" { (point.label) } td { (point.shown) } } }
            }
        }
    }
}

/// Labels at distances as even as days allow, the first and the last among them.
fn under(points: &[Bar]) -> Vec<&str> {
    let gaps = points.len().saturating_sub(1);
    let count = gaps.clamp(1, LABELS - 1);
    let shown = (0..=gaps.min(count)).filter_map(|index| points.get(index * gaps / count));
    shown.map(|point| point.label.as_str()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_beside_a_line_are_round_and_reach_over_it() {
        let steps = [(0, 1), (4, 1), (5, 2), (9, 5), (41, 20), (90, 25), (101, 50), (48_700, 20_000), (90_000, 25_000)];
        for (most, step) in steps {
            assert_eq!(round_step(most), step, "{most}");
        }
        assert!(round_step(i64::MAX) > i64::MAX / 4);
    }

    #[test]
    fn a_line_is_drawn_of_none_one_and_many_points() {
        let point = |value: i64| Bar { label: format!("day {value}"), value, shown: format!("<{value}>") };
        assert!(line_chart("Orders", &[]).into_string().contains("<figcaption>Orders"));
        assert!(line_chart("Orders", &[point(3)]).into_string().contains("&lt;3&gt;"));
        let many: Vec<Bar> = (0..30).map(point).collect();
        let drawing = line_chart_by("Orders", &many, |value| value.to_string()).into_string();
        assert!(drawing.contains("0,200") && drawing.contains("<span>40</span>"));
        assert!(!drawing.contains("style="));
    }

    #[test]
    fn labels_under_a_line_begin_and_end_with_it() {
        let point = |value: i64| Bar { label: value.to_string(), value, shown: String::new() };
        for count in 2..40 {
            let points: Vec<Bar> = (0..count).map(point).collect();
            let labels = under(&points);
            assert_eq!(labels.first(), Some(&"0"));
            assert_eq!(labels.last().map(|label| (*label).to_owned()), Some((count - 1).to_string()));
            assert!(labels.len() <= LABELS);
        }
    }
}
