import RESP
import Testing
import WorldHosts
import WorldServers
import WorldStore

@testable import Store

@Suite("TLS with a store", .timeLimit(.minutes(5)))
struct StoreTLSTests {
    /// What is wrong with a certificate, and what is said of it.
    enum Case: String, CaseIterable, Sendable {
        case otherName, noName, address, unknownRoot, expired, notYet, client, selfSigned

        var words: String {
            switch self {
            case .otherName, .noName, .address: "The name in the certificate does not match"
            case .unknownRoot, .selfSigned: "The certificate issuer is unknown"
            case .expired: "expired"
            case .notYet: "not yet"
            case .client: "purpose"
            }
        }
    }

    private static let authority = Task { try await CertificateAuthority.root() }

    private func trust(_ authority: CertificateAuthority) throws -> StoreTrust {
        try StoreTrust(pem: Array(authority.certificates.map(\.pem).joined().utf8))
    }

    @Test func isVerified() async throws {
        let root = try await Self.authority.value
        let chain = try await root.intermediate().issue("localhost")
        try await withRedis(.tls(chain)) { redis async throws in
            var options = StoreWorld.patient
            options.tracked = ["t:"]
            try await StoreWorld.run(
                "rediss://localhost:\(redis.port)", trust: try trust(root), options: options
            ) { store async throws in
                let value = String(repeating: "x", count: 300_000)
                try await store.ask("SET", "k", value)
                #expect(try await store.ask("GET", "k").text == value)
                let commands = (0..<500).map { _ in RESPCommand("INCR", "n") }
                let answers = try await store.client.answers(to: commands, within: StoreWorld.patience)
                #expect(answers.map(\.integer) == (1...500).map { Int64($0) })
                let writer = try StoreWorld("rediss://localhost:\(redis.port)", trust: try trust(root))
                try await writer.becomes(.ready)
                try await writer.ask("SET", "t:1", "a")
                await writer.client.shutdown()
                #expect(try await eventually { store.events.keys == ["t:1"] })
            }
        }
    }

    @Test(arguments: Case.allCases) func isRefused(_ fault: Case) async throws {
        let root = try await Self.authority.value
        let chain: IssuedChain =
            switch fault {
            case .otherName: try await root.issue("redis.example.org")
            case .noName: try await root.issue(commonName: "localhost.example.org")
            case .address, .unknownRoot: try await root.issue("localhost")
            case .expired: try await root.issue("localhost", validity: .expired)
            case .notYet: try await root.issue("localhost", validity: .notYet)
            case .selfSigned: try await .selfSigned("localhost")
            case .client: try await Self.clientChain(below: root)
            }
        let trusted = fault == .unknownRoot ? try await CertificateAuthority.root("Other Root") : root
        try await withRedis(.tls(chain)) { redis async throws in
            let host = fault == .address ? "127.0.0.1" : "localhost"
            let store = try StoreWorld(
                "rediss://\(host):\(redis.port)", StoreCredentials(password: "geheim"), trust: try trust(trusted))
            let isSaid = try await eventually(within: .seconds(60)) {
                store.client.state.reason?.contains(fault.words) == true
            }
            #expect(isSaid, "\(store.client.state)")
            #expect(store.client.state.reason?.contains("certificate is refused") == true)
            #expect(store.client.state.generation == 0)
            #expect(await store.failure("PING") == .unavailable)
            await store.client.shutdown()
        }
    }

    /// A certificate of the root's that is not for servers.
    private static func clientChain(below root: CertificateAuthority) async throws -> IssuedChain {
        var draft = IssuedCertificate.Draft(commonName: "localhost")
        draft.names = ["localhost"]
        draft.purpose = .client
        var issuer = IssuedCertificate.Draft(commonName: "Test Root")
        issuer.authority = (true, nil)
        return try IssuedCertificate.sign([
            (draft, try await CertificateKey.new()), (issuer, root.certificates[0].key),
        ])
    }

    @Test func isMissingOnEitherSide() async throws {
        let root = try await Self.authority.value
        try await withRedis { redis async throws in
            // It waits for the end of what it takes for a line.
            var options = StoreWorld.patient
            options.connectTimeout = .milliseconds(300)
            let store = try StoreWorld("rediss://localhost:\(redis.port)", trust: try trust(root), options: options)
            #expect(
                try await eventually(within: .seconds(60)) {
                    store.client.state.reason?.contains("no greeting within 0.3 seconds") == true
                })
            #expect(store.client.state.generation == 0)
            await store.client.shutdown()
        }
        try await withRedis(.tls(try await root.issue("localhost"))) { redis async throws in
            let store = try StoreWorld("redis://localhost:\(redis.port)")
            #expect(try await eventually { store.client.state.reason != nil })
            #expect(store.client.state.generation == 0)
            await store.client.shutdown()
        }
    }

    @Test func needsSomebodyToTrust() throws {
        let address = try StoreAddress("rediss://localhost")
        #expect(throws: StoreTLSError.self) { try StoreClient(address) }
        #expect(throws: StoreTLSError("there is no certificate")) { try StoreTrust(pem: []) }
        for text in ["no certificate", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"] {
            #expect(throws: StoreTLSError.self) { try StoreTrust(pem: Array(text.utf8)) }
        }
    }
}
