import HTTPTypes

/// Tells whether a request that acts comes from a page of our own, and not from one of somebody else's that uses the
/// visitor's browser.
enum SameSite {
    /// Whether the fields of a request say so.
    ///
    /// Browsers send `Sec-Fetch-Site`, and older ones `Origin` with every POST. A request with neither is of no
    /// browser, and a program that can send it could send anything.
    static func holds(_ fields: HTTPFields, host: String) -> Bool {
        if let site = fields[PageFields.secFetchSite] { return site == "same-origin" || site == "none" }
        guard let origin = fields[.origin] else { return true }
        guard let slashes = origin.range(of: "://") else { return false }
        return origin[slashes.upperBound...].lowercased() == host.lowercased()
    }
}

extension StringProtocol {
    /// The first place of a text, without Foundation.
    fileprivate func range(of text: String) -> Range<Index>? {
        indices.lazy.first { self[$0...].hasPrefix(text) }.map { $0..<index($0, offsetBy: text.count) }
    }
}
