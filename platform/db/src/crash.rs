//! Places where a test may end the process, as a power cut would.

/// Ends the process here if a test armed `service.name`; nothing at all in a build without failpoints.
pub fn crash_point(service: &str, name: &str) {
    // The macro is empty without its feature, and then uses neither name.
    let _ = (service, name);
    fail::fail_point!(&format!("{service}.{name}"), |_| std::process::abort());
}
