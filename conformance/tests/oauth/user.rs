//! A user in front of a browser.

use reqwest::header::{COOKIE, LOCATION, SET_COOKIE};
use url::Url;

/// Opens the consent page, allows these numbers, or everything if there are none, and answers the parameters that the client is sent.
pub(crate) async fn consents(http: &reqwest::Client, page: &Url, numbers: &[&str]) -> Vec<(String, String)> {
    let response = http.get(page.clone()).send().await.unwrap();
    assert_eq!(response.status(), 200);
    let cookie = response.headers()[SET_COOKIE].to_str().unwrap().split(';').next().unwrap().to_owned();
    let html = response.text().await.unwrap();
    let (_, csrf) = html.split_once("name=\"csrf\" value=\"").unwrap();
    let csrf = csrf.split('"').next().unwrap();
    let access = if numbers.is_empty() { "tenant" } else { "numbers" };
    let form = url::form_urlencoded::Serializer::new(String::new())
        .extend_pairs([("csrf", csrf), ("decision", "approve"), ("access", access)])
        .extend_pairs(numbers.iter().map(|number| ("number_id", number)))
        .finish();
    let post = http.post(page.clone()).header(COOKIE, cookie).body(form);
    let response = post.header("content-type", "application/x-www-form-urlencoded").send().await.unwrap();
    assert_eq!(response.status(), 303);
    let location = Url::parse(response.headers()[LOCATION].to_str().unwrap()).unwrap();
    location.query_pairs().into_owned().collect()
}
