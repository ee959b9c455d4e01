import Synchronization
import WorldServers

@testable import Gate
@testable import Policy
@testable import Records
@testable import Sharing

/// The exemptions of a host that shares them: their file, and what is in force.
final class ExemptingHost: Sendable {
    let host: SharingHost
    let book = ExemptionBook()
    private let scratch: ScratchDirectory
    private let keeper: ExemptionKeeper
    private let settings: Settings

    /// The exemptions of a host. They are not shared yet.
    init(_ host: SharingHost) throws {
        self.host = host
        scratch = try ScratchDirectory("exempting")
        var settings = Settings()
        settings.stateDirectory = scratch.path
        settings.log = .stderr
        settings.logLevel = .error
        self.settings = settings
        keeper = ExemptionKeeper(SettingsBook(settings), book: book, log: GateLog(settings))
        keeper.begin()
    }

    /// Shares them from now on.
    func join() { host.sharing.share(keeper) }

    /// Exempts a domain, as `danegate exempt add` does.
    func add(_ domain: String, by: String = "alice", until: String = "1d", reason: String = "why") async throws
        -> ExemptionTelling
    {
        let order = try ExemptionOrder(settings, by: by, environment: [:])
        _ = try order.add(try ExemptionOrder.pattern(domain), until: until, reason: reason, keeps: false)
        return await tell()
    }

    /// Removes an exemption, as `danegate exempt remove` does.
    func remove(_ domain: String, by: String = "bob") async throws -> ExemptionTelling {
        let order = try ExemptionOrder(settings, by: by, environment: [:])
        guard try order.remove(try ExemptionOrder.pattern(domain)) != nil else {
            throw WorldError("\(domain) is not exempt")
        }
        return await tell()
    }

    private func tell() async -> ExemptionTelling {
        let telling = await host.sharing.shareExemptions(isOrdered: true)
        if telling == .alone { await keeper.look() }
        return telling
    }

    /// Reads once more what others have told, and puts it into force.
    func read() async {
        _ = await host.sharing.shareExemptions(isOrdered: false)
        await keeper.look()
    }

    /// The exemption of a domain that is in force.
    func exemption(_ domain: String) -> Exemption? {
        book.current?.exemptions.first { $0.pattern.description == domain }
    }

    /// Waits until a domain is exempt, or is not.
    func waits(_ domain: String, isExempt: Bool = true) async throws -> Bool {
        try await eventually(within: SharingHost.patience) { (self.exemption(domain) != nil) == isExempt }
    }

    /// All that the file has of a domain.
    func history() throws -> [Exemption] { try ExemptionOrder.list(settings, isWhole: true) }

    /// Ends it.
    func stop() { keeper.close() }

    /// Runs a test with a store and hosts that share their exemptions, and ends them.
    static func run(
        _ names: [String] = ["a", "b"], _ change: (inout SharingOptions) -> Void = { _ in },
        _ body: ([ExemptingHost]) async throws -> Void
    ) async throws {
        try await SharingHost.run(names, change) { _, hosts async throws in
            let exempting = try hosts.map(ExemptingHost.init)
            defer { for host in exempting { host.stop() } }
            for host in exempting { host.join() }
            try await body(exempting)
        }
    }
}
