/// An enhanced mail system status code (RFC 3463 §2): class, subject, detail.
public struct EnhancedStatusCode: Hashable, Sendable {
    /// The class of a status code. It tells the sender whether to try again.
    public enum Class: UInt8, Sendable {
        /// 4.x.x: try again later.
        case persistentTransient = 4
        /// 5.x.x: trying again will not help.
        case permanent = 5
    }

    /// The class.
    public let `class`: Class
    /// The subject, 0 to 999.
    public let subject: UInt16
    /// The detail, 0 to 999.
    public let detail: UInt16

    /// The code `class.subject.detail`.
    ///
    /// - Precondition: Subject and detail have at most three digits (RFC 3463 §2).
    public init(_ class: Class, _ subject: UInt16, _ detail: UInt16) {
        precondition(subject < 1000 && detail < 1000, "an enhanced status code has at most three digits a part")
        self.class = `class`
        self.subject = subject
        self.detail = detail
    }
}

extension EnhancedStatusCode: CustomStringConvertible {
    /// `5.7.323`.
    public var description: String { "\(`class`.rawValue).\(subject).\(detail)" }
}
