/// Reads metrics as strictly as their specifications are written. promtool and Prometheus let several faults pass: a
/// series that is there twice, a histogram without its last bucket, samples of a family apart from each other.
public struct ExpositionReader: Sendable {
    /// A sample.
    public struct Sample: Sendable {
        /// Its name, with the ending.
        public let name: String
        /// Its labels.
        public let labels: [String: String]
        /// Its value.
        public let value: Double
        /// The labels of its exemplar; nil if it has none.
        public let exemplar: [String: String]?
    }

    private struct Family {
        var type = ""
        var hasHelp = false
        var samples: [Sample] = []
    }

    /// All samples, in their order.
    public private(set) var samples: [Sample] = []
    /// The types, by family.
    public private(set) var types: [String: String] = [:]
    /// What is wrong, a sentence each.
    public private(set) var faults: [String] = []
    private let isOpenMetrics: Bool

    /// Reads an exposition.
    public init(_ text: String, isOpenMetrics: Bool) {
        self.isOpenMetrics = isOpenMetrics
        if !text.hasSuffix("\n") { faults.append("the last line has no end") }
        var lines = text.split(separator: "\n", omittingEmptySubsequences: false).dropLast()
        if isOpenMetrics, lines.popLast() != "# EOF" { faults.append("it does not end with # EOF") }
        var families: [String: Family] = [:]
        var closed: Set<String> = []
        var current = ""
        for line in lines {
            if line.hasPrefix("# HELP ") || line.hasPrefix("# TYPE ") {
                let words = line.split(separator: " ", maxSplits: 3)
                guard words.count == 4 else {
                    faults.append("no text: \(line)")
                    continue
                }
                let name = String(words[2])
                if name != current {
                    closed.insert(current)
                    current = name
                    if closed.contains(name) || families[name] != nil { faults.append("\(name) is there twice") }
                }
                if words[1] == "HELP" { families[name, default: Family()].hasHelp = true }
                if words[1] == "TYPE" { families[name, default: Family()].type = String(words[3]) }
                continue
            }
            guard let sample = Self.sample(line) else {
                faults.append("no sample: \(line)")
                continue
            }
            samples.append(sample)
            families[current, default: Family()].samples.append(sample)
        }
        for (name, family) in families.sorted(by: { $0.key < $1.key }) { check(name, family) }
        types = families.mapValues(\.type)
        var known: Set<String> = []
        for sample in samples where !known.insert(Self.series(sample.name, sample.labels)).inserted {
            faults.append("\(sample.name) \(sample.labels) is there twice")
        }
    }

    /// The value of a series; nil if there is none with exactly these labels.
    public subscript(name: String, labels: [String: String]) -> Double? {
        samples.first { $0.name == name && $0.labels == labels }?.value
    }

    /// The sum of the series of a name that have these labels, whatever others they have.
    public func sum(_ name: String, _ labels: [String: String] = [:]) -> Double {
        samples.filter { sample in sample.name == name && labels.allSatisfy { sample.labels[$0.key] == $0.value } }
            .reduce(0) { $0 + $1.value }
    }

    private static func series(_ name: String, _ labels: [String: String]) -> String {
        "\(name){\(labels.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }.joined(separator: "\u{1F}"))}"
    }

    private mutating func check(_ name: String, _ family: Family) {
        if !family.hasHelp { faults.append("\(name) has no help") }
        if family.samples.isEmpty { faults.append("\(name) has no samples") }
        let isCounter = family.type == "counter"
        if isCounter, isOpenMetrics == name.hasSuffix("_total") { faults.append("\(name) is misnamed") }
        let endings =
            switch family.type {
            case "counter": [isOpenMetrics ? "_total" : ""]
            case "gauge": [""]
            case "histogram": ["_bucket", "_sum", "_count"]
            case "summary": ["_sum", "_count"]
            default: [String]()
            }
        if endings.isEmpty { faults.append("\(name) has no type") }
        for sample in family.samples {
            if !endings.contains(where: { sample.name == name + $0 }) {
                faults.append("\(sample.name) is no sample of \(name)")
            }
            if isCounter, !(sample.value >= 0) { faults.append("\(sample.name) is negative") }
            guard let exemplar = sample.exemplar else { continue }
            let length = exemplar.reduce(0) { $0 + $1.key.unicodeScalars.count + $1.value.unicodeScalars.count }
            if !isOpenMetrics || length > 128 || !sample.name.hasSuffix("_bucket") {
                faults.append("\(sample.name) has an exemplar")
            }
        }
        if family.type == "histogram" { checkBuckets(name, family) }
    }

    private mutating func checkBuckets(_ name: String, _ family: Family) {
        func rest(_ sample: Sample) -> [String: String] { sample.labels.filter { $0.key != "le" } }
        for labels in Set(family.samples.map(rest)) {
            let own = family.samples.filter { rest($0) == labels }
            let buckets = own.filter { $0.name == name + "_bucket" }
            let bounds = buckets.map { $0.labels["le"].map { $0 == "+Inf" ? .infinity : Double($0) ?? .nan } ?? .nan }
            if bounds != bounds.sorted() || Set(bounds).count != bounds.count || bounds.contains(where: \.isNaN) {
                faults.append("\(name) \(labels): the bounds are not sorted")
            }
            if bounds.last != .infinity { faults.append("\(name) \(labels): there is no +Inf") }
            if buckets.map(\.value) != buckets.map(\.value).sorted() {
                faults.append("\(name) \(labels): the buckets are not cumulative")
            }
            let count = own.first { $0.name == name + "_count" }?.value
            if count == nil || count != buckets.last?.value { faults.append("\(name) \(labels): the count is another") }
            if own.count(where: { $0.name == name + "_sum" }) != 1 { faults.append("\(name) \(labels): no sum") }
        }
    }

    /// A line: name, labels, value, and an exemplar.
    private static func sample(_ line: Substring) -> Sample? {
        var rest = line
        guard let name = take(&rest, while: { $0.isLetter || $0.isNumber || $0 == "_" || $0 == ":" }) else {
            return nil
        }
        guard let labels = labels(&rest), rest.popFirst() == " " else { return nil }
        guard let text = take(&rest, while: { $0 != " " }), let value = number(text) else { return nil }
        var exemplar: [String: String]?
        if rest.hasPrefix(" # ") {
            rest.removeFirst(3)
            guard rest.first == "{", let found = Self.labels(&rest) else { return nil }
            let numbers = rest.split(separator: " ")
            guard numbers.count == 2, numbers.allSatisfy({ Double($0) != nil }) else { return nil }
            exemplar = found
            rest = ""
        }
        return rest.isEmpty ? Sample(name: name, labels: labels, value: value, exemplar: exemplar) : nil
    }

    private static func number(_ text: String) -> Double? {
        switch text {
        case "+Inf": .infinity
        case "-Inf": -.infinity
        case "NaN": .nan
        default: text.first.map { $0.isNumber || $0 == "-" } == true ? Double(text) : nil
        }
    }

    private static func labels(_ rest: inout Substring) -> [String: String]? {
        guard rest.first == "{" else { return [:] }
        rest.removeFirst()
        var labels: [String: String] = [:]
        while rest.first != "}" {
            guard let name = take(&rest, while: { $0.isLetter || $0.isNumber || $0 == "_" }), rest.hasPrefix("=\"")
            else { return nil }
            rest.removeFirst(2)
            var value = ""
            while let next = rest.popFirst(), next != "\"" {
                guard next == "\\" else {
                    value.append(next)
                    continue
                }
                switch rest.popFirst() {
                case "n": value.append("\n")
                case "\\": value.append("\\")
                case "\"": value.append("\"")
                default: return nil
                }
            }
            guard labels.updateValue(value, forKey: name) == nil else { return nil }
            if rest.first == "," { rest.removeFirst() } else if rest.first != "}" { return nil }
        }
        rest.removeFirst()
        return labels
    }

    private static func take(_ rest: inout Substring, while holds: (Character) -> Bool) -> String? {
        let found = rest.prefix(while: holds)
        rest = rest[found.endIndex...]
        return found.isEmpty ? nil : String(found)
    }
}
