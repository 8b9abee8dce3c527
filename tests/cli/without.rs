//! Prints the missing peers at the end of the run: the test of the last module by name starts last.

use std::io::Write;

use crate::harness::{PEERS, ROOT, has_peer, peers_are_required};

#[test]
fn missing_peers_are_counted_and_fail_where_they_are_required() {
    let missing: Vec<_> = PEERS.into_iter().filter(|name| !has_peer(name)).collect();
    if missing.is_empty() {
        return;
    }
    let line = format!("skipped peers: {} ({})", missing.len(), missing.join(", "));
    let required = peers_are_required() && missing != [ROOT];
    assert!(!required, "{line}");
    // Unlike `eprintln!`, this is shown even though the test passes.
    let _ = writeln!(std::io::stderr(), "\n{line}");
}
