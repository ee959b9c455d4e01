import Support

/// The media types that a client names in its `Accept` field, with their weights (RFC 9110 §12.5.1).
///
/// A page has its own form for each kind of client. So only what is named counts: every browser, and most programs,
/// take `*/*` as well.
struct AcceptedTypes: Sendable {
    /// The longest field that is looked at, in bytes, and the most types. Nobody is refused for a longer one.
    private static let (length, most) = (4096, 64)

    private var weights: [String: Double] = [:]

    /// The types of a field; none if there is none.
    init(_ field: String?) {
        guard let field, field.utf8.count <= Self.length else { return }
        for range in field.parts(between: ",").prefix(Self.most) {
            let parts = range.parts(between: ";").map { $0.trimmingBlanks().lowercased() }
            guard let type = parts.first, !type.isEmpty else { continue }
            weights[type] = max(weights[type] ?? 0, Self.weight(parts.dropFirst()))
        }
    }

    /// Whether the client is a browser, or somebody who wants to be taken for one.
    var wantsHTML: Bool { weight("text/html") > 0 }

    /// Whether the client wants the object and not the page.
    var wantsJSON: Bool {
        let json = weight("application/json")
        return json > 0 && json > weight("text/html")
    }

    private func weight(_ type: String) -> Double { weights[type] ?? 0 }

    /// The weight by the parameters of a range; 0 if it cannot be read.
    private static func weight(_ parameters: ArraySlice<String>) -> Double {
        guard let text = parameters.first(where: { $0.hasPrefix("q=") }) else { return 1 }
        guard let weight = Double(text.dropFirst(2)), (0...1).contains(weight) else { return 0 }
        return weight
    }
}
