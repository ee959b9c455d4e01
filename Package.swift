// swift-tools-version: 6.1
import PackageDescription

/// Those of the rooms where Foundation and a package's C library meet Glibc: which module a struct such as `timespec` is
/// said to be from depends there on what was compiled before, and now and then a build would fail for want of an import
/// that nobody can write.
let room: [SwiftSetting] = [
    // A release notices that its stack has been written over.
    .unsafeFlags(["-Xfrontend", "-enable-stack-protector"], .when(configuration: .release)),
    // A release takes functions of one target into another, generic ones made for their types, as if all were one.
    .unsafeFlags(["-cross-module-optimization"], .when(configuration: .release)),
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
]

/// The settings of every target of our own: nothing is less strict for being a test.
let strict: [SwiftSetting] = room + [.enableUpcomingFeature("MemberImportVisibility")]

/// The commit that a package's build puts behind the version, if it is one.
let commit = Context.environment["DANEGATE_COMMIT"].flatMap { text in
    (7...40).contains(text.count) && text.allSatisfy { $0.isASCII && $0.isHexDigit } ? text : nil
}

let package = Package(
    name: "danegate",
    products: [
        .executable(name: "danegate", targets: ["danegate"]),
        // For the tests: preloaded into a daemon whose clock is to be wrong.
        .library(name: "SkewedClock", type: .dynamic, targets: ["SkewedClock"]),
        // The same for a system that has run out of something.
        .library(name: "ShortSystem", type: .dynamic, targets: ["ShortSystem"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-algorithms", from: "1.2.1"),
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-collections", from: "1.6.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-metrics", from: "2.13.0"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
        .package(url: "https://github.com/apple/swift-nio-extras", from: "1.35.2"),
        .package(url: "https://github.com/apple/swift-system", from: "1.8.1"),
        .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0", traits: []),
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
        // The page. Its traits would bring a configuration of its own and all of Foundation.
        .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1", traits: []),
        .package(url: "https://github.com/hummingbird-project/swift-mustache", from: "2.1.1"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
        // Logs that are compressed are read through gzip and xz.
        .package(url: "https://github.com/swiftlang/swift-subprocess", from: "1.0.2", traits: []),
        // Tests only: the TLS side of the SMTP hosts that the probe is tried against.
        .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.6"),
    ],
    targets: [
        // The C libraries: module maps, nothing else.
        .systemLibrary(name: "CMilter", pkgConfig: "milter", providers: [.apt(["libmilter-dev"])]),
        // No pkgConfig: libunbound.pc requires libevent.pc, which libunbound-dev does not bring.
        .systemLibrary(name: "CUnbound", providers: [.apt(["libunbound-dev"])]),
        .systemLibrary(name: "CGnuTLS", pkgConfig: "gnutls", providers: [.apt(["libgnutls28-dev"])]),
        // The version.
        .target(
            name: "CVersion", cSettings: commit.map { [.define("DANEGATE_COMMIT", to: "\"\($0)\"")] }),
        // What any part of the process may need.
        .target(
            name: "Support",
            dependencies: [
                .product(name: "Algorithms", package: "swift-algorithms"),
                .product(name: "DequeModule", package: "swift-collections"),
                .product(name: "SystemPackage", package: "swift-system"),
            ],
            swiftSettings: room,
            // libdispatch is to find the function of OpenHook.swift, and all libraries that of ThreadHook.swift.
            linkerSettings: [
                .unsafeFlags([
                    "-Xlinker", "--export-dynamic-symbol=open", "-Xlinker", "--export-dynamic-symbol=pthread_create",
                ])
            ]),
        // The rules as values. No I/O, no C library, no clock.
        .target(name: "DANE", swiftSettings: strict),
        // Their catalogue, for `explain` and the tests.
        .target(name: "Rules", swiftSettings: strict),
        // Their wrappers: C types stay inside.
        .target(
            name: "Certificates",
            dependencies: ["CGnuTLS", "DANE", "Support", .product(name: "Algorithms", package: "swift-algorithms")],
            swiftSettings: strict),
        .target(
            name: "DNSSEC",
            dependencies: [
                "CUnbound", "DANE", "Support", .product(name: "DequeModule", package: "swift-collections"),
            ],
            swiftSettings: strict),
        .target(
            name: "Milter",
            dependencies: [
                "CMilter", "DANE", "Support", .product(name: "HeapModule", package: "swift-collections"),
            ],
            swiftSettings: strict,
            // libmilter is to find the functions of AcceptHook.swift and PollHook.swift.
            linkerSettings: [
                .unsafeFlags(["-Xlinker", "--export-dynamic-symbol=accept", "-Xlinker", "--export-dynamic-symbol=poll"])
            ]),
        // A TLS client session on a channel: what Probe and Store have in common.
        .target(
            name: "ClientTLS", dependencies: ["CGnuTLS", .product(name: "NIOCore", package: "swift-nio")],
            swiftSettings: strict),
        .target(
            name: "Probe",
            dependencies: [
                "CGnuTLS", "Certificates", "ClientTLS", "DANE", "Support",
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
            ],
            swiftSettings: strict),
        // The language of Redis and Valkey, and who speaks it: the store that several hosts share.
        .target(
            name: "RESP", dependencies: ["Support", .product(name: "NIOCore", package: "swift-nio")],
            swiftSettings: strict),
        .target(
            name: "Store",
            dependencies: [
                "CGnuTLS", "ClientTLS", "DANE", "RESP", "Support",
                .product(name: "DequeModule", package: "swift-collections"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
            ],
            swiftSettings: strict),
        // What is true about a destination.
        .target(
            name: "Inspection",
            dependencies: [
                "Certificates", "DANE", "DNSSEC", "Probe", "Support",
                .product(name: "DequeModule", package: "swift-collections"),
            ],
            swiftSettings: strict),
        // What the operator wants: settings, policy file, exemptions as values, rulebook.
        .target(
            name: "Policy",
            dependencies: [
                "Certificates", "DANE", "DNSSEC", "Inspection", "Milter", "Probe", "Store", "Support",
                .product(name: "Algorithms", package: "swift-algorithms"),
            ],
            swiftSettings: strict),
        // What is written down: log, counts, message trace.
        .target(
            name: "Records",
            dependencies: [
                "Certificates", "DANE", "DNSSEC", "Inspection", "Policy", "Probe", "Support",
                .product(name: "Algorithms", package: "swift-algorithms"),
                .product(name: "CoreMetrics", package: "swift-metrics"),
                .product(name: "GRDB", package: "GRDB.swift"),
                .product(name: "Logging", package: "swift-log"),
            ],
            swiftSettings: room),
        // What is known: cache, faults, breaker, the state file, who asks and waits.
        .target(
            name: "Verdicts",
            dependencies: [
                "DANE", "DNSSEC", "Inspection", "Policy", "Probe", "Records", "Support",
                .product(name: "DequeModule", package: "swift-collections"),
                .product(name: "GRDB", package: "GRDB.swift"),
                .product(name: "Logging", package: "swift-log"),
            ],
            swiftSettings: room),
        // What several hosts know together.
        .target(
            name: "Sharing",
            dependencies: [
                "Certificates", "DANE", "Inspection", "Policy", "Probe", "RESP", "Records", "Store", "Support",
                "Verdicts", .product(name: "Logging", package: "swift-log"),
            ],
            swiftSettings: room),
        // It decides; the doors beside it.
        .target(
            name: "Gate",
            dependencies: [
                "Certificates", "DANE", "DNSSEC", "Inspection", "Milter", "Policy", "Probe", "Records", "Support",
                "Verdicts",
                .product(name: "CoreMetrics", package: "swift-metrics"),
                .product(name: "GRDB", package: "GRDB.swift"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOExtras", package: "swift-nio-extras"),
                .product(name: "NIOPosix", package: "swift-nio"),
            ],
            swiftSettings: room),
        // What people read: check, judge, notice, survey, report, explain, manual.
        .target(
            name: "Reports",
            dependencies: [
                "Certificates", "DANE", "DNSSEC", "Gate", "Inspection", "Milter", "Policy", "Probe", "Records", "Rules",
                "Support", "Verdicts",
                .product(name: "Algorithms", package: "swift-algorithms"),
                .product(name: "DequeModule", package: "swift-collections"),
                .product(name: "GRDB", package: "GRDB.swift"),
                .product(name: "Subprocess", package: "swift-subprocess"),
                .product(name: "SystemPackage", package: "swift-system"),
            ],
            swiftSettings: room),
        // The page: the analyzer, the message trace, the overview.
        .target(
            name: "Web",
            dependencies: [
                "Certificates", "DANE", "DNSSEC", "Gate", "Inspection", "Milter", "Policy", "Probe", "Records",
                "Reports", "Support",
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "HummingbirdCore", package: "hummingbird"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "Mustache", package: "swift-mustache"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTPTypes", package: "swift-nio-extras"),
                .product(name: "NIOPosix", package: "swift-nio"),
            ],
            swiftSettings: room),
        // The daemon: its parts, and what they are wired with.
        .target(
            name: "Daemon",
            dependencies: [
                "DANE", "DNSSEC", "Gate", "Inspection", "Milter", "Policy", "Probe", "Records",
                "Sharing", "Store", "Support", "Verdicts", "Web",
                .product(name: "CoreMetrics", package: "swift-metrics"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
            ],
            swiftSettings: room),
        .executableTarget(
            name: "danegate",
            dependencies: [
                "CVersion", "Certificates", "DANE", "DNSSEC", "Daemon", "Gate", "Inspection", "Milter", "Policy",
                "Probe", "Records",
                "Reports", "Support", "Web",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            // A release runs on a machine that has no Swift. The compiler is told too: it notes the libraries to link.
            swiftSettings: strict + [.unsafeFlags(["-static-stdlib"], .when(configuration: .release))],
            linkerSettings: [
                .unsafeFlags(["-static-stdlib"], .when(configuration: .release)),
                // All addresses of functions are found at the start, and then cannot be written over (full RELRO).
                .unsafeFlags(
                    ["-Xlinker", "-z", "-Xlinker", "now", "-Xlinker", "-z", "-Xlinker", "relro"],
                    .when(configuration: .release)),
            ]),
        // One test target a module, and the world they run in: signed zones, SMTP hosts, a real Postfix, danegate itself.
        .systemLibrary(name: "CSpawn", path: "Tests/CSpawn"),
        .target(
            name: "WorldServers", dependencies: ["CSpawn"], path: "Tests/World",
            exclude: ["Daemon", "Domains", "Hosts", "Store"],
            swiftSettings: strict),
        // A target of its own: beside NIO's C modules the system's socket types are hard to name.
        .target(
            name: "WorldHosts",
            dependencies: [
                "CGnuTLS", "DANE", "WorldServers",
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "NIOTLS", package: "swift-nio"),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
            ],
            path: "Tests/World", exclude: ["Daemon", "Domains", "Judges", "MTA", "Names", "Process", "Store"],
            swiftSettings: strict),
        .target(
            name: "World", dependencies: ["DANE", "WorldHosts", "WorldServers"],
            path: "Tests/World", exclude: ["Hosts", "Judges", "MTA", "Names", "Process", "Store"], swiftSettings: strict
        ),
        // Redis, and what may stand in its place.
        .target(
            name: "WorldStore",
            dependencies: [
                "WorldHosts", "WorldServers",
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
            ],
            path: "Tests/World/Store", swiftSettings: strict),
        .target(name: "SkewedClock", path: "Tests/SkewedClock"),
        .target(name: "ShortSystem", path: "Tests/ShortSystem"),
        // The mark of a test that proves a rule, and why some have no test.
        .target(name: "RuleMarks", dependencies: ["Rules"], path: "Tests/RuleMarks", swiftSettings: strict),
        .testTarget(name: "RulesTests", dependencies: ["RuleMarks", "Rules"], swiftSettings: strict),
        .testTarget(name: "DANETests", dependencies: ["DANE", "RuleMarks", "Support"], swiftSettings: strict),
        .testTarget(
            name: "CertificatesTests", dependencies: ["Certificates", "DANE", "RuleMarks", "WorldHosts"],
            exclude: ["Fixtures"], swiftSettings: strict),
        .testTarget(
            name: "DNSSECTests", dependencies: ["DANE", "DNSSEC", "RuleMarks", "World"], swiftSettings: strict),
        .testTarget(
            name: "ProbeTests",
            dependencies: [
                "ClientTLS", "DANE", "Probe", "RuleMarks", "World", "WorldHosts",
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
            ],
            swiftSettings: strict),
        .testTarget(
            name: "RESPTests", dependencies: ["RESP", .product(name: "NIOCore", package: "swift-nio")],
            swiftSettings: strict),
        .testTarget(
            name: "StoreTests",
            dependencies: [
                "DANE", "RESP", "Store", "WorldHosts", "WorldServers", "WorldStore",
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
            ],
            swiftSettings: strict),
        // libmilter serves one milter a process, so a test has it in a child.
        .executableTarget(
            name: "MilterTestDaemon", dependencies: ["DANE", "Milter"], path: "Tests/MilterTestDaemon",
            swiftSettings: strict),
        .testTarget(
            name: "MilterTests", dependencies: ["DANE", "Milter", "MilterTestDaemon", "RuleMarks", "World"],
            swiftSettings: strict),
        // A process that can be killed while it writes its state.
        .executableTarget(
            name: "StateTestWriter", dependencies: ["DANE", "Inspection", "Policy", "Records", "Support", "Verdicts"],
            path: "Tests/StateTestWriter",
            swiftSettings: strict),
        // The same for the message trace.
        .executableTarget(
            name: "TraceTestWriter", dependencies: ["DANE", "Inspection", "Policy", "Records", "Support"],
            path: "Tests/TraceTestWriter",
            swiftSettings: strict),
        .testTarget(
            name: "GateTests",
            dependencies: [
                "Certificates", "DANE", "DNSSEC", "Daemon", "Gate", "Inspection", "Milter", "Policy", "Probe",
                "Records",
                "RESP", "Reports", "RuleMarks", "Rules", "Sharing", "StateTestWriter", "Store", "Support",
                "TraceTestWriter", "Verdicts", "WorldHosts", "WorldServers", "WorldStore",
                .product(name: "CoreMetrics", package: "swift-metrics"),
                .product(name: "GRDB", package: "GRDB.swift"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOEmbedded", package: "swift-nio"),
                .product(name: "NIOExtras", package: "swift-nio-extras"),
                .product(name: "NIOPosix", package: "swift-nio"),
            ],
            exclude: ["Fixtures"], swiftSettings: strict),
        .testTarget(
            name: "WebTests",
            dependencies: [
                "DANE", "Gate", "Policy", "Probe", "Records", "Reports", "Support", "Web", "WorldServers",
                .product(name: "Mustache", package: "swift-mustache"),
                .product(name: "NIOCore", package: "swift-nio"),
            ],
            swiftSettings: strict),
        .testTarget(
            name: "danegateTests",
            dependencies: [
                "DANE", "DNSSEC", "Daemon", "Gate", "Inspection", "Policy", "Probe", "Records", "Reports", "RuleMarks",
                "Rules",
                "Support", "Verdicts", "World", "WorldHosts", "WorldServers", "WorldStore", "danegate",
            ],
            swiftSettings: strict),
        // OpenSSL's judgement of chains, in this process: thousands of them are too many for programs.
        .target(
            name: "COpenSSLJudge", path: "Tests/COpenSSLJudge",
            linkerSettings: [.linkedLibrary("ssl"), .linkedLibrary("crypto")]),
        .testTarget(
            name: "JudgesTests",
            dependencies: [
                "Certificates", "COpenSSLJudge", "DANE", "RuleMarks", "World", "WorldHosts", "WorldServers", "danegate",
            ],
            swiftSettings: strict),
        // The benchmark (deploy/bench): who drives it, who loads, the floor, what libunbound does alone, the mail hosts.
        .executableTarget(
            name: "Bench",
            dependencies: ["WorldServers", .product(name: "ArgumentParser", package: "swift-argument-parser")],
            path: "Tests/Bench/Runner", swiftSettings: strict),
        // The siege (deploy/siege): attacks on a daemon, and what becomes of good mail beside them.
        .executableTarget(
            name: "Siege",
            dependencies: [
                "DANE", "World", "WorldHosts", "WorldServers",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            path: "Tests/Siege", swiftSettings: strict),
        // The world as a program (deploy/demo), and mail that is counted.
        .executableTarget(
            name: "Playground",
            dependencies: ["DANE", "World", .product(name: "ArgumentParser", package: "swift-argument-parser")],
            path: "Tests/Playground", swiftSettings: strict),
        .systemLibrary(name: "CEpoll", path: "Tests/Bench/CEpoll"),
        .executableTarget(
            name: "BenchLoad", dependencies: ["CEpoll"], path: "Tests/Bench/Load", swiftSettings: strict),
        .executableTarget(name: "BenchFloor", dependencies: ["CMilter"], path: "Tests/Bench/Floor"),
        .executableTarget(
            name: "BenchLookups", dependencies: ["CUnbound"], path: "Tests/Bench/Lookups", swiftSettings: strict),
        .executableTarget(
            name: "BenchHosts", dependencies: ["DANE", "WorldHosts"], path: "Tests/Bench/Hosts", swiftSettings: strict),
    ]
)

// ThreadSanitizer does not see the slow paths of Mutex: they are annotated for it, in a build of its own (deploy/sanitize).
if Context.environment["SANITIZER"] == "thread" {
    let slowPaths = [
        "$s15Synchronization12_MutexHandleV9_lockSlowyys6UInt32VF",
        "$s15Synchronization12_MutexHandleV12_tryLockSlowSbyF",
        "$s15Synchronization12_MutexHandleV11_unlockSlowyyF",
    ]
    package.targets.append(
        .target(
            name: "MutexAnnotation", path: "Tests/Sanitizers/MutexAnnotation",
            linkerSettings: [.unsafeFlags(slowPaths.flatMap { ["-Xlinker", "--wrap=\($0)"] })]))
    // Whatever is linked: the two programs, and the tests. The benchmark's programs take no part in these.
    for target in package.targets
    where target.name == "World" || (target.type == .executable && !target.name.hasPrefix("Bench")) {
        target.dependencies.append("MutexAnnotation")
    }
}

// What is fuzzed, in two shapes: its corpus as a test, and with FUZZER set a program for libFuzzer (deploy/fuzz).
let fuzzed: [Target.Dependency] = [
    "Certificates", "DANE", "DNSSEC", "Gate", "Inspection", "Milter", "Policy", "Probe", "RESP", "Records",
    "Reports", "Sharing", "Store", "Support", "Verdicts", "Web",
    .product(name: "HTTPTypes", package: "swift-http-types"),
    .product(name: "Hummingbird", package: "hummingbird"),
    .product(name: "HummingbirdCore", package: "hummingbird"),
    .product(name: "Logging", package: "swift-log"),
    .product(name: "NIOCore", package: "swift-nio"),
    .product(name: "NIOEmbedded", package: "swift-nio"),
    .product(name: "NIOHTTP1", package: "swift-nio"),
    .product(name: "NIOHTTPTypes", package: "swift-nio-extras"),
    .product(name: "NIOHTTPTypesHTTP1", package: "swift-nio-extras"),
]
package.targets.append(
    Context.environment["FUZZER"] == nil
        ? .testTarget(
            name: "FuzzTests", dependencies: fuzzed, path: "Tests/Fuzz", exclude: ["Corpus", "Dictionaries", "Fuzzer"],
            swiftSettings: strict)
        // libFuzzer brings the main function.
        : .executableTarget(
            name: "Fuzz", dependencies: fuzzed, path: "Tests/Fuzz", exclude: ["Corpus", "Dictionaries", "Replay"],
            swiftSettings: strict + [.unsafeFlags(["-parse-as-library"])]))
