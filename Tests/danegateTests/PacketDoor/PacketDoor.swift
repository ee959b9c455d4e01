import DANE
import Glibc

@testable import Gate
@testable import Support

/// A door with a protocol of its own, as small as a door is: a packet with a recipient in, a packet with the answer
/// out.
///
/// The pattern for the next door. It makes a request of what it has read and says what the gate has decided, and it
/// decides nothing itself. Its client is a stranger: the packet is bounded, and may hold any bytes.
struct PacketDoor: Sendable {
    /// The longest packet that is read, in bytes. A recipient is shorter (RFC 5321 §4.5.3.1.3).
    static let limit = 1024

    let gate: Gate

    /// Serves a connected socket of packets until its other end is closed, and closes it.
    ///
    /// Blocks the calling thread, which must not be one of the cooperative pool.
    func serve(_ socket: Int32) {
        defer { close(socket) }
        var buffer = [UInt8](repeating: 0, count: Self.limit)
        while true {
            // The whole length, also of what was cut.
            let length = recv(socket, &buffer, buffer.count, Int32(MSG_TRUNC))
            guard length > 0 else { return }
            let text = ReceivedText(Array(buffer.prefix(length)))
            let answer = answer(PacketRequest(receivedRecipient: text, recipientIsCut: length > buffer.count))
            guard send(socket, answer, answer.utf8.count, Int32(MSG_NOSIGNAL)) > 0 else { return }
        }
    }

    private func answer(_ request: PacketRequest) -> String {
        guard case .ruled(let ruled) = gate.decide(request), let reply = ruled.reply else { return "OK" }
        return reply.description
    }
}
