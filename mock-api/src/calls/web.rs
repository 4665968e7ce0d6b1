//! What only the server-side audio of web numbers can do: playing a file into a call, and its audio as a stream.

use serde::Serialize;
use url::Url;

use super::control::active;
use super::view::Done;
use crate::call::{Call, Reply};
use crate::error::ApiError;
use crate::fields::Fields;
use crate::state::State;

/// How long the token of a session is good for.
const TOKEN_SECONDS: u32 = 120;

/// Before the call is connected the file is queued; either way nothing of it can be seen but the answer.
pub(super) fn play(state: &mut State, call: &Call<'_>) -> Result<Reply, ApiError> {
    call.read(read_media_url)?;
    Reply::ok(&Done::taken(active(state, call)?))
}

fn read_media_url(fields: &Fields<'_>) -> Option<()> {
    let url = fields.required("mediaUrl")?;
    if !is_audio_url(url) {
        fields.issue("mediaUrl", "must be an http or https URL of an .mp3, .wav or .opus file");
    }
    Some(())
}

fn is_audio_url(text: &str) -> bool {
    Url::parse(text).is_ok_and(|url| {
        let path = url.path().to_ascii_lowercase();
        matches!(url.scheme(), "http" | "https")
            && url.has_host()
            && [".mp3", ".wav", ".opus"].iter().any(|extension| path.ends_with(extension))
    })
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Session {
    ws_url: String,
    token: String,
    expires_in_seconds: u32,
}

/// The URL has the documented form, on a host that nobody has: the mock streams no audio.
pub(super) fn realtime_session(state: &mut State, call: &Call<'_>) -> Result<Reply, ApiError> {
    call.read(|fields| {
        fields.require("mode");
        fields.one_of("mode", &["talk", "listen"])
    })?;
    let external_id = active(state, call)?.external_id.clone();
    let token = state.ids.hex(32);
    let number = call.number();
    Reply::ok(&Session {
        ws_url: format!("wss://calls.example/call/media/realtime/ws/{number}/{external_id}?token={token}"),
        token,
        expires_in_seconds: TOKEN_SECONDS,
    })
}
