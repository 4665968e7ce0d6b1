//! `pilot-status-load`: the API and the MCP server under load.

fn main() {}
