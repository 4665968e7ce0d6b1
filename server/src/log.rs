//! Settings of the log.

use serde::{Deserialize, Serialize};
use tracing_subscriber::EnvFilter;
use tracing_subscriber::filter::{Directive, LevelFilter};

use crate::ConfigError;
use crate::names::{hint, nearest, shorten};

/// What a level can be called.
const LEVELS: [&str; 6] = ["error", "warn", "info", "debug", "trace", "off"];

/// How a line of the log is written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, clap::ValueEnum)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
    /// For people.
    #[default]
    Text,
    /// One JSON object a line.
    Json,
}

/// What is logged on standard error, and how.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Log {
    /// Text or JSON.
    pub format: LogFormat,
    /// `error`, `warn`, `info`, `debug`, `trace`, `off`, or directives such as `warn,server=debug`.
    pub level: String,
}

impl Default for Log {
    fn default() -> Self {
        Self { format: LogFormat::Text, level: "warn,server=info,pilot_status_mcp=info".to_owned() }
    }
}

impl Log {
    /// What [`Log::level`] lets through.
    ///
    /// # Errors
    /// [`ConfigError::Value`] with the part that is no directive. A word alone has to be a level: as the name of a target it would silence all others, and it
    /// is more likely a level that was mistyped.
    pub fn filter(&self) -> Result<EnvFilter, ConfigError> {
        let refuse = |part: &str| ConfigError::Value { name: "log.level", reason: no_directive(part) };
        let parts = self.level.split(',').map(str::trim).filter(|part| !part.is_empty());
        let parts: Vec<&str> = parts.collect();
        if let Some(part) = parts.iter().find(|part| !is_directive(part)) {
            return Err(refuse(part));
        }
        EnvFilter::builder().parse(parts.join(",")).map_err(|_| refuse(&self.level))
    }
}

fn is_directive(part: &str) -> bool {
    let is_word = !part.contains(['=', '[']);
    if is_word { part.parse::<LevelFilter>().is_ok() } else { part.parse::<Directive>().is_ok() }
}

fn no_directive(part: &str) -> String {
    let meant = hint(nearest(part, LEVELS));
    let levels = LEVELS.join(", ");
    format!("`{}` is neither a level ({levels}) nor a directive such as server=debug{meant}", shorten(part))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(level: &str) -> Option<String> {
        let log = Log { level: level.to_owned(), ..Log::default() };
        log.filter().err().map(|mistake| mistake.to_string())
    }

    #[test]
    fn levels_and_directives_are_taken() {
        assert!(Log::default().filter().is_ok());
        for level in
            ["off", "WARN", "warn, server=debug", "server[call{tool=\"media_get\"}]=trace", "hyper=2", ""]
        {
            assert_eq!(told(level), None, "{level}");
        }
        let log = Log { level: "warn, server=debug,".to_owned(), ..Log::default() };
        assert_eq!(log.filter().unwrap().to_string(), "server=debug,warn");
    }

    #[test]
    fn anything_else_is_named() {
        for (level, part) in [
            ("inof", "`inof` is neither"),
            ("inof", "did you mean info?"),
            ("warn,server", "`server` is neither"),
            ("warn,server=loud", "`server=loud` is neither"),
            ("a=b=c", "`a=b=c` is neither"),
        ] {
            let told = told(level).unwrap();
            assert!(told.starts_with("log.level cannot be used: ") && told.contains(part), "{told}");
        }
    }
}
