//! The one retry policy: how often an attempt is made again, by what made it fail.

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
#[derive(Clone, Copy, Debug)]
pub(crate) struct Retry {
    /// Attempts allowed while the service throttles or fails.
    pub(crate) max_attempts: u32,
    /// The wall time of one attempt, from connecting to the last byte.
    pub(crate) timeout: Duration,
    /// The limit of the first wait.
    pub(crate) first_delay: Duration,
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
            if !self.allows_another(failure.cause, number, lost) {
                return Err(after(number, failure));
            }
            let delay = self.delay(number);
            progress.waiting(request, &failure.error, delay);
            tokio::time::sleep(delay).await;
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
    use super::{Cause, FIRST_DELAY, LONGEST_DELAY, Retry};
    use std::time::Duration;

    const POLICY: Retry = Retry {
        max_attempts: 8,
        timeout: Duration::from_secs(20),
        first_delay: FIRST_DELAY,
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
    fn delays_never_exceed_the_longest() {
        for attempt in 1..100 {
            assert!(POLICY.delay(attempt) <= LONGEST_DELAY);
        }
    }
}
