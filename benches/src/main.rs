//! `pilot-status-load`: the API and the MCP server under load, on the command line.

mod cli;

use std::process::ExitCode;

use clap::Parser;

/// As mock and server: who measures must not be slower than what is measured.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    cli::Cli::parse().run()
}
