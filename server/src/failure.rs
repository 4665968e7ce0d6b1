//! How the program ends when it fails.

use std::io;
use std::process::ExitCode;

use server::auth::Refusal;
use server::stdio::StdioError;
use server::{ConfigError, InvalidKey, Settings, SettingsError, StartError};
use thiserror::Error;

use crate::{KEY_VARIABLE, TOKEN_VARIABLE};

/// Why the program ends with an error.
#[derive(Debug, Error)]
pub(crate) enum Failure {
    #[error(transparent)]
    Settings(#[from] SettingsError),
    #[error("{place}: {mistake}")]
    Setting { place: String, mistake: ConfigError },
    #[error("telemetry.otlp_endpoint: {0}")]
    Telemetry(Box<dyn std::error::Error + Send + Sync>),
    #[error(transparent)]
    Start(#[from] StartError),
    #[error("{0} is not set: it holds the API key that the tools use, such as ps_…")]
    NoKey(&'static str),
    #[error("{0} is not an API key: {1}")]
    BadKey(&'static str, InvalidKey),
    #[error("{0} is not an access token")]
    BadToken(&'static str),
    #[error("set {0} or {1}, not both")]
    TwoCredentials(&'static str, &'static str),
    #[error("serving ended unexpectedly{}", .0.as_ref().map(|cause| format!(": {cause}")).unwrap_or_default())]
    Ended(Option<io::Error>),
    #[error("a second signal ended the calls in flight")]
    SecondSignal,
    #[error("{given} holds what this server does not take: set {wanted} in its place")]
    OtherCredential { given: &'static str, wanted: &'static str },
    #[error(transparent)]
    Stdio(StdioError),
    #[error(transparent)]
    Run(#[from] io::Error),
}

impl Failure {
    /// The failure to start, with the place of the setting that is at fault.
    pub(crate) fn of_start(error: StartError, settings: &Settings) -> Self {
        match error {
            StartError::Config(mistake) => Self::of_setting(mistake, settings),
            error => error.into(),
        }
    }

    /// A setting that cannot be used, with its place.
    pub(crate) fn of_setting(mistake: ConfigError, settings: &Settings) -> Self {
        let setting = mistake.setting();
        let place = setting.as_deref().and_then(|path| settings.blame(path)).map(ToString::to_string);
        // Some mistakes name the setting themselves.
        let told = mistake.to_string();
        match place.or(setting.filter(|setting| !told.starts_with(setting.as_str()))) {
            Some(place) => Self::Setting { place, mistake },
            None => StartError::Config(mistake).into(),
        }
    }

    /// The end of serving over stdio, told in terms of the environment, where the credential comes from, and not of headers.
    pub(crate) fn of_stdio(error: StdioError) -> Self {
        match error {
            StdioError::Refused(Refusal::NoKey) => {
                Self::OtherCredential { given: TOKEN_VARIABLE, wanted: KEY_VARIABLE }
            }
            StdioError::Refused(Refusal::NoToken) => {
                Self::OtherCredential { given: KEY_VARIABLE, wanted: TOKEN_VARIABLE }
            }
            error => Self::Stdio(error),
        }
    }

    /// Tells it on standard error.
    pub(crate) fn report(&self) -> ExitCode {
        eprintln!("pilot-status-mcp: {self}");
        match self {
            Self::Settings(_)
            | Self::Setting { .. }
            | Self::Telemetry(_)
            | Self::Start(StartError::Config(_))
            | Self::NoKey(_)
            | Self::BadKey(..)
            | Self::BadToken(_)
            | Self::TwoCredentials(..)
            | Self::OtherCredential { .. } => ExitCode::from(2),
            // What only time can mend is no mistake.
            Self::Stdio(StdioError::Refused(Refusal::Unavailable | Refusal::Busy(_))) => ExitCode::FAILURE,
            Self::Stdio(StdioError::Refused(_)) => ExitCode::from(2),
            _ => ExitCode::FAILURE,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_end_of_serving_is_no_mistake_in_the_settings() {
        let ended = Failure::Ended(Some(io::Error::other("task 1 panicked")));
        assert_eq!(ended.to_string(), "serving ended unexpectedly: task 1 panicked");
        assert_eq!(format!("{:?}", ended.report()), format!("{:?}", ExitCode::FAILURE));
    }
}
