package import NIOCore

/// Reads values from bytes as they arrive.
///
/// It keeps what has come and is not read yet, and looks at each byte a bounded number of times, wherever the stream is
/// cut. It makes room for what has come, and never for what is announced.
package struct RESPParser: Sendable {
    /// An aggregate that is not complete.
    private struct Frame {
        /// What becomes of its elements.
        enum Kind { case array, set, map, push, attribute }

        let kind: Kind
        /// How many elements are to come; of a map, keys and values each.
        var missing: Int
        var elements: [RESPValue] = []
    }

    /// A string whose length is known, and whose bytes may be still to come.
    private struct Bulk {
        /// What becomes of its bytes.
        enum Kind { case plain, verbatim, error }

        let kind: Kind
        let length: Int
    }

    private let limits: RESPLimits
    private var buffer = ByteBuffer()
    /// How many bytes at the front of the buffer are known to hold no end of a line.
    private var searched = 0
    private var frames: [Frame] = []
    private var bulk: Bulk?
    /// The values and bytes of what is being read.
    private var values = 0
    private var size = 0
    private var failure: RESPProtocolError?

    /// A parser at the beginning of a connection.
    package init(_ limits: RESPLimits = RESPLimits()) { self.limits = limits }

    /// How many bytes have come that are not part of a value that was read.
    package var unread: Int { buffer.readableBytes }

    /// Adds bytes. They are kept until `next` has read them.
    package mutating func append(_ bytes: ByteBuffer) {
        guard failure == nil else { return }
        // What is moved is less than a value's unread end, and each byte is moved once: afterwards it is in front.
        if buffer.readableBytes == 0 {
            buffer = bytes
        } else {
            buffer.discardReadBytes()
            buffer.writeImmutableBuffer(bytes)
        }
    }

    /// Reads the next value.
    ///
    /// - Returns: nil if it is not complete.
    /// - Throws: If what came is no value or exceeds a limit; from then on always.
    package mutating func next() throws(RESPProtocolError) -> RESPValue? {
        if let failure { throw failure }
        do {
            return try read()
        } catch {
            failure = error
            (buffer, frames, bulk) = (ByteBuffer(), [], nil)
            throw error
        }
    }

    private var isInPush: Bool { frames.first?.kind == .push }

    private mutating func read() throws(RESPProtocolError) -> RESPValue? {
        while true {
            var value: RESPValue?
            if let bulk {
                value = try string(bulk)
                guard value != nil else { return nil }
                self.bulk = nil
            } else {
                guard let line = try line() else { return nil }
                value = try begin(line)
            }
            // A value may complete the aggregate that it ends, and that one the next.
            while let complete = value {
                guard let last = frames.indices.last else {
                    (values, size) = (0, 0)
                    return complete
                }
                frames[last].elements.append(complete)
                frames[last].missing -= 1
                value = frames[last].missing == 0 ? close() : nil
            }
        }
    }

    /// Takes the next line without its end; nil if it is not complete.
    private mutating func line() throws(RESPProtocolError) -> [UInt8]? {
        let length = buffer.withUnsafeReadableBytes { bytes in
            bytes.dropFirst(searched).firstIndex { $0 == 0x0D || $0 == 0x0A }
        }
        guard (length ?? buffer.readableBytes) <= limits.line else {
            throw RESPProtocolError("a line has more than \(limits.line) bytes")
        }
        guard let length else {
            searched = buffer.readableBytes
            return nil
        }
        let end = buffer.readerIndex + length
        guard buffer.getInteger(at: end, as: UInt8.self) == 0x0D else {
            throw RESPProtocolError("a line ends without a carriage return")
        }
        guard let second = buffer.getInteger(at: end + 1, as: UInt8.self) else {
            searched = length
            return nil
        }
        guard second == 0x0A else { throw RESPProtocolError("a line holds a carriage return") }
        let line = buffer.readBytes(length: length) ?? []
        buffer.moveReaderIndex(forwardBy: 2)
        searched = 0
        try count(bytes: length + 2)
        return line
    }

    /// Reads the line that a value begins with, and is, unless it has elements or a length.
    private mutating func begin(_ line: [UInt8]) throws(RESPProtocolError) -> RESPValue? {
        guard let sign = line.first else { throw RESPProtocolError("a value has no type") }
        values += 1
        let most = limits.values + (isInPush ? limits.pushed : 0)
        guard values <= most else { throw RESPProtocolError("a value holds more than \(most) values") }
        let rest = line.dropFirst()
        switch sign {
        case UInt8(ascii: "+"), UInt8(ascii: "("):
            guard sign == UInt8(ascii: "+") || RESPNumber.isInteger(rest) else {
                throw RESPProtocolError("a big number is none")
            }
            return .simple(Array(rest))
        case UInt8(ascii: "-"): return .error(RESPError(rest))
        case UInt8(ascii: ":"):
            guard let number = RESPNumber.integer(rest) else { throw RESPProtocolError("an integer is none") }
            return .integer(number)
        case UInt8(ascii: ","):
            guard let number = RESPNumber.double(rest) else { throw RESPProtocolError("a double is none") }
            return .double(number)
        case UInt8(ascii: "#"):
            guard rest.elementsEqual("t".utf8) || rest.elementsEqual("f".utf8) else {
                throw RESPProtocolError("a boolean is neither t nor f")
            }
            return .boolean(rest.first == UInt8(ascii: "t"))
        case UInt8(ascii: "_"):
            guard rest.isEmpty else { throw RESPProtocolError("a null has a value") }
            return .null
        case UInt8(ascii: "$"): return try open(.plain, rest)
        case UInt8(ascii: "="): return try open(.verbatim, rest)
        case UInt8(ascii: "!"): return try open(.error, rest)
        case UInt8(ascii: "*"): return try open(.array, rest)
        case UInt8(ascii: "~"): return try open(.set, rest)
        case UInt8(ascii: "%"): return try open(.map, rest)
        case UInt8(ascii: ">"):
            guard frames.isEmpty else { throw RESPProtocolError("a push stands inside of a value") }
            return try open(.push, rest)
        case UInt8(ascii: "|"): return try open(.attribute, rest)
        default: throw RESPProtocolError("a value is of an unknown type")
        }
    }

    private mutating func open(_ kind: Bulk.Kind, _ text: ArraySlice<UInt8>) throws(RESPProtocolError) -> RESPValue? {
        if kind == .plain, text.elementsEqual("-1".utf8) { return .null }
        guard let length = RESPNumber.length(text) else { throw RESPProtocolError("a string has no length") }
        guard length <= limits.bulk else { throw RESPProtocolError("a string has more than \(limits.bulk) bytes") }
        guard kind != .verbatim || length >= 4 else { throw RESPProtocolError("a verbatim string has no format") }
        // Counted before it has come: nothing is waited for that would be refused.
        try count(bytes: length + 2)
        bulk = Bulk(kind: kind, length: length)
        return nil
    }

    private mutating func open(_ kind: Frame.Kind, _ text: ArraySlice<UInt8>) throws(RESPProtocolError) -> RESPValue? {
        if kind == .array, text.elementsEqual("-1".utf8) { return .null }
        guard let count = RESPNumber.length(text) else { throw RESPProtocolError("an aggregate has no count") }
        let most = isInPush ? limits.pushed : limits.count
        guard count <= most else { throw RESPProtocolError("an aggregate has more than \(most) elements") }
        guard frames.count < limits.depth else {
            throw RESPProtocolError("values are inside of each other more than \(limits.depth) deep")
        }
        guard count > 0 || kind != .push else { throw RESPProtocolError("a push has no kind") }
        frames.append(Frame(kind: kind, missing: kind == .map || kind == .attribute ? count * 2 : count))
        return count == 0 ? close() : nil
    }

    /// Ends the innermost aggregate; nil for an attribute, which only says something about the value that follows.
    private mutating func close() -> RESPValue? {
        let frame = frames.removeLast()
        switch frame.kind {
        case .array: return .array(frame.elements)
        case .set: return .set(frame.elements)
        case .push: return .push(frame.elements)
        case .attribute: return nil
        case .map:
            return .map(
                stride(from: 0, to: frame.elements.count, by: 2).map {
                    RESPValue.Pair(frame.elements[$0], frame.elements[$0 + 1])
                })
        }
    }

    /// Takes a string whose length is known; nil if not all of it has come.
    private mutating func string(_ bulk: Bulk) throws(RESPProtocolError) -> RESPValue? {
        guard buffer.readableBytes >= bulk.length + 2 else { return nil }
        let bytes = buffer.readBytes(length: bulk.length) ?? []
        guard buffer.readInteger(as: UInt16.self) == 0x0D0A else {
            throw RESPProtocolError("a string is longer than its length")
        }
        switch bulk.kind {
        case .plain: return .bulk(bytes)
        case .error: return .error(RESPError(bytes))
        case .verbatim:
            guard bytes[3] == UInt8(ascii: ":") else { throw RESPProtocolError("a verbatim string has no format") }
            return .bulk(Array(bytes.dropFirst(4)))
        }
    }

    private mutating func count(bytes: Int) throws(RESPProtocolError) {
        size += bytes
        guard size <= limits.size else { throw RESPProtocolError("a value has more than \(limits.size) bytes") }
    }
}
