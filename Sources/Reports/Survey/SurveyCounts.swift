import Support

/// Counts the lines of a survey's input, apart from the destinations.
struct SurveyCounts: Sendable, Hashable {
    /// The deliveries that were left out for one reason.
    struct LeftOut: Sendable, Hashable {
        /// The number of recipients, without attempts.
        var recipients = 0
        /// The number of lines, or of parts of them.
        var deliveries = 0
        /// The names that explain the reason, such as those of transports, and how often each occurred.
        var names: [String: Int] = [:]

        /// The most names that are told apart, so that a hostile log cannot take all memory.
        private static let limit = 1000

        fileprivate mutating func add(_ recipients: Int, _ name: String) {
            self.recipients += recipients
            deliveries += 1
            let name = LogLine.beginning(of: name.utf8)
            guard !name.isEmpty, names[name] != nil || names.count < Self.limit else { return }
            names[name, default: 0] += max(1, recipients)
        }
    }

    /// All lines.
    var lines = 0
    /// Blank lines and comments.
    var blank = 0
    /// Lines of a list.
    var listed = 0
    /// Lines of a log that have a delivery.
    var deliveries = 0
    /// Lines of a log that have none.
    var others = 0
    /// Lines that could not be read.
    var junk = 0
    /// The deliveries that the daemon would have passed without an inspection.
    private(set) var leftOut: [SurveyScope.Reason: LeftOut] = [:]

    /// Counts one or more recipients that are left out.
    mutating func leaveOut(_ reason: SurveyScope.Reason, recipients: Int, name: String) {
        leftOut[reason, default: LeftOut()].add(recipients, name)
    }
}
