/// How a client deals with its store.
package struct StoreOptions: Sendable, Hashable {
    /// The name that `CLIENT LIST` has for its connections: no blanks.
    package var name = "danegate"
    /// The prefixes of keys whose changes by others are told (`CLIENT TRACKING ON BCAST … NOLOOP`); none turns that
    /// off.
    package var tracked: [String] = []
    /// How long a connection may take at one place, from the lookup of its name until the store has greeted.
    package var connectTimeout: Duration = .seconds(1)
    /// How long the oldest command may wait for its answer before the connection is given up, and how often that is
    /// looked at. A frozen store is noticed within twice this time. No command may take longer.
    package var silence: Duration = .seconds(1)
    /// After how long without a word a connection is tried with a PING: pushes that never come look like no news.
    package var keepAlive: Duration = .seconds(5)
    /// An answer that takes longer is slow, and so is one that does not come in time.
    package var slow: Duration = .milliseconds(50)
    /// The most commands that wait for their answers.
    package var outstanding = 1024
    /// The most bytes of commands that wait for their answers.
    package var outstandingBytes = 8 << 20
    /// The wait before all places are tried a third time. It doubles with each time up to `longestPause`, and begins
    /// anew after a connection that has lasted.
    package var firstPause: Duration = .milliseconds(100)
    /// The longest wait before all places are tried again.
    package var longestPause: Duration = .seconds(5)
    /// When the store is left alone.
    package var breaker = StoreBreaker.Limits()

    /// The usual options.
    package init() {}
}
