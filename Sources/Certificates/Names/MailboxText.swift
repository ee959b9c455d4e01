import DANE

/// Mailboxes in certificates (RFC 5280 §4.2.1.6 and §4.2.1.10).
enum MailboxText {
    private static let at = UInt8(ascii: "@")

    /// Whether the base covers a mailbox. The base is one mailbox, all mailboxes of a host or, with a dot in front,
    /// those of all hosts below a domain.
    ///
    /// - Returns: nil if the name is not a mailbox.
    static func isWithin(_ base: ArraySlice<UInt8>, _ name: ArraySlice<UInt8>) -> Bool? {
        guard let end = name.lastIndex(of: at) else { return nil }
        guard let baseEnd = base.lastIndex(of: at) else {
            guard base.first == UInt8(ascii: ".") else { return HostText.areEqual(base, name[(end + 1)...]) }
            return name.count > base.count && HostText.areEqual(base, name.suffix(base.count))
        }
        // The local part is compared as it is, the host without regard to case. "@host" means all mailboxes of a host.
        let (local, baseLocal) = (name[..<end], base[..<baseEnd])
        guard baseLocal.isEmpty || local.elementsEqual(baseLocal) else { return false }
        guard baseLocal.isEmpty || !local.contains(0) else { return nil }
        return HostText.areEqual(base[(baseEnd + 1)...], name[(end + 1)...])
    }

    /// The same for an SmtpUTF8Mailbox (RFC 9598 §3). Its host may contain U-labels; the base has A-labels.
    ///
    /// - Parameter value: The element inside the otherName.
    static func isWithin(_ base: ArraySlice<UInt8>, international value: ArraySlice<UInt8>) -> Bool? {
        guard !base.contains(0), let name = DERReader.only(DERReader.Tag.utf8String, in: value),
            let end = name.lastIndex(of: at), let text = String(validating: name[(end + 1)...], as: UTF8.self)
        else { return nil }
        // RFC 9598 §6 compares only hosts. A constraint for a single mailbox covers none of these.
        guard !base.contains(at) else { return false }
        guard let host = InternationalName.domainName(text) else { return nil }
        let isParent = base.first == UInt8(ascii: ".")
        guard let parent = DomainName(String(decoding: isParent ? base.dropFirst() : base, as: UTF8.self)) else {
            return nil
        }
        guard isParent else { return host == parent }
        let (labels, above) = (host.labels, parent.labels)
        return labels.count > above.count && labels.suffix(above.count).elementsEqual(above)
    }
}
