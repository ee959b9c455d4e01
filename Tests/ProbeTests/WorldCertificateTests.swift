import DANE
import Foundation
import Testing

import World
@testable import WorldHosts

@Suite("Certificates of the test world", .timeLimit(.minutes(5)))
struct WorldCertificateTests {
    @Test(arguments: [0, 3, 55, 56, 64, 111, 112, 128, 3000])
    func digestsAgreeWithOpenSSL(_ count: Int) async throws {
        let text = String(repeating: "x", count: count)
        let scratch = try ScratchDirectory()
        try scratch.write(text, to: "text")
        for (name, digest) in [("sha256", SHA2.sha256), ("sha512", SHA2.sha512)] {
            let (_, output) = try await shell("openssl dgst -\(name) -r text", in: scratch)
            #expect(output.hasPrefix("\(digest(Array(text.utf8)).hexadecimal) "))
        }
    }

    @Test func chainsVerify() async throws {
        let root = try await CertificateAuthority.root(pathLength: 1)
        let intermediate = try await root.intermediate(pathLength: 0)
        let chain = try await intermediate.issue("mx.example.org", "*.example.org")
        let rsa = try await CertificateAuthority.root(algorithm: .rsa2048).issue("mx.example.org", algorithm: .rsa2048)
        #expect(try await verify(chain).status == 0)
        #expect(try await verify(rsa).status == 0)
        #expect(chain.certificates.count == 3)

        let scratch = try ScratchDirectory()
        try scratch.write(chain.pem, to: "chain")
        let (_, text) = try await shell("openssl x509 -in chain -noout -text", in: scratch)
        #expect(text.contains("DNS:mx.example.org, DNS:*.example.org"))
        #expect(text.contains("Subject: CN = mx.example.org"))
    }

    @Test func faultsAreSeen() async throws {
        let root = try await CertificateAuthority.root()
        let short = try await CertificateAuthority.root(pathLength: 0).intermediate()
        let old = try await CertificateAuthority.root(validity: .expired)
        for (chain, reason) in [
            (try await root.issue("mx.test", validity: .expired), "certificate has expired"),
            (try await root.issue("mx.test", validity: .notYet), "certificate is not yet valid"),
            (try await short.issue("mx.test"), "path length constraint exceeded"),
            (try await old.issue("mx.test"), "certificate has expired"),
        ] {
            let (status, output) = try await verify(chain)
            #expect(status != 0 && output.contains(reason), "\(output)")
        }
    }

    @Test func datesBeyond2050AndNamesInTheSubjectAlone() async throws {
        let far = Validity(from: Date(timeIntervalSince1970: 0), until: Date(timeIntervalSince1970: 4_102_444_800))
        let chain = try await IssuedChain.selfSigned(commonName: "mx.test", validity: far)
        let scratch = try ScratchDirectory()
        try scratch.write(chain.pem, to: "chain")
        let (_, text) = try await shell("openssl x509 -in chain -noout -text", in: scratch)
        #expect(text.contains("Not Before: Jan  1 00:00:00 1970 GMT"))
        #expect(text.contains("Not After : Jan  1 00:00:00 2100 GMT"))
        #expect(!text.contains("DNS:") && text.contains("Subject: CN = mx.test"))
    }

    @Test func recordsDescribeTheCertificate() async throws {
        let root = try await CertificateAuthority.root()
        let chain = try await root.issue("mx.test")
        let renewed = try await root.issue("mx.test", key: chain.key)
        let other = try await root.issue("mx.test")
        #expect(chain.tlsa() == renewed.tlsa() && chain.tlsa(selector: 0) != renewed.tlsa(selector: 0))
        #expect(chain.tlsa() != other.tlsa())
        let scratch = try ScratchDirectory()
        try scratch.write(chain.certificates[1].pem, to: "root")
        let script = "openssl x509 -in root -pubkey -noout | openssl pkey -pubin -outform DER | openssl dgst -sha512 -r"
        let (_, output) = try await shell(script, in: scratch)
        #expect("2 1 2 \(output.prefix(128))" == chain.tlsa(usage: 2, matching: 2, depth: 1))
        #expect(chain.tlsa(usage: 2, selector: 0, matching: 0, depth: 1) == "2 0 0 \(chain.der[1].hexadecimal)")
        #expect(TLSARecord(presentation: chain.tlsa())?.usability.isUsable == true)
    }

    @Test func eachChainHasAKeyOfItsOwn() async throws {
        let root = try await CertificateAuthority.root()
        let chains = try await withThrowingTaskGroup { group in
            for number in 0..<40 { group.addTask { try await root.issue("mx\(number).test") } }
            return try await group.reduce(into: Set()) { $0.insert($1.tlsa()) }
        }
        #expect(chains.count == 40)
    }

    private func verify(_ chain: IssuedChain) async throws -> (status: Int32, output: String) {
        let scratch = try ScratchDirectory()
        for (number, certificate) in chain.certificates.enumerated() {
            try scratch.write(certificate.pem, to: "\(number)")
        }
        let depths = chain.certificates.indices
        let untrusted = depths.dropFirst().dropLast().map { "-untrusted \($0)" }.joined(separator: " ")
        return try await shell(
            "openssl verify -x509_strict -purpose sslserver -CAfile \(depths.count - 1) \(untrusted) 0", in: scratch)
    }

    /// Runs a script; its output goes through a file, so that all of it is there when the script has ended.
    private func shell(_ script: String, in scratch: ScratchDirectory) async throws -> (status: Int32, output: String) {
        let (status, _) = try await ChildProcess.run(
            "sh", ["-c", "{ \(script); } >output 2>&1"], directory: scratch.path)
        return (status, try String(contentsOfFile: scratch.file("output"), encoding: .utf8))
    }
}
