import RESP
import Store
import Support

/// How often all hosts have probed an address.
extension StoreSharing {
    /// How long a count is kept, in seconds: the hour that it is for, and what clocks may differ by.
    private static let countTime = "7200"
    /// The most that a count may say: reckoning with it cannot overflow.
    private static let largestCount: Int64 = 1 << 40

    /// The number of the hour, by the store's clock if it is known: the clocks of hosts may differ.
    var hour: Int64 { (clock.time() ?? unixTime() * 1000) / 3_600_000 }

    /// How often all hosts have probed an address in an hour, and for one zone; nil if the store does not answer soon.
    func probes(of address: String, for zone: String, in hour: Int64) async -> (all: Int, zone: Int)? {
        guard client.isReady else { return nil }
        let name = SharedKeys.probes(of: address, in: hour, options.realm)
        let command = RESPCommand("MGET", name, "\(name):\(zone)")
        guard let answer = try? await client.answer(to: command, within: options.patience),
            let counts = answer.elements, counts.count == 2
        else { return nil }
        return (count(counts[0]), count(counts[1]))
    }

    private func count(_ value: RESPValue) -> Int {
        guard let text = value.text, let count = Int64(text) else { return 0 }
        return Int(min(max(0, count), Self.largestCount))
    }

    /// Counts a probe. It does not wait.
    func countProbe(of address: String, for zone: String, in hour: Int64) {
        guard client.isReady else { return }
        let name = SharedKeys.probes(of: address, in: hour, options.realm)
        let commands = [name, "\(name):\(zone)"].flatMap {
            [RESPCommand("INCR", $0), RESPCommand("EXPIRE", $0, Self.countTime)]
        }
        // As many as the client lets wait for their answers, each for a second.
        Task { _ = try? await client.answers(to: commands, within: Self.writing) }
    }
}
