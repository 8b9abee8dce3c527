#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| ecrpub::fuzz::aws_files(input));
