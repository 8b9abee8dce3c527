//! A limit on the rate of requests, as the service has one: a token bucket.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use crate::oci;
use crate::protocol::Answer;

/// Refuses requests beyond a rate.
#[derive(Debug)]
pub(crate) struct Rate {
    per_second: f64,
    /// The most requests that are accepted at once after a pause.
    burst: f64,
    bucket: Mutex<Bucket>,
}

#[derive(Debug)]
struct Bucket {
    tokens: f64,
    filled_at: Instant,
    started_at: Option<Instant>,
    counts: RateCounts,
}

/// How a registry that limits the rate of requests answered them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RateCounts {
    /// The number of requests within the rate.
    pub accepted: usize,
    /// The number of requests that were throttled.
    pub refused: usize,
    /// Those of them that came after the first second.
    pub refused_later: usize,
}

impl Rate {
    pub(crate) fn new(per_second: u32, burst: u32) -> Self {
        let bucket = Bucket {
            tokens: burst.into(),
            filled_at: Instant::now(),
            started_at: None,
            counts: RateCounts::default(),
        };
        Self {
            per_second: per_second.into(),
            burst: burst.into(),
            bucket: Mutex::new(bucket),
        }
    }

    /// The refusal of a request for `path` that was received at `now`, if it exceeds the rate.
    pub(crate) fn refusal(&self, path: &str, now: Instant) -> Option<Answer> {
        let mut bucket = self.bucket.lock().unwrap_or_else(PoisonError::into_inner);
        let passed = now.saturating_duration_since(bucket.filled_at);
        let filled = bucket.tokens + passed.as_secs_f64() * self.per_second;
        bucket.tokens = filled.min(self.burst);
        bucket.filled_at = bucket.filled_at.max(now);
        let started_at = *bucket.started_at.get_or_insert(now);
        if bucket.tokens >= 1.0 {
            bucket.tokens -= 1.0;
            bucket.counts.accepted += 1;
            return None;
        }
        bucket.counts.refused += 1;
        if now.saturating_duration_since(started_at) > Duration::from_secs(1) {
            bucket.counts.refused_later += 1;
        }
        Some(match path.strip_prefix("/v2/") {
            Some(_) => oci::refused(429, "TOOMANYREQUESTS", "Rate exceeded"),
            None => Answer::error(400, "ThrottlingException", Some("Rate exceeded")),
        })
    }

    pub(crate) fn counts(&self) -> RateCounts {
        let bucket = self.bucket.lock();
        bucket.unwrap_or_else(PoisonError::into_inner).counts
    }
}
