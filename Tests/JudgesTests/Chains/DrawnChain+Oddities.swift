import World
import WorldHosts

extension DrawnChain {
    /// Does something to the chain that is odd: by most of it a path is none the worse, by some it is.
    mutating func makeOdd(_ chance: inout Chance) {
        let depth = chance.below(certificates.count)
        let isLast = depth == certificates.count - 1
        switch chance.below(12) {
        case 0, 1:
            guard !isLast else { return }
            certificates[depth].issuer = Self.respelt(certificates[depth + 1].subject, &chance)
            words.append("\(depth): the issuer's name is written in another way")
        case 2, 3, 4: constrain(&chance)
        case 5, 6: addNames(&chance)
        case 7: addPolicies(depth, &chance)
        case 8:
            certificates[depth].version = 1 + chance.below(2)
            words.append("\(depth): version \(certificates[depth].version)")
        case 9: certificates[depth].extensions.append(.unknown(critical: false))
        case 10: issueBySelf(&chance)
        default: describe(depth, &chance)
        }
    }

    /// Name constraints on a CA, the root among them.
    private mutating func constrain(_ chance: inout Chance) {
        guard certificates.count > 1 else { return }
        let depth = 1 + chance.below(certificates.count - 1)
        guard !certificates[depth].extensions.contains(where: { $0.identifier == "2.5.29.30" }) else { return }
        let permitted = (0..<chance.pick([(0, 4), (1, 4), (2, 3), (4, 1)])).map { _ in anyConstraint(&chance) }
        let excluded = (0..<chance.pick([(0, 5), (1, 4), (2, 2)])).map { _ in anyConstraint(&chance) }
        let isCritical = !chance.oneIn(3)
        certificates[depth].extensions.append(
            .nameConstraints(permitted: permitted, excluded: excluded, critical: isCritical))
        words.append(
            "\(depth): names\(isCritical ? "" : ", not critical,") permitted \(permitted.map(\.base)), "
                + "excluded \(excluded.map(\.base))"
        )
        if chance.oneIn(2) { addNames(&chance) }
    }

    /// More names in the server's certificate, or in a CA's.
    private mutating func addNames(_ chance: inout Chance) {
        let depth = chance.oneIn(4) ? chance.below(certificates.count) : 0
        let names = (0..<1 + chance.below(3)).map { _ in anyName(&chance) }
        if chance.oneIn(6) {
            certificates[depth].subject.append([
                .email(chance.oneIn(3) ? "post@other.example" : "post@\(host)", tag: chance.oneIn(5) ? 0x0C : 0x16)
            ])
            words.append("\(depth): an e-mail address in the subject")
        }
        words.append("\(depth): names \(names)")
        let place = certificates[depth].extensions.firstIndex { $0.identifier == "2.5.29.17" }
        let own: [FreeCertificate.GeneralName] = depth == 0 && place != nil ? [.dns(host)] : []
        let all = chance.oneIn(2) ? own + names : names + own
        if let place { certificates[depth].extensions.remove(at: place) }
        certificates[depth].extensions.append(.alternativeNames(all, critical: chance.oneIn(4)))
    }

    private mutating func addPolicies(_ depth: Int, _ chance: inout Chance) {
        let isCritical = chance.oneIn(2)
        let more: FreeCertificate.Extension =
            switch chance.below(5) {
            case 0: .policies("1.2.3.4", critical: isCritical)
            case 1: .policies("2.5.29.32.0", "1.2.3.4", critical: isCritical)
            case 2: .policyMappings("1.2.3.4", "1.2.3.5", critical: isCritical)
            case 3:
                .policyConstraints(
                    explicit: UInt8(chance.below(2)), mapping: chance.oneIn(2) ? 0 : nil, critical: isCritical)
            default: .inhibitAnyPolicy(UInt8(chance.below(2)), critical: isCritical)
            }
        certificates[depth].extensions.append(more)
        words.append("\(depth): policies \(more.identifier)\(isCritical ? " critical" : "")")
    }

    /// A CA issues itself another certificate, with another key (RFC 5280 §3.2): that one does not count for lengths
    /// and names.
    private mutating func issueBySelf(_ chance: inout Chance) {
        guard certificates.count > 2 else { return }
        let depth = 1 + chance.below(certificates.count - 2)
        guard keys[depth] != keys[depth + 1] else { return }
        certificates[depth].subject = certificates[depth + 1].subject
        // Without key identifiers OpenSSL takes it for a root, or one of its names for the other's.
        let isIdentified = [depth - 1, depth].allSatisfy { below in
            certificates[below].extensions.contains { $0.identifier == "2.5.29.35" }
                && certificates[below + 1].extensions.contains { $0.identifier == "2.5.29.14" }
        }
        if !isIdentified { marks.insert(.hasAmbiguousIssuer) }
        words.append("\(depth): self-issued")
        guard chance.oneIn(2) else { return }
        let names = (0..<1 + chance.below(2)).map { _ in anyName(&chance) }
        certificates[depth].extensions.removeAll { $0.identifier == "2.5.29.17" }
        certificates[depth].extensions.append(.alternativeNames(names))
        words.append("\(depth): names \(names)")
    }

    /// What a certificate says of its use.
    private mutating func describe(_ depth: Int, _ chance: inout Chance) {
        func replace(_ identifier: String, _ more: FreeCertificate.Extension?) {
            certificates[depth].extensions.removeAll { $0.identifier == identifier }
            if let more { certificates[depth].extensions.append(more) }
        }
        let word: String
        switch chance.below(6) {
        case 0:
            replace("2.5.29.37", .purposes("1.3.6.1.5.5.7.3.1", "1.3.6.1.5.5.7.3.2", critical: chance.oneIn(2)))
            word = "for servers and clients"
        case 1:
            replace("2.5.29.37", .purposes("2.5.29.37.0", "1.3.6.1.5.5.7.3.1"))
            word = "for servers and anything"
        case 2:
            replace("2.5.29.37", .purposes(chance.oneIn(2) ? "1.3.6.1.4.1.311.10.3.3" : "2.16.840.1.113730.4.1"))
            word = "for gated servers"
        case 3:
            let bits = UInt8(chance.pick([(0x40, 2), (0xC0, 1), (0x80, 1), (0x04, 2), (0x02, 1), (0x00, 1)]))
            replace("2.16.840.1.113730.1.1", .netscapeType(bits))
            word = "netscape-cert-type \(bits)"
        case 4:
            replace("2.5.29.15", nil)
            word = "without key usage"
        default:
            guard depth > 0 else { return }
            // OpenSSL calls 4 what says so in key usage alone, and takes it for an anchor.
            replace("2.5.29.19", nil)
            if chance.oneIn(2) { replace("2.5.29.15", .keyUsage(0x06)) }
            if chance.oneIn(4) { certificates[depth].version = 1 }
            if certificates[depth].extensions.contains(where: { $0.identifier == "2.5.29.15" }) {
                marks.insert(.isCAByUsageAlone)
            }
            word = "without basic constraints"
        }
        words.append("\(depth): \(word)")
    }
}
