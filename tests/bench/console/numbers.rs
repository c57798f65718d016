//! Numbers that stand on the screen, such as the one of the last line of a log whose lines are numbered.

use regex::Regex;
use std::str::FromStr;

#[derive(Debug, Clone)]
pub struct Number {
    pub name: String,
    /// The number is its first group.
    expression: Regex,
}

impl Number {
    /// The greatest of them on this screen. Thousands may be grouped by commas.
    pub fn on(&self, screen: &str) -> Option<f64> {
        let found = self.expression.captures_iter(screen).filter_map(|found| {
            let digits = found.get(1)?.as_str().replace(',', "");
            digits.parse::<f64>().ok()
        });
        found.reduce(f64::max)
    }
}

impl FromStr for Number {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (name, expression) = text.split_once('=').ok_or("a number is given as NAME=REGEX")?;
        let expression = Regex::new(expression).map_err(|error| error.to_string())?;
        if expression.captures_len() < 2 {
            return Err("the expression has no group".to_owned());
        }
        Ok(Self { name: name.to_owned(), expression })
    }
}
