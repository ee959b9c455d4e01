import DANE
import Probe
import Support

/// The holds at one moment, and their text in the file. Each has a line: the end in seconds since 1970, the zone or
/// prefix, and who ordered it.
struct HoldTable: Sendable, Equatable {
    /// The most holds. Whoever needs more needs another remedy.
    static let limit = 1_000
    /// The most bytes of the file.
    static let sizeLimit = 256 << 10
    /// The most bytes for who ordered it.
    private static let nameLimit = 64

    /// The holds, in the order in which they were made.
    private(set) var all: [Hold] = []
    private var zones: [Substring: Hold] = [:]
    private var prefixes: [Hold] = []

    /// A table of holds. If there are several for one subject, the last one counts.
    init(_ holds: [Hold] = []) {
        for hold in holds {
            if let place = all.firstIndex(where: { $0.subject == hold.subject }) { all.remove(at: place) }
            all.append(hold)
        }
        for hold in all {
            switch hold.subject {
            case .zone(let name): zones[name.text[...]] = hold
            case .prefix: prefixes.append(hold)
            }
        }
    }

    /// Parses the text of a file.
    ///
    /// - Returns: nil if a line is not one of ours, or there are too many.
    init?(text: String) {
        var holds: [Hold] = []
        for line in text.split(separator: "\n") {
            let words = line.split(separator: " ", maxSplits: 2)
            guard words.count == 3, holds.count < Self.limit, let until = Int64(words[0]), until > 0,
                let subject = Hold.Subject(words[1])
            else { return nil }
            holds.append(Hold(subject, until: until, by: String(words[2])))
        }
        self.init(holds)
    }

    /// The text of a file.
    var text: String {
        all.map { hold in
            let by = LogLine.escaped(hold.by).prefix(Self.nameLimit)
            return "\(hold.until) \(hold.subject) \(by.isEmpty ? "-" : by)\n"
        }.joined()
    }

    /// The hold of the smallest zone that contains a name, if there is one.
    func hold(on name: DomainName, at now: Int64) -> Hold? {
        guard !zones.isEmpty else { return nil }
        for zone in name.selfAndParents {
            if let hold = zones[zone], hold.until > now { return hold }
        }
        return nil
    }

    /// The hold of a prefix that contains an address, if there is one.
    func hold(on address: IPAddress, at now: Int64) -> Hold? {
        prefixes.first { hold in
            guard hold.until > now, case .prefix(let range) = hold.subject else { return false }
            return range.contains(address)
        }
    }

    /// The holds that have not ended.
    func live(at now: Int64) -> HoldTable { HoldTable(all.filter { $0.until > now }) }
}
