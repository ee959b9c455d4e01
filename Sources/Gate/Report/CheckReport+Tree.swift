import Certificates
import DANE
import Probe

extension CheckReport {
    /// Hosts that are told of with their steps where not all is shown, and those that are named.
    private static let detailed = 2
    private static let named = 8
    /// The columns of what is cut in the middle where not all is shown: a name, and a record's data.
    private static let nameColumns = 48
    private static let dataColumns = 20

    /// What was looked at, as a tree.
    ///
    /// - Parameter isWhole: Whether all of it is told, and every record in full. Else it is what failed, and what an
    ///   administrator looks at first.
    func tree(isWhole: Bool) -> [ReportTree] {
        guard let inspection else { return [] }
        let kinds: Set<InspectionStep.Kind> = [.mx, .resolver, .again, .expiry]
        let steps = inspection.steps.filter { kinds.contains($0.kind) } + notes
        let told = isWhole ? steps : steps.filter { $0.kind == .mx || $0.result != .ok }
        let trees = told.map { Self.line($0, isWhole: isWhole) }
        guard !isWhole else { return trees + inspection.hosts.map { Self.branch($0, isWhole: true) } }
        let hosts = inspection.hosts
        // Those that fail are what is looked for.
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

    /// A step as a line.
    private static func line(_ step: InspectionStep, isWhole: Bool) -> ReportTree {
        // How long a step took is of interest where it took long.
        let isSlow = step.elapsed >= .seconds(1)
        let time = isWhole || isSlow ? " (\(step.elapsed.tenthsOfMilliseconds) ms)" : ""
        let detail = isWhole ? step.detail : shortened(step.detail)
        return ReportTree("\(step.kind.rawValue): \(detail)\(time)", mark: step.result)
    }

    /// A sentence with the data of TLSA records, of which nobody reads more than the ends, cut in the middle.
    static func shortened(_ sentence: String) -> String {
        sentence.replacing(/[0-9A-Fa-f]{24,}/) {
            TerminalText.cutInTheMiddle(String($0.output), columns: dataColumns)
        }
    }

    private static func head(_ host: InspectedHost) -> String {
        "host \(host.finding.name), preference \(host.finding.preference): \(host.finding.outcome.rawValue)"
    }

    /// A host with its steps, its records and the certificates that its addresses showed.
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

    /// An address's connections, and each chain where it was first shown.
    private static func twigs(_ address: InspectedAddress, isWhole: Bool) -> [ReportTree] {
        var shown: Set<[[UInt8]]> = []
        let all = address.connections
        // Where all connections came to the same, one tells it.
        let differ = Set(all.map(\.outcome)).count > 1
        let connections = isWhole || differ ? all : all.filter { $0.purpose == address.decisive.purpose }
        return connections.compactMap { connection in
            let name = "\(address.finding.address), \(connection.purpose.words)"
            guard case .secured(let session) = connection.report.end else {
                // A first connection alone that failed is told in a step.
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

    /// A record with its data cut in the middle.
    private static func short(_ record: String) -> String {
        guard let blank = record.lastIndex(of: " ") else { return record }
        let data = String(record[record.index(after: blank)...])
        return "\(record[...blank])\(TerminalText.cutInTheMiddle(data, columns: dataColumns))"
    }
}

extension InspectedHost {
    /// Whether something about the host is to be looked at.
    fileprivate var isAmiss: Bool { !finding.outcome.allowsDelivery || finding.isDegraded || !finding.hazards.isEmpty }
}
