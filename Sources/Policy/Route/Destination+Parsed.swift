import Algorithms
import DANE
package import Inspection

extension Destination {
    /// What a next hop is. MTAs write it as `example.org`, `example.org:2525`, `[mx.example.org]` or
    /// `[mx.example.org]:2525`.
    package enum Parsed: Equatable {
        case destination(Destination)
        /// D-21, RFC 7672 §2.2: an address, with or without brackets. DANE does not apply to it.
        case literal
        /// Several next hops. The MTA takes any that works.
        case several
        case malformed
        case unmapped
    }

    /// Reads a next hop.
    ///
    /// - Parameters:
    ///   - text: The next hop.
    ///   - port: The TCP port if the text names none.
    package static func parse(nextHop text: String, port: UInt16) -> Parsed {
        var text = text
        return text.withUTF8 { parse(nextHop: $0, port: port) }
    }

    /// Whether a text is one next hop, or an address.
    package static func isUnderstood(nextHop text: String) -> Bool {
        switch parse(nextHop: text, port: 25) {
        case .destination, .literal: true
        case .several, .malformed, .unmapped: false
        }
    }

    private static func parse(nextHop text: UnsafeBufferPointer<UInt8>, port: UInt16) -> Parsed {
        let word = text.trimming(while: isSeparator)
        if word.contains(where: isSeparator) { return .several }
        if word.first == UInt8(ascii: "[") {
            guard let close = word.firstIndex(of: UInt8(ascii: "]")) else { return .malformed }
            let inner = word[..<close].dropFirst()
            guard let port = Self.port(word[close...].dropFirst(), standard: port) else { return .malformed }
            let text = String(decoding: inner, as: UTF8.self)
            if IPAddress(text) != nil || text.lowercased().hasPrefix("ipv6:") { return .literal }
            return named(inner, port) { .host($0) }
        }
        let name = word.prefix { $0 != UInt8(ascii: ":") }
        // Postfix also delivers to an address without brackets, and logs "using numerical host".
        if [word, name].contains(where: { IPAddress(String(decoding: $0, as: UTF8.self)) != nil }) { return .literal }
        guard let port = Self.port(word.dropFirst(name.count), standard: port) else { return .malformed }
        return named(name, port) { .domain($0) }
    }

    private static func isSeparator(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: ",") || byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t")
    }

    private static func port(_ text: Slice<UnsafeBufferPointer<UInt8>>, standard: UInt16) -> UInt16? {
        guard let first = text.first else { return standard }
        let name = String(decoding: text.dropFirst(), as: UTF8.self)
        // The services that configurations of Postfix and Sendmail write by name.
        let services: [String: UInt16] = ["smtp": 25, "submission": 587, "submissions": 465, "smtps": 465]
        return first == UInt8(ascii: ":") ? services[name] ?? UInt16(name).flatMap { $0 == 0 ? nil : $0 } : nil
    }

    private static func named(
        _ text: Slice<UnsafeBufferPointer<UInt8>>, _ port: UInt16, _ kind: (DomainName) -> NextHop
    ) -> Parsed {
        switch Recipient.domain(UnsafeBufferPointer(rebasing: text)) {
        case .name(let name): .destination(Destination(kind(name), port: port))
        case .literal: .literal
        case .none, .malformed: .malformed
        case .unmapped: .unmapped
        }
    }
}
