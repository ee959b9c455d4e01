import Certificates
import DANE
import Foundation
import Probe

extension CheckReport {
    /// The report as one line of JSON; the keys are design.md's.
    public var json: String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.withoutEscapingSlashes, .sortedKeys]
        // Strings, numbers and arrays of them: nothing here can fail to encode.
        return (try? encoder.encode(Body(self))).map { String(decoding: $0, as: UTF8.self) } ?? "{}"
    }

    /// A value that stands in the JSON as `null` where there is none: keys are stable, present or not.
    private struct Nullable<Value: Encodable>: Encodable {
        let value: Value?
        init(_ value: Value?) { self.value = value }

        func encode(to encoder: any Encoder) throws {
            var container = encoder.singleValueContainer()
            if let value { try container.encode(value) } else { try container.encodeNil() }
        }
    }

    private struct Body: Encodable {
        let domain: String
        let outcome: String
        let ruling: String
        let would: Nullable<String>
        let code: Nullable<String>
        let reply: Nullable<String>
        let cause: String
        let host: Nullable<String>
        let degraded: Bool
        let hazards: [String]
        let mx_security: Nullable<String>
        let valid_for: Int64
        let elapsed_ms: Double
        let hosts: [Host]
        let steps: [Step]

        init(_ report: CheckReport) {
            domain = report.domain
            outcome = report.ruling.outcome.rawValue
            ruling = report.ruling.action.rawValue
            would = Nullable(report.ruling.would?.rawValue)
            code = Nullable(report.ruling.code?.description)
            reply = Nullable(report.reply?.description)
            cause = report.ruling.hazard ?? report.verdict.cause
            host = Nullable(report.verdict.host)
            degraded = report.verdict.isDegraded
            hazards = report.verdict.hazards
            mx_security = Nullable(report.inspection?.mxSecurity?.rawValue)
            valid_for = report.inspection?.lifetime.components.seconds ?? 0
            elapsed_ms = report.inspection?.elapsed.tenthsOfMilliseconds ?? 0
            hosts = report.inspection?.hosts.map(Host.init) ?? []
            let inspection = report.inspection
            steps = ((inspection?.steps ?? []) + (inspection?.hosts.flatMap(\.advice) ?? []) + report.notes)
                .map(Step.init)
        }
    }

    private struct Step: Encodable {
        let step: String
        let subject: String
        let result: String
        let detail: String
        let elapsed_ms: Double

        init(_ step: InspectionStep) {
            self.step = step.kind.rawValue
            subject = step.subject
            result = step.result.rawValue
            detail = step.detail
            elapsed_ms = step.elapsed.tenthsOfMilliseconds
        }
    }

    private struct Host: Encodable {
        let name: String
        let preference: UInt16
        let outcome: String
        let cause: String
        let hazards: [String]
        let tlsa_base: Nullable<String>
        let tlsa: [Record]
        let addresses: [Address]

        init(_ host: InspectedHost) {
            name = host.finding.name
            preference = host.finding.preference
            outcome = host.finding.outcome.rawValue
            cause = host.finding.cause
            hazards = host.finding.hazards
            tlsa_base = Nullable(host.base?.description)
            let judged = host.addresses.compactMap { $0.judgement?.records }
            tlsa = host.records.enumerated().map { index, record in
                Record(record, judged.compactMap { $0.indices.contains(index) ? $0[index] : nil })
            }
            addresses = host.addresses.map(Address.init)
        }
    }

    private struct Record: Encodable {
        let usage: UInt8
        let selector: UInt8
        let matching: UInt8
        let data: String
        let names: String
        let usable: Bool
        let matched: Bool
        let why: Nullable<String>

        /// A record and how it was judged at each address.
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
            why = Nullable(reason ?? findings.first { $0.standing != .authenticates }?.explanation)
        }
    }

    private struct Address: Encodable {
        let address: String
        let outcome: String
        let cause: String
        let tls: Nullable<TLS>
        let chain: [Certificate]
        let banner: Nullable<String>
        let replies: [String]
        let timings: [Timing]

        init(_ address: InspectedAddress) {
            self.address = address.finding.address.description
            outcome = address.finding.outcome.rawValue
            cause = address.finding.cause
            banner = Nullable(address.report?.banner)
            replies = address.report?.replies ?? []
            timings = address.report?.timings.map(Timing.init) ?? []
            guard case .secured(let session) = address.report?.end else {
                tls = Nullable(nil)
                chain = []
                return
            }
            tls = Nullable(
                TLS(version: session.protocolVersion, cipher: session.cipherSuite, group: Nullable(session.group)))
            chain = session.chain.compactMap(CertificateDetails.init(der:)).map(Certificate.init)
        }
    }

    private struct Timing: Encodable {
        let step: String
        let elapsed_ms: Double

        init(_ timing: ProbeReport.Timing) {
            step = timing.step.rawValue
            elapsed_ms = timing.duration.tenthsOfMilliseconds
        }
    }

    private struct TLS: Encodable {
        let version: String
        let cipher: String
        let group: Nullable<String>
    }

    private struct Certificate: Encodable {
        let subject: String
        let issuer: String
        let names: [String]
        let not_before: String
        let not_after: String
        let key: String
        let bits: Int
        let sha256: String
        let spki_sha256: String

        init(_ details: CertificateDetails) {
            subject = details.subject
            issuer = details.issuer
            names = details.names
            not_before = Self.text(details.notBefore)
            not_after = Self.text(details.notAfter)
            key = details.keyAlgorithm
            bits = details.keyBits
            sha256 = details.certificateSHA256
            spki_sha256 = details.spkiSHA256
        }

        private static func text(_ time: Int64) -> String {
            Date(timeIntervalSince1970: TimeInterval(time)).formatted(.iso8601)
        }
    }
}
