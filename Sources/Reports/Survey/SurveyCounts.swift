import Support

/// What the lines of a survey's input came to, beside the destinations.
struct SurveyCounts: Sendable, Hashable {
    /// What was left out for one reason.
    struct LeftOut: Sendable, Hashable {
        /// Recipients, attempts not counted.
        var recipients = 0
        /// Lines, or parts of them.
        var deliveries = 0
        /// What is named with the reason, such as the transports, and how often.
        var names: [String: Int] = [:]

        /// More names are not told apart, nor more of one: those of a hostile log must not take all memory.
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
    /// Lines of a log that tell of a delivery.
    var deliveries = 0
    /// Lines of a log that tell of none.
    var others = 0
    /// Lines that could not be read.
    var junk = 0
    /// What the gate would have passed without a look.
    private(set) var leftOut: [SurveyScope.Reason: LeftOut] = [:]

    /// Counts a recipient, or several, that are left out.
    mutating func leaveOut(_ reason: SurveyScope.Reason, recipients: Int, name: String) {
        leftOut[reason, default: LeftOut()].add(recipients, name)
    }
}
