import DANE
import NIOCore
import Support

@testable import Gate
@testable import Inspection
@testable import Policy
@testable import Verdicts

extension FuzzTarget {
    /// What comes to the query socket. The first byte is the number of bytes that come at once.
    static let queries = FuzzTarget("queries") { bytes in
        var source = ByteSource(bytes)
        let size = max(1, Int(source.byte()))
        let text = source.remainder()
        try DialogueTrial(queries(size), text, pieces: size) { answer, isLast in
            if answer.hasPrefix("action=") { return try checkAction(answer) }
            try require(isLast && answer.hasSuffix("\n"), "an answer to a query is not the last: \(answer)")
            try requireLine(String(answer.dropLast()), atMost: 511, "an answer to a query")
            try require(
                answer == "accept\n" || answer.hasPrefix("tempfail 4") || answer.hasPrefix("reject 5"),
                "an answer to a query: \(answer)")
        }
        // What a line says is what its words say, whatever is in them.
        let line = Array(text.prefix { $0 != UInt8(ascii: "\n") })
        guard let request = try? QueryRequest.read(line) else { return }
        let words = line.withoutReturn.split(separator: UInt8(ascii: " "))
        func word(_ key: String) -> [UInt8]? {
            words.dropFirst(2).first { $0.starts(with: "\(key)=".utf8) }.map { Array($0.dropFirst(key.utf8.count + 1)) }
        }
        try require(words.dropFirst(2).allSatisfy { $0.contains(UInt8(ascii: "=")) }, "a word without a key is taken")
        try require((request.clientAddress != nil) == (word("client")?.isEmpty == false), "a client out of nothing")
        try require((request.authenticated != nil) == (word("auth")?.isEmpty == false), "a login out of nothing")
        try require((request.receivedSender != nil) == (word("from") != nil), "a sender out of nothing")
        if let client = request.clientAddress { try require(IPAddress(client) != nil, "the client \(client)") }
        // Whatever a value is, it can be written.
        let digits = Array("0123456789ABCDEF".utf8)
        let written = line.flatMap { [UInt8(ascii: "+"), digits[Int($0 >> 4)], digits[Int($0 & 15)]] }
        try require(XText.decode(written) == line, "xtext of \(line)")
    }

    /// Requests of policy delegation; what comes follows the first attribute.
    static let policyRequests = FuzzTarget("policy-requests") { bytes in
        var source = ByteSource(bytes)
        let size = max(1, Int(source.byte()))
        let text = Array("request=smtpd_access_policy\n".utf8) + source.remainder()
        try DialogueTrial(queries(size), text, pieces: size) { answer, _ in try checkAction(answer) }
    }

    /// What comes to the TLS policy socket.
    static let socketmaps = FuzzTarget("socketmaps") { bytes in
        var source = ByteSource(bytes)
        let size = max(1, Int(source.byte()))
        let talk = SocketmapDialogue(port: 25) { map, destination, then in
            then(map == .sts ? TLSPolicyMap.notFound : TLSPolicyMap.text(.wait(destination.text(standard: 25))))
        }
        try DialogueTrial(talk, source.remainder(), pieces: size) { answer, isLast in
            var buffer = ByteBuffer(string: answer)
            let text = try Netstring.read(&buffer).map { String(decoding: $0, as: UTF8.self) } ?? ""
            try require(buffer.readableBytes == 0 && !isLast, "more than a netstring: \(answer)")
            try requireLine(text, atMost: 512, "an answer to a map")
            try require(
                ["OK ", "NOTFOUND ", "TEMP ", "PERM "].contains { text.hasPrefix($0) }, "an answer to a map: \(text)")
        }
    }

    /// A dialogue that decides as the number says: most are refused in the words that were asked.
    private static func queries(_ number: Int) -> QueryDialogue {
        QueryDialogue { request, then in
            guard number % 4 > 0 else { return then(.passedAhead) }
            let words = [
                request.receivedRecipient.text, request.nextHop, request.sender, request.clientAddress,
                request.authenticated, request.queueID,
            ]
            let code = EnhancedStatusCode(number % 2 == 0 ? .permanent : .persistentTransient, 7, 323)
            let ruling = Ruling(
                action: .reject, would: nil, outcome: .tlsaInvalid, code: code, failingFor: nil, hazard: nil)
            then(
                .ruled(
                    Decision.Ruled(
                        answer: .init(verdict: Verdict(outcome: .tlsaInvalid, cause: "a test"), isCached: true),
                        ruling: ruling,
                        reply: Reply(code, detail: 50, text: words.map { $0 ?? "%" }.joined(separator: " ")),
                        policy: nil, trace: nil)))
        }
    }

    private static func checkAction(_ answer: String) throws {
        try require(answer.hasSuffix("\n\n"), "an action without its end: \(answer)")
        try requireLine(String(answer.dropLast(2)), atMost: 510, "an action")
        try require(
            ["DUNNO\n", "4", "5"].contains { answer.hasPrefix("action=\($0)") }, "an action: \(answer)")
    }
}
