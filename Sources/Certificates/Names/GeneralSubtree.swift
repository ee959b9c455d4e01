/// One name constraint (RFC 5280 §4.2.1.10), which covers all names below its base.
struct GeneralSubtree {
    /// Whether the constraint covers a name.
    enum Finding: Hashable {
        /// The constraint is about names of another form.
        case otherForm
        case outside
        case within
        /// The constraint is about names of this form, but cannot be compared with this name. The certificate is then
        /// refused: "the application MUST either process these fields or reject the certificate".
        case cannotTell
    }

    private let base: GeneralName
    /// Whether minimum is 0 and maximum absent, as they MUST be.
    let isWithoutDistances: Bool

    /// Reads a GeneralSubtree.
    ///
    /// - Returns: nil if it is malformed.
    init?(_ element: DERReader.Element) {
        var reader = DERReader(element.contents)
        guard let base = reader.next().flatMap(GeneralName.init) else { return nil }
        self.base = base
        let minimum = reader.next(DERReader.Tag.primitive(0))
        let maximum = reader.next(DERReader.Tag.primitive(1))
        guard reader.isAtEnd else { return nil }
        isWithoutDistances = maximum == nil && minimum.map { $0.contents.allSatisfy { $0 == 0 } } ?? true
    }

    /// Whether the constraint covers a name.
    func holds(_ name: GeneralName) -> Finding {
        let isWithin: Bool?
        switch (base, name) {
        case (.directoryName(let base), .directoryName(let name)): isWithin = base.contains(name)
        case (.dnsName(let base), .dnsName(let name)): isWithin = HostText.isWithin(base, name)
        case (.rfc822Name(let base), .rfc822Name(let name)): isWithin = MailboxText.isWithin(base, name)
        // RFC 9598 §6: a constraint on mailboxes also covers mailboxes with international names.
        case (.rfc822Name(let base), .otherName(let type, let value))
        where type.elementsEqual(OID.internationalMailbox):
            isWithin = MailboxText.isWithin(base, international: value)
        case (.uniformResourceIdentifier(let base), .uniformResourceIdentifier(let name)):
            isWithin = ResourceText.isWithin(base, name)
        case (.ipAddress(let base), .ipAddress(let name)): isWithin = Self.isWithin(base, address: name)
        // F-72: RFC 5280 defines no comparison for these.
        case (.otherName(let base, _), .otherName(let type, _)):
            guard base.elementsEqual(type), !type.elementsEqual(OID.internationalMailbox) else { return .otherForm }
            isWithin = nil
        case (.x400Address, .x400Address), (.ediPartyName, .ediPartyName), (.registeredID, .registeredID):
            isWithin = nil
        default: return .otherForm
        }
        guard isWithoutDistances, let isWithin else { return .cannotTell }
        return isWithin ? .within : .outside
    }

    /// Compares an address with a base, which is an address and a mask of the same length, as in RFC 4632.
    ///
    /// - Returns: nil if the lengths are not those of IPv4 or IPv6.
    private static func isWithin(_ base: ArraySlice<UInt8>, address: ArraySlice<UInt8>) -> Bool? {
        guard [4, 16].contains(address.count), [8, 32].contains(base.count) else { return nil }
        guard base.count == 2 * address.count else { return false }
        let mask = base.suffix(address.count)
        return zip(zip(address, base), mask).allSatisfy { pair, mask in pair.0 & mask == pair.1 & mask }
    }
}
