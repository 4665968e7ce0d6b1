//! Settings as an operator gives them to the program.

use std::path::PathBuf;
use std::process::{Output, Stdio};

use tokio::process::Command;

/// A file of settings with this text, for one test.
pub(crate) fn file(name: &str, text: &str) -> PathBuf {
    let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
    std::fs::write(&path, text).unwrap();
    path
}

#[tokio::test]
async fn a_password_in_a_url_is_refused_and_not_repeated() {
    for option in ["--upstream", "--otlp-endpoint", "--oauth-issuer", "--oauth-resource"] {
        let environment = [("PILOT_STATUS_MCP_CONFIG", "")];
        let output = program(&["http", option, "http://user:hunter2@127.0.0.1:9"], &environment).await;
        let error = text(output.stderr);
        assert_eq!(output.status.code(), Some(2), "{error}");
        assert!(error.contains(option) && error.contains("credentials"), "{error}");
        assert!(!error.contains("hunter2"), "{error}");
    }
}

#[tokio::test]
async fn nor_is_one_in_the_file_or_the_environment() {
    for setting in
        ["resource", "issuer", "jwks_uri", "introspection_endpoint", "token_endpoint", "api_resource"]
    {
        let url = "https://user:hunter2@login.example.com";
        let path = file(&format!("password-{setting}.toml"), &format!("[oauth]\n{setting} = '{url}'\n"));
        let variable = format!("PILOT_STATUS_MCP_OAUTH__{}", setting.to_uppercase());
        for (environment, place) in [
            (("PILOT_STATUS_MCP_CONFIG", path.to_str().unwrap()), format!("{}:2:", path.display())),
            ((variable.as_str(), url), variable.clone()),
        ] {
            let output = program(&["http", "--print-config"], &[environment]).await;
            let (shown, error) = (text(output.stdout), text(output.stderr));
            assert_eq!(output.status.code(), Some(2), "{error}");
            assert!(error.contains(&place) && error.contains("credentials"), "{error}");
            assert!(!error.contains("hunter2") && !shown.contains("hunter2"), "{error}{shown}");
        }
    }
}

#[tokio::test]
async fn nor_is_one_shown_where_no_url_is_asked_for() {
    let url = "https://user:hunter2@login.example.com";
    for variable in ["ALLOW_ORIGINS", "ALLOW_HOSTS", "OAUTH__API_AUDIENCE", "OAUTH__CLIENT_ID"] {
        let variable = format!("PILOT_STATUS_MCP_{variable}");
        let output = program(&["http", "--print-config"], &[(variable.as_str(), url)]).await;
        let (shown, error) = (text(output.stdout), text(output.stderr));
        assert_eq!(output.status.code(), Some(2), "{error}");
        assert!(error.contains(&variable) && shown.contains("https://…@login.example.com"), "{error}{shown}");
        assert!(!error.contains("hunter2") && !shown.contains("hunter2"), "{error}{shown}");
    }
}

async fn program(arguments: &[&str], environment: &[(&str, &str)]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_pilot-status-mcp"));
    command.args(arguments).env_remove("PILOT_STATUS_BASE_URL").envs(environment.iter().copied());
    command.stdin(Stdio::null()).kill_on_drop(true).output().await.unwrap()
}

fn text(bytes: Vec<u8>) -> String {
    String::from_utf8(bytes).unwrap()
}

#[tokio::test]
async fn the_settings_in_force_are_printed_with_their_origins() {
    let path = file(
        "print.toml",
        "drain_seconds = 7\nmax_response_bytes = 1000\n[log]\nformat = 'json'\n[limits]\ncalls = 3\n[selection]\nareas = ['media']\n\
        [oauth]\nclient_secret = 'hunter2'\nclient_id = 'mcp'\nissuer = 'https://login.example'\n",
    );
    let config = path.to_str().unwrap();
    let environment = [
        ("PILOT_STATUS_MCP_MAX_RESPONSE_BYTES", "2000"),
        ("PILOT_STATUS_MCP_OAUTH__RESOURCE", "https://a.example/mcp"),
        ("PILOT_STATUS_READ_ONLY", "true"),
        ("PILOT_STATUS_API_KEY", "ps_secret"),
    ];
    for command in ["http", "stdio"] {
        let arguments = [command, "--config", config, "--print-config", "--log-format", "text"];
        let output = program(&arguments, &environment).await;
        assert_eq!(output.status.code(), Some(0));
        let printed = text(output.stdout);
        for line in [
            format!("drain_seconds = 7  # {config}:1:1"),
            "max_response_bytes = 2000  # PILOT_STATUS_MCP_MAX_RESPONSE_BYTES".to_owned(),
            "format = \"text\"  # command line".to_owned(),
            "connect_timeout_seconds = 5".to_owned(),
            format!("calls = 3  # {config}:6:1"),
            format!("areas = [\"media\"]  # {config}:8:1"),
            format!("client_secret = \"…\"  # {config}:10:1"),
            "resource = \"https://a.example/mcp\"  # PILOT_STATUS_MCP_OAUTH__RESOURCE".to_owned(),
            "read_only = true  # PILOT_STATUS_READ_ONLY".to_owned(),
        ] {
            assert!(printed.lines().any(|printed| printed == line), "{line}: {printed}");
        }
        assert!(!printed.contains("ps_secret") && !printed.contains("hunter2"));
    }
}

/// What no machine has ends the program in words, and not in a panic or an abort.
#[tokio::test]
async fn values_beyond_any_use_are_refused_with_what_is_allowed() {
    let most = "9223372036854775807";
    let listen = ["http", "--listen", "127.0.0.1:0"];
    for (option, told) in [
        ("--max-connections", "command line: the limit connections cannot be used: it must be 1 to 1000000"),
        ("--max-calls", "command line: the limit calls"),
        ("--max-calls-per-caller", "command line: the limit calls_per_caller"),
        ("--max-result-bytes", "command line: the limit max_result_bytes"),
    ] {
        for (value, told) in [(most, told), ("18446744073709551615", "command line: a number is too large")] {
            let output = program(&[&listen[..], &[option, value]].concat(), &[]).await;
            let error = text(output.stderr);
            assert_eq!(output.status.code(), Some(2), "{error}");
            assert!(error.contains(told), "{error}");
        }
    }
    for (variable, value) in [
        ("LIMITS__BODY_BYTES", "9223372036854775807"),
        ("LIMITS__BURST", "4294967295"),
        ("LIMITS__CALLERS", "1000000000000000"),
        ("MAX_RESPONSE_BYTES", "9223372036854775807"),
    ] {
        let variable = format!("PILOT_STATUS_MCP_{variable}");
        let output = program(&listen, &[(&variable, value)]).await;
        let error = text(output.stderr);
        assert_eq!(output.status.code(), Some(2), "{error}");
        assert!(error.contains(&variable) && error.contains("it must be "), "{error}");
    }
}

/// The same words and the same status as the start, after what is in force.
#[tokio::test]
async fn settings_that_the_start_refuses_are_printed_and_refused() {
    let key = ("PILOT_STATUS_API_KEY", "ps_demo");
    for options in [
        &["http", "--oauth-issuer", "https://a.example"][..],
        &["http", "--tls-cert", "/nowhere"],
        &["http", "--allow-origin", "app.example.com"],
        &["http", "--allow-host", "a b"],
        &["http", "--log-level", "inof"],
        &["http", "--max-calls", "0"],
        &["stdio", "--areas", "mesaging"],
    ] {
        let listen: &[&str] = if options[0] == "http" { &["--listen", "127.0.0.1:0"] } else { &[] };
        let started = program(&[options, listen].concat(), &[key, ("RUST_LOG", "off")]).await;
        let printed = program(&[options, &["--print-config"]].concat(), &[key, ("RUST_LOG", "off")]).await;
        let told = text(printed.stderr);
        assert!(told.starts_with("pilot-status-mcp: command line: "), "{told}");
        assert_eq!((printed.status.code(), told), (Some(2), text(started.stderr)), "{options:?}");
        assert!(text(printed.stdout).contains("\n[limits]\n"), "{options:?}");
    }
}

/// It may be meant, before a proxy that maps one path to the other.
#[tokio::test]
async fn a_resource_with_another_path_is_told() {
    let arguments = ["--print-config", "--oauth-issuer", "https://a.example", "--oauth-client-id", "mcp"];
    let secret = ("PILOT_STATUS_OAUTH_CLIENT_SECRET", "hunter2");
    for (command, path, is_told) in
        [("http", "/mcp", false), ("http", "/mcp/", true), ("http", "/a", true), ("stdio", "/a", false)]
    {
        let resource = format!("https://mcp.example.com{path}");
        let output =
            program(&[&[command, "--oauth-resource", &resource][..], &arguments].concat(), &[secret]).await;
        let log = text(output.stderr);
        assert_eq!(output.status.code(), Some(0), "{log}");
        assert_eq!(log.contains("WARN") && log.contains("oauth.resource has another path"), is_told, "{log}");
    }
}

#[tokio::test]
async fn a_file_with_a_mistake_keeps_the_program_from_starting() {
    for (text_of_file, told) in [
        ("\nupsteam = 'http://127.0.0.1:9'\n", "bad.toml:2:1: unknown setting `upsteam`"),
        (
            "allow_hosts = []\nallow_origins = ['app.example.com']\n",
            "bad.toml:2:1: \"app.example.com\" is not an origin",
        ),
        ("[log]\nlevel = 'server=loud'\n", "bad.toml:2:1: log.level cannot be used: `server=loud` is"),
        ("[log]\nlevel = 'inof'\n", "bad.toml:2:1: log.level cannot be used: `inof` is"),
        (
            "[tls]\ncheck_seconds = 9\ncert = '/nowhere/cert'\nkey = '/nowhere/key'\n",
            "bad.toml:3:1: /nowhere/cert: ",
        ),
        ("[tls]\ncert = 'Cargo.toml'\nkey = '/nowhere/key'\n", "bad.toml:3:1: /nowhere/key: "),
        ("[tls]\ncheck_seconds = 9\nkey = '/nowhere/key'\n", "bad.toml:3:1: tls.cert and tls.key"),
        (
            "[limits.tool_timeout_seconds]\nmesage_get = 1\n",
            "bad.toml:2:1: the limit tool_timeout_seconds cannot be used: there is no tool mesage_get",
        ),
        ("[limits]\ncalls = 0\n", "bad.toml:2:1: the limit calls"),
        ("[selection]\nareas = ['mesaging']\n", "bad.toml:2:1: the selection"),
        ("[oauth]\nresource = 'https://a.example/mcp'\n", "bad.toml:2:1: oauth.issuer is missing"),
        ("[oauth]\nissuer = 'https://a.example'\n", "bad.toml:2:1: oauth.resource is missing"),
        (
            "[oauth]\nissuer = 'https://a.example'\nresource = 'here'\n",
            "bad.toml:3:12: the URL \"here\" cannot be used: it must be whole",
        ),
        ("[oauth]\nclient_secret = 4711\n", "bad.toml:2:17: a secret is text"),
    ] {
        let path = file("bad.toml", text_of_file);
        let environment = [("PILOT_STATUS_MCP_CONFIG", path.to_str().unwrap())];
        let output = program(&["http", "--listen", "127.0.0.1:0"], &environment).await;
        let error = text(output.stderr);
        assert_eq!(output.status.code(), Some(2), "{error}");
        assert!(error.contains(told), "{error}");
    }
}
