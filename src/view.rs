//! Drawing: pure functions from `&State` to a buffer of cells. Nothing here changes anything or reads anything else.

pub mod export;
