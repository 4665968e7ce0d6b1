//! The program before a real mock and server: short runs, of which only counts are looked at.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};

use benches::result::{Kind, RunResult};
use mock_api::{MockApi, RequestFilter};
use server::{Limits, Server};

/// A directory of its own for a test, in which the program runs.
pub(crate) struct Place(PathBuf);

impl Place {
    pub(crate) fn new() -> Self {
        static NEXT: AtomicUsize = AtomicUsize::new(0);
        let name = format!("load-{}-{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
        let path = std::env::temp_dir().join(name);
        fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    pub(crate) fn path(&self) -> &Path {
        &self.0
    }

    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_pilot-status-load"));
        // A proxy that is never to be asked.
        command.args(arguments).current_dir(&self.0).env_clear().env("http_proxy", "http://127.0.0.1:1");
        command
    }

    /// Runs the program: exit code, standard output, standard error.
    pub(crate) async fn run(&self, arguments: &[&str]) -> (i32, String, String) {
        let mut command = self.command(arguments);
        let output = tokio::task::spawn_blocking(move || command.output().unwrap()).await.unwrap();
        ended(&output)
    }

    pub(crate) fn write(&self, name: &str, text: &str) {
        fs::write(self.0.join(name), text).unwrap();
    }

    pub(crate) fn read(&self, name: &str) -> String {
        fs::read_to_string(self.0.join(name)).unwrap()
    }

    pub(crate) fn result(&self, name: &str) -> RunResult {
        RunResult::parse(&self.read(name)).unwrap()
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        // What is left behind is in the system's directory for such things.
        drop(fs::remove_dir_all(&self.0));
    }
}

fn ended(output: &Output) -> (i32, String, String) {
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
    (output.status.code().unwrap_or(-1), text(&output.stdout), text(&output.stderr))
}

/// Twenty arrivals.
const TWENTY: [&str; 6] = ["--rate", "200", "--duration", "100ms", "--warm-up", "0s"];

fn twenty<'a>(command: &'a str, more: &[&'a str]) -> Vec<&'a str> {
    [&[command], TWENTY.as_slice(), more].concat()
}

#[tokio::test(flavor = "multi_thread")]
async fn rest_and_mcp_to_targets_that_are_named() {
    let mock = MockApi::builder().start().await.unwrap();
    let server = Server::builder().upstream(mock.url()).limits(Limits::plain()).start().await.unwrap();
    let (api, endpoint) = (mock.url(), server.mcp_url());
    for target in [["--api", &api], ["--mcp", &endpoint]] {
        let place = Place::new();
        let more = [&target[..], &["--report", "json=r.json"]].concat();
        let (code, shown, told) = place.run(&twenty("run", &more)).await;
        assert_eq!(code, 0, "{shown}{told}");
        assert!(shown.contains("message_get") && shown.contains("reads over "), "{shown}");
        let result = place.result("r.json");
        let phase = &result.phases[0];
        assert_eq!((result.kind, phase.total.count, phase.total.failed()), (Kind::Run, 20, 0), "{shown}");
        assert_eq!((phase.arrivals.due, phase.total.latency_histogram.count()), (20, 20));
        assert!(!result.targets[0].own && result.processes.is_empty());
    }
    // The set-up and the calls of both runs.
    assert!(
        mock.verify(
            &RequestFilter { operation: Some("POST /v1/messages/send".into()), ..Default::default() },
            mock_api::Count::exactly(400)
        )
        .ok
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn all_transports_to_processes_of_its_own() {
    for (transport, processes) in [
        ("rest", vec!["mock"]),
        ("mcp", vec!["mock", "server"]),
        ("stdio", vec!["mock", "stdio 1", "stdio 2", "stdio 3", "stdio 4"]),
    ] {
        let place = Place::new();
        let more = [
            "--transport",
            transport,
            "--stdio-processes",
            "2",
            "--scenario",
            "refused",
            "--quiet",
            "--report",
            "json=r.json",
        ];
        let (code, shown, told) = place.run(&twenty("run", &more)).await;
        assert_eq!((code, told.as_str()), (0, ""), "{shown}");
        let result = place.result("r.json");
        assert_eq!((result.phases[0].total.count, result.phases[0].total.failed()), (20, 0), "{shown}");
        let names: Vec<&str> = result.processes.iter().map(|process| process.name.as_str()).collect();
        assert_eq!(names, processes);
        assert!(result.targets.iter().all(|target| target.own));
        #[cfg(target_os = "linux")]
        for process in &result.processes {
            assert!(
                process
                    .samples
                    .iter()
                    .all(|sample| sample.resident_bytes > 1 << 20 && sample.descriptors > 2)
            );
            assert!(!process.samples.is_empty());
            // They are gone.
            assert!(!PathBuf::from(format!("/proc/{}", process.pid)).exists(), "{process:?}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_over_stdio_by_its_command() {
    let mock = MockApi::builder().start().await.unwrap();
    let program = Path::new(env!("CARGO_BIN_EXE_pilot-status-load")).with_file_name("pilot-status-mcp");
    let (place, command) = (Place::new(), format!("'{}' stdio --upstream {}", program.display(), mock.url()));
    let (code, shown, told) = place
        .run(&twenty("run", &["--mcp-command", &command, "--scenario", "sends", "--report", "json=r.json"]))
        .await;
    assert_eq!(code, 0, "{shown}{told}");
    let result = place.result("r.json");
    assert_eq!((result.phases[0].total.count, result.targets[0].own), (20, false));
    let sends = RequestFilter { operation: Some("POST /v1/messages/send".into()), ..Default::default() };
    assert!(mock.verify(&sends, mock_api::Count::exactly(20)).ok);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_ramp_tells_whether_a_rate_held() {
    let mock = MockApi::builder().start().await.unwrap();
    let (place, api) = (Place::new(), mock.url());
    place.write("fails.yaml", "version: 1\nmix: [{ share: 1, calls: [{ tool: templates_list }] }]");
    let short = ["--warm-up", "0s", "--step-duration", "200ms", "--api", &api, "--report", "json=r.json"];
    let begin =
        ["ramp", "--from", "50", "--to", "120", "--step", "x2", "--max-p99", "1m", "--scenario", "refused"];
    let (code, shown, told) = place.run(&[&begin[..], &short].concat()).await;
    let result = place.result("r.json");
    let (first, held) = (&result.phases[0], result.highest_held);
    assert_eq!((result.kind, first.rate, first.total.count), (Kind::Ramp, 50.0, 10), "{shown}{told}");
    // Which rate holds depends on the machine; that it is told does not.
    assert_eq!((first.saturated.is_empty(), code), (held.is_some(), i32::from(held.is_none())), "{shown}");
    assert!(shown.contains(if held.is_some() { "/s held" } else { "no rate held" }), "{shown}");
    let (code, shown, _) = place.run(&[&["ramp", "--scenario", "fails.yaml"], &short[..]].concat()).await;
    assert_eq!((code, place.result("r.json").highest_held), (1, None), "{shown}");
    assert!(shown.contains("no rate held") && shown.contains("UNAUTHORIZED"), "{shown}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_soak_is_reported_as_one() {
    let mock = MockApi::builder().start().await.unwrap();
    let (place, api) = (Place::new(), mock.url());
    let (code, shown, told) = place
        .run(&twenty("soak", &["--api", &api, "--report", "json=r.json,html=r.html", "--scenario", "sends"]))
        .await;
    let result = place.result("r.json");
    let page = place.read("r.html");
    assert!(
        page.starts_with("<!doctype html>") && page.contains("sends over rest, 200 arrivals a second"),
        "{page}"
    );
    assert_eq!((code, result.kind, result.phases[0].total.count), (0, Kind::Soak, 20), "{shown}{told}");
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn an_interrupt_ends_the_run_with_a_report() {
    let mock = MockApi::builder().start().await.unwrap();
    let (place, api) = (Place::new(), mock.url());
    let mut command = place.command(&[
        "run",
        "--scenario",
        "refused",
        "--api",
        &api,
        "--duration",
        "1h",
        "--report",
        "json=r.json",
    ]);
    let child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let calls = RequestFilter { operation: Some("GET /v1/calls".into()), ..Default::default() };
    while !mock.verify(&calls, mock_api::Count::at_least(1)).ok {
        tokio::task::yield_now().await;
    }
    let pid = child.id().to_string();
    assert!(Command::new("kill").args(["-INT", &pid]).status().unwrap().success());
    let output = tokio::task::spawn_blocking(move || child.wait_with_output().unwrap()).await.unwrap();
    let (code, shown, told) = ended(&output);
    assert!(code == 130 && shown.contains("interrupted: this is what there was"), "{code}\n{shown}\n{told}");
    assert!(place.result("r.json").interrupted);
}
