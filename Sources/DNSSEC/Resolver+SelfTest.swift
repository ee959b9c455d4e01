import DANE

extension Resolver {
    /// Tests, bypassing the cache, whether validation works and whether everything that it needs arrives.
    ///
    /// | part | question | expected |
    /// |---|---|---|
    /// | root keys | `. DNSKEY` | secure records |
    /// | denials | `. MX` | the proof that there are none (NODATA) |
    /// | | `x.y. DS`, `x.y. A` | the proof that the name does not exist (NXDOMAIN) |
    /// | | `com. MX`, `org. MX` | anything, unless both lack their proof |
    /// | TLSA | `_25._tcp.x. TLSA` | the proof that the name does not exist |
    ///
    /// The reasons for these questions:
    ///
    /// - All validation starts from the root's keys.
    /// - At the top of a zone neither opt-out nor a wildcard affects a denial (RFC 5155 §8.5).
    /// - DS records, or the proof that there are none, prove a delegation.
    /// - A resolver that invents answers invents addresses.
    /// - Some forwarders themselves answer for names of one label, so the names have two.
    /// - The root's denials are NSEC records. Those of `com` and `org` are NSEC3 records.
    /// - `x` and `y` are random, so that no cache on the way has them. Each such question is asked for two names. This
    ///   shows a fault that occurs every other time.
    ///
    /// A private root passes whatever it contains. It must also prove names that a wildcard covers and MX records of
    /// its own. A denial may be insecure, because of an opt-out or because it has more NSEC3 iterations than libunbound
    /// computes: libunbound has validated its signatures. A root without `com` and `org` denies them like any other
    /// name.
    ///
    /// If a question gets no answer, it is asked once more from a new context, together with the root's keys. One lost
    /// packet is not a fault, and servers that do not answer at all are a fault of the first part. If denials do not
    /// arrive, nothing is known about TLSA, because that test asks for a denial too.
    ///
    /// - Parameter parts: What to test. The root's keys are always tested, because the other parts depend on them.
    /// - Returns: The result, after at most two and a half times the configuration's timeout. That no lookup will ever
    ///   work with these settings is also a result.
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
        // The most telling fault first.
        let order = [ResolverHealth.Cause.clock, .madeUp, .unproven, .unanswered]
        if let fault = order.lazy.compactMap({ cause in denials.first { $0.cause == cause } }).first {
            return ResolverHealth(tested: [.rootKeys], faults: [fault])
        }
        if let fault = await hashFault { return ResolverHealth(tested: [.rootKeys], faults: [fault]) }
        return ResolverHealth(
            tested: parts.union([.rootKeys, .denials]), faults: [faults[.noRecord]].compactMap { $0 })
    }

    /// The questions of the test, besides the one for the root's keys.
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

        /// For how many names to ask it.
        var count: Int { self == .noData ? 1 : 2 }

        /// A name for the question, usually one that nobody has asked for before.
        func makeName() -> DomainName {
            switch self {
            case .noData: .root
            case .noName, .noAddress: .random(labels: 2)
            case .noRecord: DomainName.random(labels: 1).tlsaOwner(port: 25) ?? .root
            }
        }
    }

    /// The result if the root's keys are missing or wrong; nil if they are right.
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
        case .failed(let reason) where reason.kind == .unusable:
            return ResolverHealth(unusable: ResolverError(reason.description))
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
            // The clock may be wrong by less than the lifetime of the signatures of the root's keys.
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

    /// What is wrong with denials that use NSEC3, given that those that use NSEC work.
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
    /// Whether the signature has expired or is not valid yet.
    fileprivate var isOfTime: Bool { kind == .expired || kind == .notYetValid }

    /// Whether the cause may be that the proof of a denial is missing or wrong.
    public var isOfDenial: Bool {
        kind == .unproven || !hasData || subject.map { ["NSEC", "NSEC3"].contains($0.type) } ?? true
    }
}

extension DomainName {
    /// A name of random letters, which does not exist.
    fileprivate static func random(labels: Int) -> DomainName {
        func label() -> String { String((0..<20).map { _ in "abcdefghijklmnopqrstuvwxyz".randomElement() ?? "x" }) }
        return DomainName((0..<labels).map { _ in label() }.joined(separator: ".")) ?? .root
    }
}
