import Glibc

/// A file that is read line by line from its current position. Lines have a bound.
struct LineFile {
    /// A line, without its line feed.
    struct Line {
        let bytes: [UInt8]
        /// Whether it ended with a line feed.
        let isEnded: Bool
    }

    private let descriptor: Int32
    private let limit: Int
    private var buffer: [UInt8] = []
    private var place = 0
    private var isAtEnd = false
    /// The number of lines read.
    private(set) var number = 0
    /// The number of bytes in the complete lines read.
    private(set) var ended = 0

    /// - Parameters:
    ///   - descriptor: The open file.
    ///   - limit: The most bytes of a line.
    init(_ descriptor: Int32, limit: Int) {
        self.descriptor = descriptor
        self.limit = limit
    }

    /// Returns the next line; nil at the end of the file.
    mutating func next() throws(LineFileError) -> Line? {
        var searched = place
        while true {
            if let end = buffer[searched...].firstIndex(of: UInt8(ascii: "\n")) {
                defer { place = end + 1 }
                number += 1
                ended += end + 1 - place
                return Line(bytes: Array(buffer[place..<end]), isEnded: true)
            }
            guard buffer.count - place <= limit else { throw .overlong }
            guard !isAtEnd else {
                guard place < buffer.count else { return nil }
                defer { place = buffer.count }
                number += 1
                return Line(bytes: Array(buffer[place...]), isEnded: false)
            }
            buffer.removeFirst(place)
            place = 0
            searched = buffer.count
            try fill()
        }
    }

    private mutating func fill() throws(LineFileError) {
        var chunk = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = read(descriptor, &chunk, chunk.count)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw .unreadable(errno) }
            isAtEnd = count == 0
            buffer += chunk.prefix(count)
            return
        }
    }
}
