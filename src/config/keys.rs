//! Key presses, and which command each of them means where.

mod map;
mod press;

pub use map::{Declared, KeyMap, Override};
pub use press::{Key, KeyPress};

#[cfg(test)]
mod tests;
