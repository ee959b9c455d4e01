public import Foundation

/// The dates between which a certificate is valid.
public struct Validity: Hashable, Sendable {
    /// The first moment.
    public let notBefore: Date
    /// The last moment.
    public let notAfter: Date

    /// Validity between two dates, in whole seconds.
    public init(from notBefore: Date, until notAfter: Date) {
        self.notBefore = notBefore
        self.notAfter = notAfter
    }

    /// From so many days after now (before, if negative) to so many.
    public static func days(_ from: Double, _ until: Double) -> Validity {
        Validity(from: Date(timeIntervalSinceNow: from * 86_400), until: Date(timeIntervalSinceNow: until * 86_400))
    }

    /// Since yesterday, for a year.
    public static var current: Validity { days(-1, 365) }
    /// Until yesterday.
    public static var expired: Validity { days(-365, -1) }
    /// From tomorrow.
    public static var notYet: Validity { days(1, 365) }
}
