import DANE

/// The order in which a host's addresses are tried, as RFC 8305 advises a client: one after the other with a short wait between, so
/// that an address that does not answer holds nothing up, and one that does is not the second of two connections for nothing.
struct AddressRace {
    /// RFC 8305 §5: the Connection Attempt Delay.
    static let standardDelay = Duration.milliseconds(250)

    /// The addresses, the families in turn and IPv6 first (RFC 8305 §4).
    let addresses: [IPAddress]
    /// Whether to try them all, and all at once.
    let isComplete: Bool
    /// How long one is waited for until the next one begins beside it.
    var delay = standardDelay

    private enum Event {
        case ended(Int, InspectedAddress)
        /// The wait before the address of that number is over.
        case due(Int)
    }

    /// Tries them.
    ///
    /// - Parameter inspect: One try; it must honour cancellation.
    /// - Returns: What was seen, in the order of the addresses. Of those that were not begun, or not waited for because another one
    ///   may be used, there is nothing.
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
                    // RFC 8305 §5: the first that may be used decides, and the others are given up. After a failure the next one's
                    // turn has come.
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
    /// Whether a client would deliver here and look no further; not where the address was left alone for politeness.
    fileprivate var isConclusive: Bool { finding.outcome.allowsDelivery && finding.outcome != .unprobed }
}
