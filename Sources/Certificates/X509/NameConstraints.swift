/// The names that the certificates below a CA may have (RFC 5280 §4.2.1.10).
struct NameConstraints {
    /// What has become of the names of a certificate.
    enum Finding: Hashable {
        /// None is forbidden.
        case kept
        /// One is forbidden, or of a form or written in a way that cannot be compared: the text says which form.
        case violated(String)
        /// There are more names and constraints than are compared.
        case tooMany
    }

    /// The most comparisons of a name with a constraint in one judgement; as many as OpenSSL makes for one certificate.
    static let maximumComparisons = 1 << 20

    /// One of them must hold each name of its form.
    let permitted: [GeneralSubtree]
    /// None of them may hold a name.
    let excluded: [GeneralSubtree]

    /// Reads the extension's value; nil if it is malformed.
    init?(_ value: ArraySlice<UInt8>) {
        var outer = DERReader(value)
        guard let contents = outer.next(DERReader.Tag.sequence)?.contents else { return nil }
        var reader = DERReader(contents)
        func subtrees(_ number: UInt8) -> [GeneralSubtree]? {
            guard let element = reader.next(DERReader.Tag.constructed(number)) else { return [] }
            guard let elements = DERReader.all(DERReader.Tag.sequence, in: element.contents) else { return nil }
            let read = elements.compactMap(GeneralSubtree.init)
            return read.count == elements.count ? read : nil
        }
        guard let permitted = subtrees(0), let excluded = subtrees(1), reader.isAtEnd else { return nil }
        self.permitted = permitted
        self.excluded = excluded
    }

    /// Holds the names of a certificate to these constraints, critical or not.
    ///
    /// RFC 5280 §4.2.1.10: the subject if it is not empty, and each of its e-mail addresses; then the subject
    /// alternative names. Where a server's certificate has no DNS name its common name stands for one (RFC 7672
    /// §3.2.3), and is held to what is said of DNS names if it is a plain host name, as OpenSSL has it.
    ///
    /// - Parameters:
    ///   - isServer: Whether it is the server's own certificate.
    ///   - comparisons: How many are left; each one takes one off.
    func check(_ certificate: X509Certificate, isServer: Bool, comparisons: inout Int) -> Finding {
        let names = Self.names(of: certificate, isServer: isServer)
        comparisons -= names.count * (permitted.count + excluded.count)
        guard comparisons >= 0 else { return .tooMany }
        for name in names {
            if let fault = fault(of: name) { return .violated(fault) }
        }
        return .kept
    }

    private static func names(of certificate: X509Certificate, isServer: Bool) -> [ConstrainedName] {
        let subject = certificate.subject
        let alternatives = certificate.extensions.alternativeNames ?? []
        var names: [ConstrainedName] = []
        if !subject.isEmpty { names.append(.general(.directoryName(subject))) }
        // RFC 2985 §5.2.1: an IA5String. One of another type cannot be compared.
        names += subject.attributes(OID.emailAddress).map {
            $0.tag == DERReader.Tag.ia5String ? .general(.rfc822Name($0.value)) : .unreadable("an e-mail address")
        }
        names += alternatives.map { .general($0) }
        let hasDNSName = alternatives.contains { if case .dnsName = $0 { true } else { false } }
        if isServer, !hasDNSName {
            names += subject.attributes(OID.commonName).compactMap { HostText.commonName($0) }
                .map { .general(.dnsName($0[...])) }
        }
        return names
    }

    /// A name of a certificate, as far as it can be read.
    private enum ConstrainedName {
        case general(GeneralName)
        case unreadable(String)
    }

    /// What is wrong with a name; nil if nothing is.
    private func fault(of name: ConstrainedName) -> String? {
        let general: GeneralName
        switch name {
        case .unreadable(let what): return "\(what) cannot be compared with a name constraint"
        case .general(let name): general = name
        }
        // RFC 5280 §6.1.3 (b): within one of the permitted subtrees of its form, if there are any.
        var isPermitted: Bool?
        for subtree in permitted where isPermitted != true || !subtree.isWithoutDistances {
            switch subtree.holds(general) {
            case .otherForm: break
            case .cannotTell: return "\(general.noun) cannot be compared with a name constraint"
            case .outside: isPermitted = isPermitted ?? false
            case .within: isPermitted = true
            }
        }
        guard isPermitted != false else { return "\(general.noun) is not among the permitted ones" }
        // RFC 5280 §6.1.3 (c): within none of the excluded ones.
        for subtree in excluded {
            switch subtree.holds(general) {
            case .otherForm, .outside: break
            case .cannotTell: return "\(general.noun) cannot be compared with a name constraint"
            case .within: return "\(general.noun) is excluded"
            }
        }
        return nil
    }
}

extension GeneralName {
    /// What it is, in a sentence.
    fileprivate var noun: String {
        switch self {
        case .otherName: "a name of another form"
        case .rfc822Name: "an e-mail address"
        case .dnsName: "a DNS name"
        case .x400Address: "an X.400 address"
        case .directoryName: "a directory name"
        case .ediPartyName: "an EDI party's name"
        case .uniformResourceIdentifier: "a URI"
        case .ipAddress: "an IP address"
        case .registeredID: "a registered identifier"
        }
    }
}
