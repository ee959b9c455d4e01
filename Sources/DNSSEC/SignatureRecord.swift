/// A signature (RRSIG, RFC 4034 §3) in a DNS message. Only what is needed to say when it is or was valid.
struct SignatureRecord: Hashable, Sendable {
    /// The name of the records it covers, in the form of `WireText.name`, in lower case without a trailing dot.
    let owner: String
    /// The type of the records it covers.
    let type: UInt16
    /// Whether it is in the answer section.
    let isAnswer: Bool
    /// Its first and last second as in the record: seconds since 1970 modulo 2^32 (RFC 4034 §3.1.5).
    let inception: UInt32
    let expiration: UInt32
    /// The zone that signed; nil if it cannot be read.
    var signer: String? = nil

    /// The type RRSIG.
    private static let ownType: UInt16 = 46
    /// The most records that are read of a message. A message of 64 KiB cannot hold more.
    private static let recordLimit = 8192

    /// The signatures in the answer and authority sections of a message, in order. If the message is damaged, those
    /// before the damage.
    static func all(in message: some RandomAccessCollection<UInt8>) -> [SignatureRecord] {
        var reader = MessageReader(message)
        var found: [SignatureRecord] = []
        for place in MessageReader.records(in: message, atMost: recordLimit)
        where place.type == Self.ownType && place.length >= 18 {
            reader.offset = place.data
            guard let owner = reader.name(at: place.owner), let covered = reader.number16(), reader.skip(6),
                let expiration = reader.number32(), let inception = reader.number32()
            else { continue }
            // The key tag follows, then the signer's name, which is never compressed (RFC 4034 §3.1.7).
            let signer = place.length > 18 ? reader.name(at: place.data + 18) : nil
            found.append(
                SignatureRecord(
                    owner: owner, type: covered, isAnswer: place.isAnswer, inception: inception,
                    expiration: expiration, signer: signer))
        }
        return found
    }

    /// Whether the signature has expired.
    func ended(before now: Int64) -> Bool { Self.moment(expiration, near: now) < now }

    /// Whether the signature is not valid yet.
    func begins(after now: Int64) -> Bool { Self.moment(inception, near: now) > now }

    /// A time from a signature in seconds since 1970. Of the possible times, the one nearest to `now` (RFC 4034 §3.1.5,
    /// RFC 1982).
    static func moment(_ serial: UInt32, near now: Int64) -> Int64 {
        now + Int64(Int32(bitPattern: serial &- UInt32(truncatingIfNeeded: now)))
    }
}
