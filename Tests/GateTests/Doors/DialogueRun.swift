import DANE
import Inspection
import NIOCore
import Policy
import Records
import Support
import Synchronization
import Verdicts

@testable import Gate

/// A dialogue fed with pieces, as its handler would: the steps that come of it, in words.
struct DialogueRun {
    /// `ask …`, `answer …`, and at the end `wait`, `last` or `close`.
    private(set) var steps: [String] = []
    /// The most bytes that were left in the buffer where more was waited for.
    private(set) var mostKept = 0

    private var isOver = false

    /// Feeds a dialogue until it ends.
    ///
    /// - Parameters:
    ///   - talk: The dialogue. Its questions must be answered at once.
    ///   - pieces: What comes, one after the other.
    ///   - ends: Whether the client then closes its side.
    init(_ talk: some Dialogue, _ pieces: [[UInt8]], ends: Bool = true) {
        var talk = talk
        var buffer = ByteBuffer()
        for piece in pieces where !isOver {
            buffer.writeBytes(piece)
            go(&talk, &buffer, isAtEnd: false)
        }
        if ends, !isOver { go(&talk, &buffer, isAtEnd: true) }
    }

    private mutating func go(_ talk: inout some Dialogue, _ buffer: inout ByteBuffer, isAtEnd: Bool) {
        while !isOver {
            switch talk.next(&buffer, isAtEnd: isAtEnd) {
            case .wait:
                mostKept = max(mostKept, buffer.readableBytes)
                guard isAtEnd else { return }
                end("wait")
            case .close: end("close")
            case .answer(let text, let isLast): take("answer", text, isLast)
            case .ask(let work, let isLast):
                let told = Mutex<String?>(nil)
                work({ false }) { text in told.withLock { $0 = text } }
                take("ask", told.withLock { $0 } ?? "nothing", isLast)
            }
        }
    }

    private mutating func take(_ kind: String, _ text: String, _ isLast: Bool) {
        steps.append("\(kind) \(text)")
        if isLast { end("last") }
    }

    private mutating func end(_ how: String) {
        steps.append(how)
        isOver = true
    }

    /// The bytes cut in two at each place, and into single bytes. Of many bytes those in the middle are cut here and
    /// there.
    static func cuts(_ bytes: [UInt8]) -> [[[UInt8]]] {
        bytes.indices.filter { $0 < 300 || $0 + 30 > bytes.count || $0 % 97 == 0 }
            .map { [Array(bytes[..<$0]), Array(bytes[$0...])] } + [bytes.map { [$0] }]
    }

    /// A query dialogue whose decisions are refusals that say what was asked.
    static func query() -> QueryDialogue {
        QueryDialogue { request, then in then(.refusal(ReplyText.of(request))) }
    }

    /// A socketmap whose answers say what was asked.
    static func socketmap() -> SocketmapDialogue {
        SocketmapDialogue(port: 25) { map, destination, then in
            then("OK \(map.rawValue) \(destination.text(standard: 25))")
        }
    }
}

/// What was asked, in words that a reply can hold.
enum ReplyText {
    static func of(_ request: DoorRequest) -> String {
        [
            request.door.rawValue, request.receivedRecipient.text, "hop=\(request.nextHop ?? "-")",
            "from=\(request.sender ?? "-")", "client=\(request.clientAddress ?? "-")",
            "auth=\(request.authenticated ?? "-")", "id=\(request.queueID ?? "-")",
        ].joined(separator: " ")
    }
}

extension Decision {
    /// A refusal with a text.
    static func refusal(_ text: String, _ enhanced: EnhancedStatusCode = EnhancedStatusCode(.permanent, 7, 323))
        -> Decision
    {
        let verdict = Verdict(outcome: .tlsaInvalid, cause: "test")
        return .ruled(
            Ruled(
                answer: .init(verdict: verdict, isCached: true),
                ruling: .init(
                    action: enhanced.class == .permanent ? .reject : .tempfail, would: nil, outcome: .tlsaInvalid,
                    code: enhanced, failingFor: nil, hazard: nil),
                reply: Reply(enhanced, detail: 50, text: text), policy: nil, trace: nil))
    }
}
