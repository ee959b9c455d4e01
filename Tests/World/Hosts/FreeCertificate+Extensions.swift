extension FreeCertificate {
    /// A GeneralName in DER (RFC 5280 §4.2.1.6).
    public enum GeneralName: Sendable, Hashable {
        case otherName(type: String, value: [UInt8])
        case mailbox(String)
        case dns(String)
        case x400
        case directory(Name)
        case edi
        case uri(String)
        case address([UInt8])
        case registered(String)
        /// Anything at all.
        case raw([UInt8])

        package var der: [UInt8] {
            switch self {
            case .otherName(let type, let value):
                DER.value(0xA0, DER.identifier(type) + DER.value(0xA0, value))
            case .mailbox(let text): DER.value(0x81, Array(text.utf8))
            case .dns(let text): DER.value(0x82, Array(text.utf8))
            // ORAddress with a country alone.
            case .x400: DER.value(0xA3, DER.sequence(DER.value(0x61, DER.value(0x13, Array("NL".utf8)))))
            case .directory(let name): DER.value(0xA4, FreeCertificate.der(name))
            case .edi: DER.value(0xA5, DER.value(0xA1, DER.text("party")))
            case .uri(let text): DER.value(0x86, Array(text.utf8))
            case .address(let bytes): DER.value(0x87, bytes)
            case .registered(let identifier): DER.value(0x88, Array(DER.identifier(identifier).dropFirst(2)))
            case .raw(let bytes): bytes
            }
        }

        /// An SmtpUTF8Mailbox (RFC 9598 §3).
        public static func international(_ text: String) -> GeneralName {
            .otherName(type: "1.3.6.1.5.5.7.8.9", value: DER.text(text))
        }
    }

    /// A GeneralSubtree (RFC 5280 §4.2.1.10).
    public struct Subtree: Sendable, Hashable {
        /// What holds the names.
        public var base: GeneralName
        /// The distance at which they begin, which is none.
        public var minimum: UInt8?
        /// The distance at which they end, of which there is none.
        public var maximum: UInt8?

        /// A constraint on names.
        public init(_ base: GeneralName, minimum: UInt8? = nil, maximum: UInt8? = nil) {
            self.base = base
            self.minimum = minimum
            self.maximum = maximum
        }

        var der: [UInt8] {
            DER.sequence(
                base.der, minimum.map { DER.value(0x80, [$0]) } ?? [], maximum.map { DER.value(0x81, [$0]) } ?? [])
        }
    }
}

extension FreeCertificate.Extension {
    /// RFC 5280 §4.2.1.9.
    public static func basicConstraints(
        isCA: Bool = true, pathLength: Int? = nil, critical: Bool = true
    ) -> FreeCertificate.Extension {
        let length = pathLength.map { DER.integer([UInt8($0 >> 8 & 0xFF), UInt8($0 & 0xFF)]) } ?? []
        return .init("2.5.29.19", critical: critical, DER.sequence(isCA ? DER.yes : [], length))
    }

    /// RFC 5280 §4.2.1.3, by the first byte of the BIT STRING: 0x80 digitalSignature, 0x20 keyEncipherment, 0x04
    /// keyCertSign.
    public static func keyUsage(_ bits: UInt8, critical: Bool = true) -> FreeCertificate.Extension {
        // DER cuts a list of named bits behind its last one (X.690 §11.2.2).
        .init(
            "2.5.29.15", critical: critical, DER.bits([bits], unused: bits == 0 ? 0 : UInt8(bits.trailingZeroBitCount)))
    }

    /// RFC 5280 §4.2.1.12.
    public static func purposes(_ identifiers: String..., critical: Bool = false) -> FreeCertificate.Extension {
        .init("2.5.29.37", critical: critical, DER.value(0x30, identifiers.flatMap { DER.identifier($0) }))
    }

    /// RFC 5280 §4.2.1.6.
    public static func alternativeNames(
        _ names: [FreeCertificate.GeneralName], critical: Bool = false
    ) -> FreeCertificate.Extension {
        .init("2.5.29.17", critical: critical, DER.value(0x30, names.flatMap(\.der)))
    }

    /// RFC 5280 §4.2.1.10.
    public static func nameConstraints(
        permitted: [FreeCertificate.Subtree] = [], excluded: [FreeCertificate.Subtree] = [], critical: Bool = true
    ) -> FreeCertificate.Extension {
        let lists = [(UInt8(0xA0), permitted), (0xA1, excluded)].flatMap { tag, list in
            list.isEmpty ? [] : DER.value(tag, list.flatMap(\.der))
        }
        return .init("2.5.29.30", critical: critical, DER.value(0x30, lists))
    }

    /// RFC 5280 §4.2.1.2.
    public static func subjectKey(_ identifier: [UInt8]) -> FreeCertificate.Extension {
        .init("2.5.29.14", DER.octets(identifier))
    }

    /// RFC 5280 §4.2.1.1: by key identifier, by issuer and serial number, or by both.
    public static func authorityKey(
        _ identifier: [UInt8]?, issuer: FreeCertificate.Name? = nil, serialNumber: [UInt8]? = nil
    ) -> FreeCertificate.Extension {
        let serial = serialNumber.map { DER.value(0x82, Array(DER.integer($0).dropFirst(2))) } ?? []
        return .init(
            "2.5.29.35",
            DER.sequence(
                identifier.map { DER.value(0x80, $0) } ?? [],
                issuer.map { DER.value(0xA1, FreeCertificate.GeneralName.directory($0).der) } ?? [], serial))
    }

    /// RFC 5280 §4.2.1.4.
    public static func policies(_ identifiers: String..., critical: Bool) -> FreeCertificate.Extension {
        .init(
            "2.5.29.32", critical: critical, DER.value(0x30, identifiers.flatMap { DER.sequence(DER.identifier($0)) }))
    }

    /// RFC 5280 §4.2.1.5.
    public static func policyMappings(_ from: String, _ to: String, critical: Bool) -> FreeCertificate.Extension {
        .init(
            "2.5.29.33", critical: critical,
            DER.sequence(DER.sequence(DER.identifier(from), DER.identifier(to))))
    }

    /// RFC 5280 §4.2.1.11: requireExplicitPolicy, inhibitPolicyMapping.
    public static func policyConstraints(
        explicit: UInt8?, mapping: UInt8? = nil, critical: Bool
    ) -> FreeCertificate.Extension {
        .init(
            "2.5.29.36", critical: critical,
            DER.sequence(explicit.map { DER.value(0x80, [$0]) } ?? [], mapping.map { DER.value(0x81, [$0]) } ?? []))
    }

    /// RFC 5280 §4.2.1.14.
    public static func inhibitAnyPolicy(_ skip: UInt8, critical: Bool) -> FreeCertificate.Extension {
        .init("2.5.29.54", critical: critical, DER.integer([skip]))
    }

    /// netscape-cert-type: 0x40 server, 0x80 client, 0x04 CA for TLS.
    public static func netscapeType(_ bits: UInt8) -> FreeCertificate.Extension {
        .init("2.16.840.1.113730.1.1", DER.bits([bits]))
    }

    /// One that nobody knows, NULL unless it holds something else.
    public static func unknown(critical: Bool = false, _ value: [UInt8] = [0x05, 0x00]) -> FreeCertificate.Extension {
        .init("1.3.6.1.4.1.99999.1", critical: critical, value)
    }
}

extension FreeCertificate.GeneralName: CustomStringConvertible {
    /// Its form and what it says.
    public var description: String {
        switch self {
        case .otherName(let type, _): "other \(type)"
        case .mailbox(let text): "mailbox \(text)"
        case .dns(let text): "DNS \(text)"
        case .x400: "X.400"
        case .directory(let name): "directory \(name.map { $0.map { String(decoding: $0.value, as: UTF8.self) } })"
        case .edi: "EDI"
        case .uri(let text): "URI \(text)"
        case .address(let bytes): "address \(bytes.map { String($0) }.joined(separator: "."))"
        case .registered(let identifier): "registered \(identifier)"
        case .raw(let bytes): "\(bytes.count) bytes"
        }
    }
}
