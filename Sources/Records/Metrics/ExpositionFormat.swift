/// The two formats in which metrics are exposed.
package enum ExpositionFormat: Sendable, CaseIterable {
    /// Prometheus's text format, version 0.0.4. It has no exemplars.
    case text
    /// OpenMetrics, version 1.0.0.
    case openMetrics

    /// The media type of a body in this format.
    package var contentType: String {
        switch self {
        case .text: "text/plain; version=0.0.4; charset=utf-8"
        case .openMetrics: "application/openmetrics-text; version=1.0.0; charset=utf-8"
        }
    }

    /// The longest header that is looked at, in bytes. Others get text.
    private static let headerLimit = 4096

    /// The format that a client asks for (RFC 9110 §12.5.1): OpenMetrics if it names that, in version 1.0.0 or none,
    /// and not less than text; else text, whatever it asks for.
    ///
    /// - Parameter accept: Its `Accept` header; nil if there is none.
    package init(accept: String?) {
        self = .text
        guard let accept, accept.utf8.count <= Self.headerLimit else { return }
        var (open, plain, any) = (0.0, nil as Double?, nil as Double?)
        for range in accept.split(separator: ",").prefix(64) {
            let parts = range.split(separator: ";").map { Self.trimmed($0).lowercased() }
            let quality = Self.quality(parts)
            let version = parts.first { $0.hasPrefix("version=") }.map { Self.unquoted($0.dropFirst(8)) }
            switch parts.first {
            case "application/openmetrics-text" where version == nil || version == "1.0.0": open = max(open, quality)
            case "text/plain" where version == nil || version == "0.0.4": plain = max(plain ?? 0, quality)
            case "text/*", "*/*": any = max(any ?? 0, quality)
            default: break
            }
        }
        if open > 0, open >= plain ?? any ?? 0 { self = .openMetrics }
    }

    /// The weight of a range; 0 if it cannot be read.
    private static func quality(_ parts: [String]) -> Double {
        guard let text = parts.dropFirst().first(where: { $0.hasPrefix("q=") }) else { return 1 }
        guard let quality = Double(text.dropFirst(2)), (0...1).contains(quality) else { return 0 }
        return quality
    }

    private static func trimmed(_ text: Substring) -> Substring {
        var text = text
        while let first = text.first, first == " " || first == "\t" { text.removeFirst() }
        while let last = text.last, last == " " || last == "\t" { text.removeLast() }
        return text
    }

    private static func unquoted(_ text: Substring) -> String {
        text.count >= 2 && text.first == "\"" && text.last == "\"" ? String(text.dropFirst().dropLast()) : String(text)
    }
}
