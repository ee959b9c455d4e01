import DANE

extension Resolver {
    /// Tests past the cache whether validation works, and whether everything that it needs gets through.
    ///
    /// | part | question | what must come |
    /// |---|---|---|
    /// | root keys | `. DNSKEY` | secure records |
    /// | denials | `. MX` | the proof that there are none (NODATA) |
    /// | | `x.y. DS`, `x.y. A` | the proof that the name does not exist (NXDOMAIN) |
    /// | | `com. MX`, `org. MX` | anything, unless both lack their proof |
    /// | TLSA | `_25._tcp.x. TLSA` | the proof that the name does not exist |
    ///
    /// The reasons:
    ///
    /// - All validation starts from the root's keys.
    /// - At the top of a zone neither opt-out nor a wildcard has an effect on a denial (RFC 5155 §8.5).
    /// - Delegations are proven by DS records, or by the proof that there are none.
    /// - A resolver that makes up answers makes up addresses.
    /// - Some forwarders answer for a name of one label by themselves, so the names have two.
    /// - The root's denials are NSEC records. Those of `com` and `org` are NSEC3 records.
    /// - `x` and `y` are random, so that no cache on the way has them. Each such question is asked for two names, so
    ///   that a fault shows that is there every other time.
    ///
    /// A private root passes whatever it holds. Names by a wildcard and MX records of its own must be proven as well. A
    /// denial may be insecure, for opt-out or for more iterations of NSEC3 than libunbound counts: libunbound has
    /// validated its signatures. A root that knows neither `com` nor `org` denies them like any other name.
    ///
    /// A question without an answer is asked once more, from a new context and together with the root's keys. One
    /// lost packet is no fault, and servers that do not answer at all are a fault of the first part. If denials do not
    /// come, nothing is known of TLSA, for only a denial is asked for there.
    ///
    /// - Parameter parts: What to test. The root's keys are always tested, for the other parts rest on them.
    /// - Returns: What was found, after two and a half times the configuration's timeout at most. It is also a finding
    ///   that no lookup will ever work with these settings.
    public func selfTest(
        _ parts: Set<ResolverHealth.Part> = Set(ResolverHealth.Part.allCases)
    ) async -> ResolverHealth {
        let probe: Resolver
        do throws(ResolverError) { probe = try isFresh ? self : freshForItself() } catch {
            return ResolverHealth(unusable: error)
        }
        if let health = await probe.keyFault() { return health }
        let questions = [Question.noData, .noName, .noAddress] + (parts.contains(.tlsa) ? [.noRecord] : [])
        guard !parts.isDisjoint(with: [.denials, .tlsa]) else { return ResolverHealth(tested: [.rootKeys]) }
        async let hashFault = probe.hashFault(by: .now + configuration.timeout / 2)
        var faults = await probe.faults(questions, by: .now + configuration.timeout / 2)
        let unanswered = questions.filter { faults[$0]?.cause == .unanswered }
        if !unanswered.isEmpty, let again = try? freshForItself() {
            async let keyFault = again.keyFault()
            let found = await again.faults(unanswered, by: .now + configuration.timeout)
            if let health = await keyFault { return health }
            for question in unanswered { faults[question] = found[question] }
        }
        let denials = questions.filter { $0.part == .denials }.compactMap { faults[$0] }
        // The fault that says most.
        let order = [ResolverHealth.Cause.clock, .madeUp, .unproven, .unanswered]
        if let fault = order.lazy.compactMap({ cause in denials.first { $0.cause == cause } }).first {
            return ResolverHealth(tested: [.rootKeys], faults: [fault])
        }
        if let fault = await hashFault { return ResolverHealth(tested: [.rootKeys], faults: [fault]) }
        return ResolverHealth(
            tested: parts.union([.rootKeys, .denials]), faults: [faults[.noRecord]].compactMap { $0 })
    }

    /// What the test asks for below the root's keys.
    private enum Question: CaseIterable {
        case noData, noName, noAddress, noRecord

        var part: ResolverHealth.Part { self == .noRecord ? .tlsa : .denials }

        var type: RecordType {
            switch self {
            case .noData: .mx
            case .noName: .ds
            case .noAddress: .a
            case .noRecord: .tlsa
            }
        }

        /// For how many names it is asked.
        var count: Int { self == .noData ? 1 : 2 }

        /// A name for it, most often one that nobody has asked for.
        func makeName() -> DomainName {
            switch self {
            case .noData: .root
            case .noName, .noAddress: .random(labels: 2)
            case .noRecord: DomainName.random(labels: 1).tlsaOwner(port: 25) ?? .root
            }
        }
    }

    /// The finding that the root's keys are not there, or not the right ones; nil if they are.
    private func keyFault() async -> ResolverHealth? {
        func found(_ cause: ResolverHealth.Cause, _ sentence: String) -> ResolverHealth {
            ResolverHealth(tested: [], faults: [ResolverHealth.Fault(.rootKeys, cause, sentence)])
        }
        switch await ask(.root, .dnskey) {
        case .secure(let found) where found.existence == .records:
            return nil
        case .secure, .insecure:
            return found(.trustAnchor, "the root's keys are not validated: no trust anchor is in force")
        case .bogus(let reason) where reason.isOfTime:
            let what = "the signatures of the root's keys are not valid by this machine's clock"
            return found(.clock, "\(what): \(reason.detail)")
        case .bogus(let reason):
            return found(.trustAnchor, "the root's keys do not match the trust anchor: \(reason.detail)")
        case .failed(Context.unusableSettings):
            return ResolverHealth(unusable: ResolverError(Context.unusableSettings))
        case .failed(let reason):
            return found(.unanswered, "the root's keys cannot be looked up: \(reason)")
        }
    }

    private func faults(
        _ questions: [Question], by deadline: ContinuousClock.Instant
    ) async -> [Question: ResolverHealth.Fault] {
        await withTaskGroup(of: (Question, ResolverHealth.Fault?).self) { group in
            for question in questions {
                for _ in 0..<question.count {
                    group.addTask {
                        let name = question.makeName()
                        let answer = await self.ask(name, question.type, by: deadline)
                        return (question, Self.fault(question, name, answer))
                    }
                }
            }
            var faults: [Question: ResolverHealth.Fault] = [:]
            for await case (let question, let fault?) in group where faults[question]?.isProven != true {
                faults[question] = fault
            }
            return faults
        }
    }

    private static func fault(
        _ question: Question, _ name: DomainName, _ answer: Answer<[UInt8]>
    ) -> ResolverHealth.Fault? {
        let type = "\(question.type)".uppercased()
        switch (question.part, answer) {
        case (_, .secure), (_, .insecure):
            return nil
        case (let part, .bogus(let reason)) where reason.isOfTime:
            // A clock may be wrong by less than the root's keys are signed for.
            let what = "signatures of the root are not valid by this machine's clock"
            return .init(part, .clock, "\(what): \(reason.detail)")
        case (.tlsa, .bogus(let reason)):
            return .init(.tlsa, .unproven, "TLSA lookups fail on the way to the DNS: \(reason.sentence(at: 0))")
        case (.tlsa, .failed(let why)):
            return .init(.tlsa, .unanswered, "TLSA lookups fail on the way to the DNS: \(why)")
        case (_, .bogus(let reason)) where reason.hasData && !name.isRoot:
            let what = "somebody on the way to the DNS makes up answers"
            return .init(.denials, .madeUp, "\(what): \(name) does not exist, and \(type) records came for it")
        case (_, .bogus(let reason)):
            return .init(.denials, .unproven, "\(lostProof): \(reason.sentence(at: 0))")
        case (_, .failed(let why)):
            let what = "what does not exist cannot be looked up on the way to the DNS"
            return .init(.denials, .unanswered, "\(what): \(name) \(type): \(why)")
        }
    }

    private static let lostProof = "denials lose their proof on the way to the DNS"

    /// What is wrong with denials by NSEC3, where those by NSEC are in order.
    private func hashFault(by deadline: ContinuousClock.Instant) async -> ResolverHealth.Fault? {
        var sentence = ""
        for name in ["com", "org"].compactMap(DomainName.init) {
            guard case .bogus(let reason) = await ask(name, .mx, by: deadline), reason.isOfDenial, !reason.isOfTime
            else { return nil }
            sentence = reason.sentence(at: 0)
        }
        return .init(.denials, .unproven, "\(Self.lostProof) if it is an NSEC3 record: \(sentence)")
    }
}

extension BogusReason {
    /// Whether the signature's time is over or has not begun.
    fileprivate var isOfTime: Bool { kind == .expired || kind == .notYetValid }

    /// Whether it may be the proof that something does not exist that is missing or wrong.
    public var isOfDenial: Bool {
        kind == .unproven || !hasData || subject.map { ["NSEC", "NSEC3"].contains($0.type) } ?? true
    }
}

extension DomainName {
    /// A name of random letters, which nobody has.
    fileprivate static func random(labels: Int) -> DomainName {
        func label() -> String { String((0..<20).map { _ in "abcdefghijklmnopqrstuvwxyz".randomElement() ?? "x" }) }
        return DomainName((0..<labels).map { _ in label() }.joined(separator: ".")) ?? .root
    }
}
