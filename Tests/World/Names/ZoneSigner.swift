import Foundation

/// The keys of a world, and the way from `Zone` values to signed files (ldns-keygen, ldns-key2ds, ldns-signzone).
///
/// All zones share one key: DNSSEC does not mind, and a world comes up faster.
struct ZoneSigner: Sendable {
    /// The base name of the key's files.
    private let key: String
    /// The DNSKEY RDATA of the key in use, and of another one that signs nothing.
    private let keyData: String
    private let otherKeyData: String
    private let directory: ScratchDirectory

    /// Makes the keys.
    init(in directory: ScratchDirectory) async throws {
        self.directory = directory
        for tool in ["ldns-keygen", "ldns-key2ds", "ldns-signzone"] { _ = try ChildProcess.find(tool) }
        let keygen = "ldns-keygen -a ECDSAP256SHA256 -k world"
        let bases = try await Self.shell("\(keygen) && \(keygen)", in: directory).split(separator: "\n").map(
            String.init)
        guard bases.count == 2 else { throw WorldError("ldns-keygen made no two keys: \(bases)") }
        key = bases[0]
        let data = try bases.map { base in
            let text = try String(contentsOfFile: directory.file("\(base).key"), encoding: .utf8)
            guard let start = text.range(of: "DNSKEY")?.upperBound else { throw WorldError("no key: \(text)") }
            return text[start...].prefix { $0 != ";" }.trimmingCharacters(in: .whitespacesAndNewlines)
        }
        (keyData, otherKeyData) = (data[0], data[1])
    }

    /// The DS records of zones, by zone name: the line without the zone's fault, and that of `dsMismatch`.
    func delegationSigners(of zones: [Zone]) async throws -> [String: String] {
        let lines = zones.map { "\($0.origin) IN DNSKEY \($0.signing == .dsMismatch ? otherKeyData : keyData)\n" }
        try directory.write(lines.joined(), to: "all.key")
        let output = try await Self.shell("ldns-key2ds -n -2 all.key", in: directory)
        var signers: [String: String] = [:]
        for line in output.split(separator: "\n") where line.contains("\tDS\t") {
            let owner = line.prefix { $0 != "\t" }
            signers[String(owner.dropLast())] = String(line)
        }
        for zone in zones {
            // The fields of a DS record: key tag, algorithm, digest type, digest.
            guard let field = zone.signing.unknownDSField, let line = signers[zone.name] else { continue }
            var fields = line.split(whereSeparator: \.isWhitespace).map(String.init)
            guard let type = fields.firstIndex(of: "DS"), fields.count > type + field else { continue }
            fields[type + field] = "200"
            signers[zone.name] = fields.joined(separator: " ")
        }
        guard signers.count == Set(zones.map(\.name)).count else { throw WorldError("ldns-key2ds: \(output)") }
        return signers
    }

    /// Writes the files of zones, ready to be served, as `<index>.zone`.
    ///
    /// - Parameters:
    ///   - zones: Each with the number of its file and the delegations below it, as zone file lines.
    ///   - serial: The serial of all.
    func write(_ zones: [(zone: Zone, index: Int, delegations: [String])], serial: Int) async throws {
        var commands: [String] = []
        for (zone, index, delegations) in zones {
            let file = "\(index).zone"
            let text = text(of: zone, serial: serial, delegations: delegations)
            guard zone.isSigned else {
                try directory.write(text, to: file)
                continue
            }
            try directory.write(text, to: "\(file).plain")
            commands.append(command(zone, from: "\(file).plain", to: "\(file).signed", days: dates(of: zone)))
            if zone.needsExpiredCopy {
                commands.append(command(zone, from: "\(file).plain", to: "\(file).expired", days: (-40, -10)))
            }
        }
        // Two at a time; a child process for each command would cost more than the signing.
        let halves = (0...1).map { half in
            commands.enumerated().filter { $0.offset % 2 == half }.map(\.element).joined(separator: "\n")
        }
        async let first = Self.shell("set -e\n\(halves[0])", in: directory)
        async let second = Self.shell("set -e\n\(halves[1])", in: directory)
        _ = try await (first, second)
        for (zone, index, _) in zones where zone.isSigned {
            var file = try read("\(index).zone.signed", of: zone)
            try file.damage(expired: zone.needsExpiredCopy ? read("\(index).zone.expired", of: zone) : nil)
            file.markShortData()
            try directory.write(file.text, to: "\(index).zone")
        }
    }

    private func read(_ name: String, of zone: Zone) throws -> SignedZoneFile {
        SignedZoneFile(try String(contentsOfFile: directory.file(name), encoding: .utf8), of: zone)
    }

    private func text(of zone: Zone, serial: Int, delegations: [String]) -> String {
        var lines = [
            "$ORIGIN \(zone.origin)", "$TTL \(zone.ttl)", "@ 60 SOA ns hostmaster \(serial) 3600 600 86400 60",
            "@ NS ns",
            "ns A 127.0.0.1",
        ]
        if zone.isSigned { lines.append("@ DNSKEY \(keyData)") }
        return (lines + zone.records + delegations).joined(separator: "\n") + "\n"
    }

    private func dates(of zone: Zone) -> (from: Int, to: Int) {
        switch zone.signing {
        case .expired: (-40, -10)
        case .notYetValid: (10, 40)
        case .ending(let days): (-2, days)
        default: (-2, 30)
        }
    }

    private func command(_ zone: Zone, from: String, to: String, days: (from: Int, to: Int)) -> String {
        let now = Int(Date().timeIntervalSince1970)
        let denial =
            switch zone.signing {
            case .nsec3: " -n -t 0"
            case .nsec3OptOut: " -n -t 0 -p"
            case .nsec3Iterations(let count): " -n -t \(count)"
            default: ""
            }
        // Not on the border between two days, which a clock that is set back by a second crosses.
        let early = if case .ending(let days) = zone.signing, days > 0 { 3600 } else { 0 }
        return "ldns-signzone\(denial) -i \(now + days.from * 86400) -e \(now + days.to * 86400 - early)"
            + " -o \(zone.origin) -f \(to) \(from) \(key)"
    }

    /// Runs a script in the directory.
    ///
    /// The output goes by way of a file: a pipe may still hold some of it when the end of the process is reported.
    private static func shell(_ script: String, in directory: ScratchDirectory) async throws -> String {
        let file = directory.file("\(UUID().uuidString).out")
        let arguments = ["-c", "exec >\(file) 2>&1\n\(script)"]
        let (status, _) = try await ChildProcess.run("sh", arguments, directory: directory.path)
        let output = (try? String(contentsOfFile: file, encoding: .utf8)) ?? ""
        guard status == 0 else { throw WorldError("\(script.prefix(80)) failed: \(output)") }
        return output
    }
}

extension Zone {
    fileprivate var needsExpiredCopy: Bool {
        faults.contains { if case .expiredSignature = $0 { true } else { false } }
    }
}

extension Zone.Signing {
    /// Which field of the DS record is to be a number that nobody knows.
    fileprivate var unknownDSField: Int? {
        switch self {
        case .unknownAlgorithm: 2
        case .unknownDigest: 3
        default: nil
        }
    }
}
