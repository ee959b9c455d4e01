import World

/// A zone for each way DNSSEC can be right or wrong.
enum ValidationZones {
    /// One zone's worth of everything.
    static let ordinary = [
        "@ MX 10 mx", "mx A 127.0.0.1", "mx AAAA ::1", "_25._tcp.mx TLSA 3 1 1 0102", "alias CNAME mx",
    ]

    static let all: [Zone] = [
        Zone("good.example", records: ordinary),
        Zone("three.example", signing: .nsec3, records: ordinary),
        Zone("optout.example", signing: .nsec3OptOut, records: ordinary),
        Zone("sub.optout.example", signing: .unsigned, records: ordinary),
        Zone("plain.example", signing: .unsigned, records: ordinary),
        Zone("island.example", signing: .islandOfTrust, records: ordinary),
        Zone("old.example", signing: .expired, records: ordinary),
        Zone("early.example", signing: .notYetValid, records: ordinary),
        Zone("keyless.example", signing: .dsWithoutKeys, records: ordinary),
        Zone("mismatch.example", signing: .dsMismatch, records: ordinary),
        Zone("corrupt.example", faults: rrsets.map { .corruptSignature(name: $0, type: $1) }, records: ordinary),
        Zone("unsigned.example", faults: rrsets.map { .missingSignature(name: $0, type: $1) }, records: ordinary),
        Zone("stale.example", faults: rrsets.map { .expiredSignature(name: $0, type: $1) }, records: ordinary),
        Zone("undenied.example", faults: [.missingDenial], records: ordinary),
        Zone("undenied3.example", signing: .nsec3, faults: [.missingDenial], records: ordinary),
        Zone("liar.example", faults: rrsets.map { .wrongDenial(name: $0, type: $1) }, records: ordinary),
        Zone(
            "links.example", "plain CNAME mx.plain.example.", "old CNAME mx.old.example.", "nothing CNAME nowhere",
            "good CNAME alias.good.example.", "loop CNAME loop2", "loop2 CNAME loop"),
        Zone("wild.example", "* MX 10 mx.good.example."),
        Zone("broken.example", "@ A 127.0.0.1"),
    ]

    static let rrsets = [
        ("@", "MX"), ("mx", "A"), ("mx", "AAAA"), ("_25._tcp.mx", "TLSA"), ("alias", "CNAME"),
    ]

    static let wire = [
        WireFault("servfail.broken.example", nil, .servfail), WireFault("notimp.broken.example", nil, .notimp),
        WireFault("refused.broken.example", nil, .refused), WireFault("tcp.wild.example", nil, .truncate),
        WireFault("slow.wild.example", nil, .delay(.milliseconds(50))),
    ]
}
