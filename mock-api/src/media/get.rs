//! `GET /v1/media/{mediaId}`.

use serde::Serialize;

use crate::call::{Call, Reply};
use crate::error::{ApiError, Code};
use crate::state::State;

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Download<'a> {
    base64: String,
    mime_type: &'a str,
    file_name: Option<&'a str>,
    media_id: &'a str,
}

pub(super) fn get(state: &mut State, call: &Call<'_>) -> Result<Reply, ApiError> {
    let phone_id = call
        .query("phoneNumberId")
        .filter(|id| !id.is_empty())
        .ok_or_else(|| ApiError::invalid("/phoneNumberId", "is required"))?;
    // Any Meta number of the tenant may be named, not only the one in context.
    let mut numbers = state.numbers.of_tenant(&call.caller.tenant);
    let number = numbers.find(|number| number.meta.as_ref().is_some_and(|meta| meta.phone_id == phone_id));
    let media_id = call.param("mediaId");
    let media = number
        .and_then(|number| state.media.get(&number.id, media_id))
        .ok_or_else(|| ApiError::new(Code::MediaNotFound, "Media not found"))?;
    Reply::ok(&Download {
        base64: media.data_uri(),
        mime_type: &media.mime_type,
        file_name: media.file_name.as_deref(),
        media_id,
    })
}
