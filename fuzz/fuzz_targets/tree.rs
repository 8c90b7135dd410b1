#![no_main]

#[allow(dead_code, reason = "one of several")]
#[path = "../../tests/fuzz/targets.rs"]
mod targets;

libfuzzer_sys::fuzz_target!(|given: &[u8]| {
    targets::tree(given);
});
