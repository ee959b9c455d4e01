import NIOCore

/// The dialogue at the TLS policy socket: socketmap (socketmap_table(5)), any number of requests.
///
/// Postfix's smtp(8) keeps a connection for ten idle seconds. Sendmail has one for each delivery.
struct SocketmapDialogue: Dialogue {
    static let idle = TimeAmount.seconds(120)
    static let full = Netstring.write("TEMP too many clients ask at once")

    private let gate: Gate
    /// The port of a next hop that names none.
    private let port: UInt16

    /// A dialogue whose questions a gate answers.
    init(_ gate: Gate, port: UInt16) {
        self.gate = gate
        self.port = port
    }

    /// Half a netstring has no answer.
    var late: String? { nil }

    mutating func next(_ buffer: inout ByteBuffer, isAtEnd: Bool) -> DialogueStep {
        do throws(NetstringError) {
            guard let request = try Netstring.read(&buffer) else { return .wait }
            switch TLSPolicyMap.read(request, port: port) {
            case .answered(let text): return .answer(Netstring.write(text), isLast: false)
            case .level(let map, let destination):
                return .ask(
                    { [gate] then in map.answer(destination, of: gate) { then(Netstring.write($0)) } }, isLast: false)
            }
        } catch {
            // Where the next request begins cannot be told.
            return .close
        }
    }
}
