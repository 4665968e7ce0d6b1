//! Inbound media of Meta numbers, to be downloaded.

mod get;
mod store;

pub(crate) use store::{Media, MediaStore};

use crate::call::{Only, Route, Scope};

pub(crate) const ROUTES: &[Route] =
    &[Route::new("GET", "/media/{mediaId}", Scope::Number, get::get).only(Only::Meta)];
