/// What a name server, or somebody who is none, can send in the place of an answer.
public enum AnswerForgery: Sendable, Hashable, CaseIterable {
    /// An empty answer with another ID first, then the answer.
    case wrongIDFirst
    /// An empty answer from another port first, then the answer.
    case strangerFirst
    /// An answer to another question.
    case wrongQuestion
    /// The answer, and bytes behind it that belong to nothing.
    case trailingBytes
    /// A record whose name points to itself.
    case compressionLoop
    /// A record whose name points behind the end.
    case pointerBeyond
    /// The header says that there are 65,535 records; there are none.
    case absurdCounts
    /// The answer, cut in its middle, without a word about it.
    case cut
    /// The header alone.
    case headerOnly
    /// As many bytes as a message can have, of which only the header and the question make sense. Over UDP it says that
    /// the answer does not fit.
    case junk

    /// What is sent, in order.
    ///
    /// - Parameters:
    ///   - answer: The right answer.
    ///   - query: The question's message.
    ///   - isStream: Whether it goes over TCP.
    /// - Returns: Messages, and whether each comes from where it was asked for.
    func messages(instead answer: [UInt8], of query: WireMessage, isStream: Bool) -> [([UInt8], isOurs: Bool)] {
        let empty = query.answer(code: 0)
        switch self {
        case .wrongIDFirst:
            var other = empty
            other[0] ^= 0x55
            return isStream ? [(answer, true)] : [(other, true), (answer, true)]
        case .strangerFirst: return isStream ? [(answer, true)] : [(empty, false), (answer, true)]
        case .wrongQuestion:
            var other = answer
            // The first letter of the question's first label.
            if other.count > 13 { other[13] ^= 0x01 }
            return [(other, true)]
        case .trailingBytes: return [(answer + [UInt8](repeating: 0xA5, count: 64), true)]
        case .compressionLoop: return [(record(after: query, owner: [0xC0, UInt8(query.questionEnd)]), true)]
        case .pointerBeyond: return [(record(after: query, owner: [0xFF, 0xFF]), true)]
        case .absurdCounts:
            var other = query.questionOnly(code: 0)
            for index in 6..<12 { other[index] = 0xFF }
            return [(other, true)]
        case .cut: return [(Array(answer.prefix(answer.count / 2)), true)]
        case .headerOnly: return [(Array(empty.prefix(12)), true)]
        case .junk:
            guard isStream else { return [(query.answer(code: 0, isTruncated: true), true)] }
            var head = query.questionOnly(code: 0)
            (head[6], head[7]) = (0xFF, 0xFF)
            return [(head + (head.count..<65_535).map { UInt8(truncatingIfNeeded: $0 &* 167 &+ 13) }, true)]
        }
    }

    /// An answer of one record that has a name and a type, and then nothing.
    private func record(after query: WireMessage, owner: [UInt8]) -> [UInt8] {
        var bytes = query.questionOnly(code: 0)
        bytes[7] = 1
        // TLSA, IN, a TTL, and 3 bytes of data.
        return bytes + owner + [0, 52, 0, 1, 0, 0, 1, 44, 0, 3, 3, 1, 1]
    }
}

extension WireMessage {
    /// The query turned into an answer of its question alone, without EDNS.
    func questionOnly(code: UInt8) -> [UInt8] {
        var answer = Array(answer(code: code).prefix(questionEnd))
        for index in 6..<12 { answer[index] = 0 }
        return answer
    }
}
