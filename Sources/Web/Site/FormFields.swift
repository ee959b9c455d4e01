import Hummingbird
import NIOCore
import Support

/// The fields of a form, from the query of an address or from a body (application/x-www-form-urlencoded).
struct FormFields: Sendable {
    /// The most fields that are read.
    private static let limit = 32

    private var values: [String: String] = [:]

    /// The fields of a text such as `domain=example.org&x=%40`. Of fields with one name, the first counts.
    init(_ text: some StringProtocol) {
        for pair in text.parts(between: "&", omittingEmpty: true).prefix(Self.limit) {
            let parts = pair.parts(between: "=", most: 1)
            let name = Self.decoded(parts[0])
            if values[name] == nil { values[name] = parts.count > 1 ? Self.decoded(parts[1]) : "" }
        }
    }

    /// The fields of a request's query.
    init(query request: Request) { self.init(request.uri.query ?? "") }

    /// The fields of a request's body.
    ///
    /// - Throws: If the body is longer than a form can be, or no form.
    init(body request: Request) async throws {
        guard request.headers[.contentType]?.lowercased().hasPrefix("application/x-www-form-urlencoded") ?? false else {
            throw PageError(.unsupportedMediaType, "A form is expected (application/x-www-form-urlencoded).")
        }
        if let length = request.headers[.contentLength].flatMap({ Int($0) }), length > PageContext.bodyLimit {
            throw HTTPError(.contentTooLarge)
        }
        let bytes = try await request.body.collect(upTo: PageContext.bodyLimit)
        self.init(String(decoding: bytes.readableBytesView, as: UTF8.self))
    }

    /// The value of a field without blanks around it; nil if it is not there or empty.
    subscript(_ name: String) -> String? {
        values[name].flatMap { value in
            let text = value.trimmingBlanks()
            return text.isEmpty ? nil : String(text)
        }
    }

    private static func decoded(_ text: some StringProtocol) -> String {
        var bytes: [UInt8] = []
        var rest = Array(text.utf8)[...]
        while let byte = rest.popFirst() {
            switch byte {
            case UInt8(ascii: "+"): bytes.append(0x20)
            case UInt8(ascii: "%"):
                if rest.count >= 2, let high = digit(rest[rest.startIndex]), let low = digit(rest[rest.startIndex + 1])
                {
                    bytes.append(high << 4 | low)
                    rest = rest.dropFirst(2)
                } else {
                    bytes.append(byte)
                }
            default: bytes.append(byte)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// The text as a value of a query.
    static func encoded(_ text: String) -> String {
        var result = ""
        for byte in text.utf8 {
            switch byte {
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"):
                result.unicodeScalars.append(Unicode.Scalar(byte))
            default:
                let digits = String(byte, radix: 16, uppercase: true)
                result += "%" + (digits.count < 2 ? "0" : "") + digits
            }
        }
        return result
    }

    private static func digit(_ byte: UInt8) -> UInt8? {
        switch byte {
        case 0x30...0x39: byte - 0x30
        case 0x41...0x46: byte - 0x37
        case 0x61...0x66: byte - 0x57
        default: nil
        }
    }
}
