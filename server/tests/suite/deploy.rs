//! The deployment files name what there is: settings, ports, paths, labels.

use std::ffi::OsString;
use std::path::PathBuf;

use serde_json::{Value, json};
use server::{Config, Settings};

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

/// The settings that the pods start with.
fn config() -> Config {
    let map = kubernetes("settings");
    let path = file("kubernetes.toml", map["data"]["settings.toml"].as_str().unwrap());
    Settings::load(Some(&path), []).unwrap().config
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
    assert_eq!(container["livenessProbe"]["httpGet"], json!({ "path": "/health", "port": "http" }));
    assert_eq!(container["readinessProbe"]["httpGet"], json!({ "path": "/ready", "port": "http" }));
    let mounted = container["volumeMounts"][0]["mountPath"].as_str().unwrap();
    assert_eq!(container["args"], json!(["http", "--config", format!("{mounted}/settings.toml")]));
    let before = container["lifecycle"]["preStop"]["sleep"]["seconds"].as_u64().unwrap();
    let grace = pod["terminationGracePeriodSeconds"].as_u64().unwrap();
    // Two seconds are for the last answers.
    assert!(before + config.drain.as_secs() + 2 < grace);
}

/// What the server has in memory at rest, in bytes, with some to spare: the bench of memory allows it 40 MiB after a million calls.
const AT_REST: usize = 48 * 1024 * 1024;

#[test]
fn what_the_pods_may_hold_fits_their_memory() {
    let limits = config().limits;
    let container = &kubernetes("deployment")["spec"]["template"]["spec"]["containers"][0];
    let memory = container["resources"]["limits"]["memory"].as_str().unwrap();
    let memory = memory.strip_suffix("Mi").unwrap().parse::<usize>().unwrap() * 1024 * 1024;
    assert!(AT_REST + limits.body_bytes + limits.answer_bytes <= memory, "{limits:?} in {memory} bytes");
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
