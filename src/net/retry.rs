//! The one retry policy: how often to retry, by the cause of the failure.

use std::sync::Arc;
use std::time::{Duration, Instant};

use jiff::Timestamp;

use super::limit::Limiter;
use crate::error::{Error, Kind};
use crate::progress::Progress;

/// The limit of the first wait; it doubles with every attempt.
pub(crate) const FIRST_DELAY: Duration = Duration::from_millis(500);
const LONGEST_DELAY: Duration = Duration::from_secs(8);
/// The longest `Retry-After` that is honoured.
const LONGEST_PATIENCE: Duration = Duration::from_mins(1);
/// A connection that breaks three times in a row is not a passing fault.
const LOST_ATTEMPTS: u32 = 3;
/// The client corrects its clock by the date of the first response.
const SKEWED_ATTEMPTS: u32 = 2;

/// The cause of a failed attempt, which decides whether to retry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum RetryCause {
    Throttled,
    Server,
    /// The response did not arrive, or not completely.
    Lost,
    /// The signature was refused, maybe because of this machine's clock.
    Skewed,
    Final,
}

/// A failed attempt: its cause, and the error to report if it is the last one.
#[derive(Debug)]
pub(crate) struct Failure {
    pub(crate) cause: RetryCause,
    pub(crate) error: Error,
    pub(crate) retry_after: Option<Duration>,
}

impl Failure {
    pub(crate) fn new(cause: RetryCause, error: Error) -> Self {
        Self {
            cause,
            error,
            retry_after: None,
        }
    }

    pub(crate) fn fatal(error: Error) -> Self {
        Self::new(RetryCause::Final, error)
    }

    pub(crate) fn after(self, retry_after: Option<Duration>) -> Self {
        Self {
            retry_after,
            ..self
        }
    }
}

/// How long a host asks to wait: by `Retry-After`, in seconds or as a date, or by AWS's own header, in
/// milliseconds. `header` looks up a header by name.
pub(crate) fn retry_after<'a>(
    header: impl Fn(&'static str) -> Option<&'a str>,
) -> Option<Duration> {
    if let Some(milliseconds) = header("x-amz-retry-after") {
        return Some(Duration::from_millis(milliseconds.trim().parse().ok()?));
    }
    let text = header("retry-after")?.trim();
    if let Ok(seconds) = text.parse() {
        return Some(Duration::from_secs(seconds));
    }
    let wait = http_date(text)?.duration_since(Timestamp::now());
    Some(Duration::try_from(wait).unwrap_or_default())
}

pub(super) fn http_date(text: &str) -> Option<Timestamp> {
    let parser = jiff::fmt::rfc2822::DateTimeParser::new().relaxed_weekday(true);
    parser.parse_timestamp(text.trim()).ok()
}

/// The policy, for all sources and all requests of a run.
#[derive(Clone, Debug)]
pub(crate) struct Retry {
    /// Attempts allowed while the service throttles or fails.
    pub(crate) max_attempts: u32,
    /// The wall time of one attempt, from connecting to the last byte.
    pub(crate) timeout: Duration,
    pub(crate) first_delay: Duration,
    limiter: Arc<Limiter>,
}

impl Retry {
    pub(crate) fn new(max_attempts: u32, timeout: Duration, first_delay: Duration) -> Self {
        let second = scaled(Duration::from_secs(1), first_delay);
        Self {
            max_attempts,
            timeout,
            first_delay,
            limiter: Arc::new(Limiter::new(None, second)),
        }
    }

    /// The same policy for another host, whose rate may be known.
    pub(crate) fn for_host(self, known_rate: Option<f64>) -> Self {
        let second = scaled(Duration::from_secs(1), self.first_delay);
        Self {
            limiter: Arc::new(Limiter::new(known_rate, second)),
            ..self
        }
    }

    /// Makes attempts until one succeeds or the policy gives up, with the failure of the last one;
    /// `request` names the request in messages.
    pub(crate) async fn run<T>(
        &self,
        progress: &Progress,
        request: &str,
        mut attempt: impl AsyncFnMut() -> Result<T, Failure>,
    ) -> Result<T, Failure> {
        let (mut number, mut lost) = (0, 0);
        loop {
            number += 1;
            let in_flight = self.limiter.start(progress, request).await;
            progress.sending(request, number, self.max_attempts);
            let started = Instant::now();
            // Boxed: the futures of a whole run would nest too deep for the compiler.
            let outcome = tokio::time::timeout(self.timeout, Box::pin(attempt())).await;
            let failure = match outcome.unwrap_or_else(|_| Err(self.timed_out(request))) {
                Ok(answer) => {
                    in_flight.accepted();
                    progress.answered(request, started.elapsed());
                    return Ok(answer);
                }
                Err(failure) => failure,
            };
            lost += u32::from(failure.cause == RetryCause::Lost);
            match failure.cause {
                RetryCause::Throttled => in_flight.throttled(),
                RetryCause::Skewed | RetryCause::Final => in_flight.accepted(),
                RetryCause::Server | RetryCause::Lost => {}
            }
            // The wait before the next attempt is not one in flight.
            drop(in_flight);
            let retry_after = failure.retry_after.unwrap_or_default();
            if !self.allows_another(failure.cause, number, lost) || retry_after > LONGEST_PATIENCE {
                return Err(given_up(number, failure));
            }
            let retry_after = scaled(retry_after, self.first_delay);
            let delay = self.delay(number).max(retry_after);
            if !retry_after.is_zero() {
                self.limiter.stop(retry_after);
            }
            progress.waiting(request, &failure.error, delay);
            tokio::time::sleep(delay).await;
        }
    }

    fn allows_another(&self, cause: RetryCause, made: u32, lost: u32) -> bool {
        let allowed = match cause {
            RetryCause::Throttled | RetryCause::Server => true,
            RetryCause::Lost => lost < LOST_ATTEMPTS,
            RetryCause::Skewed => made < SKEWED_ATTEMPTS,
            RetryCause::Final => false,
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
        let message = format!("{request} timed out after {seconds} s");
        let error = Error::new(Kind::Service, message);
        let hint = "allow more time with `--timeout SECONDS`";
        Failure::new(RetryCause::Lost, error.hint(hint))
    }
}

fn scaled(wait: Duration, first_delay: Duration) -> Duration {
    wait.mul_f64(first_delay.div_duration_f64(FIRST_DELAY))
}

fn given_up(attempts: u32, failure: Failure) -> Failure {
    let mut error = failure.error;
    if attempts > 1 {
        error = error.suffixed(&format!(" ({attempts} attempts)"));
    }
    if let Some(time) = failure.retry_after.filter(|time| *time > LONGEST_PATIENCE) {
        let seconds = time.as_secs();
        error = error.hint(format!(
            "the host requires a wait of {seconds} s before the next request"
        ));
    }
    Failure { error, ..failure }
}

#[cfg(test)]
mod tests {
    use super::{FIRST_DELAY, Failure, Retry, RetryCause, retry_after};
    use crate::error::{Error, Kind};
    use crate::progress::Progress;
    use futures_util::FutureExt;
    use std::pin::pin;
    use std::time::Duration;

    fn policy() -> Retry {
        Retry::new(8, Duration::from_secs(20), FIRST_DELAY)
    }

    #[test]
    fn the_wait_before_a_retry_holds_no_place() {
        fastrand::seed(7);
        let (retry, progress) = (policy().for_host(Some(1.0)), Progress::new(false));
        let fails = async || {
            let error = Error::new(Kind::Service, "out of order");
            Err::<(), _>(Failure::new(RetryCause::Server, error))
        };
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_time()
            .build()
            .expect("a runtime");
        runtime.block_on(async {
            let mut waiting = pin!(retry.run(&progress, "first", fails));
            assert!((&mut waiting).now_or_never().is_none());
            let second = retry.run(&progress, "second", async || Ok(()));
            assert!(second.now_or_never().is_some());
        });
    }

    #[test]
    fn retry_after_is_read_from_seconds_and_dates() {
        let header = |name: &'static str, value: String| {
            retry_after(|asked| (asked == name).then_some(value.as_str()))
        };
        let after = |value: &str| header("retry-after", value.to_owned());
        assert_eq!(after("0"), Some(Duration::ZERO));
        assert_eq!(after(" 120 "), Some(Duration::from_mins(2)));
        assert_eq!(after("Wed, 21 Oct 2015 07:28:00 GMT"), Some(Duration::ZERO));
        // A wrong weekday does not invalidate a date.
        let far = after("Mon, 01 Jan 2900 00:00:00 GMT").expect("a date");
        assert!(far > Duration::from_hours(24 * 365 * 100));
        for none in ["", "-1", "1.5", "soon", "99999999999999999999999"] {
            assert_eq!(after(none), None, "{none}");
        }
        let milliseconds = header("x-amz-retry-after", "1500".to_owned());
        assert_eq!(milliseconds, Some(Duration::from_millis(1500)));
        assert_eq!(retry_after(|_| None), None);
    }
}
