import Support

/// A plot of bars that stand on each other, as a picture and as a table. All numbers are computed here.
struct Plot {
    /// What is counted: its name, and its place among the colours.
    struct Series {
        let name: String
        let colour: String
        let total: String
    }
    struct Bar {
        let x: Int
        let y: Int
        let width: Int
        let height: Int
        let colour: String
    }
    struct Label {
        let x: Int
        let y: Int
        let text: String
        let anchor: String
    }
    struct Row {
        let time: String
        let counts: [Cell]
    }
    struct Cell {
        let name: String
        let count: String
    }

    private static let (width, height, left, top, bottom) = (640, 200, 56, 10, 24)

    let id: String
    let title: String
    let about: String
    let series: [Series]
    let bars: [Bar]
    let labels: [Label]
    let lines: [Label]
    let rows: [Row]
    let isEmpty: Bool

    /// A plot.
    ///
    /// - Parameters:
    ///   - parts: The name of each part of the time, and its counts by the names of the series.
    ///   - names: The names of the series with their colours, the lowest first.
    init(_ id: String, _ title: String, parts: [(time: String, counts: [String: Int64])], names: [(String, String)]) {
        self.id = id
        self.title = title
        func sum(_ counts: [String: Int64]) -> Int64 { names.reduce(0) { $0 + (counts[$1.0] ?? 0) } }
        let most = max(parts.map { sum($0.counts) }.max() ?? 0, 1)
        let step = Self.step(most)
        let scale = Double(Self.height - Self.top - Self.bottom) / Double(step * ((most + step - 1) / step))
        let base = Self.height - Self.bottom
        let room = Double(Self.width - Self.left) / Double(max(parts.count, 1))
        var bars: [Bar] = []
        var labels: [Label] = []
        for (index, part) in parts.enumerated() {
            let x = Self.left + Int(Double(index) * room)
            var under: Int64 = 0
            for (name, colour) in names {
                guard let count = part.counts[name], count > 0 else { continue }
                let low = base - Int(Double(under) * scale)
                under += count
                let high = min(base - Int(Double(under) * scale), low - 1)
                bars.append(Bar(x: x + 1, y: high, width: max(1, Int(room) - 2), height: low - high, colour: colour))
            }
            if index % max(1, parts.count / 4) == 0 {
                labels.append(Label(x: x, y: Self.height - 6, text: part.time, anchor: "start"))
            }
        }
        self.bars = bars
        self.labels = labels
        lines = stride(from: 0, through: (most + step - 1) / step * step, by: Int(step)).map { value in
            Label(x: Self.left - 6, y: base - Int(Double(value) * scale), text: "\(value)", anchor: "end")
        }
        let totals = names.map { name in parts.reduce(0) { $0 + ($1.counts[name.0] ?? 0) } }
        series = zip(names, totals).map { Series(name: $0.0, colour: $0.1, total: "\($1)") }
        about = zip(names, totals).map { "\($0.0) \($1)" }.joined(separator: ", ")
        rows = parts.map { part in
            Row(time: part.time, counts: names.map { Cell(name: $0.0, count: "\(part.counts[$0.0] ?? 0)") })
        }
        isEmpty = totals.allSatisfy { $0 == 0 }
    }

    /// The distance of the lines: 1, 2 or 5 times a power of ten, for at most five of them.
    private static func step(_ most: Int64) -> Int64 {
        var step: Int64 = 1
        while true {
            for factor: Int64 in [1, 2, 5] where most <= step * factor * 4 { return step * factor }
            step *= 10
        }
    }
}
