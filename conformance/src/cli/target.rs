//! What is checked, and what may be done to it.

use std::path::PathBuf;

use clap::Args;
use conformance::{CONTROL_TOKEN, Control, Mcp, Permit, Rig, RigError, Roles, SuiteError, Target as Side};
use reqwest::Url;

use super::{complain, keys};

/// Calls a second to a target that is not on this machine, unless told otherwise.
const USUAL_RATE: f64 = 5.0;

/// Targets that run already.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Targets")]
pub(crate) struct Targets {
    /// The API, as its URL without /v1. Alone: only what concerns the API. A mock is found out by /_mock/health, and steered if it may be written to;
    /// it must have the demo world, and its state is reset again and again.
    #[arg(long, value_name = "URL", value_parser = url)]
    api: Option<Url>,
    /// The endpoint of the MCP server, such as http://127.0.0.1:8080/mcp. Alone: only what concerns the server.
    #[arg(long, value_name = "URL", group = "server", value_parser = url)]
    mcp: Option<Url>,
    /// A server that speaks over stdio, in place of --mcp: the command line that starts it, quoted as for a shell. It is started once for each key, which it
    /// finds in PILOT_STATUS_API_KEY, and killed in the end. Without --api nobody knows what is behind it, so that --safe holds.
    #[arg(long, value_name = "CMD", group = "server", value_parser = command_line)]
    mcp_command: Option<CommandLine>,
    /// What the mock's control API asks for; better in the variable PILOT_STATUS_MOCK_CONTROL_TOKEN.
    #[arg(long, value_name = "TOKEN", requires = "api", hide_env_values = true)]
    control_token: Option<String>,
    /// Keys and numbers of the target in place of those of the demo world: YAML with the roles tenant, meta, meta_oba, web, web_closed and other_tenant, each
    /// {key: …, number: …}. Or in variables such as PILOT_STATUS_CONFORMANCE_META_KEY and …_META_NUMBER. What needs a role that is missing is not
    /// verified. No key is ever printed.
    #[arg(long, value_name = "FILE")]
    keys: Option<PathBuf>,
    /// Call tools only that change nothing, and never send: so it is anyway for a target that is not on loopback, and with --keys. Malformed requests and
    /// others that no client would make are sent all the same, unless they name a tool that changes something.
    #[arg(long)]
    safe: bool,
    /// Under --safe: also call tools that change something. Without a control API they are only called so that they must refuse. Steers a mock.
    #[arg(long)]
    allow_writes: bool,
    /// Under --safe: also send to this phone or group. Repeat it, or separate by commas, for more.
    #[arg(long, value_name = "TO", value_delimiter = ',')]
    allow_sends: Vec<String>,
    /// Calls a second at most [default: 5 for a target that is not on loopback, and with --keys; else any number]. Whatever it is, a server that asks to wait
    /// is waited for as long as Retry-After says, up to a minute, and asked up to five times; what it refuses then is not verified.
    #[arg(long, value_name = "N", value_parser = rate)]
    rate: Option<f64>,
    /// Let keys go over plain http:// to a target that is not on loopback.
    #[arg(long)]
    insecure_http: bool,
}

/// A program and its arguments.
#[derive(Debug, Clone)]
struct CommandLine {
    text: String,
    words: Vec<String>,
}

fn command_line(text: &str) -> Result<CommandLine, String> {
    match shlex::split(text) {
        Some(words) if !words.is_empty() => Ok(CommandLine { text: text.to_owned(), words }),
        Some(_) => Err("name a program".to_owned()),
        None => Err("a quote is not closed".to_owned()),
    }
}

fn url(text: &str) -> Result<Url, String> {
    let url = Url::parse(text).map_err(|error| format!("give an https:// or http:// URL ({error})"))?;
    if !matches!(url.scheme(), "http" | "https") {
        return Err("give an https:// or http:// URL".to_owned());
    }
    Ok(url)
}

/// Looked at later than the rest: what is refused as the command line is read is repeated in the refusal, and a password must not be.
fn is_plain(url: &Url) -> bool {
    url.username().is_empty() && url.password().is_none() && url.query().is_none() && url.fragment().is_none()
}

fn rate(text: &str) -> Result<f64, String> {
    let rate = text.parse().ok().filter(|rate| (0.01..=1000.0).contains(rate));
    rate.ok_or_else(|| "give a number from 0.01 to 1000".to_owned())
}

fn on_loopback(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default();
    let address = host.trim_matches(['[', ']']).parse::<std::net::IpAddr>();
    host == "localhost" || address.is_ok_and(|address| address.is_loopback())
}

/// Why there is nothing to check.
pub(crate) enum Refusal {
    /// The command line asks for what cannot be.
    Usage(String),
    /// Something that is asked for fails.
    Failed(SuiteError),
}

impl From<RigError> for Refusal {
    fn from(error: RigError) -> Self {
        Self::Failed(error.into())
    }
}

impl Targets {
    /// The side that is checked, where it is only one.
    pub(crate) fn only(&self) -> Option<Side> {
        match (&self.api, self.mcp.is_some() || self.mcp_command.is_some()) {
            (Some(_), false) => Some(Side::Rest),
            (None, true) => Some(Side::Mcp),
            _ => None,
        }
    }

    /// Whether mock and server are started for the run.
    pub(crate) fn own(&self) -> bool {
        self.api.is_none() && self.mcp.is_none() && self.mcp_command.is_none()
    }

    fn local(&self) -> bool {
        let hidden = self.mcp_command.is_some() && self.api.is_none();
        !hidden && self.urls().all(on_loopback)
    }

    fn urls(&self) -> impl Iterator<Item = &Url> {
        self.api.iter().chain(&self.mcp)
    }

    /// The same on the targets of an earlier run, where these name none. A file does not start programs, lend keys or permit anything: `None` for such a run.
    pub(crate) fn as_in(&self, earlier: Self) -> Option<Self> {
        if !self.own() || earlier.own() {
            return Some(self.clone());
        }
        let harmless = earlier.local()
            && earlier.mcp_command.is_none()
            && earlier.keys.is_none()
            && !earlier.allow_writes
            && earlier.allow_sends.is_empty();
        let safe = self.safe || earlier.safe;
        harmless.then(|| Self { api: earlier.api, mcp: earlier.mcp, safe, ..self.clone() })
    }

    /// The options that a failure is repeated with.
    pub(crate) fn again(&self) -> String {
        let mut line = String::new();
        let mut add = |name: &str, value: &str| {
            let plain = |sign: char| sign.is_ascii_alphanumeric() || "-_./:+@,".contains(sign);
            let quoted = || format!("'{}'", value.replace('\'', r"'\''"));
            line += &format!(" --{name}");
            if !value.is_empty() {
                line += &format!(" {}", if value.chars().all(plain) { value.to_owned() } else { quoted() });
            }
        };
        for (name, url) in [("api", &self.api), ("mcp", &self.mcp)] {
            if let Some(url) = url {
                add(name, url.as_str());
            }
        }
        if let Some(command) = &self.mcp_command {
            add("mcp-command", &command.text);
        }
        if let Some(keys) = &self.keys {
            add("keys", &keys.display().to_string());
        }
        for (name, _) in
            [("safe", self.safe), ("allow-writes", self.allow_writes), ("insecure-http", self.insecure_http)]
                .into_iter()
                .filter(|(_, given)| *given)
        {
            add(name, "");
        }
        if !self.allow_sends.is_empty() {
            add("allow-sends", &self.allow_sends.join(","));
        }
        line
    }

    /// A rig of mock and server of our own.
    pub(crate) fn start(&self) -> Result<Rig, RigError> {
        Ok(Rig::start()?.permitting(self.permit(true)))
    }

    /// A rig of the targets that are named.
    pub(crate) fn attach(&self) -> Result<Rig, Refusal> {
        if !self.urls().all(is_plain) {
            let reason = "give the URLs of targets without user, password, query and fragment";
            return Err(Refusal::Usage(reason.to_owned()));
        }
        if !self.insecure_http && self.urls().any(|url| url.scheme() == "http" && !on_loopback(url)) {
            let reason = "keys would go over plain http:// to a target that is not on loopback: use https://, or give --insecure-http";
            return Err(Refusal::Usage(reason.to_owned()));
        }
        let roles = keys::roles(self.keys.as_deref()).map_err(Refusal::Usage)?;
        // Keys of one's own may be those of a real account, which a server on this machine may stand in front of.
        let harmless = self.local() && roles.is_none();
        // Only a mock needs none, and what may not be written to is not steered.
        let maybe_mock = self.api.is_some() && self.allow_writes;
        if roles.is_none() && !harmless && !maybe_mock {
            return Err(self.needs_keys());
        }
        let token = self.control_token.clone().or_else(|| keys::variable(CONTROL_TOKEN));
        let rig = self.rig()?.permitting(self.permit(harmless)).steered_if_mock(token);
        if rig.is_steered() {
            stands(&rig)?;
            return Ok(rig.with_roles(roles.unwrap_or_default()).paced(self.rate));
        }
        let Some(roles) = roles.or_else(|| harmless.then(Roles::default)) else {
            rig.reach().map_err(|error| Refusal::Failed(SuiteError::Unreachable(error)))?;
            return Err(self.needs_keys());
        };
        let rate = self.rate.or_else(|| (!harmless).then_some(USUAL_RATE));
        if let Some(rate) = rate {
            complain(&format!(
                "at most {rate} calls a second, so that all of it may take many minutes; --only, --cases and --rate make it shorter"
            ));
        }
        Ok(rig.with_roles(roles).paced(rate))
    }

    fn needs_keys(&self) -> Refusal {
        let (variable, hidden) = (keys::VARIABLE, self.mcp_command.is_some() && self.api.is_none());
        Refusal::Usage(if hidden {
            format!(
                "without --api nobody knows which API is behind --mcp-command: give --api, or keys of that API by --keys or variables such as {variable}_META_KEY"
            )
        } else {
            format!(
                "a target that is not on loopback needs keys of its own: give --keys, or variables such as {variable}_META_KEY"
            )
        })
    }

    fn rig(&self) -> Result<Rig, RigError> {
        let text = |url: &Option<Url>| url.as_ref().map(|url| url.as_str().to_owned()).unwrap_or_default();
        let mcp = match &self.mcp_command {
            Some(command) => Mcp::command(command.words.clone()),
            None => Mcp::new(text(&self.mcp)),
        };
        let rig = Rig::attach_to(&text(&self.api), mcp, Control::None)?;
        Ok(match self.only() {
            Some(only) => rig.only(only),
            None => rig,
        })
    }

    fn permit(&self, harmless: bool) -> Permit {
        if harmless && !self.safe {
            return Permit::Everything;
        }
        Permit::Safe { writes: self.allow_writes, sends: self.allow_sends.clone() }
    }
}

/// Whether the clock of a mock stands still: where it runs, no two answers are alike, and it has left the time that recorded answers are of.
fn stands(rig: &Rig) -> Result<(), Refusal> {
    let runs = rig.look("/clock").is_ok_and(|clock| clock.get("mode").is_some_and(|mode| mode == "real"));
    if runs {
        let reason = "the mock's clock runs, so that no two answers are alike: start it with --clock frozen";
        return Err(Refusal::Usage(reason.to_owned()));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_line_is_read_as_by_a_shell() {
        let read = |text| command_line(text).map(|line| line.words);
        assert_eq!(read("mcp 'a b' --c").unwrap(), ["mcp", "a b", "--c"]);
        assert!(read("").is_err() && read(" ").is_err() && read("mcp 'a").is_err());
    }

    #[test]
    fn only_this_machine_is_on_loopback() {
        for text in [
            "http://127.0.0.1:4010",
            "http://127.8.9.1",
            "http://localhost:8080/mcp",
            "http://[::1]:8080/mcp",
        ] {
            assert!(on_loopback(&url(text).unwrap()), "{text}");
        }
        for text in
            ["https://pilotstatus.com.br", "http://127.0.0.1.example.com", "http://10.0.0.1", "http://[::2]"]
        {
            assert!(!on_loopback(&url(text).unwrap()), "{text}");
        }
        for text in ["http://127.0.0.1@example.com", "http://a/?b", "http://a/#b", "http://:b@a"] {
            assert!(!is_plain(&url(text).unwrap()), "{text}");
        }
        for text in ["127.0.0.1:4010", "ftp://localhost", ""] {
            assert!(url(text).is_err(), "{text}");
        }
    }
}
