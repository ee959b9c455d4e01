/// Where log lines go in the end. Used by one thread, that of `LogWriter`.
protocol LogOutlet: Sendable {
    /// What the lines that come here begin with.
    var prefix: LinePrefix { get }

    /// Writes lines until there are no more, or no more are taken for the moment.
    ///
    /// - Parameter first: The line to begin with. After a call that did not write all, this is what it returned.
    /// - Returns: The first line that is still to be written; `lines.entries.count` if all have been.
    mutating func write(_ lines: LogBacklog, from first: Int) -> Int

    /// Waits until it may be worth another try, a tenth of a second at most.
    func wait()
}

extension LogOutlet {
    var prefix: LinePrefix { .none }
}
