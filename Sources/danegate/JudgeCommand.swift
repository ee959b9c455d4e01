import ArgumentParser
import Certificates
import DANE
import Foundation
import Reports
import Support

/// `danegate judge`: judges a certificate chain by TLSA records, without any network.
struct JudgeCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "judge", abstract: "Judge a certificate chain by TLSA records, without any network.",
        discussion: """
            The records count as secure, and TLS as established: what is judged is what RFC 7672 section 3 asks of the \
            certificate. The outcome is verified, encrypted (no record can be used), tlsa-invalid, certificate-expired \
            or certificate-host-mismatch. It is unreachable, as the gate has it, where a failure is none for certain: \
            the chain has more than is looked at ("cut"), or a certificate cannot be read or has a key or a signature \
            of a kind that GnuTLS does not know ("undecided"). Exits 0 if a client may deliver (verified, encrypted), \
            1 if not, 64 on usage, 65 if the chain is no PEM, 66 if it cannot be read, 75 if that cannot be told. A \
            chain may have 256 certificates and 1 MiB; 128 of them are judged.
            """)

    /// The most bytes of a chain.
    private static let maximumSize = PEM.maximumSize

    @Option(
        help: "A file with the chain in PEM as the server sends it, its own certificate first; - for standard input.",
        completion: .file())
    var chain: String

    @Option(
        help: ArgumentHelp(
            "A TLSA record as in a zone file: \"3 1 1 2bf4…\". Once for each record.", valueName: "record"))
    var tlsa: [String]

    @Option(
        help:
            "A reference name: the TLSA base domain first, then, where the MX records are secure, the next-hop domain.")
    var name: [String]

    @Option(help: "The moment to judge for, in ISO 8601: 2027-01-31T12:00:00Z, or 2027-01-31. By default now.")
    var date: String?

    @Flag(help: "Print one JSON object.")
    var json = false

    func run() throws {
        let records = try tlsa.map { text in
            guard let record = TLSARecord(presentation: text) else {
                throw ValidationError(
                    "--tlsa '\(text.prefix(80))' is no TLSA record: three numbers and hexadecimal digits")
            }
            return record
        }
        let names = try name.map { text in
            guard let name = InternationalName.domainName(text), !name.isRoot else {
                throw ValidationError("--name '\(text.prefix(80))' is no domain name")
            }
            return name
        }
        guard names.count <= CertificateJudgement.maximumNames else {
            throw ValidationError("--name is given more than \(CertificateJudgement.maximumNames) times")
        }
        let moment = try date.map { text in
            guard let moment = Moment(text) else {
                throw ValidationError("--date '\(text.prefix(80))' is no date in ISO 8601")
            }
            return moment.seconds
        }
        let report = JudgementReport(
            chain: try readChain(), records: records, names: names, date: moment ?? unixTime())
        try StandardDescriptors.put(json ? report.json : report.text)
        if report.judgement.isDoubtful { throw ExitCode(EX_TEMPFAIL) }
        if !report.outcome.allowsDelivery { throw ExitCode(1) }
    }

    /// Reads the chain, and returns it in DER.
    private func readChain() throws -> [[UInt8]] {
        let file: FileHandle
        do { file = try chain == "-" ? .standardInput : FileHandle(forReadingFrom: URL(fileURLWithPath: chain)) } catch
        {
            throw ExitError(EX_NOINPUT, "\(chain): it cannot be opened (\(error.localizedDescription))")
        }
        let bytes: [UInt8]
        do { bytes = try Self.read(file) } catch {
            throw ExitError(EX_NOINPUT, "\(chain): it cannot be read as a file")
        }
        do throws(PEMError) { return try PEM.certificates(in: bytes) } catch {
            throw ExitError(EX_DATAERR, "\(chain): \(error.description)")
        }
    }

    /// Reads all bytes, or one more than a chain may have.
    private static func read(_ file: FileHandle) throws -> [UInt8] {
        var bytes: [UInt8] = []
        while bytes.count <= maximumSize, let more = try file.read(upToCount: 65536), !more.isEmpty {
            bytes.append(contentsOf: more)
        }
        return bytes
    }
}
