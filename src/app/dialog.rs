//! What stands above the panes and takes the keys. A stack; the top one is drawn last.

pub mod cancel;
pub mod confirm;
pub mod forget;
pub mod help;
pub mod inspect;
pub mod palette;
pub mod save;

pub use cancel::Cancel;
pub use confirm::Confirm;
pub use forget::Forget;
pub use help::Help;
pub use inspect::Inspect;
pub use palette::Palette;
pub use save::Save;

#[derive(Debug, Clone, PartialEq)]
pub enum Dialog {
    Confirm(Confirm),
    Cancel(Cancel),
    Forget(Forget),
    Help(Help),
    Palette(Palette),
    Inspect(Inspect),
    Save(Save),
}
