//! The contract, as the mock serves it.

use mock_api::MockApi;
use serde_json::Value;

/// It is made once for all mocks of a process, when it is first asked for: the second of two mocks serves it as the first does.
#[tokio::test]
async fn every_mock_serves_the_contract() {
    let contract = fixtures::Contract::load().unwrap();
    for _ in 0..2 {
        let mock = MockApi::builder().start().await.unwrap();
        let response = reqwest::get(format!("{}/openapi.json", mock.url())).await.unwrap();
        assert_eq!(response.status(), 200);
        assert_eq!(response.headers()["content-type"], "application/json");
        let served: Value = serde_json::from_slice(&response.bytes().await.unwrap()).unwrap();
        assert_eq!(&served, contract.document());
    }
}
