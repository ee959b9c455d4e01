import World

/// What doors have said of the same destinations, each without what its MTA adds.
struct MTATable: Sendable {
    /// An MTA, and the way in which it asks.
    enum Way: String, Sendable, CaseIterable {
        case postfixMilter = "Postfix, milter"
        case postfixPolicy = "Postfix, policy delegation"
        case sendmailMilter = "Sendmail, milter"
        case eximQuery = "Exim, query"

        /// A reply of the MTA to a client, as danegate has said it.
        func without(additions reply: SMTPClient.Reply, _ recipient: String) -> String {
            // Of what is accepted the MTA has its own words.
            guard reply.code != 250 else { return "accept" }
            // Exim breaks long replies into lines, and `line` joins them.
            let codes = "\(reply.code) \(reply.enhanced) "
            let added =
                switch self {
                case .postfixMilter, .eximQuery: ""
                // For 550 alone.
                case .sendmailMilter: reply.code == 550 ? "<\(recipient)>... " : ""
                case .postfixPolicy: "<\(recipient)>: Recipient address rejected: "
                }
            guard reply.line.hasPrefix(codes + added) else { return "not as added: \(reply.line)" }
            let text = reply.line.dropFirst(codes.count + added.count)
            // In what a policy server says Postfix knows no enhanced codes of addresses behind 5.1.8, and has 5.1.0 for
            // them (smtpd_dsn_fix.c).
            if self == .postfixPolicy, codes == "556 5.1.0 " { return "556 5.1.10 \(text)" }
            return codes + text
        }
    }

    /// A destination, what the query socket itself says of it, and what came out of the MTAs.
    struct Row: Sendable {
        let destination: MTADestination
        let said: String
        let came: [Way: String]

        /// The ways by which something else came.
        var differences: [Way] {
            Way.allCases.filter { came[$0]?.withoutFirstSeen ?? said.withoutFirstSeen != said.withoutFirstSeen }
        }
    }

    /// All rows.
    let rows: [Row]

    /// The table of differences.
    var text: String {
        let asked = rows.map(\.came.count).reduce(0, +)
        let different = rows.flatMap { row in
            row.differences.map {
                "mtas: \(row.destination.recipient): said \(row.said)\nmtas:   \($0.rawValue): \(row.came[$0] ?? "")\n"
            }
        }
        return
            "mtas: \(rows.count) destinations, \(asked) replies of \(Way.allCases.count) ways, "
            + "\(different.count) different\n" + different.joined()
    }
}
