import DANE

/// What two looks at a destination come to together.
///
/// Where records changed between them, a change was under way and has been made: the second look alone counts. Where the records
/// are the same and one connection failed and another did not, there are several machines behind the address, and not all are
/// as they should be: a client that comes to the wrong one fails.
extension Inspection {
    /// This inspection, with what the one before it saw.
    func after(_ earlier: Inspection) -> Inspection {
        let before = Dictionary(earlier.hosts.map { ($0.finding.name, $0) }) { first, _ in first }
        let together = hosts.map { host in before[host.finding.name].map { host.after($0) } ?? (host, []) }
        return with(together.map(\.0), together.flatMap(\.1))
    }

    /// The inspection with more seen of its hosts.
    ///
    /// - Parameters:
    ///   - hosts: The same hosts in the same order.
    ///   - more: What was done.
    ///   - further: How long that took.
    func with(
        _ hosts: [InspectedHost], _ more: [InspectionStep] = [], elapsed further: Duration = .zero
    ) -> Inspection {
        // Only the words and the degradation can differ; a verdict of another making stays as it is.
        let walked = hosts.isEmpty ? verdict : Verdict(walking: hosts.map(\.finding))
        // A host that was left alone may have become a doubt.
        let isSame =
            walked.outcome == verdict.outcome && walked.host == verdict.host || verdict.outcome == .unprobed
        // Hosts that a look before has seen are not among these: what was known of them stays.
        let new = Verdict(
            outcome: walked.outcome, host: walked.host, cause: walked.cause,
            isDegraded: walked.isDegraded || verdict.isDegraded, hazards: verdict.hazards)
        return Inspection(
            destination: destination, verdict: isSame ? new : verdict, mxSecurity: mxSecurity, hosts: hosts,
            steps: steps + more, lifetime: lifetime, elapsed: elapsed + further)
    }
}

extension InspectedHost {
    /// This host, with what the look before saw of it, and what there is to say of that.
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
    /// This address, with what the look before saw of it.
    fileprivate func after(_ earlier: InspectedAddress, isUnchanged: Bool) -> InspectedAddress {
        let second = decisive.as(.again)
        let connections = earlier.connections + [second]
        let first = earlier.decisive
        if isUnchanged, second.outcome == .unprobed, !first.outcome.allowsDelivery, !first.outcome.isDoubt {
            // A failure is not proven that could not be looked at again, nor is it disproven by leaving the host alone.
            let finding = AddressFinding(
                address: finding.address, outcome: .unreachable,
                cause: "\(second.cause); on the connection before: \(first.cause)", isProbed: true,
                isOurs: true)
            return InspectedAddress(finding: finding, decisive: second, connections: connections)
        }
        guard isUnchanged, first.provesFault else { return with(connections, decisive: second, degraded: false) }
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
