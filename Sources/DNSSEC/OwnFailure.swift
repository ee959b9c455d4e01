/// The reasons of failed lookups for which this machine is certainly to blame, not the name servers.
///
/// An ``Answer/failed(_:)`` has a sentence. The sentences here are the certain ones. That name servers do not answer
/// may be the fault of either side, so it is not among them.
public enum OwnFailure {
    static let tooManySecondLooks = "too many second looks are under way (file descriptors)"
    static let tooFewDescriptors = "too few file descriptors are left"
    static let cancelled = "cancelled"
    static let stopped = "the resolver has stopped"
    /// The prefix of libunbound's own errors, such as being out of memory or a broken pipe.
    static let library = "libunbound: "

    /// Whether the reason of a failed lookup is one of these.
    public static func isOne(_ reason: String) -> Bool {
        [tooManySecondLooks, tooFewDescriptors, cancelled, stopped].contains(reason) || reason.hasPrefix(library)
    }
}
