import NIOCore

@testable import RESP

extension FuzzTarget {
    /// What a store, or what stands in its place, answers.
    static let respValues = FuzzTarget("resp-values") { bytes in
        let whole = try Reading(of: [bytes])
        var source = ByteSource(bytes)
        let size = source.below(7) + 1
        var pieces: [[UInt8]] = []
        var rest = bytes[...]
        while !rest.isEmpty {
            pieces.append(Array(rest.prefix(size)))
            rest = rest.dropFirst(size)
        }
        let cut = try Reading(of: pieces)
        // As text, since no number equals no number.
        try require("\(whole.values)" == "\(cut.values)", "the values depend on where the stream is cut")
        try require(whole.fault == cut.fault, "the fault depends on where the stream is cut")
        var total = 0
        for value in whole.values { total += try count(value, depth: 0) }
        try require(total <= bytes.count, "\(total) values of \(bytes.count) bytes")
        if let fault = whole.fault { try requireLine(fault.description, atMost: 200, "a fault") }
        try writeAndRead(bytes)
    }

    private static let limits = RESPLimits()

    /// How many values a value is, each within the limits.
    private static func count(_ value: RESPValue, depth: Int) throws -> Int {
        let inner: [RESPValue]
        switch value {
        case .array(let list), .set(let list):
            inner = list
            try require(list.count <= limits.pushed, "\(list.count) elements")
        case .push(let list):
            inner = list
            try require(depth == 0 && !list.isEmpty, "a push at depth \(depth) of \(list.count) values")
        case .map(let pairs):
            inner = pairs.flatMap { [$0.key, $0.value] }
            try require(pairs.count <= limits.pushed, "\(pairs.count) pairs")
        case .bulk(let bytes):
            try require(bytes.count <= limits.bulk, "a string of \(bytes.count) bytes")
            return 1
        case .simple(let bytes):
            try require(!bytes.contains(0x0A) && !bytes.contains(0x0D), "a simple string with the end of a line")
            return 1
        case .error(let error):
            try requireLine(error.description, atMost: 200, "an error")
            try require(!error.code.isEmpty, "an error without a code")
            return 1
        case .null, .integer, .double, .boolean: return 1
        }
        try require(depth < limits.depth, "a depth of \(depth + 1)")
        return try inner.reduce(1) { $0 + (try count($1, depth: depth + 1)) }
    }

    /// A command of any words is read as those words.
    private static func writeAndRead(_ bytes: [UInt8]) throws {
        let words = bytes.split(separator: 0x0A, maxSplits: 20, omittingEmptySubsequences: false).map(Array.init)
        let command = RESPCommand(words: words)
        var buffer = ByteBuffer()
        command.write(to: &buffer)
        try require(buffer.readableBytes == command.size, "a command of another size than it says")
        var parser = RESPParser()
        parser.append(buffer)
        try require(try parser.next() == .array(words.map { .bulk($0) }), "a command reads as another one")
        try require(try parser.next() == nil && parser.unread == 0, "bytes are left of a command")
    }
}

/// What comes of bytes that arrive in pieces.
private struct Reading {
    var values: [RESPValue] = []
    var fault: RESPProtocolError?

    init(of pieces: [[UInt8]]) throws {
        var parser = RESPParser()
        do throws(RESPProtocolError) {
            for piece in pieces {
                parser.append(ByteBuffer(bytes: piece))
                while let value = try parser.next() { values.append(value) }
            }
        } catch {
            fault = error
        }
        try require(fault == nil || parser.unread == 0, "bytes are kept after a fault")
    }
}
