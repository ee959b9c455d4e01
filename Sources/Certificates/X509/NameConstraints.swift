/// The names that certificates below a CA may contain (F-72, RFC 5280 §4.2.1.10).
struct NameConstraints {
    /// The result for the names of a certificate.
    enum Finding: Hashable {
        /// None is forbidden.
        case kept
        /// One is forbidden or cannot be compared. The text says of which form it is.
        case violated(String)
        /// There are more names and constraints than the limit allows.
        case tooMany
    }

    /// The most comparisons of a name with a constraint in one judgement. OpenSSL allows as many for one certificate.
    static let maximumComparisons = 1 << 20

    /// If there are constraints for the form of a name, one of them must cover it.
    let permitted: [GeneralSubtree]
    /// None of them may cover a name.
    let excluded: [GeneralSubtree]

    /// Reads the extension's value.
    ///
    /// - Returns: nil if it is malformed.
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

    /// Compares the names of a certificate with these constraints. Whether the extension is critical does not matter.
    ///
    /// RFC 5280 §4.2.1.10: the names are the subject, if it is not empty, each of its e-mail addresses, and the subject
    /// alternative names. If a server's certificate has no DNS name, its common name takes that place (RFC 7672
    /// §3.2.3). If it is a plain host name, the constraints on DNS names apply to it, as in OpenSSL.
    ///
    /// - Parameters:
    ///   - isServer: Whether it is the server's own certificate.
    ///   - comparisons: How many comparisons are left. Each one reduces it by one.
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
        // RFC 2985 §5.2.1: it is an IA5String. A string of another type cannot be compared.
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

    /// A name in a certificate, if it can be read.
    private enum ConstrainedName {
        case general(GeneralName)
        case unreadable(String)
    }

    /// What is wrong with a name; nil if it is allowed.
    private func fault(of name: ConstrainedName) -> String? {
        let general: GeneralName
        switch name {
        case .unreadable(let what): return "\(what) cannot be compared with a name constraint"
        case .general(let name): general = name
        }
        // RFC 5280 §6.1.3 (b): if there are permitted subtrees of this form, one of them must cover the name.
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
        // RFC 5280 §6.1.3 (c): no excluded subtree may cover it.
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
    /// What it is, for use in a sentence.
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
