internal import CUnbound
import Glibc
import Synchronization

/// What libunbound writes to standard error, handed on line by line, and never waited for.
///
/// libunbound's worker writes a line for each name server that it cannot ask, and many for a delegation that means harm;
/// where standard error is a pipe that nobody reads, the worker would stand still, and all lookups with it. The lines go
/// to a stream of ours instead (fopencookie(3)).
///
/// It takes the place of `stderr` itself and not that of `ub_ctx_debugout`: each context that is made sets libunbound's
/// stream to `stderr` again, and versions differ in whether it closes the one before, which others may be writing to. What
/// is `stderr` is never closed. Other libraries' lines come here, too; Swift's own go to the descriptor.
public enum LibraryLog {
    /// The longest line, and the most lines in ten seconds; further ones are counted.
    private static let longest = 1000
    private static let most = 20
    private static let interval = Duration.seconds(10)

    private struct State {
        var take: (@Sendable (_ line: String, _ held: Int) -> Void)?
        var line: [UInt8] = []
        /// Lines of before there was anybody to take them.
        var early: [String] = []
        var left = most
        var renewal = ContinuousClock.now
        var held = 0
    }

    private static let state = Mutex(State())

    /// Puts the stream into the place of `stderr`. Call it before there is a context, and from one thread.
    ///
    /// - Returns: Whether that could be done; if not, all is as before.
    @discardableResult
    public static func divert() -> Bool {
        let functions = cunbound_stream_functions(read: nil, write: takeLibraryBytes, seek: nil, close: nil)
        // RTLD_DEFAULT: the variable that all share.
        guard let variable = dlsym(nil, "stderr"), let stream = cunbound_stream(nil, "w", functions) else {
            return false
        }
        setvbuf(stream, nil, Int32(_IOLBF), 0)
        variable.assumingMemoryBound(to: UnsafeMutablePointer<FILE>?.self).pointee = stream
        return true
    }

    /// Hands on the lines, those that have come already first.
    ///
    /// - Parameter take: Takes a line, printable, without time and process, and how many were held back before it; on any
    ///   thread, and must not wait.
    public static func follow(_ take: @escaping @Sendable (_ line: String, _ held: Int) -> Void) {
        let early = state.withLock { state in
            defer { state.early = [] }
            state.take = take
            return state.early
        }
        for line in early { take(line, 0) }
    }

    /// Takes what was written.
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
        let now = ContinuousClock.now
        if now >= state.renewal { (state.left, state.renewal) = (most, now + interval) }
        guard state.left > 0 else {
            state.held += 1
            return nil
        }
        state.left -= 1
        defer { state.held = 0 }
        return (bare(WireText.printable(state.line)), state.held)
    }

    /// A line `[1700000000] libunbound[12:0] error: text` without what the log says anyway.
    static func bare(_ line: String) -> String {
        guard let rest = behindBracket(line[...]), line.hasPrefix("[") else { return line }
        return String(rest.hasPrefix("libunbound[") ? behindBracket(rest) ?? rest : rest)
    }

    private static func behindBracket(_ text: Substring) -> Substring? {
        guard let end = text.firstIndex(of: "]"), text[end...].hasPrefix("] ") else { return nil }
        return text[end...].dropFirst(2)
    }
}

/// `cookie_write_function_t`: takes all, and says so.
private func takeLibraryBytes(
    _ cookie: UnsafeMutableRawPointer?, _ bytes: UnsafePointer<CChar>?, _ count: Int
) -> Int {
    guard let bytes else { return 0 }
    bytes.withMemoryRebound(to: UInt8.self, capacity: count) {
        LibraryLog.add(UnsafeBufferPointer(start: $0, count: count))
    }
    return count
}
