//! The one retry policy: how often an attempt is made again, by what made it fail.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use crate::error::{Error, Kind};
use crate::progress::Progress;

/// The limit of the first wait; it doubles with every attempt.
pub(crate) const FIRST_DELAY: Duration = Duration::from_millis(500);
const LONGEST_DELAY: Duration = Duration::from_secs(8);
/// A connection that breaks three times in a row is not a passing fault.
const LOST_ATTEMPTS: u32 = 3;
/// The client corrects its clock by the first answer's date.
const SKEWED_ATTEMPTS: u32 = 2;

/// Why an attempt failed, as far as trying again is concerned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Cause {
    /// The service asked for patience.
    Throttled,
    /// The service failed by its own account.
    Server,
    /// The answer did not arrive, or not whole.
    Lost,
    /// The signature was refused, maybe for the clock of this machine.
    Skewed,
    /// The same request would fail again.
    Final,
}

/// A failed attempt: what to do about it, and what to say if nothing can be done.
#[derive(Debug)]
pub(crate) struct Failure {
    pub(crate) cause: Cause,
    pub(crate) error: Error,
}

impl Failure {
    /// A failure that no further attempt would mend.
    pub(crate) fn fatal(error: Error) -> Self {
        Self {
            cause: Cause::Final,
            error,
        }
    }
}

/// The policy, for all sources and all requests of a run.
#[derive(Clone, Debug)]
pub(crate) struct Retry {
    /// Attempts allowed while the service throttles or fails.
    pub(crate) max_attempts: u32,
    /// The wall time of one attempt, from connecting to the last byte.
    pub(crate) timeout: Duration,
    /// The limit of the first wait.
    pub(crate) first_delay: Duration,
    /// How often a host that has throttled may be asked, where that is known.
    pub(crate) pace: Option<Arc<Pace>>,
}

/// One request in a while, once the host has asked for patience.
#[derive(Debug)]
pub(crate) struct Pace {
    interval: Duration,
    /// When the next request may go out; nothing while no patience was asked for.
    next: Mutex<Option<Instant>>,
}

impl Pace {
    /// What registries allow anonymous callers.
    pub(crate) const A_SECOND: Duration = Duration::from_secs(1);

    /// A pace of a request in `interval`, from when it is asked for.
    pub(crate) fn new(interval: Duration) -> Self {
        Self {
            interval,
            next: Mutex::default(),
        }
    }

    fn slow_down(&self) {
        let mut next = self.next.lock().unwrap_or_else(PoisonError::into_inner);
        next.get_or_insert_with(|| Instant::now() + self.interval);
    }

    /// How long the caller has to wait for its turn, which is taken.
    fn turn(&self) -> Duration {
        let mut next = self.next.lock().unwrap_or_else(PoisonError::into_inner);
        let now = Instant::now();
        match &mut *next {
            None => Duration::ZERO,
            Some(next) => {
                let turn = now.max(*next);
                *next = turn + self.interval;
                turn - now
            }
        }
    }
}

impl Retry {
    /// Makes attempts until one succeeds or the policy gives up; `request` names it to the user.
    ///
    /// # Errors
    ///
    /// The last attempt's failure.
    pub(crate) async fn run<T>(
        &self,
        progress: &Progress,
        request: &str,
        mut attempt: impl AsyncFnMut() -> Result<T, Failure>,
    ) -> Result<T, Failure> {
        let (mut number, mut lost) = (0, 0);
        loop {
            number += 1;
            self.wait_for_turn(progress, request).await;
            progress.sending(request, number);
            let started = Instant::now();
            let outcome = tokio::time::timeout(self.timeout, attempt()).await;
            let failure = match outcome.unwrap_or_else(|_| Err(self.timed_out(request))) {
                Ok(answer) => {
                    progress.answered(request, started.elapsed());
                    return Ok(answer);
                }
                Err(failure) => failure,
            };
            lost += u32::from(failure.cause == Cause::Lost);
            if let (Some(pace), Cause::Throttled) = (&self.pace, failure.cause) {
                pace.slow_down();
            }
            if !self.allows_another(failure.cause, number, lost) {
                return Err(after(number, failure));
            }
            let delay = self.delay(number);
            progress.waiting(request, &failure.error, delay);
            tokio::time::sleep(delay).await;
        }
    }

    async fn wait_for_turn(&self, progress: &Progress, request: &str) {
        let wait = self
            .pace
            .as_ref()
            .map_or(Duration::ZERO, |pace| pace.turn());
        if wait > Duration::ZERO {
            progress.taking_turns(request, wait);
            tokio::time::sleep(wait).await;
        }
    }

    fn allows_another(&self, cause: Cause, made: u32, lost: u32) -> bool {
        let allowed = match cause {
            Cause::Throttled | Cause::Server => true,
            Cause::Lost => lost < LOST_ATTEMPTS,
            Cause::Skewed => made < SKEWED_ATTEMPTS,
            Cause::Final => false,
        };
        allowed && made < self.max_attempts
    }

    /// Full jitter: anything up to a limit that doubles with every attempt.
    fn delay(&self, attempt: u32) -> Duration {
        let limit = self.first_delay.saturating_mul(1 << (attempt - 1).min(8));
        limit.min(LONGEST_DELAY).mul_f64(fastrand::f64())
    }

    fn timed_out(&self, request: &str) -> Failure {
        let seconds = self.timeout.as_secs_f64();
        let error = Error::new(
            Kind::Service,
            format!("{request} was not answered within {seconds} s"),
        );
        Failure {
            cause: Cause::Lost,
            error: error.hint("allow more time with `--timeout SECONDS`"),
        }
    }
}

fn after(attempts: u32, failure: Failure) -> Failure {
    if attempts == 1 {
        return failure;
    }
    Failure {
        error: failure.error.suffixed(&format!(" ({attempts} attempts)")),
        ..failure
    }
}

#[cfg(test)]
mod tests {
    use super::{Cause, FIRST_DELAY, LONGEST_DELAY, Pace, Retry};
    use std::time::Duration;

    const POLICY: Retry = Retry {
        max_attempts: 8,
        timeout: Duration::from_secs(20),
        first_delay: FIRST_DELAY,
        pace: None,
    };

    #[test]
    fn attempts_are_limited_by_cause() {
        let attempts = |cause| {
            (1..100)
                .find(|&made| !POLICY.allows_another(cause, made, made))
                .expect("every cause ends")
        };
        assert_eq!(attempts(Cause::Throttled), 8);
        assert_eq!(attempts(Cause::Server), 8);
        assert_eq!(attempts(Cause::Lost), 3);
        assert_eq!(attempts(Cause::Skewed), 2);
        assert_eq!(attempts(Cause::Final), 1);
    }

    #[test]
    fn turns_are_taken_only_after_patience_was_asked_for() {
        let pace = Pace::new(Duration::from_mins(1));
        assert_eq!([pace.turn(), pace.turn()], [Duration::ZERO; 2]);
        pace.slow_down();
        let waits = [pace.turn(), pace.turn(), pace.turn()];
        let minutes = waits.map(|wait| wait.as_secs_f64() / 60.0);
        for (minutes, expected) in minutes.iter().zip([1.0, 2.0, 3.0]) {
            assert!((expected - 0.1..=expected).contains(minutes), "{waits:?}");
        }
    }

    #[test]
    fn delays_never_exceed_the_longest() {
        for attempt in 1..100 {
            assert!(POLICY.delay(attempt) <= LONGEST_DELAY);
        }
    }
}
