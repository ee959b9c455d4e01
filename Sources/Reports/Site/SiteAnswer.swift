import Support

/// What a host has answered to a command.
public struct SiteAnswer: Sendable {
    /// How the command ended.
    package enum End: Sendable, Hashable {
        /// With an exit status: danegate's, the shell's or ssh's.
        case exited(Int32)
        /// By a signal.
        case killed(Int32)
        /// It was ended, because it took longer than this.
        case late(Duration)
        /// It was ended, because it printed more bytes than this.
        case endless(Int)
        /// It could not be started, in the system's words.
        case unstarted(String)
    }

    /// The most lines of standard error that are passed on, and the most bytes of one.
    private static let limits = (lines: 5, bytes: 300)

    /// The host's name.
    public let mta: String
    package let end: End
    /// What it printed. Nothing of it is to be trusted.
    let output: [UInt8]
    /// The beginning of what it wrote to standard error.
    let errors: [UInt8]

    package init(mta: String, end: End, output: [UInt8] = [], errors: [UInt8] = []) {
        self.mta = mta
        self.end = end
        self.output = output
        self.errors = errors
    }

    /// The exit status; nil if the command did not end by itself.
    public var status: Int32? { if case .exited(let status) = end { status } else { nil } }

    /// The lines that it printed, as they are, without blank ones.
    var lines: [String] {
        output.split(separator: UInt8(ascii: "\n")).map { String(decoding: $0, as: UTF8.self) }
    }

    /// The lines that it printed, for people: without effect on a terminal, so many at most, and bounded.
    public var shownLines: [String] { Self.shown(output, limit: 1000) }

    /// The first lines that it wrote to standard error, for people.
    public var notes: [String] {
        errorLines.map { String($0.trimmingPrefix(Self.mark)) }
    }

    /// What stands before each line of danegate's own.
    private static let mark = "danegate: "

    /// The first lines of standard error, without the journal's mark of a warning.
    private var errorLines: [Substring] {
        Self.shown(errors, limit: Self.limits.lines).map { $0.trimmingPrefix(/<[0-7]>/) }
    }

    /// Whether it printed nothing, and danegate has not said why.
    public var isSilent: Bool { lines.isEmpty && !isOurs }
    /// Whether it printed nothing.
    public var isEmpty: Bool { lines.isEmpty }

    /// Whether danegate has written to standard error, and not only the shell, sudo or ssh.
    private var isOurs: Bool { errorLines.contains { $0.hasPrefix(Self.mark) } }

    /// Returns the line of JSON about a host that has not answered.
    public static func lostLine(_ mta: String, _ why: String) -> String { ForeignObject.failed(mta, why) }

    private static func shown(_ bytes: [UInt8], limit: Int) -> [String] {
        let lines = bytes.split { $0 == UInt8(ascii: "\n") || $0 == UInt8(ascii: "\r") }.lazy.map { bytes in
            TerminalText.line(BoundedText.of(String(decoding: bytes.prefix(4096), as: UTF8.self), limits.bytes))
        }
        return Array(lines.filter { !$0.allSatisfy { $0 == " " } }.prefix(limit))
    }

    /// Returns why this is no answer, as a clause; nil if it is one.
    ///
    /// - Parameter statuses: The exit statuses with which the command answers.
    public func failure(unless statuses: Set<Int32>) -> String? {
        let said = notes.first.map { ": \($0)" } ?? ""
        switch end {
        case .exited(let status) where statuses.contains(status):
            // sudo exits with 1, too.
            return status == 0 || !output.isEmpty || isOurs
                ? nil : "the command failed there (exit status \(status))\(said)"
        case .exited(255): return "it cannot be reached\(said)"
        case .exited(let status): return "the command failed there (exit status \(status))\(said)"
        case .killed(let signal): return "the command was ended by signal \(signal)\(said)"
        case .late(let limit): return "no answer within \(DurationText.write(limit))"
        case .endless(let limit): return "it prints without an end (more than \(limit / 1024) KiB)"
        case .unstarted(let why): return "nothing could be started: \(why)"
        }
    }
}
