/// What is accepted of one value of the other side. Whatever exceeds a limit breaks the connection.
package struct RESPLimits: Sendable, Hashable {
    /// The most aggregates inside of each other: an array in an array is a depth of 2.
    package var depth = 4
    /// The most bytes of a bulk or verbatim string, or of a bulk error.
    package var bulk = 1 << 20
    /// The most elements of an array or set, and the most pairs of a map.
    package var count = 4096
    /// The same within a push: Redis gathers the keys that all clients have changed while it went through them once. A
    /// burst of fifty clients came to 56,658 keys in one push.
    package var pushed = 65_536
    /// The most bytes of a line, without its end.
    package var line = 64 << 10
    /// The most values within a value, besides what is pushed: what `depth` and `count` would allow together is more
    /// than memory.
    package var values = 16_384
    /// The most bytes of a value, as it came.
    package var size = 8 << 20

    /// The limits of a store: none of its answers comes near them.
    package init() {}
}
