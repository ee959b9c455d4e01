import DANE
import Probe

/// Rulings by where a message comes from: `EXEMPT_CLIENTS`, `EXEMPT_AUTH`, `EXEMPT_SENDERS`, `ENFORCE_SENDERS`.
package struct SourceRules: Sendable {
    private let clients: [AddressRange]
    private let names: Set<String>
    private let exemptSenders: SenderList
    private let enforcedSenders: SenderList

    /// Whether none is set: then a message need not be asked where it comes from.
    package let isEmpty: Bool

    /// The rules of the settings.
    init(_ settings: Settings) {
        clients = settings.exemptClients.map(\.unmapped)
        names = settings.exemptAuth
        exemptSenders = settings.exemptSenders
        enforcedSenders = settings.enforceSenders
        isEmpty = clients.isEmpty && names.isEmpty && exemptSenders.isEmpty && enforcedSenders.isEmpty
    }

    /// Why a recipient is passed on without a look; nil if it is not.
    ///
    /// - Parameters:
    ///   - client: The client's address.
    ///   - authenticated: The name it authenticated with; nil if it did not.
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

    /// Whether mail of a sender is ruled in earnest whatever the roll-out says.
    package func enforces(sender: String?) -> Bool { enforcedSenders.contains(sender) }

    /// Whether it matters who has authenticated: the name is looked for in libmilter's buffers.
    package var asksForNames: Bool { !names.isEmpty }
}

extension AddressRange {
    /// The IPv4 block that a block of IPv4-mapped IPv6 addresses stands for, else the block: clients are compared without the mapping.
    fileprivate var unmapped: AddressRange {
        guard prefixLength >= 96, case .v4 = base.unmapped else { return self }
        return AddressRange(base.unmapped, prefixLength: prefixLength - 96) ?? self
    }
}

extension IPAddress {
    /// The IPv4 address that an IPv4-mapped IPv6 address stands for (RFC 4291 §2.5.5.2), else the address.
    fileprivate var unmapped: IPAddress {
        if case .v6(0, let low) = self, low >> 32 == 0xFFFF { return .v4(UInt32(truncatingIfNeeded: low)) }
        return self
    }
}
