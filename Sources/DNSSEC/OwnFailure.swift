/// Lookups that fail for a reason of this machine's own, and not of the name servers that were asked.
///
/// An ``Answer/failed(_:)`` has a sentence; these are the sentences of which it is certain that nobody else is at
/// fault. That name servers do not answer may be either's fault, and is none of them.
public enum OwnFailure {
    static let tooManySecondLooks = "too many second looks are under way (file descriptors)"
    static let tooFewDescriptors = "too few file descriptors are left"
    static let cancelled = "cancelled"
    static let stopped = "the resolver has stopped"
    /// What stands before a complaint of libunbound's about itself: out of memory, a pipe that broke.
    static let library = "libunbound: "

    /// Whether the reason why a lookup failed is one of them.
    public static func isOne(_ reason: String) -> Bool {
        [tooManySecondLooks, tooFewDescriptors, cancelled, stopped].contains(reason) || reason.hasPrefix(library)
    }
}
