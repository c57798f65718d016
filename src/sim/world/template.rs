//! Placeholders of log templates: `{n}` counts, `{int:1..500}`, `{float:0.1..2.5}`, `{pick:a|b|c}`, `{hex:12}`,
//! `{ip}`, `{time}` (RFC 3339), `{clock}` (`2026-01-31 10:31:07,123`), `{nginx}` (`31/Jan/2026:10:31:07 +0000`).
//! Anything else in braces stays as it is, so JSON needs no escaping.

use crate::sim::clock::Moment;
use crate::sim::numbers::whole;
use crate::sim::random::Random;

pub fn fill(template: &str, time: Moment, count: u64, random: &mut Random) -> String {
    let mut text = String::with_capacity(template.len() + 32);
    let mut rest = template;
    while let Some((before, tail)) = rest.split_once('{') {
        text.push_str(before);
        let filled = tail.split_once('}').and_then(|(word, after)| {
            let value = value(word, time, count, random)?;
            Some((value, after))
        });
        rest = if let Some((value, after)) = filled {
            text.push_str(&value);
            after
        } else {
            text.push('{');
            tail
        };
    }
    text.push_str(rest);
    text
}

fn value(word: &str, time: Moment, count: u64, random: &mut Random) -> Option<String> {
    let (name, argument) = word.split_once(':').unwrap_or((word, ""));
    let stamp = |format: &str| time.timestamp().strftime(format).to_string();
    match name {
        "n" => Some(count.to_string()),
        "int" => {
            let (low, high) = range(argument)?;
            Some(whole(low + random.unit() * (high - low)).to_string())
        }
        "float" => {
            let (low, high) = range(argument)?;
            let digits =
                argument.split("..").next()?.split_once('.').map_or(1, |(_, fraction)| fraction.len());
            Some(format!("{:.digits$}", low + random.unit() * (high - low)))
        }
        "pick" => {
            let choices: Vec<&str> = argument.split('|').collect();
            random.pick(&choices).map(|choice| (*choice).to_owned())
        }
        "hex" => argument.parse().ok().filter(|digits| *digits <= 256).map(|digits| random.hex(digits)),
        "ip" => Some(format!("10.{}.{}.{}", random.below(4), random.below(256), 1 + random.below(254))),
        "time" => Some(stamp("%Y-%m-%dT%H:%M:%S.%3fZ")),
        "clock" => Some(stamp("%Y-%m-%d %H:%M:%S,%3f")),
        "stamp" => Some(stamp("%Y-%m-%d %H:%M:%S.%3f UTC")),
        "redis" => Some(stamp("%d %b %Y %H:%M:%S.%3f")),
        "nginx" => Some(stamp("%d/%b/%Y:%H:%M:%S +0000")),
        "nginx_error" => Some(stamp("%Y/%m/%d %H:%M:%S")),
        _ => None,
    }
}

fn range(argument: &str) -> Option<(f64, f64)> {
    let (low, high) = argument.split_once("..")?;
    Some((low.parse().ok()?, high.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fills_what_it_knows_and_leaves_json_alone() {
        let time = Moment::from_nanoseconds(1_767_225_600_123_000_000);
        let text = fill(r#"{"ts":"{time}","n":{n},"odd":{who}}"#, time, 7, &mut Random::new(1));
        assert_eq!(text, r#"{"ts":"2026-01-01T00:00:00.123Z","n":7,"odd":{who}}"#);
    }

    #[test]
    fn ranges_stay_in_range() {
        let mut random = Random::new(3);
        for _ in 0..200 {
            let text = fill("{int:5..9} {float:0.10..0.20}", Moment::from_nanoseconds(0), 0, &mut random);
            let (whole, fraction) = text.split_once(' ').unwrap();
            assert!((5..=9).contains(&whole.parse::<i32>().unwrap()), "{text}");
            assert!((0.1..=0.2).contains(&fraction.parse::<f64>().unwrap()), "{text}");
            assert_eq!(fraction.len(), 4, "{text}");
        }
    }
}
