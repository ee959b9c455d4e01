import Synchronization

/// The hosts whose verdicts were read, and whether they are believed.
///
/// One that was found to be wrong about a destination is not believed about anything that it has written until then,
/// and what it writes from then on is inspected by this host itself, until that has been right many times in a row.
final class SharedWriters: Sendable {
    /// The most hosts. Who comes later is not believed.
    static let limit = 1000
    /// How many times in a row a host must be right that was wrong.
    static let probation = 100

    private struct Writer {
        let number: UInt16
        /// What was written until then is not used, in milliseconds by the store's clock.
        var ignoredUntil = Int64.min
        /// How many times it still has to be right.
        var probation = 0
    }

    private struct State {
        var writers: [String: Writer] = [:]
        var names: [String] = []
    }

    private let state = Mutex(State())

    /// The number of a host, from 1 on; nil if what it wrote at this time is not to be used at all.
    func number(of name: String, writing time: Int64) -> UInt16? {
        state.withLock { state in
            if let writer = state.writers[name] { return time > writer.ignoredUntil ? writer.number : nil }
            guard state.names.count < Self.limit else { return nil }
            state.names.append(name)
            let writer = Writer(number: UInt16(state.names.count))
            state.writers[name] = writer
            return writer.number
        }
    }

    /// The host with this number.
    func name(of number: UInt16) -> String {
        state.withLock { state in
            let index = Int(number) - 1
            return state.names.indices.contains(index) ? state.names[index] : "-"
        }
    }

    /// Whether its verdicts may be used without an inspection of our own.
    func isBelieved(_ number: UInt16) -> Bool {
        let name = name(of: number)
        return state.withLock { $0.writers[name]?.probation == 0 }
    }

    /// Notes that a host was right.
    func noteRight(_ number: UInt16) { change(number) { $0.probation = max(0, $0.probation - 1) } }

    /// Notes that a host was wrong, at a time by the store's clock.
    func noteWrong(_ number: UInt16, at time: Int64) {
        change(number) {
            $0.ignoredUntil = time
            $0.probation = Self.probation
        }
    }

    private func change(_ number: UInt16, _ body: (inout Writer) -> Void) {
        let name = name(of: number)
        state.withLock { state in
            guard var writer = state.writers[name] else { return }
            body(&writer)
            state.writers[name] = writer
        }
    }
}
