import Glibc
import Policy
import Records
import Verdicts

extension StatusReport {
    private typealias Sample = MetricFamily.Sample

    /// What `danegate status` says, as metrics.
    var families: [MetricFamily] { gateFamilies + loadFamilies + doorFamilies + processFamilies }

    private func flag(_ value: Bool) -> Double { value ? 1 : 0 }

    private var gateFamilies: [MetricFamily] {
        var parts: [Sample] = []
        for (part, works) in [
            ("root_keys", resolver.root_keys), ("denials", resolver.denials), ("tlsa", resolver.tlsa),
        ] {
            if let works { parts.append(Sample([.init("part", part)], .number(flag(works)))) }
        }
        return [
            MetricFamily(
                "danegate_build_info", .gauge, "The versions of danegate and its libraries.",
                [
                    Sample(
                        [
                            .init("version", version), .init("libmilter", libmilter), .init("libunbound", libunbound),
                            .init("gnutls", gnutls),
                        ], count: 1)
                ]),
            MetricFamily(
                "danegate_status", .gauge, "What danegate status says: 1 for the level that it is.",
                [StatusLevel.ok, .warning, .critical].map {
                    Sample([.init("level", $0.rawValue)], .number(flag($0 == status)))
                }),
            MetricFamily(
                "danegate_mode", .gauge, "The mode: 1 for the one in force.",
                Settings.Mode.allCases.map {
                    Sample([.init("mode", $0.rawValue)], .number(flag($0.rawValue == mode)))
                }),
            .gauge("danegate_rollout_ratio", "The share of domains that may be refused.", Double(rollout) / 100),
            .gauge("danegate_breaker_open", "Whether the trouble is this site's own.", flag(breaker.state == "open")),
            MetricFamily(
                "danegate_breaker_cause", .gauge, "Why the breaker is open: 1 for the cause.",
                LocalTrouble.Cause.allCases.map {
                    Sample([.init("cause", $0.rawValue)], .number(flag($0.rawValue == breaker.cause)))
                }),
            .gauge(
                "danegate_resolver_working", "Whether the resolver works, validates, and loses nothing on the way.",
                flag(resolver.working)),
            MetricFamily(
                "danegate_resolver_part_working", .gauge, "Whether a part of what is needed comes through.", parts),
            .gauge("danegate_faults", "Destinations known to fail or in doubt.", Double(faults)),
            .gauge("danegate_exemptions", "Exemptions in force.", Double(exemptions ?? 0)),
            .gauge(
                "danegate_policy_refused", "Whether the newest policy file is refused.", flag(policy.fault != nil)),
        ]
    }

    private var loadFamilies: [MetricFamily] {
        let parts = (load?.parts ?? [:]).sorted { $0.key < $1.key }
        func places(_ name: String, _ help: String, _ number: (LoadReport.Places) -> Int) -> MetricFamily {
            MetricFamily(name, .gauge, help, parts.map { Sample([.init("part", $0.key)], count: number($0.value)) })
        }
        var families: [MetricFamily] = [
            .gauge("danegate_inspections_in_flight", "Inspections under way.", Double(inspections)),
            .gauge("danegate_probes_in_flight", "Connections to mail hosts that are open.", Double(probes)),
            .gauge("danegate_waiting_recipients", "Recipients that wait for a verdict.", Double(waiting)),
            places("danegate_places_used", "Places in use, by the part of the gate.", \.used),
            places("danegate_places_limit", "Places that there are, by the part of the gate.", \.limit),
            places("danegate_places_waiting", "Requests that wait for a place, by the part of the gate.", \.waiting),
        ]
        if let monitored {
            families += [
                .gauge(
                    "danegate_monitored_open", "Recipients that passed and are to be ruled yet.",
                    Double(monitored.open)),
                .gauge(
                    "danegate_monitored_overdue", "Monitored recipients that would have been deferred once for time.",
                    Double(monitored.would_have_waited)),
                .counter(
                    "danegate_monitored_dropped", "Monitored recipients whose ruling is not recorded.",
                    monitored.dropped),
            ]
        }
        return families
    }

    private var doorFamilies: [MetricFamily] {
        var open: [Sample] = []
        var limits: [Sample] = []
        var ended: [Sample] = []
        func add(_ door: String, _ count: Int, _ cap: Int, _ ends: [(String, Int)]) {
            open.append(Sample([.init("door", door)], count: count))
            limits.append(Sample([.init("door", door)], count: cap))
            ended += ends.map { Sample([.init("door", door), .init("reason", $0.0)], count: $0.1) }
        }
        if let connections {
            add(
                "milter", connections.open, connections.cap,
                [
                    ("silent", connections.ended_silent), ("displaced", connections.displaced),
                    ("refused", connections.refused),
                ])
        }
        for door in doors ?? [] {
            add(door.door, door.open, door.cap, [("displaced", door.displaced), ("refused", door.refused)])
        }
        return [
            MetricFamily("danegate_connections", .gauge, "Connections that are open, by door.", open),
            MetricFamily("danegate_connections_limit", .gauge, "Connections that there may be, by door.", limits),
            MetricFamily("danegate_connections_ended", .counter, "Connections that were ended or not served.", ended),
        ]
    }

    private var processFamilies: [MetricFamily] {
        var usage = rusage()
        getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
        func seconds(_ time: timeval) -> Double { Double(time.tv_sec) + Double(time.tv_usec) / 1e6 }
        return [
            .gauge("process_resident_memory_bytes", "Memory in use.", Double(process.rss_kib) * 1024),
            .gauge("process_open_fds", "File descriptors in use.", Double(process.descriptors)),
            .gauge("process_max_fds", "File descriptors that there may be.", Double(process.descriptor_limit)),
            .gauge("process_threads", "Threads.", Double(process.threads)),
            MetricFamily(
                "process_cpu_seconds", .counter, "The processor time that was used.",
                [Sample([], .number(seconds(usage.ru_utime) + seconds(usage.ru_stime)))]),
            .counter(
                "danegate_threads_refused", "Threads that the system did not give.", process.threads_refused ?? 0),
        ]
    }
}
