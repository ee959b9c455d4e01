import Certificates
import DANE
import Inspection
import Probe

/// The TLSA records that would match what the hosts show, for those whose records do not.
enum PublishLines {
    /// At most so many hosts.
    private static let most = 8

    static func of(_ inspection: Inspection) -> [ResultView.Publish] {
        let port = inspection.destination.port
        return inspection.hosts.filter {
            !$0.records.isEmpty && ($0.finding.outcome == .tlsaInvalid || $0.isMismatched)
        }
        .prefix(most).enumerated().compactMap { lines(of: $1, number: $0 + 1, port: port) }
    }

    private static func lines(of host: InspectedHost, number: Int, port: UInt16) -> ResultView.Publish? {
        guard let owner = host.base?.tlsaOwner(port: port), let chain = host.mismatchedChain else { return nil }
        let details = chain.prefix(3).compactMap(CertificateDetails.init(der:))
        guard let leaf = details.first else { return nil }
        var lines = [("3 1 1 \(leaf.spkiSHA256)", "for the host's own key (DANE-EE)", "for the host's own key")]
        // A host may send other certificates too, which are not the issuer of its own.
        if details.count > 1, details[1].subject == leaf.issuer {
            lines.append(
                (
                    "2 1 1 \(details[1].spkiSHA256)",
                    "or for the issuer that it sends (DANE-TA): names and dates must be right then",
                    "for the issuer that it sends"
                ))
        }
        let usable = host.records.count(where: \.fullUsability.isUsable)
        let sentence =
            usable == 1
            ? "The one usable record does not match the chain that the host shows."
            : "None of the \(usable) usable records matches the chain that the host shows."
        return ResultView.Publish(
            host: PageText.of(host.finding.name), sentence: sentence,
            lines: lines.enumerated().map { index, line in
                .init(
                    anchor: "publish-\(number)-\(index + 1)", text: "\(owner). IN TLSA \(line.0)", what: line.1,
                    label: line.2)
            })
    }
}

extension InspectedHost {
    /// Whether a connection has shown a chain that no record matches.
    fileprivate var isMismatched: Bool { mismatchedChain != nil }

    /// The chain of the first connection that no record matches, among those that a sender makes.
    fileprivate var mismatchedChain: [[UInt8]]? {
        for address in addresses {
            for connection in address.connections where connection.outcome == .tlsaInvalid {
                guard connection.purpose == .first || connection.purpose == .again else { continue }
                if case .secured(let session) = connection.report.end { return session.chain }
            }
        }
        return nil
    }
}
