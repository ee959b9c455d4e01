import DANE
import Inspection
import Policy
import Support

/// The question of a query line: `check NEXTHOP [to=… from=… client=… auth=…]`.
///
/// NEXTHOP is an address, a domain, `[host]` or `[host]:port`. Values are xtext (RFC 3461 §4): a sender with a blank in
/// quotes cannot pass for a second value.
enum QueryRequest {
    /// The longest line in bytes, with its end.
    static let lineLimit = 512

    /// Reads a line without its `\n`.
    ///
    /// - Throws: Why it cannot be answered. The client tries again: a newer daemon may know what it asks.
    static func read(_ line: some BidirectionalCollection<UInt8>) throws(QueryError) -> DoorRequest {
        // A `\r` counts: otherwise it would depend on the pieces in which a line comes.
        guard line.count < lineLimit else { throw .tooLong }
        let line = line.withoutReturn
        guard line.allSatisfy({ $0 >= 0x20 && $0 != 0x7F }) else {
            throw QueryError(sentence: "the query has control characters")
        }
        let words = line.split(separator: UInt8(ascii: " "))
        guard let verb = words.first else { throw QueryError(sentence: "the query is empty") }
        guard verb.elementsEqual("check".utf8) else { throw QueryError(sentence: "the query's verb is not known") }
        guard words.count > 1 else { throw QueryError(sentence: "the query names no next hop") }
        // An MTA whose next hop is empty would have the sender's domain judged.
        guard !Key.allCases.contains(where: { words[1].starts(with: "\($0.rawValue)=".utf8) }) else {
            throw QueryError(sentence: "the query names no next hop")
        }
        let nextHop = Array(words[1])
        // A bracketed host may hold no @; the last one of an address outside quotes is found where it is taken apart.
        let isAddress = nextHop.first != UInt8(ascii: "[") && nextHop.contains(UInt8(ascii: "@"))
        guard isAddress ? domain(of: nextHop) != nil : !nextHop.contains(where: isQuoting) else {
            // A quoted local part with a blank would be cut there, and what follows it pass for keys.
            throw QueryError(sentence: "the query's address is cut: one with a blank goes into to=")
        }
        return try request(nextHop: nextHop, isAddress: isAddress, try values(words.dropFirst(2)))
    }

    private static func isQuoting(_ byte: UInt8) -> Bool { byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") }

    /// What stands behind the last `@` outside of quotes (RFC 5321 §4.1.2); nil if there is none, or a quote is not
    /// closed.
    private static func domain(of address: [UInt8]) -> ArraySlice<UInt8>? {
        var (isQuoted, isEscaped) = (false, false)
        var domain: ArraySlice<UInt8>?
        for (index, byte) in address.enumerated() {
            if isEscaped {
                isEscaped = false
            } else if byte == UInt8(ascii: "\\") {
                isEscaped = true
            } else if byte == UInt8(ascii: "\"") {
                isQuoted.toggle()
            } else if byte == UInt8(ascii: "@"), !isQuoted {
                domain = address[(index + 1)...]
            }
        }
        if domain?.last == UInt8(ascii: ">") { domain = domain?.dropLast() }
        return isQuoted || isEscaped ? nil : domain
    }

    /// Whether a domain of an address is what a slip of a configuration makes of one: nothing, or a host in brackets.
    /// What else is no domain name can be an address that a client has typed, whose domain cannot exist.
    private static func isSlip(_ domain: ArraySlice<UInt8>) -> Bool {
        guard domain.first == UInt8(ascii: "[") else { return domain.isEmpty }
        return Destination.parse(nextHop: String(decoding: domain, as: UTF8.self), port: 25) != .literal
    }

    private enum Key: String, CaseIterable { case to, from, client, auth }

    private static func values(_ words: some Sequence<some Collection<UInt8>>) throws(QueryError) -> [Key: [UInt8]] {
        var values: [Key: [UInt8]] = [:]
        for word in words {
            guard let end = word.firstIndex(of: UInt8(ascii: "=")) else {
                throw QueryError(sentence: "a word of the query is no key=value")
            }
            guard let key = Key(rawValue: String(decoding: word[..<end], as: UTF8.self)) else {
                throw QueryError(sentence: "the query has a key that is not known")
            }
            guard values[key] == nil else { throw QueryError(sentence: "the query has a key twice: \(key.rawValue)") }
            guard let value = XText.decode(word[word.index(after: end)...]) else {
                throw QueryError(sentence: "the query's value of \(key.rawValue) is no xtext")
            }
            values[key] = value
        }
        return values
    }

    private static func request(
        nextHop: [UInt8], isAddress: Bool, _ values: [Key: [UInt8]]
    ) throws(QueryError) -> DoorRequest {
        // Empty where an MTA has none to tell.
        let recipient = values[.to].flatMap { $0.isEmpty ? nil : $0 }
        if isAddress, recipient != nil {
            throw QueryError(sentence: "the query has an address for its next hop, and to= beside it")
        }
        let domain = (recipient ?? (isAddress ? nextHop : nil)).flatMap(domain(of:))
        if let domain, isSlip(domain) { throw QueryError(sentence: "the query's recipient has no domain") }
        // An MTA that delivers to the recipient's domain names it twice, and a client may have typed anything.
        let isDomain = domain?.lazy.map(\.lowercased).elementsEqual(nextHop.lazy.map(\.lowercased)) ?? false
        if !isAddress, !isDomain { try nextHop.mustBeUnderstood() }
        // A plain domain is judged as that of an address. All else is what only a configuration says.
        let isPlain = !nextHop.contains { "[]:,".utf8.contains($0) }
        var request = DoorRequest(
            .query, recipient: recipient ?? (isAddress ? nextHop : isPlain ? [UInt8(ascii: "@")] + nextHop : []))
        if !isAddress { request.nextHop = String(decoding: nextHop, as: UTF8.self) }
        if let sender = values[.from] { request.take(sender: sender) }
        // Empty where an MTA has none to tell, as of mail that enters on this machine.
        if let client = values[.client], !client.isEmpty {
            let text = String(decoding: client, as: UTF8.self)
            guard IPAddress(text) != nil else { throw QueryError(sentence: "the query's client is no address") }
            request.clientAddress = text
        }
        if let name = values[.auth], !name.isEmpty { request.authenticated = String(decoding: name, as: UTF8.self) }
        return request
    }
}

extension UInt8 {
    /// The same letter in lower case (RFC 4343 §3).
    fileprivate var lowercased: UInt8 { 0x41...0x5A ~= self ? self | 0x20 : self }
}

extension [UInt8] {
    /// Refuses a next hop that is none, or that several are: whoever writes one means that it is judged.
    ///
    /// A milter is told such next hops by an MTA, which knows what they mean. Here they are slips of a configuration.
    fileprivate func mustBeUnderstood() throws(QueryError) {
        guard Destination.isUnderstood(nextHop: String(decoding: self, as: UTF8.self)) else {
            throw QueryError(sentence: "the query's next hop is not understood")
        }
    }
}
