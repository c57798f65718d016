//! Drawing: pure functions from `&State` to a buffer of cells, and the map of what stands where for the mouse. Nothing
//! here changes anything, and only what is on the screen is looked at, however much there is.
//!
//! [`draw`] draws a whole screen. [`Appearance`] is what depends on the terminal and not on the state: the theme in
//! the colours it has, whether it can show Unicode, and the zone its clock is in. [`export`] makes text, SGR text or a
//! picture of a drawn buffer.

pub mod export;

mod appearance;
mod ascii;
mod bottom;
mod canvas;
mod dialogs;
mod frame;
mod header;
mod hints;
mod layout;
mod notices;
mod panes;
mod screen;
mod strip;
mod style;
mod text;
mod widgets;
mod words;

pub use appearance::Appearance;
pub use screen::{draw, draw_buffer};

#[cfg(test)]
mod tests;
