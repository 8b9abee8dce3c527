//! A simulation of listings at hosts that limit the rate of requests, by a virtual clock.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use futures_util::FutureExt;

use super::{InFlight, KNOWN_SHARE, Limiter, MOST_IN_FLIGHT, Rate};
use crate::progress::Progress;

const SECOND: Duration = Duration::from_secs(1);

/// A host that allows `rate` requests per second.
struct Host {
    rate: f64,
    count: Count,
    /// The time between a request and its answer, about.
    latency: Duration,
    /// How much later than others a request may arrive.
    jitter: Duration,
}

/// How a host counts requests.
enum Count {
    /// In a token bucket: at most so many at once after a pause.
    Bucket(f64),
    /// From the beginning of each second.
    EachSecond,
}

/// What a host knows of the past.
struct Book {
    tokens: f64,
    at: Duration,
}

impl Host {
    fn bucket(rate: f64, burst: f64, latency: u64) -> Self {
        let latency = Duration::from_millis(latency);
        Self {
            rate,
            count: Count::Bucket(burst),
            latency,
            jitter: Duration::ZERO,
        }
    }

    fn book(&self) -> Book {
        let tokens = match self.count {
            Count::Bucket(burst) => burst,
            Count::EachSecond => self.rate,
        };
        Book {
            tokens,
            at: Duration::ZERO,
        }
    }

    fn accepts(&self, now: Duration, book: &mut Book) -> bool {
        match self.count {
            Count::Bucket(burst) => {
                let filled = now.saturating_sub(book.at).as_secs_f64() * self.rate;
                book.tokens = (book.tokens + filled).min(burst);
            }
            Count::EachSecond if now.as_secs() > book.at.as_secs() => book.tokens = self.rate,
            Count::EachSecond => {}
        }
        book.at = now;
        let accepts = book.tokens >= 1.0;
        book.tokens -= f64::from(u8::from(accepts));
        accepts
    }
}

/// An event of a run.
enum Event {
    /// The answer to the attempt `number` at a request, sent at `sent`.
    Answer {
        accepted: bool,
        sent: Duration,
        number: u32,
    },
    /// The wait before the attempt `number` ends.
    Retry { number: u32 },
}

/// A run of [`MOST_IN_FLIGHT`] listings, each of which sends one request after another.
struct Run {
    rate: Rate,
    /// The attempts that wait for their turn, by number.
    queue: VecDeque<u32>,
    events: Vec<(Duration, Event)>,
    in_flight: usize,
    /// The number of requests that are not yet in the queue.
    left: usize,
    random: fastrand::Rng,
    outcome: Outcome,
}

#[derive(Debug, Default)]
struct Outcome {
    time: Duration,
    accepted: usize,
    /// The number of refused requests that were sent after the first second.
    refused: usize,
    most_attempts: u32,
}

impl Run {
    fn new(requests: usize, known_rate: Option<f64>) -> Self {
        Self {
            rate: Rate::new(known_rate, SECOND),
            queue: VecDeque::from([1; MOST_IN_FLIGHT]),
            events: Vec::new(),
            in_flight: 0,
            left: requests - MOST_IN_FLIGHT,
            random: fastrand::Rng::with_seed(7),
            outcome: Outcome::default(),
        }
    }

    /// Runs to the end.
    fn at(mut self, host: &Host) -> Outcome {
        let beginning = Instant::now();
        let (mut now, mut book) = (Duration::ZERO, host.book());
        loop {
            let wait = self.rate.wait(beginning + now);
            if self.may_start() && wait.is_none() {
                self.start(beginning, now, host, &mut book);
                continue;
            }
            let next_start = wait.filter(|_| self.may_start()).map(|wait| now + wait);
            let next = (0..self.events.len()).min_by_key(|&index| self.events[index].0);
            let next = next.filter(|&index| next_start.is_none_or(|at| self.events[index].0 <= at));
            match (next, next_start) {
                (Some(index), _) => {
                    let (at, event) = self.events.swap_remove(index);
                    now = at;
                    self.handle(&event, beginning, now);
                }
                (None, Some(at)) => now = at,
                (None, None) => break,
            }
        }
        self.outcome.time = now;
        self.outcome
    }

    fn may_start(&self) -> bool {
        !self.queue.is_empty() && self.in_flight < MOST_IN_FLIGHT
    }

    fn start(&mut self, beginning: Instant, now: Duration, host: &Host, book: &mut Book) {
        let number = self.queue.pop_front().expect("a request waits");
        self.rate.start(beginning + now);
        self.in_flight += 1;
        let late = host.jitter.mul_f64(self.random.f64());
        let accepted = host.accepts(now + late, book);
        let latency = host.latency.mul_f64(0.9 + 0.2 * self.random.f64());
        let answer = Event::Answer {
            accepted,
            sent: now,
            number,
        };
        self.events.push((now + latency, answer));
    }

    fn handle(&mut self, event: &Event, beginning: Instant, now: Duration) {
        match *event {
            Event::Answer {
                accepted: true,
                sent,
                ..
            } => {
                self.in_flight -= 1;
                self.outcome.accepted += 1;
                self.rate.accepted(beginning + sent, beginning + now);
                if self.left > 0 {
                    self.left -= 1;
                    self.queue.push_back(1);
                }
            }
            Event::Answer { sent, number, .. } => {
                self.in_flight -= 1;
                self.outcome.refused += usize::from(sent > SECOND);
                self.outcome.most_attempts = self.outcome.most_attempts.max(number + 1);
                self.rate.throttled(beginning + sent, beginning + now);
                let longest = Duration::from_millis(500) * (1 << (number - 1));
                let delay = longest.mul_f64(self.random.f64());
                self.events
                    .push((now + delay, Event::Retry { number: number + 1 }));
            }
            Event::Retry { number } => self.queue.push_back(number),
        }
    }
}

#[track_caller]
fn assert_fits(host: &Host, known_rate: Option<f64>, requests: usize, least: f64) {
    let outcome = Run::new(requests, known_rate).at(host);
    let told = format!("{} per second: {outcome:?}", host.rate);
    assert_eq!(outcome.accepted, requests, "{told}");
    let sent = f64::from(u32::try_from(requests + outcome.refused).expect("few"));
    let accepted = f64::from(u32::try_from(requests).expect("few"));
    let throughput = accepted / outcome.time.as_secs_f64();
    assert!(throughput >= least * host.rate, "{throughput}, {told}");
    let refused = f64::from(u32::try_from(outcome.refused).expect("few")) / sent;
    assert!(refused <= 0.1, "{refused}, {told}");
    assert!(outcome.most_attempts <= 5, "{told}");
}

#[test]
fn a_limited_rate_is_used_but_not_exceeded() {
    for (rate, requests) in [(1.0, 100), (5.0, 300), (20.0, 1000), (100.0, 3000)] {
        for burst in [f64::max(2.0, rate / 4.0), f64::max(2.0, rate)] {
            for latency in [10, 50, 100] {
                assert_fits(&Host::bucket(rate, burst, latency), None, requests, 0.9);
            }
        }
    }
}

/// Refusals of requests that arrive a little early do not lower a documented rate.
#[test]
fn a_thousand_manifests_take_at_most_a_tenth_longer_than_the_documented_rates() {
    for rate in [10.0, 1.0] {
        for (burst, jitter) in [(1.0, 0), (1.0, 2), (1.0, 5), (2.0, 5), (10.0, 2)] {
            for latency in [2, 10, 50, 90] {
                let mut host = Host::bucket(rate, burst, latency);
                host.jitter = Duration::from_millis(jitter);
                let outcome = Run::new(1000, Some(rate)).at(&host);
                let told = format!("{rate} {burst} {jitter} {latency}: {outcome:?}");
                let bound = 1000.0 / rate;
                assert!(outcome.time.as_secs_f64() < 1.1 * bound, "{told}");
                assert!(outcome.refused < 50, "{told}");
            }
        }
    }
    // Somebody else at the same address uses most of the rate.
    for allowed in [2.0, 4.0, 7.0] {
        assert_fits(&Host::bucket(allowed, 2.0, 50), Some(10.0), 300, 0.85);
    }
}

/// Spacing alone cannot avoid refusals where each request must keep its distance from the last one.
#[test]
fn a_host_without_bursts_is_used_nearly_as_well() {
    for (rate, requests) in [(1.0, 100), (5.0, 300), (20.0, 1000), (100.0, 3000)] {
        assert_fits(&Host::bucket(rate, 1.0, 50), None, requests, 0.8);
    }
}

#[test]
fn a_host_that_counts_each_second_is_used_but_not_exceeded() {
    for (rate, requests) in [(1.0, 100), (5.0, 300), (20.0, 1000), (100.0, 3000)] {
        let host = Host {
            rate,
            count: Count::EachSecond,
            latency: Duration::from_millis(50),
            jitter: Duration::ZERO,
        };
        assert_fits(&host, None, requests, 0.85);
    }
}

#[test]
fn a_host_that_never_throttles_has_no_limit() {
    let outcome = Run::new(1600, None).at(&Host::bucket(1e9, 1e9, 100));
    // 100 rounds of 100 ms.
    assert!(outcome.time < Duration::from_secs(12), "{outcome:?}");
}

#[test]
fn a_known_rate_holds_from_the_first_throttled_answer_on() {
    let now = Instant::now();
    let mut rate = Rate::new(Some(2.0), SECOND);
    for _ in 0..3 {
        rate.start(now);
    }
    assert_eq!(rate.wait(now), None);
    for _ in 0..3 {
        rate.throttled(now, now + SECOND);
    }
    assert_eq!(rate.per_second(), Some(2.0 * KNOWN_SHARE));
    let interval = (SECOND / 2).div_f64(KNOWN_SHARE);
    assert_eq!(rate.wait(now + SECOND), Some(interval));
    // A second of tests is shorter.
    let mut rate = Rate::new(Some(1.0), SECOND / 100);
    rate.start(now);
    rate.throttled(now, now);
    assert_eq!(rate.wait(now), Some((SECOND / 100).div_f64(KNOWN_SHARE)));
}

#[test]
fn the_rate_is_halved_once_for_requests_in_flight_together() {
    let now = Instant::now();
    let mut rate = Rate::new(None, SECOND);
    for _ in 0..16 {
        rate.start(now);
    }
    let answered = now + SECOND / 4;
    for _ in 0..16 {
        rate.throttled(now, answered);
    }
    // 64 per second.
    assert_eq!(rate.per_second(), Some(32.0));
    rate.start(answered);
    rate.throttled(answered, answered + SECOND / 4);
    assert_eq!(rate.per_second(), Some(16.0));
    // The answers of requests from before the decrease do not raise it.
    rate.accepted(answered, answered + SECOND / 4);
    assert_eq!(rate.per_second(), Some(16.0));
    rate.accepted(answered + SECOND, answered + SECOND);
    assert_eq!(rate.per_second(), Some(16.064));
}

#[test]
fn the_rate_of_a_host_that_always_throttles_has_a_lower_bound() {
    let mut now = Instant::now();
    let mut rate = Rate::new(None, SECOND);
    for _ in 0..50 {
        now += rate.wait(now).unwrap_or_default();
        rate.start(now);
        rate.throttled(now, now + SECOND / 20);
    }
    assert_eq!(rate.per_second(), Some(0.9));
}

#[test]
fn requests_are_held_back_for_the_longest_time_asked() {
    let now = Instant::now();
    let mut rate = Rate::new(None, SECOND);
    rate.stop(now + 50 * SECOND);
    rate.stop(now + 5 * SECOND);
    assert_eq!(rate.wait(now), Some(50 * SECOND));
    // All at once afterwards: the host did not throttle.
    rate.start(now + 50 * SECOND);
    assert_eq!(rate.wait(now + 50 * SECOND), None);
}

/// The places of all requests that may start now, of `count`.
fn start<'a>(limiter: &'a Limiter, progress: &Progress, count: usize) -> Vec<InFlight<'a>> {
    let start = |_| limiter.start(progress, "request").now_or_never();
    (0..count).filter_map(start).collect()
}

#[test]
fn requests_begin_one_at_a_time_and_become_more() {
    let progress = Progress::new(false);
    let limiter = Limiter::new(Some(1.0), SECOND);
    let mut in_flight = Vec::new();
    for _ in 0..7 {
        let places = start(&limiter, &progress, 20);
        places.iter().for_each(InFlight::accepted);
        in_flight.push(places.len());
    }
    assert_eq!(in_flight, [1, 2, 4, 8, 16, 16, 16]);
}

#[test]
fn requests_start_in_the_order_of_their_arrival() {
    let progress = Progress::new(false);
    let limiter = Limiter::new(None, SECOND);
    let mut places = start(&limiter, &progress, 16);
    let mut waiting: Vec<_> = (0..3)
        .map(|_| Box::pin(limiter.start(&progress, "request")))
        .collect();
    for request in &mut waiting {
        assert!(request.now_or_never().is_none());
    }
    // A listing that sends its next request as soon as one is answered comes last.
    places.pop();
    assert!(start(&limiter, &progress, 1).is_empty());
    for later in [2, 1] {
        assert!((&mut waiting[later]).now_or_never().is_none());
    }
    let first = (&mut waiting[0]).now_or_never();
    assert!(first.is_some());
}

#[test]
fn requests_wait_for_the_rate_in_the_order_of_their_arrival() {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .build()
        .expect("a runtime");
    let progress = Progress::new(false);
    let limiter = Limiter::new(Some(1.0), SECOND / 100);
    runtime.block_on(async {
        start(&limiter, &progress, 1)[0].throttled();
        let mut first = Box::pin(limiter.start(&progress, "first"));
        assert!((&mut first).now_or_never().is_none());
        std::thread::sleep(SECOND / 50);
        // The time has come, but not for a request that arrives now.
        assert!(start(&limiter, &progress, 1).is_empty());
        drop(first.await);
    });
}
