import Records

extension Gate {
    /// Decides on a recipient for a door whose thread must not wait: as `decide`, but a recipient that waits for its
    /// verdict does so without a thread, until `MILTER_DEADLINE` at most.
    ///
    /// - Parameters:
    ///   - request: The recipient. Nothing has been rewritten before it.
    ///   - then: Takes the decision: at once, on the calling thread, if nothing must be found out; otherwise later, on
    ///     any thread.
    func decide(_ request: some GateRequest & Sendable, then: @escaping @Sendable (Decision) -> Void) {
        consider(request) {
            then($0)
        } judge: { request, current, hop, domain in
            let aim = Aim(hop, domain, nil)
            let (policy, exemption) = standing(of: aim)
            let (subject, destination) = (aim.subject, aim.destination)
            let decision = withoutVerdict(request, current, aim, on: subject, policy: policy, exemption: exemption)
            if let decision { return then(decision) }
            let demandsDANE = policy == .require
            if let answer = service.known(destination, demandingDANE: demandsDANE, at: current.arrived) {
                return then(rule(request, current, on: subject, answer, policy: policy))
            }
            guard !isMonitored(request, current.settings, on: subject, policy: policy) else {
                return then(passAhead(request, current, hop: hop, domain: domain))
            }
            let deadline = current.arrived + current.settings.settings.milterDeadline
            let request = copy request
            Task {
                let answer = await service.verdict(on: destination, demandingDANE: demandsDANE, before: deadline)
                then(rule(request, current, on: subject, answer, policy: policy))
            }
        }
    }
}
