//! Pages and date ranges of the lists that have them.

use std::ops::Range;

use serde::Serialize;

use crate::call::Call;
use crate::error::{ApiError, Code};
use crate::time::Time;

const DEFAULT_SIZE: usize = 30;
const MAX_SIZE: usize = 100;

/// Which page is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Paging {
    page: usize,
    size: usize,
}

impl Paging {
    #[cfg(test)]
    pub(crate) fn new(page: usize, size: usize) -> Self {
        Self { page, size }
    }

    /// `page` and `pageSize` of the query; sizes above 100 are read as 100 (U-16).
    pub(crate) fn read(call: &Call<'_>) -> Result<Self, ApiError> {
        Ok(Self { page: call.count("page", 1)?, size: call.count("pageSize", DEFAULT_SIZE)?.min(MAX_SIZE) })
    }

    /// The positions of the page in a list of `total`.
    pub(crate) fn range(self, total: usize) -> Range<usize> {
        let start = (self.page - 1).saturating_mul(self.size).min(total);
        start..start.saturating_add(self.size).min(total)
    }

    /// The positions of the page's rows, newest first, in the part of a list that is kept oldest first.
    pub(crate) fn newest_first(self, part: Range<usize>) -> Vec<usize> {
        let page = self.range(part.len());
        (part.end - page.end..part.end - page.start).rev().collect()
    }

    /// What stands beside the rows of the page.
    pub(crate) fn envelope(self, total: usize, notice: Option<&'static str>) -> Envelope {
        Envelope {
            total,
            page: self.page,
            page_size: self.size,
            total_pages: total.div_ceil(self.size),
            notice,
        }
    }
}

/// What stands beside the rows of a page.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Envelope {
    total: usize,
    page: usize,
    page_size: usize,
    total_pages: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    notice: Option<&'static str>,
}

/// `startDate` and `endDate` of the query, both inclusive.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Dates {
    pub(crate) start: Option<Time>,
    pub(crate) end: Option<Time>,
}

impl Dates {
    pub(crate) fn read(call: &Call<'_>) -> Result<Self, ApiError> {
        let dates = Self { start: read_date(call, "startDate")?, end: read_date(call, "endDate")? };
        match (dates.start, dates.end) {
            (Some(start), Some(end)) if start > end => {
                Err(ApiError::new(Code::InvalidDateRange, "startDate is after endDate"))
            }
            _ => Ok(dates),
        }
    }

    /// The positions that lie within the dates, in a list that is sorted by `time`, oldest first.
    pub(crate) fn positions<T>(self, rows: &[T], time: impl Fn(&T) -> Time) -> Range<usize> {
        let first = self.start.map_or(0, |start| rows.partition_point(|row| time(row) < start));
        let end = self.end.map_or(rows.len(), |end| rows.partition_point(|row| time(row) <= end));
        first..end.max(first)
    }
}

fn read_date(call: &Call<'_>, name: &str) -> Result<Option<Time>, ApiError> {
    let Some(text) = call.query(name) else { return Ok(None) };
    text.parse()
        .map(Some)
        .map_err(|_| ApiError::new(Code::InvalidDateRange, format!("{name} is not an ISO 8601 date")))
}
