import Foundation

/// OpenSSL's judgement of hosts, by `openssl s_client`: SMTP with STARTTLS, and the TLSA records given.
///
/// It knows little of SMTP: where a host says no, it tries TLS all the same.
public enum OpenSSLJudge {
    /// A host to be judged.
    public struct Question: Sendable {
        /// Its address and port, as s_client wants them.
        let place: String
        /// The reference identifiers (RFC 7672 §3.2.2), the TLSA base domain first.
        let names: [String]
        /// The TLSA records in presentation form.
        let records: [String]

        /// A host to be judged.
        ///
        /// - Parameters:
        ///   - address: Its address.
        ///   - port: The port.
        ///   - names: The reference identifiers (RFC 7672 §3.2.2), the TLSA base domain first.
        ///   - records: The TLSA records in presentation form; at least one.
        public init(address: String, port: UInt16, names: [String], records: [String]) {
            place = address.contains(":") ? "[\(address)]:\(port)" : "\(address):\(port)"
            self.names = names
            self.records = records
        }

        /// Judges by one of the names: s_client takes no more. RFC 7672 §3.1.1: under DANE-EE names do not count.
        func script(for name: String) -> String {
            "\(command) -dane_tlsa_domain \(name) -dane_ee_no_namechecks -verify_return_error"
                + records.map { " -dane_tlsa_rrdata '\($0)'" }.joined()
        }

        /// What Postfix offers (`tls_eecdh_auto_curves`, `tls_medium_cipherlist`), at the security level at which it
        /// authenticates: s_client offers FFDHE groups and leaves out CCM.
        private static let offer =
            "-groups X25519:X448:P-256:P-521:P-384 -cipher 'aNULL:-aNULL:HIGH:MEDIUM:+RC4:@STRENGTH:!aNULL:@SECLEVEL=1'"

        /// TLS without any authentication.
        var unauthenticated: String { command }

        /// RFC 7672 §8.1: SNI is the base domain, whatever names are judged. Only the records make a CA trusted.
        private var command: String {
            "exec openssl s_client -starttls smtp -name judge.example -connect \(place) -servername \(names[0])"
                + " -no-CAfile -no-CApath -no-CAstore -brief \(Self.offer)"
        }
    }

    /// Judges hosts, in the order given.
    public static func judge(_ questions: [Question], seconds: Int = 10) async throws -> [JudgeOpinion] {
        let first = try await CommandBatch.run(questions.map { $0.script(for: $0.names[0]) }, seconds: seconds)
        var opinions = first.map(opinion)
        // Any of the names will do, and one that does not fit is the last thing that is found wrong.
        let unnamed = questions.indices.flatMap { index in
            opinions[index].reason.contains(mismatch) ? questions[index].names.dropFirst().map { (index, $0) } : []
        }
        let second = try await CommandBatch.run(
            unnamed.map { questions[$0.0].script(for: $0.1) }, seconds: seconds)
        for ((index, _), result) in zip(unnamed, second) where opinion(result).verdict == .authenticated {
            opinions[index] = opinion(result)
        }
        // With no record that it can use s_client does not even connect.
        let unusable = questions.indices.filter { first[$0].output.contains(nothing) }
        let third = try await CommandBatch.run(unusable.map { questions[$0].unauthenticated }, seconds: seconds)
        for (index, result) in zip(unusable, third) {
            opinions[index] =
                result.output.contains("CONNECTION ESTABLISHED")
                ? JudgeOpinion(.encrypted, nothing) : JudgeOpinion(.withoutTLS, "\(nothing), and no TLS")
        }
        return opinions
    }

    private static let mismatch = "num=62:"
    private static let nothing = "Failed to import any TLSA records"

    private static func opinion(_ result: CommandBatch.Result) -> JudgeOpinion {
        let lines = result.output.split(whereSeparator: \.isNewline).map(String.init)
        if let match = lines.first(where: { $0.hasPrefix("DANE TLSA ") }), lines.contains("Verification: OK") {
            let name = lines.first { $0.hasPrefix("Verified peername: ") }.map { ", \($0)" } ?? ""
            return JudgeOpinion(.authenticated, match + name)
        }
        if let broken = lines.first(where: { $0.contains("Could not allocate") }) {
            return JudgeOpinion(.unknown, "s_client broke: \(broken)")
        }
        if result.status > 128 && !result.isLate {
            return JudgeOpinion(.unknown, "s_client broke: \(result.output.suffix(200))")
        }
        // What is wrong, and at which depth.
        if let index = lines.firstIndex(where: { $0.hasPrefix("verify error:") }) {
            let depth = index > 0 ? lines[index - 1] + ": " : ""
            return JudgeOpinion(.refused, depth + lines[index].dropFirst("verify error:".count))
        }
        return JudgeOpinion(
            .withoutTLS, result.isLate ? "nothing in time" : lines.last ?? "it says nothing", isLate: result.isLate)
    }
}
