import DANE
import Probe

/// Rulings by the source of a message: `EXEMPT_CLIENTS`, `EXEMPT_AUTH`, `EXEMPT_SENDERS`, `ENFORCE_SENDERS`.
package struct SourceRules: Sendable {
    private let clients: [AddressRange]
    private let names: Set<String>
    private let exemptSenders: SenderList
    private let enforcedSenders: SenderList

    /// Whether none of them is set. Then the source of a message need not be looked up.
    package let isEmpty: Bool

    /// The rules of the settings.
    init(_ settings: Settings) {
        clients = settings.exemptClients.map(\.unmapped)
        names = settings.exemptAuth
        exemptSenders = settings.exemptSenders
        enforcedSenders = settings.enforceSenders
        isEmpty = clients.isEmpty && names.isEmpty && exemptSenders.isEmpty && enforcedSenders.isEmpty
    }

    /// Why a recipient passes without an inspection; nil if it does not.
    ///
    /// - Parameters:
    ///   - client: The address of the client.
    ///   - authenticated: The name with which the client authenticated; nil if it did not.
    ///   - sender: The argument of MAIL.
    package func exemption(
        client: String?, authenticated: String?, sender: String?
    ) -> String? {
        if isEmpty { return nil }
        if !clients.isEmpty, let address = client.flatMap(IPAddress.init)?.unmapped,
            clients.contains(where: { $0.contains(address) })
        {
            return "exempt client"
        }
        if !names.isEmpty, let name = authenticated, !name.isEmpty, names.contains("*") || names.contains(name) {
            return "exempt authentication"
        }
        return exemptSenders.contains(sender) ? "exempt sender" : nil
    }

    /// Whether mail from a sender is fully ruled upon, whatever the roll-out says.
    package func enforces(sender: String?) -> Bool { enforcedSenders.contains(sender) }

    /// Whether the authenticated name matters. It has to be searched for in libmilter's buffers.
    package var asksForNames: Bool { !names.isEmpty }
}

extension AddressRange {
    /// For a block of IPv4-mapped IPv6 addresses the IPv4 block, otherwise the block itself, because clients are
    /// compared without the mapping.
    fileprivate var unmapped: AddressRange {
        guard prefixLength >= 96, case .v4 = base.unmapped else { return self }
        return AddressRange(base.unmapped, prefixLength: prefixLength - 96) ?? self
    }
}

extension IPAddress {
    /// For an IPv4-mapped IPv6 address the IPv4 address (RFC 4291 §2.5.5.2), otherwise the address itself.
    fileprivate var unmapped: IPAddress {
        if case .v6(0, let low) = self, low >> 32 == 0xFFFF { return .v4(UInt32(truncatingIfNeeded: low)) }
        return self
    }
}
