//! How often a target is asked, and how long it is waited for.

use std::cell::Cell;
use std::time::Duration;

use reqwest::header::HeaderMap;
use serde_json::Value;
use tokio::time::{Instant, sleep, sleep_until};

use crate::targets::{Answer, CallError, Heard};

/// The longest wait that a target may ask for.
const MAX_WAIT: Duration = Duration::from_secs(60);
/// The wait where it does not say for how long.
const USUAL_WAIT: Duration = Duration::from_secs(5);
/// Calls that are made in all where a target asks to wait each time.
const MAX_CALLS: usize = 5;
/// The refusal by which the API says "not now" of any call. All others are answers, such as that somebody may not be asked again for a week.
const BY_API: &str = "RATE_LIMITED";
/// Those of a server of its own, before it asks the API.
const BY_SERVER: [&str; 4] =
    ["SERVER_RATE_LIMITED", "SERVER_CONCURRENCY_LIMITED", "SERVER_BUSY", "UPSTREAM_UNAVAILABLE"];

/// How often a target is asked; a default one asks as fast as it can, and takes every answer as it comes.
#[derive(Debug, Default)]
pub(crate) struct Pace {
    /// From one call to the next.
    interval: Option<Duration>,
    next: Cell<Option<Instant>>,
    patience: Patience,
}

/// With whom a call is made again that says "not now".
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Patience {
    #[default]
    Nobody,
    /// The server: what a mock says it was told to say, and that is the answer.
    Server,
    Everybody,
}

impl Pace {
    /// One of so many calls a second at most.
    pub(crate) fn new(rate: Option<f64>, patience: Patience) -> Self {
        let interval = rate.and_then(|rate| Duration::try_from_secs_f64(rate.recip()).ok());
        Self { interval, next: Cell::new(None), patience }
    }

    /// Makes a call when it is its turn, and again when the target asks to wait, as often and as long as is reasonable.
    pub(crate) async fn ask<T: Timely, F>(&self, call: impl Fn() -> F) -> Result<T, CallError>
    where
        F: Future<Output = Result<T, CallError>>,
    {
        for left in (0..MAX_CALLS).rev() {
            self.turn().await;
            let answer = call().await?;
            let Some(wait) = answer.not_now().and_then(|later| self.waits(later)) else { return Ok(answer) };
            if wait > MAX_WAIT || left == 0 {
                break;
            }
            sleep(wait).await;
        }
        Err(CallError::Unsupported("the target limits how often it is asked: give a lower --rate".to_owned()))
    }

    fn waits(&self, later: Later) -> Option<Duration> {
        let patient = match self.patience {
            Patience::Nobody => false,
            Patience::Server => later.by_server,
            Patience::Everybody => true,
        };
        patient.then_some(later.wait)
    }

    async fn turn(&self) {
        let Some(interval) = self.interval else { return };
        let now = Instant::now();
        let turn = self.next.get().map_or(now, |next| next.max(now));
        self.next.set(Some(turn + interval));
        sleep_until(turn).await;
    }
}

/// "Not now".
#[derive(Debug, Clone, Copy)]
pub(crate) struct Later {
    wait: Duration,
    /// Whether the server says it, or what stands in front of it, and not the API.
    by_server: bool,
}

impl Later {
    /// The same, said by the server.
    pub(crate) const fn by_server(self) -> Self {
        Self { by_server: true, ..self }
    }
}

/// An answer that may say "not now".
pub(crate) trait Timely {
    /// How long the target asks to wait before the call is made again.
    fn not_now(&self) -> Option<Later>;
}

impl Timely for Answer {
    fn not_now(&self) -> Option<Later> {
        let later = not_now(self.status, &self.headers, &self.body)?;
        Some(if self.by_transport { later.by_server() } else { later })
    }
}

impl Timely for Heard {
    fn not_now(&self) -> Option<Later> {
        not_now(Some(self.status), &self.headers, &self.json()).map(Later::by_server)
    }
}

/// Whether a status may mean that a call comes too soon.
pub(crate) const fn is_not_now(status: u16) -> bool {
    matches!(status, 429 | 503)
}

/// What an answer of these parts asks for.
pub(crate) fn not_now(status: Option<u16>, headers: &HeaderMap, body: &Value) -> Option<Later> {
    let code = body.get("code").and_then(Value::as_str);
    let by_server = code.is_some_and(|code| BY_SERVER.contains(&code));
    if !status.is_some_and(is_not_now) || !(by_server || code.is_none_or(|code| code == BY_API)) {
        return None;
    }
    let seconds = |seconds: f64| Duration::try_from_secs_f64(seconds).ok();
    let told = || seconds(body.get("retryAfterSeconds").and_then(Value::as_f64)?);
    let header = header(headers, "retry-after");
    let wait = header.and_then(|text| text.parse().ok().and_then(seconds).or_else(|| until(text, headers)));
    Some(Later { wait: wait.or_else(told).unwrap_or(USUAL_WAIT), by_server })
}

/// From the moment of an answer to a date.
fn until(date: &str, headers: &HeaderMap) -> Option<Duration> {
    let sent = httpdate::parse_http_date(header(headers, "date")?).ok()?;
    Some(httpdate::parse_http_date(date).ok()?.duration_since(sent).unwrap_or_default())
}

fn header<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name)?.to_str().ok().map(str::trim)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn answer(status: u16, wait: Option<&str>, body: Value) -> Answer {
        let mut headers = reqwest::header::HeaderMap::new();
        headers.extend(wait.map(|wait| (reqwest::header::RETRY_AFTER, wait.parse().unwrap())));
        let ok = status < 300;
        Answer { ok, status: Some(status), body, headers, by_transport: false, defects: Vec::new() }
    }

    /// How often a call was made, how long it took in all, and what came of it.
    async fn asked(pace: &Pace, answers: &[Answer]) -> (usize, Duration, Result<Answer, CallError>) {
        let (start, made) = (Instant::now(), Cell::new(0));
        let end = pace
            .ask(|| {
                let answer = answers[made.get().min(answers.len() - 1)].clone();
                made.set(made.get() + 1);
                async move { Ok(answer) }
            })
            .await;
        (made.get(), start.elapsed(), end)
    }

    #[tokio::test(start_paused = true)]
    async fn a_target_that_asks_to_wait_is_waited_for() {
        let limited = answer(429, Some("7"), json!({ "code": "RATE_LIMITED" }));
        let told = answer(503, None, json!({ "code": "SERVER_BUSY", "retryAfterSeconds": 2 }));
        let good = answer(200, None, json!({}));
        let (made, took, end) =
            asked(&Pace::new(None, Patience::Everybody), &[limited.clone(), told, good]).await;
        assert_eq!((made, took.as_secs(), end.unwrap().ok), (3, 9, true));
        let (made, took, end) = asked(&Pace::default(), &[limited]).await;
        assert_eq!((made, took.as_secs(), end.unwrap().ok), (1, 0, false));
    }

    #[tokio::test(start_paused = true)]
    async fn a_mock_is_taken_at_its_word_and_the_server_before_it_waited_for() {
        let pace = Pace::new(None, Patience::Server);
        let good = answer(200, None, json!({}));
        for (status, code, made) in [
            (429, json!("RATE_LIMITED"), 1),
            (503, json!("UPSTREAM_ERROR"), 1),
            (429, json!(null), 1),
            (429, json!("SERVER_RATE_LIMITED"), 2),
            (503, json!("UPSTREAM_UNAVAILABLE"), 2),
        ] {
            let refusal = answer(status, Some("3"), json!({ "code": code }));
            let asked = asked(&pace, &[refusal, good.clone()]).await;
            assert_eq!((asked.0, asked.1.as_secs()), (made, 3 * (made as u64 - 1)), "{code}");
        }
        let by_transport = Answer { by_transport: true, ..answer(429, Some("3"), json!(null)) };
        assert_eq!(asked(&pace, &[by_transport, good]).await.0, 2);
    }

    #[tokio::test(start_paused = true)]
    async fn waiting_has_an_end() {
        let limited = |wait| answer(429, Some(wait), json!({ "code": "RATE_LIMITED" }));
        let (made, took, end) = asked(&Pace::new(None, Patience::Everybody), &[limited("60")]).await;
        assert_eq!((made, took.as_secs()), (5, 240));
        assert!(matches!(end, Err(CallError::Unsupported(reason)) if reason.contains("--rate")));
        let (made, took, _) = asked(&Pace::new(None, Patience::Everybody), &[limited("61")]).await;
        assert_eq!((made, took.as_secs()), (1, 0));
        let mut dated = limited("Sat, 20 Jun 2026 10:00:30 GMT");
        dated.headers.insert("date", "Sat, 20 Jun 2026 10:00:00 GMT".parse().unwrap());
        let (_, took, _) =
            asked(&Pace::new(None, Patience::Everybody), &[dated, answer(200, None, json!({}))]).await;
        assert_eq!(took.as_secs(), 30);
        let odd = [limited("-1"), limited("soon"), answer(200, None, json!({}))];
        let (made, took, end) = asked(&Pace::new(None, Patience::Everybody), &odd).await;
        assert_eq!((made, took.as_secs(), end.unwrap().ok), (3, 10, true));
    }

    #[tokio::test(start_paused = true)]
    async fn what_is_limited_for_a_reason_of_its_own_is_an_answer() {
        let body = json!({ "code": "META_CALL_PERMISSION_REQUEST_LIMIT", "retryAfterSeconds": 5 });
        let (made, took, end) =
            asked(&Pace::new(None, Patience::Everybody), &[answer(429, Some("5"), body)]).await;
        assert_eq!((made, took.as_secs(), end.unwrap().status), (1, 0, Some(429)));
    }

    #[tokio::test(start_paused = true)]
    async fn calls_keep_their_distance() {
        let (pace, start) = (Pace::new(Some(4.0), Patience::Nobody), Instant::now());
        for _ in 0..5 {
            asked(&pace, &[answer(200, None, json!({}))]).await.2.unwrap();
        }
        assert_eq!(start.elapsed(), Duration::from_secs(1));
    }
}
