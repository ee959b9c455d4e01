/// What has happened between a client and its store since the start.
package struct StoreCounts: Sendable, Hashable {
    /// Commands that were sent.
    package var sent = 0
    /// Answers that came, late ones too.
    package var answers = 0
    /// Answers that were errors.
    package var refusals = 0
    /// Answers that took longer than is good, or did not come in time; requests of several commands count once.
    package var slow = 0
    /// Requests that had no answer in time.
    package var late = 0
    /// Requests whose connection ended before the answer.
    package var lost = 0
    /// Requests that were not sent: too many waited.
    package var crowded = 0
    /// Requests that were not sent: there was no connection, or the store was left alone.
    package var unavailable = 0
    /// What the store told without having been asked.
    package var pushes = 0
    /// Times that all places were tried in vain.
    package var failedAttempts = 0
    /// Times that the store began to be left alone.
    package var rests = 0
    /// Commands that wait for their answers now.
    package var outstanding = 0
}
