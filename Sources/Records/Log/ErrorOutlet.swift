import Glibc

/// Standard error, or another descriptor: one write for many lines.
///
/// The descriptor may be shared with others, so it is not made non-blocking: it is asked before it is written to, and a pipe
/// that has room takes `PIPE_BUF` bytes at once (pipe(7)). Where somebody else fills it in between, the writing thread waits.
struct ErrorOutlet: LogOutlet {
    let prefix: LinePrefix
    private let descriptor: Int32
    /// How much one write may have.
    private let chunk: Int
    /// How much of the next line has been written.
    private var written = 0

    /// - Parameter journal: What `JOURNAL_STREAM` says.
    init(_ descriptor: Int32 = STDERR_FILENO, journal: String? = JournalStream.name) {
        self.descriptor = descriptor
        prefix = JournalStream.isJournal(descriptor, named: journal) ? .priority : .time
        var facts = stat()
        let isFile = fstat(descriptor, &facts) == 0 && facts.st_mode & S_IFMT == S_IFREG
        chunk = isFile ? 1 << 18 : 4096
    }

    mutating func write(_ lines: LogBacklog, from first: Int) -> Int {
        var line = first
        while line < lines.entries.count {
            let start = lines.range(line).lowerBound + written
            // Whole lines, as long as one fits.
            var last = line
            while last + 1 < lines.entries.count, lines.entries[last + 1].end - start <= chunk { last += 1 }
            let length = min(lines.entries[last].end - start, chunk)
            guard isReady(within: 0) else { return line }
            let count = lines.bytes.withUnsafeBytes { bytes in
                Glibc.write(descriptor, bytes.baseAddress.map { $0 + start }, length)
            }
            if count < 0, errno == EAGAIN || errno == EINTR { return line }
            // Nobody will ever read it: nothing is gained by keeping it.
            let end = count < 0 ? lines.entries[last].end : start + count
            while line < lines.entries.count, lines.entries[line].end <= end { line += 1 }
            written = line < lines.entries.count ? end - lines.range(line).lowerBound : 0
        }
        return line
    }

    func wait() {
        if isReady(within: 100) { usleep(1000) }
    }

    private func isReady(within milliseconds: Int32) -> Bool {
        var request = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
        // An error is found by writing.
        return poll(&request, 1, milliseconds) != 0
    }
}
