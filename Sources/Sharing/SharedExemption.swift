import Policy
import RESP
import Store

/// A field of the hash of exemptions, as it was read.
struct SharedExemption {
    /// The bytes that stand there.
    let bytes: [UInt8]
    /// What they say; nil if nothing that counts.
    let exemption: Exemption?
    /// Whether it has been over, so that nobody needs it any more.
    let isOver: Bool

    /// How far ahead of the store's clock a host's clock may be that made one, in milliseconds.
    static let leap: Int64 = 86_400_000

    /// Where the seal of a field says that it stands.
    static func name(of field: String, in key: String) -> String { "\(key) \(field)" }

    /// What to write under a field; nil if it is too long.
    static func bytes(
        _ exemption: Exemption, writer: String, at time: Int64, _ seal: StoreSeal, in key: String
    ) -> [UInt8]? {
        let record = SharedRecord(exemption, writer: writer, at: time)
        return record.sealed(seal, at: name(of: exemption.pattern.description, in: key))
    }

    /// Reads a field.
    ///
    /// - Parameters:
    ///   - now: The store's time, in milliseconds.
    ///   - refused: Is told why it does not count.
    init(
        _ bytes: [UInt8], field: String, in key: String, _ seal: StoreSeal, at now: Int64, leap: Int64,
        refused: (SharedRecord.Fault) -> Void
    ) {
        self.bytes = bytes
        var found: (exemption: Exemption?, isOver: Bool) = (nil, false)
        do throws(SharedRecord.Fault) {
            let record = try SharedRecord(bytes, seal, at: Self.name(of: field, in: key))
            guard let exemption = record.exemption(of: field) else { throw .form }
            found.isOver = exemption.until <= now / 1000
            let latest = now / 1000 + Exemption.longest + Self.leap / 1000
            guard record.t <= now + leap, exemption.added <= now + Self.leap, exemption.until <= latest,
                !found.isOver
            else { throw .time }
            found.exemption = exemption
        } catch {
            refused(error)
        }
        (exemption, isOver) = found
    }
}
