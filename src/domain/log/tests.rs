//! Lines as their programs write them, and what is read of them.

mod continued;
mod levels;
mod masks;
mod properties;
mod structures;
