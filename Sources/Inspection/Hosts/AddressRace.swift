import DANE

/// The order in which a host's addresses are tried, as RFC 8305 advises a client: one after the other, each a short
/// time after the one before. So an address that does not answer delays nothing, and an address that does answer costs
/// only one connection.
struct AddressRace {
    /// The Connection Attempt Delay (RFC 8305 §5).
    static let standardDelay = Duration.milliseconds(250)

    /// The addresses, the two families in turn, IPv6 first (RFC 8305 §4).
    let addresses: [IPAddress]
    /// Whether to try all addresses at once.
    let isComplete: Bool
    /// How long to wait for one address until the next one is tried as well.
    var delay = standardDelay

    private enum Event {
        case ended(Int, InspectedAddress)
        /// The wait before the address with that index is over.
        case due(Int)
    }

    /// Tries the addresses.
    ///
    /// - Parameter inspect: One try. It must honour cancellation.
    /// - Returns: What was seen, in the order of the addresses. It leaves out addresses that were not tried, or not
    ///   waited for because another one may be used.
    func run(_ inspect: @escaping @Sendable (IPAddress) async -> InspectedAddress) async -> [InspectedAddress] {
        guard addresses.count > 1 else {
            guard let only = addresses.first else { return [] }
            return [await inspect(only)]
        }
        return await withTaskGroup(of: Event.self) { group in
            var results: [Int: InspectedAddress] = [:]
            var next = 0
            func begin() {
                let index = next
                next += 1
                let address = addresses[index]
                group.addTask { .ended(index, await inspect(address)) }
                guard !isComplete, next < addresses.count else { return }
                group.addTask {
                    try? await Task.sleep(for: delay)
                    return .due(index + 1)
                }
            }
            repeat { begin() } while isComplete && next < addresses.count
            for await event in group {
                switch event {
                case .due(let index): if index == next, !Task.isCancelled { begin() }
                case .ended(let index, let address):
                    results[index] = address
                    // S-06, RFC 5321 §5.1; RFC 8305 §5: the first one that may be used decides, and the others are
                    // cancelled. After a failure, the next one begins at once.
                    let isDecided = !isComplete && address.isConclusive
                    if isDecided || results.count == addresses.count {
                        group.cancelAll()
                        return Self.inOrder(results)
                    }
                    if next < addresses.count { begin() }
                }
            }
            return Self.inOrder(results)
        }
    }

    private static func inOrder(_ results: [Int: InspectedAddress]) -> [InspectedAddress] {
        results.sorted { $0.key < $1.key }.map(\.value)
    }
}

extension InspectedAddress {
    /// Whether a client would deliver here and try no other address. False if the address was not probed because it has
    /// been probed too often.
    fileprivate var isConclusive: Bool { finding.outcome.allowsDelivery && finding.outcome != .unprobed }
}
