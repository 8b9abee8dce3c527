#![no_main]

libfuzzer_sys::fuzz_target!(|input: &str| ecrpub::fuzz::times(input));
