//! What the findings pane says.

use crate::loop_disk;

/// Stands in front of each finding.
const MARKS: [char; 2] = ['✗', '⚠'];

/// How it is with this machine itself is no part of any incident, but for the disk that one has for itself.
const OF_THE_MACHINE: [&str; 2] = ["thediskat", "thehost"];

/// The findings of a screen that shows nothing but their pane, the first one first, and without any spaces: where lines
/// are wrapped depends on their length only. `None` while the pane is not there.
pub fn findings(screen: &str) -> Option<Vec<String>> {
    let mut lines = screen.lines().skip_while(|line| !line.starts_with("┌ 5 Findings"));
    lines.next()?;
    let mut findings: Vec<String> = Vec::new();
    for line in lines.map_while(|line| line.strip_prefix('│')) {
        let line = line.trim_end_matches(['│', '┃']).trim_start();
        match (line.strip_prefix(MARKS), findings.last_mut()) {
            (Some(title), _) => findings.push(tight(title)),
            (None, Some(finding)) => finding.push_str(&tight(line)),
            (None, None) => {}
        }
    }
    findings.retain(|finding| {
        !OF_THE_MACHINE.iter().any(|words| finding.starts_with(words)) || finding.contains(loop_disk::MARK)
    });
    Some(findings)
}

pub fn tight(text: &str) -> String {
    text.split_whitespace().collect()
}
