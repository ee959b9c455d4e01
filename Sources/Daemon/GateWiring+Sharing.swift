import Gate
import Glibc
import Inspection
import Policy
import Records
import Sharing
import Store
import Support
import Verdicts

extension GateWiring {
    /// The version of the rules by which verdicts are found. It rises whenever the same world is judged otherwise: then
    /// hosts of both versions do not use each other's verdicts.
    private static let rules = 1

    /// What this host shares; nil if it is alone.
    static func sharing(
        _ files: SharedFiles?, _ started: Settings, _ book: SettingsBook, _ log: GateLog
    ) -> StoreSharing? {
        guard let files else { return nil }
        var options = SharingOptions()
        options.realm = started.shared.realm
        options.writer = hostName
        options.sharesExemptions = started.shared.sharesExemptions
        options.settings = "\(Self.rules).\(String(started.world, radix: 16))"
        options.wait = { book.settings.milterDeadline / 2 }
        options.lock = { book.settings.milterDeadline + .seconds(2) }
        options.findingTime = { book.settings.probeTTL }
        options.expiredEE = started.expiredEE
        options.memory = { FaultBook.memory(deferFor: book.settings.deferFor) }
        // It fails without trust alone, and who reads the settings sees to that.
        return try? StoreSharing(files.address, files.credentials, files.trust, seal: files.seal, options, log: log)
    }

    /// How servers are probed; nil if they are not.
    static func probing(_ cache: ProbeCache?, _ sharing: StoreSharing?) -> (any Probing)? {
        guard let cache, let sharing else { return cache }
        return SharedProbing(cache, sharing)
    }

    /// Nobody waits until the store answers.
    var sharingPart: DaemonPart {
        DaemonPart(
            name: "shared store",
            open: { () throws(DaemonError) in sharing?.begin(for: service, exemptions: exemptionKeeper) },
            work: { await sharing?.run() },
            close: {
                guard let sharing else { return }
                let isDone = Signal()
                Task {
                    await sharing.close()
                    isDone.signal()
                }
                _ = isDone.wait(until: .now + .seconds(2))
            })
    }

    /// Puts what has changed in the file of exemptions into force, and tells other hosts.
    func shareExemptions() async -> ExemptionTelling {
        let telling = await sharing?.shareExemptions(isOrdered: true) ?? .alone
        if telling == .alone { await exemptionKeeper.look() }
        return telling
    }

    /// This host's name as the other hosts see it.
    private static var hostName: String {
        var buffer = [CChar](repeating: 0, count: 256)
        let result = gethostname(&buffer, buffer.count - 1)
        let name = String(decoding: buffer.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
        return result == 0 && !name.isEmpty ? PrintableText.of(name.utf8, limit: 60) : "-"
    }
}
