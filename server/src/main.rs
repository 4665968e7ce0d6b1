//! `pilot-status-mcp`: the server's command line.

mod cli;
mod failure;
mod logging;
mod signals;
mod telemetry;

use std::process::ExitCode;
use std::time::Duration;

use clap::Parser;
use server::{Key, Server, Settings};
use tokio_util::sync::CancellationToken;

use cli::{Cli, Command};
use failure::Failure;
use signals::Signals;

/// The variable that holds the key of the caller over stdio.
const KEY_VARIABLE: &str = "PILOT_STATUS_API_KEY";

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
        print!("{}", settings.to_toml());
        return Ok(());
    }
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let exporter = {
        let _on_runtime = runtime.enter();
        logging::start(&settings.config)?
    };
    let result = runtime.block_on(serve(settings, over_http));
    drop(exporter);
    // A read of standard input cannot be called off; do not wait for it.
    runtime.shutdown_timeout(Duration::from_millis(100));
    result
}

async fn serve(settings: Settings, over_http: bool) -> Result<(), Failure> {
    tracing::info!(upstream = %settings.config.upstream, "the API");
    let server = Server::new(settings.config.clone()).map_err(|error| Failure::of_start(error, &settings))?;
    if over_http { serve_http(server, &settings).await } else { serve_stdio(server, &settings).await }
}

async fn serve_http(server: Server, settings: &Settings) -> Result<(), Failure> {
    let mut signals = Signals::catch()?;
    let running = server.start().await.map_err(|error| Failure::of_start(error, settings))?;
    eprintln!("listening on {}", running.mcp_url());
    signals.wait(|| running.reload_certificate()).await;
    tracing::info!("stopping: calls in flight may finish; a second signal ends them");
    tokio::select! {
        result = running.stop() => Ok(result?),
        () = signals.wait(|| {}) => Err(Failure::SecondSignal),
    }
}

async fn serve_stdio(server: Server, settings: &Settings) -> Result<(), Failure> {
    let key = std::env::var_os(KEY_VARIABLE).filter(|key| !key.is_empty());
    let key = key.ok_or(Failure::NoKey(KEY_VARIABLE))?;
    let key = Key::parse(key.as_encoded_bytes()).map_err(|error| Failure::BadKey(KEY_VARIABLE, error))?;
    let mut signals = Signals::catch()?;
    let stop = CancellationToken::new();
    let (input, output) = rmcp::transport::stdio_pipes();
    let serving = server.serve_stdio(key, input, output, stop.clone());
    let ended = async {
        signals.wait(|| {}).await;
        stop.cancel();
        tokio::select! {
            () = tokio::time::sleep(settings.config.drain) => Ok(()),
            () = signals.wait(|| {}) => Err(Failure::SecondSignal),
        }
    };
    tokio::select! {
        result = serving => Ok(result?),
        result = ended => result,
    }
}
