import Certificates
import Support
import Synchronization

/// The tokens that let people in, from a file with one per line. The file is read again when it changes.
final class TokenBook: Sendable {
    /// The least length of a token. A random one of twenty letters and digits cannot be guessed.
    static let least = 20
    /// The most bytes of the file, and the most tokens.
    private static let (limit, most) = (16 << 10, 64)

    private struct State {
        var stamp: FileStamp?
        var digests: [[UInt8]] = []
        var fault: String?
    }

    /// The file; nil if there is none to read again.
    private let path: String?
    private let state = Mutex(State())

    /// The tokens of a file.
    ///
    /// - Throws: Why it cannot be used, as a sentence.
    init(_ path: String) throws(WebError) {
        self.path = path
        refresh()
        if let fault = state.withLock({ $0.fault }) { throw WebError(sentence: fault, isSetting: true) }
    }

    /// One token that stands in no file.
    init(only token: String) {
        path = nil
        state.withLock { $0.digests = [Digest.sha256(Array(token.utf8))] }
    }

    /// Why no token is in force, as a sentence; nil if the file can be used.
    var fault: String? { state.withLock { $0.fault } }

    /// Whether a text is one of the tokens. It takes the same time for all texts of a length, right or wrong.
    func holds(_ text: String) -> Bool {
        refresh()
        let digest = Digest.sha256(Array(text.utf8))
        guard digest.count == 32 else { return false }
        let digests = state.withLock { $0.digests }
        var isFound = false
        // No early end, neither in a digest nor in the list.
        for other in digests { isFound = Self.isEqual(digest, other) || isFound }
        return isFound
    }

    private static func isEqual(_ one: [UInt8], _ other: [UInt8]) -> Bool {
        var difference = UInt8(truncatingIfNeeded: one.count ^ other.count)
        for (left, right) in zip(one, other) { difference |= left ^ right }
        return difference == 0
    }

    /// Reads the file if it has changed. A file that cannot be used any more leaves no token in force.
    private func refresh() {
        guard let path else { return }
        let stamp = FileStamp(path)
        state.withLock { state in
            guard stamp == nil || stamp != state.stamp else { return }
            state.stamp = stamp
            do throws(WebError) {
                (state.digests, state.fault) = (try Self.read(path), nil)
            } catch {
                (state.digests, state.fault) = ([], error.sentence)
            }
        }
    }

    private static func read(_ path: String) throws(WebError) -> [[UInt8]] {
        func fault(_ clause: String) -> WebError {
            WebError(sentence: "DANEGATE_WEB_TOKEN_FILE=\(path): \(clause).", isSetting: true)
        }
        let text: String
        switch ReadableFile.contents(path, limit: limit) {
        case .success(let found): text = found
        case .failure(let error): throw fault(error.clause)
        }
        let tokens = text.linesOfFile.map { $0.trimmingBlanks() }.filter { !$0.isEmpty && !$0.hasPrefix("#") }
        guard !tokens.isEmpty else { throw fault("there is no token in it") }
        guard tokens.count <= most else { throw fault("there are more than \(most) tokens in it") }
        guard tokens.allSatisfy({ $0.utf8.count >= least }) else {
            throw fault("a token must have at least \(least) characters")
        }
        guard tokens.allSatisfy({ $0.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F } }) else {
            throw fault("a token must be of printable ASCII without blanks")
        }
        return tokens.map { Digest.sha256(Array($0.utf8)) }
    }
}
