//! Measures the steps of the program one by one, to locate a slow-down: `cargo bench --features bench
//! --bench inside`.
#![expect(clippy::print_stdout, reason = "the figures are its output")]

use std::time::{Duration, Instant};

/// Long enough for stable figures.
const ENOUGH: Duration = Duration::from_secs(1);

fn main() {
    println!(
        "{:<44} {:>10} {:>10}",
        "a page of 1000 rows, unless it says more", "median µs", "least µs"
    );
    for (name, mut step) in ecrpub::bench::steps() {
        let mut times = Vec::new();
        let started = Instant::now();
        while started.elapsed() < ENOUGH || times.len() < 5 {
            let before = Instant::now();
            step();
            times.push(before.elapsed());
        }
        times.sort_unstable();
        let micros = |time: Duration| time.as_secs_f64() * 1e6;
        let median = micros(times[times.len() / 2]);
        println!("{name:<44} {median:>10.0} {:>10.0}", micros(times[0]));
    }
}
