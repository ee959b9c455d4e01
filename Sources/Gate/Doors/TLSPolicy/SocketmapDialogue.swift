import Inspection
import NIOCore

/// The dialogue at the TLS policy socket: socketmap (socketmap_table(5)), any number of requests.
///
/// Postfix's smtp(8) keeps a connection for ten idle seconds. Sendmail has one for each delivery.
struct SocketmapDialogue: Dialogue {
    static let idle = TimeAmount.seconds(120)

    /// Finds the words of a map for a destination, and hands them over: at once, on the same thread, or later, on any.
    typealias Answering = @Sendable (TLSPolicyMap, Destination, @escaping @Sendable (String) -> Void) -> Void

    /// The port of a next hop that names none.
    private let port: UInt16
    private let find: Answering

    /// A dialogue whose questions are answered so (`TLSPolicyMap.answer`).
    init(port: UInt16, _ find: @escaping Answering) {
        self.port = port
        self.find = find
    }

    /// Half a netstring has no answer.
    var late: String? { nil }

    func excuse(_ why: DialogueExcuse) -> String { Netstring.write("TEMP \(why.sentence)") }

    mutating func next(_ buffer: inout ByteBuffer, isAtEnd: Bool) -> DialogueStep {
        do throws(NetstringError) {
            guard let request = try Netstring.read(&buffer) else { return .wait }
            switch TLSPolicyMap.read(request, port: port) {
            case .answered(let text): return .answer(Netstring.write(text), isLast: false)
            case .level(let map, let destination):
                return .ask(
                    { [find] _, then in find(map, destination) { then(Netstring.write($0)) } }, isLast: false)
            }
        } catch {
            // Where the next request begins cannot be told.
            return .close
        }
    }
}
