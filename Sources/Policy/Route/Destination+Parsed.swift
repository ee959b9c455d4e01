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
        let parts = text.split(whereSeparator: { $0 == "," || $0 == " " || $0 == "\t" })
        if parts.count > 1 { return .several }
        let text = parts.first ?? ""
        if text.first == "[" {
            guard let close = text.firstIndex(of: "]") else { return .malformed }
            let inner = text[text.index(after: text.startIndex)..<close]
            guard let port = Self.port(text[text.index(after: close)...], standard: port) else { return .malformed }
            if IPAddress(inner) != nil || inner.lowercased().hasPrefix("ipv6:") { return .literal }
            return named(inner, port) { .host($0) }
        }
        let name = text.prefix { $0 != ":" }
        // Postfix also delivers to an address without brackets, and logs "using numerical host".
        if IPAddress(text) != nil || IPAddress(name) != nil { return .literal }
        guard let port = Self.port(text.dropFirst(name.count), standard: port) else { return .malformed }
        return named(name, port) { .domain($0) }
    }

    private static func port(_ text: Substring, standard: UInt16) -> UInt16? {
        if text.isEmpty { return standard }
        let name = text.dropFirst()
        // The services that configurations of Postfix and Sendmail write by name.
        let services: [Substring: UInt16] = ["smtp": 25, "submission": 587, "submissions": 465, "smtps": 465]
        return text.first == ":" ? services[name] ?? UInt16(name).flatMap { $0 == 0 ? nil : $0 } : nil
    }

    private static func named(_ text: Substring, _ port: UInt16, _ kind: (DomainName) -> NextHop) -> Parsed {
        switch Recipient.domain(text) {
        case .name(let name): .destination(Destination(kind(name), port: port))
        case .literal: .literal
        case .none, .malformed: .malformed
        case .unmapped: .unmapped
        }
    }
}
