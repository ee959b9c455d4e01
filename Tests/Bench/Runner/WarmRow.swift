/// A warm load of one shape, on the floor and on danegate.
struct WarmRow {
    let name: String
    let connections: Int
    let messages: Int
    let recipients: Int
    let floor: (perSecond: Double, tail: Double)
    let ours: (perSecond: Double, tail: Double)
    /// Medians of the ratios of rounds that followed each other.
    let rateRatio: Double
    let tailRatio: Double

    static let heading = [
        "| warm | connections | messages a connection | recipients a message | floor RCPT/s | danegate RCPT/s | ratio"
            + " | floor p99 µs | danegate p99 µs | ratio |",
        "|---|---|---|---|---|---|---|---|---|---|",
    ]

    var markdown: String {
        let cells = [
            name, "\(connections)", "\(messages)", "\(recipients)", floor.perSecond.digits(0), ours.perSecond.digits(0),
            rateRatio.digits(2), floor.tail.digits(0), ours.tail.digits(0), tailRatio.digits(2),
        ]
        return "| \(cells.joined(separator: " | ")) |"
    }

    var values: [String: Any] {
        [
            "phase": "warm", "row": name, "connections": connections, "messages": messages, "recipients": recipients,
            "floor": floor.perSecond, "danegate": ours.perSecond, "ratio": rateRatio, "floorP99": floor.tail,
            "danegateP99": ours.tail, "p99Ratio": tailRatio,
        ]
    }
}
