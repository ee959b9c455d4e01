extension BogusReason {
    /// The most bytes of libunbound's text that are read. It contains only a few names.
    private static let textLimit = 4096

    /// The reason that libunbound gives.
    ///
    /// In 1.17.1, its text (`why_bogus`) is one of these:
    ///
    ///     validation failure <mx.example.org. TLSA IN>: signature expired from 192.0.2.1
    ///     validation failure <…>: signature expired for CNAME from 192.0.2.1 and 192.0.2.2
    ///     validation failure <…>: signature expired for <example.org. NSEC IN> from 192.0.2.1
    ///     validation failure <…>: signature expired from 192.0.2.1 for key example.org. while building chain of trust
    ///     validation failure <…>: key for validation example.org. is marked as invalid because of a previous
    ///         validation failure <…>: and one of the others
    ///
    /// - Parameters:
    ///   - text: The text.
    ///   - hasData: Whether the bogus answer contains records. If not, it is a denial.
    ///   - canonicalName: The target of the last alias; nil if the queried name is not an alias.
    ///   - deniesName: Whether the answer denies the name itself.
    ///   - signatures: The signatures in the answer.
    ///   - now: The time in seconds since 1970.
    init(
        unbound text: String, hasData: Bool, canonicalName: String? = nil, deniesName: Bool = false,
        signatures: [SignatureRecord] = [], now: Int64
    ) {
        var rest = String(decoding: text.utf8.prefix(Self.textLimit), as: UTF8.self)[...]
        let question = Fault.takeHead(&rest)
        // libunbound writes one such prefix. The bound protects against a text with many.
        for _ in 0..<4 {
            guard let previous = rest.firstRange(of: "validation failure <") else { break }
            rest = rest[previous.lowerBound...]
            guard Fault.takeHead(&rest) != nil else { break }
        }
        let fault = Fault(rest)
        // What was looked up, under the name at the end of the aliases.
        let final = canonicalName.flatMap { name in question.map { Subject(name, $0.type) } } ?? question
        var kind = fault.kind
        var subject: Subject?
        switch kind {
        // Keys or DS records that libunbound has no room to validate. Its text only says that they do not validate.
        case .other: subject = fault.zone
        case .noKeys, .noMatchingKey, .unknownDelegation: subject = fault.zone
        case .unproven:
            subject = hasData ? fault.zone : final
        case .unsigned where !hasData && fault.zone == nil && fault.records == nil:
            // A denial without any signature is one without NSEC records.
            kind = .unproven
            subject = final
        case .expired, .notYetValid, .unsigned, .unverified, .unknownKey:
            let type = fault.link ?? question?.type
            subject =
                fault.zone ?? fault.records
                ?? Self.owner(of: type, kind, by: signatures, at: now) ?? (fault.link == nil ? final : nil)
        }
        self.init(
            subject == nil ? .other : kind, question: question, subject: subject, deniesName: !hasData && deniesName,
            hasData: hasData, time: subject.flatMap { Self.time(kind, $0, by: signatures, at: now) }, detail: text)
    }

    /// The records of a type in the answer that are at fault. If the queried name is an alias, their name differs from
    /// it.
    ///
    /// - Returns: nil if the signatures do not show it. Of several aliases in a row, libunbound does not say which is
    ///   at fault.
    private static func owner(
        of type: String?, _ kind: Kind, by signatures: [SignatureRecord], at now: Int64
    ) -> Subject? {
        guard let type, let code = codes[type] else { return nil }
        let signatures = signatures.filter { $0.isAnswer && $0.type == code }
        let owner: String?
        switch kind {
        case .expired: owner = signatures.first { $0.ended(before: now) }?.owner
        case .notYetValid: owner = signatures.first { $0.begins(after: now) }?.owner
        // The signatures in the answer belong to other records than those that have none.
        case .unsigned: owner = nil
        default: owner = Set(signatures.map(\.owner)).count == 1 ? signatures[0].owner : nil
        }
        return owner.map { Subject($0, type) }
    }

    /// When the signature of the records ended (the last one if there are several) or begins (the first one).
    private static func time(
        _ kind: Kind, _ subject: Subject, by signatures: [SignatureRecord], at now: Int64
    ) -> Int64? {
        let own = signatures.filter { $0.owner == subject.name && $0.type == codes[subject.type] }
        switch kind {
        case .expired:
            return own.filter { $0.ended(before: now) }.map { SignatureRecord.moment($0.expiration, near: now) }.max()
        case .notYetValid:
            return own.filter { $0.begins(after: now) }.map { SignatureRecord.moment($0.inception, near: now) }.min()
        default: return nil
        }
    }

    /// The types that occur in lookups for mail (IANA, DNS Parameters).
    private static let codes: [String: UInt16] = [
        "A": 1, "NS": 2, "CNAME": 5, "SOA": 6, "MX": 15, "AAAA": 28, "DNAME": 39, "DS": 43, "NSEC": 47, "DNSKEY": 48,
        "NSEC3": 50, "TLSA": 52,
    ]
}

/// What is wrong, from the part of libunbound's text after the question.
private struct Fault {
    /// The kind; `.other` if the words are unknown.
    let kind: BogusReason.Kind
    /// The keys or DS records of a zone between the trust anchor and the answer.
    let zone: BogusReason.Subject?
    /// Records other than those that were looked up: the NSEC or NSEC3 records of a denial.
    let records: BogusReason.Subject?
    /// CNAME or DNAME, if an alias is at fault.
    let link: String?

    init(_ text: Substring) {
        // Look for the kind before these words only. After them there are names, which may contain any word.
        let end = [" from ", " for "].compactMap { text.firstRange(of: $0)?.lowerBound }.min()
        kind =
            text.hasPrefix("signatures from unknown keys") ? .unknownKey : Self.kind(text[..<(end ?? text.endIndex)])
        if let name = Self.word(after: " for key ", in: text) ?? Self.word(after: " for trust anchor ", in: text) {
            zone = BogusReason.Subject(name, "DNSKEY")
        } else if let name = Self.word(after: " for DS ", in: text) {
            // An alias at that name answers every question, also the one for DS records. So the alias is at fault.
            zone = BogusReason.Subject(name, text.contains("CNAME answer") ? "CNAME" : "DS")
        } else {
            zone = nil
        }
        records = text.firstRange(of: " for <").flatMap { Self.subject(in: text[$0.upperBound...]) }
        link = Self.word(after: " for ", in: text).map(String.init).flatMap {
            ["CNAME", "DNAME"].contains($0) ? $0 : nil
        }
    }

    /// Removes `validation failure <name type class>: ` from the start of a text.
    ///
    /// - Returns: What failed validation. nil if the text does not begin like that; the text then stays as it is.
    static func takeHead(_ text: inout Substring) -> BogusReason.Subject? {
        let head = "validation failure <"
        guard text.hasPrefix(head), let end = text.firstRange(of: ">:"),
            let subject = subject(in: text.dropFirst(head.count))
        else { return nil }
        text = text[end.upperBound...].drop { $0 == " " }
        return subject
    }

    /// Reads `name type class>` at the start of a text.
    private static func subject(in text: Substring) -> BogusReason.Subject? {
        guard let end = text.firstIndex(of: ">") else { return nil }
        let words = text[..<end].split(separator: " ")
        return words.count == 3 ? BogusReason.Subject(words[0], words[1]) : nil
    }

    private static func word(after mark: String, in text: Substring) -> Substring? {
        guard let range = text.firstRange(of: mark) else { return nil }
        let word = text[range.upperBound...].prefix { $0 != " " }
        return word.isEmpty ? nil : word
    }

    private static func kind(_ phrase: Substring) -> BogusReason.Kind {
        let known: [(String, BogusReason.Kind)] = [
            ("signature expired", .expired), ("signature before inception date", .notYetValid),
            ("signer name mismatches key name", .unknownKey),
            ("no keys have a DS", .noMatchingKey), ("No DNSKEY record", .noKeys), ("no DNSKEY rrset", .noKeys),
            ("no DS", .unknownDelegation), ("verification failed", .unverified),
            ("signature labelcount out of range", .unverified),
            ("signature inception after expiration", .unverified), ("wrong ECDSA signature length", .unverified),
            ("wrong ED25519 signature length", .unverified), ("no signatures over NSEC", .unproven),
            ("no signatures with algorithm", .other), ("no signatures", .unsigned), ("signature missing", .unsigned),
            ("unsigned CNAME answer", .unsigned), ("proof failed", .unproven), ("no DNSSEC records", .unproven),
            ("no NSEC", .unproven), ("no valid NSEC", .unproven), ("NSEC", .unproven), ("fails to prove", .unproven),
        ]
        return known.first { phrase.contains($0.0) }?.1 ?? .other
    }
}
