import DANE
import Support

/// Senders as a setting names them: `user@example.org`, `example.org`, `.example.org` for subdomains, `<>` for the null sender.
///
/// What stands in MAIL is anybody's to claim: a list of senders decides nothing that must not be had for the asking.
package struct SenderList: Sendable {
    private var addresses: Set<String> = []
    private var domains: Set<DomainName> = []
    private var parents: Set<DomainName> = []
    private var hasNull = false

    /// An empty list.
    init() {}

    /// Reads a list with commas.
    ///
    /// - Returns: nil if an entry is none of these.
    init?(_ text: String) {
        for entry in text.split(separator: ",", omittingEmptySubsequences: false) where !insert(entry.trimmingBlanks())
        {
            return nil
        }
    }

    private mutating func insert(_ entry: String) -> Bool {
        if entry == "<>" {
            hasNull = true
            return true
        }
        guard !entry.isEmpty, !entry.contains(where: { $0.isWhitespace || $0 == "<" || $0 == ">" }) else {
            return false
        }
        if entry.contains("@") {
            let sender = Recipient(path: entry)
            guard let address = Self.address(sender), !sender.localPart.isEmpty else { return false }
            addresses.insert(address)
        } else {
            guard let pattern = DomainPattern(entry) else { return false }
            if pattern.isBelow { parents.insert(pattern.domain) } else { domains.insert(pattern.domain) }
        }
        return true
    }

    /// Whether nobody is in the list.
    package var isEmpty: Bool { addresses.isEmpty && domains.isEmpty && parents.isEmpty && !hasNull }

    /// Whether a sender is in the list.
    ///
    /// - Parameter path: The argument of MAIL; nil if there was none.
    func contains(_ path: String?) -> Bool {
        guard let path, !isEmpty else { return false }
        if path.isEmpty || path == "<>" { return hasNull }
        let sender = Recipient(path: path)
        guard case .name(let domain) = sender.domain else { return false }
        if domains.contains(domain) { return true }
        if !addresses.isEmpty, let address = Self.address(sender), addresses.contains(address) { return true }
        guard !parents.isEmpty else { return false }
        var ancestor = domain.parent
        while let name = ancestor {
            if parents.contains(name) { return true }
            ancestor = name.parent
        }
        return false
    }

    /// An address in one form: nobody tells mailboxes apart by the case of their letters.
    private static func address(_ sender: Recipient) -> String? {
        guard case .name(let domain) = sender.domain else { return nil }
        return "\(sender.mailbox.lowercased())@\(domain.text)"
    }
}
