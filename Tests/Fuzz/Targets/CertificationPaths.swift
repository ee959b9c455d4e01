@testable import Certificates

extension FuzzTarget {
    /// Paths of up to four certificates whose names, dates and extensions are the input's: what nobody has signed is
    /// validated up to the signatures. Below a bare key the topmost one needs none, and a path of one certificate can
    /// be valid.
    static let certificationPaths = FuzzTarget("certification-paths") { bytes in
        var source = ByteSource(bytes)
        let count = 1 + source.below(4)
        var names = [name(&source)]
        var certificates: [X509Certificate] = []
        for _ in 0..<count {
            // Now and then a name that is the one before in other letters.
            let issuer = source.below(8) == 0 ? names[0].map { $0 ^ 0x20 } : name(&source)
            let der = certificate(subject: names[0], issuer: issuer, &source)
            names.insert(issuer, at: 0)
            guard let outline = CertificateOutline(der: der), let read = X509Certificate(outline) else { continue }
            certificates.append(read)
            try check(read)
        }
        guard !certificates.isEmpty else { return }
        let date: Int64 = 1_780_000_000
        for isAnchoredByKey in [false, true] {
            let path = CertificationPath(certificates: certificates, isAnchoredByKey: isAnchoredByKey)
            var comparisons = NameConstraints.maximumComparisons
            let outcome = path.validate(at: date, comparisons: &comparisons)
            try check(outcome, path, at: date)
            // As before, however often it is asked.
            comparisons = NameConstraints.maximumComparisons
            try require(path.validate(at: date, comparisons: &comparisons) == outcome, "\(outcome), then another one")
        }
        // The search ends, and what it finds are chains of names.
        var search = PathSearch(certificates)
        for path in search.paths(to: certificates[certificates.count - 1]) {
            for (below, above) in zip(path.certificates, path.certificates.dropFirst()) {
                try require(below.issuer == above.subject, "a path from one name to another")
            }
        }
    }

    private static func check(_ outcome: CertificationPath.Outcome, _ path: CertificationPath, at date: Int64) throws {
        switch outcome {
        case .invalid(let text), .expired(let text), .notYetValid(let text), .undecided(let text), .tooMuch(let text):
            try requireQuiet(text, atMost: 1000, "what is wrong with a path")
        case .valid:
            // Nothing here is signed.
            try require(path.isAnchoredByKey && path.depth == 0, "a valid path of \(path.depth + 1) certificates")
            let leaf = path.certificates[0]
            try require(!leaf.extensions.isMalformed && leaf.extensions.unknownCritical == nil, "valid and malformed")
            let (begin, end) = (leaf.notBefore ?? .max, leaf.notAfter ?? .min)
            try require(begin <= date && date <= end, "valid from \(begin) to \(end)")
        }
    }

    /// What must hold for each certificate and the names in it.
    private static func check(_ certificate: X509Certificate) throws {
        for name in [certificate.subject, certificate.issuer] {
            try require(name.contains(name), "a name that does not hold itself")
        }
        try require(
            certificate.isSelfIssued
                == (certificate.subject.contains(certificate.issuer)
                    && certificate.issuer.contains(certificate.subject)),
            "two names that hold each other, and are two")
        let constraints = certificate.extensions.nameConstraints
        var comparisons = NameConstraints.maximumComparisons
        let finding = constraints?.check(certificate, isServer: true, comparisons: &comparisons)
        if case .violated(let text) = finding { try requireQuiet(text, atMost: 200, "a broken constraint") }
        _ = PresentedNames(certificate).names
    }

    /// A Name: the bytes themselves, or a common name of some kind of string with the bytes in it.
    private static func name(_ source: inout ByteSource) -> [UInt8] {
        let kinds: [UInt8] = [0x0C, 0x13, 0x14, 0x16, 0x1C, 0x1E, 0x12]
        let kind = source.below(8)
        let bytes = source.take(source.below(40))
        guard kind < kinds.count else { return element(0x30, bytes) }
        let type = element(0x06, [0x55, 0x04, source.byte() & 0x0F])
        return element(0x30, element(0x31, element(0x30, type + element(kinds[kind], bytes))))
    }

    private static func certificate(subject: [UInt8], issuer: [UInt8], _ source: inout ByteSource) -> [UInt8] {
        let version = source.below(4)
        let dates =
            source.below(4) == 0
            ? element(0x30, element(0x17 | source.byte() & 8, source.take(15)) + element(0x17, source.take(13)))
            : element(0x30, element(0x17, Array("200101000000Z".utf8)) + element(0x18, Array("20990101000000Z".utf8)))
        // sha256WithRSAEncryption, and a key that is none.
        let algorithm = element(0x30, element(0x06, [0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 1, 1, 11]) + [5, 0])
        let key = element(0x30, algorithm + element(0x03, [0, 1, 2, 3]))
        var extensions: [UInt8] = []
        for _ in 0..<source.below(6) { extensions += anExtension(&source) }
        let body = element(
            0x30,
            (version == 0 ? [] : element(0xA0, element(0x02, [UInt8(version)]))) + element(0x02, [source.byte()])
                + algorithm + issuer + dates + subject + key
                + (extensions.isEmpty ? [] : element(0xA3, element(0x30, extensions))))
        return element(0x30, body + algorithm + element(0x03, [0, 1]))
    }

    private static func anExtension(_ source: inout ByteSource) -> [UInt8] {
        let known: [[UInt8]] = [
            OID.basicConstraints, OID.keyUsage, OID.extendedKeyUsage, OID.subjectAlternativeName, OID.nameConstraints,
            OID.subjectKeyIdentifier, OID.authorityKeyIdentifier, OID.netscapeType, OID.distributionPoints,
            OID.certificatePolicies, OID.proxyInformation, OID.addressBlocks,
        ]
        let kind = source.byte()
        let type = known[Int(kind >> 1) % known.count]
        let critical: [UInt8] = kind & 1 == 0 ? [] : [0x01, 1, 0xFF]
        // The value's first element is put around the bytes in most cases, so that the input is about what stands
        // within.
        let shape = source.below(4)
        let bytes = source.take(source.below(4) == 0 ? source.word() % 2048 : source.below(64))
        let value = shape == 0 ? bytes : element([0x30, 0x03, 0x04][shape - 1], bytes)
        return element(0x30, element(0x06, type) + critical + element(0x04, value))
    }

    private static func element(_ tag: UInt8, _ contents: [UInt8]) -> [UInt8] {
        let length = contents.count
        return [tag, 0x82, UInt8(length >> 8 & 0xFF), UInt8(length & 0xFF)] + contents
    }
}
