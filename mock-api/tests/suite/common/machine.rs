//! A mock for state-machine tests, which are not asynchronous: each step is driven to its end.

use jiff::SignedDuration;
use proptest::test_runner::Config;
use serde_json::Value;
use tokio::runtime::Runtime;

use super::{Api, api};

/// A running mock with the runtime that it runs in.
pub(crate) struct Machine {
    runtime: Runtime,
    pub(crate) api: Api,
}

impl Machine {
    pub(crate) fn start(key: &str) -> Self {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let api = runtime.block_on(api(key));
        Self { runtime, api }
    }

    pub(crate) fn run<T>(&self, step: impl Future<Output = T>) -> T {
        self.runtime.block_on(step)
    }

    pub(crate) fn get(&self, path: &str) -> (u16, Value) {
        self.run(self.api.get(path))
    }

    pub(crate) fn post(&self, path: &str, body: Value) -> (u16, Value) {
        self.run(self.api.post(path, body))
    }

    pub(crate) fn delete(&self, path: &str) -> (u16, Value) {
        self.run(self.api.delete(path))
    }

    pub(crate) fn simulate(&self, kind: &str, body: Value) -> (u16, Value) {
        self.run(self.api.simulate(kind, body))
    }

    pub(crate) fn pass(&self, seconds: i64) {
        self.run(self.api.mock.advance(SignedDuration::from_secs(seconds)));
    }
}

/// Each case starts a mock, so that there are fewer of them than usual.
pub(crate) fn config() -> Config {
    Config { cases: 24, failure_persistence: None, max_shrink_iters: 256, ..Config::default() }
}
