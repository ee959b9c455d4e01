import DANE
import RuleMarks
import Testing

/// The names of which a DANE-TA certificate must carry one (RFC 7672 §3.2.2).
@Suite struct ReferenceIdentifiersTests {
    @Test(
        .rules("D-53", "D-54", "D-55", "D-56", "E-11"),
        arguments: [
            // Secure MX records: the TLSA base domain, the next-hop domain, and what that is an alias for.
            ("mx.example.net", "example.com", nil, ["mx.example.net", "example.com"]),
            (
                "mx.example.net", "www.example.com", "example.com",
                ["mx.example.net", "www.example.com", "example.com"]
            ),
            // Insecure MX records: the host's name alone.
            ("mx.example.net", nil, nil, ["mx.example.net"]),
            // No MX records, and the base domain is what the next hop is an alias for.
            ("host.example.net", "example.com", "host.example.net", ["host.example.net", "example.com"]),
            // No MX records, and the base domain is the next hop itself.
            ("example.com", "example.com", nil, ["example.com"]),
        ] as [(String, String?, String?, [String])])
    func names(_ base: String, _ nextHop: String?, _ expanded: String?, _ expected: [String]) throws {
        let identifiers = ReferenceIdentifiers(
            base: try #require(DomainName(base)), nextHop: nextHop.flatMap { DomainName($0) },
            expandedNextHop: expanded.flatMap { DomainName($0) })
        #expect(identifiers.names.map(\.text) == expected)
    }
}
