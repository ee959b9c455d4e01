import CEpoll
import Glibc

/// What a load has shown.
struct LoadResult {
    var times = Histogram()
    var messages: UInt64 = 0
    var connections: UInt64 = 0
    var answers: [String: UInt64] = [:]
    var continued: UInt64 = 0
    /// Names that stayed pending for as long as they were asked for.
    var unsettled: UInt64 = 0
    var errors: UInt64 = 0
    var timeouts: UInt64 = 0
    /// What the milter asked for.
    var negotiated = ""
    /// When the first answer to a recipient came, on the monotonic clock.
    var first: UInt64 = 0
    /// From the first moment that counts to the last answer.
    var elapsed: UInt64 = 0

    /// Adds what another thread has seen.
    mutating func add(_ other: LoadResult) {
        times.add(other.times)
        messages += other.messages
        connections += other.connections
        answers.merge(other.answers, uniquingKeysWith: +)
        continued += other.continued
        unsettled += other.unsettled
        errors += other.errors
        timeouts += other.timeouts
        if negotiated.isEmpty { negotiated = other.negotiated }
        if other.first > 0 { first = first == 0 ? other.first : min(first, other.first) }
        elapsed = max(elapsed, other.elapsed)
    }

    /// One line of JSON.
    var json: String {
        var usage = rusage()
        getrusage(RUSAGE_SELF.rawValue, &usage)
        let cpu =
            Double(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec)
            + Double(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) * 1e-6
        let seconds = Double(elapsed) * 1e-9
        var all = answers
        if continued > 0 { all["continue"] = continued }
        let counts = all.sorted { $0.key < $1.key }.map { "\"\($0.key)\":\($0.value)" }.joined(separator: ",")
        return "{\"recipients\":\(times.total),\"seconds\":\(seconds),"
            + "\"perSecond\":\(seconds > 0 ? Double(times.total) / seconds : 0),\"messages\":\(messages),"
            + "\"connections\":\(connections),\"p50\":\(times.quantile(0.5)),\"p90\":\(times.quantile(0.9)),"
            + "\"p99\":\(times.quantile(0.99)),\"p999\":\(times.quantile(0.999)),\"max\":\(times.quantile(1)),"
            + "\"answers\":{\(counts)},\"unsettled\":\(unsettled),\"errors\":\(errors),\"timeouts\":\(timeouts),"
            + "\"cpu\":\(cpu),\"first\":\(first),\"negotiated\":\"\(negotiated)\"}"
    }
}
