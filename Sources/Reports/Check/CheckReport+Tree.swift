import Certificates
import DANE
import Inspection
import Probe
import Support

extension CheckReport {
    /// The most hosts that are shown with their steps if not all is shown, and the most that are named.
    private static let detailed = 2
    private static let named = 8
    /// The most columns of a name, or of the data of a record, if not all is shown. The middle is cut out.
    private static let nameColumns = 48
    private static let dataColumns = 20

    /// Returns what was seen, as a tree.
    ///
    /// - Parameter isWhole: Whether all is shown, with all records in full. Otherwise the tree holds what failed, and
    ///   what an administrator looks at first.
    func tree(isWhole: Bool) -> [ReportTree] {
        guard let inspection else { return [] }
        let kinds: Set<InspectionStep.Kind> = [.mx, .resolver, .again, .expiry]
        let steps = inspection.steps.filter { kinds.contains($0.kind) } + notes
        let told = isWhole ? steps : steps.filter { $0.kind == .mx || $0.result != .ok }
        let trees = told.map { Self.line($0, isWhole: isWhole) }
        guard !isWhole else { return trees + inspection.hosts.map { Self.branch($0, isWhole: true) } }
        let hosts = inspection.hosts
        // The reader looks for the hosts that fail.
        let detailed = hosts.indices.filter { hosts[$0].isAmiss || hosts.count == 1 }.prefix(Self.detailed)
        var branches = hosts.indices.prefix(Self.named).map { index in
            detailed.contains(index)
                ? Self.branch(hosts[index], isWhole: false)
                : ReportTree(Self.head(hosts[index]), mark: hosts[index].isAmiss ? .failed : .ok)
        }
        branches += detailed.filter { $0 >= Self.named }.map { Self.branch(hosts[$0], isWhole: false) }
        if hosts.count > branches.count {
            branches.append(ReportTree("\(hosts.count - branches.count) more hosts; -v shows them"))
        }
        return trees + branches
    }

    /// Returns a step as a line.
    private static func line(_ step: InspectionStep, isWhole: Bool) -> ReportTree {
        // The time that a step took is shown only if it was long.
        let isSlow = step.elapsed >= .seconds(1)
        let time = isWhole || isSlow ? " (\(step.elapsed.tenthsOfMilliseconds) ms)" : ""
        let detail = isWhole ? step.detail : shortened(step.detail)
        return ReportTree("\(step.kind.rawValue): \(detail)\(time)", mark: step.result)
    }

    /// Returns a sentence with the data of its TLSA records cut in the middle. Readers compare only the two ends.
    static func shortened(_ sentence: String) -> String {
        sentence.replacing(/[0-9A-Fa-f]{24,}/) {
            TerminalText.cutInTheMiddle(String($0.output), columns: dataColumns)
        }
    }

    private static func head(_ host: InspectedHost) -> String {
        "host \(host.finding.name), preference \(host.finding.preference): \(host.finding.outcome.rawValue)"
    }

    /// Returns a host with its steps, its records and the certificates that its addresses sent.
    private static func branch(_ host: InspectedHost, isWhole: Bool) -> ReportTree {
        var twigs = host.steps.map { line($0, isWhole: isWhole) }
        twigs += host.addresses.flatMap { Self.twigs($0, isWhole: isWhole) }
        twigs += (host.addresses.first?.judgement?.records ?? []).enumerated().map { index, finding in
            let record = host.records[index]
            let data = isWhole ? record.names : Self.short(record.presentation)
            return ReportTree("TLSA record \(index + 1) (\(data)): \(finding.explanation)")
        }
        twigs += host.advice.map { line($0, isWhole: isWhole) }
        return ReportTree(head(host), children: twigs)
    }

    /// Returns the connections to an address. Each chain stands where it was first sent.
    private static func twigs(_ address: InspectedAddress, isWhole: Bool) -> [ReportTree] {
        var shown: Set<[[UInt8]]> = []
        let all = address.connections
        // If all connections had the same outcome, one line is enough.
        let differ = Set(all.map(\.outcome)).count > 1
        let connections = isWhole || differ ? all : all.filter { $0.purpose == address.decisive.purpose }
        return connections.compactMap { connection in
            let name = "\(address.finding.address), \(connection.purpose.words)"
            guard case .secured(let session) = connection.report.end else {
                // If there was only one connection and it failed, a step tells of it already.
                return connection.purpose == .first && all.count == 1
                    ? nil : ReportTree("\(name): \(connection.outcome.rawValue), \(connection.cause)")
            }
            let head = "\(name): \(connection.outcome.rawValue), \(session.protocolVersion) \(session.cipherSuite)"
            guard shown.insert(session.chain).inserted else { return ReportTree("\(head), the same certificates") }
            let chain = session.chain.compactMap(CertificateDetails.init(der:)).enumerated()
            return ReportTree(head, children: chain.map { certificate($1, depth: $0, isWhole: isWhole) })
        }
    }

    private static func certificate(_ details: CertificateDetails, depth: Int, isWhole: Bool) -> ReportTree {
        let record = "\(depth == 0 ? 3 : 2) 1 1 \(details.spkiSHA256)"
        guard !isWhole else {
            return ReportTree(
                "\(depth): \(details.subject), issued by \(details.issuer), \(details.keyAlgorithm), \(record)")
        }
        let subject = TerminalText.cutInTheMiddle(TerminalText.line(details.subject), columns: nameColumns)
        return ReportTree("\(depth): \(subject), \(details.keyAlgorithm), \(short(record))")
    }

    /// Returns a record with its data cut in the middle.
    private static func short(_ record: String) -> String {
        guard let blank = record.lastIndex(of: " ") else { return record }
        let data = String(record[record.index(after: blank)...])
        return "\(record[...blank])\(TerminalText.cutInTheMiddle(data, columns: dataColumns))"
    }
}

extension InspectedHost {
    /// Whether something about the host needs a look.
    fileprivate var isAmiss: Bool { !finding.outcome.allowsDelivery || finding.isDegraded || !finding.hazards.isEmpty }
}
