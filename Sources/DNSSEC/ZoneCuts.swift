import DANE
import DequeModule

/// The zone cuts that answers have shown, if a name's last three labels do not show them.
///
/// Each resolver thread has one, of bounded size. A cut that was forgotten is learnt again from the next answer.
struct ZoneCuts {
    /// The most zone cuts that are remembered.
    static let limit = 4096

    private var known: Set<Substring> = []
    private var order: Deque<Substring> = []

    /// Remembers a zone.
    mutating func note(_ zone: String) {
        guard known.insert(zone[...]).inserted else { return }
        order.append(zone[...])
        while order.count > Self.limit, let oldest = order.popFirst() { known.remove(oldest) }
    }

    /// The deepest known cut at or above a name, which is in presentation form without a trailing dot; nil if none is
    /// known.
    func deepest(above name: String) -> String? {
        guard !known.isEmpty else { return nil }
        return DomainName.Ancestors(of: name[...]).first { !$0.isEmpty && known.contains($0) }.map { String($0) }
    }

    /// The zone that an answer comes from, if its first records show a deeper one than the name's last three labels do:
    /// the owner of its SOA or NS records, or the signer.
    static func zone(of name: String, in message: some RandomAccessCollection<UInt8>) -> String? {
        let name = name.hasSuffix(".") ? String(name.dropLast()) : name
        let guess = LanePath.suffix(of: name, labels: 3)
        guard guess != name else { return nil }
        return MessageReader.zones(in: message, atMost: 16)
            .filter { zone in
                zone.utf8.count > guess.utf8.count && (name == zone || name.hasSuffix(".\(zone)"))
            }
            .max { $0.utf8.count < $1.utf8.count }
    }
}

extension MessageReader {
    /// The zones that the first records of a message name, in lower case without a trailing dot.
    fileprivate static func zones(in message: Message, atMost limit: Int) -> [String] {
        let reader = MessageReader(message)
        return records(in: message, atMost: limit).compactMap { place in
            // NS and SOA records count in the authority section. In a signature, the signer's name follows 18 bytes
            // (RFC 4034 §3.1).
            if place.type == 46, place.length > 18 { return reader.name(at: place.data + 18) }
            return !place.isAnswer && (place.type == 2 || place.type == 6) ? reader.name(at: place.owner) : nil
        }
    }
}
