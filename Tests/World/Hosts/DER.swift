package import Foundation

/// The few pieces of DER (X.690) that an X.509 certificate is written in.
package enum DER {
    /// A value of any tag.
    package static func value(_ tag: UInt8, _ content: [UInt8]) -> [UInt8] {
        var length: [UInt8] = []
        if content.count < 128 {
            length = [UInt8(content.count)]
        } else {
            var rest = content.count
            while rest > 0 {
                length.insert(UInt8(rest & 0xFF), at: 0)
                rest >>= 8
            }
            length.insert(0x80 | UInt8(length.count), at: 0)
        }
        return [tag] + length + content
    }

    package static func sequence(_ parts: [UInt8]...) -> [UInt8] { value(0x30, Array(parts.joined())) }
    package static func set(_ content: [UInt8]) -> [UInt8] { value(0x31, content) }
    package static func octets(_ content: [UInt8]) -> [UInt8] { value(0x04, content) }
    package static func bits(_ content: [UInt8], unused: UInt8 = 0) -> [UInt8] { value(0x03, [unused] + content) }
    package static func text(_ text: String) -> [UInt8] { value(0x0C, Array(text.utf8)) }
    package static let yes = value(0x01, [0xFF])
    package static let null = value(0x05, [])

    /// An INTEGER that is not negative, from its magnitude.
    package static func integer(_ magnitude: [UInt8]) -> [UInt8] {
        let digits = Array(magnitude.drop { $0 == 0 })
        return value(0x02, (digits.first ?? 0x80) & 0x80 == 0 ? digits : [0] + digits)
    }

    /// An OBJECT IDENTIFIER in dotted form.
    package static func identifier(_ dotted: String) -> [UInt8] {
        let arcs = dotted.split(separator: ".").compactMap { Int($0) }
        var content = [UInt8(arcs[0] * 40 + arcs[1])]
        for arc in arcs.dropFirst(2) {
            var septets = [UInt8(arc & 0x7F)]
            var rest = arc >> 7
            while rest > 0 {
                septets.insert(0x80 | UInt8(rest & 0x7F), at: 0)
                rest >>= 7
            }
            content += septets
        }
        return value(0x06, content)
    }

    /// UTCTime to 2049, GeneralizedTime from 2050 (RFC 5280 §4.1.2.5).
    package static func time(_ date: Date) -> [UInt8] {
        var seconds = time_t(date.timeIntervalSince1970)
        var parts = tm()
        gmtime_r(&seconds, &parts)
        let year = Int(parts.tm_year) + 1900
        func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
        let rest = [parts.tm_mon + 1, parts.tm_mday, parts.tm_hour, parts.tm_min, parts.tm_sec].map { two(Int($0)) }
        return (1950..<2050).contains(year)
            ? value(0x17, Array("\(two(year % 100))\(rest.joined())Z".utf8))
            : value(0x18, Array("\(year)\(rest.joined())Z".utf8))
    }

    /// PEM of the bytes.
    package static func pem(_ bytes: [UInt8], label: String) -> String {
        let text = Data(bytes).base64EncodedString(options: [.lineLength64Characters, .endLineWithLineFeed])
        return "-----BEGIN \(label)-----\n\(text)\n-----END \(label)-----\n"
    }
}
