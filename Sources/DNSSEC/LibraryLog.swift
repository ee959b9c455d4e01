internal import CUnbound
import Glibc
import Support
import Synchronization

/// What libunbound writes to standard error, passed on line by line without ever waiting (F-101).
///
/// libunbound's worker writes a line for each name server that it cannot query, and many lines for a hostile
/// delegation. If standard error is a pipe that nobody reads, the worker would block, and all lookups with it. So the
/// lines go to a stream of this type instead (fopencookie(3)).
///
/// The stream replaces the variable `stderr` instead of being set with `ub_ctx_debugout`. Each new context sets
/// libunbound's stream to `stderr` again, and versions differ in whether they close the previous stream, which other
/// contexts may be writing to. No version closes `stderr`. Lines of other libraries arrive here too. Swift writes to
/// the descriptor itself.
public enum LibraryLog {
    /// The longest line in bytes, and the most lines in ten seconds. Further lines are only counted.
    private static let longest = 1000
    private static let most = 20

    private struct State {
        var take: (@Sendable (_ line: String, _ held: Int) -> Void)?
        var line: [UInt8] = []
        /// Lines that arrived before `follow` was called.
        var early: [String] = []
        var limit = RateLimit(most: most, per: .seconds(10))
    }

    private static let state = Mutex(State())

    /// Replaces `stderr` by the stream. Call it from one thread, before there is a context.
    ///
    /// - Returns: Whether it succeeded. If not, nothing has changed.
    @discardableResult
    public static func divert() -> Bool {
        let functions = cunbound_stream_functions(read: nil, write: takeLibraryBytes, seek: nil, close: nil)
        // A null handle is RTLD_DEFAULT: the variable that all libraries share.
        guard let variable = dlsym(nil, "stderr"), let stream = cunbound_stream(nil, "w", functions) else {
            return false
        }
        // F-101: this stream waits for nobody.
        setvbuf(stream, nil, Int32(_IOLBF), 0)
        variable.assumingMemoryBound(to: UnsafeMutablePointer<FILE>?.self).pointee = stream
        return true
    }

    /// Sets the function that gets the lines. It gets the earlier ones at once.
    ///
    /// - Parameter take: Gets a printable line without time and process, and how many lines were dropped before it. It
    ///   runs on any thread and must not wait.
    public static func follow(_ take: @escaping @Sendable (_ line: String, _ held: Int) -> Void) {
        let early = state.withLock { state in
            defer { state.early = [] }
            state.take = take
            return state.early
        }
        for line in early { take(line, 0) }
    }

    /// Splits what was written into lines and passes them on.
    fileprivate static func add(_ bytes: UnsafeBufferPointer<UInt8>) {
        var ready: [(String, Int)] = []
        let take = state.withLock { state in
            for byte in bytes {
                guard byte == UInt8(ascii: "\n") else {
                    if state.line.count < longest { state.line.append(byte) }
                    continue
                }
                if let next = next(&state) { ready.append(next) }
            }
            if state.take == nil {
                state.early += ready.map(\.0).prefix(max(0, most - state.early.count))
                ready = []
            }
            return state.take
        }
        for (line, held) in ready { take?(line, held) }
    }

    private static func next(_ state: inout State) -> (String, Int)? {
        defer { state.line.removeAll(keepingCapacity: true) }
        guard let held = state.limit.take() else { return nil }
        return (bare(WireText.printable(state.line)), held)
    }

    /// Removes from a line `[1700000000] libunbound[12:0] error: text` what the log records anyway.
    static func bare(_ line: String) -> String {
        guard let rest = behindBracket(line[...]), line.hasPrefix("[") else { return line }
        return String(rest.hasPrefix("libunbound[") ? behindBracket(rest) ?? rest : rest)
    }

    private static func behindBracket(_ text: Substring) -> Substring? {
        guard let end = text.firstIndex(of: "]"), text[end...].hasPrefix("] ") else { return nil }
        return text[end...].dropFirst(2)
    }
}

/// The stream's write function (`cookie_write_function_t`). It always accepts everything.
private func takeLibraryBytes(
    _ cookie: UnsafeMutableRawPointer?, _ bytes: UnsafePointer<CChar>?, _ count: Int
) -> Int {
    guard let bytes else { return 0 }
    bytes.withMemoryRebound(to: UInt8.self, capacity: count) {
        LibraryLog.add(UnsafeBufferPointer(start: $0, count: count))
    }
    return count
}
