import DANE
import Probe
import Store

@testable import Inspection
@testable import Policy
@testable import Sharing

extension FuzzTarget {
    /// What hosts write into the store that they share: read as if one of them had sealed it, and as it stands there.
    static let sharedRecords = FuzzTarget("shared-records") { bytes in
        let seal = try StoreSeal(key: "0123456789abcdef0123456789abcdef")
        let name = "danegate:1:default:v:example.org"
        if (try? SharedRecord(bytes, seal, at: name)) != nil { throw Broken(description: "it is read without a seal") }
        let sealed = bytes + seal.code(of: bytes, at: Array(name.utf8))
        if (try? SharedRecord(sealed, seal, at: name + "m")) != nil {
            throw Broken(description: "it is read under another name")
        }
        guard let record = try? SharedRecord(sealed, seal, at: name) else { return }
        try require(sealed.count <= SharedRecord.maximumSize, "a record of \(sealed.count) bytes")
        try requireQuiet(record.w, atMost: SharedRecord.maximumWriter, "the writer")
        if let again = record.sealed(seal, at: name) {
            try require(try SharedRecord(again, seal, at: name) == record, "it reads as another one")
        }
        if let verdict = record.verdict(source: 1) {
            try require(verdict.isForeign && SharedRecord.isTold(verdict.outcome), "a verdict that no host tells")
            try requireQuiet(verdict.cause, atMost: SharedRecord.maximumSize, "the cause")
            try requireQuiet(verdict.host ?? "", atMost: SharedRecord.maximumSize, "the host")
        }
        let records = [TLSARecord(usage: 3, selector: 1, matchingType: 1, data: [UInt8](repeating: 7, count: 32))]
        if let foreign = record.finding(1, among: records, at: record.t / 1000) {
            try require(foreign.record == records[0] && foreign.source == 1, "a finding about something else")
            try requireQuiet(foreign.writer, atMost: SharedRecord.maximumWriter, "the finder")
        }
        let field = "example.org"
        guard let exemption = record.exemption(of: field) else { return }
        try require(exemption.pattern.description == field, "an exemption of other domains")
        try requireQuiet(exemption.reason, atMost: Exemption.reasonLimit, "the reason")
        for maker in [exemption.by, exemption.endedBy ?? "-"] {
            try requireQuiet(maker, atMost: Exemption.makerLimit, "who made or removed it")
        }
        let told = SharedRecord(exemption, writer: "w", at: record.t)
        try require(
            told.exemption(of: field).map { $0.supersedes(exemption) || exemption.supersedes($0) } != true,
            "an exemption is told as an earlier or a later one")
    }

    /// The names that the store tells when others have written.
    static let sharedNames = FuzzTarget("shared-names") { bytes in
        let prefix = Array(SharedKeys.verdicts("default").utf8)
        for name in [bytes, prefix + bytes, Array(SharedKeys.rechecks("default").utf8) + bytes] {
            let verdict = SharedKeys.destination(ofVerdict: name, realm: "default")
            let recheck = SharedKeys.destination(ofRecheck: name, realm: "default")
            try require(verdict == nil || recheck == nil, "a name means two things")
            if let verdict {
                let keys = SharedKeys(verdict, realm: "default")
                try require(Array(keys.verdict.utf8) == name, "a destination has two names: \(keys.verdict)")
                try requireLine(keys.verdict, atMost: prefix.count + 300, "a name")
            }
            if let recheck {
                let keys = SharedKeys(recheck, realm: "default")
                try require(Array(keys.recheck.utf8) == name, "a destination has two names: \(keys.recheck)")
            }
        }
    }
}
