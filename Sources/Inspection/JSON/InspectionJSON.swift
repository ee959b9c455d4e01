import Certificates
import DANE
import Probe
import Support

/// An inspection as JSON, in the output of `check` and in the trace.
package enum InspectionJSON {
    package struct Step: Encodable {
        let step: String
        let subject: String
        let result: String
        let detail: String
        let elapsed_ms: Double

        package init(_ step: InspectionStep) {
            self.step = step.kind.rawValue
            subject = step.subject
            result = step.result.rawValue
            detail = step.detail
            elapsed_ms = step.elapsed.tenthsOfMilliseconds
        }
    }

    package struct Host: Encodable {
        let name: String
        let preference: UInt16
        let outcome: String
        let cause: String
        let hazards: [String]
        let tlsa_base: NullableJSON<String>
        let tlsa: [Record]
        let addresses: [Address]

        /// Makes the JSON of a host.
        ///
        /// - Parameter isBrief: Whether the details of its addresses are left out.
        package init(_ host: InspectedHost, isBrief: Bool = false) {
            name = host.finding.name
            preference = host.finding.preference
            outcome = host.finding.outcome.rawValue
            cause = host.finding.cause
            hazards = host.finding.hazards
            tlsa_base = NullableJSON(host.base?.description)
            let judged = host.addresses.compactMap { $0.judgement?.records }
            tlsa = host.records.enumerated().map { index, record in
                Record(record, judged.compactMap { $0.indices.contains(index) ? $0[index] : nil })
            }
            addresses = isBrief ? [] : host.addresses.map(Address.init)
        }
    }

    struct Record: Encodable {
        let usage: UInt8
        let selector: UInt8
        let matching: UInt8
        let data: String
        let names: String
        let usable: Bool
        let matched: Bool
        let why: NullableJSON<String>

        /// Makes the JSON of a record, with the finding about it per address.
        init(_ record: TLSARecord, _ findings: [RecordFinding]) {
            usage = record.usage
            selector = record.selector
            matching = record.matchingType
            data = record.data.hexadecimal
            names = record.names
            let own = record.fullUsability
            usable = own.isUsable
            matched = findings.contains { $0.standing == .authenticates }
            let reason: String? = if case .unusable(let why) = own { why } else { nil }
            why = NullableJSON(reason ?? findings.first { $0.standing != .authenticates }?.explanation)
        }
    }

    struct Address: Encodable {
        let address: String
        let outcome: String
        let cause: String
        let degraded: Bool
        let tls: NullableJSON<TLS>
        let chain: [CertificateJSON]
        let banner: NullableJSON<String>
        let replies: [String]
        let timings: [Timing]
        let attempts: [Attempt]

        init(_ address: InspectedAddress) {
            self.address = address.finding.address.description
            outcome = address.finding.outcome.rawValue
            cause = address.finding.cause
            degraded = address.finding.isDegraded
            tls = NullableJSON(TLS(address.report))
            chain = CertificateJSON.chain(of: address.report)
            banner = NullableJSON(address.report.banner)
            replies = address.report.replies
            timings = address.report.timings.map(Timing.init)
            attempts = address.connections.map(Attempt.init)
        }
    }

    /// One connection to an address. The keys of the address itself are those of the connection that decided.
    struct Attempt: Encodable {
        let connection: String
        let outcome: String
        let cause: String
        let tls: NullableJSON<TLS>
        let chain: [CertificateJSON]

        init(_ connection: InspectedConnection) {
            self.connection = connection.purpose.rawValue
            outcome = connection.outcome.rawValue
            cause = connection.cause
            tls = NullableJSON(TLS(connection.report))
            chain = CertificateJSON.chain(of: connection.report)
        }
    }

    struct Timing: Encodable {
        let step: String
        let elapsed_ms: Double

        init(_ timing: ProbeReport.Timing) {
            step = timing.step.rawValue
            elapsed_ms = timing.duration.tenthsOfMilliseconds
        }
    }

    struct TLS: Encodable {
        let version: String
        let cipher: String
        let group: NullableJSON<String>

        init?(_ report: ProbeReport) {
            guard case .secured(let session) = report.end else { return nil }
            version = session.protocolVersion
            cipher = session.cipherSuite
            group = NullableJSON(session.group)
        }
    }
}
