internal import CUnbound

/// Why a lookup found nothing out.
public struct LookupFailure: Error, Sendable, Hashable, CustomStringConvertible {
    /// What is known about the cause.
    public enum Kind: Sendable, Hashable {
        /// The name servers, the way to them or this machine is at fault: a lookup that is not answered does not tell
        /// which.
        case unanswered
        /// This machine is certainly to blame, not the name servers.
        case ours
        /// The settings of the resolver are unusable. No lookup will ever succeed.
        case unusable
    }

    /// What is known about the cause.
    public let kind: Kind
    /// What happened, as a sentence without a full stop, in printable ASCII of bounded length.
    public let description: String

    /// A failure with these values.
    public init(_ description: String, kind: Kind = .unanswered) {
        self.kind = kind
        self.description = description
    }

    /// Whether this machine is certainly to blame.
    public var isOurs: Bool { kind == .ours }

    /// The same failure in a longer sentence.
    ///
    /// - Parameter subject: What could not be found out because of it.
    public func about(_ subject: String) -> LookupFailure { LookupFailure("\(subject): \(description)", kind: kind) }

    /// Nobody waits for the answer any more.
    public static let cancelled = LookupFailure("cancelled", kind: .ours)
    /// The resolver's thread has ended.
    static let stopped = LookupFailure("the resolver has stopped", kind: .ours)
    static let tooManySecondLooks = LookupFailure(
        "too many second looks are under way (file descriptors)", kind: .ours)
    static let tooFewDescriptors = LookupFailure("too few file descriptors are left", kind: .ours)
    /// libunbound accepts some settings at first and cannot start with them.
    static let unusableSettings = LookupFailure(
        "libunbound cannot start with these settings (trust anchor, root hints or unbound configuration;"
            + " the reason is on standard error, or in the log as event=libunbound)", kind: .unusable)

    /// An error of libunbound itself, such as being out of memory or a broken pipe (`ub_strerror`).
    static func library(_ code: Int32) -> LookupFailure {
        LookupFailure("libunbound: \(String(cString: ub_strerror(code)))", kind: .ours)
    }
}
