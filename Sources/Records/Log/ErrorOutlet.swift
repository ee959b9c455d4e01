import Glibc

/// Standard error, or another descriptor. One write contains many lines.
///
/// The descriptor may be shared with other processes, so it is not made non-blocking. Instead, poll tells before each
/// write whether there is room, and a pipe that has room accepts `PIPE_BUF` bytes at once (pipe(7)). If another process
/// fills it in between, the writing thread waits.
struct ErrorOutlet: LogOutlet {
    let prefix: LinePrefix
    private let descriptor: Int32
    /// The most bytes per write.
    private let chunk: Int
    /// How many bytes of the next line have been written.
    private var written = 0

    /// An outlet for a descriptor.
    ///
    /// - Parameters:
    ///   - descriptor: The descriptor.
    ///   - journal: The value of `JOURNAL_STREAM`.
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
            // Nobody will ever read it, so there is no use in keeping it.
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
        // If there is an error, the write reports it.
        return poll(&request, 1, milliseconds) != 0
    }
}
