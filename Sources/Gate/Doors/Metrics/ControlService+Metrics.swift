package import Records
import Support
import Verdicts

extension ControlService {
    /// What the caches beside that of the verdicts have.
    package struct Caches: Sendable {
        let answers: Int
        let reports: Int
        let reportBytes: Int
        let lookupJoins: UInt64
        let probeJoins: UInt64

        /// Makes one from its parts.
        package init(
            answers: Int = 0, reports: Int = 0, reportBytes: Int = 0, lookupJoins: UInt64 = 0, probeJoins: UInt64 = 0
        ) {
            self.answers = answers
            self.reports = reports
            self.reportBytes = reportBytes
            self.lookupJoins = lookupJoins
            self.probeJoins = probeJoins
        }
    }

    /// The metrics as an HTTP client asks for them. It blocks for a moment: it asks the system about the process and
    /// two files.
    ///
    /// - Parameters:
    ///   - accept: The client's `Accept` header; nil if there is none.
    ///   - hasExemplars: Whether the client may know the trace ids of recipients.
    package func metrics(accept: String?, hasExemplars: Bool = true) -> Exposition {
        metrics(as: ExpositionFormat(accept: accept), hasExemplars: hasExemplars)
    }

    /// The metrics in a format.
    func metrics(
        as format: ExpositionFormat, hasExemplars: Bool = true, at now: ContinuousClock.Instant = .now
    ) -> Exposition {
        let report = status(at: now)
        var families = report.families
        families += RecipientFamilies(records.counts.cells(), mode: settings.settings.mode).families
        families += records.measurements.families
        families += cacheFamilies(report)
        families += fileFamilies(at: now)
        families += page()
        families += shared()?.families ?? []
        families += frequent?.families(faults: service.keeper.faults, at: now, unixNow: unixTime()) ?? []
        families.append(
            .gauge(
                "process_start_time_seconds", "When the daemon was started, in seconds since 1970.", Double(started)))
        // What is ours comes first, and nothing of a library takes its name.
        return Exposition(families + libraries.families, as: format, hasExemplars: hasExemplars)
    }

    private func cacheFamilies(_ report: StatusReport) -> [MetricFamily] {
        let caches = caches()
        return [
            .counter(
                "danegate_cache_hits", "Recipients whose destination had a kept verdict.", report.cache.hits),
            .counter(
                "danegate_cache_misses", "Recipients whose destination had no kept verdict.", report.cache.misses),
            MetricFamily(
                "danegate_cache_entries", .gauge, "What the caches have: verdicts, answers of the DNS, probes.",
                [
                    .init([.init("cache", "verdicts")], count: report.cache.destinations),
                    .init([.init("cache", "answers")], count: caches.answers),
                    .init([.init("cache", "probes")], count: caches.reports),
                ]),
            .gauge(
                "danegate_cache_limit_entries", "How many verdicts the cache holds at most.",
                Double(report.cache.capacity)),
            .gauge(
                "danegate_probe_cache_bytes", "What the kept probes take up.", Double(caches.reportBytes)),
            MetricFamily(
                "danegate_single_flight_joins", .counter,
                "Callers that joined work that was under way for somebody else.",
                [
                    .init([.init("work", "inspection")], .count(service.joins)),
                    .init([.init("work", "lookup")], .count(caches.lookupJoins)),
                    .init([.init("work", "probe")], .count(caches.probeJoins)),
                ]),
        ]
    }

    private func fileFamilies(at now: ContinuousClock.Instant) -> [MetricFamily] {
        var families = [
            MetricFamily.gauge(
                "danegate_state_enabled", "Whether there is a state file in this run.", store.isOff ? 0 : 1),
            .gauge(
                "danegate_state_age_seconds",
                "How long the state file has lacked something: the age of the oldest change that is not in it.",
                store.age(at: now).seconds),
            .counter("danegate_state_rows_lost", "Rows of the state file that were lost.", store.lostRows),
            .counter(
                "danegate_log_lines_dropped", "Lines of the log that were dropped.", records.log.losses.count),
        ]
        guard let trace = records.trace else { return families }
        let statistics = trace.statistics
        families += [
            .gauge("danegate_trace_rows", "Recipients in the trace.", Double(statistics.rows)),
            .gauge("danegate_trace_bytes", "The size of the trace's file.", Double(trace.bytes)),
            .gauge("danegate_trace_queued_rows", "Recipients that wait to be written.", Double(statistics.queued)),
            .counter("danegate_trace_rows_written", "Recipients written to the trace.", statistics.rowsWritten),
            .counter(
                "danegate_trace_rows_dropped", "Recipients that are missing in the trace.", statistics.losses.count),
        ]
        return families
    }
}

extension Duration {
    /// It in seconds, for a metric.
    var seconds: Double { Double(components.seconds) + Double(components.attoseconds) * 1e-18 }
}
