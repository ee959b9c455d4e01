import NIOCore
import Synchronization

@testable import Gate

/// A dialogue that is fed with bytes at once and in pieces: the steps must be the same, and little may be kept.
struct DialogueTrial {
    private var steps: [String] = []
    private var isOver = false
    private let check: (_ answer: String, _ isLast: Bool) throws -> Void

    /// Tries a dialogue.
    ///
    /// - Parameters:
    ///   - talk: The dialogue. Its questions must be answered at once.
    ///   - pieces: The bytes of a piece.
    ///   - check: What must hold for an answer.
    @discardableResult
    init(
        _ talk: some Dialogue, _ bytes: [UInt8], pieces: Int,
        check: @escaping (_ answer: String, _ isLast: Bool) throws -> Void
    ) throws {
        self.check = check
        try feed(talk, bytes, pieces: bytes.count)
        let whole = steps
        (steps, isOver) = ([], false)
        try feed(talk, bytes, pieces: pieces)
        try require(steps == whole, "at once \(whole), by \(pieces) bytes \(steps)")
    }

    private mutating func feed(_ talk: some Dialogue, _ bytes: [UInt8], pieces: Int) throws {
        var (talk, buffer, start) = (talk, ByteBuffer(), 0)
        while start < bytes.count, !isOver {
            let end = min(start + max(1, pieces), bytes.count)
            buffer.writeBytes(bytes[start..<end])
            start = end
            try go(&talk, &buffer, isAtEnd: false)
            try require(isOver || buffer.readableBytes <= 64 << 10, "\(buffer.readableBytes) bytes are kept")
        }
        if !isOver { try go(&talk, &buffer, isAtEnd: true) }
        // Each step takes a line, or a netstring.
        try require(steps.count <= bytes.count + 2, "\(steps.count) steps for \(bytes.count) bytes")
    }

    private mutating func go(_ talk: inout some Dialogue, _ buffer: inout ByteBuffer, isAtEnd: Bool) throws {
        while !isOver {
            switch talk.next(&buffer, isAtEnd: isAtEnd) {
            case .wait:
                isOver = isAtEnd
                return
            case .close:
                steps.append("close")
                isOver = true
            case .answer(let text, let isLast): try take(text, isLast)
            case .ask(let work, let isLast):
                let told = Mutex<String?>(nil)
                work({ false }) { text in told.withLock { $0 = text } }
                try take(told.withLock { $0 } ?? "", isLast)
            }
        }
    }

    private mutating func take(_ text: String, _ isLast: Bool) throws {
        try check(text, isLast)
        steps.append(text)
        isOver = isLast
    }
}
