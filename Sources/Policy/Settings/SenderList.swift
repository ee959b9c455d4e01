import DANE
import Support

/// Senders as a setting lists them: `user@example.org`, `example.org`, `.example.org` for subdomains, `<>` for the null
/// sender.
///
/// Anybody can claim any sender in MAIL. So a list of senders must not decide anything that strangers may not have.
package struct SenderList: Sendable {
    private var addresses: Set<String> = []
    private var domains: Set<DomainName> = []
    private var parents: Set<Substring> = []
    private var hasNull = false

    /// An empty list.
    init() {}

    /// Reads a list separated by commas.
    ///
    /// - Returns: nil if an entry has none of these forms.
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
            if pattern.isBelow { parents.insert(pattern.domain.text[...]) } else { domains.insert(pattern.domain) }
        }
        return true
    }

    /// Whether the list has no entries.
    package var isEmpty: Bool { addresses.isEmpty && domains.isEmpty && parents.isEmpty && !hasNull }

    /// Whether the list contains a sender.
    ///
    /// - Parameter path: The argument of MAIL; nil if there was none.
    func contains(_ path: String?) -> Bool {
        guard let path, !isEmpty else { return false }
        if path.isEmpty || path == "<>" { return hasNull }
        let sender = Recipient(path: path)
        guard case .name(let domain) = sender.domain else { return false }
        if domains.contains(domain) { return true }
        if !addresses.isEmpty, let address = Self.address(sender), addresses.contains(address) { return true }
        return !parents.isEmpty && domain.parents.contains { parents.contains($0) }
    }

    /// An address in a single form. Nobody distinguishes mailboxes by the case of their letters.
    private static func address(_ sender: Recipient) -> String? {
        guard case .name(let domain) = sender.domain else { return nil }
        return "\(sender.mailbox.lowercased())@\(domain.text)"
    }
}
