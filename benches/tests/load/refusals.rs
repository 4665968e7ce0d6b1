//! What the program does not do, and with which exit code it says so.

use mock_api::MockApi;

use crate::program::Place;

#[tokio::test(flavor = "multi_thread")]
async fn a_command_line_that_cannot_be_used() {
    let place = Place::new();
    place.write("bad.yaml", "version: 1\nmix: [{ share: 1, calls: [{ tool: message_gett }] }]");
    place.write("nobody.yaml", "version: 1\nmix: [{ share: 1, calls: [{ tool: templates_list }] }]");
    for (arguments, told) in [
        (vec!["run", "--rate", "0"], "write a number from above 0"),
        (vec!["run", "--rate", "fast"], "is no rate"),
        (vec!["run", "--duration", "0s"], "longer than nothing"),
        (vec!["run", "--duration", "10"], "write 250ms, 30s"),
        (vec!["run", "--max-errors", "1"], "write it in percent"),
        (vec!["run", "--max-errors", "101%"], "write it in percent"),
        (vec!["run", "--max-in-flight", "0"], "from 1 to 100000"),
        (vec!["run", "--report", "pdf=x"], "no format is called"),
        (vec!["run", "--report", "json="], "json=FILE"),
        (vec!["run", "--scenario", "raeds"], "bundled are reads"),
        (vec!["run", "--scenario", "bad.yaml"], "did you mean message_get?"),
        (vec!["run", "--api", "127.0.0.1:4010"], "give an https:// or http:// URL"),
        (vec!["run", "--api", "http://127.0.0.1:1", "--mcp", "http://127.0.0.1:1"], "cannot be used with"),
        (
            vec!["run", "--mcp", "http://127.0.0.1:1", "--transport", "rest"],
            "cannot be called with --transport rest",
        ),
        (vec!["run", "--mcp-command", "a 'b"], "a quote is not closed"),
        (vec!["run", "--transport", "rest", "--revision", "2025-11-25"], "--revision is of MCP"),
        (
            vec!["run", "--transport", "mcp", "--revision", "2024-11-05"],
            "possible values: 2026-07-28, 2025-11-25",
        ),
        (vec!["run", "--scenario", "nobody.yaml", "--transport", "stdio"], "needs credentials"),
        (vec!["run", "--report", "json=no/such/place.json"], "failed to write no/such/place.json"),
        (vec!["ramp", "--step-duration", "2000000h"], "at most 31 days"),
        (vec!["ramp", "--step", "x1"], "is no rise"),
        (vec!["ramp", "--from", "10", "--to", "5"], "is above"),
        (vec!["scenarios", "nothing"], "no bundled scenario"),
        (vec!["sprint"], "unrecognized subcommand"),
        (vec![], "Usage"),
    ] {
        let (code, _, stderr) = place.run(&arguments).await;
        assert!(code == 2 && stderr.contains(told), "{arguments:?}: {code} {stderr}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_host_that_is_not_on_loopback_gets_no_key_that_was_not_meant_for_it() {
    let place = Place::new();
    let (code, _, told) = place.run(&["run", "--api", "http://load.invalid"]).await;
    assert!(code == 2 && told.contains("plain http://"), "{told}");
    // Keys of the demo world are not for others.
    let (code, _, told) = place.run(&["run", "--api", "https://load.invalid"]).await;
    assert!(code == 2 && told.contains("PILOT_STATUS_LOAD_META_KEY"), "{told}");
    let (code, _, told) = place.run(&["run", "--api", "https://user:hunter2@load.invalid"]).await;
    assert!(code == 2 && !told.contains("hunter2"), "{told}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_target_that_is_not_there() {
    let place = Place::new();
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let nowhere = format!("http://{}", free.local_addr().unwrap());
    drop(free);
    for target in [
        ["--api", nowhere.as_str()],
        ["--mcp", nowhere.as_str()],
        ["--mcp-command", "/no/such/program"],
        ["--mcp-command", "true"],
    ] {
        let (code, _, told) = place.run(&[&["run"], &target[..]].concat()).await;
        assert!(code == 3 && told.contains("cannot be reached"), "{target:?}: {code} {told}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_set_up_that_is_refused_is_told_without_the_key() {
    let mock = MockApi::builder().start().await.unwrap();
    let (place, api) = (Place::new(), mock.url());
    let mut command = place.command(&["run", "--api", &api]);
    command.env("PILOT_STATUS_LOAD_META_KEY", "ps_secret_of_mine");
    let output = tokio::task::spawn_blocking(move || command.output().unwrap()).await.unwrap();
    let told = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(3), "{told}");
    assert!(told.contains("setup[0]: messages_send answered UNAUTHORIZED"), "{told}");
    assert!(!told.contains("ps_secret"), "{told}");
}

#[tokio::test(flavor = "multi_thread")]
async fn thresholds_decide_the_exit_code() {
    let mock = MockApi::builder().start().await.unwrap();
    let (place, api) = (Place::new(), mock.url());
    let half = "
version: 1
credentials: { meta: { env: NONE, demo: ps_demo_meta } }
mix:
  - share: 1
    calls:
      - { tool: templates_list }
      - { tool: message_get, arguments: { id: msg_none } }
";
    place.write("half.yaml", half);
    place.write("none.yaml", "version: 1\nmix: [{ share: 1, calls: [{ tool: templates_list }] }]");
    let run = ["run", "--rate", "100", "--duration", "100ms", "--warm-up", "0s", "--api", &api, "--quiet"];
    for (more, wanted, words) in [
        (vec!["--scenario", "half.yaml"], 0, ""),
        (vec!["--scenario", "half.yaml", "--max-errors", "60%", "--max-p99", "10m"], 0, ""),
        (vec!["--scenario", "half.yaml", "--max-errors", "40%"], 1, "% of the calls failed"),
        (vec!["--scenario", "half.yaml", "--max-p99", "1us"], 1, "is above 0.001 ms"),
        (vec!["--scenario", "none.yaml"], 1, "no call succeeded"),
    ] {
        let (code, shown, told) = place.run(&[&run[..], &more].concat()).await;
        assert!(code == wanted && told.contains(words), "{more:?}: {code} {shown} {told}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn bundled_scenarios_are_shown() {
    let place = Place::new();
    let (code, shown, _) = place.run(&["scenarios"]).await;
    assert_eq!((code, shown.lines().count()), (0, 4), "{shown}");
    let (code, shown, _) = place.run(&["scenarios", "refused"]).await;
    assert!(code == 0 && shown.contains("expect: TEMPLATE_EXAMPLES_REQUIRED"), "{shown}");
}
