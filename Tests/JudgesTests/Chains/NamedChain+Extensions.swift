import World
import WorldHosts

extension NamedChain {
    /// What a certificate may be used for, and how it is built.
    static let uses: [NamedChain] = [
        NamedChain("critical policies, and none in the server's certificate", .authenticated) {
            $0.put(1, .policies("1.2.3.4", critical: true))
            $0.put(1, .policyConstraints(explicit: 0, mapping: 0, critical: true))
        },
        NamedChain("critical mappings, and no policy but any", .authenticated) {
            $0.put(2, .policyMappings("1.2.3.4", "1.2.3.5", critical: true))
            $0.put(1, .inhibitAnyPolicy(0, critical: true))
            $0.put(0, .policies("2.5.29.32.0", critical: true))
        },
        NamedChain("an unknown critical extension of the anchor", .refused) { $0.put(2, .unknown(critical: true)) },
        NamedChain("an unknown critical extension of the CA", .refused) { $0.put(1, .unknown(critical: true)) },
        NamedChain("an unknown extension", .authenticated) { $0.put(1, .unknown(critical: false)) },
        // RFC 5280 §4.2.1.1: conforming CAs MUST mark it as non-critical.
        NamedChain("a critical key identifier", .refused) {
            $0.put(1, .init("2.5.29.14", critical: true, DER.octets([1])))
        },
        NamedChain("a critical extended key usage", .authenticated) {
            $0.put(0, .purposes("1.3.6.1.5.5.7.3.1", critical: true))
        },
        NamedChain("an extension twice", .refused) {
            $0[0].extensions.append(.alternativeNames([.dns("mx.example.com")]))
        },
        NamedChain("an unknown extension twice", .authenticated) {
            $0[0].extensions += [.unknown(critical: false), .unknown(critical: false)]
        },
        NamedChain("a malformed key usage", .refused) { $0.put(1, .init("2.5.29.15", critical: false, [0x03, 0x01])) },
        NamedChain("a key usage of nothing", .refused) {
            $0.put(0, .init("2.5.29.15", critical: false, DER.bits([0], unused: 7)))
        },
        NamedChain("a distribution point of nothing", .refused) {
            $0.put(0, .init("2.5.29.31", critical: false, DER.sequence(DER.sequence())))
        },
        NamedChain("a proxy's certificate", .refused) {
            $0.drop(0, "2.5.29.17")
            $0.put(
                0,
                .init(
                    "1.3.6.1.5.5.7.1.14", critical: false,
                    DER.sequence(DER.sequence(DER.identifier("1.3.6.1.5.5.7.21.1")))))
        },
        NamedChain("any purpose for the server", .refused) { $0.put(0, .purposes("2.5.29.37.0")) },
        NamedChain("any purpose for the CA", .refused) { $0.put(1, .purposes("2.5.29.37.0")) },
        NamedChain("any purpose for the anchor", .refused) { $0.put(2, .purposes("2.5.29.37.0")) },
        NamedChain("any purpose, and servers", .authenticated) {
            for depth in 0...2 { $0.put(depth, .purposes("2.5.29.37.0", "1.3.6.1.5.5.7.3.1")) }
        },
        NamedChain("servers of gated cryptography", .authenticated) {
            $0.put(0, .purposes("1.3.6.1.4.1.311.10.3.3"))
            $0.put(1, .purposes("2.16.840.1.113730.4.1"))
        },
        NamedChain("clients", .refused) { $0.put(0, .purposes("1.3.6.1.5.5.7.3.2")) },
        NamedChain("clients for the anchor", .refused) { $0.put(2, .purposes("1.3.6.1.5.5.7.3.2")) },
        NamedChain("netscape-cert-type of a client", .refused) { $0.put(0, .netscapeType(0x80)) },
        NamedChain("netscape-cert-type of a server", .authenticated) { $0.put(0, .netscapeType(0x40)) },
        NamedChain("a server's key that only signs certificates", .refused) { $0.put(0, .keyUsage(0x04)) },
        NamedChain("a CA's key that may not sign certificates", .refused) { $0.put(1, .keyUsage(0x80)) },
        NamedChain("an anchor's key that may not sign certificates", .refused) { $0.put(2, .keyUsage(0x80)) },
        NamedChain("an anchor without basic constraints that signs certificates", .authenticated) {
            $0.drop(2, "2.5.29.19")
        },
        NamedChain("an anchor that is no root, the same", .authenticated, anchor: 1) { $0.drop(1, "2.5.29.19") },
        NamedChain("a CA below the anchor, the same", .refused) { $0.drop(1, "2.5.29.19") },
        NamedChain("an anchor that says nothing", .refused) {
            $0.drop(2, "2.5.29.19")
            $0.drop(2, "2.5.29.15")
        },
        NamedChain("an anchor that netscape-cert-type calls a CA", .authenticated) {
            $0.drop(2, "2.5.29.19")
            $0.drop(2, "2.5.29.15")
            $0.put(2, .netscapeType(0x04))
        },
        NamedChain("a root of version 1", .authenticated) {
            $0[2].version = 1
            $0[2].extensions = []
        },
        NamedChain("an anchor of version 1 that is no root", .refused, anchor: 1) {
            $0[1].version = 1
            $0[1].extensions = []
        },
        NamedChain("a CA of version 1 with extensions", .authenticated) { $0[1].version = 1 },
        NamedChain("a server's certificate of version 1 with extensions", .authenticated) { $0[0].version = 1 },
        NamedChain("a server's certificate of version 2 with extensions", .authenticated) { $0[0].version = 2 },
        NamedChain("a CA of version 1", .refused) {
            $0[1].version = 1
            $0[1].extensions = []
        },
        NamedChain("an anchor that says that it is none", .refused) { $0.put(2, .basicConstraints(isCA: false)) },
        NamedChain("a path that is too long", .refused) { $0.put(2, .basicConstraints(pathLength: 0)) },
        NamedChain("a path that is just as long", .authenticated) {
            $0.put(1, .basicConstraints(pathLength: 0))
            $0.put(2, .basicConstraints(pathLength: 1))
        },
        // RFC 5280 §6.1.4 (l): a self-issued certificate does not count.
        NamedChain("a path of a self-issued certificate", .authenticated) {
            $0[1].subject = $0[2].subject
            $0.put(1, .subjectKey([1]))
            $0.put(2, .subjectKey([2]))
            $0.put(0, .authorityKey([1]))
            $0.put(1, .authorityKey([2]))
            $0.put(2, .basicConstraints(pathLength: 0))
        },
        NamedChain("a path length beyond all numbers", .authenticated) {
            $0.put(
                2,
                .init(
                    "2.5.29.19", critical: true, DER.sequence(DER.yes, DER.integer([UInt8](repeating: 255, count: 20))))
            )
        },
        NamedChain("a path length below 0", .refused) {
            $0.put(2, .init("2.5.29.19", critical: true, DER.sequence(DER.yes, DER.value(0x02, [0xFF]))))
        },
        NamedChain("two signature algorithms in the server's certificate", .refused) {
            $0[0].innerAlgorithm = DER.sequence(DER.identifier("1.2.840.10045.4.3.4"))
        },
        NamedChain("two signature algorithms in the root", .authenticated) {
            $0[2].innerAlgorithm = DER.sequence(DER.identifier("1.2.840.10045.4.3.4"))
        },
        NamedChain("SHA-1 below the anchor", .refused) { $0[0].isBySHA1 = true },
        NamedChain("SHA-1 in the root", .authenticated) { $0[2].isBySHA1 = true },
        NamedChain("dates without a zone", .refused) {
            $0[0].validity.notBefore = DER.value(0x17, Array("260101000000".utf8))
        },
        NamedChain("dates with fractions", .refused) {
            $0[1].validity.notAfter = DER.value(0x18, Array("20991231235959.5Z".utf8))
        },
        NamedChain("a day that there is not", .refused) {
            $0[0].validity.notBefore = DER.value(0x17, Array("260230000000Z".utf8))
        },
        NamedChain("an anchor that is no root with odd dates", .authenticated, anchor: 1) {
            $0[1].validity.notAfter = DER.value(0x17, Array("2601010000".utf8))
        },
        NamedChain("a leap day", .authenticated) {
            $0[0].validity.notBefore = DER.value(0x17, Array("240229235959Z".utf8))
        },
        NamedChain("the last second of the calendar", .authenticated) {
            $0[0].validity.notAfter = DER.value(0x18, Array("99991231235959Z".utf8))
        },
        NamedChain("the last century", .authenticated) {
            $0[0].validity.notBefore = DER.value(0x17, Array("500101000000Z".utf8))
        },
        NamedChain("the last century's end", .refused) {
            $0[0].validity.notAfter = DER.value(0x17, Array("991231235959Z".utf8))
        },
    ]
}
