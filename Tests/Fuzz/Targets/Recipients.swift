import DANE
import Support

@testable import Inspection
@testable import Policy

extension FuzzTarget {
    /// A RCPT path and the macros that come with it, between NUL bytes: path, `{rcpt_mailer}`, `{rcpt_host}`, and the
    /// path as typed, where the first one is the MTA's.
    static let recipients = FuzzTarget("recipients") { bytes in
        let texts = bytes.texts
        let path = texts[0]
        let recipient = Recipient(path: path)
        try require(
            Array(path.utf8).contains(Array(recipient.address.utf8)) || recipient.address.isEmpty,
            "an address that is not in its path")
        try require(
            recipient.address.utf8.starts(with: recipient.localPart.utf8), "a local part that is not in its address")
        let received = Recipient(received: ReceivedText(Array(path.utf8)))
        try require(received == recipient, "\(recipient) as text, and as bytes \(received)")
        try require(recipient.mailbox.utf8.count <= recipient.localPart.utf8.count, "the mailbox \(recipient.mailbox)")
        if case .name(let domain) = recipient.domain {
            try require(!domain.isRoot, "the root as a domain")
            try require(DomainName(domain.text) == domain, "the domain \(domain)")
            try require(IPAddress(domain.text) == nil, "the address \(domain) as a domain")
            try require(Recipient(path: "<a@\(domain)>").domain == .name(domain), "\(domain) reads as another")
        }

        let mailer = texts.count > 1 ? texts[1] : nil
        let nextHop = texts.count > 2 ? texts[2] : nil
        let scope = Scope(Settings())
        let typed = texts.count > 3 ? Recipient(path: texts[3]) : nil
        let decision = scope.decide(recipient, typed: typed, mailer: mailer, nextHop: nextHop)
        switch decision {
        case .judged(let hop):
            let destination = hop.destination
            if let name = hop.typed {
                try require(typed?.domain == .name(name), "\(name) was typed")
                try require(recipient.domain == .name(destination.name), "\(destination) is not the address's domain")
                try require(name != destination.name && !hop.isOwn, "\(name) in the place of itself")
            }
            try require(!destination.name.isRoot && destination.port != 0, "\(destination) is judged")
            try require(mailer?.isEmpty != false || ["smtp", "esmtp"].contains(mailer?.lowercased()), "not ours")
        case .impossible: try require(recipient.domain == .malformed, "\(recipient.domain) is impossible")
        case .passed(let why): try requireLine(why, atMost: 100, "a reason")
        case .notOurs: break
        }
        try require(scope.decide(recipient, mailer: "local", nextHop: nextHop) == .notOurs, "local mail is judged")
        if recipient.mailbox.lowercased() == "postmaster" {
            let isLeft = if case .judged = decision { false } else { decision != .impossible }
            try require(isLeft, "the postmaster is judged")
        }
        // SMTP knows no case in a domain (RFC 1035 §2.3.3), and none in what it is routed by.
        if bytes.allSatisfy({ $0 < 0x80 }) {
            let louder = scope.decide(
                Recipient(path: path.uppercased()), typed: typed, mailer: mailer?.uppercased(), nextHop: nextHop)
            try require(louder == decision, "\(decision), and in capitals \(louder)")
        }
    }
}
