import World

/// One judge's opinion beside danegate's, on one host or domain.
struct Exhibit: Sendable {
    /// A judge beside danegate.
    enum Judge: String, Sendable, CaseIterable { case openssl, postfix }

    let judge: Judge
    /// The domain, as in the world's table; of a random case its number.
    let subject: String
    /// The TLSA records of the host in question.
    let records: [CheckReport.Record]
    /// danegate's verdict and its words.
    let ours: JudgeVerdict
    let cause: String
    /// The judge's.
    let theirs: JudgeOpinion
    /// The case, if it was drawn.
    let drawn: DrawnCase?

    /// Whether both say the same.
    var agrees: Bool {
        // s_client tries TLS whatever the host said in clear: it does not tell these two from each other.
        if judge == .openssl, ours == .unreached, theirs.verdict == .withoutTLS { return true }
        return ours == theirs.verdict
    }

    /// A judge's opinions, made exhibits.
    ///
    /// It is asked again, twice at most, where it differs for a deadline that passed, and for no reason that is known.
    ///
    /// - Parameters:
    ///   - count: How many subjects there are.
    ///   - ask: Gives the judge's opinions on some of them.
    ///   - make: Puts danegate's verdict on one beside the judge's.
    static func all(
        _ count: Int, ask: ([Int]) async throws -> [JudgeOpinion], make: (Int, JudgeOpinion) throws -> Exhibit
    ) async throws -> [Exhibit] {
        var exhibits = try zip(0..<count, try await ask(Array(0..<count))).map { try make($0, $1) }
        for _ in 0..<2 {
            let late = exhibits.indices.filter { index in
                !exhibits[index].agrees && exhibits[index].theirs.isLate
                    && KnownDisagreement.kind(of: exhibits[index]) == nil
            }
            for (index, opinion) in zip(late, late.isEmpty ? [] : try await ask(late)) {
                exhibits[index] = try make(index, opinion)
            }
        }
        return exhibits
    }

    /// What Postfix says of a domain, beside what danegate says of the address at which Postfix settled.
    init(_ report: CheckReport, _ opinion: JudgeOpinion, drawn: DrawnCase? = nil) throws {
        let host = opinion.place.flatMap { place in report.hosts.first { $0.name == place.name } }
        let address = host?.addresses.first { $0.address == opinion.place?.address }
        // Policy apart, which Postfix does not know.
        guard let ours = address?.verdict ?? host?.verdict ?? report.verdict else {
            throw WorldError("\(report.domain) has no verdict: \(report.cause)")
        }
        self.init(
            judge: .postfix, subject: report.domain, records: (host ?? report.hosts.first)?.tlsa ?? [], ours: ours,
            cause: address?.cause ?? host?.cause ?? report.cause, theirs: opinion, drawn: drawn)
    }

    /// What OpenSSL says of an address, beside what danegate says of it.
    init(
        _ report: CheckReport, _ host: CheckReport.Host, _ address: CheckReport.Address, _ opinion: JudgeOpinion,
        drawn: DrawnCase? = nil
    ) throws {
        guard let ours = address.verdict else { throw WorldError("\(report.domain) has no verdict: \(address.cause)") }
        self.init(
            judge: .openssl, subject: report.domain, records: host.tlsa, ours: ours, cause: address.cause,
            theirs: opinion, drawn: drawn)
    }

    private init(
        judge: Judge, subject: String, records: [CheckReport.Record], ours: JudgeVerdict, cause: String,
        theirs: JudgeOpinion, drawn: DrawnCase?
    ) {
        self.judge = judge
        self.subject = subject
        self.records = records
        self.ours = ours
        self.cause = cause
        self.theirs = theirs
        self.drawn = drawn
    }
}

extension Exhibit: CustomStringConvertible {
    var description: String {
        "\(subject): danegate \(ours.rawValue) (\(cause)), \(judge.rawValue) \(theirs.verdict.rawValue) "
            + "(\(theirs.reason))"
            + (drawn.map { "; \($0)" } ?? "; TLSA \(records.map { String($0.presentation.prefix(24)) })")
    }
}
