//! A client of the control API that holds every answer against the control API's own document.

use jsonschema::Draft;
use reqwest::Method;
use serde_json::{Value, json};

use super::Api;

/// A client of one mock's control API.
pub(crate) struct Control {
    client: reqwest::Client,
    url: String,
    document: Value,
}

impl Control {
    pub(crate) async fn of(api: &Api) -> Self {
        let (client, url) = (crate::common::client(), api.mock.url());
        let document = client.get(format!("{url}/_mock/openapi.json")).send().await.unwrap();
        let document = serde_json::from_slice(&document.bytes().await.unwrap()).unwrap();
        Self { client, url, document }
    }

    /// Calls an operation; the path goes from `/_mock` on, without it.
    pub(crate) async fn call(&self, method: Method, path: &str, body: Option<Value>) -> (u16, Value) {
        let mut request = self.client.request(method.clone(), format!("{}/_mock{path}", self.url));
        if let Some(body) = body {
            request = request.body(body.to_string());
        }
        let response = request.send().await.unwrap();
        let status = response.status().as_u16();
        let body = serde_json::from_slice(&response.bytes().await.unwrap()).unwrap();
        self.check(&method, path, status, &body);
        (status, body)
    }

    pub(crate) async fn get(&self, path: &str) -> (u16, Value) {
        self.call(Method::GET, path, None).await
    }

    pub(crate) async fn post(&self, path: &str, body: Value) -> (u16, Value) {
        self.call(Method::POST, path, Some(body)).await
    }

    pub(crate) async fn put(&self, path: &str, body: Value) -> (u16, Value) {
        self.call(Method::PUT, path, Some(body)).await
    }

    pub(crate) async fn delete(&self, path: &str) -> (u16, Value) {
        self.call(Method::DELETE, path, None).await
    }

    /// The answer must hold against the schema of its operation and status. What reaches no operation is an error as well.
    fn check(&self, method: &Method, path: &str, status: u16, body: &Value) {
        let path = format!("/_mock{}", path.split('?').next().unwrap_or_default());
        let paths = self.document["paths"].as_object().unwrap();
        let known =
            paths.keys().filter(|template| fits(template, &path)).min_by_key(|it| it.matches('{').count());
        let method = method.as_str().to_lowercase();
        let responses = known.map(|template| &self.document["paths"][template][&method]["responses"]);
        let responses = responses.filter(|responses| responses.is_object());
        let response =
            responses.map(|responses| responses.get(status.to_string()).unwrap_or(&responses["default"]));
        let error = json!({ "$ref": "#/components/responses/Error" });
        let mut response = response.unwrap_or(&error);
        if let Some(reference) = response["$ref"].as_str() {
            response = self.document.pointer(reference.trim_start_matches('#')).unwrap();
        }
        let mut schema = response["content"]["application/json"]["schema"].clone();
        schema["components"] = self.document["components"].clone();
        let validator = jsonschema::options().with_draft(Draft::Draft202012).build(&schema).unwrap();
        let errors: Vec<_> = validator.iter_errors(body).map(|error| error.to_string()).collect();
        assert!(errors.is_empty(), "{method} {path} {status}: {body} {errors:?}");
    }
}

fn fits(template: &str, path: &str) -> bool {
    let (mut parts, mut asked) = (template.split('/'), path.split('/'));
    loop {
        match (parts.next(), asked.next()) {
            (None, None) => return true,
            (Some(part), Some(asked)) if part == asked || part.starts_with('{') => {}
            _ => return false,
        }
    }
}
