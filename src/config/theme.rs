//! Themes: a style for each role that the drawing knows, read from YAML.
//!
//! ```yaml
//! base: default          # roles that are not named here come from this built-in theme
//! roles:
//!   border: 240          # colours are names, numbers of the 256 palette, or "#rrggbb" (in quotes)
//!   selection: bold on 238
//! tags: [75, 114, 179]   # colours that tell replicas apart
//! ```

mod depth;
mod read;
mod style;

pub use depth::ColourDepth;

use crate::domain::safe::{Colour, TextStyle};
use crate::domain::{Fault, FaultKind};
use std::path::PathBuf;

/// The themes that are part of the binary.
const BUILT_IN: [(&str, &str); 4] = [
    ("default", include_str!("../../themes/default.yaml")),
    ("light", include_str!("../../themes/light.yaml")),
    ("high-contrast", include_str!("../../themes/high-contrast.yaml")),
    ("colour-blind", include_str!("../../themes/colour-blind.yaml")),
];

macro_rules! roles {
    ($($(#[doc = $doc:literal])* $field:ident = $key:literal,)*) => {
        /// A style for each role. Colours stand as they were written; [`Theme::at`] makes them fit a terminal.
        #[derive(Debug, Clone, PartialEq, Eq, Default)]
        pub struct Theme {
            pub name: String,
            $($(#[doc = $doc])* pub $field: TextStyle,)*
            /// Colours that tell replicas apart, taken in turn; never empty once loaded.
            pub tags: Vec<Colour>,
        }

        /// The roles' names in theme files.
        pub const ROLES: &[&str] = &[$($key),*];

        impl Theme {
            fn roles_mut(&mut self) -> Vec<(&'static str, &mut TextStyle)> {
                vec![$(($key, &mut self.$field)),*]
            }
        }
    };
}

roles! {
    text = "text",
    /// What may be overlooked: units, separators, explanations.
    dim = "dim",
    border = "border",
    border_focused = "border_focused",
    /// The title of a pane.
    title = "title",
    /// The line at the top of the screen.
    header = "header",
    /// The selected row of the focused pane; laid over the row's own styles.
    selection = "selection",
    /// The selected row of every other pane.
    selection_unfocused = "selection_unfocused",
    good = "good",
    warning = "warning",
    bad = "bad",
    info = "info",
    /// On its way to another state.
    starting = "starting",
    /// What draws the eye without being a state.
    accent = "accent",
    /// A key in the key bar and in help.
    key = "key",
    /// What that key does.
    key_text = "key_text",
    gauge_filled = "gauge_filled",
    gauge_empty = "gauge_empty",
    sparkline = "sparkline",
    /// What a search found.
    found = "match",
    /// The match the cursor is on.
    found_current = "match_current",
    /// The label of everything that is not real.
    simulated = "simulated",
    /// The ground of dialogs.
    dialog = "dialog",
    /// The title of a dialog that asks before something is destroyed.
    danger = "danger",
    stdout = "stdout",
    stderr = "stderr",
    timestamp = "timestamp",
    /// `… 1,204 lines not shown`
    gap = "gap",
    /// Facts that are no longer fresh.
    stale = "stale",
}

impl Theme {
    /// One of the built-in themes.
    pub fn built_in(name: &str) -> Option<Self> {
        let (name, text) = BUILT_IN.iter().find(|(known, _)| *known == name)?;
        Some(read::theme(name, text, Self::default()).0)
    }

    /// The colour of the replica or container with this number.
    pub fn tag(&self, number: usize) -> TextStyle {
        let colour = self.tags.get(number % self.tags.len().max(1)).copied();
        TextStyle { foreground: colour, ..TextStyle::default() }
    }

    /// The theme in colours that a terminal of this depth can show.
    #[must_use]
    pub fn at(mut self, depth: ColourDepth) -> Self {
        for (_, style) in self.roles_mut() {
            *style = depth.style(*style);
        }
        self.tags = self.tags.iter().filter_map(|colour| depth.colour(*colour)).collect();
        self
    }
}

/// Names of the built-in themes.
pub fn built_in_names() -> impl Iterator<Item = &'static str> {
    BUILT_IN.iter().map(|(name, _)| *name)
}

/// The theme of that name: the first `NAME.yaml` in the directories, or the built-in one. Always yields a usable
/// theme; the faults say what of the file could not be used.
pub fn load(name: &str, directories: &[PathBuf]) -> (Theme, Vec<Fault>) {
    let built_in = Theme::built_in(name);
    let fallback = || built_in.clone().or_else(|| Theme::built_in("default")).unwrap_or_default();
    let mut faults = Vec::new();
    // A name is a name and not a path out of the directory.
    let plain = !name.is_empty() && !name.starts_with('.') && !name.contains(['/', '\0']);
    for directory in directories.iter().filter(|_| plain) {
        let path = directory.join(format!("{name}.yaml"));
        match super::file::read("read theme", &path) {
            Ok(None) => {}
            Ok(Some(text)) => {
                let (theme, complaints) = read::theme(name, &text, fallback());
                faults.extend(complaints.iter().map(|complaint| {
                    complaint
                        .to_fault("read theme", &path.display())
                        .hint("the built-in style is used in its place; correct the file and start again")
                }));
                return (theme, faults);
            }
            Err(fault) => faults.push(fault),
        }
    }
    if built_in.is_none() {
        let names: Vec<_> = built_in_names().collect();
        faults.push(
            Fault::new(FaultKind::NotFound, "read theme", name)
                .because("there is no theme of this name")
                .hint(format!("the default theme is used; built in are {}", names.join(", "))),
        );
    }
    (fallback(), faults)
}

#[cfg(test)]
mod tests;
