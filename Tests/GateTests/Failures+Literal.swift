public import DNSSEC
public import Probe

extension LookupFailure: ExpressibleByStringLiteral {
    /// For tests: a failure that may be anybody's.
    public init(stringLiteral text: String) { self.init(text) }
}

extension TLSFailure: ExpressibleByStringLiteral {
    /// For tests: a failure that nothing more is known of.
    public init(stringLiteral text: String) { self.init(.unknown, text) }
}
