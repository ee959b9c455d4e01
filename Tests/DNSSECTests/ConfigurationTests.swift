import DANE
import Foundation
import RuleMarks
import Testing
import World

@testable import DNSSEC

/// Files and options that are right, wrong, missing or garbage.
@Suite(.names([Zone("good.example", "@ MX 10 mx")]), .timeLimit(.minutes(1)))
struct ConfigurationTests {
    private let scratch: ScratchDirectory

    init() throws { scratch = try ScratchDirectory("settings") }

    @Test(
        arguments: [
            (nil, "cannot be read"), ("", "is empty"), (" \n\n", "is empty"), ("; nothing\n", "no DS or DNSKEY"),
            ("garbage\n", "no DS or DNSKEY"), ("; . IN DS 1 8 2 00\n", "no DS or DNSKEY"),
            (". 3600 IN DNSKEY 257 3 8 AAAA ;;state=5 [ REMOVED ]\n", "no DS or DNSKEY"),
        ] as [(String?, String)])
    func trustAnchorIsChecked(_ text: String?, _ words: String) throws {
        let path = scratch.file("anchor")
        if let text { try scratch.write(text, to: "anchor") }
        for anchor in [ResolverConfiguration.TrustAnchor.file(path), .automatic(path)] {
            let error = #expect(throws: ResolverError.self) {
                _ = try Resolver(ResolverConfiguration(trustAnchor: anchor))
            }
            let description = error?.description ?? ""
            #expect(description.contains(words) && description.contains(path), "\(description)")
        }
    }

    @Test func directoriesAreNoFiles() throws {
        let error = #expect(throws: ResolverError.self) {
            _ = try Resolver(ResolverConfiguration(trustAnchor: .file(scratch.path)))
        }
        #expect(error?.description.contains("no ordinary file") == true)
    }

    @Test func otherFilesAreChecked() throws {
        let anchor = try ResolverConfiguration.TrustAnchor.file(NameServers.current.trustAnchorPath)
        let none = scratch.file("none")
        for configuration in [
            ResolverConfiguration(rootHints: none, trustAnchor: anchor),
            ResolverConfiguration(trustAnchor: anchor, configuration: none),
        ] {
            let error = #expect(throws: ResolverError.self) { _ = try Resolver(configuration) }
            #expect(error?.description.contains(none) == true)
        }
    }

    @Test(arguments: [
        "garbage\n", "server:\n  no-such-option: yes\n", "forward-zone:\n  name: \"\u{1}\n", "\u{0}\u{1}\u{FF}",
    ])
    func garbageFragmentIsRefused(_ text: String) throws {
        let path = try scratch.write(text, to: "fragment.conf")
        let anchor = try NameServers.current.trustAnchorPath
        let error = #expect(throws: ResolverError.self) {
            _ = try Resolver(ResolverConfiguration(trustAnchor: .file(anchor), configuration: path))
        }
        #expect(error?.description.contains(path) == true)
    }

    /// What libunbound takes, and refuses only when it starts to work: no crash, and every answer says so.
    @Test(arguments: [
        "server:\n  module-config: \"nonsense\"\n", "server:\n  private-address: garbage\n",
        "server:\n  root-hints: \"/nonexistent\"\n", "server:\n  trust-anchor: \"garbage\"\n",
    ])
    func unusableSettingsShow(_ text: String) async throws {
        let resolver = try resolver(fragment: text)
        let name = try #require(DomainName("good.example"))
        for _ in 0..<3 {
            guard case .failed(let reason) = await resolver.mx(name) else {
                Issue.record("answered")
                return
            }
            #expect(reason.description.contains("cannot start") && reason.kind == .unusable)
        }
        #expect(await resolver.selfTest().unusable != nil)
    }

    @Test func garbageAnchorShows() async throws {
        let path = try scratch.write(". IN DS garbage\n", to: "anchor")
        let resolver = try Resolver(
            ResolverConfiguration(trustAnchor: .file(path), configuration: NameServers.current.configurationPath))
        #expect(await resolver.selfTest().unusable != nil)
    }

    @Test(.rules("D-01")) func wrongRootKeyShows() async throws {
        // The real root's.
        let path = try scratch.write(
            ". IN DS 20326 8 2 E06D44B80B8F1D39A95C0B0D7C65D08458E880409BBC683457104237C7F8EC8D\n", to: "anchor")
        let resolver = try Resolver(
            ResolverConfiguration(trustAnchor: .file(path), configuration: NameServers.current.configurationPath))
        let fault = try #require(await resolver.selfTest().fault)
        #expect(fault.sentence.contains("do not match the trust anchor"))
        #expect(fault.part == .rootKeys && fault.cause == .trustAnchor)
    }

    @Test(.rules("D-01")) func validationTurnedOffShows() async throws {
        let resolver = try resolver(fragment: "server:\n  module-config: \"iterator\"\n")
        let fault = try #require(await resolver.selfTest().fault)
        #expect(fault.sentence.contains("not validated"))
        #expect(fault.part == .rootKeys && fault.cause == .trustAnchor)
    }

    @Test func deadForwarderShows() async throws {
        let resolver = try Resolver(
            ResolverConfiguration(
                forwarders: [.init(address: .v4(0x7F00_0001), port: 1)],
                trustAnchor: .file(NameServers.current.trustAnchorPath), timeout: .milliseconds(500)))
        let fault = try #require(await resolver.selfTest().fault)
        #expect(fault.sentence.contains("cannot be looked up"))
        #expect(fault.part == .rootKeys && fault.cause == .unanswered)
    }

    /// RFC 5011: the file is read, and written only by the resolver that has it for long.
    @Test func automaticAnchor() async throws {
        let world = try NameServers.current
        let path = try scratch.write(String(contentsOfFile: world.trustAnchorPath, encoding: .utf8), to: "auto.key")
        let resolver = try Resolver(
            ResolverConfiguration(
                trustAnchor: .automatic(path), configuration: world.configurationPath, timeout: .seconds(30)))
        #expect(await resolver.selfTest() == .good)
        #expect(try !String(contentsOfFile: path, encoding: .utf8).contains("state="))
        #expect(await resolver.mx(try #require(DomainName("good.example"))).isSecure)
        #expect(try String(contentsOfFile: path, encoding: .utf8).contains("state="))
        // As libunbound has written it, it is an anchor for the fresh ones.
        #expect(await resolver.selfTest() == .good)
    }

    @Test func forwarders() async throws {
        let world = try NameServers.current
        let resolver = try Resolver(
            ResolverConfiguration(
                forwarders: [.init(address: try #require(IPAddress(world.address)), port: world.port)],
                trustAnchor: .file(world.trustAnchorPath), timeout: .seconds(30)))
        #expect(await resolver.mx(try #require(DomainName("good.example"))).isSecure)
    }

    @Test(arguments: [
        ("forward-addr: 127.0.0.1@53", true), ("forward-addr:127.0.0.1", true), ("stub-addr: \"::1@5353\"", true),
        ("# forward-addr: 127.0.0.1", false), ("forward-addr: 192.0.2.1 # not 127.0.0.1", false),
        ("forward-addr: 192.0.2.127", false), ("forward-addr: 2001:db8::1", false),
        ("forward-addr: ::ffff:127.0.0.5", true),
        ("forward-addr: 127.1.2.3#name.example", true), ("name: \"127.example\"", false),
    ])
    func loopbackInFragments(_ line: String, _ expected: Bool) throws {
        let path = try scratch.write("forward-zone:\n  \(line)\n", to: "fragment.conf")
        #expect(try SettingsFile(path, purpose: "file").mentionsLoopback() == expected)
        // One that includes it.
        let outer = try scratch.write("include: \"\(path)\"\n", to: "outer.conf")
        #expect(try SettingsFile(outer, purpose: "file").mentionsLoopback() == expected)
    }

    @Test(arguments: [
        (". 3600 NS a.root.example.\na.root.example. 3600 A 127.0.0.1\n", "no"),
        ("; 127.0.0.1\n. NS a.\na. A 192.0.2.1\n", "yes"),
    ])
    func loopbackIsAskedOnlyIfNamed(_ hints: String, _ expected: String) throws {
        let path = try scratch.write(hints, to: "root.hints")
        let anchor = try ResolverConfiguration.TrustAnchor.file(NameServers.current.trustAnchorPath)
        let options = try ContextOptions(ResolverConfiguration(rootHints: path, trustAnchor: anchor), for: .cached)
        #expect(options.settings.last { $0.0 == "do-not-query-localhost" }?.1 == expected)
        let plain = try ContextOptions(ResolverConfiguration(trustAnchor: anchor), for: .cached)
        #expect(plain.settings.last { $0.0 == "do-not-query-localhost" }?.1 == "yes")
    }

    /// Glue that names this machine, or no machine: nobody is asked, and nothing is believed. Loopback itself may be
    /// asked here, because the configuration names it.
    @Test(
        .rules("F-116"),
        arguments: ["0.0.0.0", "0.1.2.3", "::", "::ffff:127.0.0.1", "224.0.0.1", "255.255.255.255", "ff02::1"])
    func whatNoNameServerHasIsNeverAsked(address: String) async throws {
        let world = try NameServers.current
        let zone = "z\(address.utf8.reduce(0) { $0 &* 31 &+ Int($1) }.magnitude).good.example"
        let resolver = try resolver(
            fragment: "stub-zone:\n    name: \"\(zone).\"\n    stub-addr: \(address)@\(world.port)\n")
        let answer = await resolver.ipv4(try #require(DomainName(zone)))
        guard case .failed = answer else {
            Issue.record("\(answer)")
            return
        }
        #expect(!world.queries.contains { $0.name == zone && $0.type == "A" })
    }

    /// A resolver on this world with more settings.
    private func resolver(fragment: String) throws -> Resolver {
        let world = try NameServers.current
        let text = try String(contentsOfFile: world.configurationPath, encoding: .utf8) + fragment
        return try Resolver(
            ResolverConfiguration(
                trustAnchor: .file(world.trustAnchorPath), configuration: scratch.write(text, to: "fragment.conf"),
                timeout: .seconds(30)))
    }

    /// To the resolver a clock that is wrong and a root that is out of date look the same.
    @Test(arguments: [Zone.Signing.expired, .notYetValid]) func aRootThatIsOutOfDateIsTheClocks(
        signing: Zone.Signing
    ) async throws {
        let names = try await NameServers(zones: [Zone("", signing: signing)])
        let fault = try #require(try await names.resolver().selfTest().fault)
        #expect(fault.part == .rootKeys && fault.cause == .clock, "\(fault)")
        await names.stop()
    }
}
