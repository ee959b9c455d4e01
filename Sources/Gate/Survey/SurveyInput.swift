import DANE
import Glibc

/// What is to be surveyed, read from a file or a pipe to its end.
struct SurveyInput: Sendable {
    /// A line that was passed over.
    struct Junk: Sendable, Hashable {
        /// Its number, from 1.
        let line: Int
        /// Its beginning, escaped.
        let text: String
        /// Why, as a clause.
        let reason: String
    }

    /// Why an input cannot be read.
    enum Fault: Error, Hashable {
        /// A read failed, with the error's number.
        case unreadable(Int32)
        /// There are more than `DestinationList.limit` destinations.
        case tooMany
    }

    /// So many junk lines are listed.
    static let listed = 20
    private static let chunk = 1 << 18

    /// The destinations.
    private(set) var destinations: DestinationList
    /// How many lines there were.
    private(set) var lines = 0
    /// How many of them were none that a survey reads.
    private(set) var junkLines = 0
    /// The first of those.
    private(set) var junk: [Junk] = []

    private let port: UInt16

    /// An input of which nothing has been read.
    ///
    /// - Parameters:
    ///   - port: The port where a next hop names none.
    ///   - limit: The most destinations.
    init(port: UInt16, limit: Int = DestinationList.limit) {
        self.port = port
        destinations = DestinationList(limit: limit)
    }

    /// Reads an open file to its end, a line at a time; of a line no more is kept than may be.
    mutating func read(_ descriptor: Int32) throws(Fault) {
        var buffer = [UInt8](repeating: 0, count: Self.chunk)
        // What is there of a line whose end has not come.
        var begun: [UInt8] = []
        while true {
            let count = Glibc.read(descriptor, &buffer, buffer.count)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw .unreadable(errno) }
            if count == 0 { break }
            var start = 0
            while start < count {
                let end = Self.newline(in: buffer, start..<count)
                let part = buffer[start..<(end ?? count)]
                start = (end ?? count) + 1
                if end != nil, begun.isEmpty {
                    try take(part)
                } else {
                    begun += part.prefix(max(0, SurveyLine.limit + 1 - begun.count))
                    guard end != nil else { break }
                    try take(begun[...])
                    begun = []
                }
            }
        }
        if !begun.isEmpty { try take(begun[...]) }
    }

    private static func newline(in buffer: [UInt8], _ range: Range<Int>) -> Int? {
        buffer.withUnsafeBytes { bytes -> Int? in
            guard let base = bytes.baseAddress,
                let found = memchr(base + range.lowerBound, Int32(UInt8(ascii: "\n")), range.count)
            else { return nil }
            return UnsafeRawPointer(found) - base
        }
    }

    private mutating func take(_ bytes: ArraySlice<UInt8>) throws(Fault) {
        lines += 1
        var bytes = bytes
        if lines == 1, bytes.starts(with: [0xEF, 0xBB, 0xBF]) { bytes = bytes.dropFirst(3) }
        guard bytes.count <= SurveyLine.limit else {
            return pass(bytes, "a line of more than \(SurveyLine.limit) bytes")
        }
        switch bytes.withUnsafeBufferPointer({ SurveyLine.read($0, port: port) }) {
        case .nothing: break
        case .junk(let reason): pass(bytes, reason)
        case .destination(let destination, let recipients):
            do { try destinations.add(destination.text(standard: port), recipients: recipients) } catch {
                throw .tooMany
            }
        }
    }

    private mutating func pass(_ bytes: ArraySlice<UInt8>, _ reason: String) {
        junkLines += 1
        guard junk.count < Self.listed else { return }
        let text = LogLine.escaped(String(decoding: bytes.prefix(80), as: UTF8.self))
        junk.append(Junk(line: lines, text: text + (bytes.count > 80 ? "..." : ""), reason: reason))
    }
}
