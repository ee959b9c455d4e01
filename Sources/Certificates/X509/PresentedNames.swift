import DANE

/// The host names a certificate presents, and whether one of them is a reference name (RFC 7672 §3.2.3, RFC 6125 §6).
///
/// `gnutls_x509_crt_check_hostname2(3)` is not used: it takes a wildcard within a label (`*x.example.com`), which
/// RFC 7672 forbids, and it cannot be told to leave that.
struct PresentedNames {
    /// One presented name.
    enum Name: Hashable {
        /// A host name.
        case exact(DomainName)
        /// `*.` and this name: one label stands for the asterisk.
        case wildcard(under: DomainName)

        /// Reads a presented name. RFC 7672 §3.2.3: the asterisk must be the whole of the first label.
        ///
        /// Nil for anything else: a partial wildcard, an asterisk elsewhere, one with fewer than two labels behind it
        /// (`*.com` would be a whole registry), a trailing dot (RFC 5280 §4.2.1.6 has none), U-labels, NUL bytes.
        init?(_ bytes: some Collection<UInt8>) {
            let text = String(decoding: bytes.prefix(300), as: UTF8.self)
            guard bytes.count <= 255, text.utf8.last != UInt8(ascii: ".") else { return nil }
            guard text.hasPrefix("*.") else {
                guard let name = DomainName(text), !name.isRoot else { return nil }
                self = .exact(name)
                return
            }
            guard let parent = DomainName(text.dropFirst(2)), parent.labels.count >= 2 else { return nil }
            self = .wildcard(under: parent)
        }

        /// Whether this is the name, or a wildcard for exactly its first label.
        func matches(_ reference: DomainName) -> Bool {
            switch self {
            case .exact(let name): name == reference
            case .wildcard(let parent): reference.parent == parent
            }
        }

        /// The name as it stands in the certificate, in lower case.
        var text: String {
            switch self {
            case .exact(let name): name.text
            case .wildcard(let parent): "*.\(parent.text)"
            }
        }
    }

    /// What the certificate presents, in its order; what is no host name is left out.
    let names: [Name]

    /// Collects the names of a certificate.
    init(_ certificate: X509Certificate) {
        // RFC 7672 §3.2.3: the common name counts only if no DNS-ID is present, be it one that can be used or not.
        let alternatives = Self.alternativeNames(certificate)
        names = (alternatives ?? Self.commonNames(certificate)).compactMap(Name.init)
    }

    /// The first of the reference names that a presented name matches.
    func firstMatch(among references: [DomainName]) -> DomainName? {
        references.first { reference in !reference.isRoot && names.contains { $0.matches(reference) } }
    }

    /// The dNSName entries of the subject alternative names (RFC 5280 §4.2.1.6); nil if there are none. A malformed
    /// extension counts as one whose names cannot be used.
    private static func alternativeNames(_ certificate: X509Certificate) -> [ArraySlice<UInt8>]? {
        let extensions = certificate.extensions
        guard let names = extensions.alternativeNames else { return nil }
        let found = names.compactMap { if case .dnsName(let name) = $0 { name } else { nil } }
        return found.isEmpty && !extensions.isMalformed ? nil : found
    }

    /// The subject's common names, eight at most; a certificate has one.
    private static func commonNames(_ certificate: X509Certificate) -> [ArraySlice<UInt8>] {
        certificate.subject.attributes(OID.commonName).prefix(8).compactMap { attribute in
            guard DirectoryString.isText(attribute.tag) else { return nil }
            return DirectoryString.text(attribute.tag, attribute.value).map { Array($0.utf8)[...] }
        }
    }
}
