//! The deployment files name what there is: settings, ports, paths, labels.

use std::ffi::OsString;
use std::path::PathBuf;

use serde_json::{Value, json};
use server::{Config, MetricsSettings, Server, Settings};

use crate::settings::file;

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn yaml(path: &str) -> Value {
    serde_saphyr::from_str(&std::fs::read_to_string(root().join(path)).unwrap()).unwrap()
}

fn kubernetes(name: &str) -> Value {
    yaml(&format!("deploy/kubernetes/{name}.yaml"))
}

/// The settings that the pods start with, by that manifest and these variables.
fn config_of<const N: usize>(manifest: &str, variables: [(OsString, OsString); N]) -> Config {
    let map = kubernetes(manifest);
    let name = format!("kubernetes-{}.toml", manifest.replace('/', "-"));
    let path = file(&name, map["data"]["settings.toml"].as_str().unwrap());
    Settings::load(Some(&path), variables).unwrap().config
}

fn config() -> Config {
    config_of("settings", [])
}

#[test]
fn the_manifests_belong_together() {
    let (deployment, service) = (kubernetes("deployment"), kubernetes("service"));
    let labels = &deployment["spec"]["template"]["metadata"]["labels"];
    assert_eq!(*labels, json!({ "app": "pilot-status-mcp" }));
    for selector in [
        &deployment["spec"]["selector"]["matchLabels"],
        &service["spec"]["selector"],
        &kubernetes("disruption")["spec"]["selector"]["matchLabels"],
        &kubernetes("network")["spec"]["podSelector"]["matchLabels"],
    ] {
        assert_eq!(selector, labels);
    }
    let target = &kubernetes("autoscaler")["spec"]["scaleTargetRef"];
    assert_eq!((&target["kind"], &target["name"]), (&deployment["kind"], &deployment["metadata"]["name"]));
    let pod = &deployment["spec"]["template"]["spec"];
    assert_eq!(pod["volumes"][0]["configMap"]["name"], kubernetes("settings")["metadata"]["name"]);
    assert_eq!(service["spec"]["ports"][0]["targetPort"], pod["containers"][0]["ports"][0]["name"]);
    let named = kubernetes("network")["spec"]["ingress"].as_array().unwrap().len();
    assert_eq!(named, pod["containers"][0]["ports"].as_array().unwrap().len());
}

/// Unless told not to, Kubernetes adds variables named after each Service, and those of ours begin as our settings do.
#[test]
fn the_pods_get_no_variables_that_are_no_settings() {
    let service = kubernetes("service");
    let name = service["metadata"]["name"].as_str().unwrap().to_uppercase().replace('-', "_");
    let link = (OsString::from(format!("{name}_SERVICE_HOST")), OsString::from("10.0.0.1"));
    assert!(Settings::load(None, [link]).is_err());
    assert_eq!(kubernetes("deployment")["spec"]["template"]["spec"]["enableServiceLinks"], false);
}

#[test]
fn the_pods_listen_where_the_manifests_say_and_have_time_to_drain() {
    let config = config();
    let pod = &kubernetes("deployment")["spec"]["template"]["spec"];
    let container = &pod["containers"][0];
    let ports = [config.listen.port(), config.metrics.listen.unwrap().port()];
    assert_eq!(container["ports"][0], json!({ "name": "http", "containerPort": ports[0] }));
    assert_eq!(container["ports"][1], json!({ "name": "metrics", "containerPort": ports[1] }));
    assert_eq!(container["livenessProbe"]["httpGet"], json!({ "path": "/health", "port": "metrics" }));
    assert_eq!(container["readinessProbe"]["httpGet"], json!({ "path": "/ready", "port": "metrics" }));
    let annotations = &kubernetes("deployment")["spec"]["template"]["metadata"]["annotations"];
    let scraped = json!({
        "prometheus.io/scrape": "true",
        "prometheus.io/port": ports[1].to_string(),
        "prometheus.io/path": "/metrics",
    });
    assert_eq!(*annotations, scraped);
    let mounted = container["volumeMounts"][0]["mountPath"].as_str().unwrap();
    assert_eq!(container["args"], json!(["http", "--config", format!("{mounted}/settings.toml")]));
    let before = container["lifecycle"]["preStop"]["sleep"]["seconds"].as_u64().unwrap();
    let grace = pod["terminationGracePeriodSeconds"].as_u64().unwrap();
    // Two seconds are for the last answers.
    assert!(before + config.drain.as_secs() + 2 < grace);
}

#[test]
fn the_pods_take_tokens_when_they_are_given_settings_and_a_secret_for_that() {
    let container = &kubernetes("deployment")["spec"]["template"]["spec"]["containers"][0];
    let (variable, from) = (&container["env"][0]["name"], &container["env"][0]["valueFrom"]["secretKeyRef"]);
    let secret = kubernetes("oauth/secret");
    assert_eq!((&from["name"], &from["optional"]), (&secret["metadata"]["name"], &json!(true)));
    let value = secret["stringData"][from["key"].as_str().unwrap()].as_str().unwrap();
    let variable = (variable.as_str().unwrap().into(), value.into());
    let config = config_of("oauth/settings", [variable]);
    let plain = config_of("settings", []);
    assert_eq!((config.listen, &config.metrics), (plain.listen, &plain.metrics));
    assert_eq!(kubernetes("oauth/settings")["metadata"], kubernetes("settings")["metadata"]);
    assert!(config.oauth.as_ref().is_some_and(|oauth| !oauth.issuer.is_empty()));
    Server::new(config).unwrap();
}

/// What the server has in memory at rest, in bytes, with some to spare: the bench of memory allows it 40 MiB after a million calls.
const AT_REST: usize = 48 * 1024 * 1024;

#[test]
fn what_the_pods_may_hold_fits_their_memory() {
    let limits = config().limits;
    let container = &kubernetes("deployment")["spec"]["template"]["spec"]["containers"][0];
    let memory = container["resources"]["limits"]["memory"].as_str().unwrap();
    let memory = memory.strip_suffix("Mi").unwrap().parse::<usize>().unwrap() * 1024 * 1024;
    // And half as much again for the buffers of connections and what the allocator keeps.
    let held = (limits.body_bytes + limits.answer_bytes) * 3 / 2;
    assert!(AT_REST + held <= memory, "{limits:?} in {memory} bytes");
}

#[test]
fn the_variables_of_the_compose_file_are_settings() {
    let compose = yaml("deploy/compose.yaml");
    let server = &compose["services"]["server"];
    let variables = server["environment"].as_object().unwrap().iter();
    let variables: Vec<(OsString, OsString)> =
        variables.map(|(name, value)| (name.into(), value.as_str().unwrap().into())).collect();
    let config = Settings::load(None, variables).unwrap().config;
    assert_eq!(config.upstream.as_str(), "http://mock:4010");
    assert_eq!(config.metrics.listen.unwrap().port(), 9090);
    let dockerfile = std::fs::read_to_string(root().join("Dockerfile")).unwrap();
    for service in ["mock", "server"] {
        let target = compose["services"][service]["build"]["target"].as_str().unwrap();
        assert!(dockerfile.contains(&format!("FROM base AS {target}\n")), "{target}");
    }
    assert!(
        server["stop_grace_period"].as_str().unwrap().trim_end_matches('s').parse::<u64>().unwrap()
            > config.drain.as_secs() + 2
    );
}

#[tokio::test]
async fn the_health_check_of_the_compose_file_tells_whether_the_api_answers() {
    let upstream = wiremock::MockServer::start().await;
    let metrics = MetricsSettings { listen: Some(([127, 0, 0, 1], 0).into()) };
    for (url, expected) in [(upstream.uri(), true), ("http://127.0.0.1:9".to_owned(), false)] {
        let server = Server::builder().upstream(url).metrics(metrics.clone()).start().await.unwrap();
        let port = server.metrics_url().unwrap().rsplit(':').next().unwrap().replace("/metrics", "");
        let check = yaml("deploy/compose.yaml")["services"]["server"]["healthcheck"]["test"].clone();
        let words: Vec<&str> = check.as_array().unwrap().iter().map(|word| word.as_str().unwrap()).collect();
        assert_eq!(words[0], "CMD");
        assert!(words[3].contains("127.0.0.1/9090"), "{words:?}");
        let script = words[3].replace("9090", &port);
        let status = tokio::process::Command::new(words[1]).args([words[2], &script]).status().await.unwrap();
        assert_eq!(status.success(), expected, "{script}");
    }
}
