//! `pilot-status-mcp`: the server's command line.

mod cli;
mod failure;
mod logging;
mod signals;
mod telemetry;

use std::process::ExitCode;
use std::time::Duration;

use clap::Parser;
use serde_json::json;
use server::auth::Token;
use server::{Credential, Key, LogFormat, Running, Server, Settings};
use tokio_util::sync::CancellationToken;

use cli::{Cli, Command};
use failure::Failure;
use signals::Signals;

/// Calls make many small pieces on one thread and free them on another; with the system's allocator a call takes 6 % more CPU (benches/NOTES.md).
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// The variable that holds the key of the caller over stdio.
const KEY_VARIABLE: &str = "PILOT_STATUS_API_KEY";
/// The variable that holds an access token in its place.
const TOKEN_VARIABLE: &str = "PILOT_STATUS_ACCESS_TOKEN";

fn main() -> ExitCode {
    match run(Cli::parse().command) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => failure.report(),
    }
}

fn run(command: Command) -> Result<(), Failure> {
    let print = command.common().print_config;
    let over_http = matches!(command, Command::Http(_));
    let settings = command.settings()?;
    if print {
        print!("{}", settings.to_toml()?);
    }
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let exporter = {
        let _on_runtime = runtime.enter();
        logging::start(&settings)?
    };
    let result =
        if print { check(&settings, over_http) } else { runtime.block_on(serve(settings, over_http)) };
    drop(exporter);
    // A read of standard input cannot be called off; do not wait for it.
    runtime.shutdown_timeout(Duration::from_millis(100));
    result
}

/// Whether a start with these settings would get as far as to listen, or to read.
fn check(settings: &Settings, over_http: bool) -> Result<(), Failure> {
    let refused = |error| Failure::of_start(error, settings);
    let server = Server::new(settings.config.clone()).map_err(refused)?;
    if over_http { server.check_http().map_err(refused) } else { Ok(()) }
}

async fn serve(settings: Settings, over_http: bool) -> Result<(), Failure> {
    tracing::info!(upstream = %settings.config.upstream, "the API");
    let server = Server::new(settings.config.clone()).map_err(|error| Failure::of_start(error, &settings))?;
    if over_http { serve_http(server, &settings).await } else { serve_stdio(server, &settings).await }
}

/// Says where the server listens: a line that people and scripts look for whatever the level of the log, and that is JSON where all lines are.
fn tell(running: &Running, format: LogFormat) {
    let url = running.mcp_url();
    match format {
        LogFormat::Text => eprintln!("listening on {url}"),
        LogFormat::Json => {
            eprintln!("{}", json!({ "level": "INFO", "message": format!("listening on {url}"), "url": url }))
        }
    }
}

/// Says that a signal has begun the end.
fn tell_end() {
    tracing::info!("stopping: calls in flight may finish; a second signal ends them");
}

async fn serve_http(server: Server, settings: &Settings) -> Result<(), Failure> {
    let mut signals = Signals::catch()?;
    let running = server.start().await.map_err(|error| Failure::of_start(error, settings))?;
    tell(&running, settings.config.log.format);
    tokio::select! {
        () = signals.wait(|| running.reload_certificate()) => {}
        () = running.ended() => return Err(Failure::Ended(running.stop().await.err())),
    }
    tell_end();
    tokio::select! {
        result = running.stop() => Ok(result?),
        () = signals.wait(|| {}) => Err(Failure::SecondSignal),
    }
}

async fn serve_stdio(server: Server, settings: &Settings) -> Result<(), Failure> {
    let credential = credential()?;
    let mut signals = Signals::catch()?;
    let stop = CancellationToken::new();
    let (input, output) = rmcp::transport::stdio_pipes();
    let serving = server.serve_stdio(credential, input, output, stop.clone());
    let ended = async {
        signals.wait(|| {}).await;
        stop.cancel();
        tell_end();
        tokio::select! {
            () = tokio::time::sleep(settings.config.drain) => Ok(()),
            () = signals.wait(|| {}) => Err(Failure::SecondSignal),
        }
    };
    tokio::select! {
        result = serving => result.map_err(Failure::of_stdio),
        result = ended => result,
    }
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
