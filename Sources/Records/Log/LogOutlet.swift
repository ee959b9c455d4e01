/// Where log lines finally go. Only the thread of `LogWriter` uses it.
protocol LogOutlet: Sendable {
    /// What precedes the lines.
    var prefix: LinePrefix { get }

    /// Writes lines until all are written, or no more are accepted at the moment.
    ///
    /// - Parameter first: The first line to write. After a call that did not write all lines, this is the value it
    ///   returned.
    /// - Returns: The first line that is not written yet; `lines.entries.count` if all are.
    mutating func write(_ lines: LogBacklog, from first: Int) -> Int

    /// Waits until another try may succeed, for at most a tenth of a second.
    func wait()
}

extension LogOutlet {
    var prefix: LinePrefix { .none }
}
