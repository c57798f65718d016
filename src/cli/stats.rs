//! `stats`: what a stack's containers use, anew each second until Ctrl-C.

mod reader;
mod row;

use super::context::Context;
use super::interrupts::{ENDED, Interrupts};
use super::output::{Output, print_document, print_json};
use super::stack::{Chosen, choose};
use super::table::Table;
use super::template::{self, Format};
use super::{pick, ps};
use crate::domain::{Container, ContainerFigures, Fault};
use crate::engine::Engine;
use reader::Reader;
use serde::Serialize;
use std::time::Duration;

/// Between two readings.
const APART: Duration = Duration::from_secs(1);
/// Readings after which it is looked which containers there are.
const LISTED_EVERY: u32 = 5;

#[derive(Debug, Clone, PartialEq, Eq, clap::Args)]
pub struct Arguments {
    /// Those that do not run, too
    #[arg(short, long)]
    all: bool,
    /// `table`, `json`, or a template such as `{{.Name}}: {{.CPUPerc}}`
    #[arg(long, value_name = "FORMAT", default_value = "table")]
    format: String,
    /// One look, and no more
    #[arg(long)]
    no_stream: bool,
    /// Cut no id short
    #[arg(long)]
    no_trunc: bool,
    /// All of them when none is named
    #[arg(value_name = "SERVICE")]
    services: Vec<String>,
}

/// A container as `--json` tells it; what is not known is `null`.
#[derive(Serialize)]
struct Told<'a> {
    id: &'a str,
    name: &'a str,
    service: &'a str,
    figures: Option<&'a ContainerFigures>,
}

pub async fn run(context: &Context, arguments: Arguments, output: Output) -> Result<u8, Fault> {
    let format = template::read(&arguments.format, &row::FIELDS)?;
    let engine = context.engine().await?;
    let chosen = choose(context).await?;
    let host_memory = engine.daemon().await?.memory_bytes;
    let mut interrupts = Interrupts::new()?;
    let mut reader = Reader::new(context.endpoint()?.is_local());
    let mut screen = Screen::new(output, arguments.no_stream || output.json || format != Format::Table);
    let mut containers = Vec::new();
    for round in 0_u32.. {
        if round.is_multiple_of(LISTED_EVERY) {
            containers = listed(&engine, &chosen, &arguments).await?;
        }
        let figures = tokio::select! {
            figures = reader.read(&engine, &containers) => figures?,
            () = interrupts.next() => break,
        };
        // The processor's share is against the reading before, so the first one says nothing of it.
        if round > 0 {
            let looks = Looks { format: &format, host_memory, cut: !arguments.no_trunc };
            screen.show(&containers, &figures, &looks)?;
            if arguments.no_stream {
                return Ok(0);
            }
        }
        tokio::select! {
            () = tokio::time::sleep(APART) => {}
            () = interrupts.next() => break,
        }
    }
    screen.leave()?;
    Ok(ENDED)
}

async fn listed(engine: &Engine, chosen: &Chosen, arguments: &Arguments) -> Result<Vec<Container>, Fault> {
    let mut containers = pick::of_services(engine, chosen, &arguments.services, true).await?;
    containers.retain(|container| arguments.all || container.is_running());
    Ok(containers)
}

struct Looks<'given> {
    format: &'given Format,
    /// In bytes: the limit of a container that has none of its own.
    host_memory: Option<u64>,
    cut: bool,
}

/// Where the table stands, which is written over by the next one; everything else is written one after the other.
struct Screen {
    output: Output,
    /// Columns and rows of the terminal that a table is kept up to date on.
    terminal: Option<(usize, usize)>,
    /// Lines of the table that stands there.
    lines: usize,
}

impl Screen {
    fn new(output: Output, plain: bool) -> Self {
        let terminal = output.size().filter(|_| !plain);
        Self { output, terminal, lines: 0 }
    }

    fn show(
        &mut self,
        containers: &[Container],
        figures: &[Option<ContainerFigures>],
        looks: &Looks<'_>,
    ) -> Result<(), Fault> {
        if self.output.json {
            let told = containers.iter().zip(figures).map(|(container, figures)| Told {
                id: &container.id.0,
                name: &container.name,
                service: ps::service(container),
                figures: figures.as_ref(),
            });
            return print_json(&told.collect::<Vec<_>>());
        }
        let rows = containers
            .iter()
            .zip(figures)
            .map(|(container, figures)| row::row(container, figures.as_ref(), looks.host_memory, looks.cut));
        let fields: Vec<(String, Vec<template::Piece>)> = match looks.format {
            Format::Json => return rows.into_iter().try_for_each(|row| print_json(&row)),
            Format::Lines(pieces) => {
                return rows.into_iter().try_for_each(|row| self.output.line(template::fill(pieces, &row)));
            }
            Format::Columns(columns) => columns.clone(),
            Format::Table => row::columns(),
        };
        let titles: Vec<&str> = fields.iter().map(|(title, _)| title.as_str()).collect();
        let mut table = Table::new(&titles, "no containers run");
        // A heading and the line that the cursor waits on are lines too.
        let room = self.terminal.map_or(usize::MAX, |(_, rows)| rows.saturating_sub(2).max(1));
        let rows: Vec<_> = rows.collect();
        let (shown, hidden) = if rows.len() > room { rows.split_at(room - 1) } else { (&rows[..], &[][..]) };
        for row in shown {
            table.plain_row(fields.iter().map(|(_, pieces)| template::fill(pieces, row)).collect());
        }
        if self.terminal.is_some() {
            // Back to the first line, with long lines cut where the terminal ends.
            let back = if self.lines > 0 { format!("\x1b[{}A", self.lines) } else { String::new() };
            print_document(&format!("\x1b[?7l{back}\r\x1b[J"))?;
        }
        table.print(self.output)?;
        if !hidden.is_empty() {
            self.output.line(format!("… and {} more", hidden.len()))?;
        }
        if self.terminal.is_some() {
            print_document("\x1b[?7h")?;
        }
        self.lines = if rows.is_empty() { 1 } else { 1 + shown.len() + usize::from(!hidden.is_empty()) };
        Ok(())
    }

    /// The last table stays where it is.
    fn leave(&self) -> Result<(), Fault> {
        if self.terminal.is_some() { print_document("\x1b[?7h\r") } else { Ok(()) }
    }
}
