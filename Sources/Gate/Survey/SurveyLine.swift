import DANE

/// What a line of a survey's input comes to. Each line is taken for itself: a list may be mixed.
enum SurveyLine: Equatable {
    /// A blank line, a comment, or a line of a log that tells of no delivery elsewhere.
    case nothing
    /// Mail to so many recipients.
    case destination(Destination, recipients: Int)
    /// None of these, and why, as a clause.
    case junk(String)

    /// The longest line, in bytes. Postfix cuts its own at half of that.
    static let limit = 4096

    /// Reads a line: a domain, a next hop `[host]:port`, an address with angle brackets or without, `rank,domain`, or a line of a log.
    ///
    /// - Parameters:
    ///   - line: The line without its end.
    ///   - port: The port where a next hop names none.
    static func read(_ line: UnsafeBufferPointer<UInt8>, port: UInt16) -> SurveyLine {
        let line = trimmed(line)
        guard let first = line.first, first != UInt8(ascii: "#") else { return .nothing }
        if let entry = MailLogLine.read(line) {
            switch entry {
            case .other: return .nothing
            // It will be in the log again.
            case .delivery(let address, let isDeferred):
                return addressed(address, isDeferred ? 0 : 1, port, isLog: true)
            case .ruling(let domain): return nextHop(text(domain), port)
            }
        }
        let entry = uncommented(withoutRank(line))
        if entry.contains(UInt8(ascii: "@")) { return addressed(entry, 1, port, isLog: false) }
        return nextHop(text(entry), port)
    }

    private static func nextHop(_ text: String, _ port: UInt16) -> SurveyLine {
        switch Destination.parse(nextHop: text, port: port) {
        case .destination(let destination): .destination(destination, recipients: 1)
        case .literal: .junk("an address, to which DANE does not apply")
        case .several: .junk("more than one word")
        case .unmapped: .junk("IDNA does not map this domain")
        case .malformed: .junk("no domain, next hop, mail address or line of a mail log")
        }
    }

    private static func addressed(
        _ path: UnsafeBufferPointer<UInt8>, _ count: Int, _ port: UInt16, isLog: Bool
    ) -> SurveyLine {
        switch Recipient(path: text(path)).domain {
        case .name(let name): .destination(Destination(.domain(name), port: port), recipients: count)
        case .none: isLog ? .nothing : .junk("an address without a domain")
        case .literal: isLog ? .nothing : .junk("an address literal, to which DANE does not apply")
        case .malformed: .junk("what stands behind the @ is no domain name")
        case .unmapped: .junk("IDNA does not map this domain")
        }
    }

    private static func text(_ bytes: UnsafeBufferPointer<UInt8>) -> String { String(decoding: bytes, as: UTF8.self) }

    /// `17,example.org` without its rank, as the lists of popular domains have it.
    private static func withoutRank(_ line: UnsafeBufferPointer<UInt8>) -> UnsafeBufferPointer<UInt8> {
        let digits = line.prefix(while: \.isDigit).count
        guard digits > 0, digits < line.count, line[digits] == UInt8(ascii: ",") else { return line }
        return trimmed(line.part(digits + 1..<line.count))
    }

    /// Without a comment at the end.
    private static func uncommented(_ line: UnsafeBufferPointer<UInt8>) -> UnsafeBufferPointer<UInt8> {
        for index in line.indices.dropFirst() where line[index] == UInt8(ascii: "#") && line[index - 1].isBlank {
            return trimmed(line.part(0..<index))
        }
        return line
    }

    private static func trimmed(_ line: UnsafeBufferPointer<UInt8>) -> UnsafeBufferPointer<UInt8> {
        var range = line.indices
        while let last = range.last, line[last].isBlank { range = range.dropLast() }
        while let first = range.first, line[first].isBlank { range = range.dropFirst() }
        return line.part(range)
    }
}

extension UInt8 {
    /// Whether this is a blank, a tab, or the carriage return of a line's end.
    fileprivate var isBlank: Bool { self == 0x20 || self == 0x09 || self == 0x0D }
}
