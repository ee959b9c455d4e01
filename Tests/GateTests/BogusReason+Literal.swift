public import DNSSEC

extension BogusReason: ExpressibleByStringLiteral {
    /// For tests: a reason that nothing more is known of.
    public init(stringLiteral text: String) { self.init(.other, detail: text) }
}
