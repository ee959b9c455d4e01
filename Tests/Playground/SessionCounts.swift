/// What became of the sessions.
struct SessionCounts: Sendable {
    /// A moment that somebody marked.
    struct Mark: Sendable {
        /// What it was called.
        let name: String
        /// Sessions that were open then.
        let open: Int
        /// Sessions that were put off since, up to the next mark.
        var putOff = 0
        /// The most that were open since.
        var openAtMost: Int
    }

    /// All that have begun, and all that have ended.
    private(set) var (begun, ended) = (0, 0)
    private var accepted = 0
    private var refused = 0
    private var putOff: [String: Int] = [:]
    private var wrong = 0
    private var notStarted = 0
    private var lost = 0
    /// The first ones of the last three kinds, as they went.
    private var samples: [String] = []
    private var marks: [Mark] = []
    /// Sessions that are open.
    private var open = 0
    private var openAtMost = 0
    /// How long it took, in seconds.
    var seconds = 0.0
    /// The run's name in the messages.
    let run: String

    /// No sessions yet, of a run of that name.
    init(run: String) { self.run = run }

    /// A session begins.
    mutating func begin() {
        begun += 1
        open += 1
        openAtMost = max(openAtMost, open)
        if let last = marks.indices.last { marks[last].openAtMost = max(marks[last].openAtMost, open) }
    }

    /// A session has ended.
    mutating func end(_ end: Session.End) {
        open -= 1
        ended += 1
        switch end {
        case .accepted: accepted += 1
        case .refused: refused += 1
        case .putOff(let kind):
            putOff[kind, default: 0] += 1
            if let last = marks.indices.last { marks[last].putOff += 1 }
        case .wrong(let reply):
            wrong += 1
            sample("wrong", reply, first: wrong == 1)
        case .notStarted(let why):
            notStarted += 1
            sample("not started", why, first: notStarted == 1)
        case .lost(let why):
            lost += 1
            sample("lost", why, first: lost == 1)
        }
    }

    /// Marks a moment; at most a thousand are kept.
    mutating func mark(_ name: String) -> Mark? {
        guard marks.count < 1_000 else { return nil }
        let mark = Mark(name: name, open: open, openAtMost: open)
        marks.append(mark)
        return mark
    }

    /// Lines of the form NAME=value.
    var lines: [String] {
        var lines = [
            "RUN=\(run)", "SESSIONS=\(ended)", "ACCEPTED=\(accepted)", "REFUSED=\(refused)",
            "PUT_OFF=\(putOff.values.reduce(0, +))", "WRONG=\(wrong)", "NOT_STARTED=\(notStarted)", "LOST=\(lost)",
            "OPEN_AT_MOST=\(openAtMost)", "MILLISECONDS=\(Int(seconds * 1000))",
        ]
        for (kind, count) in putOff.sorted(by: { $0.key < $1.key }) {
            let name = String(kind.map { $0.isLetter || $0.isNumber ? $0 : "_" })
            lines.append("PUT_OFF_\(name.uppercased())=\(count)")
        }
        for (number, mark) in marks.enumerated() {
            let name = "MARK_\(number + 1)"
            lines += ["\(name)_OPEN=\(mark.open)", "\(name)_OPEN_AT_MOST=\(mark.openAtMost)"]
            lines.append("\(name)_PUT_OFF=\(mark.putOff)")
        }
        return lines
    }

    /// What is not as it has to be.
    ///
    /// - Parameter limit: How many may be put off; nil for any number.
    func faults(putOff limit: Int?) -> [String] {
        var faults = samples
        let all = accepted + refused + putOff.values.reduce(0, +) + wrong + notStarted + lost
        if ended != begun || all != begun { faults.append("\(begun) sessions began, \(all) were counted") }
        if let limit, putOff.values.reduce(0, +) > limit {
            faults.append("more than \(limit) were put off: \(putOff.sorted { $0.key < $1.key })")
        }
        // A load that stood still all the time tells nothing.
        if accepted == 0 { faults.append("not one message was accepted") }
        return faults
    }

    /// Keeps how a session went, at least the first one of each kind.
    private mutating func sample(_ kind: String, _ words: String, first: Bool) {
        if samples.count < 10 || first { samples.append("\(kind): \(words)") }
    }
}
