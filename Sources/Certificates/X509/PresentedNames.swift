import DANE

/// The host names in a certificate, and whether one of them is a reference name (RFC 7672 §3.2.3, RFC 6125 §6).
///
/// `gnutls_x509_crt_check_hostname2(3)` is not used. It accepts a wildcard within a label (`*x.example.com`), which RFC
/// 7672 forbids, and no flag turns that off.
struct PresentedNames {
    /// One name in the certificate.
    enum Name: Hashable {
        /// A host name.
        case exact(DomainName)
        /// `*.` and this name. The asterisk stands for exactly one label.
        case wildcard(under: DomainName)

        /// Reads a name.
        ///
        /// - Returns: nil for a wildcard that is not the whole first label, for one with fewer than two labels after it
        ///   (`*.com` would cover a whole registry), and for a trailing dot (RFC 5280 §4.2.1.6 has none), U-labels or
        ///   NUL bytes.
        init?(_ bytes: some Collection<UInt8>) {
            let text = String(decoding: bytes.prefix(300), as: UTF8.self)
            guard bytes.count <= 255, text.utf8.last != UInt8(ascii: ".") else { return nil }
            // D-58, RFC 7672 §3.2.3: a wildcard is the whole first label.
            guard text.hasPrefix("*.") else {
                guard let name = DomainName(text), !name.isRoot else { return nil }
                self = .exact(name)
                return
            }
            guard let parent = DomainName(text.dropFirst(2)), parent.labels.count >= 2 else { return nil }
            self = .wildcard(under: parent)
        }

        /// Whether this is the reference name, or a wildcard that stands for its first label.
        func matches(_ reference: DomainName) -> Bool {
            switch self {
            // I-02, RFC 6125 §6.4.2: a domain name is held in A-labels and in lower case.
            case .exact(let name): name == reference
            case .wildcard(let parent): reference.parent == parent
            }
        }

        /// The name as in the certificate, in lower case.
        var text: String {
            switch self {
            case .exact(let name): name.text
            case .wildcard(let parent): "*.\(parent.text)"
            }
        }
    }

    /// The names in the certificate, in order. What is not a host name is left out.
    let names: [Name]

    /// Collects the names of a certificate.
    init(_ certificate: X509Certificate) {
        // D-57, RFC 7672 §3.2.3: common names count only if there is no DNS-ID, whether a DNS-ID is usable or not.
        let alternatives = Self.alternativeNames(certificate)
        names = (alternatives ?? Self.commonNames(certificate)).compactMap(Name.init)
    }

    /// The first reference name that a name in the certificate matches; nil if none does.
    func firstMatch(among references: [DomainName]) -> DomainName? {
        references.first { reference in !reference.isRoot && names.contains { $0.matches(reference) } }
    }

    /// The dNSName entries of the subject alternative names (RFC 5280 §4.2.1.6); nil if there are none. A malformed
    /// extension counts as one whose names are not usable.
    private static func alternativeNames(_ certificate: X509Certificate) -> [ArraySlice<UInt8>]? {
        let extensions = certificate.extensions
        guard let names = extensions.alternativeNames else { return nil }
        let found = names.compactMap { if case .dnsName(let name) = $0 { name } else { nil } }
        return found.isEmpty && !extensions.isMalformed ? nil : found
    }

    /// The subject's common names, at most eight. A usual certificate has one.
    private static func commonNames(_ certificate: X509Certificate) -> [ArraySlice<UInt8>] {
        certificate.subject.attributes(OID.commonName).prefix(8).compactMap { attribute in
            guard DirectoryString.isText(attribute.tag) else { return nil }
            return DirectoryString.text(attribute.tag, attribute.value).map { Array($0.utf8)[...] }
        }
    }
}
