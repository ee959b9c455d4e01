import Foundation

/// A model of a large site, and no measurement: the mail of a day to many destinations by Zipf's law, over many hosts
/// behind a balancer that spreads retries. Each host keeps verdicts as danegate does by default.
struct FleetModel {
    /// The site.
    struct Site {
        var hosts = 50
        var destinations = 10_000_000
        /// Messages of a day, each to one recipient.
        var messages = 20_000_000
        /// One in so many destinations is broken all day.
        var brokenShare: UInt64 = 500
        /// How long a good verdict and a failure are kept, and how long a fault must last before a 5xx; in seconds.
        var good: UInt32 = 3600
        var failure: UInt32 = 120
        var deferFor: UInt32 = 900
    }

    /// What comes of it.
    struct Outcome {
        var asked = 0
        var inspections = 0
        /// Destinations that were asked about, and those of them that are broken.
        var seen = 0
        /// Of good destinations: inspections, and times during which the destination was known to somebody.
        var goodInspections = 0
        var lookups = 0
        var used = 0
        /// The most entries of the store at one time.
        var entries = 0
        /// For messages to broken destinations: how long the sender was put off before the 5xx, in seconds, and how
        /// often a sender met no 5xx within the day.
        var waits: [UInt32] = []
        var open = 0
        /// The most that two hosts differ about when a fault was first seen, of each broken destination that two saw.
        var spreads: [UInt32] = []
    }

    private let site: Site
    private var random = Draws()

    init(_ site: Site) { self.site = site }

    /// The waits of a sender between two tries, in seconds (Postfix: doubling to 4000 s).
    private static let pauses: [UInt32] = [300, 600, 1200, 2400, 4000]

    /// A day.
    mutating func run(isShared: Bool) -> Outcome {
        random = Draws()
        var outcome = Outcome()
        var here = Table(UInt64(site.messages) * 2)
        var store = Table(UInt64(site.destinations))
        var first = Table(1 << 20)
        var spread: [UInt64: (first: UInt32, last: UInt32, hosts: Int)] = [:]
        var retries = Heap()
        let day: UInt32 = 86_400
        // Ends of entries of the store, by second.
        var ends = [Int32](repeating: 0, count: Int(day) + Int(site.good) + 2)
        var begins = [Int32](repeating: 0, count: Int(day) + Int(site.good) + 2)
        let scale = log(Double(site.destinations) + 1)
        var made = 0
        while true {
            let next = made < site.messages ? UInt32(Double(made) / Double(site.messages) * Double(day)) : .max
            let event: Retry
            if let retry = retries.least, retry.time <= next, retry.time < day {
                event = retries.take()
            } else if made < site.messages {
                made += 1
                // Zipf's law with exponent 1, but for the very first ones.
                let destination = UInt64(exp(random.unit() * scale))
                event = Retry(time: next, destination: destination, began: next, tries: 0)
            } else {
                break
            }
            outcome.asked += 1
            let host = random.next() % UInt64(site.hosts)
            let (time, name) = (event.time, event.destination)
            let key = name * UInt64(site.hosts) + host
            let isBroken = Self.mixed(name) % site.brokenShare == 0
            if here[key] <= time {
                var end: UInt32?
                if isShared {
                    outcome.lookups += 1
                    let known = store[name]
                    if known > time, !isBroken {
                        outcome.used += 1
                        end = known
                        if random.next() % 100 == 0 { outcome.inspections += 1 }
                    }
                }
                if end == nil {
                    outcome.inspections += 1
                    if !isBroken { outcome.goodInspections += 1 }
                    let until = time + (isBroken ? site.failure : site.good)
                    end = until
                    if isShared {
                        let old = store[name]
                        if old <= time { begins[Int(time)] += 1 } else { ends[Int(old)] -= 1 }
                        ends[Int(until)] += 1
                    }
                    if store[name] == 0 { outcome.seen += 1 }
                    store[name] = until
                }
                here[key] = end ?? time
            }
            guard isBroken else { continue }
            // As old as it is here, or anywhere.
            let place = isShared ? name : (1 << 63) | key
            // From 1 on: 0 is for what is not there.
            if first[place] == 0 { first[place] = time + 1 }
            if first[(1 << 62) | key] == 0 {
                first[(1 << 62) | key] = 1
                let sight = first[place]
                let old = spread[name] ?? (sight, sight, 0)
                spread[name] = (min(old.first, sight), max(old.last, sight), old.hosts + 1)
            }
            if time + 1 - first[place] >= site.deferFor {
                outcome.waits.append(time - event.began)
            } else {
                let pause = Self.pauses[min(event.tries, Self.pauses.count - 1)]
                retries.add(
                    Retry(time: time + pause, destination: name, began: event.began, tries: event.tries + 1))
            }
        }
        outcome.open = retries.count
        outcome.spreads = spread.values.filter { $0.hosts > 1 }.map { $0.last - $0.first }.sorted()
        outcome.waits.sort()
        var (now, most) = (0, 0)
        for second in begins.indices {
            now += Int(begins[second]) - Int(ends[second])
            most = max(most, now)
        }
        outcome.entries = most
        return outcome
    }

    private static func mixed(_ number: UInt64) -> UInt64 {
        var value = number &* 0x9E37_79B9_7F4A_7C15
        value ^= value >> 32
        return value &* 0xD6E8_FEB8_6659_FD93 >> 20
    }

    /// A message that comes, or comes again.
    private struct Retry {
        let time: UInt32
        let destination: UInt64
        let began: UInt32
        let tries: Int
    }

    /// Those that come again, the next one first.
    private struct Heap {
        private var list: [Retry] = []

        var least: Retry? { list.first }
        var count: Int { list.count }

        mutating func add(_ retry: Retry) {
            list.append(retry)
            var index = list.count - 1
            while index > 0, list[index].time < list[(index - 1) / 2].time {
                list.swapAt(index, (index - 1) / 2)
                index = (index - 1) / 2
            }
        }

        mutating func take() -> Retry {
            let retry = list[0]
            list.swapAt(0, list.count - 1)
            list.removeLast()
            var index = 0
            while true {
                var least = index
                for child in [2 * index + 1, 2 * index + 2] where child < list.count {
                    if list[child].time < list[least].time { least = child }
                }
                guard least != index else { return retry }
                list.swapAt(index, least)
                index = least
            }
        }
    }

    /// Numbers by numbers, in as little memory as can be; 0 of those that are not there.
    private struct Table {
        private var keys: [UInt64]
        private var values: [UInt32]
        private var used = 0

        init(_ count: UInt64) {
            let size = 1 << (64 - min(count, 1 << 22).leadingZeroBitCount)
            keys = [UInt64](repeating: .max, count: size)
            values = [UInt32](repeating: 0, count: size)
        }

        private func place(_ key: UInt64) -> Int {
            var index = Int(FleetModel.mixed(key ^ (key >> 29)) & UInt64(keys.count - 1))
            while keys[index] != key, keys[index] != .max { index = (index + 1) & (keys.count - 1) }
            return index
        }

        subscript(key: UInt64) -> UInt32 {
            get { values[place(key)] }
            set {
                let index = place(key)
                if keys[index] == .max {
                    keys[index] = key
                    used += 1
                }
                values[index] = newValue
                if used * 10 > keys.count * 7 { grow() }
            }
        }

        private mutating func grow() {
            let (oldKeys, oldValues) = (keys, values)
            keys = [UInt64](repeating: .max, count: oldKeys.count * 2)
            values = [UInt32](repeating: 0, count: oldKeys.count * 2)
            for (key, value) in zip(oldKeys, oldValues) where key != .max {
                let index = place(key)
                (keys[index], values[index]) = (key, value)
            }
        }
    }

    /// The same draws each time.
    private struct Draws: RandomNumberGenerator {
        private var state: UInt64 = 1

        mutating func next() -> UInt64 {
            state = state &+ 0x9E37_79B9_7F4A_7C15
            var value = state
            value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
            value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
            return value ^ (value >> 31)
        }

        /// From 0 up to 1.
        mutating func unit() -> Double { Double(next() >> 11) * 0x1p-53 }
    }
}

extension Bench.Scene {
    /// A day of a site of fifty hosts, by the memory and the operations that were measured.
    func fleetModel(memory: Double, commands: (inspected: Double, used: Double)) {
        var site = FleetModel.Site()
        if options.quick { (site.destinations, site.messages) = (100_000, 200_000) }
        var model = FleetModel(site)
        let shared = model.run(isShared: true)
        let alone = model.run(isShared: false)
        let what = "model: \(site.hosts) hosts, \(site.destinations) destinations, \(site.messages) messages a day"
        func add(_ text: String, _ figure: (FleetModel.Outcome) -> String) {
            book.add(.fleet, text, ours: figure(shared), beside: figure(alone))
        }
        book.note(
            "fleet, \(what), one in \(site.brokenShare) destinations is broken; a good verdict is kept \(site.good) s, "
                + "a failure \(site.failure) s; \(shared.asked) questions with retries shared, \(alone.asked) without")
        add("\(what): inspections a destination that was asked about, shared; beside: without") {
            (Double($0.inspections) / Double(max($0.seen, 1))).digits(2)
        }
        add("model: inspections/s of the whole site; beside: without") {
            (Double($0.inspections) / 86_400).digits(1)
        }
        add("model: a sender to a broken destination is put off, median (95 of 100), minutes; beside: without") {
            "\($0.waits.minutes(0.5)) (\($0.waits.minutes(0.95)))"
        }
        add("model: senders that met no 5xx at the end of the day; beside: without") { "\($0.open)" }
        add("model: hosts differ about the first sighting, median (most), minutes; beside: without") {
            "\($0.spreads.minutes(0.5)) (\($0.spreads.minutes(1)))"
        }
        let operations = Double(shared.lookups - shared.used) * commands.inspected + Double(shared.used) * commands.used
        book.add(
            .fleet, "model: entries of the store at most; memory, MB; operations/s on average",
            ours: "\(shared.entries); \((Double(shared.entries) * memory / 1e6).digits(0)); "
                + (operations / 86_400).digits(0))
    }
}

extension [UInt32] {
    /// The value below which this share of them is, in minutes. They are sorted.
    fileprivate func minutes(_ share: Double) -> String {
        isEmpty ? "-" : (Double(self[Swift.min(count - 1, Int(Double(count) * share))]) / 60).digits(1)
    }
}
