//! Bytes to a message: whatever arrives is read as one of three kinds, or refused with an error that can be sent.

#![no_main]

use libfuzzer_sys::fuzz_target;
use server::jsonrpc::{Frame, read};

fuzz_target!(|bytes: &[u8]| match read(bytes) {
    Ok(Frame::Request { id, message }) => {
        assert!(message["method"].is_string());
        assert_eq!(message["id"], serde_json::to_value(&id).expect("an id is JSON"));
        let again = serde_json::to_vec(&message).expect("a message is JSON");
        assert!(matches!(read(&again), Ok(Frame::Request { id: same, .. }) if same == id));
    }
    Ok(Frame::Notification(message)) => assert!(message["method"].is_string() && message.get("id").is_none()),
    Ok(Frame::Response) => {}
    Err(rejection) => {
        let error = rejection.to_json();
        assert!(matches!(error["error"]["code"].as_i64(), Some(-32700 | -32600 | -32602)), "{error}");
        assert!(error["error"]["message"].as_str().is_some_and(|message| message.len() < 200), "{error}");
    }
});
