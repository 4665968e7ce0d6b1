//! An upstream that holds one request until it is told to answer: the way to look at a call in flight without waiting for any time to pass.

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// Listens and waits for the one request.
pub(crate) struct Gate {
    listener: TcpListener,
}

/// The request, held.
pub(crate) struct Held {
    stream: TcpStream,
}

impl Gate {
    pub(crate) async fn open() -> Self {
        Self { listener: TcpListener::bind("127.0.0.1:0").await.unwrap() }
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.listener.local_addr().unwrap())
    }

    /// Done when the request has arrived.
    pub(crate) async fn arrival(&self) -> Held {
        let (mut stream, _) = self.listener.accept().await.unwrap();
        let mut buffer = [0; 4096];
        assert_ne!(stream.read(&mut buffer).await.unwrap(), 0);
        Held { stream }
    }
}

impl Held {
    /// Answers with JSON.
    pub(crate) async fn answer(self, json: &str) {
        let head = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\nconnection: close\r\ncontent-length";
        self.answer_raw(&format!("{head}: {}\r\n\r\n{json}", json.len())).await;
    }

    /// Begins an answer and leaves it at that.
    pub(crate) async fn begin(mut self, bytes: &str) -> Self {
        self.stream.write_all(bytes.as_bytes()).await.unwrap();
        self
    }

    /// Resets the connection.
    pub(crate) fn reset(self) {
        self.stream.set_zero_linger().unwrap();
    }

    /// Answers with these bytes and closes.
    pub(crate) async fn answer_raw(mut self, bytes: &str) {
        self.stream.write_all(bytes.as_bytes()).await.unwrap();
        self.stream.shutdown().await.unwrap();
    }

    /// Done when the other side has given up.
    pub(crate) async fn abandoned(mut self) {
        let mut buffer = [0; 16];
        while self.stream.read(&mut buffer).await.is_ok_and(|read| read > 0) {}
    }

    /// Like [`Held::answer_raw`], where the other side may have closed before.
    pub(crate) async fn try_answer_raw(mut self, bytes: &str) -> bool {
        self.try_write(bytes).await && self.stream.shutdown().await.is_ok()
    }

    /// Writes; whether the other side still took it.
    pub(crate) async fn try_write(&mut self, bytes: &str) -> bool {
        self.stream.write_all(bytes.as_bytes()).await.is_ok()
    }
}
