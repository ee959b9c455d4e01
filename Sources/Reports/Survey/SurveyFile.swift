import Glibc
import Support

/// A file of a survey's input, read to its end. A compressed one is read through the program that expands it.
struct SurveyFile {
    private static let chunk = 1 << 18

    /// The path; `-` for standard input.
    let path: String

    /// The name for messages.
    var name: String { path == "-" ? "standard input" : path }

    /// Reads the file.
    ///
    /// - Parameter take: Takes in each part as it comes. It must not keep the bytes.
    /// - Throws: Why the file cannot be read, or what `take` throws.
    func read(_ take: (LentBytes) throws(SurveyError) -> Void) async throws(SurveyError) {
        let descriptor = path == "-" ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw unreadable(SurveyError.words(errno)) }
        defer { if descriptor != STDIN_FILENO { close(descriptor) } }
        var beginning = [UInt8](repeating: 0, count: Compression.magicLength)
        var begun = 0
        while begun < beginning.count {
            let count = try next(descriptor, &beginning, from: begun)
            if count == 0 { break }
            begun += count
        }
        beginning.removeLast(beginning.count - begun)
        if let compression = Compression(beginning) {
            do throws(DecompressorError) {
                return try await Decompressor(compression).read(descriptor, beginning, take)
            } catch {
                switch error {
                case .taker(let fault): throw fault
                case .unreadable(let why): throw unreadable(why)
                }
            }
        }
        try beginning.withUnsafeBufferPointer { (bytes) throws(SurveyError) in try take(bytes) }
        var buffer = [UInt8](repeating: 0, count: Self.chunk)
        while !Task.isCancelled {
            let count = try next(descriptor, &buffer, from: 0)
            if count == 0 { return }
            try buffer.withUnsafeBufferPointer { (bytes) throws(SurveyError) in try take(bytes.part(0..<count)) }
        }
    }

    private func unreadable(_ why: String) -> SurveyError {
        SurveyError(EX_NOINPUT, "\(LogLine.escaped(name)): it cannot be read (\(why)).")
    }

    /// Reads what is there, at least one byte. It returns 0 at the end.
    private func next(_ descriptor: Int32, _ buffer: inout [UInt8], from start: Int) throws(SurveyError) -> Int {
        while true {
            let count = buffer.withUnsafeMutableBytes {
                Glibc.read(descriptor, $0.baseAddress.map { $0 + start }, $0.count - start)
            }
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw unreadable(SurveyError.words(errno)) }
            return count
        }
    }
}
