//! The table itself, in parts. Its order is the order of help and palette; the hint line shows the actions in it first.

mod backups;
mod console;
mod logs;
mod moving;
mod workloads;

use super::{CommandSpec, Scope};

const EVERYWHERE: &[Scope] = &[Scope::Everywhere];

const PARTS: [&[CommandSpec]; 5] =
    [moving::COMMANDS, workloads::COMMANDS, backups::COMMANDS, logs::COMMANDS, console::COMMANDS];
const COUNT: usize = PARTS[0].len() + PARTS[1].len() + PARTS[2].len() + PARTS[3].len() + PARTS[4].len();
static ALL_PARTS: [CommandSpec; COUNT] = joined();

pub static COMMANDS: &[CommandSpec] = &ALL_PARTS;

const fn joined() -> [CommandSpec; COUNT] {
    let mut all = [PARTS[0][0]; COUNT];
    let (mut part, mut at) = (0, 0);
    while part < PARTS.len() {
        let mut index = 0;
        while index < PARTS[part].len() {
            all[at] = PARTS[part][index];
            (index, at) = (index + 1, at + 1);
        }
        part += 1;
    }
    all
}
