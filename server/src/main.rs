//! `pilot-status-mcp`: the server's command line.

mod cli;

use std::process::ExitCode;
use std::time::Duration;

use clap::Parser;
use server::auth::Token;
use server::{Config, Credential, Key, Server};
use tokio_util::sync::CancellationToken;

use cli::{Cli, Command, Failure, Signals};

/// The variable that holds the key of the caller over stdio.
const KEY_VARIABLE: &str = "PILOT_STATUS_API_KEY";
/// The variable that holds an access token in its place.
const TOKEN_VARIABLE: &str = "PILOT_STATUS_ACCESS_TOKEN";

fn main() -> ExitCode {
    let cli = Cli::parse();
    cli::log_to_stderr();
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return Failure::Run(error).report(),
    };
    let result = runtime.block_on(run(cli));
    // A read of standard input cannot be called off; do not wait for it.
    runtime.shutdown_timeout(Duration::from_millis(100));
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => failure.report(),
    }
}

async fn run(cli: Cli) -> Result<(), Failure> {
    match cli.command {
        Command::Http(options) => serve_http(server(options.config()?)?).await,
        Command::Stdio(options) => serve_stdio(server(options.config()?)?).await,
    }
}

fn server(config: Config) -> Result<Server, Failure> {
    tracing::info!(upstream = %config.upstream, "the API");
    Ok(Server::new(config)?)
}

async fn serve_http(server: Server) -> Result<(), Failure> {
    let mut signals = Signals::catch()?;
    let running = server.start().await?;
    eprintln!("listening on {}", running.mcp_url());
    signals.wait().await;
    tracing::info!("stopping");
    Ok(running.stop().await?)
}

async fn serve_stdio(server: Server) -> Result<(), Failure> {
    let credential = credential()?;
    let mut signals = Signals::catch()?;
    let stop = CancellationToken::new();
    let signalled = stop.clone();
    tokio::spawn(async move {
        signals.wait().await;
        signalled.cancel();
    });
    let (input, output) = rmcp::transport::stdio_pipes();
    Ok(server.serve_stdio(credential, input, output, stop).await?)
}

/// The one credential of the environment.
fn credential() -> Result<Credential, Failure> {
    let variable = |name| std::env::var_os(name).filter(|value| !value.is_empty());
    match (variable(KEY_VARIABLE), variable(TOKEN_VARIABLE)) {
        (Some(_), Some(_)) => Err(Failure::TwoCredentials(KEY_VARIABLE, TOKEN_VARIABLE)),
        (Some(key), None) => {
            let key =
                Key::parse(key.as_encoded_bytes()).map_err(|error| Failure::BadKey(KEY_VARIABLE, error))?;
            Ok(key.into())
        }
        (None, Some(token)) => {
            let token = token.to_str().and_then(Token::parse).ok_or(Failure::BadToken(TOKEN_VARIABLE))?;
            Ok(token.into())
        }
        (None, None) => Err(Failure::NoKey(KEY_VARIABLE)),
    }
}
