/// Something that has happened in a test that is under way, as the page shows it.
struct TestEvent: Sendable, Encodable {
    /// Which step: `mx`, `tlsa`, `probe` and so on, or `connect` when a connection begins.
    let step: String
    /// What it is about.
    let subject: String
    /// How it went: `ok`, `warning`, `failed`, or `going` for what has only begun.
    let result: String
    /// The same as a word for people.
    let word: String
    /// What was seen.
    let detail: String
    /// How long it took, in milliseconds; empty for what has only begun.
    let ms: String
}
