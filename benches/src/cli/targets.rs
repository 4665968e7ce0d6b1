//! What is called: processes of our own, or what the command line names.

use std::env;
use std::path::Path;
use std::sync::Arc;

use benches::result::TargetInfo;
use benches::scenario::{Credential, Scenario, Transport};
use benches::targets::{AnyTarget, Mcp, Rest, Revision, Stdio};
use benches::{Process, ProcessError, Programs};
use clap::Args;
use reqwest::Url;

use super::Refusal;

/// Targets that run already.
#[derive(Debug, Args)]
#[command(next_help_heading = "Targets")]
pub(crate) struct Targets {
    /// How calls are made [default: what the scenario says; mcp with --mcp, stdio with --mcp-command].
    #[arg(long, value_name = "HOW")]
    transport: Option<Transport>,
    /// The API, as its URL without /v1. With --transport mcp or stdio, servers of our own are started in front of it.
    #[arg(long, value_name = "URL", group = "target", value_parser = url)]
    api: Option<Url>,
    /// The endpoint of the MCP server, such as http://127.0.0.1:8080/mcp.
    #[arg(long, value_name = "URL", group = "target", value_parser = url)]
    mcp: Option<Url>,
    /// A server that speaks over stdio: the command line that starts it, quoted as for a shell. It finds its caller's key in PILOT_STATUS_API_KEY, and is
    /// killed in the end.
    #[arg(long, value_name = "CMD", group = "target", value_parser = command_line)]
    mcp_command: Option<Command>,
    /// Processes that are started for each caller, over stdio.
    #[arg(long, value_name = "N", default_value = "1", value_parser = clap::value_parser!(u16).range(1..=256))]
    stdio_processes: u16,
    /// The revision of MCP that is spoken [default: 2026-07-28].
    #[arg(long, value_name = "REVISION")]
    revision: Option<Revision>,
    /// Let keys go over plain http:// to a target that is not on loopback.
    #[arg(long)]
    insecure_http: bool,
    /// Where programs of our own are.
    #[arg(skip)]
    programs: Programs,
}

/// A program and its arguments.
#[derive(Debug, Clone)]
struct Command {
    text: String,
    words: Vec<String>,
}

fn command_line(text: &str) -> Result<Command, String> {
    match shlex::split(text) {
        Some(words) if !words.is_empty() => Ok(Command { text: text.to_owned(), words }),
        Some(_) => Err("name a program".to_owned()),
        None => Err("a quote is not closed".to_owned()),
    }
}

/// A URL of a target.
pub(super) fn url(text: &str) -> Result<Url, String> {
    let url = Url::parse(text).ok().filter(|url| matches!(url.scheme(), "http" | "https"));
    url.ok_or_else(|| "give an https:// or http:// URL".to_owned())
}

/// Looked at later than the rest: what is refused as the command line is read is repeated in the refusal, and a password must not be.
fn is_plain(url: &Url) -> bool {
    url.username().is_empty() && url.password().is_none() && url.query().is_none() && url.fragment().is_none()
}

fn on_loopback(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default();
    let address = host.trim_matches(['[', ']']).parse::<std::net::IpAddr>();
    host == "localhost" || address.is_ok_and(|address| address.is_loopback())
}

/// What there is to call.
pub(crate) struct Ready {
    pub(crate) target: Arc<AnyTarget>,
    pub(crate) transport: Transport,
    /// Of MCP.
    pub(crate) revision: Option<Revision>,
    pub(crate) stdio_processes: Option<usize>,
    pub(crate) infos: Vec<TargetInfo>,
    /// Names and ids of processes of our own.
    pub(crate) watched: Vec<(String, u32)>,
    /// They end with this.
    _own: Vec<Process>,
}

/// What is being started.
#[derive(Default)]
struct Started {
    programs: Programs,
    infos: Vec<TargetInfo>,
    own: Vec<Process>,
}

impl Started {
    fn named(&mut self, role: &str, address: impl Into<String>) -> String {
        let address = address.into();
        self.infos.push(TargetInfo { role: role.to_owned(), address: address.clone(), own: false });
        address
    }

    fn start(&mut self, role: &str, process: Result<Process, ProcessError>) -> Result<String, Refusal> {
        let process = process.map_err(|error| Refusal::Unreachable(error.to_string()))?;
        let url = process.url.clone();
        self.infos.push(TargetInfo { role: role.to_owned(), address: url.clone(), own: true });
        self.own.push(process);
        Ok(url)
    }

    /// The API that is named, or a mock.
    fn api(&mut self, named: Option<&Url>) -> Result<String, Refusal> {
        match named {
            Some(url) => Ok(self.named("api", url.as_str())),
            None => {
                let mock = self.programs.mock();
                self.start("api", mock)
            }
        }
    }
}

impl Targets {
    /// Processes of the build in a directory.
    pub(super) fn of_programs(directory: &Path, transport: Transport) -> Self {
        Self { programs: Programs::In(directory.to_owned()), ..Self::over(transport) }
    }

    /// What runs at `url`: the API, or the endpoint of a server.
    pub(super) fn running(url: &Url, transport: Transport, insecure_http: bool) -> Self {
        let (api, mcp) = match transport {
            Transport::Mcp => (None, Some(url.clone())),
            Transport::Rest | Transport::Stdio => (Some(url.clone()), None),
        };
        Self { api, mcp, insecure_http, ..Self::over(transport) }
    }

    fn over(transport: Transport) -> Self {
        Self {
            transport: Some(transport),
            api: None,
            mcp: None,
            mcp_command: None,
            stdio_processes: 1,
            revision: None,
            insecure_http: false,
            programs: Programs::Own,
        }
    }

    /// Starts what is to be started, and looks whether all answers.
    pub(crate) async fn ready(&self, scenario: &Scenario) -> Result<Ready, Refusal> {
        let transport = self.transport(scenario)?;
        self.check()?;
        let revision = self.revision(transport)?;
        let callers = self.callers(scenario)?;
        if transport == Transport::Stdio && callers.is_empty() {
            let reason = "a server over stdio is started for its caller: the scenario needs credentials";
            return Err(Refusal::Usage(reason.to_owned()));
        }
        let mut started = Started { programs: self.programs.clone(), ..Started::default() };
        let processes = usize::from(self.stdio_processes);
        let target = match transport {
            Transport::Rest => AnyTarget::Rest(Rest::new(&started.api(self.api.as_ref())?, &callers)),
            Transport::Mcp => {
                let server = Mcp::new(&self.endpoint(&mut started)?, &callers);
                AnyTarget::Mcp(server.speaking(revision.unwrap_or_default()))
            }
            Transport::Stdio => {
                let command = self.command(&mut started)?;
                let servers = Stdio::start(&command, &callers, processes);
                let servers = servers.map_err(|error| Refusal::Unreachable(error.to_string()))?;
                AnyTarget::Stdio(servers.speaking(revision.unwrap_or_default()))
            }
        };
        target.reach().await.map_err(|error| {
            Refusal::Unreachable(format!("{error}\nIs it running, and is the address right? --api takes the URL without /v1, --mcp that of the endpoint."))
        })?;
        let mut watched: Vec<_> =
            started.own.iter().map(|process| (process.name.to_owned(), process.pid())).collect();
        if let AnyTarget::Stdio(stdio) = &target {
            watched.extend((1..).zip(stdio.pids()).map(|(number, pid)| (format!("stdio {number}"), pid)));
        }
        let stdio_processes = (transport == Transport::Stdio).then_some(processes);
        Ok(Ready {
            target: Arc::new(target),
            transport,
            revision,
            stdio_processes,
            infos: started.infos,
            watched,
            _own: started.own,
        })
    }

    fn endpoint(&self, started: &mut Started) -> Result<String, Refusal> {
        if let Some(url) = &self.mcp {
            return Ok(started.named("mcp", url.as_str()));
        }
        let upstream = started.api(self.api.as_ref())?;
        Ok(started.start("mcp", self.programs.server(&upstream))? + "/mcp")
    }

    fn command(&self, started: &mut Started) -> Result<Vec<String>, Refusal> {
        if let Some(command) = &self.mcp_command {
            started.named("mcp", &command.text);
            return Ok(command.words.clone());
        }
        let upstream = started.api(self.api.as_ref())?;
        let command =
            self.programs.stdio(&upstream).map_err(|error| Refusal::Unreachable(error.to_string()))?;
        started.infos.push(TargetInfo { role: "mcp".to_owned(), address: command.join(" "), own: true });
        Ok(command)
    }

    fn transport(&self, scenario: &Scenario) -> Result<Transport, Refusal> {
        let named = match (&self.mcp, &self.mcp_command) {
            (Some(_), _) => Some((Transport::Mcp, "--mcp")),
            (_, Some(_)) => Some((Transport::Stdio, "--mcp-command")),
            _ => None,
        };
        match (named, self.transport) {
            (Some((transport, option)), Some(asked)) if asked != transport => Err(Refusal::Usage(format!(
                "{option} names what cannot be called with --transport {}",
                asked.name()
            ))),
            (Some((transport, _)), _) => Ok(transport),
            (None, asked) => Ok(asked.unwrap_or(scenario.transport)),
        }
    }

    /// The revision of MCP, where that is spoken.
    fn revision(&self, transport: Transport) -> Result<Option<Revision>, Refusal> {
        match (transport, self.revision) {
            (Transport::Rest, Some(_)) => {
                Err(Refusal::Usage("--revision is of MCP: give --transport mcp or stdio".to_owned()))
            }
            (Transport::Rest, None) => Ok(None),
            (Transport::Mcp | Transport::Stdio, asked) => Ok(Some(asked.unwrap_or_default())),
        }
    }

    fn urls(&self) -> impl Iterator<Item = &Url> {
        self.api.iter().chain(&self.mcp)
    }

    fn check(&self) -> Result<(), Refusal> {
        if !self.urls().all(is_plain) {
            let reason = "give the URLs of targets without user, password, query and fragment";
            return Err(Refusal::Usage(reason.to_owned()));
        }
        if !self.insecure_http && self.urls().any(|url| url.scheme() == "http" && !on_loopback(url)) {
            let reason = "keys would go over plain http:// to a target that is not on loopback: use https://, or give --insecure-http";
            return Err(Refusal::Usage(reason.to_owned()));
        }
        Ok(())
    }

    /// The mock knows the keys of the demo world only; what is not on loopback is never sent them.
    fn callers(&self, scenario: &Scenario) -> Result<Vec<Credential>, Refusal> {
        let own = self.urls().next().is_none() && self.mcp_command.is_none();
        let local = self.urls().all(on_loopback);
        let find = |(name, source): (&String, &benches::scenario::CredentialSource)| {
            let variable = |name: &str| if own && source.demo.is_some() { None } else { env::var(name).ok() };
            source
                .find(variable, local)
                .map_err(|reason| Refusal::Usage(format!("credential {name}: {reason}")))
        };
        scenario.credentials.iter().map(find).collect()
    }
}
