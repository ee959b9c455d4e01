import COpenSSLJudge
import DANE
import WorldHosts

/// OpenSSL's judgement of one chain, in this process, set up as Postfix's SMTP client does.
enum OpenSSLChain {
    /// What it says, and its words for it.
    struct Opinion: Sendable {
        let verdict: ChainVerdict
        let reason: String
    }

    /// Judges a chain.
    ///
    /// - Parameters:
    ///   - chain: In DER, the server's certificate first.
    ///   - records: The TLSA records; those of usages 0 and 1 are left out, as SMTP has it.
    ///   - names: The reference identifiers.
    ///   - date: Seconds since 1970.
    static func judge(_ chain: [[UInt8]], _ records: [TLSARecord], _ names: [String], at date: Int64) -> Opinion {
        let judge = openssl_judge_new(date)
        defer { openssl_judge_free(judge) }
        for name in names { openssl_judge_name(judge, name) }
        for record in records where record.usage >= 2 {
            openssl_judge_record(
                judge, record.usage, record.selector, record.matchingType, record.data, record.data.count)
        }
        for certificate in chain { openssl_judge_certificate(judge, certificate, certificate.count) }
        var buffer = [CChar](repeating: 0, count: 200)
        let verdict = openssl_judge_run(judge, &buffer, buffer.count)
        let reason = String(decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        switch verdict {
        case OPENSSL_TAKES: return Opinion(verdict: .authenticated, reason: reason)
        case OPENSSL_UNUSABLE: return Opinion(verdict: .encrypted, reason: reason)
        case OPENSSL_REFUSES, OPENSSL_UNREADABLE: return Opinion(verdict: .refused, reason: reason)
        default: return Opinion(verdict: .doubtful, reason: "the judge broke: \(reason)")
        }
    }
}

/// What becomes of a chain, in the words that the judges share.
enum ChainVerdict: String, Sendable, CaseIterable {
    case authenticated, refused, encrypted, doubtful
}
