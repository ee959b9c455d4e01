/// What to make of an expired certificate that a DANE-EE record matches.
enum ExpiredEE: String, Sendable, CaseIterable {
    /// Nothing: RFC 7672 §3.1.1.
    case ignore
    /// `certificate-expired`, as Exchange Online's 5.7.322 reads.
    case fail
}
