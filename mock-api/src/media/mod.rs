//! Inbound media of Meta numbers, to be downloaded.

mod get;
mod store;

pub(crate) use store::{Media, MediaStore};

use crate::call::{Only, Route, Scope};

/// Where the API keeps media of its own: a URL that leads nowhere.
pub(crate) fn hosted(folder: &str, name: &str, mime_type: &str) -> String {
    let extension = match mime_type {
        "image/png" => "png",
        "image/webp" => "webp",
        "video/mp4" => "mp4",
        "audio/ogg" => "ogg",
        "audio/mp4" => "m4a",
        "application/pdf" => "pdf",
        _ if mime_type.starts_with("image/") => "jpg",
        _ => "bin",
    };
    format!("https://media.example/{folder}/{name}.{extension}")
}

pub(crate) const ROUTES: &[Route] =
    &[Route::new("GET", "/media/{mediaId}", Scope::Number, get::get).only(Only::Meta)];
