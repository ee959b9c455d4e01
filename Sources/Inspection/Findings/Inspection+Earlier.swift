import DANE

/// The combined result of two looks at a destination.
///
/// If records changed between them, a change was being made: only the second look counts (D-59, RFC 7672 §4; F-03). If
/// the records are the same, and one connection failed and another one succeeded, there are several machines behind the
/// address, and not all of them are good: a client that gets the wrong one fails (F-61).
extension Inspection {
    /// This inspection combined with the one before it.
    func after(_ earlier: Inspection) -> Inspection {
        let before = Dictionary(earlier.hosts.map { ($0.finding.name, $0) }) { first, _ in first }
        let together = hosts.map { host in before[host.finding.name].map { host.after($0) } ?? (host, []) }
        return with(together.map(\.0), together.flatMap(\.1))
    }

    /// The inspection with new results for its hosts.
    ///
    /// - Parameters:
    ///   - hosts: The same hosts in the same order.
    ///   - more: What was done.
    ///   - further: How long that took.
    func with(
        _ hosts: [InspectedHost], _ more: [InspectionStep] = [], elapsed further: Duration = .zero
    ) -> Inspection {
        // Only the words and the degradation can differ. A verdict that does not follow from the hosts stays as it is.
        let walked = hosts.isEmpty ? verdict : Verdict(walking: hosts.map(\.finding))
        // A host that was not probed again may have become a doubt.
        let isSame =
            walked.outcome == verdict.outcome && walked.host == verdict.host || verdict.outcome == .unprobed
        // `hosts` does not contain those that an earlier look has seen. What was known about them stays.
        var new = walked
        new.isDegraded = walked.isDegraded || verdict.isDegraded
        new.hazards = verdict.hazards
        return Inspection(
            destination: destination, verdict: isSame ? new : verdict, mxSecurity: mxSecurity, hosts: hosts,
            steps: steps + more, lifetime: lifetime, elapsed: elapsed + further)
    }
}

extension InspectedHost {
    /// This host combined with what the earlier look saw, and the steps that describe a difference.
    fileprivate func after(_ earlier: InspectedHost) -> (InspectedHost, [InspectionStep]) {
        let isUnchanged = earlier.base == base && Set(earlier.records) == Set(records)
        var trail = Trail(subject: finding.name)
        if !isUnchanged, let old = earlier.base {
            let list = earlier.records.map(\.presentation).joined(separator: ", ")
            trail.add(.tlsa, .warning, "before, at \(old): \(String(list.prefix(600)))")
        }
        let addresses = addresses.map { address in
            earlier.addresses.first { $0.finding.address == address.finding.address }
                .map { address.after($0, isUnchanged: isUnchanged) } ?? address
        }
        return (with(addresses, trail.steps), trail.steps)
    }
}

extension InspectedAddress {
    /// This address combined with what the earlier look saw.
    fileprivate func after(_ earlier: InspectedAddress, isUnchanged: Bool) -> InspectedAddress {
        let second = decisive.as(.again)
        let connections = earlier.connections + [second]
        let first = earlier.decisive
        if isUnchanged, second.outcome == .unprobed, !first.outcome.allowsDelivery, !first.outcome.isDoubt {
            // A failure that could not be checked again is not proven, and not disproven either.
            let finding = AddressFinding(
                address: finding.address, outcome: .unreachable,
                cause: "\(second.cause); on the connection before: \(first.cause)", isProbed: true,
                isOurs: true)
            return InspectedAddress(finding: finding, decisive: second, connections: connections)
        }
        // D-59, RFC 7672 §4; F-03: after a change the second look alone counts.
        guard isUnchanged, first.provesFault else { return with(connections, decisive: second, degraded: false) }
        // F-61: one of two connections is in order.
        if second.outcome.allowsDelivery {
            let cause = "\(second.cause); but the connection before failed: \(first.cause)"
            return with(connections, decisive: second, cause: cause, degraded: true)
        }
        guard second.outcome != first.outcome else { return with(connections, decisive: second, degraded: false) }
        return with(
            connections, decisive: second, cause: "\(second.cause); on the connection before: \(first.cause)",
            degraded: false)
    }
}
