extension TLSARecord {
    /// Reads presentation form (RFC 6698 §2.2): three fields, each a number or an RFC 7218 acronym in any case,
    /// then hexadecimal digits, which blanks may separate. Also reads RDATA as such (RFC 3597 §5): `\# 3 030101`.
    ///
    /// - Returns: nil if the text is not a TLSA record. A record with too little data, or with none, is one.
    public init?(presentation text: some StringProtocol) {
        // RFC 1035 §5.1: a comment ends with its line, and parentheses join lines.
        let lines = text.split(whereSeparator: \.isNewline).map { $0.prefix { $0 != ";" } }
        let fields = lines.flatMap { $0.split { $0.isWhitespace || $0 == "(" || $0 == ")" } }
        if fields.first == "\\#" {
            guard fields.count >= 2, fields[1].allSatisfy({ $0.isASCII && $0.isNumber }),
                let rdata = Self.bytes(fields.dropFirst(2)), Int(fields[1]) == rdata.count
            else { return nil }
            self.init(rdata: rdata)
            return
        }
        // T-03, RFC 6698 §2.2.
        guard fields.count >= 3,
            let usage = Self.field(fields[0], Self.usageNames),
            let selector = Self.field(fields[1], Self.selectorNames),
            let matching = Self.field(fields[2], Self.matchingNames),
            let data = Self.bytes(fields.dropFirst(3))
        else { return nil }
        self.init(usage: usage, selector: selector, matchingType: matching, data: data)
    }

    /// The bytes of hexadecimal digits, separated anywhere. nil if there are other characters or an odd number of
    /// digits.
    private static func bytes(_ fields: some Sequence<some StringProtocol>) -> [UInt8]? {
        var bytes: [UInt8] = []
        var high: UInt8?
        for digit in fields.joined() {
            guard digit.isASCII, let value = digit.hexDigitValue.map(UInt8.init) else { return nil }
            if let first = high {
                bytes.append(first << 4 | value)
                high = nil
            } else {
                high = value
            }
        }
        return high == nil ? bytes : nil
    }

    /// `3 1 1 2bf4…`, as in a zone file, on one line.
    public var presentation: String {
        let fields = isTruncated ? "\\# \(data.count)" : "\(usage) \(selector) \(matchingType)"
        return data.isEmpty ? fields : "\(fields) \(data.hexadecimal)"
    }

    /// The record's fields by their acronyms (T-02, RFC 7218 §2): `DANE-EE(3) SPKI(1) SHA2-256(1)`.
    public var names: String { "\(usageName) \(selectorName) \(matchingName)" }

    var usageName: String { Self.name(usage, Self.usageNames) }
    var selectorName: String { Self.name(selector, Self.selectorNames) }
    var matchingName: String { Self.name(matchingType, Self.matchingNames) }

    /// T-02, RFC 7218 §2: the acronyms of the three registries.
    private static let usageNames: [(UInt8, String)] = [
        (0, "PKIX-TA"), (1, "PKIX-EE"), (2, "DANE-TA"), (3, "DANE-EE"), (255, "PrivCert"),
    ]
    private static let selectorNames: [(UInt8, String)] = [(0, "Cert"), (1, "SPKI"), (255, "PrivSel")]
    private static let matchingNames: [(UInt8, String)] = [
        (0, "Full"), (1, "SHA2-256"), (2, "SHA2-512"), (255, "PrivMatch"),
    ]

    private static func field(_ text: Substring.SubSequence, _ names: [(UInt8, String)]) -> UInt8? {
        let wanted = text.lowercased()
        if let known = names.first(where: { $0.1.lowercased() == wanted }) { return known.0 }
        guard text.allSatisfy({ $0.isASCII && $0.isNumber }) else { return nil }
        return UInt8(text)
    }

    private static func field(_ text: some StringProtocol, _ names: [(UInt8, String)]) -> UInt8? {
        field(Substring(text), names)
    }

    private static func name(_ value: UInt8, _ names: [(UInt8, String)]) -> String {
        // T-02, RFC 7218 §2.
        names.first { $0.0 == value }.map { "\($0.1)(\(value))" } ?? "\(value)"
    }
}

extension Sequence<UInt8> {
    /// The bytes as lower-case hexadecimal digits.
    public var hexadecimal: String {
        let digits = Array("0123456789abcdef".utf8)
        return String(decoding: flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
    }
}
