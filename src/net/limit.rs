//! Limits the requests to a host: how many are in flight and, once the host throttles, their rate.

#[cfg(test)]
mod tests;

use std::collections::VecDeque;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::{Semaphore, SemaphorePermit};

use crate::progress::Progress;

/// The most requests in flight to a host.
pub(crate) const MOST_IN_FLIGHT: usize = 16;
/// A host that throttles at this rate does so whatever the rate is: it is less than the lowest
/// documented limit, that of anonymous callers.
const LOWEST_RATE: f64 = 0.9;

// The simulation in `tests.rs` decided these numbers: at servers that allow 1 to 100 requests per
// second it compared the throughput and the share of refused requests.

/// A throttled answer divides the rate by two, but the host accepts the rate at which it accepted
/// requests lately: the rate stays at this share of it.
const ACCEPTED_SHARE: f64 = 0.9;
/// The share of the rate that a throttled answer leaves at most.
const DECREASE: f64 = 0.95;
/// The growth of the rate with every accepted request.
const GROWTH: f64 = 0.004;
/// The share of a known rate that is kept while the host accepts three quarters of it: a host that
/// allows no bursts refuses any request that arrives a few milliseconds early.
const KNOWN_SHARE: f64 = 0.95;
/// The growth of the rate from there on.
const KNOWN_GROWTH: f64 = 0.0002;
/// A rate is measured over at least this many requests, and at least over a second, because some hosts
/// count the requests of each second.
const MEASURED: usize = 32;

/// Limits the requests to one host. Requests start in the order in which they arrive.
#[derive(Debug)]
pub(crate) struct Limiter {
    /// Held by the request that starts next; a fair queue.
    turn: tokio::sync::Mutex<()>,
    permits: Semaphore,
    most: AtomicUsize,
    rate: Mutex<Rate>,
}

/// A request in flight. Dropping it permits another one.
#[derive(Debug)]
pub(crate) struct InFlight<'a> {
    limiter: &'a Limiter,
    _permit: SemaphorePermit<'a>,
    sent: Instant,
}

impl Limiter {
    /// A limiter of a host whose documented rate may be known, in requests per second: it holds from the
    /// first throttled answer on. Where it is one, requests begin one at a time, and each that is
    /// accepted adds one in flight: a burst would be refused. A `second` is shorter in tests.
    pub(crate) fn new(known_rate: Option<f64>, second: Duration) -> Self {
        let is_low = known_rate.is_some_and(|rate| rate <= 1.0);
        let in_flight = if is_low { 1 } else { MOST_IN_FLIGHT };
        Self {
            turn: tokio::sync::Mutex::default(),
            permits: Semaphore::new(in_flight),
            most: AtomicUsize::new(in_flight),
            rate: Mutex::new(Rate::new(known_rate, second)),
        }
    }

    /// Waits until `request`, whose name is for messages, may be sent.
    pub(crate) async fn start(&self, progress: &Progress, request: &str) -> InFlight<'_> {
        let _turn = self.turn.lock().await;
        let permit = self.permits.acquire().await;
        let permit = permit.expect("the semaphore is never closed");
        // The host may throttle, or ask to wait, during the wait.
        while let Some((wait, rate)) = self.wait() {
            progress.taking_turns(request, rate, wait);
            tokio::time::sleep(wait).await;
        }
        let sent = Instant::now();
        self.rate().start(sent);
        InFlight {
            limiter: self,
            _permit: permit,
            sent,
        }
    }

    pub(crate) fn stop(&self, time: Duration) {
        self.rate().stop(Instant::now() + time);
    }

    /// How long the next request has to wait, and the rate that the host allows, in requests per
    /// second, if that is known.
    fn wait(&self) -> Option<(Duration, Option<f64>)> {
        let rate = self.rate();
        Some((rate.wait(Instant::now())?, rate.per_second()))
    }

    fn rate(&self) -> MutexGuard<'_, Rate> {
        self.rate.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl InFlight<'_> {
    pub(crate) fn accepted(&self) {
        let limiter = self.limiter;
        limiter.rate().accepted(self.sent, Instant::now());
        if limiter.most.load(Relaxed) < MOST_IN_FLIGHT {
            limiter.most.fetch_add(1, Relaxed);
            limiter.permits.add_permits(1);
        }
    }

    pub(crate) fn throttled(&self) {
        let mut rate = self.limiter.rate();
        rate.throttled(self.sent, Instant::now());
    }
}

/// The rate of requests that a host allows, as far as its answers have shown.
#[derive(Debug)]
struct Rate {
    second: Duration,
    known: Option<f64>,
    /// In requests per second; no limit until the host throttles.
    limit: Option<f64>,
    /// When the limit was last decreased.
    decreased_at: Option<Instant>,
    /// When the next request may be sent.
    next: Option<Instant>,
    sent: SentTimes,
    accepted: SentTimes,
}

impl Rate {
    fn new(known: Option<f64>, second: Duration) -> Self {
        Self {
            second,
            known,
            limit: None,
            decreased_at: None,
            next: None,
            sent: SentTimes::default(),
            accepted: SentTimes::default(),
        }
    }

    /// How long the next request has to wait.
    fn wait(&self, now: Instant) -> Option<Duration> {
        let wait = self.next?.saturating_duration_since(now);
        Some(wait).filter(|wait| !wait.is_zero())
    }

    fn start(&mut self, now: Instant) {
        self.sent.add(now, now, self.second);
        self.next = self.limit.map(|limit| now + self.interval(limit));
    }

    fn stop(&mut self, until: Instant) {
        self.next = self.next.max(Some(until));
        // Rates are measured without the pause.
        self.sent = SentTimes::default();
        self.accepted = SentTimes::default();
    }

    /// The host answered a request that was sent at `sent`.
    fn accepted(&mut self, sent: Instant, now: Instant) {
        self.accepted.add(sent, now, self.second);
        if self.decreased_at.is_none_or(|decreased| sent >= decreased) {
            let known = self.known.unwrap_or(f64::INFINITY) * KNOWN_SHARE;
            let growth = |limit| if limit < known { GROWTH } else { KNOWN_GROWTH };
            self.limit = self.limit.map(|limit| limit * (1.0 + growth(limit)));
        }
    }

    /// The host throttled a request that was sent at `sent`. Requests that were sent before the last
    /// decrease say nothing about the present limit.
    fn throttled(&mut self, sent: Instant, now: Instant) {
        if self.decreased_at.is_some_and(|decreased| sent < decreased) {
            return;
        }
        let limit = match (self.limit, self.known) {
            (None, Some(known)) => known * KNOWN_SHARE,
            (limit, _) => {
                let rate = self.sent.rate(now, self.second);
                let rate = limit.map_or(rate, |limit| limit.min(rate));
                let accepted = self.accepted.rate(now, self.second);
                let decreased = (rate / 2.0).max(accepted * ACCEPTED_SHARE);
                let known = self.known.filter(|known| accepted > known * 0.75);
                let least = known.map_or(LOWEST_RATE, |known| known * KNOWN_SHARE);
                decreased.min(rate * DECREASE).max(least)
            }
        };
        self.limit = Some(limit);
        self.decreased_at = Some(now);
        self.next = self.next.max(Some(now + self.interval(limit)));
    }

    fn per_second(&self) -> Option<f64> {
        let limit = self.limit?;
        Some(limit / self.second.as_secs_f64())
    }

    fn interval(&self, rate: f64) -> Duration {
        self.second.div_f64(rate)
    }
}

/// When recent requests were sent.
#[derive(Debug, Default)]
struct SentTimes(VecDeque<Instant>);

impl SentTimes {
    fn add(&mut self, sent: Instant, now: Instant, second: Duration) {
        self.0.push_back(sent);
        while self.0.len() > MEASURED && now.saturating_duration_since(self.0[0]) > second {
            self.0.pop_front();
        }
    }

    /// In requests per second.
    fn rate(&self, now: Instant, second: Duration) -> f64 {
        let Some(&first) = self.0.front() else {
            return 0.0;
        };
        let time = now.saturating_duration_since(first).max(second / 1000);
        let count = u32::try_from(self.0.len()).unwrap_or(u32::MAX);
        f64::from(count) / time.div_duration_f64(second)
    }
}
