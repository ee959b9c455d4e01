import Inspection
import Logging
import RESP
import Records
import Store
import Support
import Verdicts

extension StoreSharing {
    /// How often it is looked whether the store is used.
    private static let watchInterval = Duration.seconds(1)
    /// The shortest time between two lines of the log about that.
    private static let quiet = Duration.seconds(60)

    /// Tells others what was found, looks at what they change, and logs whether the store is used, until it is
    /// cancelled.
    package func run() async {
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await self.tellOthers() }
            group.addTask { await self.followChanges() }
            group.addTask { await self.followFlushes() }
            group.addTask { await self.watch() }
            group.addTask { await self.followReturns() }
            group.addTask { await self.followOwed() }
            group.addTask { await self.followExemptions() }
            group.addTask { await self.rereadExemptions() }
        }
    }

    private func followChanges() async {
        var orders = SharedOrders()
        for await name in changes {
            guard let service = service.withLock({ $0 }) else { continue }
            if let destination = SharedKeys.destination(ofRecheck: name, realm: options.realm) {
                await obey(destination, service, &orders)
            } else {
                await look(at: name, service)
            }
        }
    }

    /// Changes may have been missed, so nothing is known of what others have found.
    private func followFlushes() async {
        for await _ in flushes { service.withLock { $0 }?.keeper.withdrawForeign() }
    }

    /// Looks at a verdict that another host has written, if this one is concerned: it does not know the destination to
    /// be good, or by others alone.
    private func look(at name: [UInt8], _ service: InspectionService) async {
        guard let destination = SharedKeys.destination(ofVerdict: name, realm: options.realm) else { return }
        let keys = [false, true].map { VerdictKey(destination, demandsDANE: $0) }
        let concerned = keys.filter { service.isConcerned($0) }
        guard !concerned.isEmpty, let told = await read(destination)?.verdict else { return }
        let found = told.verdict
        for key in concerned {
            let isDropped: Bool =
                if key.allows(found) {
                    isBelieved(told) && service.noteHealed(key)
                } else {
                    !found.outcome.allowsDelivery && service.noteBroken(key)
                }
            if isDropped { tally.noteDropped() }
        }
    }

    /// Drops the verdict on a destination that an administrator has had another host look at anew.
    private func obey(_ destination: Destination, _ service: InspectionService, _ orders: inout SharedOrders) async {
        let name = SharedKeys(destination, realm: options.realm).recheck
        guard
            let answers = try? await client.answers(
                to: [RESPCommand("TIME"), RESPCommand("GET", name)], within: options.patience), answers.count == 2,
            let now = clock.take(answers[0]), let record = record(answers[1], at: name, now)
        else { return }
        guard record.t >= now - Self.orderTime.milliseconds else { return tally.note(.time) }
        // Behind the seal: who has no key must not use up the room of those who have it.
        guard orders.hasRoom() else { return }
        for demandsDANE in [false, true]
        where service.noteRechecked(VerdictKey(destination, demandsDANE: demandsDANE)) { tally.noteDropped() }
    }

    /// Logs when the store begins and ends to be used, at most once a minute, and always how it is in the end.
    private func watch() async {
        var told: Bool?
        var next = ContinuousClock.now
        while !Task.isCancelled {
            let now = standing
            // Before the first failure it has not been tried.
            if now.isUp != told, now.isUp || now.reason != nil, ContinuousClock.now >= next {
                // What comes at first is how it usually is, and says nothing against the next line.
                if told != nil { next = .now + Self.quiet }
                told = now.isUp
                tell(now)
            }
            try? await Task.sleep(for: Self.watchInterval)
        }
    }

    private func tell(_ standing: SharedStanding) {
        let line = LogLine(event: "shared").adding("result", standing.isUp ? "up" : "down")
            .adding("store", standing.address)
        if standing.isUp {
            log.event(.notice, line)
        } else {
            log.event(.warning, line.adding("cause", standing.reason))
        }
    }
}
