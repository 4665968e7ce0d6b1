//! Lines of bounded length.

use tokio::io::{AsyncBufReadExt, AsyncRead, BufReader};

use super::MAX_LINE_BYTES;

/// What was read.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Line {
    /// A line, without its end.
    Text(Vec<u8>),
    /// A line longer than [`MAX_LINE_BYTES`], which was thrown away.
    TooLong,
    /// The input has ended, or broke.
    End,
}

/// Reads lines. A read that is dropped half-way goes on where it stopped.
#[derive(Debug)]
pub(super) struct Input<R> {
    reader: BufReader<R>,
    line: Vec<u8>,
    too_long: bool,
}

impl<R: AsyncRead + Unpin> Input<R> {
    pub(super) fn new(reader: R) -> Self {
        Self { reader: BufReader::new(reader), line: Vec::new(), too_long: false }
    }

    pub(super) async fn next(&mut self) -> Line {
        loop {
            let chunk = match self.reader.fill_buf().await {
                Ok(chunk) if !chunk.is_empty() => chunk,
                // The last line may lack its end.
                _ => return self.take().unwrap_or(Line::End),
            };
            let end = chunk.iter().position(|byte| *byte == b'\n');
            let part = chunk.get(..end.unwrap_or(chunk.len())).unwrap_or_default();
            if self.line.len() + part.len() > MAX_LINE_BYTES {
                self.too_long = true;
                self.line = Vec::new();
            }
            if !self.too_long {
                self.line.extend_from_slice(part);
            }
            let consumed = end.map_or(chunk.len(), |end| end + 1);
            self.reader.consume(consumed);
            if end.is_some()
                && let Some(line) = self.take()
            {
                return line;
            }
        }
    }

    /// The line read so far, unless it is blank.
    fn take(&mut self) -> Option<Line> {
        if std::mem::take(&mut self.too_long) {
            return Some(Line::TooLong);
        }
        let line = std::mem::take(&mut self.line);
        (!line.trim_ascii().is_empty()).then_some(Line::Text(line))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn lines(input: &[u8]) -> Vec<Line> {
        let mut input = Input::new(input);
        let mut lines = Vec::new();
        loop {
            match input.next().await {
                Line::End => return lines,
                line => lines.push(line),
            }
        }
    }

    fn text(line: &str) -> Line {
        Line::Text(line.as_bytes().to_vec())
    }

    #[tokio::test]
    async fn reads_lines_and_skips_blank_ones() {
        assert_eq!(lines(b"a\n\n \r\nb\r\nc").await, [text("a"), text("b\r"), text("c")]);
        assert!(lines(b"").await.is_empty());
    }

    #[tokio::test]
    async fn throws_away_what_is_too_long() {
        let mut input = vec![b'x'; MAX_LINE_BYTES + 1];
        input.extend_from_slice(b"\nnext\n");
        assert_eq!(lines(&input).await, [Line::TooLong, text("next")]);
        let fits = vec![b'x'; MAX_LINE_BYTES];
        assert_eq!(lines(&fits).await, [Line::Text(fits)]);
    }
}
