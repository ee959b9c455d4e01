/// The nested lanes of the queue that a name belongs to, from the outermost to the innermost.
///
/// | level | lane | example |
/// |---|---|---|
/// | domain | the name's last two labels | `co.uk` |
/// | zone | the deepest zone cut seen above the name, or else its last three labels | `example.co.uk` |
/// | name | the name itself | `mx.example.co.uk` |
///
/// A name does not show whether the names below a domain belong to many owners (`co.uk`, a registry) or to a single one
/// (a wildcard below `ded.zz`). So neither level alone is fair. Both together are: all names below a domain share the
/// domain's places, and each zone in it has its own part of them (F-111).
package struct LanePath: Hashable, Sendable {
    /// The last two labels of the name.
    package let domain: String
    /// The zone that the name is probably in.
    package let zone: String
    /// The name itself.
    package let name: String

    /// The lanes of a name in presentation form, in lower case.
    package init(of name: String) { self.init(of: name, cut: nil) }

    /// The lanes of a zone as a whole.
    package init(domain: String, zone: String) { (self.domain, self.zone, name) = (domain, zone, zone) }

    /// The lanes of a name in presentation form, in lower case.
    ///
    /// - Parameter cut: The deepest zone cut seen above the name, if any.
    init(of name: String, cut: String?) {
        let name = name.hasSuffix(".") ? String(name.dropLast()) : name
        let domain = Self.suffix(of: name, labels: 2)
        let guess = Self.suffix(of: name, labels: 3)
        self.name = name
        self.domain = domain
        zone = cut.flatMap { $0.utf8.count > guess.utf8.count ? $0 : nil } ?? guess
    }

    /// The last labels of a name, or all of it if it has no more.
    static func suffix(of name: String, labels: Int) -> String {
        var left = labels
        let bytes = name.utf8
        var index = bytes.endIndex
        while index > bytes.startIndex {
            let before = bytes.index(before: index)
            if bytes[before] == UInt8(ascii: ".") {
                left -= 1
                if left == 0 { return String(name[index...]) }
            }
            index = before
        }
        return name
    }
}
